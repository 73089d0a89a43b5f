"""Many images as one picture: tiled, as points of the plane, enlarged.

In: uint8 arrays. Out: uint8 arrays. Nothing here knows files; the others ask `images` for these.
"""

import math

import numpy as np

LARGE = 480  # pixels of the longer side, at least: what people look at in files and films


def tile(images: np.ndarray, rows: int, columns: int, gap: int = 2) -> np.ndarray:
    """One picture from a batch, filled row by row.

    Args:
      images: uint8 (N, H, W, C) with N <= rows * columns; places left over stay dark.
      gap: pixels between images and around them.

    Returns:
      uint8 (rows * (H + gap) + gap, columns * (W + gap) + gap, C).

    Raises:
      ValueError: if there are more images than places.
    """
    count, height, width, channels = images.shape
    if count > rows * columns:
        raise ValueError(f"{count} images do not fit into {rows}x{columns} places")
    cells = np.full((rows * columns, height + gap, width + gap, channels), 32, np.uint8)
    cells[:count, gap:, gap:] = images
    cells[count:, gap:, gap:] = 0
    cells = cells.reshape(rows, columns, height + gap, width + gap, channels)
    picture = cells.swapaxes(1, 2).reshape(rows * (height + gap), columns * (width + gap), channels)
    return np.pad(picture, ((0, gap), (0, gap), (0, 0)), constant_values=32)


def overview(images: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """What a sample grid shows: the images tiled, or dots in the plane where they are points."""
    return plane(images) if are_points(images.shape[1:]) else tile(images, rows, columns)


def are_points(image_shape: tuple[int, ...]) -> bool:
    """Whether images of that shape are points of the plane: two grey pixels, x and y."""
    return tuple(image_shape) == (1, 2, 1)


def plane(points: np.ndarray, side: int = 300) -> np.ndarray:
    """Points of the plane as a picture: light dots on dark, y up.

    Args:
      points: uint8 (N, 1, 2, 1): x and y, 0..255 from edge to edge.

    Returns:
      uint8 (side, side, 1).
    """
    across, up = np.rint(points.reshape(-1, 2).T / 255.0 * (side - 3)).astype(int)
    picture = np.full((side, side, 1), 32, np.uint8)
    for row, column in np.ndindex(3, 3):  # a dot is 3x3 pixels
        picture[side - 3 - up + row, across + column] = 224
    return picture


def square(count: int) -> tuple[int, int]:
    """Rows and columns of the most square grid with room for `count` images."""
    columns = math.ceil(math.sqrt(count))
    return math.ceil(count / columns), columns


def enlargement(picture: np.ndarray, longest: int = LARGE) -> int:
    """How often each pixel is repeated, both ways, until the longer side has `longest` pixels."""
    return max(1, -(-longest // max(picture.shape[:2])))


def enlarged(picture: np.ndarray, longest: int = LARGE) -> np.ndarray:
    """The picture with every pixel repeated until its longer side has `longest` pixels."""
    times = enlargement(picture, longest)
    return picture.repeat(times, axis=0).repeat(times, axis=1)
