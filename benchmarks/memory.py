"""Resident memory: over many steps, and against the size of the data.

python -m benchmarks.memory [RECIPE] [STEPS]

Every figure is of a process of its own, since memory that was once in use is seldom given back.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import gan_course as gan
from benchmarks.measure import resident_megabytes, save

SIZES = (10_000, 60_000, 240_000)  # images of 28×28, in memory as uint8


def over_steps(name: str, steps: int) -> dict[int, float]:
    """After every tenth of the steps of `train` with its default hooks."""
    recipe = gan.recipe(name)
    steps -= steps % 10
    seen = {}

    def note(step, *_):
        if step % (steps // 10) == 0:
            seen[step] = round(resident_megabytes(), 1)

    with tempfile.TemporaryDirectory() as folder:
        recipe = recipe.changed(dataset=_stand_in(recipe), steps=steps)
        gan.train(recipe, Path(folder) / "run", hooks=[note], progress=False)
    return seen


def against_data(name: str, count: int) -> dict[int, float]:
    """After 200 steps on so many images."""
    recipe = gan.recipe(name)
    images = np.zeros((count, *recipe.image_shape), np.uint8)
    images[:] = np.arange(256, dtype=np.uint8)[np.arange(count) % 256, None, None, None]
    with tempfile.TemporaryDirectory() as folder:
        data = gan.data.ImageSet("many", images)
        recipe = recipe.changed(steps=200)
        gan.train(recipe, Path(folder) / "run", data=data, progress=False)
    return {count: round(resident_megabytes(), 1)}


def _stand_in(recipe: gan.Recipe) -> str:
    return "glyphs" if recipe.image_shape == (28, 28, 1) else recipe.dataset


def _in_a_process(*words: object) -> dict[int, float]:
    command = [sys.executable, "-m", "benchmarks.memory", "--one", *map(str, words)]
    printed = subprocess.check_output(command, text=True).splitlines()[-1]
    return {int(key): value for key, value in json.loads(printed).items()}


def main(name: str = "dcgan_mnist_quick", steps: int = 20_000) -> None:
    found = _in_a_process("over_steps", name, steps)
    first, *rest = found.values()
    print(f"{name}: resident MB after each tenth of {steps:,} steps")
    print("  " + "  ".join(f"{value:,.0f}" for value in found.values()))
    print(f"  largest growth after the first tenth: {max(rest) - first:+.1f} MB")
    sizes = {}
    for count in SIZES:
        sizes.update(_in_a_process("against_data", "dcgan_mnist_quick", count))
        print(f"{count:9,} images ({count * 784 / 1e6:5.0f} MB): {sizes[count]:7,.0f} MB resident")
    save("memory", {"recipe": name, "over_steps": found, "against_images": sizes})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure = {"over_steps": over_steps, "against_data": against_data}[sys.argv[2]]
        print(json.dumps(measure(sys.argv[3], int(sys.argv[4]))))
    else:
        main(*sys.argv[1:2], *map(int, sys.argv[2:3]))
