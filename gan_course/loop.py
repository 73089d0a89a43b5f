"""The loop: a compiled step, then the hooks. No losses, no plots, no files.

In: a state, an objective, a recipe, batches. Out: the state, some steps further.
Everything random in a step follows from (run seed, step), see seeds.py.
"""

from collections.abc import Callable, Iterable

import numpy as np

from gan_course import seeds
from gan_course.backend import tf
from gan_course.images import from_uint8
from gan_course.objectives import Objective
from gan_course.schema import Recipe
from gan_course.state import TrainState
from gan_course.step import latent_batches, train_step

Scalars = dict[str, tf.Tensor]
CompiledStep = Callable[[np.ndarray], Scalars]
Hook = Callable[[int, TrainState, Scalars], None]  # steps made, state, what the last step returned


def step_function(state: TrainState, objective: Objective, recipe: Recipe) -> Callable:
    """The train step of a recipe, still to be compiled.

    Returns:
      uint8 images (d_steps, batch, H, W, C) -> named scalars; each call moves `state` one step.
    """
    size, dim, seed = recipe.batch_size, recipe.latent_dim, recipe.seed

    def step(images):
        reals = from_uint8(tf.cast(images, tf.float32), recipe.value_range)
        latents = [
            seeds.latents(
                recipe.latent, size, dim, seeds.derive(seed, seeds.LATENTS, state.step, i)
            )
            for i in range(latent_batches(recipe.order, recipe.d_steps))
        ]
        penalties = [
            seeds.derive(seed, seeds.PENALTY, state.step, i) for i in range(recipe.d_steps)
        ]
        return train_step(
            state, objective, recipe.order, reals, tf.stack(latents), tf.stack(penalties)
        )

    return step


def compile_step(state: TrainState, objective: Objective, recipe: Recipe) -> CompiledStep:
    """The train step of a recipe as one TensorFlow graph, traced here, once."""
    images = tf.TensorSpec([recipe.d_steps, recipe.batch_size, *recipe.image_shape], tf.uint8)
    return tf.function(step_function(state, objective, recipe)).get_concrete_function(images)


def fit(
    state: TrainState,
    compiled: CompiledStep,
    batches: Callable[[int], np.ndarray],
    steps: range,
    hooks: Iterable[Hook],
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Make the steps of `steps` on `state`, calling every hook after each, until `stop()`."""
    for step in steps:
        scalars = compiled(batches(step))
        for hook in hooks:
            hook(step + 1, state, scalars)
        if stop():
            break
