"""Which classes a generator makes, and how evenly.

In: the class of each image, as a classifier sees it. Out: counts and an entropy.
"""

import numpy as np


def classes_covered(labels: np.ndarray, classes: int) -> int:
    """Classes with at least a tenth of their fair share of the images.

    Args:
      labels: integers (N,) in [0, classes), N at least 1; classes at least 2.

    Raises:
      ValueError: if they are not.
    """
    counts = _counts(labels, classes)
    return int((counts >= 0.1 * counts.sum() / classes).sum())


def class_entropy(labels: np.ndarray, classes: int) -> float:
    """The entropy of the class histogram in units of its largest value, ln(classes).

    1: every class equally often. 0: one class alone.

    Raises:
      ValueError: as `classes_covered`.
    """
    counts = _counts(labels, classes)
    shares = counts[counts > 0] / counts.sum()
    entropy = -(shares * np.log(shares)).sum() / np.log(classes)
    return float(max(0.0, min(1.0, entropy)))  # rounding may lead beyond both ends


def _counts(labels: np.ndarray, classes: int) -> np.ndarray:
    labels = np.asarray(labels)
    if classes < 2:
        raise ValueError(f"expected at least 2 classes, got {classes}")
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or len(labels) == 0:
        found = f"{labels.dtype} {labels.shape}"
        raise ValueError(f"expected at least one label, integers (N,), got {found}")
    if labels.min() < 0 or labels.max() >= classes:
        found = f"{labels.min()} to {labels.max()}"
        raise ValueError(f"expected labels in [0, {classes}), got {found}")
    return np.bincount(labels, minlength=classes)
