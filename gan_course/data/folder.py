"""Any folder of images as a dataset.

In: a folder. Out: an ImageSet of equal uint8 images; what was resized, cropped or left out is said
in its `source`. The images are decoded once, into the cache, and stay on the disk: there may be
more of them than the memory holds. Nothing is skipped without a word: `scan` says which files are
images and counts the others, and an image that cannot be used is an error.

Pixels: upright as the camera was held, of an animation the first frame, transparent parts on
white. Greys of 16 bits are divided by 257, of colours of 16 bits the upper byte is kept. Refused
by name, as they would come out black: 16 bits with no value above 4095 (12 bits in 16), integers
beyond 0..65535, floating-point numbers.
"""

import contextlib
import os
import sys
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tqdm import tqdm

from gan_course.base.errors import InputError
from gan_course.data.cache import Rows, cached_array
from gan_course.data.imageset import ImageSet
from gan_course.data.scan import Listing, scan

_DECODER = 2  # count up when the same files give other pixels: caches are made anew
MANY = 2_000  # images; fewer are decoded before one would look at a progress bar
_NAMED = 10  # broken images; more are counted


def load_folder(folder: Path, image_shape: tuple[int, int, int] | None = None) -> ImageSet:
    """All images below `folder`, in the order of their paths.

    Args:
      image_shape: (H, W, C) to bring them to. If None: their own size in colour, where all have
        the same; otherwise a square as large as the shortest side of all.

    Raises:
      InputError: if it is no folder or a run's, holds no image, images cannot be used (named), or
        the cache has no room.
    """
    found = scanned(folder)
    left_out = _left_out(found)
    subject = f"the images of {folder.resolve()} ({image_shape or 'their own size'})"
    make = partial(_decoded, found.files, image_shape)
    images, notes = cached_array(subject, found.state, make)
    source = f"from {folder}"
    sizes, (height, width) = {note[:2] for note in notes}, images.shape[1:3]
    if sizes != {(width, height)}:
        source += f", of {len(sizes)} size(s), resized and centre-cropped to {width}×{height}"
    if any(transparent for *_, transparent in notes):
        source += ", transparent parts on white"
    return ImageSet(f"folder:{folder}", images, source=source + left_out)


def scanned(folder: Path) -> Listing:
    """The image files below `folder`, one at least. Raises InputError as `load_folder` does."""
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder")
    found = scan(folder, _DECODER)
    if not found.files:
        raise InputError(
            f"{folder} holds no image (.jpg, .png, .webp and all else that Pillow reads)"
            f"{_left_out(found)}"
        )
    return found


def _left_out(found: Listing) -> str:
    return f"; left out: {found.left_out}" if found.left_out else ""


def _decoded(
    files: list[str], image_shape: tuple[int, int, int] | None
) -> tuple[tuple[int, ...], Rows]:
    """The shape of all images together; and each, with its size (W, H) and whether it had alpha."""
    if image_shape is None:
        measured = _in_threads(partial(_tried, "photograph_size"), files, "measuring")
        sizes = {size for size in measured if isinstance(size, tuple)} or {(1, 1)}
        width, height = sizes.pop() if len(sizes) == 1 else (min(map(min, sizes)),) * 2
        image_shape = (height, width, 3)
    return (len(files), *image_shape), _rows(files, image_shape)


def _rows(files: list[str], image_shape: tuple[int, int, int]) -> Rows:
    """Each image. Once one cannot be used, only the others like it are still looked for."""
    refused = []
    read = partial(_tried, "photograph", image_shape=image_shape)
    with contextlib.closing(_in_threads(read, files, "decoding")) as results:
        for result in results:
            if isinstance(result, InputError):
                refused.append(result)
            elif not refused:
                yield result
    if len(refused) == 1:
        raise refused[0]
    if refused:
        named = "; ".join(map(str, refused[:_NAMED]))
        more = f"; and {len(refused) - _NAMED:,} more" if len(refused) > _NAMED else ""
        raise InputError(f"{len(refused):,} of {len(files):,} images: {named}{more}")


def _tried(function: str, file: str, **arguments):
    """What a function of `photographs` gives for a file, or the InputError that says why not."""
    from gan_course.data import photographs

    try:
        return getattr(photographs, function)(file, **arguments)
    except InputError as error:
        return error


def _in_threads(function: Callable, files: list[str], doing: str) -> Generator:
    """What the function gives for each file, in order; Pillow decodes without Python's lock.

    Only a few files are read ahead, so that memory does not grow with their number.
    """
    threads = min(16, (os.cpu_count() or 1) + 2)  # two may wait for the disk
    ahead = deque()
    with _progress_bar(len(files), doing) as bar, ThreadPoolExecutor(threads) as pool:
        for file in files:
            ahead.append(pool.submit(function, file))
            if len(ahead) > 2 * threads:
                yield ahead.popleft().result()
                bar.update()
        while ahead:
            yield ahead.popleft().result()
            bar.update()


def _progress_bar(count: int, doing: str) -> tqdm:
    """On stdout in a notebook, where it is saved as text; else on stderr."""
    in_notebook = "ipykernel" in sys.modules
    stream = sys.stdout if in_notebook else sys.stderr
    wait = 0.25 if in_notebook or stream.isatty() else 10.0  # seconds; a log wants few lines
    return tqdm(
        total=count, desc=doing, unit="image", file=stream, mininterval=wait,
        dynamic_ncols=True, disable=count < MANY,
    )  # fmt: skip
