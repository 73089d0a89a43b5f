"""What `train()` with its default hooks costs over its bare compiled steps, and its memory.

python -m benchmarks.hooks [RECIPE ...]

Both make the same steps on the same images, in turns. Writing the curves, the animation and the
exported generator at the end is timed apart: it is paid once, not by the step.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import gan_course as gan
from benchmarks.measure import median_ratio, resident_megabytes, save
from gan_course import loop, objectives, state
from gan_course.data.batches import Batches

RECIPES = ("vanilla_mnist_quick", "dcgan_mnist_quick")
ROUNDS, STEPS = 3, 3000


def bare_seconds(recipe, data) -> float:
    """The compiled steps alone: state, batches, loop, no hooks."""
    train_state = state.create(recipe)
    compiled = loop.compile_step(train_state, objectives.of_recipe(recipe), recipe)
    batches = Batches(data.x_train, recipe.batch_size, recipe.d_steps, recipe.seed)
    compiled(batches(0))  # traced and compiled before the clock starts
    start = time.perf_counter()
    loop.fit(train_state, compiled, batches, range(1, recipe.steps), [])
    float(train_state.step)
    return time.perf_counter() - start


def full_seconds(recipe, data, memory: dict[int, int]) -> tuple[float, float]:
    """`train()` from its second step to its last with the default hooks, and what comes after.

    Notes in `memory` what the process holds after each third of the steps.
    """
    moments = {}

    def note(step, train_state, scalars):
        moments[step] = time.perf_counter()
        if step % (recipe.steps // 3) == 0:
            memory[step] = round(resident_megabytes())

    with tempfile.TemporaryDirectory() as folder:
        gan.train(recipe, Path(folder) / "run", data=data, hooks=[note])
        end = time.perf_counter()
    return moments[recipe.steps] - moments[1], end - moments[recipe.steps]


def measure(name: str) -> dict:
    recipe = gan.recipe(name, dataset="glyphs", steps=STEPS)
    data = gan.data.load("glyphs")
    bare, full, after, memory = [], [], [], {}
    for _ in range(ROUNDS):
        bare.append(bare_seconds(recipe, data))
        seconds, ending = full_seconds(recipe, data, memory)
        full.append(seconds)
        after.append(ending)
    overhead = (median_ratio(full, bare) - 1) * 100
    return {
        "bare_s": round(statistics.median(bare), 2),
        "train_s": round(statistics.median(full), 2),
        "overhead_percent": round(overhead, 1),
        "results_s": round(statistics.median(after), 2),
        "resident_mb_after_step": memory,
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
