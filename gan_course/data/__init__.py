"""Images to learn from: `load(name) -> ImageSet`, uint8 and in memory.

A name is looked up in the mirror folder `$GAN_COURSE_DATA` first (`NAME.npz`), then at its real
source; embedded sets are made by code and always there; `folder:PATH` reads any folder of images.
Images of two kinds are `Pairs` (`folder:A|B`, or a set of pairs) or `Unpaired` (`unpaired:A|B`).
Nothing is ever substituted silently: what cannot be had is a `DatasetUnavailable`.
"""

from gan_course.data.given import as_image_set
from gan_course.data.imageset import ImageSet
from gan_course.data.pairs import Pairs, Unpaired
from gan_course.data.sources import DATASETS, class_names, load, stand_in

__all__ = [
    "DATASETS", "ImageSet", "Pairs", "Unpaired", "as_image_set", "class_names", "load", "stand_in",
]  # fmt: skip
