"""Pixels and values: bytes 0..255, a recipe's value range, [-1, 1].

In: arrays or tensors. Out: the same images on another scale. Every module that scales asks here.
"""

import numpy as np


def to_uint8(images: np.ndarray) -> np.ndarray:
    """[-1, 1] -> 0..255, rounded to nearest; what lies outside is clipped."""
    return np.clip(np.rint((np.asarray(images) + 1.0) * 127.5), 0, 255).astype(np.uint8)


def from_uint8(pixels, value_range: tuple[float, float]):
    """Pixels 0..255, as an array or tensor of floats, to a recipe's value range."""
    low, high = value_range
    return pixels * ((high - low) / 255.0) + low


def to_unit_range(images, value_range: tuple[float, float]):
    """Images from a recipe's value range, (-1, 1) or (0, 1), to [-1, 1]."""
    low, high = value_range
    return (images - low) * (2.0 / (high - low)) - 1.0
