"""What every measure asks of its arrays, in one place.

In: features or images, and how many rows are needed. Out: the same as arrays, or a ValueError
that says in one line what was found and what is needed.
"""

import numpy as np


def feature_sets(
    measure: str, one: np.ndarray, other: np.ndarray, rows: tuple[int, int] = (1, 1)
) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of features with the same columns.

    Args:
      measure: what asks, for the message.
      rows: how many each set needs at least.

    Raises:
      ValueError: if they are not (N, K) and (M, K), have too few rows, or hold NaN or infinity.
    """
    one, other = np.asarray(one), np.asarray(other)
    if one.ndim != 2 or other.ndim != 2 or one.shape[1] != other.shape[1] or one.shape[1] == 0:
        raise ValueError(
            f"{measure} expected features (N, K) and (M, K), got {one.shape} and {other.shape}"
        )
    if len(one) < rows[0] or len(other) < rows[1]:
        found = f"{len(one)} and {len(other)}"
        raise ValueError(f"{measure} needs at least {rows[0]} and {rows[1]} rows, got {found}")
    for name, found in (("first", one), ("second", other)):
        finite(f"the {name} features of {measure}", found)
    return one, other


def finite(what: str, found: np.ndarray) -> None:
    """Refuse NaN and infinity, and what is no number.

    Raises:
      ValueError: with how many rows hold one, and the first of them.
    """
    if found.dtype.kind in "iub":
        return
    if found.dtype.kind != "f":
        raise ValueError(f"{what} must be real numbers, got {found.dtype}")
    with np.errstate(over="ignore", invalid="ignore"):  # one pass without a copy, nearly always
        if np.isfinite(found.sum()):
            return
    bad = np.flatnonzero(~np.isfinite(found).reshape(len(found), -1).all(axis=1))
    if len(bad):
        raise ValueError(
            f"{what} hold NaN or infinity in {len(bad)} of {len(found)} rows, first in row {bad[0]}"
        )


def images(what: str, found: np.ndarray, least: int = 1) -> np.ndarray:
    """Images, one each row, as an array of finite numbers.

    Raises:
      ValueError: if there are fewer than `least`, if they have no pixels, or are not finite.
    """
    found = np.asarray(found)
    if found.ndim < 2 or 0 in found.shape[1:]:
        raise ValueError(f"{what} expected images (N, H, W, C), got {found.shape}")
    if len(found) < least:
        raise ValueError(f"{what} needs at least {least} images, got {len(found)}")
    finite(f"the images of {what}", found)
    return found
