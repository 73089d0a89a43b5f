"""Density and coverage: precision and recall that a single outlier cannot spoil.

In: features (N, K) of real and generated images. Out: two numbers, near 1 for equal sets.
"""

import numpy as np

from gan_course.measures.metrics.neighbours import (
    NEAREST,
    checked_radii,
    inside,
    neighbour_sets,
    squared_distances,
)


def density_coverage(
    real: np.ndarray,
    fake: np.ndarray,
    nearest: int = NEAREST,
    real_radii: np.ndarray | None = None,
) -> tuple[float, float]:
    """Both count balls around *real* images only, so a stray sample has no large ball of its own.

    Density is the mean number of real balls that a sample lies in, over `nearest`: it may exceed
    1. Coverage is the share of real images with a sample in their ball; with as many samples as
    real images its expectation for equal distributions is 1 - 1/2**nearest, nearly.

    Args:
      real, fake: (N, K) and (M, K).
      real_radii: `neighbours.squared_radii(real)`, where it is known already.

    Raises:
      ValueError: if the sets are not (N, K) and (M, K), N above `nearest` and M at least 1, or
        hold NaN or infinity.

    Source: Naeem et al. 2020, arXiv:2002.09797, equations 3 and 4.
    """
    real, fake = neighbour_sets("density_coverage", real, fake, nearest, rows=1)
    real_radii = checked_radii(real, nearest, real_radii)
    balls, covered, start = 0, 0, 0
    for distances in squared_distances(real, fake):
        found = inside(distances, real_radii[start : start + len(distances), np.newaxis])
        balls += int(np.count_nonzero(found))
        covered += int(found.any(axis=1).sum())
        start += len(distances)
    return balls / (nearest * len(fake)), covered / len(real)
