"""Balls around features: what precision, recall, density and coverage are counted from.

In: features (N, K) of two sets. Out: for each of them a radius, for each pair "inside or not",
block by block, so that memory stays bounded however large the sets are.
"""

from collections.abc import Iterator

import numpy as np

NEAREST = 5  # a ball reaches to its centre's fifth neighbour, as in the code of Naeem et al.
_ROWS = 1000  # of distances in memory at a time


def squared_radii(features: np.ndarray, nearest: int = NEAREST) -> np.ndarray:
    """Squared distance (N,) of each row from its `nearest`-th neighbour in the same set.

    Raises:
      ValueError: if the set has too few rows for that.
    """
    if not 1 <= nearest < len(features):
        raise ValueError(f"nearest must be in [1, {len(features) - 1}], got {nearest}")
    radii = [  # a row's smallest distance, the first, is that from itself
        np.partition(distances, nearest, axis=1)[:, nearest]
        for distances in squared_distances(features, features)
    ]
    return np.concatenate(radii)


def inside(distances: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Whether squared distances are below squared radii, by more than rounding: a copy of a real
    image lies exactly on the border of its neighbour's ball, and the border is not in the ball."""
    return distances < radii * (1.0 - 1e-9)


def squared_distances(rows: np.ndarray, columns: np.ndarray) -> Iterator[np.ndarray]:
    """The matrix of squared distances, (rows, columns), a block of rows at a time.

    Raises:
      ValueError: if the two do not have features of the same number, or one is not finite.
    """
    if rows.ndim != 2 or rows.shape[1:] != columns.shape[1:]:
        raise ValueError(f"expected (N, K) and (M, K), got {rows.shape} and {columns.shape}")
    if not (np.isfinite(rows).all() and np.isfinite(columns).all()):
        raise ValueError("the features hold NaN or infinity")
    middle = rows.mean(axis=0, dtype=np.float64)  # small numbers lose fewer digits
    rows, columns = rows - middle, columns - middle
    of_columns = (columns**2).sum(axis=1)
    for start in range(0, len(rows), _ROWS):
        block = rows[start : start + _ROWS]
        distances = block @ (-2.0 * columns.T)
        distances += (block**2).sum(axis=1)[:, np.newaxis]
        distances += of_columns
        yield np.maximum(distances, 0.0, out=distances)
