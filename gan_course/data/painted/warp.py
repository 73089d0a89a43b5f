"""The chance that every embedded picture shares: balanced labels and smooth warps.

In: a count and a NumPy generator. Out: labels, and warps that move points.
A warp moves coordinates in pixels from the image centre (x right, y down).
Nothing here draws: the caller warps a pen's path or the grid it samples.
"""

from dataclasses import dataclass, fields

import numpy as np


def balanced_labels(count: int, classes: int, rng: np.random.Generator) -> np.ndarray:
    """Shuffled labels whose counts differ by at most one.

    Returns:
      uint8 (count,), values in 0..classes-1.

    Raises:
      ValueError: if count is below 1.
    """
    if count < 1:
        raise ValueError(f"count must be >= 1, got {count}")
    # A random start, so that a set of 7 does not always hold classes 0 to 6.
    labels = (np.arange(count) + rng.integers(classes)) % classes
    return rng.permutation(labels).astype(np.uint8)


@dataclass(frozen=True)
class Warp:
    """One affine map and two slow waves per image; all arrays float32."""

    matrix: np.ndarray  # (count, 2, 2), rotation, slant, scale and aspect
    shift: np.ndarray  # (count, 1, 2), pixels
    wavevector: np.ndarray  # (count, 2, 2), radians per pixel, one column per wave
    phase: np.ndarray  # (count, 1, 2)
    amplitude: np.ndarray  # (count, 2, 2), pixels, one row per wave

    def __getitem__(self, chosen: slice) -> "Warp":
        return Warp(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Moves points (k, 2) or (count, k, 2); returns float32 (count, k, 2)."""
        waves = np.sin(points @ self.wavevector + self.phase)
        return points @ self.matrix + waves @ self.amplitude + self.shift

    def inverse(self) -> "Warp":
        """Undoes the affine part exactly, and shift and waves to first order in pixels."""
        undo = np.linalg.inv(self.matrix)
        return Warp(undo, -self.shift, self.wavevector, self.phase, -self.amplitude)

    @property
    def scale(self) -> np.ndarray:
        """Mean magnification of the affine part, float32 (count,)."""
        return np.sqrt(np.abs(np.linalg.det(self.matrix)))


def random_warp(count: int, rng: np.random.Generator) -> Warp:
    """Warps mild enough that a digit 20 pixels tall stays readable in 28.

    Rotation within 8 degrees, slant within 0.15, scale 0.9 to 1.05, aspect
    within 8 %, shift within 0.8 pixel, two waves of at most 0.4 pixel each way.
    """
    angle = rng.uniform(-1, 1, count) * np.deg2rad(8)
    slant = rng.uniform(-0.15, 0.15, count)
    scale = rng.uniform(0.9, 1.05, count)
    aspect = np.exp(rng.uniform(-0.08, 0.08, count))
    cos, sin = np.cos(angle), np.sin(angle)
    rotate = np.stack([cos, sin, -sin, cos], axis=-1).reshape(count, 2, 2)
    shear = np.zeros((count, 2, 2))
    shear[:, 0, 0], shear[:, 1, 1], shear[:, 1, 0] = scale * aspect, scale / aspect, slant
    # Wavelengths of 16 to 40 pixels: shorter ones would wobble a single stroke.
    wave_angle = rng.uniform(0, 2 * np.pi, (count, 2))
    frequency = 2 * np.pi / rng.uniform(16, 40, (count, 2))
    parts = (
        shear @ rotate,
        rng.uniform(-0.8, 0.8, (count, 1, 2)),
        np.stack([np.cos(wave_angle), np.sin(wave_angle)], axis=1) * frequency[:, None],
        rng.uniform(0, 2 * np.pi, (count, 1, 2)),
        rng.uniform(-0.4, 0.4, (count, 2, 2)),
    )
    return Warp(*(part.astype(np.float32) for part in parts))
