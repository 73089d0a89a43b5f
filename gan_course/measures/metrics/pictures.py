"""How near pictures are to the pictures that they should be, one by one.

In: uint8 images (N, H, W, C), and the true ones in the same order. Out: one number for each, or for
all. They do not agree with each other, and no one of them is quality: the mean of all photographs
is near to each of them, and looks like none.
"""

import numpy as np

from gan_course.base.backend import tf
from gan_course.data.ranges import from_uint8

_AT_ONCE = 64


def pixel_distance(images: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """L1: the mean distance of two pixels, (N,); pixels are in [-1, 1], so 0 to 2."""
    _check_alike(images, truth)
    return np.abs(_scaled(images) - _scaled(truth)).mean(axis=(1, 2, 3))


def signal_to_noise(images: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """PSNR in dB, (N,): 10 log10(range² / mean squared error); infinite where they are equal."""
    _check_alike(images, truth)
    error = ((_scaled(images) - _scaled(truth)) ** 2).mean(axis=(1, 2, 3))
    with np.errstate(divide="ignore"):
        return 10.0 * np.log10(4.0 / error)


def structural_similarity(images: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """SSIM, (N,), at most 1: means, deviations and correlation in a window of 11x11 pixels.

    Raises:
      ValueError: if the images are smaller than that window.

    Source: Wang et al. 2004, IEEE Transactions on Image Processing 13, equation 13 (Gaussian window
    of deviation 1.5), by TensorFlow.
    """
    _check_alike(images, truth)
    if min(images.shape[1:3]) < 11:
        raise ValueError(f"SSIM looks through 11x11 pixels, the images are {images.shape[1:3]}")
    parts = [
        tf.image.ssim(_scaled(images[at : at + _AT_ONCE]), _scaled(truth[at : at + _AT_ONCE]), 2.0)
        for at in range(0, len(images), _AT_ONCE)
    ]
    return np.concatenate([part.numpy() for part in parts])


def sharpness(images: np.ndarray, truth: np.ndarray) -> float:
    """How steep the images are: the mean |difference| of neighbouring pixels, over that of the true
    ones. 1 is as sharp as these; blur is below."""
    return float(_steepness(images) / _steepness(truth))


def own_target(images: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Whether each image is nearer to its own true one than to any other, (N,), 0 or 1.

    By L1. Who guesses is right in 1 of N cases.
    """
    _check_alike(images, truth)
    flat = _scaled(truth).reshape(len(truth), -1)
    found = [
        int(np.abs(flat - image).mean(axis=1).argmin())
        for image in _scaled(images).reshape(len(images), -1)
    ]
    return (np.array(found) == np.arange(len(images))).astype(float)


def spread_of_draws(draws: np.ndarray, truth: np.ndarray) -> float:
    """How much answers to one question differ from draw to draw: the root of the mean variance over
    draws, over the deviation of the true images from their mean.

    Args:
      draws: uint8 (draws, N, H, W, C), each of the same questions with other dropout.
    """
    over_draws = np.sqrt(_scaled(draws).var(axis=0).mean())
    return float(over_draws / np.sqrt(_scaled(truth).var(axis=0).mean()))


def _steepness(images: np.ndarray) -> float:
    pixels = _scaled(images)
    return float(np.mean([np.abs(np.diff(pixels, axis=axis)).mean() for axis in (1, 2)]))


def _scaled(images: np.ndarray) -> np.ndarray:
    return from_uint8(np.asarray(images, np.float32), (-1.0, 1.0))


def _check_alike(images: np.ndarray, truth: np.ndarray) -> None:
    if images.shape != truth.shape:
        raise ValueError(f"images {images.shape} and true ones {truth.shape} must be alike")
    if images.dtype != np.uint8 or truth.dtype != np.uint8:
        raise ValueError(f"images are uint8 (0 to 255), got {images.dtype} and {truth.dtype}")
