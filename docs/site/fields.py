"""`{fields} CLASS`: what each field of a recipe means, what it may be, and what it is unless told.

In: the name of a class of `gan_course.recipes`, with its module. Out: a table, from the annotations
and from the comments that stand beside the fields in the source: the one place for both.
"""

import ast
import dataclasses
import inspect
import re
import typing
from collections.abc import Iterator
from importlib import import_module

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList

from gan_course.recipes.bounds import Bound
from gan_course.recipes.schema import Recipe

# In its signature stand the types alone: the bounds are in the table.
Recipe.__init__.__annotations__ = typing.get_type_hints(Recipe.__init__)


def comments(cls: type) -> dict[str, str]:
    """The comment of each field that a class adds: behind it, or in the lines above it."""
    lines = inspect.getsource(cls).splitlines()
    made = {}
    for node in ast.parse("\n".join(lines)).body[0].body:
        if isinstance(node, ast.AnnAssign):
            first = node.lineno - 1
            while lines[first - 1].strip().startswith("#"):
                first -= 1
            above = lines[first : node.lineno - 1]
            behind = lines[node.end_lineno - 1].partition("  # ")[2]
            said = [line.strip().removeprefix("# ") for line in above] + [behind]
            made[node.target.id] = " ".join(said).strip()
    return made


def bounds(hint: object) -> Iterator[str]:
    """What a value must be, in the words of its annotation."""
    if isinstance(hint, Bound):
        yield hint.words
    elif typing.get_origin(hint) is typing.Literal:
        yield ", ".join(typing.get_args(hint))
    elif not isinstance(hint, str):
        for part in typing.get_args(hint):
            yield from bounds(part)


def rows(cls: type) -> Iterator[tuple[str, str, str, str]]:
    """(name, default, what it must be, what it means) of the fields that a class adds."""
    said, hints = comments(cls), typing.get_type_hints(cls, include_extras=True)
    for field in dataclasses.fields(cls):
        if field.name in said:
            given = field.default is not dataclasses.MISSING
            default = f"`{field.default!r}`" if given else ""
            must = "; ".join(bounds(hints[field.name]))
            yield f"`{field.name}`", default, must, said[field.name]


class Fields(Directive):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        module, _, name = self.arguments[0].rpartition(".")
        table = [("field", "unless told", "must be", "meaning"), ("---",) * 4]
        table += rows(getattr(import_module(module), name))
        cells = ([re.sub(r"([|<>])", r"\\\1", cell) for cell in row] for row in table)
        lines = [f"| {' | '.join(row)} |" for row in cells]
        made = nodes.container()
        self.state.nested_parse(StringList(lines, source=self.arguments[0]), 0, made)
        return made.children


def setup(app) -> dict:
    app.add_directive("fields", Fields)
    return {"parallel_read_safe": True}
