"""What of an image the metrics compare.

In: uint8 images. Out: a row of features for each. `features_for(data)` chooses: the coordinates of
points; the last hidden layer of a small classifier for anything else. `inception()` is there for
colour photographs.
"""

from gan_course.measures.features.choice import Features, features_for
from gan_course.measures.features.classifier import Classifier, classifier_of
from gan_course.measures.features.coordinates import Coordinates
from gan_course.measures.features.inception import Inception, inception

__all__ = [
    "Classifier",
    "Coordinates",
    "Features",
    "Inception",
    "classifier_of",
    "features_for",
    "inception",
]
