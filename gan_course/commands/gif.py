"""`gif`: the animation of a run, made again."""

import argparse
from pathlib import Path

from gan_course.commands import words
from gan_course.commands.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, and where the animation goes."""
    words.run(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FILE.gif", help="another place (default: RUN/training.gif)"
    )
    words.quiet(parser)


def gif(arguments: argparse.Namespace) -> None:
    """Make the animation of a run again from its sample grids."""
    out = words.check_file("--out", arguments.out, ".gif")
    words.check_run(arguments.run)
    from gan_course import run

    print(run.open_run(arguments.run).write_gif(out))


COMMAND = Command(
    "gif",
    gif,
    (
        ("again, in its place", "gif runs/demo"),
        ("somewhere else", "gif runs/demo --out demo.gif"),
    ),
    arguments,
)
