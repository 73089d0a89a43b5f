"""How many modes of a known mixture a generator reaches.

In: points in the plane and the centres of the mixture. Out: counts. The sets `ring` and `grid`
know their centres, so here coverage needs no judgement.
"""

from dataclasses import dataclass

import numpy as np

from gan_course.measures.metrics.checked import feature_sets
from gan_course.measures.metrics.checked import images as checked_images


def points(images: np.ndarray) -> np.ndarray:
    """The points (N, 2) in [-1, 1] of images (N, 1, 2, 1): uint8, or floats in [-1, 1].

    Raises:
      ValueError: if there are none, if they have not two numbers each, or hold NaN or infinity.
    """
    images = checked_images("points", images)
    if images[0].size != 2:
        raise ValueError(f"points expected images (N, 1, 2, 1) of two numbers, got {images.shape}")
    flat = images.reshape(len(images), 2)
    return flat / 127.5 - 1.0 if flat.dtype == np.uint8 else flat


@dataclass(frozen=True)
class Modes:
    """samples: (centres,), how many good samples each mode got.

    quality: the share of all samples that are good, that is within 3 standard deviations of a
    centre.
    """

    samples: np.ndarray
    quality: float

    @property
    def covered(self) -> int:
        """Modes with at least a tenth of their fair share of the good samples."""
        fair = self.samples.sum() / len(self.samples)
        return int((self.samples >= 0.1 * fair).sum()) if fair else 0


def count_modes(found: np.ndarray, centres: np.ndarray, deviation: float) -> Modes:
    """The good samples of each mode.

    Args:
      found: (N, 2). centres: (K, 2). deviation: the mixture's, in each direction.

    Raises:
      ValueError: if there is no point or no centre, or one that is not two finite numbers; or if
        the deviation is not above 0.

    Source: Lin et al. 2018, arXiv:1712.04086, section 4.1, counts so; there one good sample is
    enough to cover a mode, here a tenth of its fair share, which does not grow with N.
    """
    found, centres = feature_sets("count_modes", found, centres)
    if found.shape[1] != 2:
        raise ValueError(f"count_modes expected points (N, 2) of the plane, got {found.shape}")
    if not 0 < deviation < np.inf:
        raise ValueError(f"the deviation of count_modes must be above 0, got {deviation}")
    distances = np.linalg.norm(found[:, np.newaxis] - centres, axis=2)
    good = distances.min(axis=1) <= 3.0 * deviation
    nearest = distances.argmin(axis=1)[good]
    return Modes(np.bincount(nearest, minlength=len(centres)), float(good.mean()))
