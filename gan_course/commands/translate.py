"""`translate`: one's own images, as a pix2pix or a CycleGAN answers them."""

import argparse
from pathlib import Path

from gan_course.base.files import user_path
from gan_course.commands import words
from gan_course.commands.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, the pictures, which way, and where the answers go."""
    words.run(parser, help="the run folder of a pix2pix or a CycleGAN")
    parser.add_argument(
        "pictures", metavar="FOLDER|FILE", type=Path,
        help="images of any size and kind: scaled, cropped and coloured as training data are",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="one PNG for each image"
    )
    parser.add_argument("--back", action="store_true", help="a CycleGAN's other way")
    words.seed(parser, "dropout")
    words.quiet(parser)


def translate(arguments: argparse.Namespace) -> None:
    """Translate images with a run, a folder in, a folder out."""
    words.check_run(arguments.run)
    from gan_course import run
    from gan_course.base.files import atomic_write, writable_folder
    from gan_course.data.named import named_images
    from gan_course.runs import images

    opened = run.open_run(arguments.run)
    shape = opened.takes(arguments.back)
    names, pictures, source = named_images(user_path(arguments.pictures), shape)
    out = writable_folder(arguments.out)
    made = images.to_uint8(opened.translate(pictures, arguments.back, arguments.seed))
    about = {"Recipe": opened.recipe.name, "Step": opened.step, "Seed": opened.recipe.seed}
    for name, picture in zip(names, made, strict=True):
        file = out / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(file) as target:
            images.write_png(target, picture, {**about, "Of": name})
    print(f"{out}: {len(made)} images of {opened.path} at step {opened.step:,}; {source}")


COMMAND = Command(
    "translate",
    translate,
    (
        ("a folder of drawings", "translate runs/emoji drawings --out answers"),
        ("one picture, the other way", "translate runs/cyc a.png --out x --back"),
    ),
    arguments,
)
