"""What the library says of itself, for the pages that show it.

  {commands}          a section for each command of the command line, with its `--help`
  {printed} WORDS     what `gan_course WORDS` answers
  {lines} RECIPE      the lines of a recipe's networks

All is made at each build, so a page cannot tell of an option or a layer that is gone.
"""

import contextlib
import io
import os
from unittest import mock

from docutils import nodes
from docutils.parsers.rst import Directive

from gan_course.cli import COMMANDS, main
from gan_course.recipes import recipe

COLUMNS = 88  # of the terminal that the text is set for


def answer(*words: str) -> str:
    """What `gan_course WORDS` prints, without colours.

    Raises:
      ValueError: for words that end in an error.
    """
    printed = io.StringIO()
    plain = {"COLUMNS": str(COLUMNS), "NO_COLOR": "1"}
    with mock.patch.dict(os.environ, plain), contextlib.redirect_stdout(printed):
        try:
            code = main(list(words))
        except SystemExit as left:  # --help
            code = left.code
    if code:
        raise ValueError(f"`gan_course {' '.join(words)}` ended with {code}")
    return printed.getvalue().strip()


def network_lines(name: str) -> str:
    """The lines of all networks of a recipe, each network under its name."""
    rows = recipe(name).lines()
    return "\n\n".join("\n  ".join((field, *lines)) for field, lines in rows.items())


def _block(text: str) -> nodes.literal_block:
    return nodes.literal_block(text, text, language="text")


class Commands(Directive):
    def run(self) -> list[nodes.Node]:
        made = []
        for name in (command.name for command in COMMANDS):
            section = nodes.section("", nodes.title(name, name), _block(answer(name, "--help")))
            section["ids"] = [nodes.make_id(name)]
            made.append(section)
        return made


class Printed(Directive):
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        return [_block(answer(*self.arguments[0].split()))]


class Lines(Directive):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [_block(network_lines(*self.arguments))]


def setup(app) -> dict:
    for name, directive in (("commands", Commands), ("printed", Printed), ("lines", Lines)):
        app.add_directive(name, directive)
    return {"parallel_read_safe": True}
