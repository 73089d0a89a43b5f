"""`ring` and `grid`: points in the plane, drawn around centres that are known.

In: how many, and a seed. Out: points as images of 1x2 pixels, and the centre of each as a label.
The two pixels are the coordinates, 0..255 for -1..1, so that a GAN in two dimensions runs on the
same code as one that draws; a step of one grey level is a quarter of the standard deviation.
"""

import numpy as np

from gan_course.data.painted.warp import balanced_labels

DEVIATION = 0.03  # of the points around their centre, in each direction

_ANGLES = 2 * np.pi * np.arange(8) / 8
RING = 0.75 * np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)  # (8, 2)
GRID = 0.4 * np.array([(x, y) for y in range(-2, 3) for x in range(-2, 3)], float)  # (25, 2)

RING_NAMES = tuple(f"{angle:g}°" for angle in np.degrees(_ANGLES))
GRID_NAMES = tuple(f"({x:.1f}, {y:.1f})" for x, y in GRID)


def ring(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Eight Gaussians on a circle: images uint8 (count, 1, 2), labels uint8 (count,)."""
    return _around(RING, count, seed)


def grid(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Twenty-five Gaussians on a square grid; the same types."""
    return _around(GRID, count, seed)


def _around(centres: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = balanced_labels(count, len(centres), rng)
    points = centres[labels] + DEVIATION * rng.standard_normal((count, 2))
    pixels = np.clip(np.rint((points + 1.0) * 127.5), 0, 255).astype(np.uint8)
    return pixels[:, np.newaxis, :], labels
