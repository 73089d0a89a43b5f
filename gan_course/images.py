"""Images out of arrays: uint8, one tiled picture, PNG and GIF.

In: images in [-1, 1], or uint8 pictures. Out: uint8 arrays and files, each with a text that says
which run made it. Nothing here draws axes or trains; matplotlib is not needed.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageSequence
from PIL.PngImagePlugin import PngInfo

from gan_course.errors import InputError


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
    """What a sample grid shows: the images tiled, or the points that images of 1x2 pixels are."""
    return plane(images) if images.shape[1:] == (1, 2, 1) else tile(images, rows, columns)


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


def enlarged(picture: np.ndarray, shortest: int = 150) -> np.ndarray:
    """The picture with every pixel repeated until no side is below `shortest`."""
    times = -(-shortest // min(picture.shape[:2]))
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def write_png(file: BinaryIO, picture: np.ndarray, about: dict[str, str]) -> None:
    """Write a uint8 picture (H, W, 1 or 3); `about` becomes text fields that any viewer shows."""
    info = PngInfo()
    for key, value in about.items():
        info.add_text(key, str(value))
    _to_pillow(picture).save(file, format="PNG", pnginfo=info)


def read_png(path: Path) -> tuple[np.ndarray, dict[str, str]]:
    """A picture (H, W, C) and its text fields. Raises InputError if the file cannot be read."""
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image)
            return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels, dict(image.text)
    except Exception as error:  # a broken image fails in many ways: OSError, SyntaxError, struct
        raise InputError(f"{path} cannot be read ({error}); remove it") from None


def write_gif(
    file: BinaryIO, frames: Sequence[Path], about: str, frame_ms: int = 120, last_ms: int = 2000
) -> None:
    """An endless animation of PNG files: `frame_ms` each, and the last held for `last_ms`.

    Raises:
      InputError: if there is no frame, or the frames differ in size.
    """
    if not frames:
        raise InputError("no sample grid to animate yet; train first")
    pictures = [_frame(path) for path in frames]
    sizes = {picture.size for picture in pictures}
    if len(sizes) > 1:
        raise InputError(f"the sample grids differ in size: {sorted(sizes)}")
    pictures[0].save(
        file,
        format="GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=[frame_ms] * (len(pictures) - 1) + [last_ms],
        loop=0,
        comment=about.encode(),
    )


def gif_frames(path: Path) -> tuple[int, list[int]]:
    """How many frames a GIF has, and how long each is shown, in milliseconds."""
    with Image.open(path) as gif:
        durations = [int(frame.info["duration"]) for frame in ImageSequence.Iterator(gif)]
    return len(durations), durations


def _frame(path: Path) -> Image.Image:
    """A PNG as a GIF frame, of 18 levels of grey or 64 colours: noise is what makes a GIF large."""
    picture = enlarged(read_png(path)[0])
    if picture.shape[-1] == 1:
        return _to_pillow((np.rint(picture / 15) * 15).astype(np.uint8))
    return _to_pillow(picture).quantize(64, dither=Image.Dither.NONE)


def _to_pillow(picture: np.ndarray) -> Image.Image:
    return Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)
