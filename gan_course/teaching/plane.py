"""A GAN in two dimensions, made visible: D's field, the arrows that G follows, a film of both.

In: the networks of a recipe whose images are points (1x2 pixels), or a discriminator of points.
Out: arrays to draw with `plots.plane`, and a GIF.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gan_course.base import seeds
from gan_course.base.backend import keras, tf
from gan_course.base.files import atomic_write, user_path
from gan_course.games.adversarial import Game, Players
from gan_course.games.objectives import Objective
from gan_course.games.state import Scalars
from gan_course.recipes.adversarial import Adversarial
from gan_course.runs import images, plots


def field(discriminator: keras.Model, side: int = 60) -> np.ndarray:
    """D's logits (side, side) on the square [-1, 1]², first row at y = -1."""
    x, y = np.meshgrid(*2 * [np.linspace(-1, 1, side, dtype=np.float32)])
    points = _as_seen_by(discriminator, np.stack([x, y], axis=-1))
    return discriminator(points, training=False).numpy().reshape(side, side)


def pull(discriminator: keras.Model, objective: Objective, points: np.ndarray) -> np.ndarray:
    """Where each point (N, 2) would go if it could follow G's loss alone: -∂g_loss/∂x, (N, 2)."""
    places = tf.constant(_as_seen_by(discriminator, points), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(places)
        loss = tf.reduce_sum(objective.g_loss(discriminator(places, training=False)))
    return -tape.gradient(loss, places).numpy().reshape(-1, 2)


def _as_seen_by(discriminator: keras.Model, points: np.ndarray) -> np.ndarray:
    """Points in the shape of its input: (N, 2), or images (N, 1, 2, 1)."""
    return np.reshape(points, (-1, *discriminator.input_shape[1:]))


@dataclass(frozen=True)
class Scene:
    """One moment: the step, G's points (N, 2), D's logits (S, S)."""

    step: int
    fake: np.ndarray
    logits: np.ndarray


class Camera:
    """A hook that keeps a scene, always of the same noise."""

    def __init__(self, recipe: Adversarial, count: int = 300, side: int = 40):
        self.scenes: list[Scene] = []
        self._game, self._count, self._side = Game(recipe), count, side

    def __call__(self, step: int, train_state: Players, _: Scalars) -> None:
        seed = seeds.derive(self._game.recipe.seed, seeds.FIXED_LATENTS, 0)
        fake = self._game.make(train_state, self._count, seed).images
        logits = field(train_state.discriminator, self._side)
        self.scenes.append(Scene(step, fake.reshape(-1, 2), logits))


def film(cameras: dict[str, Camera], real: np.ndarray, path: str | Path) -> Path:
    """A GIF of several runs side by side, frame by frame; as long as the shortest.

    Args:
      cameras: name -> what was filmed of that run.
      real: points (N, 2), drawn in every frame.

    Raises:
      InputError: if there is a camera that has filmed nothing.
    """
    path = user_path(path)
    moments = list(zip(*(camera.scenes for camera in cameras.values()), strict=False))
    with tempfile.TemporaryDirectory() as folder, atomic_write(path) as file:
        frames = [Path(folder) / f"{number:04d}.png" for number in range(len(moments))]
        for frame, scenes in zip(frames, moments, strict=True):
            made, axes = plots.figure(1, len(cameras), width=2.6 * len(cameras), height=2.8)
            for axis, name, scene in zip(np.atleast_1d(axes), cameras, scenes, strict=True):
                title = f"{name}, step {scene.step:,}"
                plots.plane(real, scene.fake, scene.logits, title=title, axis=axis)
                axis.title.set_fontsize(9)
            made.savefig(frame, dpi=100)
        images.write_gif(file, frames, f"GANs in the plane: {', '.join(cameras)}", frame_ms=200)
    return path
