"""Figures from a history or from images.

In: arrays and data frames. Out: matplotlib Figures. Nothing here trains or saves.
"""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gan_course.images import square, tile, to_uint8
from gan_course.schema import Recipe

LN2 = math.log(2.0)  # -log(1/2): the loss of a guess


def figure(rows: int = 1, columns: int = 1, width: float = 9.0, height: float = 3.2):
    """An empty figure and its axes, closed for pyplot: shown once, where it is returned."""
    made, axes = plt.subplots(rows, columns, figsize=(width, height), layout="constrained")
    plt.close(made)
    return made, axes


def history(frame, recipe: Recipe | None = None) -> Figure:
    """The losses, the mean scores and the accuracies over the steps.

    Args:
      frame: `run.history`.
      recipe: draws the reference lines of its objective; without it those of a cross-entropy
        game. D that answers 1/2 to everything has d_loss 2 ln 2; G then has g_loss ln 2
        (non-saturating) or -ln 2 (minimax).
    """
    made, (losses, scores, accuracies) = figure(1, 3, width=13)
    g_guess = -LN2 if recipe is not None and recipe.objective == "minimax" else LN2
    for axes, names, title, lines in (
        (losses, ("d_loss", "g_loss"), "loss", {"2 ln 2": 2 * LN2, _ln2(g_guess): g_guess}),
        (scores, ("d_real", "d_fake"), "mean D(x) and D(G(z))", {"1/2": 0.5}),
        (accuracies, ("accuracy_real", "accuracy_fake"), "accuracy of D", {"guessing": 0.5}),
    ):
        for name, colour in zip(names, ("tab:blue", "tab:orange"), strict=True):
            axes.plot(frame["step"], frame[name], color=colour, alpha=0.25, linewidth=0.8)
            axes.plot(frame["step"], smoothed(frame[name]), color=colour, label=name)
        for text, value in lines.items():
            axes.axhline(value, color="grey", linestyle="--", linewidth=0.8)
            axes.annotate(
                text, (1, value), xycoords=("axes fraction", "data"), fontsize=8, color="grey",
                ha="right", va="bottom",
            )  # fmt: skip
        axes.set(xlabel="step", title=title)
        axes.legend(fontsize=8)
    for axes in (scores, accuracies):
        axes.set_ylim(-0.03, 1.03)
    return made


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


def _ln2(value: float) -> str:
    return "ln 2" if value > 0 else "-ln 2"
