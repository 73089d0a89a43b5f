"""Which modes and classes images show, as far as that can be known.

In: images, and the dataset that they should be like. Out: counts, or None where nobody can tell.
"""

import numpy as np

from gan_course.data import ImageSet
from gan_course.measures import metrics
from gan_course.measures.features import Features


def modes_of(images: np.ndarray, data: ImageSet) -> metrics.Modes | None:
    """How points, uint8 (N, 1, 2, 1), fall on the dataset's Gaussians, where these are known."""
    if data.centres is None:
        return None
    return metrics.count_modes(metrics.points(images), data.centres, data.deviation)


def tells_classes(features: Features, data: ImageSet) -> bool:
    """Whether the features are those of a classifier of the dataset's own classes."""
    return bool(data.names) and tuple(data.names) == features.names
