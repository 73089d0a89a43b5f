"""What `gan_course` sets when TensorFlow loads, in our train step: oneDNN and threads.

python -m benchmarks.settings [RECIPE ...]

TensorFlow reads its settings once, so each side is a process of its own; they take turns. On
another number of cores than two the sides "ours" and "TensorFlow's threads" are the same.
"""

import json
import os
import statistics
import subprocess
import sys
import time

CORES = str(os.cpu_count())
SIDES = {
    "ours": {},
    "without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "TensorFlow's threads": {"TF_NUM_INTRAOP_THREADS": CORES, "TF_NUM_INTEROP_THREADS": CORES},
}
RECIPES = (
    "vanilla_mnist_quick",
    "demo",
    "dcgan_mnist_quick",
    "dcgan_fashion_quick",
    "wgan_cifar10_quick",
    "wgan_gp_faces_quick",
    "dcgan_fashion",
)
ROUNDS = 3
SECONDS, FEWEST = 2.0, 5  # of steps in one process; at least so many steps


def milliseconds(name: str) -> float:
    """The median time of a step, in this process."""
    import numpy as np

    import gan_course as gan
    from gan_course import loop, objectives, state

    recipe = gan.recipe(name)
    shape = (recipe.d_steps, recipe.batch_size, *recipe.image_shape)
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    compiled = loop.compile_step(state.create(recipe), objectives.of_recipe(recipe), recipe)
    for _ in range(FEWEST):  # the first one compiles
        float(compiled(images)["d_loss"])
    times = []
    while sum(times) < SECONDS * 1e3 or len(times) < FEWEST:
        start = time.perf_counter()
        float(compiled(images)["d_loss"])
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def in_a_process(name: str, setting: dict[str, str]) -> float:
    words = [sys.executable, "-m", "benchmarks.settings", "--one", name]
    return float(subprocess.check_output(words, env=os.environ | setting, text=True))


def main(names: tuple[str, ...]) -> None:
    from benchmarks.measure import median_ratio, save

    results = {}
    print(f"{'recipe':22}" + "".join(f"{side:>22}" for side in SIDES))
    for name in names:
        times: dict[str, list[float]] = {side: [] for side in SIDES}
        for _ in range(ROUNDS):
            for side, setting in SIDES.items():
                times[side].append(in_a_process(name, setting))
        ours = statistics.median(times["ours"])
        slower = {side: median_ratio(times[side], times["ours"]) for side in list(SIDES)[1:]}
        results[name] = {"ours_ms": round(ours, 2)} | {k: round(v, 2) for k, v in slower.items()}
        columns = "".join(f"{ratio:21.2f}x" for ratio in slower.values())
        print(f"{name:22}{ours:19.1f} ms{columns}", flush=True)
    save("settings", results)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(milliseconds(sys.argv[2])))
    else:
        main(tuple(sys.argv[1:]) or RECIPES)
