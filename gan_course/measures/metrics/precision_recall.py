"""Precision and recall: are the samples realistic, and is every real image within their reach?

In: features (N, K) of real and generated images. Out: two shares in [0, 1].
"""

import numpy as np

from gan_course.measures.metrics.neighbours import (
    NEAREST,
    checked_radii,
    inside,
    neighbour_sets,
    squared_distances,
    squared_radii,
)


def precision_recall(
    real: np.ndarray,
    fake: np.ndarray,
    nearest: int = NEAREST,
    real_radii: np.ndarray | None = None,
) -> tuple[float, float]:
    """The improved precision and recall of generative models.

    Precision is the share of samples that lie in the ball of a real image; recall the share of
    real images that lie in the ball of a sample. A ball reaches to its centre's `nearest`-th
    neighbour in its own set, the border excluded (the paper includes it): a set of which every
    row is there more than `nearest` times has balls of radius 0, with nothing in them.

    Args:
      real, fake: (N, K) and (M, K).
      real_radii: `neighbours.squared_radii(real)`, where it is known already.

    Raises:
      ValueError: if the sets are not (N, K) and (M, K), N and M above `nearest`, or hold NaN or
        infinity.

    Source: Kynkäänniemi et al. 2019, arXiv:1904.06991, equations 1 and 2.
    """
    real, fake = neighbour_sets("precision_recall", real, fake, nearest)
    real_radii = checked_radii(real, nearest, real_radii)
    fake_radii = squared_radii(fake, nearest)
    realistic, reached, start = np.zeros(len(fake), bool), [], 0
    for distances in squared_distances(real, fake):
        radii = real_radii[start : start + len(distances), np.newaxis]
        realistic |= inside(distances, radii).any(axis=0)
        reached.append(inside(distances, fake_radii).any(axis=1))
        start += len(distances)
    return float(realistic.mean()), float(np.concatenate(reached).mean())
