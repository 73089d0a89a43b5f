"""Does a generator make what it is asked for, and not always the same?

In: the classes that were asked for, the classes that a classifier sees, features. Out: shares and
ratios. Each is worth something only beside the same of real images: no classifier is always right.
"""

import numpy as np

from gan_course.measures.metrics.checked import feature_sets
from gan_course.measures.metrics.frechet import frechet_distance


def share_as_asked(asked: np.ndarray, seen: np.ndarray) -> float:
    """The share of images that show the class that was asked for.

    Args:
      asked, seen: integers (N,), N at least 1.

    Raises:
      ValueError: if they are others.
    """
    asked, seen = _labels(asked, seen)
    return float((asked == seen).mean())


def share_by_class(asked: np.ndarray, seen: np.ndarray, classes: int) -> np.ndarray:
    """The same for each asked class, float64 (classes,); NaN for one that nobody asked for."""
    asked, seen = _labels(asked, seen)
    counts = np.bincount(asked, minlength=classes)
    right = np.bincount(asked[asked == seen], minlength=classes)
    return np.divide(right, counts, out=np.full(classes, np.nan), where=counts > 0)


def diversity_in_class(
    features: np.ndarray, labels: np.ndarray, real: np.ndarray, real_labels: np.ndarray
) -> float:
    """How far two images of one class are apart, over how far two real ones of it are.

    Mean distances of pairs, and the mean of the ratios over the classes: 1 is as varied as real
    images are, 0 is one picture a class.

    Args:
      features, real: (N, K) and (M, K); labels, real_labels: (N,) and (M,), two rows a class.

    Raises:
      ValueError: if they are others.
    """
    classes = _shared(features, labels, real, real_labels)
    ratios = [_spread(features[labels == c]) / _spread(real[real_labels == c]) for c in classes]
    return float(np.mean(ratios))


def class_frechet_distance(
    features: np.ndarray, labels: np.ndarray, real: np.ndarray, real_labels: np.ndarray
) -> float:
    """The Fréchet distance within a class, the mean over the classes: arguments as above.

    Source: Miyato and Koyama 2018, arXiv:1802.05637, section 5.1 (intra FID).
    """
    classes = _shared(features, labels, real, real_labels)
    return float(
        np.mean([frechet_distance(features[labels == c], real[real_labels == c]) for c in classes])
    )


def variance_shares(features: np.ndarray) -> dict[str, float]:
    """What decides how an image looks: the label, the noise, or both together.

    The variance of images of every label with every noise vector, taken apart as in the two-way
    analysis of variance without repeats. A generator that is deaf to the label has `noise` 1, one
    that is deaf to the noise `label` 1; `both` is what a noise vector means for one label and not
    for another.

    Args:
      features: (labels, noise vectors, K), two of each at least.

    Returns:
      label, noise, both: in [0, 1], with the sum 1.

    Raises:
      ValueError: for another shape, and where all rows are equal.
    """
    features = np.asarray(features, np.float64)
    if features.ndim != 3 or min(features.shape[:2]) < 2 or features.shape[2] == 0:
        raise ValueError(
            f"expected features (labels, noise vectors, K), two of each at least, got "
            f"{features.shape}"
        )
    centred = features - features.mean(axis=(0, 1))
    whole = (centred**2).sum()
    if not whole > 0:
        raise ValueError("all images are the same: there is no variance to share out")
    by_label, by_noise = (centred.mean(axis=axis, keepdims=True) for axis in (1, 0))
    rest = centred - by_label - by_noise
    parts = {
        "label": (by_label**2).sum() * features.shape[1],
        "noise": (by_noise**2).sum() * features.shape[0],
        "both": (rest**2).sum(),
    }
    return {name: float(part / whole) for name, part in parts.items()}


def _spread(rows: np.ndarray) -> float:
    """The mean distance of two different rows."""
    from sklearn.metrics import pairwise_distances  # here: it takes a second to load

    count = len(rows)
    return float(pairwise_distances(rows).sum() / (count * (count - 1)))


def _shared(features, labels, real, real_labels) -> list[int]:
    """The classes on both sides, each with two rows at least."""
    feature_sets("a measure within classes", features, real)
    for rows, told in ((features, labels), (real, real_labels)):
        if np.shape(told) != (len(rows),):
            raise ValueError(f"expected one label for each of {len(rows)} rows, got {told!r:.60}")
    classes = sorted(set(np.unique(labels)) | set(np.unique(real_labels)))
    for c in classes:
        counts = int((labels == c).sum()), int((real_labels == c).sum())
        if min(counts) < 2:
            raise ValueError(f"class {c} has {counts[0]} and {counts[1]} rows; two are the least")
    return classes


def _labels(asked, seen) -> tuple[np.ndarray, np.ndarray]:
    asked, seen = np.asarray(asked), np.asarray(seen)
    whole = asked.dtype.kind in "iu" and seen.dtype.kind in "iu"
    if not whole or asked.shape != seen.shape or asked.ndim != 1 or len(asked) == 0:
        raise ValueError(
            f"expected two rows of labels, integers (N,), got {asked.dtype} {asked.shape} and "
            f"{seen.dtype} {seen.shape}"
        )
    return asked, seen
