"""Which features fit a dataset."""

from typing import Protocol

import numpy as np

from gan_course.data import DATASETS, ImageSet, load
from gan_course.measures.features.classifier import classifier_of
from gan_course.measures.features.coordinates import Coordinates


class Features(Protocol):
    """Any callable on uint8 images (N, H, W, C) -> (N, K), that says what it is."""

    names: tuple[str, ...]  # of the classes that it can tell apart; empty if it cannot
    fingerprint: str  # numbers of other features cannot be compared

    def __call__(self, images: np.ndarray) -> np.ndarray: ...


def features_for(data: ImageSet) -> Features:
    """Coordinates for points; for images a classifier, made now if the cache has none.

    One class of a set is measured by the classifier of the whole set.
    """
    if data.points:
        return Coordinates()
    whole, colon, _ = data.name.partition(":")
    if colon and data.y_train is None and whole in DATASETS:
        return classifier_of(load(whole, data.image_shape))
    return classifier_of(data)
