"""`evaluate`: how good the images of a run are, as a table and as JSON."""

import argparse
from pathlib import Path

from gan_course.base.errors import InputError
from gan_course.base.files import user_path
from gan_course.commands import screen, words
from gan_course.commands.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, how many samples, by which features, and where the numbers go."""
    words.run(parser)
    words.count(parser, 10_000)
    words.seed(parser, "latents")
    words.best(parser)
    parser.add_argument(
        "--features", default="course", metavar="NAME",
        help="course: of a small classifier of the dataset; inception: of InceptionV3; or the "
        "path of a copy of InceptionV3's weights, FILE.h5 (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the numbers there, too (default: nowhere)"
    )
    words.quiet(parser)


def evaluate(arguments: argparse.Namespace) -> None:
    """Measure how good a run's images are."""
    out = words.check_file("--json", arguments.json, ".json")
    _check(arguments)
    words.check_run(arguments.run)
    import json

    from gan_course import run
    from gan_course.base.files import atomic_write
    from gan_course.measures import features

    opened = run.open_run(arguments.run, arguments.best)
    chosen = None
    if arguments.features == "inception":
        chosen = features.inception()
    elif arguments.features != "course":
        chosen = features.inception(arguments.features)
    found = opened.evaluate(arguments.count, arguments.seed, features=chosen)
    show(found)
    if out is not None:
        with atomic_write(out) as file:
            file.write(json.dumps(found.to_json(), indent=2, ensure_ascii=False).encode() + b"\n")


def _check(arguments: argparse.Namespace) -> None:
    known = arguments.features in ("course", "inception")
    if not known and not user_path(arguments.features).is_file():
        raise InputError(
            f"--features must be course, inception or a file of InceptionV3's weights; "
            f"{arguments.features!r} is none of them"
        )
    if arguments.quiet and arguments.json is None:
        raise InputError("--quiet leaves nothing of an evaluation; add --json FILE")


def show(found) -> None:
    """As it writes itself; on a terminal in columns that fit it."""
    if not screen.is_terminal():
        print(found)
        return
    above, (head, *rows), below = found.parts()
    kinds = ["label", *["number"] * (len(head) - 2), "text"]
    table = screen.columns(rows, kinds, head)
    screen.show(*map(screen.paragraphs, above), "", table, *map(screen.paragraphs, below))


COMMAND = Command(
    "evaluate",
    evaluate,
    (
        ("every measure, beside that of real images", "evaluate runs/demo"),
        ("fewer samples: sooner, larger error bars", "evaluate runs/demo --count 2000"),
        ("for a program", "evaluate runs/demo -q --json found.json"),
    ),
    arguments,
)
