"""What one can do with a run that has just been trained."""

import shlex
import sys

from gan_course.commands import screen
from gan_course.commands.command import PROGRAM


def show(run) -> None:
    """The commands that fit this run, ready to be copied; on stderr, since programs need none."""
    folder = shlex.quote(str(run.path))
    rows = [(f"{_program()} {words}", f"# {why}") for words, why in _of(run.game, folder)]
    screen.show(screen.text("next", "bold"), screen.columns(rows, ("name", "aside")), error=True)


def _of(game, folder: str) -> list[tuple[str, str]]:
    steps = []
    if hasattr(game, "judged"):  # else it is one painting: nothing to compare
        steps.append((f"evaluate {folder}", "how good are its images?"))
    steps.append((f"doctor {folder}", "is it healthy?"))
    if hasattr(game, "translate"):
        steps.append((f"translate {folder} PHOTOS --out DIR", "your own images, translated"))
    elif hasattr(game, "judged"):
        steps.append((f"sample {folder} --out new.png", "new images"))
    return [*steps, (f"gif {folder} --out new.gif", "how it learned")]


def _program() -> str:
    """As it was called: the environment of a `.venv/bin/python -m gan_course` may be inactive."""
    if sys.orig_argv[1:3] == ["-m", PROGRAM]:
        return f"{shlex.quote(sys.orig_argv[0])} -m {PROGRAM}"
    return PROGRAM
