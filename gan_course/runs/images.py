"""The pictures of a run: PNG and GIF files, with a text that says which run made them.

In: uint8 pictures. Out: files, read back exactly. Nothing here draws axes or trains. What images
need besides, their scales and their tiling, can be had here too: `gan.images` has all of it.
"""

import contextlib
import io
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import imageio.v3 as iio
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from gan_course.base.errors import InputError
from gan_course.base.tiles import enlarged, enlargement, overview, plane, square, tile
from gan_course.data.photographs import opened
from gan_course.data.ranges import from_uint8, to_uint8, to_unit_range

__all__ = [
    "enlarged", "enlargement", "from_uint8", "gif_frames", "overview", "plane", "read_png",
    "square", "tile", "to_uint8", "to_unit_range", "write_gif", "write_png",
]  # fmt: skip


_ENLARGED = "Enlarged"  # the text field of a PNG that says how often its pixels are repeated


def write_png(
    file: BinaryIO, picture: np.ndarray, about: dict[str, str], enlarge: bool = False
) -> None:
    """Write a picture, for people to look at or for programs to read.

    Args:
      picture: uint8 (H, W, 1 or 3).
      about: text fields, which any viewer shows.
      enlarge: repeat the pixels of a small one, see `enlarged`; `read_png` takes that back.
    """
    times = enlargement(picture) if enlarge else 1
    info = PngInfo()
    for key, value in {**about, **({_ENLARGED: times} if times > 1 else {})}.items():
        info.add_text(key, str(value))
    pixels = enlarged(picture) if enlarge else picture
    with _into(file, ".png") as png:  # level 1: a run waits for its grids
        png.write(_flat(pixels), is_batch=False, pnginfo=info, compress_level=1)


def read_png(path: Path) -> tuple[np.ndarray, dict[str, str]]:
    """A picture (H, W, C) as `write_png` was given it, and its text fields.

    Raises:
      InputError: if the file cannot be read.
    """
    with opened(path, "remove it") as png:
        pixels = png.read(index=0, writeable_output=False)
        about = png.metadata(index=0)  # after the pixels: text may stand behind them
    texts = {key: text for key, text in about.items() if isinstance(text, str) and key != "mode"}
    times = texts.pop(_ENLARGED, "1")
    if not (times.isdecimal() and int(times)):
        raise InputError(f"{path} says that it is enlarged {times!r} times; remove it")
    pixels = pixels[:: int(times), :: int(times)]
    return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels, texts


def write_gif(
    file: BinaryIO,
    frames: Sequence[Path],
    about: str,
    frame_ms: int | Sequence[int] = 120,
    last_ms: int = 2000,
    captions: Sequence[str] = (),
    enlarge: bool = False,
) -> None:
    """An endless animation of PNG files.

    Args:
      about: the comment in the file.
      frame_ms: how long each is shown, or one number for each; the last is held for `last_ms`.
      captions: a line for each, in a strip under it; without them there is no strip.
      enlarge: repeat the pixels of small ones, see `enlarged`.

    Raises:
      InputError: if there is no frame, one cannot be read, or they differ in size.
    """
    if not frames:
        raise InputError("no sample grid to animate yet; train first")
    pictures = [read_png(path)[0] for path in frames]
    sizes = {picture.shape[1::-1] for picture in pictures}
    if len(sizes) > 1:
        raise InputError(f"the sample grids differ in size: {sorted(sizes)}")
    times = [frame_ms] * len(frames) if isinstance(frame_ms, int) else list(frame_ms)
    times[-1] = last_ms
    shown = {"duration": times, "loop": 0, "comment": about.encode(), "save_all": True}
    with _into(file, ".gif") as gif:
        # one at a time: imageio keeps frames of one byte a pixel
        for picture, caption in itertools.zip_longest(pictures, captions):
            frame, colours = _frame(enlarged(picture) if enlarge else picture, caption)
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


def packed(path: Path) -> tuple[str, bytes]:
    """The kind and the bytes of a film: of the GIF as it is, or of a WebP with the same pixels and
    times if that is smaller. In a GIF, pixels that were enlarged take three times the room.

    Raises:
      InputError: if the file cannot be read.
    """
    count, times = gif_frames(path)
    with opened(path, "make it again") as gif:
        first, *others = [Image.fromarray(gif.read(index=k, mode="RGB")) for k in range(count)]
    file = io.BytesIO()
    film = {"append_images": others, "duration": times, "save_all": True, "loop": 0}
    first.save(file, "WEBP", lossless=True, minimize_size=True, quality=60, **film)
    kinds = {"webp": file.getvalue(), "gif": path.read_bytes()}
    return min(kinds.items(), key=lambda each: len(each[1]))


def _frame(picture: np.ndarray, caption: str | None) -> tuple[np.ndarray, dict[str, int]]:
    """A GIF frame, of 11 levels of grey or 64 colours: noise is what makes a GIF large."""
    if caption is not None:
        strip = _strip(caption, picture.shape[1])
        picture = np.concatenate([picture, strip.repeat(picture.shape[2], axis=2)])
    if picture.shape[-1] == 1:
        return _flat(np.rint(np.rint(picture / 25.5) * 25.5).astype(np.uint8)), {}
    return picture, {"bits": 6}


def _strip(caption: str, width: int) -> np.ndarray:
    """A line of text in the middle of a dark strip, uint8 (H, width, 1).

    Its letters grow with the picture, so that they can be read where a wide one is shown smaller.
    """
    size = max(20, width // 32)  # pixels
    height = 3 * size // 2
    strip = Image.new("L", (width, height))
    font = ImageFont.load_default(size)  # Pillow's own: the same letters on every system
    ImageDraw.Draw(strip).text((width // 2, height // 2), caption, 224, font, anchor="mm")
    return np.asarray(strip)[..., np.newaxis]


def _flat(picture: np.ndarray) -> np.ndarray:
    return picture[..., 0] if picture.shape[-1] == 1 else picture
