"""Error bars: how much would a measure change with other samples?

In: a measure as a function of rows. Out: its standard error.
"""

from collections.abc import Callable

import numpy as np


def jackknife(
    measure: Callable[[np.ndarray], np.ndarray], count: int, groups: int = 5, seed: int = 0
):
    """The standard error of a measure of `count` rows, leaving out one group of rows at a time.

    A bootstrap draws rows twice, and a row's twin is its nearest neighbour: measures that look at
    neighbours would break. The jackknife never repeats a row.

    Args:
      measure: indices (n,) of the rows to keep -> one number, or several (k,).
      groups: of equal size, give or take one, drawn from `seed`.

    Returns:
      float64, the shape of what `measure` returns.

    Raises:
      ValueError: if there are not at least two rows a group, and two groups; or if a measure is
        not finite.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, equation 11.5; with
    groups: section 11.5, the delete-d jackknife.
    """
    if groups < 2:
        raise ValueError(f"groups must be at least 2, got {groups}")
    if count < 2 * groups:
        raise ValueError(
            f"a jackknife of {groups} groups needs at least {2 * groups} rows, got {count}"
        )
    parts = np.array_split(np.random.default_rng(seed).permutation(count), groups)
    found = np.array([measure(np.delete(np.arange(count), part)) for part in parts], np.float64)
    if not np.isfinite(found).all():
        left_out = int(np.argmin(np.isfinite(found.reshape(groups, -1)).all(axis=1)))
        raise ValueError(
            f"the measure is {found[left_out]} without group {left_out} of {groups}, "
            "expected finite numbers"
        )
    spread = ((found - found.mean(axis=0)) ** 2).sum(axis=0)
    return np.sqrt((groups - 1) / groups * spread)
