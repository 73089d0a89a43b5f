"""Measures of generated data: functions of arrays.

In: points, images, or features of two sets. Out: numbers. Nothing here trains or reads a file.
All take features to statistics to a number; which features is up to the caller, and the numbers
depend on it: a Fréchet distance in the features of the course's own classifier is *not* the FID
of papers, which takes those of an Inception network, and the two cannot be compared.
"""

from gan_course.measures.metrics.asked import (
    class_frechet_distance,
    diversity_in_class,
    share_as_asked,
    share_by_class,
    variance_shares,
)
from gan_course.measures.metrics.classes import class_entropy, classes_covered
from gan_course.measures.metrics.density_coverage import density_coverage
from gan_course.measures.metrics.frechet import frechet_distance
from gan_course.measures.metrics.journeys import Survival, class_survival, hue_kept
from gan_course.measures.metrics.kernel import kernel_distance
from gan_course.measures.metrics.modes import Modes, count_modes, points
from gan_course.measures.metrics.nearest import nearest_images
from gan_course.measures.metrics.pictures import (
    own_target,
    pixel_distance,
    sharpness,
    signal_to_noise,
    spread_of_draws,
    structural_similarity,
)
from gan_course.measures.metrics.precision_recall import precision_recall
from gan_course.measures.metrics.resampling import jackknife

__all__ = [
    "Modes",
    "Survival",
    "class_entropy",
    "class_frechet_distance",
    "class_survival",
    "classes_covered",
    "count_modes",
    "density_coverage",
    "diversity_in_class",
    "frechet_distance",
    "hue_kept",
    "jackknife",
    "kernel_distance",
    "nearest_images",
    "own_target",
    "pixel_distance",
    "points",
    "precision_recall",
    "share_as_asked",
    "share_by_class",
    "sharpness",
    "signal_to_noise",
    "spread_of_draws",
    "structural_similarity",
    "variance_shares",
]
