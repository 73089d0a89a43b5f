"""Images and files: uint8 arrays, one tiled picture, PNG and GIF, and anybody's photographs.

In: images in [-1, 1], uint8 pictures, image files. Out: uint8 arrays, and files with a text that
says which run made them. The only room that knows imageio and its plugin Pillow; nothing here
draws axes or trains.
"""

import contextlib
import functools
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import imageio.v3 as iio
import numpy as np
from imageio.core.request import InitializationError
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from gan_course.errors import InputError
from gan_course.tiles import enlarged, overview, plane, square, tile  # noqa: F401 (asked for here)

# Pillow lists these formats as readable, but has no decoder of its own for them
_NO_PIXELS = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}
_WITH_ALPHA = {"P", "PA", "LA", "La", "RGBA", "RGBa"}  # modes; a palette may hold clear colours


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


def write_png(file: BinaryIO, picture: np.ndarray, about: dict[str, str]) -> None:
    """Write a uint8 picture (H, W, 1 or 3); `about` becomes text fields that any viewer shows."""
    info = PngInfo()
    for key, value in about.items():
        info.add_text(key, str(value))
    with _into(file, ".png") as png:
        png.write(_flat(picture), is_batch=False, pnginfo=info)


def read_png(path: Path) -> tuple[np.ndarray, dict[str, str]]:
    """A picture (H, W, C) and its text fields. Raises InputError if the file cannot be read."""
    with _opened(path, "remove it") as png:
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
    with _opened(path, "make it again") as gif:
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


@functools.cache
def readable_suffixes() -> frozenset[str]:
    """The suffixes, in small letters, of the image files that can be read: ".png", ".jfif", …"""
    with contextlib.suppress(ImportError):  # imageio would find it too, but only at a first file
        import pillow_heif

        pillow_heif.register_heif_opener()
    Image.init()
    formats = {*Image.OPEN, "MPO"} - _NO_PIXELS  # JPEG's decoder reads MPO
    known = Image.registered_extensions().items()
    return frozenset(suffix for suffix, its_format in known if its_format in formats)


def looks_like_an_image(path: str) -> bool:
    """Whether a file begins as an image does. Raises OSError if it cannot be read at all."""
    readable_suffixes()  # all formats are known from here on
    known = [name for name in Image.ID if name not in _NO_PIXELS]
    with_a_mark = [name for name in known if Image.OPEN[name][1]]  # TGA takes any bytes
    try:
        with Image.open(path, formats=with_a_mark):
            return True
    except Image.DecompressionBombError:
        return True  # one that is too large, which decoding says
    except Exception as error:  # of any kind, where a text begins as an image does
        if isinstance(error, OSError) and error.errno is not None:  # of the disk
            raise
        return False


def photograph_size(path: str) -> tuple[int, int]:
    """Width and height of an image file held upright. Raises InputError if it is none."""
    with _opened(path) as image:
        about = image.metadata(index=0, exclude_applied=False)
        if about.get("Orientation", 1) == 1:
            return about["shape"]  # without decoding
        height, width = _upright(image, "L").shape
        return width, height


def photograph(
    path: str, image_shape: tuple[int, int, int]
) -> tuple[np.ndarray, tuple[int, int, bool]]:
    """An image file, scaled so that it covers (H, W), and cropped around its centre.

    Upright, of an animation the first frame, what is transparent on white, 16 bits as 8.

    Returns:
      uint8 (H, W, C); and its own width and height, and whether parts of it were transparent.

    Raises:
      InputError: if it cannot be read, or its pixels have no certain white: floats, integers
        beyond 0..65535, 12 bits in 16.
    """
    height, width, channels = image_shape
    mode = "L" if channels == 1 else "RGB"
    with _opened(path) as image:
        pixels, transparent = _without_alpha(path, image, mode)
    whole = Image.fromarray(pixels)
    if whole.mode != mode:
        whole = whole.convert(mode)
    fitted = ImageOps.fit(whole, (width, height), Image.Resampling.LANCZOS)
    return np.asarray(fitted).reshape(image_shape), (*whole.size, transparent)


