"""The live page in a browser: it trains, obeys its controls, takes a pen, and fits a phone."""

import io

import numpy as np
import pytest
from browser import AXE, barriers
from PIL import Image

import gan_course as gan
from gan_course.base.errors import InputError
from gan_course.data.painted.gaussians import GRID, RING
from gan_course.recipes import RECIPES
from gan_course.web import lab


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return lab.write(tmp_path_factory.mktemp("page") / "lab.html")


@pytest.fixture
def page(chromium, file):
    chromium.open(file)
    yield chromium
    assert chromium.complaints == []
    assert chromium.requests == [file.as_uri()]


def click(page, name):
    page.run(f"document.getElementById({name!r}).click()")


def choose(page, name, value):
    page.run(
        f"{{ const it = document.getElementById({name!r}); it.value = {str(value)!r};"
        "it.dispatchEvent(new Event('input')); it.dispatchEvent(new Event('change')); }"
    )


def text(page, name):
    return page.run(f"document.getElementById({name!r}).textContent")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not in build/npm: make site, with npm")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_is_fit_for_readers_of_all_kinds(chromium, file, dark):
    chromium.open(file, dark=dark)
    assert barriers(chromium) == []


# The page as text


def test_the_page_fits_into_a_notebook_and_asks_nobody_for_anything():
    made = lab.page()
    assert 20_000 < len(made.encode()) < 80_000
    assert "http" not in made and "{{" not in made and " src=" not in made


def test_the_page_opens_with_the_numbers_of_chapter_0():
    recipe = RECIPES["gan_plane"]
    found = lab.settings(recipe)
    assert found["generator"] == found["discriminator"] == [64, 64]
    same = ("objective", "latent_dim", "batch_size", "d_steps", "beta_1", "seed")
    assert all(found[name] == getattr(recipe, name) for name in same)
    assert found["d_learning_rate"] == found["g_learning_rate"] == 1e-3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (dict(name="wgan_gp_ring"), "penalty='gradient'"),
        (dict(name="demo"), "image_shape=(28, 28, 1)"),
        (dict(name="gan_plane", optimizer="sgd", beta_1=None), "optimizer='sgd'"),
        (dict(name="gan_plane", dataset="folder:x"), "dataset='folder:x'"),
        (
            dict(name="gan_plane", discriminator=("Flatten", "Dense 8 tanh", "Dense 1")),
            "Dense 8 tanh",
        ),
        (
            dict(name="gan_plane", generator=("Dense 8 LReLU .2", "Dense 2 tanh", "Reshape 1 2 1")),
            "'Dense N ReLU' before",
        ),
    ],
)
def test_a_recipe_that_the_page_cannot_play_is_refused_with_its_field(changes, words):
    recipe = RECIPES[changes.pop("name")].changed(**changes)
    with pytest.raises(InputError) as error:
        lab.page(recipe)
    assert words in str(error.value) and "\n" not in str(error.value)


def test_a_notebook_shows_the_page_in_a_frame_and_writes_it_as_a_file(tmp_path):
    live = gan.teaching.live("gan_ring")
    shown = live._repr_html_()
    assert shown.startswith("<iframe") and len(shown) < 100_000
    assert live.write(tmp_path / "page.html").read_text("utf-8") == live.html
    assert "recipe gan_ring" in live.html and "recipe gan_ring" not in gan.teaching.live().html


# The page in a browser


def test_a_hundred_steps_are_trained_and_the_pictures_a_second_said(page, capsys):
    click(page, "train")
    assert text(page, "train") == "Pause"
    page.until("lab.game.steps.G >= 100")
    click(page, "train")
    steps, pictures = page.run("lab.speeds")
    with capsys.disabled():
        print(f" [{steps:.0f} steps and {pictures:.0f} pictures a second]", end="")
    assert pictures > 1
    assert page.run("lab.game.steps.D") == page.run("lab.game.steps.G") >= 100
    assert text(page, "train") == "Train" and "Modes covered" in page.run(
        "lab.view.canvas.ariaLabel"
    )
    stood = page.run("lab.game.steps.G")
    assert page.run("new Promise((then) => setTimeout(() => then(lab.game.steps.G), 200))") == stood


def test_the_frame_of_a_notebook_trains_too(chromium, tmp_path):
    notebook = tmp_path / "notebook.html"
    shown = gan.teaching.live()._repr_html_()
    notebook.write_text(f"<!doctype html><meta charset=utf-8>{shown}", "utf-8")
    chromium.open(notebook)
    inside = "document.querySelector('iframe').contentWindow.eval({!r})"
    chromium.until(inside.format("Boolean(window.document.getElementById('modes'))"))
    chromium.run(inside.format("lab.step(), lab.refresh()"))
    assert chromium.run(inside.format("lab.game.steps.G")) == 1
    assert chromium.complaints == []


