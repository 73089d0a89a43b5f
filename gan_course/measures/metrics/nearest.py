"""The nearest training images: has the generator learnt its images by heart?

In: images of two sets. Out: for each image of the first the nearest of the second.
"""

import numpy as np

from gan_course.measures.metrics.checked import images as checked_images

_COLUMNS = 5_000  # training images in memory as floats at a time


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
    rows = images.reshape(len(images), -1).astype(np.float32)
    sizes = np.square(rows, dtype=np.float64).sum(axis=1)
    best = np.full(len(rows), np.inf)
    where = np.zeros(len(rows), np.int64)
    for start in range(0, len(training), _COLUMNS):
        block = training[start : start + _COLUMNS]
        block = block.reshape(len(block), -1).astype(np.float32)
        found = np.square(block).sum(axis=1) - 2.0 * (rows @ block.T)  # + |row|², the same for all
        nearest = found.argmin(axis=1)
        distances = found[np.arange(len(rows)), nearest] + sizes
        nearer = distances < best
        best[nearer], where[nearer] = distances[nearer], nearest[nearer] + start
    pairs = zip(images, training[where], strict=True)  # the sums above have rounding in them
    return where, np.array([np.sqrt(np.square(a - b.astype(float)).mean()) for a, b in pairs])
