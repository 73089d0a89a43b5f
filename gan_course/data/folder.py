"""Any folder of images as a dataset.

In: a folder. Out: an ImageSet of equal uint8 images; what was resized or cropped is said in its
`source`. A file that looks like an image and cannot be read is an error, never skipped silently.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from gan_course.data.imageset import ImageSet
from gan_course.errors import InputError

_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}


def load_folder(folder: Path, image_shape: tuple[int, int, int] | None = None) -> ImageSet:
    """All images below `folder`, in the order of their paths.

    Args:
      image_shape: (H, W, C) to bring them to. If None: their own size in colour, where all have
        the same; otherwise a square as large as the shortest side of all.

    Raises:
      InputError: if it is no folder, holds no image, or an image cannot be read (named).
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder")
    files = sorted(f for f in folder.rglob("*") if f.suffix.lower() in _SUFFIXES and f.is_file())
    if not files:
        raise InputError(f"{folder} holds no image ({', '.join(sorted(_SUFFIXES))})")
    sizes = {_size(file) for file in files}
    if image_shape is None:
        width, height = sizes.copy().pop() if len(sizes) == 1 else (min(map(min, sizes)),) * 2
        image_shape = (height, width, 3)
    images = np.stack([_read(file, image_shape) for file in files])
    source = f"{len(files):,} images from {folder}"
    if sizes != {(image_shape[1], image_shape[0])}:
        height, width, _ = image_shape
        source += f", of {len(sizes)} size(s), resized and centre-cropped to {width}×{height}"
    return ImageSet(f"folder:{folder}", images, source=source)


def _size(file: Path) -> tuple[int, int]:
    with _opened(file) as image:
        return image.size


def _read(file: Path, image_shape: tuple[int, int, int]) -> np.ndarray:
    """One image, scaled so that it covers (H, W), and cropped around its centre."""
    from PIL import Image, ImageOps

    height, width, channels = image_shape
    with _opened(file) as image:
        if image.mode.startswith("I"):  # 16 bits a pixel; Pillow would clip instead of scaling
            image = Image.fromarray((np.asarray(image) // 256).astype(np.uint8))
        image = image.convert("L" if channels == 1 else "RGB")
        fitted = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
        return np.asarray(fitted).reshape(image_shape)


@contextmanager
def _opened(file: Path) -> Iterator:
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
