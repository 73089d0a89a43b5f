"""`style`: one picture painted in the manner of another."""

import argparse
from pathlib import Path

from gan_course.commands import next_steps, words
from gan_course.commands.command import Command

_RECIPES = "(default: the recipe's)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Two pictures, who judges, and what of them counts."""
    parser.add_argument("content", metavar="CONTENT", help="what is painted: a name or a file")
    parser.add_argument("style", metavar="STYLE", help="in whose manner: a name or a file")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="run folder")
    parser.add_argument(
        "--judge", metavar="NAME", choices=("course", "random", "vgg19"),
        help="the network that says what style is: course, random or vgg19 (default: course)",
    )  # fmt: skip
    parser.add_argument(
        "--layers", nargs="+", metavar="LAYER",
        help=f"those of the judge that say it: names, or numbers from 1 {_RECIPES}",
    )  # fmt: skip
    parser.add_argument(
        "--steps", type=words.whole(1), metavar="N", help=f"of Adam, on the pixels {_RECIPES}"
    )
    parser.add_argument(
        "--side", type=words.whole(16, 1024), metavar="N",
        help=f"longest side in pixels, up to 1024 {_RECIPES}",
    )  # fmt: skip
    parser.add_argument("--keep-colour", action="store_const", const=True, help="of the content")
    words.quiet(parser)


def style(arguments: argparse.Namespace) -> None:
    """Paint a picture in the manner of another."""
    from gan_course.training import style

    named = {name: getattr(arguments, name) for name in ("judge", "steps", "keep_colour")}
    changes = {name: value for name, value in named.items() if value is not None}
    if arguments.layers:
        changes["style_layers"] = tuple(arguments.layers)
    run = style.style(
        arguments.content, arguments.style, arguments.out, side=arguments.side,
        progress=not arguments.quiet, **changes,
    )  # fmt: skip
    print(f"painting   {run.dir.sample_files()[-1]}")
    print(f"animation  {run.gif}")
    print(f"curves     {run.dir.curves}")
    if not arguments.quiet:
        next_steps.show(run)


COMMAND = Command(
    "style",
    style,
    (
        ("two pictures that are there", "style china painting --out runs/painted"),
        ("your own, small, to try it", "style me.jpg painting --side 128 --out runs/me"),
    ),
    arguments,
)
