"""What `train()` with its default hooks costs over its bare compiled steps, and its memory.

python -m benchmarks.hooks [RECIPE ...]

Both make the same steps on the same images and take turns every hundred steps, because the machine
is faster in one ten seconds than in the next by more than the hooks cost. Writing the curves, the
animation and the exported generator at the end is timed apart: it is paid once, not by the step.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import gan_course as gan
from benchmarks.measure import resident_megabytes, save
from gan_course import loop, objectives, state
from gan_course.data.batches import Batches

RECIPES = ("vanilla_mnist_quick", "dcgan_mnist_quick")
ROUNDS, STEPS, TURN = 3, 3000, 100


class BareSteps:
    """A hook that stops `train()` after every turn, and makes the same steps without hooks.

    Its seconds are those of the two sides, from the second step to the last: the first one is made
    before memory has been allocated.
    """

    def __init__(self, recipe, data):
        self.full = self.bare = 0.0
        self.memory: dict[int, int] = {}  # what the process holds after each third of the steps
        self._steps = recipe.steps
        self._state = state.create(recipe)
        self._compiled = loop.compile_step(self._state, objectives.of_recipe(recipe), recipe)
        self._batches = Batches(data.x_train, recipe.batch_size, recipe.d_steps, recipe.seed)
        self._made = 0
        self.since = 0.0  # when `train()` went on

    def __call__(self, step, train_state, scalars) -> None:
        if step != 1 and step % TURN and step != self._steps:
            return
        stopped = time.perf_counter()
        loop.fit(self._state, self._compiled, self._batches, range(self._made, step), [])
        if step > 1:
            self.full += stopped - self.since
            self.bare += time.perf_counter() - stopped
        if step % (self._steps // 3) == 0:
            self.memory[step] = round(resident_megabytes())
        self._made = step
        self.since = time.perf_counter()


def measure(name: str) -> dict:
    recipe = gan.recipe(name, dataset="glyphs", steps=STEPS)
    data = gan.data.load("glyphs")
    rounds, after = [], []
    for _ in range(ROUNDS):
        turns = BareSteps(recipe, data)
        with tempfile.TemporaryDirectory() as folder:
            gan.train(recipe, Path(folder) / "run", data=data, hooks=[turns])
            after.append(time.perf_counter() - turns.since)
        rounds.append(turns)
    percent = [round((turns.full / turns.bare - 1) * 100, 1) for turns in rounds]
    return {
        "bare_s": round(statistics.median(turns.bare for turns in rounds), 2),
        "train_s": round(statistics.median(turns.full for turns in rounds), 2),
        "overhead_percent": statistics.median(percent),
        "overhead_percent_of_each_round": percent,
        "results_s": round(statistics.median(after), 2),
        "resident_mb_after_step": rounds[-1].memory,
    }


def main(names: tuple[str, ...] = RECIPES) -> None:
    results = {}
    for name in names:
        results[name] = measure(name)
        print(f"{name}, {STEPS:,} steps, medians of {ROUNDS} rounds")
        for key, value in results[name].items():
            print(f"  {key:30} {value}", flush=True)
    save("hooks", results)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or RECIPES)
