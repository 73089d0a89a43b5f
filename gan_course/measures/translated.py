"""What translations are worth: of pairs, beside the answers that nobody had to learn.

In: answers, questions and true answers. Out: a Comparison. The trivial answers: the question
itself; the mean of all training targets; the target of the training question that is nearest.
"""

import zlib
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from gan_course.data.pairs import Pairs, Unpaired
from gan_course.data.ranges import to_uint8
from gan_course.measures import metrics
from gan_course.measures.comparison import Comparison, Row
from gan_course.measures.features import Features, features_for
from gan_course.measures.travelled import Way, compare_travels

COLUMNS = ("answers", "copying", "mean target", "nearest pair")
_BY_IMAGE = {  # name -> (measure of each image, the value to hope for)
    "l1": (metrics.pixel_distance, "low"),
    "psnr": (metrics.signal_to_noise, "high"),
    "ssim": (metrics.structural_similarity, "high"),
    "own_target": (metrics.own_target, "high"),
}


def compare(
    translate: Way, data: Pairs | Unpaired, count: int, features: Features | None, subject: str
) -> Comparison:
    """What the answers to the first test images (training images where there are none) are worth.

    Args:
      features: of the targets, where there are no pairs; None: `features_for(data)`.
    """
    if isinstance(data, Unpaired):
        features = features or features_for(data)
        return compare_travels(translate, data, features, count, f"answers {subject}")
    split = "train" if data.x_test is None else "test"
    questions = getattr(data.inputs, f"x_{split}")[:count]
    answers = to_uint8(translate(questions, False))
    return compare_pairs(answers, data, f"answers {subject}", split)


def compare_pairs(answers: np.ndarray, data: Pairs, subject: str, split: str) -> Comparison:
    """The measures of answers to the first questions of a split.

    Args:
      answers: uint8 (N, H, W, C).
      split: "test" or "train".
    """
    truth = getattr(data, f"x_{split}")[: len(answers)]
    beside, rows = _beside(_Task.of(data, split, len(answers))), []
    for name, (measure, best) in _measures(truth).items():
        each = measure(answers, truth)
        error = float(each.std(ddof=1) / np.sqrt(len(truth))) if len(truth) > 1 else np.nan
        rows.append(Row(name, (float(np.mean(each)), *beside[name]), error, best))
    sharp = metrics.sharpness(answers, truth), *beside["sharpness"]
    error = metrics.jackknife(lambda at: metrics.sharpness(answers[at], truth[at]), len(answers))
    rows.append(Row("sharpness", sharp, float(error), "1"))
    return Comparison(
        subject=f"{len(answers):,} {subject}",
        reference=f"{len(truth):,} {split} targets of {data.name}",
        columns=COLUMNS,
        rows=tuple(rows),
    )


def _measures(truth: np.ndarray) -> dict[str, tuple]:
    """Those of `_BY_IMAGE` that images of this size allow."""
    small = min(truth.shape[1:3]) < 11
    return {name: each for name, each in _BY_IMAGE.items() if name != "ssim" or not small}


@dataclass(frozen=True)
class _Task:
    """Questions and their true answers. Equal where all images are."""

    checksums: tuple[int, ...]
    questions: np.ndarray = field(compare=False)
    truth: np.ndarray = field(compare=False)
    data: Pairs = field(compare=False)

    @classmethod
    def of(cls, data: Pairs, split: str, count: int) -> "_Task":
        asked = [getattr(kind, f"x_{split}")[:count] for kind in (data.inputs, data)]
        images = *asked, data.inputs.x_train, data.x_train
        return cls(tuple(zlib.crc32(np.ascontiguousarray(each)) for each in images), *asked, data)


@lru_cache(maxsize=2)
def _beside(task: _Task) -> dict[str, tuple[float, ...]]:
    """What the trivial answers get in each measure, the same for every run: taken once."""
    others, truth = trivial_answers(task.questions, task.data), task.truth
    found = {
        name: tuple(
            np.nan if who is None else float(np.mean(measure(who, truth))) for who in others
        )
        for name, (measure, _) in _measures(truth).items()
    }
    sharp = (np.nan if who is None else metrics.sharpness(who, truth) for who in others)
    return {**found, "sharpness": tuple(sharp)}


def trivial_answers(questions: np.ndarray, data: Pairs) -> list[np.ndarray | None]:
    """Copying (None where question and answer differ in channels), the mean, the nearest pair's."""
    alike = data.inputs.image_shape == data.image_shape
    mean = np.rint(data.x_train.mean(axis=0)).astype(np.uint8)
    nearest = metrics.nearest_images(questions, data.inputs.x_train)[0]
    return [
        questions if alike else None,
        np.broadcast_to(mean, (len(questions), *mean.shape)),
        data.x_train[nearest],
    ]
