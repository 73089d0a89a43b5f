"""The nearest training images: has the generator learnt its images by heart?

In: images of two sets. Out: for each image of the first the nearest of the second.
"""

import numpy as np

from gan_course.measures.metrics.checked import images as checked_images

_ROWS = 5_000  # training images in memory as floats at a time


def nearest_images(images: np.ndarray, training: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest training image of each image, pixel by pixel.

    Args:
      images, training: uint8 (N, H, W, C) and (M, H, W, C).

    Returns:
      indices (N,) into `training`; distances float64 (N,): the root of the mean squared
      difference of a pixel, in grey levels 0..255.

    Raises:
      ValueError: if the images have different shapes, if there are none, or if they hold NaN or
        infinity.
    """
    images, training = (checked_images("nearest_images", i) for i in (images, training))
    if images.shape[1:] != training.shape[1:]:
        raise ValueError(f"expected images of one size, got {images.shape} and {training.shape}")
    from sklearn.metrics import pairwise_distances_argmin_min  # here: it takes a second to load

    rows = _rows(images)
    blocks = [training[start : start + _ROWS] for start in range(0, len(training), _ROWS)]
    nearest = [pairwise_distances_argmin_min(rows, _rows(block)) for block in blocks]
    indices, distances = np.swapaxes(nearest, 0, 1)  # (blocks, N) each
    block = distances.argmin(axis=0)
    where = indices[block, np.arange(len(rows))].astype(np.int64) + _ROWS * block
    pairs = zip(images, training[where], strict=True)  # the sums above have rounding in them
    return where, np.array([np.sqrt(np.square(a - b.astype(float)).mean()) for a, b in pairs])


def _rows(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32)
