"""`completion`: what a shell needs to complete commands, options, names and paths."""

import argparse

from gan_course.commands.command import PROGRAM, Command

_SHELLS = ("bash", "zsh", "fish", "tcsh")
_FOLDERS = ("RUN", "DIR")  # by the metavar
_FILES = ("FILE", "FILE.gif", "FOLDER|FILE", "CONTENT", "STYLE")


def arguments(parser: argparse.ArgumentParser) -> None:
    """A shell."""
    parser.add_argument(
        "shell", metavar="SHELL", choices=_SHELLS, help=f"one of {', '.join(_SHELLS)}"
    )


def completion(arguments: argparse.Namespace) -> None:
    """Print what makes a shell complete the words of this program."""
    import shtab

    from gan_course.data.sources import DATASETS
    from gan_course.recipes import RECIPES

    names = {"recipe": RECIPES, "name": RECIPES, "dataset": DATASETS}
    for parser in arguments.whole.parsers.values():
        for action in parser.actions:
            if action.metavar in _FOLDERS:
                action.complete = shtab.DIRECTORY
            elif action.metavar in _FILES:
                action.complete = shtab.FILE
            elif action.dest in names:
                action.choices = list(names[action.dest])
    print(shtab.complete(arguments.whole, arguments.shell))


COMMAND = Command(
    "completion",
    completion,
    (
        (f"bash: then `source ~/.{PROGRAM}.sh`", f"completion bash > ~/.{PROGRAM}.sh"),
        ("zsh: where ~/.zfunc is in $fpath", f"completion zsh > ~/.zfunc/_{PROGRAM}"),
    ),
    arguments,
)
