"""What the commands print: as wide as the terminal, in colours where somebody sees them.

In: text, tables. Out: lines on stdout or stderr. In a pipe, or a file, a line is as long as it has
to be, so that `grep` finds whole ones, and without colour; `NO_COLOR` takes the colours from a
terminal, too. Rich is loaded here, once something is shown.
"""

import os
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

_ENDLESS = 10_000  # columns of what is no terminal
_KINDS = {
    "name": {"style": "cyan", "no_wrap": True},
    "text": {"overflow": "fold"},
    "aside": {"style": "dim", "overflow": "fold"},
    "label": {"style": "cyan", "overflow": "fold"},
    "number": {"justify": "right", "overflow": "fold"},
}
_LINE_ENDS = re.compile(r"(?m)(?: |\x1b\[[\d;]*m)+$")  # the blanks that fill a cell, coloured


def show(*things: "RenderableType", error: bool = False) -> None:
    """Print them, on stderr if it is an `error`, or what only people read."""
    stream = sys.stderr if error else sys.stdout
    console = _console(stream)
    with console.capture() as captured:  # a pipe that closes early is the business of cli.py
        for thing in things:
            console.print(thing, soft_wrap=getattr(thing, "no_wrap", False))
    stream.write(_LINE_ENDS.sub(lambda end: end[0].replace(" ", ""), captured.get()))


def is_terminal() -> bool:
    """Whether stdout is one, whose width counts."""
    return _console(sys.stdout).is_terminal


def text(words: str, style: str = "") -> "Text":
    """Words in one style, as they are: brackets mean nothing."""
    from rich.text import Text

    return Text(words, style)


def paragraphs(words: str) -> "Text":
    """Lines broken between words; what has a name in front of it stays behind the name."""
    width = _console(sys.stdout).width
    lines = []
    for line in words.splitlines():
        name = re.match(r" *\S+ {2,}|", line)[0]
        broken = textwrap.wrap(
            line, width, subsequent_indent=" " * len(name), break_on_hyphens=False
        )
        lines += broken or [""]
    return text("\n".join(lines))


def complain(who: str, message: str) -> None:
    """One line on stderr, however long, for a person and for `grep`."""
    if sys.stderr.isatty():
        line = text(f"{who}: ", "bold red")
        line.append(message, "default not bold")
        line.no_wrap, line.overflow = True, "ignore"
        show(line, error=True)
    else:
        print(f"{who}: {message}", file=sys.stderr)


def entries(items: Iterable[tuple[str, str, str]]) -> "RenderableType":
    """A list: of each entry its name, what it is, and below that the facts, if any."""
    table = _table()
    for kind in ("name", "text"):
        table.add_column(**_KINDS[kind])
    for name, about, facts in items:
        table.add_row(name, text(about).append(f"\n{facts}" if facts else "", "dim"))
    return table


def columns(
    rows: Iterable[Sequence[str]], kinds: Sequence[str], head: Sequence[str] = ()
) -> "Table":
    """A table. kinds: of each column what it holds, a key of `_KINDS`. head: its headings."""
    rows = list(rows)
    widths = (max(map(len, column)) for column in zip(*rows, *[head] * bool(head), strict=True))
    gap = 2 if sum(width + 2 for width in widths) <= _console(sys.stdout).width else 1
    table = _table(gap, show_header=bool(head), header_style="bold")
    for at, kind in enumerate(kinds):
        table.add_column(head[at] if head else "", **_KINDS[kind])
    for row in rows:
        table.add_row(*map(text, row))
    return table


def coloured_help(words: str) -> "Text":
    """Help, and examples: their headings, options and comments told apart."""
    shown = text(words.rstrip("\n"))
    shown.no_wrap, shown.overflow = True, "ignore"
    shown.highlight_regex(r"(?m)^(?:usage:|[a-z][a-z ]*:$)", "bold")
    shown.highlight_regex(r"(?<![\w-])--?[a-z][\w-]*", "cyan")
    shown.highlight_regex(r"(?m)^ +# .*$", "dim")
    return shown


def _table(gap: int = 2, **options) -> "Table":
    from rich.table import Table

    options = {"show_header": False, **options}
    return Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), **options)


def _console(stream: TextIO) -> "Console":
    from rich.console import Console

    def made(**options):
        return Console(
            file=stream, highlight=False, markup=False, emoji=False, force_jupyter=False, **options
        )

    if not made().is_terminal:
        return made(width=_ENDLESS, color_system=None)
    return made(color_system=None if os.environ.get("NO_COLOR") else "auto")
