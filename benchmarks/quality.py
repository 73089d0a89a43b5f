"""Time to quality: the Fréchet distance of a recipe's samples after so many seconds of training.

python -m benchmarks.quality [--dataset NAME] [--seeds N] [--minutes M [--once]] [--steps N ...]
                             [RECIPE ...]

For each seed, the recipes train in turn, and then the reference recipe, for M minutes (with --once
for the first seed only). With --steps, the recipes train that many steps in place of their own
(their rates then fall to the end of those), each number of steps in a training of its own.
Seconds count from the first step on (what comes before it: `python -m benchmarks.startup`), and the
clock stands still while samples are measured. The distance is that of 10,000 samples from the test
images, on which nothing was tuned: in the features of the course's classifier, and, as `second`, in
those of a network of another kind, at which no tuning looked.
"""

import argparse
import math
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np

import gan_course as gan
from benchmarks.measure import save
from gan_course.base import seeds
from gan_course.data import ImageSet
from gan_course.data.ranges import to_uint8
from gan_course.games.game import Game, game_of
from gan_course.games.state import State
from gan_course.measures import metrics
from gan_course.measures.features import Classifier, classifier_of, features_for
from gan_course.recipes.schema import Recipe
from gan_course.training import loop

RECIPES = {
    "mnist": ("dcgan_mnist_quick", "dcgan_mnist_1min", "cgan_mnist_1min", "cgan_mnist_5min"),
    "fashion_mnist": (
        "dcgan_fashion_quick", "dcgan_fashion_1min", "cgan_fashion_1min", "cgan_fashion_5min",
    ),
}  # fmt: skip
QUICK = {"mnist": "dcgan_mnist_quick", "fashion_mnist": "dcgan_fashion_quick"}
MOMENTS = (10.0, 30.0, 60.0, 120.0, 300.0)  # seconds
EVERY = 60.0  # seconds between two looks at the reference
COUNT = 10_000  # samples, and real images
SECOND = (  # no norm, other kernels, another activation, more features
    "Conv 24 k5 s2 tanh", "Conv 48 k5 s2 tanh", "Flatten", "Dense 96 tanh",
)  # fmt: skip

Row = dict[str, float]


class Judge:
    """Distances and classes of what a generator makes now; always of the same noise.

    Args:
      second: a classifier of another kind.
      training: images whose distance from `real` no generator need beat.
    """

    def __init__(
        self,
        features: Classifier,
        second: Classifier,
        real: np.ndarray,
        training: np.ndarray,
        count: int = COUNT,
    ):
        self._features, self._second, self._count = features, second, count
        self._real, self._real_again = features(real[:count]), second(real[:count])
        self.floors = {
            "distance": metrics.frechet_distance(features(training[:count]), self._real),
            "second": metrics.frechet_distance(second(training[:count]), self._real_again),
        }

    @classmethod
    def of(cls, data: ImageSet) -> "Judge":
        """The course's classifier of a dataset, and the second one, taught where need be."""
        pair = features_for(data), classifier_of(data, body=SECOND)
        return cls(*pair, data.x_test, data.x_train)

    def __call__(self, game: Game, train_state: State) -> Row:
        seed = seeds.derive(game.recipe.seed, seeds.SAMPLES, 0)
        fakes = to_uint8(game.make(train_state, self._count, seed).images)
        points, labels = self._features.look(fakes)
        names = len(self._features.names)
        rarest = np.bincount(labels, minlength=names).min() * names / self._count
        return {
            "distance": metrics.frechet_distance(points, self._real),
            "second": metrics.frechet_distance(self._second(fakes), self._real_again),
            "classes": metrics.classes_covered(labels, names),
            "rarest": round(float(rarest), 3),  # the rarest class; 1: its fair share
        }


def train_by_clock(
    recipe: Recipe,
    data: ImageSet,
    moments: tuple[float, ...],
    judge: Callable[[Game, State], Row],
) -> list[Row]:
    """Train to the recipe's last step, or the last moment; judge at each moment and at the end."""
    game = game_of(recipe, data)
    train_state = game.start()
    compiled = loop.compile_step(game, train_state)
    rows, spent, due = [], 0.0, list(moments)
    for step in range(recipe.steps):
        start = time.perf_counter()
        float(compiled(game.batch(step))["g_loss"])
        spent += time.perf_counter() - start
        if step + 1 == recipe.steps or spent >= due[0]:
            seconds = {"seconds": round(spent, 1), "step": step + 1}
            rows.append({**seconds, **judge(game, train_state)})
            due = [moment for moment in due if moment > spent]
            if not due:
                break
    return rows


def main(
    dataset: str,
    count: int,
    minutes: float,
    once: bool,
    reference: str,
    names: Sequence[str],
    steps: Sequence[int],
) -> None:
    data = gan.data.load(dataset)
    judge = Judge.of(data)
    moments = tuple(np.arange(EVERY, minutes * 60 + 1, EVERY).tolist())
    recipes = {name: gan.recipe(name, dataset=dataset) for name in names or RECIPES[dataset]}
    if steps:
        recipes = {
            f"{name}, {number:,} steps": recipe.changed(steps=number)
            for name, recipe in recipes.items()
            for number in steps
        }
    quick = list(recipes)
    recipes[reference] = gan.recipe(reference, dataset=dataset)
    runs: dict[str, list[list[Row]]] = {name: [] for name in recipes}
    floors = "".join(f", {name} {floor:.3f}" for name, floor in judge.floors.items())
    print(f"training images{floors}")
    print(f"{'recipe':34} seed  seconds    step  distance  second  classes  rarest")
    for seed in range(count):
        for name, recipe in recipes.items():
            recipe = recipe.changed(seed=seed)
            when = moments if name == reference else MOMENTS
            if not when or (once and name == reference and seed):
                continue
            rows = train_by_clock(recipe, data, when, judge)
            runs[name].append(rows)
            for row in rows:
                print(
                    f"{name:34} {seed:4} {row['seconds']:8.1f} {row['step']:7,} "
                    f"{row['distance']:9.3f} {row['second']:7.3f} {row['classes']:8} "
                    f"{row['rarest']:7.2f}",
                    flush=True,
                )
    if moments:
        _compare(runs, quick, reference)
    longer = "_longer" if steps else ""
    save(
        f"quality_{dataset}{longer}", {"reference": reference, "floors": judge.floors, "runs": runs}
    )


def _compare(runs: dict[str, list[list[Row]]], names: list[str], reference: str) -> None:
    """The moment at which each recipe is as good as the reference ever gets."""
    best = statistics.median(min(r["distance"] for r in rows) for rows in runs[reference])
    print(f"\n{reference}: best distance {best:.2f} (median over the seeds)")
    for name in names:
        reached = [
            next((r["seconds"] for r in rows if r["distance"] <= best), math.inf)
            for rows in runs[name]
        ]
        print(f"{name}: as good after {statistics.median(reached):.0f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="RECIPE")
    parser.add_argument("--dataset", default="mnist", choices=QUICK)
    parser.add_argument("--seeds", type=int, default=3, dest="count")
    parser.add_argument("--minutes", type=float, default=20.0, help="of the reference; 0: without")
    parser.add_argument("--once", action="store_true", help="the reference with one seed only")
    parser.add_argument("--steps", type=int, nargs="*", default=[], metavar="N")
    parser.add_argument("--reference", default="dcgan_fashion")
    main(**vars(parser.parse_args()))
