"""The plane as a laboratory: D as a colour, G as a warped grid, a film of the two moving in turn.

In: a generator (N, 2) -> (N, 2) and a discriminator (N, 2) -> (N, 1) of points in [-1, 1]², plain
Keras models. Out: figures, and a GIF. Nothing here changes the networks; see bench.py.
"""

import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure

from gan_course.base.backend import keras
from gan_course.base.errors import InputError
from gan_course.base.files import atomic_write, user_path
from gan_course.runs import images, plots
from gan_course.teaching.plane import field

_REACH = 2.4  # of the grid in the noise: 97% of two-dimensional N(0, 1) noise lies inside
_LEVELS = (0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.47, 0.53, 0.6, 0.7, 0.8, 0.9, 0.95, 1)  # of D's colours


@dataclass(frozen=True)
class Moment:
    """The two networks after a step: G's image of the grid (S, S, 2), D's logits (F, F)."""

    step: int
    grid: np.ndarray
    logits: np.ndarray


def noise_grid(side: int = 25) -> np.ndarray:
    """Noise (side, side, 2) on a square grid, [i, j] at (x_j, y_i)."""
    axis = np.linspace(-_REACH, _REACH, side, dtype=np.float32)
    return np.stack(np.meshgrid(axis, axis), axis=-1)


def warped(generator: keras.Model, side: int = 25) -> np.ndarray:
    """Where G puts each point of the noise grid: (side, side, 2)."""
    noise = noise_grid(side).reshape(-1, 2)
    return generator(noise, training=False).numpy().reshape(side, side, 2)


class Watch:
    """Keeps a moment of each step that it is called at: `watch(step, generator, discriminator)`.

    Args:
      steps: those to keep.
    """

    def __init__(self, steps: Sequence[int]):
        self.moments: list[Moment] = []
        self._steps = steps

    def __call__(self, step: int, generator: keras.Model, discriminator: keras.Model) -> None:
        if step in self._steps:
            self.moments.append(Moment(step, warped(generator), field(discriminator)))


def answer_later(moments: Sequence[Moment], later: int) -> float:
    """D's mean answer to the places of G's points now, given so many moments later; the mean over
    all moments. A half says that D cannot tell."""
    noise = noise_grid(len(moments[0].grid))
    weights = np.exp(-0.5 * (noise**2).sum(axis=-1))  # as likely as the noise is
    answers = []
    for now, then in zip(moments, moments[later:], strict=False):
        across, up = np.rint((now.grid + 1) / 2 * (len(then.logits) - 1)).astype(int).T
        answers.append(np.average(_sigmoid(then.logits[up, across]).T, weights=weights))
    return float(np.mean(answers))


def draw(
    real: np.ndarray | None = None,
    fake: np.ndarray | None = None,
    logits: np.ndarray | None = None,
    arrows: np.ndarray | None = None,
    grid: np.ndarray | None = None,
    centres: np.ndarray | None = None,
    title: str = "",
    axis=None,
) -> Figure:
    """The plane; each thing is drawn if it is given.

    Args:
      real, fake: points (N, 2) and (M, 2).
      logits: (F, F), from `field`: D(x) = sigmoid(logit) as a colour, with its colour bar.
      arrows: (M, 2), one from each fake.
      grid: (S, S, 2), from `warped`: lines that are parallel in the noise, darker where noise is
        likelier.
      centres: (K, 2), of the clouds.
      axis: matplotlib axes to draw on, without legend and colour bar; a new figure if None.
    """
    alone = axis is None
    if alone:
        _, axis = plots.figure(width=5.0 if logits is None else 5.8, height=4.9)
    if logits is not None:
        _colour(axis, logits, bar=alone)
    _points(axis, real, "o", "black", 1.2, "real points")
    if grid is not None:
        _lines(axis, grid)
    _points(axis, fake, "o", "limegreen", 2.4, "G's points")
    if arrows is not None:
        axis.quiver(*np.asarray(fake).T, *np.asarray(arrows).T, angles="xy", width=0.005)
    _points(axis, centres, "P", "gold", 7, "centres of the clouds", markeredgecolor="black")
    ends = (-1, 0, 1)
    axis.set(xlim=(-1, 1), ylim=(-1, 1), xticks=ends, yticks=ends, aspect="equal", title=title)
    if alone:
        axis.set(xlabel="first number of the point", ylabel="second number")
        axis.figure.legend(loc="outside lower center", ncols=3, fontsize=8, markerscale=1.2)
    return axis.figure


