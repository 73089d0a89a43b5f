"""New images of a generator.

In: a recipe, its generator and what that takes. Out: images in [-1, 1]. Run folders, sample grids
and measures all draw them here.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from gan_course.base import seeds
from gan_course.base.backend import keras, tf
from gan_course.data.ranges import to_unit_range
from gan_course.recipes.adversarial import Adversarial

_BATCH = 256  # images generated at a time: bounds the memory


def latents(recipe: Adversarial, count: int, seed: tf.Tensor) -> tf.Tensor:
    """Noise vectors (count, latent_dim) as the recipe draws them, from a stateless seed."""
    return seeds.latents(recipe.noise, count, recipe.latent_dim, seed)


def generate(recipe: Adversarial, generator: keras.Model, *inputs: tf.Tensor) -> np.ndarray:
    """What the generator makes, float32 (N, H, W, C) in [-1, 1].

    Args:
      inputs: latents (N, latent_dim), and whatever else the generator takes, (N, ...).
    """
    draw = _compiled(generator)
    parts = [
        draw(*(each[start : start + _BATCH] for each in inputs)).numpy()
        for start in range(0, len(inputs[0]), _BATCH)
    ]
    return to_unit_range(np.concatenate(parts), recipe.value_range)


@lru_cache(maxsize=4)
def _compiled(generator: keras.Model) -> Callable:
    """The generator as a graph, traced once, for any number of images: a sample grid then takes a
    third or a fourth of the time. A few are kept, not all of a long notebook."""

    def draw(*inputs: tf.Tensor) -> tf.Tensor:
        return generator(_alone(inputs), training=False)

    kinds = [tf.TensorSpec(each.shape, tf.float32) for each in generator.inputs]
    return tf.function(draw, autograph=False).get_concrete_function(*kinds)


def _alone(inputs: Sequence):
    return inputs[0] if len(inputs) == 1 else list(inputs)
