"""Figures: read back from their axes, against the numbers they should show."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.quiver import Quiver

from gan_course.games.objectives import OBJECTIVES
from gan_course.runs import plots

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
    assert texts(losses) == ["-ln 2" if objective == "minimax" else "ln 2", "2 ln 2"]  # upwards
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


def seen(figure):
    """Its dots, uint8 (H, W, 3), the first row at the top."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def repeated(picture, times):
    return np.kron(picture, np.ones((times, times, 1)))


@pytest.mark.parametrize(("count", "columns", "times"), [(6, 3, 9), (20, 10, 5), (64, 8, 5)])
def test_every_pixel_of_a_grid_is_a_square_of_as_many_dots(count, columns, times):
    # An image and its gap are 18 pixels, and the edge is 2 more. By hand, of 480 dots at least and
    # of 80 an image: 480 / 56 = 8.6, 800 / 182 = 4.4, 640 / 146 = 4.4.
    batch = RNG.integers(0, 256, (count, 16, 16, 3)).astype(np.uint8)
    dots = seen(plots.grid(batch, columns=columns))
    rows = count // columns
    assert dots.shape == ((18 * rows + 2) * times, (18 * columns + 2) * times, 3)
    for place in (0, columns - 1, count - 1):
        top, left = 2 + place // columns * 18, 2 + place % columns * 18
        there = dots[top * times : (top + 16) * times, left * times : (left + 16) * times]
        np.testing.assert_array_equal(there, repeated(batch[place], times))


def test_every_pixel_of_pictures_side_by_side_is_a_square_of_dots_under_their_names():
    sides = {
        "first": (90, 70),
        "a long name that is too wide for its picture": (40, 60),
        "": (50, 60),
    }
    named = {
        name: RNG.integers(0, 256, (*side, 3)).astype(np.uint8) for name, side in sides.items()
    }
    figure = plots.pictures(named, height=3.0)
    dots, cell = seen(figure), 300  # the widest: 60 * 5; the highest: 90 * 4
    assert dots.shape[1] == 3 * cell + 2 * 12
    above = dots.shape[0] - 360
    for number, (picture, times) in enumerate(zip(named.values(), (4, 5, 5), strict=True)):
        height, width = (side * times for side in picture.shape[:2])
        left = number * (cell + 12) + (cell - width) // 2
        there = dots[above : above + height, left : left + width]
        np.testing.assert_array_equal(there, repeated(picture, times))
    boxes = [axes.title.get_window_extent() for axes in figure.axes[:2]]
    assert not boxes[0].overlaps(boxes[1])
    for box in boxes:
        assert box.x0 >= 0 and box.y0 >= 360 and box.y1 <= dots.shape[0]


def test_pictures_that_are_too_large_are_shown_smaller():
    figure = plots.pictures({"a": np.zeros((900, 600, 1), np.uint8)}, height=3.0)
    shown = figure.axes[0].get_window_extent()
    assert (round(shown.width), round(shown.height)) == (200, 300)


# The distance, measured now and then


@pytest.fixture
def measured(frame):
    """At every fifth of the 75 logged steps, from the fifth on."""
    made = frame.copy()
    made["distance"] = np.where(np.arange(75) % 5 == 4, RNG.random(75) + 1, np.nan)
    return made


def test_the_distance_is_drawn_where_it_was_measured_and_nowhere_else(measured):
    *_, axes = plots.history(measured).axes
    assert axes.get_title() == "Fréchet distance from training images"
    (line,) = [line for line in axes.lines if line.get_linestyle() == "-"]
    np.testing.assert_array_equal(line.get_xdata(), np.arange(100, 1501, 100))
    np.testing.assert_array_equal(line.get_ydata(), measured["distance"][4::5])
    assert line.get_marker() == "o" and line.get_label() == "distance"
    assert dashed(axes) == [0.0] and texts(axes) == ["0"]


def test_the_other_panels_are_the_same_beside_a_distance(frame, measured):
    plain, beside = plots.history(frame).axes, plots.history(measured).axes
    assert len(beside) == len(plain) + 1
    for one, other in zip(plain, beside, strict=False):
        assert one.get_title() == other.get_title()
        for line, same in zip(one.lines, other.lines, strict=True):
            np.testing.assert_array_equal(line.get_xydata(), same.get_xydata())


@pytest.mark.parametrize("rows", [3, 5])
def test_a_distance_not_yet_measured_or_only_once_can_be_drawn(measured, rows):
    *_, axes = plots.history(measured[:rows]).axes
    points = axes.lines[0].get_xydata()
    assert points.tolist() == ([] if rows == 3 else [[100.0, measured["distance"][4]]])


def test_a_distance_at_every_logged_step_is_a_curve_like_the_others(frame):
    frame["distance"] = RNG.random(75)
    *_, axes = plots.history(frame).axes
    raw, smooth = (line for line in axes.lines if line.get_linestyle() == "-")
    np.testing.assert_array_equal(raw.get_ydata(), frame["distance"])
    assert raw.get_marker() == smooth.get_marker() == "None"


