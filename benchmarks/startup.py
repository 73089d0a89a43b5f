"""From the command to the first step: Python, TensorFlow, data, networks, graph.

python -m benchmarks.startup [RECIPE ...]

First what should be there at once: the package, the help, the data made by code. Then
`python -m gan_course train RECIPE` is started for one call of the step, until it is in the
history; its data are the recipe's own where the mirror folder has them, else the embedded stand-in.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import gan_course as gan
from benchmarks.measure import save
from gan_course.data import stand_in
from gan_course.data.painted import faces_toy, glyphs, shapes
from gan_course.data.sources import mirrored
from gan_course.training import loop

RECIPES = ("gan_plane", "demo", "dcgan_mnist_quick", "wgan_gp_faces_quick")
ROUNDS = 3
WORDS = {
    "import gan_course": ("-c", "import gan_course"),
    "gan_course --help": ("-m", "gan_course", "--help"),
}


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


def seconds_of_command(words: tuple[str, ...]) -> float:
    """Of a whole process of Python."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def seconds_of_painting(make: Callable, images: int) -> float:
    glyphs.printed_depths.cache_clear()  # as in a new process
    start = time.perf_counter()
    make(images)
    return time.perf_counter() - start


def measured(name: str, data: str, seconds: Callable[[], float]) -> dict:
    """A row of the results, printed."""
    found = [round(seconds(), 2) for _ in range(ROUNDS)]
    print(f"{name:22} {data:14} {statistics.median(found):.2f}", flush=True)
    return {"data": data, "seconds": found}


def main(names: tuple[str, ...] = RECIPES, images: int = 10_000) -> None:
    print(f"{'':22} {'data':14} seconds (median of {ROUNDS})")
    results = {
        name: measured(name, "", partial(seconds_of_command, words))
        for name, words in WORDS.items()
    }
    for painter in (glyphs, shapes, faces_toy):
        name = f"{images} {painter.__name__.rpartition('.')[2]}"
        results[name] = measured(name, "", partial(seconds_of_painting, painter.make, images))
    for name in names:
        data = at_hand(gan.recipe(name).dataset)
        results[name] = measured(name, data, partial(seconds_to_first_step, name))
    save("startup", results)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or RECIPES)
