"""The errors a user can cause, each with the value found and the remedy.

The command line prints an `InputError` as one line and exits with 2; every other exception is a
bug of ours and keeps its traceback.
"""

import sys
from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Something outside the library is wrong: a name, a number, a file, a folder, the disk."""


class DatasetUnavailable(InputError):
    """A dataset can be had neither from the mirror folder nor from its source."""


class TrainingDiverged(InputError):
    """A loss or a weight is no longer a finite number."""


class RunWarning(UserWarning):
    """Training goes on, but the user should know why something is not as expected."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> InputError:
    """The error for a name that is not in `known`, with the nearest one that is."""
    known = sorted(known)
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    return InputError(f"unknown {kind} {name!r}; {hint}")


def check_system() -> None:
    """Raises InputError on Windows, in words, before something that is not there is imported."""
    if sys.platform == "win32":
        raise InputError(
            "gan_course runs on Linux and macOS; on Windows use WSL 2 "
            "(learn.microsoft.com/windows/wsl), or Colab"
        )
