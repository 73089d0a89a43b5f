"""`recipes`: all of them in a list, or every number of one."""

import argparse

from gan_course.commands import screen
from gan_course.commands.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """A name, perhaps."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="of one recipe (default: list all)")


def recipes(arguments: argparse.Namespace) -> None:
    """List the recipes, or every number and both networks of one."""
    from gan_course.recipes import RECIPES, recipe

    if arguments.name is None:
        screen.show(screen.entries(_entry(RECIPES[name]) for name in sorted(RECIPES)))
        return
    chosen = recipe(arguments.name)
    screen.show(screen.entries([_entry(chosen)]), "", _numbers(chosen))
    for name, lines in sorted(chosen.lines().items(), key=lambda item: "discr" in item[0]):
        rows = [(f"{number:>2}", line) for number, line in enumerate(lines, start=1)]
        screen.show("", screen.text(name, "bold"), screen.columns(rows, ("aside", "text")))


def _entry(recipe) -> tuple[str, str, str]:
    size = f"{recipe.steps:,} steps on {recipe.dataset}, ~{recipe.cpu_minutes:g} min"
    tuned = f", tuned for {recipe.tuned_for:g} s" if recipe.tuned_for else ""
    return recipe.name, recipe.about, f"{size} on two CPU cores{tuned}"


def _numbers(recipe):
    """Each field, its value as `--set` takes it, and what else it might be."""
    below = recipe.lines()
    rows = [
        (name, _typed(getattr(recipe, name)), may_be)
        for name, may_be in recipe.described().items()
        if name not in below
    ]
    return screen.columns(rows, ("name", "text", "aside"), ("field", "value", "may be"))


def _typed(value) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) and value else str(value)


COMMAND = Command(
    "recipes",
    recipes,
    (
        ("all of them, each with its data and its time", "recipes"),
        ("every number of one, and its networks", "recipes demo"),
        ("those of one chapter", "recipes | grep 'chapter 8'"),
    ),
    arguments,
)
