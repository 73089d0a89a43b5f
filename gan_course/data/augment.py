"""Images a little larger, cropped again somewhere, and some of them mirrored.

In: uint8 images that belong together, such as questions and answers. Out: the same window of each.
Done anew for every step: crops that are kept would be all that a network ever sees.
"""

from collections.abc import Sequence

import numpy as np


def jittered(
    together: Sequence[np.ndarray], by: int, mirror: bool, rng: np.random.Generator
) -> list[np.ndarray]:
    """Enlarge by `by` pixels (nearest neighbour), crop to the old size, mirror half of them.

    Args:
      together: uint8 (batch, H, W, C) each; C may differ. Image i of each gets the same window.
      rng: draws three numbers for each image, always: other settings change no other number.

    Source: Isola et al. 2017, arXiv:1611.07004, section 6.2 (there 286 and 256 pixels).
    """
    count, height, width, _ = together[0].shape
    downs, rights = rng.integers(0, by + 1, (2, count))
    turned = rng.random(count) < 0.5
    if by == 0 and not mirror:
        return list(together)
    windows = []
    for down, right, turn in zip(downs, rights, turned, strict=True):
        rows, columns = _shown(down, height, by), _shown(right, width, by)
        windows.append(np.ix_(rows, columns[::-1] if turn and mirror else columns))
    return [
        np.stack([image[window] for image, window in zip(images, windows, strict=True)])
        for images in together
    ]


def _shown(offset: int, length: int, by: int) -> np.ndarray:
    """Which pixel of a side each pixel of the window shows: the one under its centre."""
    return ((np.arange(length) + offset + 0.5) * length / (length + by)).astype(int)
