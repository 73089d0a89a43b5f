"""Balls around features: what precision, recall, density and coverage are counted from.

In: features (N, K) of two sets. Out: for each of them a radius, for each pair "inside or not",
block by block, so that memory stays bounded however large the sets are.
"""

from collections.abc import Iterator

import numpy as np

from gan_course.measures.metrics.checked import feature_sets

NEAREST = 5  # a ball reaches to its centre's fifth neighbour, as in the code of Naeem et al.


def squared_radii(features: np.ndarray, nearest: int = NEAREST) -> np.ndarray:
    """Squared distance (N,) of each row from its `nearest`-th neighbour in the same set.

    Raises:
      ValueError: if the set has too few rows for that, is not (N, K), or holds NaN or infinity.
    """
    features, _ = neighbour_sets("squared_radii", features, features, nearest)
    radii = [  # a row's smallest distance, the first, is that from itself
        np.partition(distances, nearest, axis=1)[:, nearest]
        for distances in squared_distances(features, features)
    ]
    return np.concatenate(radii)


def neighbour_sets(
    measure: str, one: np.ndarray, other: np.ndarray, nearest: int, rows: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of features whose rows have so many neighbours; the second may do with `rows`.

    Raises:
      ValueError: as `feature_sets`; or if `nearest` is below 1.
    """
    if nearest < 1:
        raise ValueError(f"nearest must be at least 1, got {nearest}")
    needed = (nearest + 1, nearest + 1 if rows is None else rows)
    return feature_sets(f"{measure} with nearest={nearest}", one, other, needed)


def checked_radii(real: np.ndarray, nearest: int, known: np.ndarray | None) -> np.ndarray:
    """The squared radii of a set, where they are not known already.

    Raises:
      ValueError: as `squared_radii`; or if there are more or fewer known ones than rows.
    """
    if known is None:
        return squared_radii(real, nearest)
    if np.shape(known) != (len(real),):
        raise ValueError(
            f"real_radii must have shape ({len(real)},), one for each real row, "
            f"got {np.shape(known)}"
        )
    return known


def inside(distances: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Whether squared distances are below squared radii, by more than rounding: a copy of a real
    image lies exactly on the border of its neighbour's ball, and the border is not in the ball."""
    return distances < radii * (1.0 - 1e-9)


def squared_distances(
    rows: np.ndarray, columns: np.ndarray, at_once: int = 1000
) -> Iterator[np.ndarray]:
    """The matrix of squared distances, (rows, columns), a block of `at_once` rows at a time.

    Raises:
      ValueError: if the two do not have features of the same number, or one is not finite.
    """
    rows, columns = feature_sets("squared_distances", rows, columns)
    middle = rows.mean(axis=0, dtype=np.float64)  # small numbers lose fewer digits
    rows, columns = rows - middle, columns - middle
    of_columns = (columns**2).sum(axis=1)
    for start in range(0, len(rows), at_once):
        block = rows[start : start + at_once]
        distances = block @ (-2.0 * columns.T)
        distances += (block**2).sum(axis=1)[:, np.newaxis]
        distances += of_columns
        yield np.maximum(distances, 0.0, out=distances)
