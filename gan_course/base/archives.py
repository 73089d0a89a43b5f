"""Read a NumPy archive that may be damaged: all of it, or an InputError.

In: an `.npz` file. Out: its arrays by name. Checkpoints and mirror archives are read here and
nowhere else.
"""

import zipfile
from pathlib import Path

import numpy as np

from gan_course.base.errors import InputError


def read_arrays(file: Path) -> dict[str, np.ndarray]:
    """Every array of the archive.

    Raises:
      InputError: if it is cut short, holds a flipped bit or pickled objects, or is no archive.
    """
    try:
        if file.exists() and not zipfile.is_zipfile(file):
            raise ValueError("not an .npz archive")
        with np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # a broken zip fails in a dozen ways: zipfile, zlib, NumPy, struct
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        what = "holds pickled objects" if "allow_pickle" in reason else "is damaged"
        raise InputError(f"{file} {what} ({reason})") from None
