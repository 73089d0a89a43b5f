"""The loop: a compiled step, then the hooks. No losses, no plots, no files.

In: a state, an objective, a recipe, batches. Out: the state, some steps further.
Everything random in a step follows from (run seed, step), see seeds.py.
"""

import math
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from gan_course.base import device, seeds
from gan_course.base.backend import tf
from gan_course.data.ranges import from_uint8
from gan_course.games.objectives import Objective
from gan_course.games.state import Scalars, TrainState
from gan_course.games.step import latent_batches, train_step
from gan_course.recipes.schema import Recipe
from gan_course.training.distributed import Strategy, own_seed, own_share

CompiledStep = Callable[[np.ndarray], Scalars]
Hook = Callable[[int, TrainState, Scalars], None]  # steps made, state, what the last step returned


_MOST_STEPS = 10  # in one call: Ctrl-C waits for the end of it


def steps_per_call(recipe: Recipe, done: int = 0) -> int:
    """How many steps one call makes, from step `done` on. The numbers are the same for any.

    Where the recipe leaves it open and its networks have no convolution, as many as fit between
    all that is due: logs, samples, checkpoints.
    """
    if recipe.steps_per_call is not None:
        return recipe.steps_per_call
    if any("Conv" in line for line in (*recipe.generator, *recipe.discriminator)):
        return 1
    due = (recipe.log_every, recipe.sample_every, recipe.first_sample, recipe.checkpoint_every)
    room = math.gcd(done, recipe.steps, *due)
    return max(count for count in range(1, _MOST_STEPS + 1) if room % count == 0)


def step_function(
    state: TrainState, objective: Objective, recipe: Recipe, jit: bool = False
) -> Callable:
    """The train step of a recipe, still to be compiled.

    Args:
      jit: let XLA compile all but the drawing of the noise, for which it has numbers of its own.

    Returns:
      uint8 images (d_steps, batch, H, W, C) -> named scalars; each call moves `state` one step.
    """
    size, dim, seed = recipe.batch_size, recipe.latent_dim, recipe.seed

    def play(images, noise, penalties):
        reals = from_uint8(tf.cast(images, tf.float32), recipe.value_range)
        scalars = train_step(state, objective, recipe.order, reals, noise, penalties)
        if state.average is not None:
            state.average.update(state.generator, state.step)
        return scalars

    if jit:
        play = tf.function(play, jit_compile=True)

    def step(images):
        latents = [
            seeds.latents(
                recipe.latent, size, dim, seeds.derive(seed, seeds.LATENTS, state.step, i)
            )
            for i in range(latent_batches(recipe.order, recipe.d_steps))
        ]
        penalties = [
            own_seed(seeds.derive(seed, seeds.PENALTY, state.step, i))
            for i in range(recipe.d_steps)
        ]
        noise = own_share(tf.stack(latents), axis=1)
        return play(own_share(images, axis=1), noise, tf.stack(penalties))

    return step


def compile_step(
    state: TrainState,
    objective: Objective,
    recipe: Recipe,
    strategy: Strategy | None = None,
    steps_per_call: int = 1,
) -> CompiledStep:
    """The train step of a recipe as one TensorFlow graph, traced here, once.

    Args:
      strategy: under whose scope `state` was made; each of its replicas takes a share of the batch.

    Returns:
      a function of the images of one step; or of `steps_per_call` steps, stacked. Its scalars are
      those of the last step.
    """
    # The sums of a strategy, over all devices, are not for XLA.
    step = step_function(state, objective, recipe, jit=strategy is None and device.jit(recipe.jit))

    def on_all_replicas(images):
        scalars = strategy.run(step, args=(images,))
        return {name: strategy.reduce("mean", value, axis=None) for name, value in scalars.items()}

    # Nothing in a step needs autograph, which takes about half of the tracing. (The functions of an
    # objective of one's own may: `objectives.of_recipe` sees to that.)
    once = tf.function(step if strategy is None else on_all_replicas, autograph=False)
    images = tf.TensorSpec([recipe.d_steps, recipe.batch_size, *recipe.image_shape], tf.uint8)
    if steps_per_call == 1:
        return once.get_concrete_function(images)
    return tf.function(partial(_several, once), autograph=False).get_concrete_function(
        tf.TensorSpec([steps_per_call, *images.shape], tf.uint8)
    )


def _several(step: CompiledStep, images: tf.Tensor) -> Scalars:
    """Steps one after the other in one graph; traced once."""
    _, scalars = tf.while_loop(
        lambda number, _: number < images.shape[0],
        lambda number, _: (number + 1, step(images[number])),
        (1, step(images[0])),
        parallel_iterations=1,
    )
    return scalars


def fit(
    state: TrainState,
    compiled: CompiledStep,
    batches: Callable[[int], np.ndarray],
    steps: range,
    hooks: Iterable[Hook],
    stop: Callable[[], bool] = lambda: False,
    steps_per_call: int = 1,
) -> None:
    """Make the steps of `steps` on `state`, calling every hook after each call, until `stop()`."""
    for step in steps[::steps_per_call]:
        if steps_per_call == 1:
            images = batches(step)
        else:
            images = np.stack([batches(step + more) for more in range(steps_per_call)])
        scalars = compiled(images)
        for hook in hooks:
            hook(step + steps_per_call, state, scalars)
        if stop():
            break
