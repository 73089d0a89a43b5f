"""The kernel distance of two sets of features: no Gaussian is assumed, and no bias remains.

In: features (N, K) of two sets. Out: its mean over random subsets, and their spread.
"""

import numpy as np

from gan_course.measures.metrics.checked import feature_sets


def kernel_distance(
    features: np.ndarray,
    others: np.ndarray,
    subsets: int = 100,
    subset_size: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Squared maximum mean discrepancy of the kernel (x·y / K + 1)³, over random subsets.

    With the features of an Inception network papers call it KID.

    Args:
      features, others: (N, K) and (M, K).
      subset_size: rows of each subset; fewer if a set has fewer. Where it takes all rows of both
        sets, the subsets are all the same and have no spread.

    Returns:
      mean and standard deviation over the subsets. The mean is 0, give or take, for two sets of
      one distribution; as an unbiased estimate it may be negative.

    Raises:
      ValueError: if the sets are not of these shapes, have fewer than two rows, or hold NaN
        or infinity.

    Source: Bińkowski et al. 2018, arXiv:1801.01401, section 4.
    """
    if subsets < 1 or subset_size < 2:
        raise ValueError(f"expected subsets >= 1 of >= 2 rows, got {subsets} of {subset_size}")
    sets = feature_sets("kernel_distance", features, others, rows=(2, 2))
    one, other = (np.asarray(f, np.float64) for f in sets)
    size = min(subset_size, len(one), len(other))
    rng = np.random.default_rng(seed)
    counts = len(one), len(other)
    chosen = [[rng.choice(count, size, False) for count in counts] for _ in range(subsets)]
    if 6 * len(one) * len(other) < subsets * size**2:
        found = _of_subsets(one, other, *np.swapaxes(chosen, 0, 1))
    else:
        found = [_estimate(one[rows], other[columns]) for rows, columns in chosen]
    return float(np.mean(found)), float(np.std(found))


def mmd(features: np.ndarray, others: np.ndarray) -> float:
    """The unbiased estimate from all pairs of two sets (N, K) and (M, K), N and M at least 2.

    Raises:
      ValueError: if the sets are not of these shapes, or hold NaN or infinity.

    Source: Gretton et al. 2012, "A Kernel Two-Sample Test", equation 3.
    """
    return _estimate(*feature_sets("mmd", features, others, rows=(2, 2)))


def _estimate(features: np.ndarray, others: np.ndarray) -> float:
    within = [_mean_of_pairs(_kernel(f, f)) for f in (features, others)]
    return float(sum(within) - 2.0 * _kernel(features, others).mean())


def _of_subsets(
    one: np.ndarray, other: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> np.ndarray:
    """The estimate of each subset (subsets, size) from one kernel of all rows: cheaper where the
    subsets overlap."""
    size = rows.shape[1]
    ours, theirs = (_indicators(*each) for each in ((rows, len(one)), (columns, len(other))))
    within = 0.0
    for features, held in ((one, ours), (other, theirs)):
        kernel = _kernel(features, features)
        np.fill_diagonal(kernel, 0.0)
        within = within + np.einsum("sn,sn->s", held @ kernel, held) / (size * (size - 1))
    across = np.einsum("sn,sn->s", ours @ _kernel(one, other), theirs) / size**2
    return within - 2.0 * across


def _indicators(rows: np.ndarray, count: int) -> np.ndarray:
    """(subsets, count): 1 for what a subset holds."""
    held = np.zeros((len(rows), count))
    np.put_along_axis(held, rows, 1.0, axis=1)
    return held


def _kernel(features: np.ndarray, others: np.ndarray) -> np.ndarray:
    kernel = features @ others.T / features.shape[1] + 1.0
    return kernel * kernel * kernel  # ten times as fast as ** 3


def _mean_of_pairs(kernel: np.ndarray) -> float:
    """Of two different rows: a row paired with itself would bias the estimate."""
    count = len(kernel)
    return (kernel.sum() - np.trace(kernel)) / (count * (count - 1))
