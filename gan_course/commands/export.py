"""`export`: a generator for a browser, or for other programs."""

import argparse
from pathlib import Path

from gan_course.commands import words
from gan_course.commands.command import Command

_FORMATS = ("web", "onnx", "tflite")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, the format, and where it goes."""
    words.run(parser)
    parser.add_argument(
        "--to", choices=_FORMATS, required=True,
        help="web: one page to play with, without a network; onnx: for ONNX Runtime; tflite: "
        "for phones",
    )  # fmt: skip
    parser.add_argument(
        "out", metavar="DIR", type=Path,
        help="gets index.html, generator.onnx or generator.tflite",
    )  # fmt: skip
    parser.add_argument("--back", action="store_true", help="a CycleGAN's other way")
    words.best(parser)
    words.quiet(parser)


def export(arguments: argparse.Namespace) -> None:
    """Hand a generator on, to a browser or to other programs."""
    words.check_run(arguments.run)
    from gan_course import run
    from gan_course.base.files import atomic_write, writable_folder
    from gan_course.web import facts, formats, pages

    opened = run.open_run(arguments.run, arguments.best)
    if arguments.to == "web":
        file = pages.page(opened, arguments.back).write(arguments.out)
        told = "open it with a browser; it needs no network"
    else:
        written = getattr(formats, arguments.to)(facts.generator_of(opened, arguments.back))
        file = writable_folder(arguments.out) / f"generator.{arguments.to}"
        with atomic_write(file) as target:
            target.write(written)
        told = "float32, batches of any size"
    size = file.stat().st_size / 1e3
    print(f"{file}: {opened.path} at step {opened.step:,}, {size:,.0f} kB; {told}")


COMMAND = Command(
    "export",
    export,
    (
        ("a page to play with, in any browser", "export runs/demo --to web page"),
        ("for programs without Keras", "export runs/demo --to onnx exported"),
    ),
    arguments,
)
