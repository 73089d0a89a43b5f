"""State: everything that changes while a game is played, saved and restored bit for bit.

In: the fields of a game's own state, or an open file. Out: every variable by name, in one NumPy
archive: weights, the moving averages of batch normalisation, Adam's moments, and the counters of
the dropout layers. (`save_weights` and `tf.train.Checkpoint(model=...)` leave those counters out,
and a resumed run then differs.)
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from gan_course.base.archives import read_arrays
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError, TrainingDiverged

Scalars = dict[str, tf.Tensor]  # what one step logs


@dataclass
class State:
    """How many steps have been made. A game's own state adds its players as fields.

    A field is a variable, or a thing with `variables` (a network, an optimizer), or None.
    """

    step: tf.Variable  # int64 scalar

    def variables(self) -> dict[str, tf.Variable]:
        """Every variable under a name that does not depend on what else the process has built."""
        return {
            name: variable
            for field in dataclasses.fields(self)
            for name, variable in _named(field.name, getattr(self, field.name))
        }

    def networks(self) -> dict[str, keras.Model]:
        """What a finished run saves for plain Keras: file name -> network."""
        return {}


def first_step() -> tf.Variable:
    """The count of steps of a fresh state."""
    return tf.Variable(0, dtype=tf.int64, trainable=False)


def _named(field: str, part) -> list[tuple[str, tf.Variable]]:
    if part is None:
        return []
    if isinstance(part, tf.Variable):
        return [(field, part)]
    return [
        (f"{field}/{number:03d}_{variable.name}", variable.value)
        for number, variable in enumerate(part.variables)
    ]


def save(state: State, file: BinaryIO) -> None:
    """Write the state into an open binary file.

    Raises:
      TrainingDiverged: if a value is not finite; nothing has been written then.
    """
    arrays = {name: variable.numpy() for name, variable in state.variables().items()}
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise TrainingDiverged(f"{name} holds NaN or infinity at step {arrays['step']}")
    np.savez(file, **arrays)


def restore(state: State, file: Path) -> None:
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
            f"{file} is of different networks: {name} is {found.get(name, 'missing')}, "
            f"expected {expected.get(name, 'nothing')}"
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])
