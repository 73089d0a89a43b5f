"""The measures of a conditional generator: does it make what it is asked for?

In: what was asked for, features and classes of made and of real images. Out: measures, each with
its error bar and with what real images get.
"""

import math
from dataclasses import dataclass

import numpy as np

from gan_course.measures import metrics
from gan_course.measures.measure import Measure


@dataclass(frozen=True)
class Seen:
    """Images as a classifier sees them.

    features: (N, K). classes: (N,), the most likely ones. labels: (N,), what they should show.
    """

    features: np.ndarray
    classes: np.ndarray
    labels: np.ndarray


def told_measures(made: Seen, real: Seen, second: Seen, names: tuple[str, ...]) -> list[Measure]:
    """Of images made to order, beside real ones.

    Args:
      real: what the samples are compared with. second: real images in their place.
      names: of the classes.
    """
    made_shares, real_shares = (
        metrics.share_by_class(each.labels, each.classes, len(names)) for each in (made, real)
    )
    worst = int(np.nanargmin(made_shares))
    asked = int((made.labels == worst).sum())
    share = metrics.share_as_asked(made.labels, made.classes)
    return [
        Measure(
            "made_as_asked", share, _binomial(share, len(made.labels)),
            metrics.share_as_asked(real.labels, real.classes), "high",
        ),
        Measure(
            "worst_class", float(made_shares[worst]), _binomial(made_shares[worst], asked),
            float(real_shares[worst]), "high", names[worst],
        ),
        _within("diversity_in_class", metrics.diversity_in_class, made, real, second, "1"),
        _within("class_frechet", metrics.class_frechet_distance, made, real, second, "low"),
    ]  # fmt: skip


def _binomial(share: float, count: int) -> float:
    """The standard error of a share of independent images."""
    return math.sqrt(max(share * (1 - share), 0.0) / count)


def _within(name: str, measure, made: Seen, real: Seen, second: Seen, best: str) -> Measure:
    def of(each: Seen, rows=slice(None)) -> float:
        return measure(each.features[rows], each.labels[rows], real.features, real.labels)

    error = metrics.jackknife(lambda rows: of(made, rows), len(made.labels))
    return Measure(name, of(made), float(error), of(second), best)
