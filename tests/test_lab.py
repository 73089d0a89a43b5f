"""The plane as a laboratory: what is drawn and filmed, and a game that is played by hand."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from PIL import Image

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.runs import images
from gan_course.teaching import lab
from gan_course.teaching.bench import Bench
from gan_course.teaching.plane import field

MATRIX, SHIFT = np.array([[0.3, -0.1], [0.2, 0.25]]), np.array([0.1, -0.2])  # G(z) = z A + c
SLOPE, OFFSET = np.array([0.8, -0.3]), 0.25  # logit = x·w + b
REAL = np.random.default_rng(4).uniform(-1, 1, (50, 2))
CENTRES = np.array([[0.5, 0.0], [-0.25, 0.75], [0.0, -1.0]])


@pytest.fixture
def generator():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    model.set_weights([MATRIX, SHIFT])
    return model


@pytest.fixture
def discriminator():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.set_weights([SLOPE.reshape(2, 1), np.array([OFFSET])])
    return model


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


# The grid


def test_the_noise_grid_has_its_columns_along_the_first_number():
    grid = lab.noise_grid(5)
    np.testing.assert_allclose(grid[3], [[x, 1.2] for x in (-2.4, -1.2, 0, 1.2, 2.4)], atol=1e-6)


def test_the_warped_grid_is_what_the_generator_makes_of_each_place(generator):
    grid = lab.warped(generator, side=5)
    assert grid.shape == (5, 5, 2)
    np.testing.assert_allclose(grid[3, 1], np.array([-1.2, 1.2]) @ MATRIX + SHIFT, atol=1e-6)


def test_a_watch_keeps_the_steps_that_it_was_told_and_no_other(generator, discriminator):
    watch = lab.Watch(range(4, 20, 4))
    for step in range(1, 10):
        watch(step, generator, discriminator)
    assert [moment.step for moment in watch.moments] == [4, 8]
    np.testing.assert_array_equal(watch.moments[0].grid, lab.warped(generator))
    np.testing.assert_array_equal(watch.moments[1].logits, field(discriminator))


def test_a_moment_stays_as_it_was_when_the_networks_move_on(generator, discriminator):
    watch = lab.Watch([1])
    watch(1, generator, discriminator)
    before = [array.copy() for array in (watch.moments[0].grid, watch.moments[0].logits)]
    for variable in generator.variables + discriminator.variables:
        variable.assign(-2.0 * variable)
    for was, now in zip(before, (watch.moments[0].grid, watch.moments[0].logits), strict=True):
        np.testing.assert_array_equal(was, now)


# What D says later


def flat(step, place, left, right):
    """G puts all noise at one place; D has one logit on the left of the plane, one on the right."""
    logits = np.repeat([[left] * 30 + [right] * 30], 60, axis=0)
    return lab.Moment(step, np.full((4, 4, 2), place), logits)


def test_the_answer_later_is_that_of_a_later_d_to_the_places_of_now():
    moments = [
        flat(1, [-0.5, 0.9], 2.0, -3.0),
        flat(2, [0.5, 0.9], -1.0, 4.0),
        flat(3, 0.5, 0.7, 9),
    ]
    now = np.mean(sigmoid(np.array([2.0, 4.0, 9.0])))
    assert lab.answer_later(moments, 0) == pytest.approx(now, abs=1e-6)
    assert lab.answer_later(moments, 1) == pytest.approx(np.mean(sigmoid(np.array([-1.0, 9.0]))))
    assert lab.answer_later(moments, 2) == pytest.approx(sigmoid(0.7), abs=1e-6)


def test_likely_noise_counts_more_and_rows_are_the_second_number():
    grid = lab.noise_grid(5) / 2.4  # the noise itself, to the edges of the plane
    logits = np.repeat(np.linspace(-1, 1, 41)[:, np.newaxis], 41, axis=1)  # the second number
    logits = np.where(np.abs(logits) < 0.1, 5.0, -5.0)
    density = np.exp(-0.5 * np.array([2.4, 1.2, 0, 1.2, 2.4]) ** 2)
    share = density[2] / density.sum()
    expected = share * sigmoid(5.0) + (1 - share) * sigmoid(-5.0)
    assert lab.answer_later([lab.Moment(1, grid, logits)], 0) == pytest.approx(expected, abs=1e-6)


# The drawing


def drawn(axis, label):
    (line,) = (line for line in axis.lines if line.get_label() == label)
    return line.get_xydata()


def test_all_that_is_given_is_drawn_with_a_legend_and_a_colour_bar(generator, discriminator):
    figure = lab.draw(
        REAL, REAL[:7] / 2, field(discriminator), REAL[:7], lab.warped(generator), CENTRES, "here"
    )
    axis, bar = figure.axes
    for label, points in (
        ("real points", REAL), ("G's points", REAL[:7] / 2), ("centres of the clouds", CENTRES),
    ):  # fmt: skip
        np.testing.assert_allclose(drawn(axis, label), points)
    named = {text.get_text() for text in figure.legends[0].get_texts()}
    assert named == {"real points", "G's points", "centres of the clouds", "G's grid"}
    assert "probability" in bar.get_ylabel() and axis.get_title() == "here"


def test_the_centres_lie_above_the_points():
    axis = lab.draw(REAL, REAL / 2, centres=CENTRES).axes[0]
    assert [line.get_label() for line in axis.lines][-1] == "centres of the clouds"


def test_what_is_not_given_is_not_drawn():
    figure = lab.draw(REAL)
    (axis,) = figure.axes
    assert len(axis.lines) == 1 and not axis.collections


def test_each_line_of_the_grid_is_a_line_of_the_noise(generator):
    axis = lab.draw(grid=lab.warped(generator, 4)).axes[0]
    (lines,) = (each for each in axis.collections if isinstance(each, LineCollection))
    pieces = np.array(lines.get_segments())  # 4 lines of 3 pieces, twice
    assert pieces.shape == (24, 2, 2)
    steps = np.linalg.solve(MATRIX.T, (pieces[:, 1] - pieces[:, 0]).T).T  # back in the noise
    np.testing.assert_allclose(steps, [[1.6, 0]] * 12 + [[0, 1.6]] * 12, atol=1e-5)
    shades = lines.get_colors()[:, 3]
    assert shades.argmax() in (4, 7) and shades.argmin() in (0, 2, 9, 11, 12, 14, 21, 23)


def test_on_axes_of_ones_own_the_colours_come_without_a_bar(discriminator):
    from gan_course.runs import plots

    made, axis = plots.figure()
    assert lab.draw(logits=field(discriminator), axis=axis) is made
    assert made.axes == [axis] and not made.legends


def test_the_map_shows_the_noise_beside_what_becomes_of_it(generator):
    before, after = lab.map_of(generator, CENTRES).axes
    lines = [axis.collections[0].get_segments() for axis in (before, after)]
    np.testing.assert_allclose(np.array(lines[0]) @ MATRIX + SHIFT, np.array(lines[1]), atol=1e-5)


# The film


def test_in_a_film_d_moves_and_then_g(monkeypatch, tmp_path):
    shown = []

    def draw(*args, **given):
        shown.append([given["title"], given["logits"][0, 0]])
        return _draw(*args, **given)

    def lines(axis, grid, every):
        shown[-1].append(round(float(grid[0, 0, 0]), 1))
        _lines(axis, grid, every)

    _draw, _lines = lab.draw, lab._lines
    monkeypatch.setattr(lab, "draw", draw)
    monkeypatch.setattr(lab, "_lines", lines)
    moments = [flat(10 * n, [0.1 * n, 0.0], float(n), 0.0) for n in (1, 2, 3)]
    path = lab.film(moments, tmp_path / "new" / "film.gif", REAL, CENTRES, frame_ms=250)
    assert shown == [
        ["step 20: D has moved", 2.0, 0.1],
        ["step 20: G has moved", 2.0, 0.2],
        ["step 30: D has moved", 3.0, 0.2],
        ["step 30: G has moved", 3.0, 0.3],
    ]
    frames, durations = images.gif_frames(path)
    assert frames == 4 and durations[0] == 250
    with Image.open(path) as film:
        assert film.size == (360, 380)


def test_a_film_of_one_moment_is_refused(tmp_path):
    with pytest.raises(InputError, match="two moments, got 1"):
        lab.film([flat(1, 0.0, 0.0, 0.0)], tmp_path / "film.gif")
    assert list(tmp_path.iterdir()) == []


# The game by hand


def d_update(generator, discriminator, optimizer, real, noise):
    with tf.GradientTape() as tape:
        real_loss = tf.nn.softplus(-discriminator(real))
        loss = tf.reduce_mean(real_loss + tf.nn.softplus(discriminator(generator(noise))))
    weights = discriminator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
    return loss


def g_update(generator, discriminator, optimizer, noise):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.softplus(-discriminator(generator(noise))))
    weights = generator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
    return loss


@pytest.fixture
def bench(generator, discriminator):
    return Bench(generator, discriminator, d_update, g_update, REAL, CENTRES)


def values(network):
    return np.concatenate([w.ravel() for w in network.get_weights()])


def test_a_step_of_one_player_leaves_the_other_where_it_is(bench):
    generator, discriminator = bench.networks
    start = values(generator), values(discriminator)
    bench.d_step(3)
    # Adam's first steps are about as long as the learning rate, 1e-3
    moved = np.abs(values(discriminator) - start[1])
    assert moved.min() > 1e-3 and moved.max() < 4e-3
    np.testing.assert_array_equal(values(generator), start[0])
    now = values(discriminator)
    bench.g_step(2)
    np.testing.assert_array_equal(values(discriminator), now)
    assert np.abs(values(generator) - start[0]).min() > 0
    assert bench.steps == {"D": 3, "G": 2}
    assert "3 updates of D and 2 of G" in bench.still().axes[0].get_title()


def test_without_ipywidgets_the_picture_is_there_and_the_remedy(bench, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(InputError, match="pip install ipywidgets"):
        bench.widget()
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    bench._ipython_display_()
    assert len(shown) == 1 and shown[0].axes
    assert "bench.d_step(10)" in capsys.readouterr().out


def widgets():
    """As much of ipywidgets as the bench uses; what a user does is a method here."""

    class Part(SimpleNamespace):
        def on_click(self, pressed):
            self.press = lambda: pressed(self)

        def observe(self, moved, names):
            assert names == "value"
            self.move = lambda value: moved({"new": value})

    def box(children):
        return Part(children=children)

    return SimpleNamespace(Image=Part, Button=Part, FloatLogSlider=Part, HBox=box, VBox=box)


def test_buttons_make_steps_and_a_new_picture_and_sliders_set_the_rates(bench, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", widgets())
    buttons, sliders, picture = bench.widget().children
    by_name = {button.description: button for button in buttons.children}
    before = picture.value
    by_name["D step"].press()
    assert bench.steps == {"D": 1, "G": 0} and picture.value != before
    by_name["10 of each, in turn"].press()
    assert bench.steps == {"D": 11, "G": 10}
    assert [slider.description[-1] for slider in sliders.children] == ["D", "G"]
    sliders.children[1].move(4e-4)
    rates = [float(bench.optimizers[player].learning_rate) for player in "DG"]
    assert rates == pytest.approx([1e-3, 4e-4])
    generator = bench.networks[0]
    start = values(generator)
    bench.g_step()
    assert np.abs(values(generator) - start).max() < 6e-4  # the compiled update has heard of it
