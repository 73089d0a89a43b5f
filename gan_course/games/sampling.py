"""New images of a generator.

In: a recipe, its generator and latents. Out: images in [-1, 1]. Run folders, sample grids and
measures all draw them here.
"""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from gan_course.base import seeds
from gan_course.base.backend import keras, tf
from gan_course.data.ranges import to_unit_range
from gan_course.recipes.schema import Recipe

_BATCH = 256  # images generated at a time: bounds the memory


def latents(recipe: Recipe, count: int, seed: tf.Tensor) -> tf.Tensor:
    """Noise vectors (count, latent_dim) as the recipe draws them, from a stateless seed."""
    return seeds.latents(recipe.latent, count, recipe.latent_dim, seed)


def generate(recipe: Recipe, generator: keras.Model, noise: tf.Tensor) -> np.ndarray:
    """What the generator makes of the noise, float32 (N, H, W, C) in [-1, 1]."""
    draw = _compiled(generator)
    parts = [draw(noise[start : start + _BATCH]).numpy() for start in range(0, len(noise), _BATCH)]
    return to_unit_range(np.concatenate(parts), recipe.value_range)


@lru_cache(maxsize=4)
def _compiled(generator: keras.Model) -> Callable:
    """The generator as a graph, traced once, for any number of images: a sample grid then takes a
    third or a fourth of the time. A few are kept, not all of a long notebook."""
    noise = tf.TensorSpec(generator.input_shape, tf.float32)
    return tf.function(partial(generator, training=False), input_signature=[noise], autograph=False)
