"""Make a mirror for a classroom, and look whether it is whole.

In: a folder, names of datasets. Out: archives there as `$GAN_COURSE_DATA` expects them, and beside
them SHA256SUMS (`sha256sum -c` reads it) and LICENCES.txt. A set is there as a whole or not at all,
so that a stopped mirror goes on with the next one.
"""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gan_course.base.errors import InputError
from gan_course.base.files import atomic_write, cannot_write, locked
from gan_course.data.catalogue import DATASETS, find
from gan_course.data.imageset import ImageSet
from gan_course.data.mirror import mirror_folder, read_archive
from gan_course.data.pictures import picture
from gan_course.data.sources import as_set, from_source, mirrored

# What the chapters load and no code makes. Other categories of Quick, Draw! are named.
COURSE = (*(n for n, each in DATASETS.items() if each.stand_in is not None), "quickdraw_cat")
PAINTING = "starry_night.jpg"  # chapter 11 paints in its manner; it has no source but a mirror
_SUMS, _LICENCES = "SHA256SUMS", "LICENCES.txt"


@dataclass(frozen=True)
class Archive:
    """What a mirror has under one name.

    state: "whole", "missing", "damaged", of one that was just fetched "new".
    problem: of one that is missing or damaged, in words.
    images, tests: how many; a pair counts once.
    """

    name: str
    state: str
    problem: str = ""
    bytes: int = 0
    images: int = 0
    tests: int = 0

    @property
    def usable(self) -> bool:
        """Whether a course can load it."""
        return self.state in ("whole", "new")

    @property
    def lost(self) -> bool:
        """Whether a chapter would miss it. Chapter 11 knows what to do without its painting."""
        return not self.usable and (self.name, self.state) != (PAINTING, "missing")

    @property
    def licence(self) -> str:
        """The licence, as data/README.md has it."""
        return "public domain" if self.name == PAINTING else find(self.name).licence


def wanted(names: list[str]) -> tuple[str, ...]:
    """Those names, or all of the course where there are none.

    Raises:
      InputError: for a name that is unknown, or of a set that is made by code.
    """
    for name in names:
        if name != PAINTING and find(name).stand_in is None:
            raise InputError(f"{name!r} is made by code and needs no archive; leave it out")
    return tuple(names) or (*COURSE, PAINTING)


def check(folder: Path, names: tuple[str, ...]) -> Iterator[Archive]:
    """Look at each of those archives: its checksum, and whether it loads. Nothing is written."""
    sums = _sums(folder)
    for name in names:
        yield _looked_at(_file(folder, name), name, sums)


def fill(folder: Path, names: tuple[str, ...]) -> Iterator[Archive]:
    """Fetch what is missing or damaged in a mirror; what is whole stays as it is.

    Archives come from `$GAN_COURSE_DATA`, where that is another folder, or else from their sources.
    One that cannot be had stays missing, and the next one is tried.

    Raises:
      InputError: if the folder cannot be written.
    """
    try:
        with locked(folder / ".lock", f"another process fills {folder}"):
            for leftover in folder.glob(".*.tmp"):  # of a killed process: the lock is ours
                leftover.unlink()
            for name in names:
                found = _looked_at(_file(folder, name), name, _sums(folder))
                if not found.usable:
                    found = _fetched(folder, found)
                if found.usable:
                    _note(folder, _file(folder, name))
                yield found
    except OSError as error:
        raise cannot_write(folder, error) from error


def _file(folder: Path, name: str) -> Path:
    return folder / (name if name == PAINTING else f"{name}.npz")


def _looked_at(file: Path, name: str, sums: dict[str, str]) -> Archive:
    if not file.is_file():
        return Archive(name, "missing", f"there is no {file}")
    if file.name in sums and sums[file.name] != _sha256(file):
        return Archive(name, "damaged", f"{file} has not the checksum that {_SUMS} has")
    try:
        if name == PAINTING:
            picture(file)
            return Archive(name, "whole", "", file.stat().st_size, 1)
        images = as_set(name, read_archive(file, find(name).pairs), "")
    except InputError as error:
        return Archive(name, "damaged", str(error))
    return _archive(file, "whole", images)


def _fetched(folder: Path, found: Archive) -> Archive:
    """The archive after fetching it; as it was, where it cannot be had."""
    name, file, given = found.name, _file(folder, found.name), mirror_folder()
    if given and not given.samefile(folder) and (source := given / file.name).is_file():
        found = _looked_at(source, name, _sums(given))
        if found.usable:
            with atomic_write(file) as target, open(source, "rb") as content:
                shutil.copyfileobj(content, target)
        return replace(found, state="new") if found.usable else found
    if name == PAINTING:
        return replace(found, problem=f"{found.problem}; it has no source: copy one there, or let "
                       "chapter 11 paint after 'painting'")  # fmt: skip
    try:
        arrays = from_source(name)
        images = as_set(name, arrays, "")
    except InputError as error:
        return replace(found, problem=str(error))
    with atomic_write(file) as target:
        np.savez_compressed(target, **arrays)
    return _archive(file, "new", images)


def _archive(file: Path, state: str, images: ImageSet) -> Archive:
    tests = 0 if images.x_test is None else len(images.x_test)
    return Archive(file.stem, state, "", file.stat().st_size, len(images.x_train), tests)


def _note(folder: Path, file: Path) -> None:
    """The checksum of a whole file, and the licences of all that is there."""
    sums = _sums(folder) | {file.name: _sha256(file)}
    with atomic_write(folder / _SUMS) as target:
        target.writelines(f"{digest}  {name}\n".encode() for name, digest in sorted(sums.items()))
    with atomic_write(folder / _LICENCES) as target:
        for name in mirrored(folder):
            each = find(name)
            text = f"{name}.npz: {each.about}\n  from {each.origin}\n  licence: {each.licence}\n"
            target.write(text.encode())


def _sums(folder: Path) -> dict[str, str]:
    """The checksums that were noted, by the names of the files."""
    file = folder / _SUMS
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _sha256(file: Path) -> str:
    with open(file, "rb") as content:
        digest = hashlib.sha256()
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
