"""What one can do with a run that has just been trained."""

import shlex
import sys

from gan_course.commands import screen
from gan_course.commands.command import PROGRAM, examples


def show(run) -> None:
    """The commands that fit this run, ready to be copied; on stderr, since programs need none."""
    steps = _of(run.game, shlex.quote(str(run.path)))
    screen.show(
        screen.coloured_help(examples(*steps, title="next", program=_program())), error=True
    )


def _of(game, folder: str) -> list[tuple[str, str]]:
    steps = []
    if hasattr(game, "judged"):  # else it is one painting: nothing to compare
        steps.append(("how good are its images?", f"evaluate {folder}"))
    steps.append(("is it healthy?", f"doctor {folder}"))
    if hasattr(game, "translate"):
        steps.append(("images of your own, translated", f"translate {folder} PHOTOS --out DIR"))
    elif hasattr(game, "judged"):
        steps.append(("new images", f"sample {folder} --out new.png"))
    return [*steps, ("how it learned, to keep", f"gif {folder} --out new.gif")]


def _program() -> str:
    """As it was called: the environment of a `.venv/bin/python -m gan_course` may be inactive."""
    if sys.orig_argv[1:3] == ["-m", PROGRAM]:
        return f"{shlex.quote(sys.orig_argv[0])} -m {PROGRAM}"
    return PROGRAM
