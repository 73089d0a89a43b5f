"""The command line: recipes, datasets, train, sample, translate, style, evaluate, gif, export,
doctor.

In: words. Out: an exit code: 0 done, 1 failed, 2 bad usage or input (one line on stderr), 130
after Ctrl-C. TensorFlow is loaded by the commands that compute, not by the others.
"""

import argparse
import contextlib
import os
import sys
import warnings
from collections.abc import Iterator

from gan_course import __version__
from gan_course.base.errors import InputError, RunWarning, check_system
from gan_course.commands import export, pictures, runs

_PROGRAM = "gan_course"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(words: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(words)
    try:
        check_system()
        with _warnings_in_one_line():
            arguments.command(arguments)
        sys.stdout.flush()
    except InputError as error:
        print(f"{_PROGRAM}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stopped:
        print(f"\n{_PROGRAM}: {str(stopped) or 'stopped'}", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


# In the order of `--help`: what fills the parser, and what runs.
_COMMANDS = {
    "recipes": (None, runs.recipes),
    "datasets": (None, runs.datasets),
    "train": (runs.train_arguments, runs.train),
    "sample": (runs.sample_arguments, runs.sample),
    "translate": (pictures.translate_arguments, pictures.translate),
    "style": (pictures.style_arguments, pictures.style),
    "evaluate": (runs.evaluate_arguments, runs.evaluate),
    "gif": (runs.gif_arguments, runs.gif),
    "export": (export.export_arguments, export.export),
    "doctor": (runs.doctor_arguments, runs.doctor),
}


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=_PROGRAM, description="Train GANs and see what they learn.")
    parser.add_argument("--version", action="version", version=f"{_PROGRAM} {__version__}")
    choices = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, (fill, run) in _COMMANDS.items():
        about = run.__doc__.removesuffix(".")
        made = choices.add_parser(name, help=about[0].lower() + about[1:], description=run.__doc__)
        made.set_defaults(command=run)
        if fill is not None:
            fill(made)
    return parser


@contextlib.contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Our own warnings as a line like the errors; those of other libraries as ever."""
    with warnings.catch_warnings():
        as_ever = warnings.showwarning

        def show(message, category, *where, **more):
            if issubclass(category, RunWarning):
                print(f"{_PROGRAM}: {message}", file=sys.stderr)
            else:
                as_ever(message, category, *where, **more)

        warnings.showwarning = show
        yield
