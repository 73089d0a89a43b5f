"""Pairs made by code: line drawings of the painted pictures, and the pictures themselves.

In: how many, and a seed. Out: uint8 inputs (the drawings) and targets, of one shape. A drawing says
where things are and nothing of their colours: what becomes of it is open, as in edges of shoes.

The lines are found in the pictures by their slopes, not drawn by the rules of the painters.
"""

import numpy as np

from gan_course.data.painted import faces_toy, shapes
from gan_course.data.painted.chunks import paint_chunks

CHUNK = 100  # pictures at once, to bound memory
FINE = 2  # pixels of a face to one of `faces_toy`
FAINT, FULL = 10, 30  # levels a pixel: slopes where a line begins, and where it is black


def of_shapes(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Drawings and pictures of `shapes`, each uint8 (count, 32, 32, 3).

    Raises:
      ValueError: if count is below 1 or seed is negative.
    """
    pictures, _ = shapes.make(count, seed)
    return drawings(pictures), pictures


def of_faces(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Drawings and pictures of `faces_toy` at twice the size, each uint8 (count, 128, 128, 3).

    Raises:
      ValueError: if count is below 1 or seed is negative.
    """
    pictures, _ = faces_toy.make(count, seed, FINE)
    return drawings(pictures), pictures


def drawings(pictures: np.ndarray) -> np.ndarray:
    """Black lines on white where pictures (n, H, W, 3) change; uint8, three equal channels."""
    found = np.empty_like(pictures)

    def draw(part: slice) -> None:
        ink = np.clip((slopes(pictures[part]) - FAINT) / (FULL - FAINT), 0, 1)
        found[part] = np.rint(255 - 255 * ink)[..., None]

    paint_chunks(draw, len(pictures), CHUNK)
    return found


def slopes(pictures: np.ndarray) -> np.ndarray:
    """Sobel's slope of the channel that changes most, float32 (n, H, W), in levels a pixel."""
    pictures = pictures.astype(np.float32)
    squared = np.float32(0)
    for along, across in ((1, 2), (2, 1)):
        change = (moved(pictures, along, 1) - moved(pictures, along, -1)) / 2
        beside = moved(change, across, 1) + moved(change, across, -1)
        squared = squared + (change / 2 + beside / 4) ** 2
    return np.sqrt(squared.max(axis=-1))


def moved(pictures: np.ndarray, axis: int, step: int) -> np.ndarray:
    """Each pixel's neighbour `step` further on; beyond the frame, the frame."""
    last = pictures.shape[axis] - 1
    return pictures.take(np.clip(np.arange(last + 1) + step, 0, last), axis)
