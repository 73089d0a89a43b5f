"""What survives a journey from one kind of image to another, and back.

In: labels, or images before and after. Out: numbers. Nothing here knows networks.
"""

from dataclasses import dataclass

import numpy as np

_RED_GREEN_BLUE_TO_CHROMA = np.array([[0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])  # YIQ


@dataclass(frozen=True)
class Survival:
    """survived: the share whose class is still the same. matched: the share after the best one to
    one renaming of classes; far above `survived`, the classes were exchanged, not lost.
    confusion: (classes, classes), rows the true class, columns what is seen; each row sums to 1.
    renamed: for each true class the one that it became.
    """

    survived: float
    matched: float
    confusion: np.ndarray
    renamed: tuple[int, ...]


def class_survival(labels: np.ndarray, seen: np.ndarray, classes: int) -> Survival:
    """How the classes of images come through a translation.

    Args:
      labels: the true classes (N,) before it. seen: what a classifier sees after it, (N,).

    Source of the matching: Kuhn 1955, the Hungarian method, by SciPy.
    """
    from scipy.optimize import linear_sum_assignment

    counts = np.zeros((classes, classes))
    np.add.at(counts, (np.asarray(labels), np.asarray(seen)), 1)
    before, after = linear_sum_assignment(-counts)
    return Survival(
        survived=float(np.trace(counts) / counts.sum()),
        matched=float(counts[before, after].sum() / counts.sum()),
        confusion=counts / np.maximum(counts.sum(axis=1, keepdims=True), 1),
        renamed=tuple(int(each) for each in after),
    )


def hue_kept(images: np.ndarray, others: np.ndarray) -> float:
    """How well the hue of images agrees with that of others: the mean cosine of the angle between
    their mean colours, 1 where all agree, 0 where they know nothing of each other.

    The hue of an image is the direction of its mean chroma (I and Q of YIQ). Those without colour
    in either of the two are left out.

    Args:
      images, others: uint8 (N, H, W, 3), in the same order.

    Returns:
      NaN if none has a colour.
    """
    chroma = [
        np.asarray(each, float).mean(axis=(1, 2)) @ _RED_GREEN_BLUE_TO_CHROMA.T
        for each in (images, others)
    ]
    lengths = np.prod([np.linalg.norm(each, axis=1) for each in chroma], axis=0)
    coloured = lengths > 1.0  # grey levels, squared
    if not coloured.any():
        return float("nan")
    return float(((chroma[0] * chroma[1]).sum(axis=1)[coloured] / lengths[coloured]).mean())
