"""Walk through the latent space: what the noise of a generator decides.

In: a run. Out: the few directions of the noise along which the images change most, as a picture
that a saved notebook keeps, and as sliders where ipywidgets is there.
"""

import io
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from gan_course.base.backend import tf
from gan_course.base.errors import InputError
from gan_course.runs.plots import figure
from gan_course.runs.stored import StoredRun

_SEEN = 512  # noise vectors that the directions are found with
_REACH = 3.0  # standard deviations to either side
_STEPS = 9  # pictures in a row of the still


class Explorer:
    """The generator of a run, moved by hand.

    directions: float32 (count, latent_dim), of length 1, at right angles; the first changes the
      images most.
    """

    def __init__(self, run: StoredRun, count: int = 4, seed: int = 0):
        recipe = run.recipe
        if not hasattr(recipe, "latent_dim"):
            raise InputError(
                f"recipe {recipe.name!r} makes images of images and has no noise to move; explore "
                "a run that makes them of noise"
            )
        if not 1 <= count <= recipe.latent_dim:
            raise InputError(
                f"count must be from 1 to latent_dim={recipe.latent_dim}, got {count!r}"
            )
        self._run, self._classes = run, getattr(recipe, "classes", 0)
        self._rng = partial(np.random.default_rng, [seed, recipe.latent_dim])
        self.directions = self._found(count)

    def _found(self, count: int) -> np.ndarray:
        """Of the linear map from noise to images that fits best, the directions it stretches most:
        the first right singular vectors."""
        noise = self._rng().standard_normal((_SEEN, self._run.recipe.latent_dim))
        made = self.images(noise).reshape(_SEEN, -1)
        slope = np.linalg.lstsq(noise, made - made.mean(axis=0), rcond=None)[0]
        directions = np.linalg.svd(slope, full_matrices=False)[0][:, :count].T
        signs = np.sign(directions[np.arange(count), np.abs(directions).argmax(axis=1)])
        return (directions * signs[:, np.newaxis]).astype(np.float32)

    def images(self, latents: np.ndarray, label: int = 0) -> np.ndarray:
        """What the generator makes of noise (N, latent_dim): (N, H, W, C) in [-1, 1].

        Args:
          label: the class that is asked for, of a conditional generator.
        """
        low, high = self._run.recipe.value_range
        inputs = tf.constant(latents, tf.float32)
        if self._classes:
            inputs = [inputs, tf.one_hot([label] * len(latents), self._classes)]
        made = self._run.state.sampler(inputs, training=False).numpy()
        return (made - low) / (high - low) * 2 - 1

    def moved(self, start: int, way: np.ndarray, label: int = 0) -> np.ndarray:
        """One image (H, W, C) in [-1, 1].

        Args:
          start: the number of a noise vector.
          way: how far from it along each direction, (count,), in standard deviations.
        """
        latent = self._start(start) + np.asarray(way, np.float32) @ self.directions
        return self.images(latent[np.newaxis], label)[0]

    def _start(self, number: int) -> np.ndarray:
        rng = np.random.default_rng([number, self._run.recipe.latent_dim])
        return rng.standard_normal(self._run.recipe.latent_dim).astype(np.float32)

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
