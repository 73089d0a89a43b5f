"""From the command to the first step: Python, TensorFlow, data, networks, graph.

python -m benchmarks.startup [RECIPE ...]

Starts `python -m gan_course train RECIPE` for one call of the step, and waits until it is in the
history. The data are the recipe's own where the mirror folder has them, else the embedded stand-in.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import gan_course as gan
from benchmarks.measure import save
from gan_course.data import stand_in
from gan_course.data.sources import mirrored
from gan_course.training import loop

RECIPES = ("gan_plane", "demo", "dcgan_mnist_quick", "wgan_gp_faces_quick")
ROUNDS = 3


def at_hand(dataset: str) -> str:
    return dataset if dataset in mirrored() else stand_in(dataset)


def seconds_to_first_step(name: str) -> float:
    recipe = gan.recipe(name)
    dataset = at_hand(recipe.dataset)
    with tempfile.TemporaryDirectory() as folder:
        history = Path(folder) / "run" / "history.csv"
        words = [sys.executable, "-m", "gan_course", "train", name, "--data", dataset]
        words += ["--steps", str(loop.steps_per_call(recipe)), "--out", str(history.parent)]
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
    print(f"{'recipe':22} {'data':14} seconds to the first step (median of {ROUNDS})")
    for name in names:
        found = [round(seconds_to_first_step(name), 2) for _ in range(ROUNDS)]
        data = at_hand(gan.recipe(name).dataset)
        results[name] = {"data": data, "seconds": found}
        print(f"{name:22} {data:14} {statistics.median(found):.1f}", flush=True)
    save("startup", results)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or RECIPES)
