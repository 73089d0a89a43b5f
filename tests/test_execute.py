"""What notebooks/execute.py makes of the outputs: fewer bytes, the same pixels."""

import base64
import importlib.util
import io
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from PIL import Image

FILE = Path(__file__).parent.parent / "notebooks" / "execute.py"
spec = importlib.util.spec_from_file_location("execute", FILE)
execute = importlib.util.module_from_spec(spec)
spec.loader.exec_module(execute)


def opened(text):
    return Image.open(io.BytesIO(base64.b64decode(text)))


def as_drawn(colours):
    """A figure of squares, as matplotlib hands it to a notebook."""
    figure, axis = plt.subplots(figsize=(6, 4))
    axis.imshow(np.random.default_rng(0).random((60, 90)), cmap=colours)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    plt.close(figure)
    return base64.b64encode(file.getvalue()).decode()


@pytest.mark.parametrize(("colours", "bytes_a_pixel"), [("gray", "L"), ("viridis", "RGB")])
def test_a_picture_keeps_its_pixels_and_needs_one_byte_each_where_all_are_grey(
    colours, bytes_a_pixel, monkeypatch
):
    monkeypatch.setattr(execute, "LARGE", 10**9)  # none is so large that it loses colours
    before = as_drawn(colours)
    output = nbformat.v4.new_output("display_data", {"image/png": before})
    cell = nbformat.v4.new_code_cell(outputs=[output])
    execute.pack_pictures(cell)
    after = cell.outputs[0]["data"]["image/png"]
    assert opened(after).mode == bytes_a_pixel and len(after) < len(before)
    np.testing.assert_array_equal(opened(after).convert("RGB"), opened(before).convert("RGB"))


def test_a_progress_bar_is_kept_as_it_looked_last():
    assert execute.as_last_seen("a\r 50%\r100%\nb\r\nc") == "100%\nb\nc"
