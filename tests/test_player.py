"""The film with a slider: what it holds, what it leaves out, and that it can be stopped."""

import base64
import io
import json
import re

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from gan_course.base.errors import InputError
from gan_course.recipes import RECIPES
from gan_course.runs import images
from gan_course.runs.rundir import RunDir
from gan_course.runs.stored import StoredRun
from gan_course.teaching import player

LEVELS = [20, 90, 160, 230]  # each picture of one grey


def pictures(levels=LEVELS, shape=(30, 40, 1)):
    return [np.full(shape, level, np.uint8) for level in levels]


def film(html):
    """What the HTML gives its script."""
    return json.loads(re.search(r"= (\{\"frames.*\});", html)[1])


def decoded(address):
    data = base64.b64decode(address.removeprefix("data:image/webp;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"))


def test_each_picture_is_in_the_film_with_its_step():
    found = film(player(pictures(), steps=[0, 500, 1000, 12000]).html)
    assert found["captions"] == ["step 0", "step 500", "step 1,000", "step 12,000"]
    for address, level in zip(found["frames"], LEVELS, strict=True):
        seen = decoded(address)
        assert seen.shape == (30, 40)
        np.testing.assert_allclose(seen, level, atol=3)


def test_without_javascript_the_last_picture_stands_there_with_its_caption():
    html = player(pictures(), steps=[0, 1, 2, 3], about="a & b").html
    still = re.search(r'<img alt="a &amp; b" src="([^"]+)"', html)[1]
    np.testing.assert_allclose(decoded(still), LEVELS[-1], atol=3)
    assert '<p class="still">step 3, the last of 4</p>' in html
    assert 'aria-label="Film: a &amp; b" hidden>' in html


def test_a_film_keeps_to_its_size_with_both_ends_and_even_gaps():
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 256, (64, 64, 3), np.uint8) for _ in range(41)]
    html = player(noise, steps=range(41), about="grüne & <blaue> Punkte", kilobytes=60).html
    kept = [int(caption.removeprefix("step ")) for caption in film(html)["captions"]]
    assert 45_000 < len(html) <= 60_000
    assert kept[0] == 0 and kept[-1] == 40 and 3 <= len(kept) < 41
    assert max(np.diff(kept)) - min(np.diff(kept)) <= 1
    with pytest.raises(InputError, match="there is room for 5; give more kilobytes"):
        player(noise, kilobytes=5)


def test_a_gif_is_shown_picture_by_picture(tmp_path):
    path = tmp_path / "chase.gif"
    iio.imwrite(path, pictures(shape=(30, 40, 3)), duration=100)
    found = film(player(path).html)
    assert found["captions"] == ["picture 1", "picture 2", "picture 3", "picture 4"]
    np.testing.assert_allclose([decoded(f).mean() for f in found["frames"]], LEVELS, atol=3)


def test_a_run_is_shown_with_the_steps_of_its_sample_grids(tmp_path):
    folder = RunDir(tmp_path)
    folder.write_recipe({"recipe": RECIPES["gan_plane"].to_json()})
    folder.samples.mkdir()
    for step, picture in zip((0, 500, 1000, 12000), pictures(), strict=True):
        with open(folder.sample(step), "wb") as file:
            images.write_png(file, picture, {})
    made = player(StoredRun(tmp_path))
    found = film(made._repr_html_())
    assert found["captions"] == ["step 0", "step 500", "step 1,000", "step 12,000"]
    np.testing.assert_allclose([decoded(f).mean() for f in found["frames"]], LEVELS, atol=3)
    assert f"the samples of {tmp_path.name} while it trains" in made.html


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (dict(source=pictures()[:1]), "two pictures at least, got 1"),
        (dict(source=pictures(), steps=[1, 2]), "4 pictures have 2 captions"),
        (dict(source=[*pictures(), np.zeros((9, 9, 1), np.uint8)]), "of one shape"),
        (dict(source=[np.zeros((9, 9, 1))] * 2), "float64"),
        (dict(source=[np.zeros((9, 9), np.uint8)] * 2), "uint8 (H, W, 1 or 3)"),
        (dict(source="missing.gif"), "missing.gif cannot be read"),
    ],
)
def test_what_makes_no_film_is_refused_with_the_value(given, words):
    with pytest.raises(InputError) as error:
        player(**given)
    assert words in str(error.value)


def test_the_film_plays_stops_and_steps(chromium, tmp_path):
    html = player(pictures(), steps=[0, 10, 20, 30], frame_ms=30).html
    page = tmp_path / "film.html"
    page.write_text(f"<!doctype html><html lang=en><body>{html}<hr>{html}</body></html>", "utf-8")
    chromium.open(page)
    chromium.run(
        "window.film = document.querySelector('.gan-film');"
        "window.press = (name) => film.querySelector(`[data-do=${name}]`).click();"
        "window.said = () => film.querySelector('output').textContent;"
        "window.grey = async () => { const image = film.querySelector('img'); await image.decode();"
        " const canvas = new OffscreenCanvas(1, 1), to = canvas.getContext('2d');"
        " to.drawImage(image, 0, 0); return to.getImageData(0, 0, 1, 1).data[0]; };"
    )
    assert chromium.run("said()") == "step 30"  # it opens where the still stood
    assert chromium.run("press('back'), said()") == "step 20"
    assert abs(chromium.run("grey()") - LEVELS[2]) <= 3
    assert chromium.run("press('on'), press('on'), said()") == "step 30"
    chromium.run(
        "{ const slider = film.querySelector('input'); slider.value = 1;"
        " slider.dispatchEvent(new Event('input')); }"
    )
    assert chromium.run("said()") == "step 10"
    name = "film.querySelector('[data-do=play]').ariaLabel"
    assert chromium.run(f"press('play'), {name}") == "Pause"
    wait = "new Promise((then) => setTimeout(() => then(said()), 400))"
    assert chromium.run(wait) == "step 30"
    assert chromium.run(name) == "Play"  # at its end it stops
    assert chromium.run("document.querySelectorAll('.still').length") == 0
    others = "document.querySelectorAll('.gan-film')[1].querySelector('output').textContent"
    assert chromium.run(others) == "step 30"  # the same film twice: each on its own
    assert chromium.complaints == []
