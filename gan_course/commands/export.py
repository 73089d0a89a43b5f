"""The command that hands a generator on: export.

In: an `argparse` parser to fill; then its arguments. Out: lines on the screen, and files. What a
command needs is imported when it runs, so that `--help` and wrong words answer at once.
"""

import argparse
from pathlib import Path

_FORMATS = ("web", "onnx", "tflite")


def export_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `export`."""
    parser.add_argument("run", metavar="RUN", type=Path)
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
    parser.add_argument(
        "--best",
        action="store_true",
        help="the checkpoint of the smallest distance, not the newest",
    )


def export(arguments: argparse.Namespace) -> None:
    """Hand a generator on, to a browser or to other programs."""
    from gan_course import run, web
    from gan_course.base.files import atomic_write, writable_folder

    opened = run.open_run(arguments.run, arguments.best)
    if arguments.to == "web":
        file = web.page(opened, arguments.back).write(arguments.out)
        told = "open it with a browser; it needs no network"
    else:
        written = getattr(web.formats, arguments.to)(web.generator_of(opened, arguments.back))
        file = writable_folder(arguments.out) / f"generator.{arguments.to}"
        with atomic_write(file) as target:
            target.write(written)
        told = "float32, batches of any size"
    size = file.stat().st_size / 1e3
    print(f"{file}: {opened.path} at step {opened.step:,}, {size:,.0f} kB; {told}")