def _colour(axis, logits: np.ndarray, bar: bool) -> None:
    probabilities = _sigmoid(logits)
    places = np.linspace(-1, 1, len(logits))
    drawn = axis.contourf(
        places, places, probabilities, levels=_LEVELS, cmap="RdBu_r", alpha=0.75, zorder=0,
        norm=BoundaryNorm(_LEVELS, 256),
    )  # fmt: skip
    if bar:
        label = "D(x), the probability of real"
        axis.figure.colorbar(drawn, ax=axis, label=label, ticks=_LEVELS, shrink=0.9)


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits)))


def _points(axis, points, marker: str, colour: str, size: float, label: str, **more) -> None:
    if points is not None:
        axis.plot(
            *np.asarray(points).T, marker, color=colour, markersize=size, label=label,
            **{"markeredgewidth": 0.5 if more else 0, **more},
        )  # fmt: skip


def _lines(axis, grid: np.ndarray, every: int = 1) -> None:
    """Both families of lines; each piece as dark as its noise is likely."""
    noise = noise_grid(len(grid))
    pieces, shades = [], []
    for turned in (False, True):
        places, sources = (g.swapaxes(0, 1) if turned else g for g in (grid, noise))
        places, sources = places[::every], sources[::every]
        pieces += list(np.stack([places[:, :-1], places[:, 1:]], axis=2).reshape(-1, 2, 2))
        middles = (sources[:, :-1] + sources[:, 1:]).reshape(-1, 2) / 2
        shades += list(np.exp(-0.25 * (middles**2).sum(axis=1)))  # the root of the density
    colours = [(0.0, 0.35, 0.0, 0.15 + 0.75 * shade) for shade in shades]
    axis.add_collection(LineCollection(pieces, colors=colours, linewidths=0.7))
    axis.plot([], [], color="darkgreen", linewidth=0.7, label="G's grid")


def map_of(generator: keras.Model, centres: np.ndarray | None = None, side: int = 41) -> Figure:
    """The map z -> G(z): the grid in the noise, and beside it where G puts it."""
    made, (before, after) = plots.figure(1, 2, width=8.6, height=4.3)
    _lines(before, noise_grid(side))
    before.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", title="the noise z")
    before.set(xlabel="first number of z", ylabel="second number of z")
    draw(grid=warped(generator, side), centres=centres, title="G(z): the same lines", axis=after)
    after.set(xlabel="first number of G(z)", ylabel="second number of G(z)")
    return made


def film(
    moments: Sequence[Moment],
    path: str | Path,
    real: np.ndarray | None = None,
    centres: np.ndarray | None = None,
    frame_ms: int = 300,
) -> Path:
    """A GIF in which the players move in turn: first D's colours, then G's grid.

    Between two moments both have learnt; the film shows first what D has, G still in its old place,
    and then what G has.

    Raises:
      InputError: if there are not two moments at least.
    """
    if len(moments) < 2:
        raise InputError(f"a film needs two moments, got {len(moments)}; does the watch keep any?")
    path = user_path(path)
    scenes = []
    for before, after in itertools.pairwise(moments):
        scenes.append((f"step {after.step:,}: D has moved", before.grid, after.logits))
        scenes.append((f"step {after.step:,}: G has moved", after.grid, after.logits))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, atomic_write(path) as file:
        frames = [Path(folder) / f"{number:04d}.png" for number in range(len(scenes))]
        for frame, (title, grid, logits) in zip(frames, scenes, strict=True):
            made, axis = plots.figure(width=3.6, height=3.8)
            draw(real, logits=logits, centres=centres, title=title, axis=axis)
            _lines(axis, grid, every=2)
            made.savefig(frame, dpi=100)
        images.write_gif(file, frames, "a chase in the plane", frame_ms=frame_ms)
    return path
