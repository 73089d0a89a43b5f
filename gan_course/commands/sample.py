"""`sample`: new images of a run, as an archive or as one picture."""

import argparse
from pathlib import Path

from gan_course.commands import words
from gan_course.commands.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, how many, of what, and where they go."""
    words.run(parser)
    words.count(parser, 64)
    words.seed(parser, "latents")
    parser.add_argument(
        "--label", metavar="CLASS",
        help="what a conditional run draws: a number or a name (default: each class in turn)",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE",
        help="FILE.npz (key `images`, uint8 (N, H, W, C); `labels`, of a conditional run) or "
        "FILE.png (one tiled picture)",
    )  # fmt: skip
    words.best(parser)
    words.quiet(parser)


def sample(arguments: argparse.Namespace) -> None:
    """Generate new images from a run."""
    out = words.check_file("--out", arguments.out, ".npz", ".png")
    words.check_run(arguments.run)
    import numpy as np

    from gan_course import run
    from gan_course.base.files import atomic_write
    from gan_course.runs import images

    opened = run.open_run(arguments.run, arguments.best)
    made = opened.made(arguments.count, arguments.seed, labels=arguments.label)
    pictures = images.to_uint8(made.images)
    with atomic_write(out) as file:
        if out.suffix.lower() == ".npz":
            labels = {} if made.wanted is None else {"labels": made.wanted}
            np.savez_compressed(file, images=pictures, **labels)
        else:
            rows, columns = images.square(len(pictures))
            about = {
                "Recipe": opened.recipe.name, "Step": opened.step, "Seed": opened.recipe.seed,
                "Sample seed": arguments.seed,
            }  # fmt: skip
            overview = images.overview(pictures, rows, columns)
            images.write_png(file, overview, about, enlarge=True)
    print(f"{out}: {len(pictures)} images of {opened.path} at step {opened.step:,}")


COMMAND = Command(
    "sample",
    sample,
    (
        ("64 new images as one picture", "sample runs/demo --out new.png"),
        ("many, for a program", "sample runs/demo --count 10000 --out new.npz"),
        ("sevens, of a conditional run", "sample runs/told --label 7 --out seven.png"),
    ),
    arguments,
)