@contextlib.contextmanager
def _opened(path: str | Path, remedy: str = "repair or remove it") -> Iterator:
    """imageio's view of an image file; whatever goes wrong while it is open names the file."""
    try:
        # as a file: of a path imageio would read parts, such as .zip/, in ways of its own
        with open(path, "rb") as file, iio.imopen(file, "r", plugin="pillow") as image:
            yield image
    except InputError:
        raise
    except Exception as error:  # a broken image fails in many ways: OSError, SyntaxError, struct
        reason = error.__cause__ or error
        if isinstance(reason, InitializationError):
            reason = "of no format that Pillow knows"
        raise InputError(f"{path} cannot be read as an image ({reason}); {remedy}") from None


def _upright(image, mode: str | None) -> np.ndarray:
    """The pixels in a mode of Pillow's or their own, turned as the camera was held.

    Not by imageio's own `rotate`: that mirrors the channels, not the columns, of a picture whose
    mode changes from one band to several.

    Source: EXIF 2.32, tag 0x0112.
    """
    pixels = image.read(index=0, mode=mode, writeable_output=False)
    # asked after the pixels: of a TIFF, Pillow has turned them by then, and says so
    turn = image.metadata(index=0, exclude_applied=False).get("Orientation", 1)
    if turn in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if turn in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels[::-1] if turn in (3, 4, 7, 8) else pixels


def _without_alpha(path: str, image, mode: str) -> tuple[np.ndarray, bool]:
    """Upright uint8 pixels on white, in `mode` or RGB, and whether any was transparent."""
    about = image.metadata(index=0, exclude_applied=False)
    key = about.get("transparency")  # a colour that stands for "nothing here"
    if about["mode"] == "F":
        raise _unclear(path, "holds floating-point numbers, whose white is not known")
    if about["mode"].startswith("I"):
        return _eight_of_sixteen_bits(path, _upright(image, "I"), key)
    if key is None and about["mode"] not in _WITH_ALPHA:
        pixels = _upright(image, None if mode == about["mode"] else mode)  # None makes no copy
        _check_depth(path, about, pixels)
        return pixels, False
    pixels = _upright(image, "RGBA")
    _check_depth(path, about, pixels[..., :3])
    picture = Image.fromarray(pixels)
    on_white = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return np.asarray(on_white.convert("RGB")), bool(pixels[..., 3].min() < 255)


def _eight_of_sixteen_bits(
    path: str, pixels: np.ndarray, key: int | None
) -> tuple[np.ndarray, bool]:
    """Greys 0..65535 as 0..255, rounded; those that are the key, white."""
    clear = np.zeros(pixels.shape, bool) if key is None else pixels == key
    low, high = pixels.min(), pixels.max(where=~clear, initial=0)
    if low < 0 or pixels.max() > 65535:
        raise _unclear(path, f"holds integers from {low} to {pixels.max()}, not 0..65535")
    if 0 < high < 4096:
        raise _unclear(
            path, f"holds 16 bits a pixel, but no value above {high} (12 bits or fewer?)"
        )
    return np.where(clear, 255, (pixels + 128) // 257).astype(np.uint8), bool(clear.any())


def _check_depth(path: str, about: dict, pixels: np.ndarray) -> None:
    """Of 16 bits a colour Pillow gives the upper eight, and compares a key with those."""
    key = "transparency" in about
    if not key and pixels.max() >= 16:
        return
    with open(path, "rb") as file:
        start = file.read(25)
    png_depth = start[24] if start.startswith(b"\x89PNG") else 8
    if png_depth == 16 or 16 in np.atleast_1d(about.get("BitsPerSample", 8)):
        problem = "a colour for the transparent parts" if key else "no value above 4095"
        raise _unclear(path, f"holds 16 bits a colour, and {problem}")


def _unclear(path: str, why: str) -> InputError:
    return InputError(f"{path} {why}; save it with 8 bits a colour, or remove it")