def test_one_step_moves_one_player_and_start_anew_begins_again(page):
    weights = "JSON.stringify([...lab.game.generator.weights, ...lab.game.discriminator.weights])"
    before = page.run(weights)
    generator = page.run("String(lab.game.generator.weights)")
    click(page, "d-step")
    assert page.run("String(lab.game.generator.weights)") == generator
    discriminator = page.run("String(lab.game.discriminator.weights)")
    click(page, "g-step")
    assert page.run("String(lab.game.discriminator.weights)") == discriminator
    assert page.run("String(lab.game.generator.weights)") != generator
    assert (text(page, "steps-d"), text(page, "steps-g")) == ("1", "1")
    click(page, "anew")
    assert page.run(weights) == before
    choose(page, "seed", 7)
    assert page.run(weights) != before and page.run("lab.game.settings.seed") == 7


def test_in_slow_motion_the_players_move_in_turn(page):
    choose(page, "speed", "turns")
    click(page, "train")
    page.until("lab.game.steps.D === 2")
    assert page.run("lab.game.steps.G") == 1
    assert "D has moved" in text(page, "status")


def test_every_experiment_and_every_loss_trains(page):
    for number in range(page.run("lab.presets.length - 1")):
        choose(page, "preset", number)
        page.run("lab.step(), lab.refresh()")
        assert "·" not in text(page, "d-loss") and text(page, "d-loss") != "–"
    assert text(page, "modes").endswith(f"of {len(GRID)}")
    choose(page, "data", "ring")
    assert text(page, "modes").endswith(f"of {len(RING)}")
    choose(page, "preset", 0)
    for name in ("minimax", "least_squares", "hinge", "wasserstein"):
        choose(page, "objective", name)
        page.run("lab.step(), lab.refresh()")
        clipped = page.run("!document.getElementById('clip-row').hidden")
        assert clipped == (name == "wasserstein")
    assert page.run("Math.max(...lab.game.discriminator.weights)") <= 0.1
    for size in (1, 8):
        choose(page, "latent_dim", size)
        page.run("lab.step(), lab.refresh()")
        assert page.run("lab.game.generator.sizes[0]") == size


def test_a_slider_changes_the_game_that_is_played(page):
    page.run("lab.step()")
    choose(page, "beta_1", 18)
    choose(page, "g_learning_rate", 0)
    game = page.run("lab.game.settings")
    assert game["beta_1"] == 0.9 and game["g_learning_rate"] == 1e-5
    assert page.run("document.getElementById('preset').value") == "own"
    assert text(page, "beta_1-out") == "0.9" and page.run("lab.game.steps.G") == 1


def test_points_are_drawn_with_the_mouse_and_with_the_keyboard(page):
    choose(page, "data", "drawn")
    assert page.run("document.getElementById('train').disabled")
    left, top, width = page.run(
        "(({left, top, width}) => [left, top, width])(lab.view.canvas.getBoundingClientRect())"
    )
    first, last = [(left + 0.25 * width, top + share * width) for share in (0.25, 0.3)]
    page.drag(first, last, last)
    points = np.reshape(page.run("[...lab.game.points]"), (-1, 2))
    assert len(points) == 12
    np.testing.assert_allclose(points.mean(axis=0), [-0.5, 0.45], atol=0.05)
    page.run("lab.view.canvas.focus()")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", " "):
        page.press(key)
    typed = np.reshape(page.run("[...lab.game.points]"), (-1, 2))[12:]
    np.testing.assert_allclose(typed.mean(axis=0), [0.1, -0.05], atol=0.05)
    page.run("lab.step()")
    click(page, "erase")
    assert page.run("lab.game.points.length") == 0


def test_losses_that_are_no_numbers_stop_the_training_and_say_what_to_do(page):
    page.run("lab.game.generator.weights.fill(NaN)")
    click(page, "train")
    page.until("!lab.running")
    assert "lower the learning rates" in text(page, "status")


def test_every_control_has_a_name(page):
    nameless = page.run(
        "[...document.querySelectorAll('input, select, button')].filter((it) =>"
        " !(it.labels?.[0]?.textContent ?? it.textContent).trim()).map((it) => it.id)"
    )
    assert nameless == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_a_phone_and_a_desk_in_both_lights(chromium, file, width, dark):
    chromium.open(file, width, 844, dark)
    for _ in range(2):
        chromium.run("lab.step(), lab.refresh()")
    assert chromium.run(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    picture = np.asarray(Image.open(io.BytesIO(chromium.picture())).convert("L"), float)
    assert picture.shape[1] == width
    assert (picture[:8, :8].mean() < 60) == dark  # the page's edge
    assert chromium.complaints == []
