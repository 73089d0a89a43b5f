"""What our train step gains by what `gan_course` sets and by how its layers compute.

python -m benchmarks.settings [RECIPE ...]

The settings are oneDNN and the threads; the layers are those of gan_course/models/. TensorFlow
reads its settings once, so each side is a process of its own; they take turns. On another number of
cores than two the sides "ours" and "TensorFlow's threads" are the same.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from unittest import mock

CORES = str(os.cpu_count())
KERAS = "Keras's own layers"
SIDES = {
    "ours": {},
    "without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "TensorFlow's threads": {"TF_NUM_INTRAOP_THREADS": CORES, "TF_NUM_INTEROP_THREADS": CORES},
    KERAS: {},
}
RECIPES = (
    "vanilla_mnist_quick",
    "dcgan_mnist_quick",
    "wgan_gp_faces_quick",
    "gan_quickdraw",
    "dcgan_fashion",
)
ROUNDS = 3
SECONDS, FEWEST = 2.0, 5  # of steps in one process; at least so many steps


def milliseconds(side: str, name: str) -> float:
    """The median time of a step, in this process."""
    import numpy as np

    import gan_course as gan
    from gan_course.games import objectives, state
    from gan_course.training import loop

    recipe = gan.recipe(name)
    shape = (recipe.d_steps, recipe.batch_size, *recipe.image_shape)
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    made = with_keras_own_layers(recipe) if side == KERAS else state.create(recipe)
    compiled = loop.compile_step(made, objectives.of_recipe(recipe), recipe)
    for _ in range(FEWEST):  # the first one compiles
        float(compiled(images)["d_loss"])
    times = []
    while sum(times) < SECONDS * 1e3 or len(times) < FEWEST:
        start = time.perf_counter()
        float(compiled(images)["d_loss"])
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def with_keras_own_layers(recipe):
    """The networks as they are without what gan_course/models/ does to their layers."""
    from gan_course.games import state

    ours = ("kernels.hasten", "subpixel.fold_upsampling", "piecewise.straighten")
    with contextlib.ExitStack() as patches:
        for function in ours:
            patches.enter_context(mock.patch(f"gan_course.models.{function}"))
        return state.create(recipe)


def in_a_process(side: str, name: str) -> float:
    words = [sys.executable, "-m", "benchmarks.settings", "--one", side, name]
    return float(subprocess.check_output(words, env=os.environ | SIDES[side], text=True))


def main(names: tuple[str, ...]) -> None:
    from benchmarks.measure import median_ratio, save

    results = {}
    print(f"{'recipe':22}" + "".join(f"{side:>22}" for side in SIDES))
    for name in names:
        times: dict[str, list[float]] = {side: [] for side in SIDES}
        for _ in range(ROUNDS):
            for side in SIDES:
                times[side].append(in_a_process(side, name))
        ours = statistics.median(times["ours"])
        slower = {side: median_ratio(times[side], times["ours"]) for side in list(SIDES)[1:]}
        results[name] = {"ours_ms": round(ours, 2)} | {k: round(v, 2) for k, v in slower.items()}
        columns = "".join(f"{ratio:21.2f}x" for ratio in slower.values())
        print(f"{name:22}{ours:19.1f} ms{columns}", flush=True)
    save("settings", results)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(milliseconds(*sys.argv[2:])))
    else:
        main(tuple(sys.argv[1:]) or RECIPES)
