"""What moves in a notebook without Python: a film with a slider, and the game of chapter 0, live.

In: a run, a GIF or pictures; or a recipe. Out: HTML that a saved notebook keeps, and that works in
an exported page too.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gan_course.base.files import user_path, writable_file
from gan_course.data.photographs import opened
from gan_course.recipes.adversarial import Adversarial
from gan_course.runs.stored import StoredRun
from gan_course.web import lab
from gan_course.web import player as films
from gan_course.web.frame import framed, saved

_REMEDY = (
    '<p><small>No page above? <code>gan.teaching.live().write("lab.html")</code> writes it as a '
    "file for any browser.</small></p>"
)


class Film:
    """A film as HTML; a notebook shows it. See `player`."""

    def __init__(self, made: str):
        self.html = made

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Film, {len(self.html) / 1e3:,.0f} kB"


def player(
    source: StoredRun | str | Path | Sequence[np.ndarray],
    steps: Sequence[int] | None = None,
    about: str | None = None,
    frame_ms: int = 150,
    kilobytes: int = 600,
) -> Film:
    """A film that can be stopped: play, pause, a slider, one picture back and on.

    Where a notebook is shown without JavaScript, the last picture stands in its place.

    Args:
      source: a run, of which it shows the sample grids; the path of a GIF; or pictures, uint8
        (H, W, 1 or 3) of one shape.
      steps: of training, one for each picture, to be shown with it; a run knows its own.
      about: what the film shows, for those who do not see it.
      frame_ms: how long a picture stands, milliseconds.
      kilobytes: at most, in the notebook; the film leaves pictures out, evenly, to keep to it.

    Raises:
      InputError: for a GIF that cannot be read, fewer than two pictures, pictures of several
        shapes or types, another number of steps than pictures.
    """
    if isinstance(source, StoredRun):
        steps = source.sample_steps
        frames = [source.sample_grid(step) for step in steps]
        about = about or f"the samples of {source.path.name} while it trains"
    elif isinstance(source, str | Path):
        frames, about = _gif(user_path(source)), about or Path(source).stem
    else:
        frames = list(source)
    if steps is None:
        captions = [f"picture {number}" for number in range(1, len(frames) + 1)]
    else:
        captions = [f"step {step:,}" for step in steps]
    return Film(films.player(frames, captions, about or "a film", frame_ms, kilobytes))


def _gif(path: Path) -> list[np.ndarray]:
    """Its pictures, uint8 (H, W, 3)."""
    with opened(path, "make it again") as gif:
        return [np.asarray(frame)[..., :3] for frame in gif.iter(mode="RGB")]


class Live:
    """The page of `live`; a notebook shows it in a frame.

    html: the page, whole.
    """

    def __init__(self, recipe: Adversarial | str | None, height: int):
        self.html, self._height = lab.page(recipe), height

    def write(self, path: str | Path) -> Path:
        """The page as a file, which a browser opens without a network."""
        return saved(self.html, writable_file(path))

    def _repr_html_(self) -> str:
        return framed(self.html, "A GAN in two dimensions, live", self._height) + _REMEDY

    def __repr__(self) -> str:
        return f"Live, {len(self.html) / 1e3:,.0f} kB; write(FILE) keeps it"


def live(recipe: Adversarial | str | None = None, height: int = 900) -> Live:
    """The two-dimensional game, trained in the browser while one looks on and changes it.

    Args:
      recipe: of the game that it opens with, or its name; that of chapter 0 if None.
      height: of the frame in the notebook, in pixels.

    Raises:
      InputError: for a recipe that the page cannot play, such as one with a penalty.
    """
    return Live(recipe, height)
