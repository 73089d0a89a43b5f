"""The commands that make pictures of pictures: translate, style.

In: an `argparse` parser to fill; then its arguments. Out: lines on the screen, and files. What a
command needs is imported when it runs, so that `--help` and wrong words answer at once.
"""

import argparse
from pathlib import Path

from gan_course.base.files import user_path


def translate_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `translate`."""
    parser.add_argument("run", metavar="RUN", type=Path, help="of a pix2pix or a CycleGAN")
    parser.add_argument(
        "pictures", metavar="FOLDER|FILE", type=Path,
        help="images of any size and kind: scaled, cropped and coloured as training data are",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="one PNG for each image"
    )
    parser.add_argument("--back", action="store_true", help="a CycleGAN's other way")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the dropout (0)")


def translate(arguments: argparse.Namespace) -> None:
    """Translate images with a run, a folder in, a folder out."""
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


def style_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `style`."""
    parser.add_argument("content", metavar="CONTENT", help="what is painted: a name or a file")
    parser.add_argument("style", metavar="STYLE", help="in whose manner: a name or a file")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="run folder")
    parser.add_argument("--judge", metavar="NAME", help="course, random or vgg19 (course)")
    parser.add_argument(
        "--layers", nargs="+", metavar="LAYER",
        help="the judge's layers that say what style is: names, or numbers from 1",
    )  # fmt: skip
    parser.add_argument("--steps", type=int, metavar="N", help="of Adam, on the pixels")
    parser.add_argument("--side", type=int, metavar="N", help="longest side in pixels, up to 1024")
    parser.add_argument("--keep-colour", action="store_const", const=True, help="of the content")


def style(arguments: argparse.Namespace) -> None:
    """Paint a picture in the manner of another."""
    from gan_course.training import style

    named = {name: getattr(arguments, name) for name in ("judge", "steps", "keep_colour")}
    changes = {name: value for name, value in named.items() if value is not None}
    if arguments.layers:
        changes["style_layers"] = tuple(arguments.layers)
    run = style.style(
        arguments.content, arguments.style, arguments.out, side=arguments.side, **changes
    )
    print(f"painting   {run.dir.sample_files()[-1]}")
    print(f"animation  {run.gif}")
    print(f"curves     {run.dir.curves}")
