"""How good are a generator's images? Every measure of `metrics`, beside the same of real images.

In: uint8 images of a generator, and the dataset that it learnt from. Out: an `Evaluation`: a table
for people, JSON for programs. Each measure comes with an error bar over the samples and with what
a second set of real images gets, which no generator can be expected to beat.
"""

import numpy as np

from gan_course.base import seeds
from gan_course.base.errors import InputError
from gan_course.data import ImageSet
from gan_course.data.ranges import to_uint8
from gan_course.games.game import Game
from gan_course.games.state import State
from gan_course.measures import metrics
from gan_course.measures.counting import modes_of, tells_classes
from gan_course.measures.features import Features
from gan_course.measures.measure import Evaluation, Measure
from gan_course.measures.metrics.neighbours import squared_radii
from gan_course.measures.references import check_enough, real_images, real_labels
from gan_course.measures.told import Seen, told_measures

_COPIES = 1_000  # samples that are looked up among the training images


def evaluate(
    samples: np.ndarray,
    data: ImageSet,
    features: Features,
    subject: str = "samples",
    asked: np.ndarray | None = None,
) -> Evaluation:
    """All measures that make sense for this dataset.

    Args:
      samples: uint8 (N, H, W, C), as the dataset holds them; as many real images are used, or
        all there are, and then no more samples than these.
      features: `features_for(data)`, or others.
      asked: the classes that were asked for, (N,), of a conditional generator.

    Raises:
      InputError: if the images differ in shape from the dataset's, or are too few.
    """
    _check_alike(samples, data)
    check_enough(data, len(samples))
    real, second, split = real_images(data, len(samples))
    fake = samples[: len(real)]
    looked = [_look(features, images) for images in (real, second, fake)]
    measures = [*_distances(*(look[0] for look in looked))]
    if data.points:
        measures += _modes(data, fake, second)
    else:
        measures += _manifold(*(look[0] for look in looked))
        if tells_classes(features, data):
            measures += _classes(len(data.names), looked[2][1], looked[1][1])
            measures += _told(data, asked, looked)
        measures.append(_novelty(fake, real, second, data))
    return Evaluation(
        subject=f"{len(fake):,} {subject}",
        reference=f"{len(real):,} {split} images of {data.name}",
        features=str(features),
        fingerprint=features.fingerprint,
        count=len(fake),
        measures=tuple(measures),
    )


def _check_alike(samples: np.ndarray, data: ImageSet) -> None:
    if samples.dtype != np.uint8 or samples.shape[1:] != data.image_shape:
        raise InputError(
            f"the samples are {samples.dtype} images of {samples.shape[1:]}, "
            f"but those of {data.name!r} are uint8 of {data.image_shape}"
        )


def _told(data: ImageSet, asked: np.ndarray | None, looked: list) -> list[Measure]:
    """What a generator that takes orders is worth: see told.py."""
    truth = None if asked is None else real_labels(data, len(looked[0][0]))
    if truth is None:
        return []
    labels = (*truth, asked[: len(looked[2][0])])
    real, second, made = (Seen(*look, told) for look, told in zip(looked, labels, strict=True))
    return told_measures(made, real, second, data.names)


def _look(features: Features, images: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Features, and classes where the features are those of a classifier of classes."""
    return features.look(images) if features.names else (features(images), None)


def _distances(real: np.ndarray, second: np.ndarray, fake: np.ndarray) -> list[Measure]:
    def frechet(rows: np.ndarray) -> float:
        return metrics.frechet_distance(fake[rows], real)

    error = float(metrics.jackknife(frechet, len(fake)))
    floor = metrics.frechet_distance(second, real)
    size = min(1000, len(fake) // 2)  # of a subset: half a set at most, so that subsets differ
    value, spread = metrics.kernel_distance(fake, real, subset_size=size)
    second_value, _ = metrics.kernel_distance(second, real, subset_size=size)
    return [
        Measure("frechet_distance", frechet(np.arange(len(fake))), error, floor, "low"),
        Measure("kernel_distance", value, spread, second_value, "low"),
    ]


def _manifold(real: np.ndarray, second: np.ndarray, fake: np.ndarray) -> list[Measure]:
    radii = squared_radii(real)

    def all_four(features: np.ndarray) -> np.ndarray:
        reality = metrics.precision_recall(real, features, real_radii=radii)
        return np.array([*reality, *metrics.density_coverage(real, features, real_radii=radii)])

    values, floors = all_four(fake), all_four(second)
    errors = metrics.jackknife(lambda rows: all_four(fake[rows]), len(fake))
    names = ("precision", "recall", "density", "coverage")
    best = ("high", "high", "1", "high")
    return [
        Measure(*row) for row in zip(names, *np.array([values, errors, floors]).tolist(), best,
                                     strict=True)
    ]  # fmt: skip


def _classes(classes: int, made: np.ndarray, real: np.ndarray) -> list[Measure]:
    found = []
    for name, measure in (
        ("classes_covered", metrics.classes_covered),
        ("class_entropy", metrics.class_entropy),
    ):
        error = metrics.jackknife(lambda rows, m=measure: m(made[rows], classes), len(made))
        found.append(
            Measure(name, measure(made, classes), float(error), measure(real, classes), "high")
        )
    return found


def _modes(data: ImageSet, fake: np.ndarray, second: np.ndarray) -> list[Measure]:
    if data.centres is None:
        return []

    def count(images: np.ndarray) -> np.ndarray:
        modes = modes_of(images, data)
        return np.array([modes.covered, modes.quality])

    values, floors = count(fake), count(second)
    errors = metrics.jackknife(lambda rows: count(fake[rows]), len(fake))
    table = np.array([values, errors, floors]).tolist()
    return [
        Measure(*row, "high")
        for row in zip(("modes_covered", "high_quality_share"), *table, strict=True)
    ]


def _novelty(fake: np.ndarray, real: np.ndarray, second: np.ndarray, data: ImageSet) -> Measure:
    """How far samples are from the training images, next to images that nobody trained on.

    Without test images these are one half of the training images, looked up in the other half.
    """
    others = second if data.x_test is None else data.x_train
    distances = metrics.nearest_images(fake[:_COPIES], data.x_train)[1]
    ordinary = max(metrics.nearest_images(real[:_COPIES], others)[1].mean(), 1e-3)  # grey levels
    error = metrics.jackknife(lambda rows: distances[rows].mean(), len(distances))
    return Measure("novelty", float(distances.mean() / ordinary), float(error / ordinary), 1.0, "1")


class DistanceMeter:
    """The Fréchet distance from the training images, cheap enough to be taken while training.

    Training images, not test images: whoever picks the best moment of a run by this distance must
    not have seen the images that the run is judged by in the end. Always of the same noise.
    """

    def __init__(self, game: Game, features: Features, count: int = 2_000):
        self._game, self._features = game, features
        images = game.data.x_train
        self._count = min(count, len(images))
        chosen = np.random.default_rng(0).permutation(len(images))[: self._count]
        self._real = features(images[chosen])

    def __call__(self, train_state: State) -> float:
        seed = seeds.derive(self._game.recipe.seed, seeds.DISTANCE_LATENTS, 0)
        made = self._game.make(train_state, self._count, seed).images
        return metrics.frechet_distance(self._features(to_uint8(made)), self._real)
