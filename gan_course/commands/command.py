"""Command: what one command is made of, and the parser that is built of them all.

In: commands. Out: a parser, whose help has defaults and examples, and whose refusals are one line.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from gan_course import __version__
from gan_course.commands import screen

PROGRAM = "gan_course"
_WIDEST = 100  # columns of a help text: longer lines are hard to read


@dataclass(frozen=True)
class Command:
    """One command.

    run: what it does with its arguments. The first line of its docstring is what help says of it.
    arguments: adds the words it takes to its parser.
    examples: what one may want, and the words that do it, without the program's name.
    """

    name: str
    run: Callable[[argparse.Namespace], None]
    examples: tuple[tuple[str, str], ...]
    arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None

    @property
    def about(self) -> str:
        """What it does, in one line."""
        return self.run.__doc__.splitlines()[0]


class Parser(argparse.ArgumentParser):
    """argparse's, as wide as the terminal; it refuses in one line, with the nearest right word."""

    def __init__(self, **options):
        super().__init__(formatter_class=_Layout, **options)
        self.actions: list[argparse.Action] = []  # in the order of their declaration
        self.parsers: dict[str, Parser] = {}  # of the whole: those of its commands

    def add_argument(self, *names, **options) -> argparse.Action:
        """As ever; and the action is kept in `actions`."""
        action = super().add_argument(*names, **options)
        if hasattr(self, "actions"):  # not yet there for --help itself
            self.actions.append(action)
        return action

    def parse_known_args(self, args=None, namespace=None):
        """As ever; but an option that nobody knows is refused here, where its neighbours are."""
        found, left = super().parse_known_args(args, namespace)
        for word in left:
            if word.startswith("-"):
                known = [name for action in self.actions for name in action.option_strings]
                self.error(f"unknown option {word!r}{_nearest(word.partition('=')[0], known)}")
        return found, left

    def error(self, message: str):
        """One line on stderr, and exit code 2."""
        screen.complain(self.prog, f"{message} (see {self.prog} --help)")
        sys.exit(2)

    def print_help(self, file=None) -> None:
        """On the screen, in colours where there are some."""
        screen.show(screen.coloured_help(self.format_help()))


def build(commands: Sequence[Command]) -> Parser:
    """The parser of the whole command line. What it parses has the command under `command`, and
    the parser itself under `whole`."""
    parser = Parser(
        prog=PROGRAM,
        description="Train GANs and see what they learn.",
        epilog=examples(
            ("what there is to train", "recipes"),
            ("two minutes on a laptop, no download", "train demo"),
            ("what a command takes", "train --help"),
        ),
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    choices = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    parser.parsers = choices.choices
    for command in commands:
        about = command.about.removesuffix(".")
        made = choices.add_parser(
            command.name,
            help=about[0].lower() + about[1:],
            description=command.about,
            epilog=examples(*command.examples),
        )
        made.set_defaults(command=command, whole=parser)
        command.arguments(made)
    return parser


def unknown_command(word: str, commands: Sequence[Command]) -> str:
    """What is wrong with a first word that is no command."""
    return f"unknown command {word!r}{_nearest(word, [command.name for command in commands])}"


def _nearest(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"


def examples(*pairs: tuple[str, str], title: str = "examples", program: str = PROGRAM) -> str:
    """What one may want, and below each the words that do it."""
    lines = [f"  # {wanted}\n  {program} {words}" for wanted, words in pairs]
    return "\n".join([f"{title}:", *lines])


class _Layout(argparse.RawDescriptionHelpFormatter):
    """Examples keep their lines; the others are broken at the edge of the terminal."""

    def __init__(self, prog: str):
        width = min(_WIDEST, shutil.get_terminal_size().columns) - 2
        super().__init__(prog, max_help_position=26, width=width)

    def add_argument(self, action: argparse.Action) -> None:
        """As ever; but the names of commands stand two columns deeper than argparse counts."""
        super().add_argument(action)
        if action.nargs == argparse.PARSER:
            self._action_max_length += 2
