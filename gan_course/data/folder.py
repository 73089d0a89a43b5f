"""Any folder of images as a dataset.

In: a folder. Out: an ImageSet of equal uint8 images; what was resized or cropped is said in its
`source`. The images are decoded once, into the cache, and stay on the disk: there may be more of
them than the memory holds. A file that looks like an image and cannot be read is an error, never
skipped silently.
"""

import hashlib
import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from gan_course.data.cache import Rows, cached_array
from gan_course.data.imageset import ImageSet
from gan_course.errors import InputError

_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
_DECODER = 1  # count up when the same files give other pixels: caches are made anew
_MANY = 2_000  # images; fewer are decoded before one would look at a progress bar


def load_folder(folder: Path, image_shape: tuple[int, int, int] | None = None) -> ImageSet:
    """All images below `folder`, in the order of their paths.

    Args:
      image_shape: (H, W, C) to bring them to. If None: their own size in colour, where all have
        the same; otherwise a square as large as the shortest side of all.

    Raises:
      InputError: if it is no folder, holds no image, an image cannot be read (named), or the
        cache has no room.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder")
    files, state = _listed(folder)
    if not files:
        raise InputError(f"{folder} holds no image ({', '.join(sorted(_SUFFIXES))})")
    subject = f"the images of {folder.resolve()} ({image_shape or 'their own size'})"
    images, sizes = cached_array(subject, state, lambda: _decoded(files, image_shape))
    height, width = images.shape[1:3]
    source = f"{len(images):,} images from {folder}"
    if sizes != [(width, height)]:
        source += f", of {len(sizes)} size(s), resized and centre-cropped to {width}×{height}"
    return ImageSet(f"folder:{folder}", images, source=source)


def _listed(folder: Path) -> tuple[list[str], str]:
    """The image files in order, and a hash that changes when one of them does."""
    files, state = [], hashlib.sha256(f"{_DECODER}".encode())
    try:
        for file in _image_files(str(folder)):
            found = os.stat(file)
            name = file.removeprefix(str(folder))
            state.update(os.fsencode(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\0"))
            files.append(file)
    except OSError as error:
        raise InputError(
            f"{error.filename} cannot be read ({error.strerror}); make it readable or move it away"
        ) from None
    return files, state.hexdigest()[:32]


def _image_files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        in_order = sorted(entries, key=lambda entry: entry.name)
    for entry in in_order:
        if entry.is_dir(follow_symlinks=False):
            yield from _image_files(entry.path)
        elif os.path.splitext(entry.name)[1].lower() in _SUFFIXES and entry.is_file():
            yield entry.path


def _decoded(
    files: list[str], image_shape: tuple[int, int, int] | None
) -> tuple[tuple[int, ...], Rows]:
    """The shape of all images together; and each, with the size (W, H) that it had."""
    if image_shape is None:
        sizes = set(_in_threads(_size, files, "measuring"))
        width, height = sizes.pop() if len(sizes) == 1 else (min(map(min, sizes)),) * 2
        image_shape = (height, width, 3)
    read = partial(_read, image_shape=image_shape)
    return (len(files), *image_shape), _in_threads(read, files, "decoding")


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
        dynamic_ncols=True, disable=count < _MANY,
    )  # fmt: skip


def _size(file: str) -> tuple[int, int]:
    with _opened(file) as image:
        return image.size


def _read(file: str, image_shape: tuple[int, int, int]) -> tuple[np.ndarray, tuple[int, int]]:
    """One image, scaled so that it covers (H, W), and cropped around its centre; its own size."""
    from PIL import Image, ImageOps

    height, width, channels = image_shape
    with _opened(file) as image:
        size = image.size
        if image.mode.startswith("I"):  # 16 bits a pixel; Pillow would clip instead of scaling
            image = Image.fromarray((np.asarray(image) // 256).astype(np.uint8))
        image = image.convert("L" if channels == 1 else "RGB")
        fitted = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
        return np.asarray(fitted).reshape(image_shape), size


@contextmanager
def _opened(file: str) -> Iterator:
    """The image in `file`; whatever goes wrong while it is open names the file."""
    from PIL import Image, ImageOps

    try:
        with Image.open(file) as image:
            ImageOps.exif_transpose(image, in_place=True)  # upright, as the camera was held
            yield image
    except Exception as error:  # a broken image fails in many ways: OSError, SyntaxError, struct
        raise InputError(
            f"{file} cannot be read as an image ({error}); repair or remove it"
        ) from None
