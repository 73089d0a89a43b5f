"""`mirror`: a classroom's data."""

import argparse
from pathlib import Path

from gan_course.base.errors import InputError
from gan_course.base.files import user_path, writable_folder
from gan_course.commands import words
from gan_course.commands.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """A folder, and the datasets."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="for $GAN_COURSE_DATA")
    parser.add_argument(
        "names", metavar="NAME", nargs="*", help="datasets (default: all that the chapters load)"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; say what is not whole")
    words.quiet(parser)


def mirror(arguments: argparse.Namespace) -> None:
    """Fetch a classroom's datasets, or what is missing of them."""
    from gan_course.data import mirroring

    names, folder = mirroring.wanted(arguments.names), user_path(arguments.folder)
    if not arguments.check:
        writable_folder(folder)
    elif not folder.is_dir():
        raise InputError(f"{folder} is not a folder; make it with: gan_course mirror {folder}")
    width, total, there, lost = max(map(len, names)), 0, 0, []
    for found in (mirroring.check if arguments.check else mirroring.fill)(folder, names):
        total, there = total + found.bytes, there + found.usable
        count = f"{found.images:,}" + (f" + {found.tests:,}" if found.tests else "")
        about = f"{found.bytes / 1e6:6.1f} MB  {count}" if found.usable else found.problem
        print(f"{found.name:<{width}}  {found.state:<7}  {about}", flush=True)
        print(f"{'':<{width}}  licence: {found.licence}", flush=True)
        if found.lost:
            lost.append(found.name)
    print(f"{folder}: {there} of {len(names)}, {total / 1e6:,.1f} MB")
    if lost:
        raise InputError(
            f"{folder} lacks {', '.join(lost)}; the next `gan_course mirror {folder}` fetches "
            "these alone"
        )
    print(f"to use it: export GAN_COURSE_DATA={folder.resolve()}")


COMMAND = Command(
    "mirror",
    mirror,
    (
        ("all that the chapters load, into a folder to carry", "mirror /srv/gan"),
        ("two sets alone", "mirror /srv/gan mnist quickdraw_camel"),
        ("what is missing or damaged there", "mirror /srv/gan --check"),
    ),
    arguments,
)
