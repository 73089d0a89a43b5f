"""From the command to the first step: Python, TensorFlow, data, networks, graph.

python -m benchmarks.startup [RECIPE ...]

Starts `python -m gan_course train RECIPE --steps 1` and waits until that step is in the history.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import gan_course as gan
from benchmarks.measure import save
from gan_course import speed

RECIPES = ("gan_plane", "demo", "dcgan_mnist_quick", "wgan_gp_faces_quick")
STAND_INS = {"mnist": "glyphs", "fashion_mnist": "glyphs", "faces": "faces_toy"}  # always there
ROUNDS = 3


def seconds_to_first_step(name: str) -> float:
    recipe = gan.recipe(name)
    dataset = STAND_INS.get(recipe.dataset, recipe.dataset)
    with tempfile.TemporaryDirectory() as folder:
        history = Path(folder) / "run" / "history.csv"
        words = [sys.executable, "-m", "gan_course", "train", name, "--data", dataset]
        words += ["--steps", str(speed.steps_per_call(recipe)), "--out", str(history.parent)]
        start = time.perf_counter()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        with subprocess.Popen(words, **quiet) as command:
            while not (history.exists() and history.read_text().count("\n") > 1):
                if command.poll():
                    raise RuntimeError(command.stderr.read().decode())
                time.sleep(0.01)
            seconds = time.perf_counter() - start
            command.wait()
    return seconds


def main(names: tuple[str, ...] = RECIPES) -> None:
    results = {}
    print(f"{'recipe':22} seconds to the first step (median of {ROUNDS})")
    for name in names:
        found = [round(seconds_to_first_step(name), 2) for _ in range(ROUNDS)]
        results[name] = found
        print(f"{name:22} {statistics.median(found):.1f}", flush=True)
    save("startup", results)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or RECIPES)
