"""Arrays too large for memory: made once, kept in the cache folder, memory-mapped from there.

In: what an array is of, in which state that is, and how to make it. Out: the array, read-only,
its bytes left on the disk. A process may be killed at any moment: what it left half written is
never used, and the next one that makes an array removes it. Nothing here knows images.
"""

import contextlib
import errno
import hashlib
import json
import math
import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from gan_course.base.errors import InputError
from gan_course.base.files import atomic_write, locked, user_path

CACHE = "GAN_COURSE_CACHE"  # the environment variable that names the cache folder
_HEX = "[0-9a-f]"  # names are hashes, so that no file of anybody else is taken for ours

Rows = Generator[tuple[np.ndarray, tuple], None, None]  # each row with a note on it
Make = Callable[[], tuple[tuple[int, ...], Rows]]  # the shape of the whole, and its rows


def cache_folder() -> Path:
    """$GAN_COURSE_CACHE; where that is not set, a folder in the user's own cache."""
    if named := os.environ.get(CACHE):
        return user_path(named)
    return user_path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "gan_course"


def cached_array(subject: str, state: str, make: Make) -> tuple[np.memmap, list[tuple]]:
    """The uint8 array of `subject`, made only where the cache does not have it in this state.

    Args:
      subject: what it is of, in words; the cache keeps the newest state of each subject.
      state: a hash of all that the array depends on.
      make: gives the array's shape, and its rows one after the other.

    Returns:
      the array, mapped read-only, and the different notes on its rows, sorted.

    Raises:
      InputError: if the cache folder has no room or cannot be written; or what `make` raises.
    """
    folder = cache_folder()
    name = hashlib.sha256(os.fsencode(subject)).hexdigest()[:16]
    path = folder / f"{name}-{state}.npy"
    found = _whole(path)
    if found is not None:
        return found
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(folder)
        with locked(_lock_of(path), f"another process decodes {subject}"):
            if _whole(path) is None:  # it may have been made while we waited
                _write(path, subject, *make())
            for old in set(folder.glob(f"*{name}-*")) - {path, _about(path)}:
                old.unlink(missing_ok=True)  # a process that has it mapped keeps it to its end
            return _read(path)
    except OSError as error:
        raise _refused(subject, folder, error) from error


def _about(path: Path) -> Path:
    return path.with_suffix(".json")


def _lock_of(path: Path) -> Path:
    """Also of a temporary file, which `atomic_write` calls .NAME-STATE.npy.PID.tmp."""
    return path.with_name(path.name.lstrip(".").partition("-")[0] + ".lock")


def _remove_leftovers(folder: Path) -> None:
    """What killed processes left half written; a live one holds the lock of what it writes."""
    for leftover in folder.glob(f".{_HEX * 16}-*.tmp"):
        with contextlib.suppress(OSError), locked(_lock_of(leftover)):
            leftover.unlink()


def _write(path: Path, subject: str, shape: tuple[int, ...], rows: Rows) -> None:
    """The array and, beside it, what is known of it; each of the two files is whole or absent."""
    about = {"subject": subject, "shape": shape}
    try:
        with contextlib.closing(rows), atomic_write(path) as file:
            about["notes"] = _write_array(file, shape, rows)
        with atomic_write(_about(path)) as file:
            file.write(json.dumps(about).encode())
    except InputError as error:
        if isinstance(error.__cause__, OSError):  # of the disk; others are about a row
            raise _refused(subject, path.parent, error.__cause__, math.prod(shape)) from error
        raise


def _write_array(file: BinaryIO, shape: tuple[int, ...], rows: Rows) -> list[tuple]:
    """Row after row, not through a memory-map: written pages of one count as memory in use, and
    on a full disk the kernel would kill the process."""
    if shutil.disk_usage(Path(file.name).parent).free < math.prod(shape):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # now, not after an hour
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    notes = set()
    for row, note in rows:
        file.write(row)
        notes.add(note)
    return sorted(notes)


def _read(path: Path) -> tuple[np.memmap, list[tuple]]:
    """What `_write` wrote. A damaged file fails in many ways; where it does not, a ValueError."""
    about = json.loads(_about(path).read_text("utf-8"))
    array = np.lib.format.open_memmap(path, mode="r")
    found = (array.dtype, list(array.shape), array.offset + array.nbytes)
    if found != (np.uint8, about["shape"], path.stat().st_size):
        raise ValueError(f"{path} is damaged")
    return array, [tuple(note) for note in about["notes"]]


def _whole(path: Path) -> tuple[np.memmap, list[tuple]] | None:
    try:
        return _read(path)
    except Exception:  # a damaged header fails in many ways: ValueError, SyntaxError, OSError
        return None


def _refused(subject: str, folder: Path, error: OSError, size: int | None = None) -> InputError:
    need = "them" if size is None else f"{math.ceil(size / 1e6):,} MB"
    return InputError(
        f"cannot keep {subject} in {folder}: {error.strerror or error}; "
        f"set {CACHE} to a folder with room for {need}"
    )