# The plane

REAL = np.array([[0.5, -0.25], [0.1, 0.2], [0.9, -0.9]])
FAKE = np.array([[-0.75, 0.5], [0.0, -0.6]])


def colour_at(figure, x, y):
    """RGB in 0..1 of the pixel that shows that place of the plane."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = np.asarray(canvas.buffer_rgba())
    across, up = figure.axes[0].transData.transform((x, y))
    return picture[len(picture) - 1 - int(up), int(across), :3] / 255


def is_red(colour):
    return colour[0] - colour[2] > 0.2


def is_blue(colour):
    return colour[2] - colour[0] > 0.2


def test_the_plane_shows_real_and_generated_points_in_their_places():
    figure = plots.plane(REAL, FAKE, title="step 5")
    (axes,) = figure.axes
    real, fake = axes.lines
    np.testing.assert_array_equal(real.get_xydata(), REAL)
    np.testing.assert_array_equal(fake.get_xydata(), FAKE)
    assert real.get_color() != fake.get_color()
    assert real.get_linestyle() == fake.get_linestyle() == "None"
    assert axes.get_xlim() == axes.get_ylim() == (-1, 1) and axes.get_aspect() == 1
    assert axes.get_title() == "step 5" and not axes.get_images()


def test_a_point_of_the_plane_is_green_where_it_lies_and_white_where_none_does():
    figure = plots.plane(REAL, np.array([[-0.75, 0.5]]))
    red, green, blue = colour_at(figure, -0.75, 0.5)
    assert green > red + 0.3 and green > blue + 0.3
    np.testing.assert_array_equal(colour_at(figure, -0.75, -0.5), 1)


def test_a_field_that_is_positive_only_at_the_top_is_red_only_at_the_top():
    field = np.full((40, 40), -4.0)
    field[-10:] = 4.0  # the last rows: y from 0.5 to 1
    figure = plots.plane(REAL, FAKE, field)
    for x in (-0.9, 0.3, 0.7):
        assert is_red(colour_at(figure, x, 0.8))
        for y in (-0.8, -0.4, 0.3):
            assert is_blue(colour_at(figure, x, y))


def test_a_field_that_is_positive_only_on_the_right_is_red_only_on_the_right():
    field = np.full((40, 40), -4.0)
    field[:, -10:] = 4.0
    figure = plots.plane(REAL, FAKE, field)
    for y in (-0.6, 0.3, 0.85):
        assert is_red(colour_at(figure, 0.8, y))
        assert is_blue(colour_at(figure, -0.8, y)) and is_blue(colour_at(figure, 0.3, y))


def test_an_undecided_field_is_nearly_white():
    figure = plots.plane(REAL, FAKE, np.zeros((10, 10)))
    assert colour_at(figure, -0.5, -0.5).min() > 0.94


def test_the_field_is_drawn_as_the_probability_that_a_place_is_real():
    logits = RNG.normal(0, 3, (6, 6))
    (image,) = plots.plane(REAL, FAKE, logits).axes[0].get_images()
    np.testing.assert_allclose(image.get_array(), 1 / (1 + np.exp(-logits)))
    assert image.get_clim() == (0, 1) and list(image.get_extent()) == [-1, 1, -1, 1]


def test_a_field_of_very_large_logits_can_be_drawn():
    logits = np.array([[-1e6, 1e6], [-800.0, 800.0]])
    (image,) = plots.plane(REAL, FAKE, logits).axes[0].get_images()
    np.testing.assert_array_equal(image.get_array(), [[0, 1], [0, 1]])


def test_an_arrow_starts_at_each_fake_and_points_where_it_should():
    arrows = np.array([[0.0, 0.2], [-0.3, -0.3]])
    (axes,) = plots.plane(REAL, FAKE, arrows=arrows).axes
    (drawn,) = [item for item in axes.collections if isinstance(item, Quiver)]
    np.testing.assert_array_equal(drawn.get_offsets(), FAKE)
    np.testing.assert_array_equal(np.stack([drawn.U, drawn.V], axis=1), arrows)


def test_an_arrow_up_leaves_its_mark_above_the_point_and_not_below():
    figure = plots.plane(np.zeros((0, 2)), np.array([[0.2, -0.1]]), arrows=np.array([[0.0, 1.0]]))
    assert colour_at(figure, 0.2, -0.05).max() < 0.3
    np.testing.assert_array_equal(colour_at(figure, 0.2, -0.15), 1)


def test_a_plane_can_be_drawn_on_axes_that_are_there():
    made, axes = plots.figure(1, 2)
    assert plots.plane(REAL, FAKE, axis=axes[1]) is made
    assert len(axes[0].lines) == 0 and len(axes[1].lines) == 2
