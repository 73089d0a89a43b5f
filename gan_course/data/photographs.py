"""Anybody's photographs: image files of any kind, as uint8 pixels of one shape.

In: a file. Out: pixels held upright, on white, 8 bits a colour; or an InputError that names the
file. With `runs.images`, the only room that knows imageio and its plugin Pillow.
"""

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path

import imageio.v3 as iio
import numpy as np
from imageio.core.request import InitializationError
from PIL import Image, ImageOps

from gan_course.base.errors import InputError

# Pillow lists these formats as readable, but has no decoder of its own for them
_NO_PIXELS = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}
_WITH_ALPHA = {"P", "PA", "LA", "La", "RGBA", "RGBa"}  # modes; a palette may hold clear colours


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
    with opened(path) as image:
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
    with opened(path) as image:
        pixels, transparent = _without_alpha(path, image, mode)
    whole = Image.fromarray(pixels)
    if whole.mode != mode:
        whole = whole.convert(mode)
    fitted = ImageOps.fit(whole, (width, height), Image.Resampling.LANCZOS)
    return np.asarray(fitted).reshape(image_shape), (*whole.size, transparent)


@contextlib.contextmanager
def opened(path: str | Path, remedy: str = "repair or remove it") -> Iterator:
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
