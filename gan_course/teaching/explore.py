"""Walk through the latent space: what the noise of a generator decides.

In: a run. Out: the few directions of the noise along which the images change most, as a picture
that a saved notebook keeps, and as sliders where ipywidgets is there.
"""

import io

import numpy as np
from matplotlib.figure import Figure

from gan_course.base.errors import InputError
from gan_course.runs.latent import LatentSpace
from gan_course.runs.plots import figure
from gan_course.runs.stored import StoredRun

_REACH = 3.0  # standard deviations to either side
_STEPS = 9  # pictures in a row of the still


class Explorer(LatentSpace):
    """The generator of a run, moved by hand. Arguments as of `LatentSpace`."""

    def still(self, start: int = 0, label: int = 0) -> Figure:
        """A row for each direction, from -3 to +3 standard deviations; the middle is the same."""
        places = np.linspace(-_REACH, _REACH, _STEPS)
        made, all_axes = figure(len(self.directions), 1, 8.0, 1.0 * len(self.directions) + 0.4)
        base = self._start(start)
        for number, axes in enumerate(np.atleast_1d(all_axes)):
            latents = base + places[:, np.newaxis] * self.directions[number]
            row = np.concatenate(list(self.images(latents, label)), axis=1)
            axes.imshow(_shown(row), cmap="gray", vmin=0, vmax=1, aspect="equal")
            axes.set(xticks=[], yticks=[], ylabel=f"{number + 1}")
        made.suptitle("along each of the directions that change most, from -3 to +3", fontsize=10)
        return made

    def widget(self):
        """Sliders for the directions, the noise vector and the class, and the image they make.

        Raises:
          InputError: if ipywidgets is not installed.
        """
        try:
            import ipywidgets
        except ImportError:
            raise InputError(
                "the sliders need ipywidgets: `pip install ipywidgets` and restart the notebook; "
                "or use explorer.moved(0, [1, 0, 0, 0])"
            ) from None
        ways = [
            ipywidgets.FloatSlider(0.0, min=-_REACH, max=_REACH, step=0.1, description=f"{n + 1}")
            for n in range(len(self.directions))
        ]
        start = ipywidgets.IntSlider(0, min=0, max=99, description="noise")
        label = ipywidgets.IntSlider(0, min=0, max=max(self._classes - 1, 0), description="class")
        picture = ipywidgets.Image(format="png", width=280)

        def draw(_=None) -> None:
            way = [each.value for each in ways]
            picture.value = _png(self.moved(start.value, way, label.value))

        controls = [*ways, start, *([label] if self._classes else [])]
        for each in controls:
            each.observe(draw, "value")
        draw()
        return ipywidgets.HBox([picture, ipywidgets.VBox(controls)])

    def _ipython_display_(self) -> None:
        """The picture, which stays in the saved notebook; then the sliders, if they can be had."""
        from IPython.display import display

        display(self.still())
        try:
            display(self.widget())
        except InputError as error:
            print(error)


def explore(run: StoredRun, count: int = 4) -> Explorer:
    """The directions of the noise along which a run's images change most, to look at and to move.

    Args:
      count: of the directions.

    Raises:
      InputError: for a run that makes no images of noise, and for a count that it has not.
    """
    return Explorer(run, count)


def _shown(image: np.ndarray) -> np.ndarray:
    """In [0, 1]; grey ones without their axis."""
    values = np.clip((image + 1) / 2, 0, 1)
    return values[..., 0] if values.shape[-1] == 1 else values


def _png(image: np.ndarray) -> bytes:
    from PIL import Image

    pixels = (_shown(image) * 255).round().astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).resize((280, 280), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()
