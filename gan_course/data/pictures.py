"""Single pictures, for whoever paints: by name, from a file, or as an array.

In: "china", a path, pixels. Out: uint8 (H, W, 3), held upright, shrunk so that no side is longer
than asked for; never enlarged. Two of them, a content and a style, are a dataset of their own:
`pictures:CONTENT|STYLE`.
"""

import os
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from gan_course.base.errors import InputError, unknown_name
from gan_course.base.files import user_path
from gan_course.data.imageset import ImageSet
from gan_course.data.mirror import MIRROR, mirror_folder
from gan_course.data.painted import painting
from gan_course.data.pairs import Unpaired
from gan_course.data.photographs import photograph, photograph_size

PREFIX = "pictures:"
SMALLEST, LARGEST = 16, 1024  # pixels a side
_IN_MIRROR = "starry_night"
_GIVEN = "array"  # the name of a picture that was given as pixels, before its checksum

Picture = str | os.PathLike | np.ndarray


def _photograph(name: str) -> Callable[[], np.ndarray]:
    """One of the two photographs that scikit-learn ships."""

    @cache
    def fetch() -> np.ndarray:
        from sklearn.datasets import load_sample_image

        return load_sample_image(f"{name}.jpg")

    return fetch


def _mirrored() -> Path | None:
    folder = mirror_folder()
    file = folder and folder / f"{_IN_MIRROR}.jpg"
    return file if file and file.is_file() else None


def _starry_night() -> np.ndarray:
    file = _mirrored()
    if file is None:
        named = os.environ.get(MIRROR)
        raise InputError(
            f"the picture {_IN_MIRROR!r} is in the mirror folder only, and "
            + (f"{MIRROR}={named!r} has none" if named else f"{MIRROR} is not set")
            + "; take 'painting', which is made by code, or the path of a picture of your own"
        )
    return _from_file(file, None)


# Those that have a name.
PICTURES: dict[str, Callable[[], np.ndarray]] = {
    "china": _photograph("china"),  # a summer palace, 427×640
    "flower": _photograph("flower"),  # 427×640
    "painting": painting.make,  # a night of swirls, made by code
    _IN_MIRROR: _starry_night,  # Vincent van Gogh 1889, 320×512
}


def picture(given: Picture, side: int | None = None) -> np.ndarray:
    """A picture in colour.

    Args:
      given: a name of `PICTURES`, the path of an image file, or uint8 (H, W), (H, W, 1), (H, W, 3).
      side: the length in pixels that no side may exceed; None: LARGEST.

    Returns:
      uint8 (H, W, 3).

    Raises:
      InputError: for a file that is not there or no image, for other arrays, and for a picture with
        a side below SMALLEST.
    """
    side = LARGEST if side is None else side
    if not SMALLEST <= side <= LARGEST:
        raise InputError(f"a side must be from {SMALLEST} to {LARGEST} pixels, got {side}")
    if not isinstance(given, str | os.PathLike):
        return _shrunk(_of_array(given), side, "the array")
    if given in PICTURES:
        return _shrunk(PICTURES[given](), side, repr(given))
    path = user_path(given)
    if not path.is_file():
        raise _no_such(str(given), path)
    return _from_file(path, side)


def available() -> tuple[str, ...]:
    """The names of those that can be had here."""
    return tuple(n for n in PICTURES if n != _IN_MIRROR or _mirrored() is not None)


def pictures(content: Picture, style: Picture, side: int | None = None) -> Unpaired:
    """What a style game is played on: one content, and as its `inputs` one style.

    Args:
      side: as in `picture`, of both.

    Returns:
      a set that `load` finds again by its name, unless a picture was given as an array.
    """
    content_name, style_name = name_of(content), name_of(style)
    return Unpaired(
        f"{PREFIX}{content_name}|{style_name}",
        picture(content, side)[np.newaxis],
        source=f"to be painted in the manner of {style_name!r}",
        inputs=ImageSet(style_name, picture(style, side)[np.newaxis], source="one picture"),
    )


def load_pictures(name: str, image_shape: tuple[int, int, int] | None = None) -> Unpaired:
    """The set of that name, `pictures:CONTENT|STYLE`.

    Args:
      image_shape: its longer side is the longest that either picture may have.

    Raises:
      InputError: for a name of another form, and as `picture` does.
    """
    content, bar, style = name.removeprefix(PREFIX).partition("|")
    if not (content and bar and style):
        raise InputError(f"{name!r} must name two pictures: {PREFIX}CONTENT|STYLE")
    for each in (content, style):
        if each.startswith(f"{_GIVEN}-"):
            raise InputError(
                f"a picture of {name!r} was given as an array, which has no place to be loaded "
                "from; give both again: data=gan.data.pictures.pictures(CONTENT, STYLE, side)"
            )
    return pictures(content, style, None if image_shape is None else max(image_shape[:2]))


def stand_in_pictures(name: str) -> str:
    """The same with pictures that are always there."""
    content, _, style = name.removeprefix(PREFIX).partition("|")
    return f"{PREFIX}{_always(content, 'china')}|{_always(style, 'painting')}"


def name_of(given: Picture) -> str:
    """What a picture is called in the name of a dataset.

    Raises:
      InputError: for a path with a bar, which stands between two names.
    """
    if isinstance(given, str | os.PathLike):
        if "|" in str(given):
            raise InputError(f"{str(given)!r} has a | in its name; rename the file")
        return str(given)
    return f"{_GIVEN}-{zlib.crc32(np.ascontiguousarray(_of_array(given))):08x}"


def _always(name: str, otherwise: str) -> str:
    return name if name in PICTURES and name != _IN_MIRROR else otherwise


def _of_array(given) -> np.ndarray:
    pixels = np.asarray(given)
    grey = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 1)
    if pixels.dtype != np.uint8 or not (grey or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        raise InputError(
            "a picture is a name, a path, or uint8 of shape (H, W), (H, W, 1) or (H, W, 3), got "
            f"{type(given).__name__} of {pixels.dtype} {pixels.shape}"
        )
    return np.repeat(pixels.reshape(*pixels.shape[:2], 1), 3, axis=2) if grey else pixels


def _size(height: int, width: int, side: int, what: str) -> tuple[int, int]:
    """Height and width after shrinking."""
    part = min(1.0, side / max(height, width))
    size = max(1, round(height * part)), max(1, round(width * part))
    if min(size) < SMALLEST:
        shrunk = f", {size[0]}×{size[1]} after shrinking" if part < 1 else ""
        raise InputError(
            f"{what} has {height}×{width} pixels{shrunk}; a picture to paint with needs at least "
            f"{SMALLEST} a side"
        )
    return size


def _shrunk(pixels: np.ndarray, side: int, what: str) -> np.ndarray:
    height, width = _size(*pixels.shape[:2], side, what)
    if (height, width) == pixels.shape[:2]:
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))


def _from_file(path: Path, side: int | None) -> np.ndarray:
    width, height = photograph_size(str(path))
    size = _size(height, width, LARGEST if side is None else side, str(path))
    return photograph(str(path), (*size, 3))[0]


def _no_such(given: str, path: Path) -> InputError:
    if path.is_dir():
        return InputError(f"{path} is a folder; name a picture in it")
    if os.sep in given or path.suffix:
        return InputError(f"there is no picture {path}; give the path of an image file")
    return unknown_name("picture", given, [*PICTURES, "or the path of an image file"])
