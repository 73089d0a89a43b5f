"""The command line: which commands there are, and how each ends.

In: words. Out: an exit code: 0 done, 1 failed, 2 bad usage or input (one line on stderr), 130
after Ctrl-C. TensorFlow is loaded by the commands that compute, not by the others, and by none
before it has looked at its words. What a command takes and does is in `commands/`.
"""

import argparse
import contextlib
import os
import sys
import warnings
from collections.abc import Iterator

from gan_course.base.errors import InputError, RunWarning, check_system
from gan_course.commands import (
    completion,
    datasets,
    doctor,
    evaluate,
    export,
    gif,
    mirror,
    recipes,
    sample,
    screen,
    style,
    train,
    translate,
)
from gan_course.commands.command import PROGRAM, build, unknown_command

# In the order of `--help`.
_MODULES = (
    recipes, datasets, train, sample, translate, style, evaluate, gif, export, mirror,
    doctor, completion,
)  # fmt: skip
COMMANDS = tuple(module.COMMAND for module in _MODULES)


def main(words: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if words is None else words
    try:
        arguments = _parsed(words)
        if arguments is None:
            return 0
        check_system()
        with _warnings_in_one_line(), _silence(getattr(arguments, "quiet", False)):
            arguments.command.run(arguments)
        sys.stdout.flush()
    except InputError as error:
        screen.complain(PROGRAM, str(error))
        return 2
    except KeyboardInterrupt as stopped:
        print(file=sys.stderr)  # the line of the ^C
        screen.complain(PROGRAM, str(stopped) or "stopped")
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parsed(words: list[str]) -> argparse.Namespace | None:
    """What the words ask for; no words ask for help, which is shown."""
    parser = build(COMMANDS)
    if not words:
        parser.print_help()
        return None
    if not words[0].startswith("-") and words[0] not in [command.name for command in COMMANDS]:
        parser.error(unknown_command(words[0], COMMANDS))
    return parser.parse_args(words)


@contextlib.contextmanager
def _silence(asked: bool) -> Iterator[None]:
    """Nothing on stdout, if so asked."""
    if not asked:
        yield
        return
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


@contextlib.contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Our own warnings as a line like the errors; those of other libraries as ever."""
    with warnings.catch_warnings():
        as_ever = warnings.showwarning

        def show(message, category, *where, **more):
            if issubclass(category, RunWarning):
                screen.complain(PROGRAM, str(message))
            else:
                as_ever(message, category, *where, **more)

        warnings.showwarning = show
        yield
