"""What docs/site does to docstrings, recipes and pictures, without building anything."""

import base64
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SITE = Path(__file__).parents[1] / "docs/site"
sys.path.insert(0, str(SITE))

import docstrings  # noqa: E402
import make_site  # noqa: E402
import thumbnails  # noqa: E402


def lines(text):
    return text.strip("\n").split("\n")


def test_an_indented_picture_becomes_a_literal_block_and_a_section_stays():
    text = """
With softplus,
  -log D = softplus(-l)
which is how it is computed.

Args:
  real: logits.

* an item
  of two lines"""
    expected = """
With softplus,

::

  -log D = softplus(-l)

which is how it is computed.

Args:
  real: logits.

* an item
  of two lines"""
    assert docstrings.pictures_as_literals(lines(text)) == lines(expected)


def test_the_fields_of_a_dataclass_become_its_arguments():
    text = """
One game.

at: where it is taken,
  in images.
cost: what it costs.

Source: a paper."""
    expected = """
One game.

Args:
  at: where it is taken,
    in images.
  cost: what it costs.

Source: a paper."""
    assert docstrings.fields_as("Args", lines(text)) == lines(expected)


def test_named_lines_of_a_function_become_a_list():
    found = docstrings.fields_as("", lines("Scores.\n\nd_real, d_fake: means.\nshare: of all."))
    assert found == lines("Scores.\n\n* **d_real, d_fake**: means.\n* **share**: of all.")


def test_a_sentence_with_a_colon_in_its_second_line_is_left_alone():
    text = lines("It does one\nthing: nothing.")
    assert docstrings.fields_as("Args", text) == text


def test_a_number_of_arxiv_leads_to_the_paper():
    (found,) = docstrings.sources_as_links(["Source: arXiv:1704.00028, |x|"])
    assert found == (r"Source: `arXiv:1704.00028 <https://arxiv.org/abs/1704.00028>`__, \|x\|")


def notebook(image, cell="a", **save):
    file = io.BytesIO()
    image.save(file, "PNG")
    data = {"image/png": base64.b64encode(file.getvalue()).decode()}
    return {"cells": [{"id": cell, "outputs": [{"text": "words"}, {"data": data}]}]}


def test_a_thumbnail_is_the_square_in_the_middle_of_its_part():
    pixels = np.zeros((2, 6, 3), np.uint8)
    pixels[:, 4:6] = 200, 100, 50  # the right third is a square of 2x2
    image = thumbnails.picture(notebook(Image.fromarray(pixels)), "a")
    made = np.asarray(thumbnails.cut(image, (2 / 3, 0, 1, 1)))
    assert made.shape == (320, 320, 3) and (made == (200, 100, 50)).all()


def test_a_cell_that_shows_no_picture_is_named():
    with pytest.raises(LookupError, match="no picture in the outputs of cell 'b'"):
        thumbnails.picture(notebook(Image.new("RGB", (2, 2))), "b")


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_the_last_frame_of_a_film_is_shown(kind):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "lime")]
    file = io.BytesIO()
    how = {"lossless": True} if kind == "webp" else {}
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], **how)
    html = f'<img src="data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}">'
    found = thumbnails.picture(
        {"cells": [{"id": "a", "outputs": [{"data": {"text/html": html}}]}]}, "a"
    )
    assert np.asarray(found)[0, 0].tolist() == [0, 255, 0]


def test_where_nothing_was_trained_the_site_has_no_generator(capfd, tmp_path):
    page = tmp_path / "page"
    assert not make_site.export(tmp_path / "none", page) and not capfd.readouterr().err
    (tmp_path / "recipe.json").write_text("no JSON")
    assert not make_site.export(tmp_path, page) and "recipe.json" in capfd.readouterr().err
    assert not page.exists()
