"""Figures from a history or from images.

In: arrays and data frames. Out: matplotlib Figures. Nothing here trains or saves.
"""

import contextlib
import math
import sys

import numpy as np
from matplotlib.figure import Figure

from gan_course.base.tiles import square, tile
from gan_course.data.ranges import to_uint8
from gan_course.games import objectives
from gan_course.games.contract import reference_lines
from gan_course.recipes.schema import Recipe

LN2 = math.log(2.0)  # -log(1/2): the loss of a guess

if "ipykernel" in sys.modules:  # a notebook shows figures once pyplot's backend has told it how
    with contextlib.suppress(Exception):  # of a backend that is not there
        from matplotlib import pyplot

        pyplot.close(pyplot.figure())


def figure(rows: int = 1, columns: int = 1, width: float = 9.0, height: float = 3.2):
    """An empty figure and its axes, unknown to pyplot: no window opens, whatever its backend is,
    and a notebook shows it once, where it is returned."""
    made = Figure(figsize=(width, height), layout="constrained")
    return made, made.subplots(rows, columns)


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
    made, all_axes = figure(1, len(panels), width=4.4 * len(panels))
    for axes, (title, names, always) in zip(np.atleast_1d(all_axes), panels, strict=True):
        _curves(axes, frame, [name for name in names if name in frame])
        _reference(axes, lines.get(title, always))
        axes.set(xlabel="step", title=title)
        if names[0] in ("d_real", "accuracy_real"):
            axes.set_ylim(-0.03, 1.03)
        if names[0] in _LOGARITHMIC and (frame[names[0]] > 0).any():
            axes.set_yscale("log")
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
    axes.legend(fontsize=8)


def _reference(axes, lines: dict[str, float]) -> None:
    for text, value in lines.items():
        axes.axhline(value, color="grey", linestyle="--", linewidth=0.8)
        axes.annotate(
            text, (1, value), xycoords=("axes fraction", "data"), fontsize=8, color="grey",
            ha="right", va="bottom",
        )  # fmt: skip


def smoothed(values, share: float = 0.04):
    """The running median over that share of the values, centred; a curve to read by."""
    window = max(1, int(len(values) * share)) | 1  # odd, so that it has a middle
    return values.rolling(window, center=True, min_periods=1).median()


def grid(images: np.ndarray, columns: int | None = None, title: str = "") -> Figure:
    """Images as one tiled picture.

    Args:
      images: (N, H, W, C), uint8 or float in [-1, 1].
      columns: of the grid; a square one if None.
    """
    images = np.asarray(images)
    pictures = images if images.dtype == np.uint8 else to_uint8(images)
    columns = columns or square(len(pictures))[1]
    rows = math.ceil(len(pictures) / columns)
    made, axes = figure(width=0.8 * columns, height=0.8 * rows + (0.3 if title else 0))
    picture = tile(pictures, rows, columns)
    axes.imshow(picture.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set_axis_off()
    axes.set_title(title)
    return made


def pictures(named: dict[str, np.ndarray], height: float = 4.0) -> Figure:
    """Pictures uint8 (H, W, C) side by side, each under its name."""
    made, axes = figure(1, len(named), width=height * len(named), height=height)
    for axis, (name, picture) in zip(np.atleast_1d(axes), named.items(), strict=True):
        axis.imshow(picture.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axis.set_axis_off()
        axis.set_title(name)
    return made


def plane(
    real: np.ndarray,
    fake: np.ndarray,
    logits: np.ndarray | None = None,
    arrows: np.ndarray | None = None,
    title: str = "",
    axis=None,
) -> Figure:
    """A GAN in two dimensions: real points, generated points, and what D says everywhere.

    Args:
      real, fake: points (N, 2) and (M, 2) in [-1, 1].
      logits: (S, S), D's answer on the square [-1, 1]², first row at y = -1; drawn as colours:
        blue where D says "fake", red where it says "real", white where it cannot tell.
      arrows: (M, 2), drawn from each fake.
      axis: matplotlib axes to draw on; a new figure if None.
    """
    if axis is None:
        _, axis = figure(width=4.2, height=4.4)
    if logits is not None:
        probabilities = 0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits)))  # the sigmoid
        axis.imshow(
            probabilities, extent=(-1, 1, -1, 1), origin="lower", cmap="RdBu_r", vmin=0, vmax=1,
            alpha=0.75, interpolation="bilinear",
        )  # fmt: skip
    axis.plot(*np.asarray(real).T, ".", color="black", markersize=2, alpha=0.5)
    axis.plot(*np.asarray(fake).T, ".", color="limegreen", markersize=4, markeredgewidth=0)
    if arrows is not None:
        axis.quiver(*np.asarray(fake).T, *np.asarray(arrows).T, angles="xy", width=0.005)
    axis.set(xlim=(-1, 1), ylim=(-1, 1), xticks=(), yticks=(), aspect="equal", title=title)
    return axis.figure
