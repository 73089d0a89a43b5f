"""TrainState: everything that changes while a GAN trains, saved and restored bit for bit.

In: a recipe, or an open file. Out: the networks, their optimizers and the step count.
A checkpoint is one NumPy archive with every variable: weights, the moving averages of batch
normalisation, Adam's moments, and the counters of the dropout layers. (`save_weights` and
`tf.train.Checkpoint(model=...)` leave those counters out, and a resumed run then differs.)
"""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from gan_course.base.archives import read_arrays
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError, TrainingDiverged
from gan_course.games import optimizers
from gan_course.games.averaging import WeightAverage
from gan_course.models import build
from gan_course.recipes.schema import Recipe

Scalars = dict[str, tf.Tensor]  # what one step logs


@dataclass
class TrainState:
    """The two networks, one optimizer for each, and how many steps they have made."""

    generator: keras.Model
    discriminator: keras.Model
    g_optimizer: keras.optimizers.Optimizer
    d_optimizer: keras.optimizers.Optimizer
    step: tf.Variable  # int64 scalar
    average: WeightAverage | None = None  # of the generator's weights, where the recipe has one

    @property
    def sampler(self) -> keras.Model:
        """The generator that pictures and measures are made with."""
        return self.generator if self.average is None else self.average.network

    def variables(self) -> dict[str, tf.Variable]:
        """Every variable under a name that does not depend on what else the process has built."""
        named = {"step": self.step}
        for part in ("generator", "discriminator", "g_optimizer", "d_optimizer"):
            for number, variable in enumerate(getattr(self, part).variables):
                named[f"{part}/{number:03d}_{variable.name}"] = variable.value
        if self.average is not None:
            for number, variable in enumerate(self.average.network.variables):
                named[f"average/{number:03d}_{variable.name}"] = variable.value
        return named


def create(recipe: Recipe) -> TrainState:
    """A fresh state: the same recipe and seed give the same weights."""
    generator, discriminator = build(recipe)
    average = None
    if recipe.ema_decay > 0:
        average = WeightAverage(build(recipe)[0], recipe.ema_decay)
    return TrainState(
        generator=generator,
        discriminator=discriminator,
        g_optimizer=optimizers.make(recipe, recipe.g_learning_rate, recipe.steps, generator),
        d_optimizer=optimizers.make(
            recipe, recipe.d_learning_rate, recipe.steps * recipe.d_steps, discriminator
        ),
        step=tf.Variable(0, dtype=tf.int64, trainable=False),
        average=average,
    )


def save(state: TrainState, file: BinaryIO) -> None:
    """Write the state into an open binary file.

    Raises:
      TrainingDiverged: if a value is not finite; nothing has been written then.
    """
    arrays = {name: variable.numpy() for name, variable in state.variables().items()}
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise TrainingDiverged(f"{name} holds NaN or infinity at step {arrays['step']}")
    np.savez(file, **arrays)


def restore(state: TrainState, file: Path) -> None:
    """Set the state to what `save` wrote. All or nothing: on an error it stays as it was.

    Raises:
      InputError: if the file is damaged, or holds other variables than this state has.
    """
    variables = state.variables()
    arrays = read_arrays(file)
    found = {name: f"{array.dtype.name} {array.shape}" for name, array in arrays.items()}
    expected = {name: f"{v.dtype.name} {tuple(v.shape)}" for name, v in variables.items()}
    if found != expected:
        name = next(n for n in [*expected, *found] if found.get(n) != expected.get(n))
        raise InputError(
            f"{file} is of other networks: {name} is {found.get(name, 'missing')}, "
            f"expected {expected.get(name, 'nothing')}"
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])
