"""Figures: read back from their axes, against the numbers they should show."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas
import pytest
from matplotlib.figure import Figure

from gan_course import plots
from gan_course.objectives import OBJECTIVES

LN2 = math.log(2)
COLUMNS = (
    "step", "images", "seconds", "d_loss", "d_real", "d_fake", "accuracy_real", "accuracy_fake",
    "g_loss",
)  # fmt: skip
WASSERSTEIN = ("step", "d_loss", "penalty", "gradient_norm", "wasserstein", "score_real", "g_loss")
RNG = np.random.default_rng(6)


@pytest.fixture(autouse=True)
def nothing_stays_open():
    plt.close("all")
    yield
    assert plt.get_fignums() == []


@pytest.fixture
def frame():
    made = pandas.DataFrame(RNG.random((75, len(COLUMNS))), columns=list(COLUMNS))
    made["step"] = np.arange(20, 20 * 76, 20)
    return made


def dashed(axes):
    """The heights of the reference lines."""
    return [line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == "--"]


def texts(axes):
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("objective", [None, "non_saturating", "minimax"])
def test_reference_lines_stand_at_the_losses_of_a_guess(frame, tiny, objective):
    recipe = objective and tiny.changed(objective=objective)
    figure = plots.history(frame, recipe)
    assert isinstance(figure, Figure)
    losses, scores, accuracies = figure.axes
    of_generator = -LN2 if objective == "minimax" else LN2
    assert dashed(losses) == pytest.approx([2 * LN2, of_generator])
    assert texts(losses) == ["2 ln 2", "-ln 2" if objective == "minimax" else "ln 2"]
    assert dashed(scores) == dashed(accuracies) == [0.5]


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=lambda o: o.name)
def test_a_reference_line_is_the_loss_against_an_undecided_discriminator(frame, tiny, objective):
    # 1/2 is half-way between the targets 1 and 0 of least squares; elsewhere logit 0 is
    answer = np.full((1, 1), 0.5 if objective.name == "least_squares" else 0.0, np.float32)
    losses = (objective.d_loss(answer, answer), objective.g_loss(answer))
    expected = {round(float(loss[0, 0]), 5) for loss in losses}
    drawn = dashed(plots.history(frame, tiny.changed(objective=objective.name)).axes[0])
    assert {round(height, 5) for height in drawn} == expected


def test_a_wasserstein_run_shows_its_estimate_and_its_penalty(tiny):
    frame = pandas.DataFrame(RNG.random((30, 7)), columns=list(WASSERSTEIN))
    recipe = tiny.changed(objective="wasserstein", penalty="gradient", penalty_weight=10)
    losses, estimate, penalty = plots.history(frame, recipe).axes
    assert [axes.get_title() for axes in (losses, estimate, penalty)] == [
        "loss", "Wasserstein estimate", "where the penalty looks",
    ]  # fmt: skip
    assert dashed(losses) == dashed(estimate) == [0.0] and dashed(penalty) == [1.0]
    named = [text.get_text() for text in penalty.get_legend().get_texts()]
    assert named == ["gradient_norm", "penalty"]


def test_every_curve_is_drawn_as_it_is_and_smoothed_under_its_name(frame):
    panels = plots.history(frame).axes
    names = [("d_loss", "g_loss"), ("d_real", "d_fake"), ("accuracy_real", "accuracy_fake")]
    for axes, pair in zip(panels, names, strict=True):
        assert tuple(text.get_text() for text in axes.get_legend().get_texts()) == pair
        curves = [line for line in axes.lines if line.get_linestyle() == "-"]
        for name, raw, smooth in zip(pair, curves[::2], curves[1::2], strict=True):
            for line in (raw, smooth):
                np.testing.assert_array_equal(line.get_xdata(), frame["step"])
                assert line.get_color() == raw.get_color()
            np.testing.assert_array_equal(raw.get_ydata(), frame[name])
            # 4 percent of 75 rows: the median of three neighbours
            middle = [np.median(frame[name][i - 1 : i + 2]) for i in range(1, 74)]
            np.testing.assert_allclose(smooth.get_ydata()[1:-1], middle)
        assert axes.get_xlabel() == "step"
    for axes in panels[1:]:
        low, high = axes.get_ylim()
        assert -0.1 < low <= 0 and 1 <= high < 1.1


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_a_history_of_few_rows_can_be_drawn(frame, rows):
    drawn = plots.history(frame[:rows]).axes[0].lines[0]  # the thin line of d_loss
    np.testing.assert_array_equal(drawn.get_ydata(), frame["d_loss"][:rows])


def test_smoothing_takes_the_median_of_an_odd_window():
    values = pandas.Series([0.0, 10, 1, 2, 3, 100, 4, 5, 6, 7])
    # a share of 0.2 is two of ten, made three; at the ends the two that there are
    expected = [5, 1, 2, 2, 3, 4, 5, 5, 6, 6.5]
    np.testing.assert_array_equal(plots.smoothed(values, share=0.2), expected)
    np.testing.assert_array_equal(plots.smoothed(values, share=0.01), values)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_grid_shows_every_image_in_its_place(channels):
    batch = RNG.integers(0, 256, (5, 4, 6, channels)).astype(np.uint8)
    figure = plots.grid(batch, columns=2, title="at step 500")
    assert isinstance(figure, Figure)
    (axes,) = figure.axes
    (image,) = axes.get_images()
    shown = np.asarray(image.get_array()).reshape(3 * 6 + 2, 2 * 8 + 2, channels)
    for place in range(5):
        top, left = 2 + place // 2 * 6, 2 + place % 2 * 8
        np.testing.assert_array_equal(shown[top : top + 4, left : left + 6], batch[place])
    assert image.get_interpolation() == "nearest" and axes.get_title() == "at step 500"
    if channels == 1:
        assert image.get_clim() == (0, 255) and image.get_cmap().name == "gray"
    assert not axes.axison


def test_the_grid_takes_floats_from_minus_one_to_one():
    floats = np.linspace(-1, 1, 2 * 3 * 4).reshape(2, 3, 4, 1).astype(np.float32)
    (image,) = plots.grid(floats, columns=2).axes[0].get_images()
    shown = np.asarray(image.get_array())
    np.testing.assert_allclose(shown[2:5, 2:6], (floats[0, :, :, 0] + 1) * 127.5, atol=0.51)
    np.testing.assert_allclose(shown[2:5, 8:12], (floats[1, :, :, 0] + 1) * 127.5, atol=0.51)


def test_the_grid_is_nearly_square_unless_told():
    (image,) = plots.grid(np.zeros((7, 4, 4, 1), np.uint8)).axes[0].get_images()
    assert image.get_array().shape == (3 * 6 + 2, 3 * 6 + 2)


def test_pictures_stand_side_by_side_under_their_names():
    named = {
        "first": RNG.integers(0, 256, (4, 5, 3)).astype(np.uint8),
        "last": RNG.integers(0, 256, (6, 2, 1)).astype(np.uint8),
    }
    for count in (1, 2):
        chosen = dict(list(named.items())[:count])
        for axes, (name, picture) in zip(plots.pictures(chosen).axes, chosen.items(), strict=True):
            assert axes.get_title() == name
            (image,) = axes.get_images()
            np.testing.assert_array_equal(image.get_array(), picture.squeeze())
