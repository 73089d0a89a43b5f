"""Colour on two cores: how far samples are from the photographs after so many seconds.

python -m benchmarks.colour [--seeds N] [--seconds S] [RECIPE ...]

Each recipe makes as many steps as fit into the seconds (its rates fall to the end of those), in
turns, seed by seed. 10,000 samples are compared with the training images, for there are few others:
by the first 50 principal components of those, as in chapter 5, and, as `second`, by the features of
a small network taught to tell how an image is turned, at which no tuning looked. The floors are the
distances between two halves of the photographs; novelty near 1 says that nothing was copied.
"""

import argparse
import statistics

import numpy as np
from sklearn.decomposition import PCA

import gan_course as gan
from benchmarks.ablation import seconds_a_step
from benchmarks.measure import save, saved
from benchmarks.quality import COUNT, Row, train_by_clock
from gan_course.base import seeds
from gan_course.data import ImageSet
from gan_course.data.ranges import from_uint8, to_uint8
from gan_course.games.game import Game
from gan_course.games.state import State
from gan_course.measures import metrics
from gan_course.measures.features import features_for

RECIPES = ("wgan_cifar10_quick", "dcgan_horses_3min", "wgan_gp_faces_quick", "wgan_gp_faces_3min")
COMPONENTS = 50
LOOKED_AT = 300  # samples whose nearest photograph is looked for


class ColourJudge:
    """Distances of what a generator makes now from all photographs of a set."""

    def __init__(self, data: ImageSet, count: int):
        self._photographs, self._count = data.x_train, count
        components = PCA(COMPONENTS, svd_solver="arpack", random_state=0).fit(_flat(data.x_train))
        self._rulers = {
            "distance": lambda images: components.transform(_flat(images)),
            "second": features_for(data),
        }
        self._real = {name: look(data.x_train) for name, look in self._rulers.items()}
        self.floors = {
            name: metrics.frechet_distance(found[1::2], found[::2])
            for name, found in self._real.items()
        }
        odd, even = data.x_train[1::2], data.x_train[::2]
        self._gap = metrics.nearest_images(odd[:LOOKED_AT], even)[1].mean()

    def __call__(self, game: Game, train_state: State) -> Row:
        seed = seeds.derive(game.recipe.seed, seeds.SAMPLES, 0)
        fakes = to_uint8(game.make(train_state, self._count, seed).images)
        nearest = metrics.nearest_images(fakes[:LOOKED_AT], self._photographs)[1].mean()
        distances = {
            name: metrics.frechet_distance(look(fakes), self._real[name])
            for name, look in self._rulers.items()
        }
        return {**distances, "novelty": float(nearest / self._gap)}


def _flat(images: np.ndarray) -> np.ndarray:
    return from_uint8(images.astype("float32"), (-1, 1)).reshape(len(images), -1)


def main(names: list[str], count: int, seconds: float) -> None:
    recipes = [gan.recipe(name) for name in names]
    sets = {r.name: gan.data.load(r.dataset, r.image_shape) for r in recipes}
    judges = {name: ColourJudge(data, COUNT) for name, data in sets.items()}
    for name, judge in judges.items():
        print(name, *(f"floor of {key} {floor:.3f}" for key, floor in judge.floors.items()))
    print(f"{'recipe':20} seed  seconds   step  distance  second  novelty")
    rows: dict[str, list[Row]] = {recipe.name: [] for recipe in recipes}
    for seed in range(count):
        for recipe in recipes:
            steps = int(seconds / seconds_a_step(recipe, sets[recipe.name]))
            every = dict.fromkeys(("log_every", "sample_every", "checkpoint_every"), steps)
            chosen = recipe.changed(seed=seed, steps=steps, **every)
            row = train_by_clock(chosen, sets[recipe.name], (1e9,), judges[recipe.name])[-1]
            rows[recipe.name].append(row)
            print(
                f"{recipe.name:20} {seed:4} {row['seconds']:8.0f} {row['step']:6,} "
                f"{row['distance']:9.2f} {row['second']:7.3f} {row['novelty']:8.2f}",
                flush=True,
            )
    print(f"\nmedians of {count} seeds")
    for name, found in rows.items():
        print(f"{name:20} {statistics.median(row['distance'] for row in found):.2f}")
    results = saved("colour")  # what other recipes came to in other runs stays
    for name, found in rows.items():
        results[name] = {"seconds": seconds, "floors": judges[name].floors, "runs": found}
    save("colour", results)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipes", nargs="*")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=180.0)
    given = parser.parse_args()
    main(given.recipes or list(RECIPES), given.seeds, given.seconds)
