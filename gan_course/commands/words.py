"""The words that several commands take, and what is told of wrong ones before TensorFlow loads.

In: a parser to fill, or what was typed. Out: arguments of the right type, or a refusal.
"""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

from gan_course.base.errors import InputError
from gan_course.base.files import writable_file


def number(text: str) -> int:
    """A type for argparse: any whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, got {text!r}") from None


def whole(low: int, high: float = math.inf, bounds: str = "") -> Callable[[str], int]:
    """A type for argparse: whole numbers from `low` to `high`; `bounds` says so in other words."""
    bounds = bounds or (f">= {low}" if high == math.inf else f"in [{low}, {high}]")

    def within(text: str) -> int:
        value = number(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be {bounds}, got {value}")
        return value

    return within


def run(parser: argparse.ArgumentParser, **options) -> None:
    """RUN, the folder of a run."""
    options = {"help": "a run folder, such as runs/demo", **options}
    parser.add_argument("run", metavar="RUN", type=Path, **options)


def count(parser: argparse.ArgumentParser, default: int) -> None:
    """--count, of samples."""
    parser.add_argument(
        "--count", type=whole(1), default=default, metavar="N",
        help="samples (default: %(default)s)",
    )  # fmt: skip


def seed(parser: argparse.ArgumentParser, of: str) -> None:
    """--seed, of one thing."""
    parser.add_argument(
        "--seed", type=whole(0, 2**31 - 1, "in [0, 2**31)"), default=0, metavar="S",
        help=f"of the {of} (default: %(default)s)",
    )  # fmt: skip


def best(parser: argparse.ArgumentParser) -> None:
    """--best, the better of two checkpoints."""
    parser.add_argument(
        "--best", action="store_true",
        help="take the checkpoint of the smallest distance (default: the newest)",
    )  # fmt: skip


def quiet(parser: argparse.ArgumentParser) -> None:
    """-q: cli.py prints nothing of such a command but warnings and errors."""
    parser.add_argument(
        "-q", "--quiet", action="store_true", help="print warnings and errors alone"
    )


def check_run(path: Path) -> None:
    """Raises InputError, naming the file, unless a run can be read there."""
    from gan_course.runs.rundir import RunDir

    RunDir(path).read_recipe()


def check_file(option: str, path: Path | None, *suffixes: str) -> Path | None:
    """Where to write in the end: what is wrong with it is told before the work.

    Raises:
      InputError: for another suffix, or a folder that is not there.
    """
    if path is None:
        return None
    if path.suffix.lower() not in suffixes:
        raise InputError(f"{option} must end in {' or '.join(suffixes)}, got {str(path)!r}")
    return writable_file(path)
