"""What a folder holds: its image files in order, and what else there is, counted.

In: a folder. Out: paths, a hash of their state, and words for all that was left out.

Data are the files whose suffix Pillow can read, and those without a suffix that begin as an image
does, in the folder and all folders below it. Linked folders are followed, each real one once.
Never data: what is hidden (`.NAME`, and macOS's `__MACOSX`), and the folders of runs, whose
pictures were made by a GAN.
"""

import errno
import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gan_course.base.errors import InputError
from gan_course.base.run_folder import is_run_folder

# pictures all the same, and more than one would miss: the word for them says what is wrong
_FOREIGN = {
    ".heic", ".heif", ".jxl", ".svg", ".eps", ".pdf", ".wmf", ".emf",
    ".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2",
}  # fmt: skip
_NAMED = 8  # kinds of things left out; the others are counted together
_LONGEST = 12  # characters of a suffix; what is longer is part of a name
_Entry = tuple[str, os.stat_result | None, str | None]  # path, its state, why it is left out


@dataclass(frozen=True)
class Listing:
    """What `scan` found.

    files: the image files, in order.
    state: a hash that changes when one of them does.
    left_out: all else, as in "1 hidden, 3 .txt"; empty if there is nothing else.
    """

    files: list[str]
    state: str
    left_out: str


def scan(folder: Path, version: int) -> Listing:
    """All image files below `folder`, in the order of their paths.

    Args:
      version: of the decoder; another one is another state.

    Raises:
      InputError: if it is the folder of a run, or in one; or if something cannot be read.
    """
    _check_no_run(folder)
    files, state, others = [], hashlib.sha256(f"{version}".encode()), Counter()
    try:
        for path, found, why_not in _entries(str(folder), _around(folder)):
            if why_not:
                others[why_not] += 1
                continue
            name = path.removeprefix(str(folder))
            state.update(os.fsencode(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\0"))
            files.append(path)
    except OSError as error:
        raise InputError(
            f"{error.filename} cannot be read ({error.strerror}); make it readable or move it away"
        ) from None
    return Listing(files, state.hexdigest()[:32], _in_words(others))


def _check_no_run(folder: Path) -> None:
    place = folder.resolve()
    for around in (place, *place.parents):
        if is_run_folder(around):
            what = "is" if around == place else f"is in {around},"
            raise InputError(
                f"{folder} {what} the folder of a training run: its pictures were made, and are no "
                "data; name another folder"
            )


def _around(folder: Path) -> set[tuple[int, int]]:
    """The folder and those it is in: a link to one of them leads in a circle."""
    place = folder.resolve()
    return {_identity(os.stat(around)) for around in (place, *place.parents)}


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _entries(folder: str, seen: set[tuple[int, int]]) -> Iterator[_Entry]:
    """All below a folder, in order; the folders that are entered join `seen`."""
    with os.scandir(folder) as entries:
        in_order = sorted(entries, key=lambda entry: entry.name)
    for entry in in_order:
        if entry.name.startswith(".") or entry.name == "__MACOSX":
            yield entry.path, None, "hidden"
            continue
        found = _followed(entry)
        if found is None:
            yield entry.path, None, "dangling link"
        elif not stat.S_ISDIR(found.st_mode):
            yield entry.path, found, _why_not(entry, found)
        elif _identity(found) in seen:
            yield entry.path, None, "link to a folder read before"
        elif is_run_folder(Path(entry.path)):
            yield entry.path, None, "run folder"
        else:
            seen.add(_identity(found))
            yield from _entries(entry.path, seen)


def _followed(entry: os.DirEntry) -> os.stat_result | None:
    """What it is, or what it links to; None for a link to nothing or to itself."""
    try:
        return entry.stat()
    except OSError as error:
        if entry.is_symlink() and error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return None
        raise


def _why_not(entry: os.DirEntry, found: os.stat_result) -> str | None:
    """Why a file is left out; None for an image."""
    from gan_course.data import photographs

    if not stat.S_ISREG(found.st_mode):
        return "pipe or device"
    suffix = os.path.splitext(entry.name)[1].lower()
    if suffix in photographs.readable_suffixes():
        return None
    if suffix.strip(".") == "":
        return None if photographs.looks_like_an_image(entry.path) else "without a suffix"
    if suffix in _FOREIGN:
        return f"{suffix} (Pillow cannot read it)"
    return suffix if len(suffix) <= _LONGEST else "with a long suffix"


def _in_words(others: Counter) -> str:
    """As in "1 run folder, 3 .txt": mere suffixes last, and the most frequent first."""

    def rank(kind: str) -> tuple:
        return kind.startswith(".") and " " not in kind, -others[kind], kind

    kinds = sorted(others, key=rank)
    words = [_counted(others[kind], kind) for kind in kinds[:_NAMED]]
    if rest := kinds[_NAMED:]:
        words.append(f"{sum(others[kind] for kind in rest):,} of {len(rest)} other kinds")
    return ", ".join(words)


def _counted(count: int, kind: str) -> str:
    plural = "s" if count > 1 and kind in ("run folder", "dangling link") else ""
    return f"{count:,} {kind}{plural}"
