"""Run every notebook again, top to bottom in a fresh kernel, and save it with its outputs.

python notebooks/execute.py [NOTEBOOK ...]     (profile: $GAN_COURSE_PROFILE, or quick)

The runs are made in a temporary folder, so an older run never leaks into the outputs. A progress
bar is saved as it looked last: a terminal would have overwritten the rest. Pictures are packed.
"""

import base64
import io
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).parent
RICH = 1.8  # how many times as large as its JPEG a PNG must be, to be worth the loss
LARGE = 80_000  # characters


def execute(path: Path) -> None:
    """Run one notebook and write it back; on an error it stays as it was."""
    book = nbformat.read(path, as_version=4)
    os.environ["PYTHONPATH"] = str(FOLDER.parent)  # the kernel runs elsewhere, with this library
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as elsewhere:
        NotebookClient(
            book, timeout=3600, kernel_name="python3", resources={"metadata": {"path": elsewhere}}
        ).execute()
    book.metadata.pop("widgets", None)
    for cell in book.cells:
        cell.metadata.pop("execution", None)  # times of day
        drop_widgets(cell)
        merge_streams(cell)
        pack_pictures(cell)
    nbformat.write(book, path)
    print(f"{path.name}: {time.monotonic() - start:.0f} s, {path.stat().st_size / 1e6:.2f} MB")


def drop_widgets(cell) -> None:
    """Sliders live in a running notebook only; what is beside them, a still picture, is kept."""
    if "outputs" in cell:
        cell.outputs = [
            output
            for output in cell.outputs
            if "application/vnd.jupyter.widget-view+json" not in output.get("data", {})
        ]


def merge_streams(cell) -> None:
    """One output for pieces of text that follow each other, as one sees them."""
    merged = []
    for output in cell.get("outputs", []):
        before = merged[-1] if merged else None
        if before and output.output_type == "stream" and output.name == before.get("name"):
            before.text = as_last_seen(before.text + output.text)
            continue
        if output.output_type == "stream":
            output.text = as_last_seen(output.text)
        merged.append(output)
    if "outputs" in cell:
        cell.outputs = merged


def pack_pictures(cell) -> None:
    """The same pixels in fewer bytes: matplotlib writes its PNGs fast, not small. What is as rich
    as a photograph becomes a JPEG, another large picture one of 256 colours."""
    for output in cell.get("outputs", []):
        if text := output.get("data", {}).pop("image/png", None):
            with Image.open(io.BytesIO(base64.b64decode(text))) as picture:
                opaque = without_colour(picture.convert("RGB"))  # the figure's ground is white
            png = min(text, encoded(opaque, "PNG", optimize=True), key=len)
            jpeg = encoded(opaque, "JPEG", quality=85)
            if RICH * len(jpeg) < len(png):
                output.data["image/jpeg"] = jpeg
                continue
            if len(png) > LARGE and opaque.mode == "RGB":
                fewer = opaque.quantize(256, dither=Image.Dither.NONE)
                png = min(png, encoded(fewer, "PNG", optimize=True), key=len)
            output.data["image/png"] = png


def without_colour(picture: Image.Image) -> Image.Image:
    """The same pixels in one byte each, where all of them are grey."""
    red, green, blue = picture.split()
    grey = red.tobytes() == green.tobytes() == blue.tobytes()
    return red if grey else picture


def encoded(picture: Image.Image, form: str, **how) -> str:
    """A picture file as text."""
    file = io.BytesIO()
    picture.save(file, form, **how)
    return base64.b64encode(file.getvalue()).decode()


def as_last_seen(text: str) -> str:
    """What a terminal shows of the text: a carriage return overwrites the line."""
    return re.sub(r"[^\n]*\r(?!\n)", "", text.replace("\r\n", "\n"))


if __name__ == "__main__":
    for notebook in [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb")):
        execute(notebook)
