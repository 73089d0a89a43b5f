"""The loop: a compiled step, then the hooks. No game, no plots, no files.

In: a game and its state. Out: the state, some steps further. Everything random in a step follows
from (run seed, step), see games/dice.py.
"""

import math
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from gan_course.base import device
from gan_course.base.backend import tf
from gan_course.games.dice import Dice, own_share
from gan_course.games.game import Arrays, Game
from gan_course.games.state import Scalars, State
from gan_course.recipes.schema import Recipe
from gan_course.training.distributed import Strategy

CompiledStep = Callable[[Arrays], Scalars]
Hook = Callable[[int, State, Scalars], None]  # steps made, state, what the last step returned

_MOST_STEPS = 10  # in one call: Ctrl-C waits for the end of it


def steps_per_call(recipe: Recipe, done: int = 0) -> int:
    """How many steps one call makes, from step `done` on. The numbers are the same for any.

    Where the recipe leaves it open and its networks have no convolution, as many as fit between
    all that is due: logs, samples, checkpoints.
    """
    if recipe.steps_per_call is not None:
        return recipe.steps_per_call
    if recipe.has_convolutions:
        return 1
    due = (recipe.log_every, recipe.sample_every, recipe.early_sample, recipe.checkpoint_every)
    room = math.gcd(done, recipe.steps, *due)
    return max(count for count in range(1, _MOST_STEPS + 1) if room % count == 0)


def step_function(game: Game, state: State, jit: bool = False) -> Callable:
    """One step of a game, still to be compiled.

    Args:
      jit: let XLA compile all but the drawing of the noise, for which it has numbers of its own.

    Returns:
      a batch of the game -> named scalars; each call moves `state` one step.
    """
    play = partial(game.play, state)
    if jit:
        play = tf.function(play, jit_compile=True)

    def step(batch):
        drawn = game.draw(Dice(game.recipe.seed, state.step))
        scalars = play(tf.nest.map_structure(own_share, batch), drawn)
        state.step.assign_add(1)
        return scalars

    return step


def compile_step(
    game: Game, state: State, strategy: Strategy | None = None, steps_per_call: int = 1
) -> CompiledStep:
    """One step of a game as one TensorFlow graph, traced here, once.

    Args:
      strategy: under whose scope `state` was made; each of its replicas takes a share of the batch.

    Returns:
      a function of the batch of one step; or of `steps_per_call` steps, stacked. Its scalars are
      those of the last step.
    """
    # The sums of a strategy, over all devices, are not for XLA.
    step = step_function(game, state, jit=strategy is None and device.jit(game.recipe.jit))

    def on_all_replicas(batch):
        scalars = strategy.run(step, args=(batch,))
        return {name: strategy.reduce("mean", value, axis=None) for name, value in scalars.items()}

    # Nothing in a step needs autograph, which takes about half of the tracing. (The functions of an
    # objective of one's own may: `objectives.of_recipe` sees to that.)
    once = tf.function(step if strategy is None else on_all_replicas, autograph=False)
    if steps_per_call == 1:
        return once.get_concrete_function(specs(game))
    several = tf.function(partial(_several, once, steps_per_call), autograph=False)
    return several.get_concrete_function(specs(game, [steps_per_call]))


def specs(game: Game, first: list[int] | None = None) -> dict[str, tf.TensorSpec]:
    """The shapes and types of the game's batches, with more axes before them."""
    example = game.batch(0)
    return {n: tf.TensorSpec([*(first or []), *a.shape], a.dtype) for n, a in example.items()}


def _several(step: CompiledStep, count: int, batches: dict[str, tf.Tensor]) -> Scalars:
    """Steps one after the other in one graph; traced once."""

    def batch(number):
        return {name: several[number] for name, several in batches.items()}

    _, scalars = tf.while_loop(
        lambda number, _: number < count,
        lambda number, _: (number + 1, step(batch(number))),
        (1, step(batch(0))),
        parallel_iterations=1,
    )
    return scalars


def fit(
    game: Game,
    state: State,
    compiled: CompiledStep,
    steps: range,
    hooks: Iterable[Hook],
    stop: Callable[[], bool] = lambda: False,
    steps_per_call: int = 1,
) -> None:
    """Make the steps of `steps` on `state`, calling every hook after each call, until `stop()`."""
    for step in steps[::steps_per_call]:
        if steps_per_call == 1:
            batch = game.batch(step)
        else:
            batch = _stacked([game.batch(step + more) for more in range(steps_per_call)])
        scalars = compiled(batch)
        for hook in hooks:
            hook(step + steps_per_call, state, scalars)
        if stop():
            break


def _stacked(batches: list[Arrays]) -> Arrays:
    return {name: np.stack([batch[name] for batch in batches]) for name in batches[0]}
