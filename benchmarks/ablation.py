"""What each idea in the quick DCGAN is worth: take one back, train as many seconds, measure.

python -m benchmarks.ablation [--dataset NAME] [--seeds N] [--seconds S]

The distances, by both classifiers of `benchmarks.quality`, are from images that the training did
not see, and the recipe was not tuned on. The rates fall to the end of the budget, so each variant
first finds out how many steps it can make.
"""

import argparse
import statistics
import time

import gan_course as gan
from benchmarks.measure import save
from benchmarks.quality import QUICK, Judge, train_by_clock
from gan_course.data import ImageSet
from gan_course.games.game import game_of
from gan_course.recipes.schema import Recipe
from gan_course.training import loop

TAKEN_BACK = {
    "as it is": {},
    "64 latents": {"latent_dim": 64},
    "no layer at 7×7 in G": {
        "generator": (
            "Dense 3136 nobias BN .9 ReLU",
            "Reshape 7 7 64",
            "ConvT 24 k4 s2 nobias BN .9 ReLU",
            "ConvT 1 k4 s2 tanh",
        )
    },
    "no third layer in D": {
        "discriminator": (
            "Conv 16 k4 s2 LReLU .2",
            "Conv 48 k4 s2 LReLU .2",
            "Flatten",
            "Dense 1",
        )
    },
    "beta_1 0.5": {"beta_1": 0.5},
    "half the rates": {"g_learning_rate": 1e-3, "d_learning_rate": 5e-4},
    "rates that stay": {"final_rate": 1.0},
    "no mean of weights": {"ema_decay": 0.0},
    "batch of 64": {"batch_size": 64},
    "alternating": {"order": "alternating"},
}


def seconds_a_step(recipe: Recipe, data: ImageSet, count: int = 60) -> float:
    """The median, after a warm-up."""
    game = game_of(recipe, data)
    compiled = loop.compile_step(game, game.start())
    times = []
    for step in range(count):
        start = time.perf_counter()
        float(compiled(game.batch(step))["g_loss"])
        times.append(time.perf_counter() - start)
    return statistics.median(times[count // 4 :])


def main(dataset: str, seeds: int, seconds: float) -> None:
    data = gan.data.load(dataset)
    judge = Judge.of(data)
    any_step = dict.fromkeys(("log_every", "sample_every", "checkpoint_every"), 1)
    results: dict[str, list[dict]] = {name: [] for name in TAKEN_BACK}
    print(f"{'':24} seed   steps  seconds  distance  second")
    for seed in range(seeds):
        for name, changes in TAKEN_BACK.items():
            recipe = gan.recipe(QUICK[dataset], seed=seed, **any_step, **changes)
            steps = int(seconds / seconds_a_step(recipe, data))
            row = train_by_clock(recipe.changed(steps=steps), data, (1e9,), judge)[-1]
            results[name].append(row)
            print(
                f"{name:24} {seed:4} {row['step']:7,} {row['seconds']:8.0f} "
                f"{row['distance']:9.3f} {row['second']:7.3f}",
                flush=True,
            )
    print(f"\nmedian of {seeds} seeds")
    for name, rows in results.items():
        medians = (statistics.median(row[key] for row in rows) for key in ("distance", "second"))
        print(f"{name:24}", *(f"{median:.3f}" for median in medians))
    save(f"ablation_{dataset}", results)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="mnist", choices=QUICK)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    main(given.dataset, given.seeds, given.seconds)
