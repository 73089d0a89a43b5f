"""Files that are always whole, folders for one process alone, paths as people write them.

In: a path. Out: files that are either the old or the new version, never half of one, whatever
kills the process. Nothing here knows what is in them.
"""

import contextlib
import errno
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from gan_course.base.errors import InputError, RunWarning, check_system

# What a disk answers that has no locks: some NFS and Lustre mounts.
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP}


def user_path(path: str | Path) -> Path:
    """The path with `~` as the home folder, as a shell would read it.

    Raises:
      InputError: if it is no path, or names the home folder of a user who does not exist.
    """
    if not isinstance(path, str | os.PathLike):
        raise InputError(f"expected a path, got {path!r}; write it as a string, such as 'runs/x'")
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise InputError(
            f"{str(path)!r} names the home folder of an unknown user; write the whole path"
        ) from None


def writable_file(path: str | Path) -> Path:
    """A path whose folder is there: for a file that will only be written after long work.

    Raises:
      InputError: if there is no such folder, or the path is one.
    """
    path = user_path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise InputError(
            f"cannot write {path}: there is no folder {path.parent}; make it first, or choose "
            "another folder"
        )
    return path


def writable_folder(path: str | Path) -> Path:
    """A folder to write into, made if need be.

    Raises:
      InputError: if it is a file, or cannot be made.
    """
    path = user_path(path)
    if path.exists() and not path.is_dir():
        raise InputError(f"{path} is a file; name a folder")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    return path


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """An open file that takes the place of `path` when the block ends well, and else vanishes.

    Raises:
      InputError: if it cannot be written (disk full, no permission): `path` is as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # the bytes are on the disk before the name points to them
        os.replace(temporary, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> InputError:
    """The error for a file that the disk refuses, with the remedy."""
    remedy = "free some space" if error.errno == errno.ENOSPC else "choose another folder"
    return InputError(
        f"cannot write {path}: {error.strerror or error}; {remedy} and run the same command again"
    )


@contextlib.contextmanager
def locked(lock: Path, wait_because: str | None = None) -> Iterator[None]:
    """Alone with the file `lock`. However a process ends, its lock ends with it.

    On a disk that has no locks the block runs all the same, after a RunWarning.

    Args:
      wait_because: what to tell the user while another process has the lock.

    Raises:
      BlockingIOError: if another process has the lock and no `wait_because` is given.
      OSError: if the file cannot be opened.
    """
    check_system()
    import fcntl  # not on Windows

    with open(lock, "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if wait_because is None:
                raise
            warnings.warn(f"{wait_because}; waiting for it", RunWarning, stacklevel=4)
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            warnings.warn(
                f"the disk of {lock.parent} has no locks ({error.strerror}); going on without: "
                "see to it that no other process writes in this folder",
                RunWarning,
                stacklevel=4,
            )
        yield
