"""Which classes a generator makes, and how evenly.

In: the class of each image, as a classifier sees it. Out: counts and an entropy.
"""

import numpy as np


def classes_covered(labels: np.ndarray, classes: int) -> int:
    """Classes with at least a tenth of their fair share of the images.

    Args:
      labels: integers (N,) in [0, classes).
    """
    counts = _counts(labels, classes)
    return int((counts >= 0.1 * len(labels) / classes).sum())


def class_entropy(labels: np.ndarray, classes: int) -> float:
    """The entropy of the class histogram in units of its largest value, ln(classes).

    1: every class equally often. 0: one class alone.
    """
    shares = _counts(labels, classes) / len(labels)
    shares = shares[shares > 0]
    entropy = -(shares * np.log(shares)).sum() / np.log(classes)
    return float(max(0.0, min(1.0, entropy)))  # rounding may lead beyond both ends


def _counts(labels: np.ndarray, classes: int) -> np.ndarray:
    if classes < 2 or len(labels) == 0 or labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"expected labels in [0, {classes}), at least one, and two classes")
    return np.bincount(labels, minlength=classes)
