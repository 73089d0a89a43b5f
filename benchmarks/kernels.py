"""oneDNN's kernels against TensorFlow's own (Eigen), in our train step.

python -m benchmarks.kernels [RECIPE ...]

The choice is made when TensorFlow loads, so each side is a process of its own; they take turns.
"""

import itertools
import json
import os
import statistics
import subprocess
import sys
import time

SIDES = {"Eigen": "0", "oneDNN": "1"}
RECIPES = ("vanilla_mnist_quick", "dcgan_mnist_quick", "demo", "wgan_gp_faces_quick")
ROUNDS, STEPS = 3, 20


def milliseconds(name: str) -> float:
    """The median time of a step, in this process."""
    import numpy as np

    import gan_course as gan
    from gan_course import loop, objectives, state

    recipe = gan.recipe(name)
    shape = (recipe.d_steps, recipe.batch_size, *recipe.image_shape)
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    compiled = loop.compile_step(state.create(recipe), objectives.of_recipe(recipe), recipe)
    times = []
    for _ in range(STEPS + 5):
        start = time.perf_counter()
        float(compiled(images)["d_loss"])
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times[5:])


def in_a_process(name: str, setting: str) -> float:
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": setting}
    words = [sys.executable, "-m", "benchmarks.kernels", "--one", name]
    return float(subprocess.check_output(words, env=environment, text=True))


def main(names: tuple[str, ...]) -> None:
    from benchmarks.measure import median_ratio, save

    results = {}
    print(f"{'recipe':22} {'Eigen':>11} {'oneDNN':>11} {'ratio':>7}")
    for name in names:
        times: dict[str, list[float]] = {side: [] for side in SIDES}
        for _, (side, setting) in itertools.product(range(ROUNDS), SIDES.items()):
            times[side].append(in_a_process(name, setting))
        eigen, onednn = (statistics.median(times[side]) for side in SIDES)
        ratio = median_ratio(times["Eigen"], times["oneDNN"])
        results[name] = {
            k: round(v, 2)
            for k, v in {"eigen_ms": eigen, "onednn_ms": onednn, "ratio": ratio}.items()
        }
        print(f"{name:22} {eigen:8.1f} ms {onednn:8.1f} ms {ratio:6.2f}x", flush=True)
    save("kernels", results)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(milliseconds(sys.argv[2])))
    else:
        main(tuple(sys.argv[1:]) or RECIPES)
