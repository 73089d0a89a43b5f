"""The pictures of a run: PNG and GIF files, with a text that says which run made them.

In: uint8 pictures. Out: files, read back exactly. Nothing here draws axes or trains. What images
need besides, their scales and their tiling, can be had here too: `gan.images` has all of it.
"""

import contextlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import imageio.v3 as iio
import numpy as np
from PIL.PngImagePlugin import PngInfo

from gan_course.base.errors import InputError
from gan_course.base.tiles import enlarged, overview, plane, square, tile
from gan_course.data.photographs import opened
from gan_course.data.ranges import from_uint8, to_uint8, to_unit_range

__all__ = [
    "enlarged", "from_uint8", "gif_frames", "overview", "plane", "read_png", "square", "tile",
    "to_uint8", "to_unit_range", "write_gif", "write_png",
]  # fmt: skip


def write_png(file: BinaryIO, picture: np.ndarray, about: dict[str, str]) -> None:
    """Write a uint8 picture (H, W, 1 or 3); `about` becomes text fields that any viewer shows."""
    info = PngInfo()
    for key, value in about.items():
        info.add_text(key, str(value))
    with _into(file, ".png") as png:
        png.write(_flat(picture), is_batch=False, pnginfo=info)


def read_png(path: Path) -> tuple[np.ndarray, dict[str, str]]:
    """A picture (H, W, C) and its text fields. Raises InputError if the file cannot be read."""
    with opened(path, "remove it") as png:
        pixels = png.read(index=0, writeable_output=False)
        about = png.metadata(index=0)  # after the pixels: text may stand behind them
    texts = {key: text for key, text in about.items() if isinstance(text, str) and key != "mode"}
    return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels, texts


def write_gif(
    file: BinaryIO, frames: Sequence[Path], about: str, frame_ms: int = 120, last_ms: int = 2000
) -> None:
    """An endless animation of PNG files: `frame_ms` each, and the last held for `last_ms`.

    Raises:
      InputError: if there is no frame, one cannot be read, or they differ in size.
    """
    if not frames:
        raise InputError("no sample grid to animate yet; train first")
    pictures = [read_png(path)[0] for path in frames]
    sizes = {picture.shape[1::-1] for picture in pictures}
    if len(sizes) > 1:
        raise InputError(f"the sample grids differ in size: {sorted(sizes)}")
    times = [frame_ms] * (len(frames) - 1) + [last_ms]
    shown = {"duration": times, "loop": 0, "comment": about.encode(), "save_all": True}
    with _into(file, ".gif") as gif:
        for picture in pictures:  # one at a time: imageio keeps frames of one byte a pixel
            frame, colours = _frame(picture)
            gif.write(frame, is_batch=False, **shown, **colours)


@contextlib.contextmanager
def _into(file: BinaryIO, extension: str) -> Iterator:
    """imageio's writer, through memory: on a full disk it would try again when it is forgotten."""
    made = io.BytesIO()
    with iio.imopen(made, "w", plugin="pillow", extension=extension) as writer:
        yield writer
    file.write(made.getvalue())


def gif_frames(path: Path) -> tuple[int, list[int]]:
    """How many frames a GIF has, and how long each is shown, in milliseconds."""
    with opened(path, "make it again") as gif:
        count = gif.properties(index=...).n_images
        return count, [int(gif.metadata(index=frame)["duration"]) for frame in range(count)]


def _frame(picture: np.ndarray) -> tuple[np.ndarray, dict[str, int]]:
    """A GIF frame, of 18 levels of grey or 64 colours: noise is what makes a GIF large."""
    picture = enlarged(picture)
    if picture.shape[-1] == 1:
        return _flat((np.rint(picture / 15) * 15).astype(np.uint8)), {}
    return picture, {"bits": 6}


def _flat(picture: np.ndarray) -> np.ndarray:
    return picture[..., 0] if picture.shape[-1] == 1 else picture
