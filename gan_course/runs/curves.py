"""The history of a run as curves.

In: a data frame with a row for each logged step. Out: a matplotlib Figure. Nothing here trains or
saves.
"""

import math

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gan_course.games import objectives
from gan_course.games.contract import reference_lines
from gan_course.recipes.schema import Recipe
from gan_course.runs.figures import figure

LN2 = math.log(2.0)  # -log(1/2): the loss of a guess

# Title, columns of the history, reference lines. A panel is drawn if one of its columns is there.
_PANELS = (
    ("loss", ("d_loss", "g_loss"), {}),
    ("mean D(x) and D(G(z))", ("d_real", "d_fake"), {"1/2": 0.5}),
    ("Wasserstein estimate", ("wasserstein",), {"0": 0.0}),
    ("accuracy of D", ("accuracy_real", "accuracy_fake"), {"guessing": 0.5}),
    ("G's loss on D", ("g_adversarial",), {}),
    ("L1 distance from the truth", ("l1",), {"0": 0.0}),
    ("there and back", ("cycle", "identity"), {"0": 0.0}),
    ("where the penalty looks", ("gradient_norm", "penalty"), {}),
    ("Fréchet distance from training images", ("distance",), {"0": 0.0}),
    ("content loss", ("content",), {}),
    ("style loss", ("style",), {}),
    ("total variation", ("variation",), {}),
)
_LOGARITHMIC = ("content", "style", "variation")  # of a painting: they fall by powers of ten
_SMALL = 8  # points: the letters of legends and reference lines
_PANEL = 150  # points: about as high is a panel, so that names of close lines can stand apart
# Numbers that have a shorter name.
_NAMED = {"2 ln 2": 2 * LN2, "ln 2": LN2, "-ln 2": -LN2, "1/4": 0.25, "1/8": 0.125}


def history(frame, recipe: Recipe | None = None) -> Figure:
    """What a run has logged, over the steps: losses, and what its objective measures.

    Args:
      frame: `run.history`, which knows the reference lines of the objective that was played.
      recipe: draws those of its objective where the frame knows none; without it those of a
        cross-entropy game. D that answers 1/2 to everything has d_loss 2 ln 2; G then has g_loss
        ln 2 (non-saturating) or -ln 2 (minimax).
    """
    known = frame.attrs.get("reference_lines")
    if known is None:
        game = objectives.NON_SATURATING
        known = reference_lines(objectives.of_recipe(recipe, smooth=False) if recipe else game)
    lines = {
        "loss": {_name(known[loss]): known[loss] for loss in ("d_loss", "g_loss") if loss in known},
        "where the penalty looks": {
            _name(value): value for name, value in known.items() if name == "gradient_norm"
        },
    }
    panels = [panel for panel in _PANELS if any(name in frame for name in panel[1])]
    made, all_axes = figure(1, len(panels), width=4.4 * len(panels), height=3.4)
    for axes, (title, names, always) in zip(np.atleast_1d(all_axes), panels, strict=True):
        _curves(axes, frame, [name for name in names if name in frame])
        if names[0] in ("d_real", "accuracy_real"):
            axes.set_ylim(-0.03, 1.03)
        if names[0] in _LOGARITHMIC and (frame[names[0]] > 0).any():
            axes.set_yscale("log")
        _reference(axes, lines.get(title, always))
        axes.set_xlabel("step")
        axes.set_title(title, pad=2.4 * _SMALL)  # the legend stands between
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter("{x:,.0f}")
    return made


def _name(value: float) -> str:
    near = (name for name, number in _NAMED.items() if math.isclose(value, number, rel_tol=1e-4))
    return next(near, f"{value:.3g}")


def _curves(axes, frame, names: list[str]) -> None:
    for name, colour in zip(names, ("tab:blue", "tab:orange"), strict=False):
        logged = frame[frame[name].notna()]
        if len(logged) < len(frame):  # measured now and then: every point counts
            axes.plot(logged["step"], logged[name], "o-", color=colour, markersize=3, label=name)
            continue
        axes.plot(frame["step"], frame[name], color=colour, alpha=0.25, linewidth=0.8)
        axes.plot(frame["step"], smoothed(frame[name]), color=colour, label=name)
    axes.legend(
        loc="lower right", bbox_to_anchor=(1, 1), ncols=len(names), frameon=False,
        fontsize=_SMALL, borderpad=0, borderaxespad=0.4,
    )  # fmt: skip


def _reference(axes, lines: dict[str, float]) -> None:
    """Dashed lines, each with its name at its right end, outside, where no curve is."""
    for value in lines.values():
        axes.axhline(value, color="grey", linestyle="--", linewidth=0.8)
    low, high = axes.get_ylim()
    above = -math.inf  # points: where the next name has room
    for text, value in sorted(lines.items(), key=lambda line: line[1]):
        height = (value - low) / (high - low) * _PANEL
        placed = max(height, above)
        axes.annotate(
            text, (1, value), (4, placed - height), xycoords=("axes fraction", "data"),
            textcoords="offset points", fontsize=_SMALL, color="grey", va="center",
        )  # fmt: skip
        above = placed + 1.4 * _SMALL


def smoothed(values, share: float = 0.04):
    """The running median over that share of the values, centred; a curve to read by."""
    window = max(1, int(len(values) * share)) | 1  # odd, so that it has a middle
    return values.rolling(window, center=True, min_periods=1).median()
