"""Images as people give them to a function: an ImageSet, the name of a dataset, an array."""

import numpy as np

from gan_course.base.errors import InputError
from gan_course.data.imageset import ImageSet
from gan_course.data.sources import load


def as_image_set(
    data: ImageSet | np.ndarray | str, image_shape: tuple[int, int, int] | None = None
) -> ImageSet:
    """The images that somebody gives in one of three ways: an ImageSet, a name, uint8 images.

    Args:
      image_shape: as in `load`, for a name.

    Raises:
      InputError: as `load` and `ImageSet` do, and for anything else.
    """
    if isinstance(data, ImageSet):
        return data
    if isinstance(data, str):
        return load(data, image_shape)
    if hasattr(data, "__array__") or isinstance(data, list | tuple):
        return ImageSet("given", data)
    raise InputError(
        f"data must be an ImageSet, the name of a dataset, or uint8 images (N, H, W, C), "
        f"got {type(data).__name__} {data!r}"
    )
