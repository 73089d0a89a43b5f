"""Figures from a history or from images.

In: arrays and data frames. Out: matplotlib Figures. Nothing here trains or saves.
"""

import math
import textwrap

import numpy as np
from matplotlib.figure import Figure

from gan_course.base.tiles import LARGE, enlargement, square, tile
from gan_course.data.ranges import to_uint8
from gan_course.runs.curves import history, smoothed
from gan_course.runs.figures import figure

__all__ = ["figure", "grid", "history", "pictures", "plane", "smoothed"]

_DPI = 128  # dots an inch; a power of two, so that inches give whole dots exactly
_LETTERS = 10  # points: those of titles
_LINE = math.ceil(1.4 * _LETTERS * _DPI / 72)  # dots: the height of a line of a title
_LETTER = 0.65 * _LETTERS * _DPI / 72  # dots: the width of a letter, at most on average
_GAP = 12  # dots between pictures


def grid(images: np.ndarray, columns: int | None = None, title: str = "") -> Figure:
    """Images as one tiled picture, every pixel a square of as many dots.

    Args:
      images: (N, H, W, C), uint8 or float in [-1, 1].
      columns: of the grid; a square one if None.
    """
    images = np.asarray(images)
    made = images if images.dtype == np.uint8 else to_uint8(images)
    columns = columns or square(len(made))[1]
    rows = math.ceil(len(made) / columns)
    picture = tile(made, rows, columns)
    dots = max(LARGE, 80 * columns, 80 * rows)  # about 80 an image
    return _side_by_side({title: picture}, [_times(picture, dots)])


def pictures(named: dict[str, np.ndarray], height: float = 4.0) -> Figure:
    """Pictures uint8 (H, W, C) side by side, each under its name.

    Every pixel is a square of as many dots, unless a picture is too large.

    Args:
      height: of each in inches, at 100 dots an inch, or as little more as whole pixels need.
    """
    times = [_times(picture, round(100 * height)) for picture in named.values()]
    return _side_by_side(named, times)


def _times(picture: np.ndarray, dots: int) -> float:
    """How many dots wide a pixel is: a whole number, but below one for pictures above `dots`."""
    longer = max(picture.shape[:2])
    return enlargement(picture, dots) if longer <= dots else dots / longer


def _side_by_side(named: dict[str, np.ndarray], times: list[float]) -> Figure:
    sizes = np.array([np.shape(p)[1::-1] for p in named.values()]) * np.array(times)[:, None]
    sizes = np.maximum(1, sizes.round())  # dots: width, height
    cell, row = sizes.max(axis=0)
    titles = [textwrap.fill(name, max(8, int(cell / _LETTER))) for name in named]
    above = _LINE * max(title.count("\n") + bool(title) for title in titles)
    size = np.array([len(named) * (cell + _GAP) - _GAP, row + above])
    made = Figure(figsize=tuple(size / _DPI), dpi=_DPI)
    for number, (picture, title) in enumerate(zip(named.values(), titles, strict=True)):
        width, height = sizes[number]
        left = number * (cell + _GAP) + (cell - width) // 2
        corner = np.array([left, row - height])
        axes = made.add_axes((*(corner / size), *(sizes[number] / size)))
        axes.imshow(
            np.squeeze(picture), cmap="gray", vmin=0, vmax=255, aspect="auto",
            interpolation="nearest" if times[number] >= 1 else "antialiased",
        )  # fmt: skip
        axes.set_axis_off()
        axes.set_title(title, fontsize=_LETTERS, pad=3)
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
