"""Principal components of images: features without a network, for sets that have no labels.

In: images. Out: their coordinates along the directions in which a reference set varies most.
"""

from dataclasses import dataclass

import numpy as np

from gan_course.measures.metrics.checked import images as checked_images


@dataclass(frozen=True)
class PrincipalComponents:
    """mean: (pixels,). directions: (pixels, K), orthonormal, the widest first."""

    mean: np.ndarray
    directions: np.ndarray

    @classmethod
    def of(cls, images: np.ndarray, count: int = 50) -> "PrincipalComponents":
        """The `count` widest directions of a reference set, images (N, H, W, C).

        Raises:
          ValueError: if there are fewer images or pixels than directions, or NaN or infinity.
        """
        images = checked_images("PrincipalComponents.of", images)
        rows = images.reshape(len(images), -1).astype(np.float64)
        if not 1 <= count <= min(rows.shape):
            raise ValueError(
                f"count must be in [1, {min(rows.shape)}], got {count}: there are {len(rows)} "
                f"images of {rows.shape[1]} pixels"
            )
        mean = rows.mean(axis=0)
        _, directions = np.linalg.eigh((rows - mean).T @ (rows - mean))  # the widest last
        return cls(mean, directions[:, : -count - 1 : -1])

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Features (N, K) of images (N, H, W, C) in the same range as the reference set.

        Raises:
          ValueError: if there are none, if they have another number of pixels, or hold NaN or
            infinity.
        """
        images = checked_images("PrincipalComponents", images)
        if images[0].size != len(self.mean):
            raise ValueError(
                f"the components are of images of {len(self.mean)} pixels, got {images.shape}"
            )
        return (images.reshape(len(images), -1) - self.mean) @ self.directions
