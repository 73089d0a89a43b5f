"""How do time and memory grow with the side of the images, and with the batch?

python -m benchmarks.growth

The networks are those of pix2pix_emoji_quick and cyclegan_emoji_quick, whatever the side. Each case
runs in a process of its own, so that its peak of memory is its own too; what it holds before the
first step is taken off.
"""

import itertools
import json
import resource
import statistics
import subprocess
import sys
import time

import gan_course as gan
from benchmarks.measure import save
from benchmarks.translations import random_game
from gan_course.recipes.cycle import Cycle
from gan_course.recipes.pix2pix import Pix2pix
from gan_course.training import loop

NAMES = {"pix2pix": "pix2pix_emoji_quick", "cycle": "cyclegan_emoji_quick"}  # by the game
SIDES = (32, 64, 128, 256)
BATCHES = (1, 2, 4, 8, 16)
AT_SIDE, AT_BATCH = 64, 4  # of the cases that vary the other
STEPS = 5
_MEGABYTES = 1024.0 if sys.platform != "darwin" else 1024.0**2  # ru_maxrss in them


def recipe_of(game: str, side: int, batch: int) -> Pix2pix | Cycle:
    """The game's recipe at another side."""
    shape = (side, side, 3)
    return gan.recipe(NAMES[game], input_shape=shape, image_shape=shape, batch_size=batch)


def one(game: str, side: int, batch: int) -> dict[str, float]:
    """Milliseconds a step, the median; megabytes at the peak over what was held before."""
    played = random_game(recipe_of(game, side, batch))
    state = played.start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    compiled, times = loop.compile_step(played, state), []
    for step in range(STEPS + 1):  # the first one makes the plan
        start = time.perf_counter()
        float(compiled(played.batch(step))["g_loss"])
        times.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "ms": round(statistics.median(times[1:]) * 1e3, 1),
        "megabytes": round((peak - before) / _MEGABYTES),
    }


def main() -> None:
    cases = [(side, AT_BATCH) for side in SIDES]
    cases += [(AT_SIDE, batch) for batch in BATCHES if batch != AT_BATCH]
    results = []
    print(f"{'game':8} {'side':>5} {'batch':>6} {'ms a step':>10} {'peak':>8}")
    for game, (side, batch) in itertools.product(NAMES, cases):
        code = (
            f"from benchmarks.growth import one; print(json.dumps(one({game!r}, {side}, {batch})))"
        )
        words = [sys.executable, "-c", f"import json; {code}"]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        results.append({"game": game, "side": side, "batch": batch, **found})
        ms, megabytes = found["ms"], found["megabytes"]
        print(f"{game:8} {side:5} {batch:6} {ms:10.1f} {megabytes:5} MB", flush=True)
    save("growth", {"cases": results, "side": AT_SIDE, "batch": AT_BATCH})


if __name__ == "__main__":
    main()
