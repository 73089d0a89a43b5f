"""The curves of a run: that nothing written on them stands on something else that is written."""

import itertools

import numpy as np
import pandas
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from gan_course.runs import plots

RNG = np.random.default_rng(8)
SCORES = ("d_loss", "d_real", "d_fake", "accuracy_real", "accuracy_fake")
# What runs of each kind log, and their reference lines.
KINDS = {
    "adversarial": ((*SCORES, "g_loss"), {"d_loss": 1.386294, "g_loss": 0.693147}),
    "minimax": ((*SCORES, "g_loss"), {"d_loss": 1.386294, "g_loss": -0.693147}),
    "least squares": ((*SCORES, "g_loss"), {"d_loss": 0.25, "g_loss": 0.125}),
    "measured": ((*SCORES, "g_loss", "distance"), {"d_loss": 1.386294, "g_loss": 0.693147}),
    "WGAN": (("d_loss", "wasserstein", "score_real", "g_loss"), {"d_loss": 0.0}),
    "WGAN-GP": (
        ("d_loss", "penalty", "gradient_norm", "wasserstein", "g_loss"),
        {"d_loss": 0.0, "gradient_norm": 1.0},
    ),
    "conditional": ((*SCORES, "g_loss", "distance"), {"d_loss": 1.386294, "g_loss": 0.693147}),
    "pix2pix": ((*SCORES, "g_loss", "g_adversarial", "l1"), {"d_loss": 1.386294}),
    "CycleGAN": ((*SCORES, "g_loss", "g_adversarial", "cycle", "identity"), {"d_loss": 0.5}),
    "style": (("total", "content", "style", "variation"), {}),
}


def history(kind, last, scale):
    """Random curves, as wide apart as `scale`; shares stay shares."""
    columns, lines = KINDS[kind]
    steps = np.linspace(last / 60, last, 60).round()
    made = pandas.DataFrame({"step": steps})
    for name in columns:
        high = 1 if name in SCORES[1:] else scale
        made[name] = np.abs(RNG.normal(0.5, 0.2, 60)).clip(0.01, 1) * high
    if "distance" in made:
        made.loc[made.index % 5 != 4, "distance"] = np.nan
    made.attrs["reference_lines"] = lines
    return made


def written(figure):
    """Where each visible text stands, in dots: (text, box, axes)."""
    FigureCanvasAgg(figure).draw()
    for axes in figure.axes:
        for text in axes.findobj(Text):
            if text.get_visible() and text.get_text().strip() and not is_off(text, axes):
                yield text.get_text(), text.get_window_extent(), axes


def is_off(text, axes):
    """Whether it belongs to a tick outside the limits, which is not drawn."""
    for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if text in (tick.label1, tick.label2):
                return not limits[0] <= tick.get_loc() <= limits[1]
    return False


@pytest.mark.parametrize("scale", [0.02, 3.0, 4e6], ids=["small", "usual", "huge"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_stands_on_another(kind, scale):
    figure = plots.history(history(kind, 187_200, scale))
    found = list(written(figure))
    assert len(found) > 6 * len(figure.axes)
    for (one, box, _), (other, there, _) in itertools.combinations(found, 2):
        assert not box.overlaps(there), (one, other)
    for text, box, _ in found:
        assert box.x0 >= 0 and box.y0 >= 0, text
        assert box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1, text


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_stands_on_a_curve(kind):
    figure = plots.history(history(kind, 4000, 3.0))
    for text, box, _ in written(figure):
        assert not any(box.overlaps(axes.bbox) for axes in figure.axes), text


def test_the_name_of_a_reference_line_is_beside_it_and_those_of_close_ones_are_apart():
    figure = plots.history(history("least squares", 4000, 100.0))
    at = {text: box for text, box, axes in written(figure) if axes is figure.axes[0]}
    to_dots = figure.axes[0].transData.transform
    for text, value in (("1/8", 0.125), ("1/4", 0.25)):
        middle = (at[text].y0 + at[text].y1) / 2
        assert abs(middle - to_dots((0, value))[1]) < 2 * (at[text].y1 - at[text].y0), text
    assert at["1/8"].y1 <= at["1/4"].y0
    figure = plots.history(history("adversarial", 4000, 3.0))
    at = {text: box for text, box, axes in written(figure) if axes is figure.axes[0]}
    for text, value in (("ln 2", np.log(2)), ("2 ln 2", 2 * np.log(2))):
        line = figure.axes[0].transData.transform((0, value))[1]
        assert at[text].y0 < line < at[text].y1


def test_steps_are_whole_numbers_however_few():
    figure = plots.history(history("adversarial", 4000, 3.0)[:2].assign(step=[1, 2]))
    below = [text for text, box, axes in written(figure) if box.y1 < axes.bbox.y0]
    assert set(below) == {"1", "2", "step"}
