"""The mirror: a folder of archives for a classroom without internet.

In: `$GAN_COURSE_DATA`, the name of a dataset. Out: its file, if there is one, and the arrays in it.
"""

import os
from pathlib import Path

from gan_course.base.archives import read_arrays
from gan_course.base.errors import InputError
from gan_course.base.files import user_path
from gan_course.data.downloads import Arrays

MIRROR = "GAN_COURSE_DATA"  # the environment variable that names the folder
KEYS = ("x_train", "y_train", "x_test", "y_test")
PAIR_KEYS = ("input_train", "target_train", "input_test", "target_test")


def mirror_folder() -> Path | None:
    """The folder, if one is named. Raises InputError if it is none."""
    named = os.environ.get(MIRROR)
    folder = user_path(named) if named else None
    if folder and not folder.is_dir():
        raise InputError(f"{MIRROR}={named!r} is not a folder; correct it or unset it")
    return folder


def mirror_file(name: str) -> Path | None:
    """The mirror's archive of that dataset, if there is a mirror and the archive is in it."""
    folder = mirror_folder()
    file = folder and folder / f"{name}.npz"
    return file if file and file.is_file() else None


def read_archive(file: Path, pairs: bool = False) -> Arrays:
    """The arrays of a mirror archive: uint8 `x_train`, and any of y_train, x_test, y_test.

    Args:
      pairs: whether it must hold all of PAIR_KEYS instead, and nothing else.

    Raises:
      InputError: if the file is damaged, holds pickled objects, or has other keys.
    """
    try:
        arrays = read_arrays(file)
    except InputError as error:
        raise InputError(f"{error}; copy it again or make it anew") from None
    if pairs and set(arrays) != set(PAIR_KEYS):
        raise InputError(
            f"{file} has the keys {sorted(arrays)}; pairs need {', '.join(PAIR_KEYS)}, all of them "
            "and nothing else; make it anew"
        )
    if not pairs and ("x_train" not in arrays or not set(arrays) <= set(KEYS)):
        raise InputError(
            f"{file} has the keys {sorted(arrays)}; expected x_train, "
            "and where there are any y_train, x_test, y_test"
        )
    return arrays
