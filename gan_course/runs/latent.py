"""What the noise of a generator decides: the directions along which its images change most.

In: a run. Out: those directions, and what the generator makes of noise that moves along them.
"""

from functools import partial

import numpy as np

from gan_course.base.backend import tf
from gan_course.base.errors import InputError
from gan_course.runs.stored import StoredRun

_SEEN = 512  # noise vectors that the directions are found with


class LatentSpace:
    """The noise of a run, and where in it the images change.

    directions: float32 (count, latent_dim), of length 1, at right angles; the first changes the
      images most.

    Raises:
      InputError: for a run that makes no images of noise, and for a count that it has not.
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
