"""Images that keep their names: a file, or all of a folder.

In: a path. Out: names and equal uint8 images, read as training data are (see `folder`).
"""

import os
from pathlib import Path

import numpy as np

from gan_course.base.errors import InputError
from gan_course.data.folder import load_folder, scanned


def named_images(
    path: Path, image_shape: tuple[int, int, int]
) -> tuple[list[str], np.ndarray, str]:
    """One image, or all below a folder.

    Returns:
      names, which are paths below the folder without suffix; uint8 (N, H, W, C); and a sentence
      that says what was resized, cropped or left out.

    Raises:
      InputError: as `load_folder` does; if there is no such path; for two files whose names differ
        in the suffix alone.
    """
    if path.is_dir():
        files = scanned(path).files
        names = [os.path.splitext(os.path.relpath(file, path))[0] for file in files]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(
                f"{path} holds several images named {twice!r} but for the suffix; rename or remove "
                "all but one"
            )
        found = load_folder(path, image_shape)
        return names, found.x_train, found.source
    if not path.exists():
        raise InputError(f"there is no {path}; name an image, or a folder of images")
    from gan_course.data.photographs import photograph

    pixels, (width, height, transparent) = photograph(str(path), image_shape)
    source = f"from {path}"
    if (height, width) != image_shape[:2]:
        source += f", of {width}×{height}, resized and centre-cropped to " + "×".join(
            map(str, image_shape[1::-1])
        )
    return (
        [path.stem],
        pixels[np.newaxis],
        source + (", transparent parts on white" if transparent else ""),
    )
