"""What translations without pairs are worth: what survives the way there, and what comes back.

In: the two ways of a CycleGAN, and test images. Out: a Comparison. Each measure of the run's
answers G(x) stands beside that of the inputs themselves, brought to the targets' channels, and
beside that of real targets.
"""

from collections.abc import Callable

import numpy as np

from gan_course.data.pairs import Unpaired
from gan_course.data.ranges import to_uint8
from gan_course.measures import metrics
from gan_course.measures.comparison import Comparison, Row
from gan_course.measures.counting import tells_classes
from gan_course.measures.features import Features

COLUMNS = ("answers", "untranslated", "real targets")
NOISE = 0.1  # deviation of what is laid over G(x), whose pixels are in [-1, 1]
_GREY = np.array([0.299, 0.587, 0.114])  # BT.601
Way = Callable[[np.ndarray, bool], np.ndarray]  # (images, back) -> answers in [-1, 1]


def compare_travels(
    translate: Way, data: Unpaired, features: Features, count: int, subject: str
) -> Comparison:
    """The measures of the first test inputs' way there and back.

    Args:
      features: of the targets.
    """
    inputs, targets = (_test(kind) for kind in (data.inputs, data))
    x, y = inputs[0][:count], targets[0][:count]
    there = translate(x, False)
    home = to_uint8(translate(there, True))
    answers, plain = to_uint8(there), in_channels(x, y.shape[-1])
    rows = []
    if tells_classes(features, data) and inputs[1] is not None:
        labels = (inputs[1][: len(x)], inputs[1][: len(x)], targets[1][: len(y)])
        rows += _survival(features, (answers, plain, y), labels, len(data.names))
    rows.append(_realism(features, answers, plain, y))
    rows.append(_copied(answers, plain, y))
    rows += _home(translate, there, home, x)
    if data.truth:
        rows += _true_partners(answers, plain, y)
    return Comparison(
        subject=f"{len(x):,} {subject}",
        reference=f"{len(y):,} test images of {data.name}, by {features}",
        columns=COLUMNS,
        rows=tuple(rows),
    )


def in_channels(images: np.ndarray, channels: int) -> np.ndarray:
    """The same pictures in grey or in colour, uint8."""
    if images.shape[-1] == channels:
        return images
    if channels == 1:
        return np.rint(images @ _GREY)[..., np.newaxis].astype(np.uint8)
    return np.repeat(images, channels, axis=-1)


def noisy(images: np.ndarray, deviation: float) -> np.ndarray:
    """Images in [-1, 1] with normal noise, always the same, clipped."""
    noise = np.random.default_rng(0).normal(size=images.shape)
    return np.clip(images + deviation * noise, -1.0, 1.0).astype(np.float32)


def _test(kind) -> tuple[np.ndarray, np.ndarray | None]:
    if kind.x_test is None:
        return kind.x_train, kind.y_train
    return kind.x_test, kind.y_test


def _survival(features: Features, pictures: tuple, labels: tuple, classes: int) -> list[Row]:
    found = [
        metrics.class_survival(told, features.look(images)[1], classes)
        for images, told in zip(pictures, labels, strict=True)
    ]
    share = found[0].survived
    error = float(np.sqrt(share * (1 - share) / len(pictures[0])))
    return [
        Row("class_survived", tuple(each.survived for each in found), error, "high"),
        Row("class_matched", tuple(each.matched for each in found), np.nan, "high"),
    ]


def _realism(features: Features, *pictures: np.ndarray) -> Row:
    """The distance from one half of the real targets; theirs is that of the other half."""
    *others, real = (features(images) for images in pictures)
    values = [metrics.frechet_distance(seen, real[::2]) for seen in (*others, real[1::2])]
    return Row("frechet_distance", tuple(values), np.nan, "low")


def _copied(answers: np.ndarray, plain: np.ndarray, real: np.ndarray) -> Row:
    """How far answers are from their inputs; that of real targets is what strangers have."""
    strangers = real[np.arange(len(plain)) % len(real)]
    distances = [metrics.pixel_distance(each, plain) for each in (answers, plain, strangers)]
    return Row(
        "distance_from_input",
        tuple(float(each.mean()) for each in distances),
        float(distances[0].std(ddof=1) / np.sqrt(len(plain))),
        "",
    )


def _home(translate: Way, there: np.ndarray, home: np.ndarray, x: np.ndarray) -> list[Row]:
    """The way back, and the way back from what noise was laid over: only a code in faint pixels
    suffers from it. The hue of one's own input beside that of a stranger's."""
    noisy_home = to_uint8(translate(noisy(there, NOISE), True))
    rows = []
    for name, back in (("cycle_error", home), ("cycle_error_noise", noisy_home)):
        each = metrics.pixel_distance(back, x)
        error = float(each.std(ddof=1) / np.sqrt(len(x)))
        rows.append(Row(name, (float(each.mean()), np.nan, np.nan), error, "low"))
    if x.shape[-1] == 3:
        for name, back in (("hue_kept", home), ("hue_kept_noise", noisy_home)):
            own, stranger = metrics.hue_kept(back, x), metrics.hue_kept(back, np.roll(x, 1, 0))
            rows.append(Row(name, (own, np.nan, stranger), np.nan, ""))
    return rows


def _true_partners(answers: np.ndarray, plain: np.ndarray, truth: np.ndarray) -> list[Row]:
    rows = []
    for name, measure, best in (
        ("l1", metrics.pixel_distance, "low"),
        ("own_target", metrics.own_target, "high"),
    ):
        each = [measure(who, truth) for who in (answers, plain, truth)]
        error = float(each[0].std(ddof=1) / np.sqrt(len(truth)))
        rows.append(Row(name, tuple(float(one.mean()) for one in each), error, best))
    sharp = tuple(metrics.sharpness(who, truth) for who in (answers, plain, truth))
    return [*rows, Row("sharpness", sharp, np.nan, "1")]


def hidden_signal(
    translate: Way, images: np.ndarray, deviations: tuple[float, ...]
) -> dict[float, tuple[float, float]]:
    """Deviation of the noise on G(x) -> the mean error of F(G(x) + noise), and the hue that it
    keeps: how much noise it takes until what was hidden is gone.

    Source: Chu et al. 2017, arXiv:1712.02950, section 4.
    """
    there, found = translate(images, False), {}
    for deviation in deviations:
        home = to_uint8(translate(noisy(there, deviation), True))
        hue = metrics.hue_kept(home, images) if images.shape[-1] == 3 else np.nan
        found[deviation] = float(metrics.pixel_distance(home, images).mean()), hue
    return found
