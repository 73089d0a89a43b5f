"""A network in Keras's words: what it is made again of, in another process.

In: a Keras model. Out: JSON without its weights, in which its parts are numbered, so that the same
network is always the same text, and its variables have the same names.
"""

import contextlib
import json
import random
from collections.abc import Callable, Iterator

import numpy as np

from gan_course.base.backend import keras
from gan_course.base.errors import InputError


@contextlib.contextmanager
def drawing_from(seed: int) -> Iterator[None]:
    """Whatever an initializer or a dropout layer draws in here follows from the seed; Python's and
    NumPy's own random numbers go on afterwards as if nothing had happened."""
    before = random.getstate(), np.random.get_state()
    keras.utils.set_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])


def described(network: keras.Model, name: str) -> str:
    """What Keras makes the same network of again, without its weights, as JSON: it is called
    `name`, and its parts are numbered. Keras itself counts on through a process.

    Raises:
      InputError: with the reason why Keras cannot make it again.
    """
    text = _renamed(network.to_json(), name)
    try:
        keras.models.model_from_json(text)
    except Exception as error:  # whatever a layer of one's own can raise
        raise InputError(
            f"Keras cannot make the {name} again from its description "
            f"({str(error).splitlines()[0]:.200}), so the run could not be opened; give a layer of "
            "your own a get_config and @keras.saving.register_keras_serializable(), and write one "
            "in place of a Lambda"
        ) from None
    return text


def _renamed(text: str, name: str) -> str:
    """Each part of a network has its class, its settings and a name; names are then referred to
    in lists [name, number, number]."""
    new: dict[str, str] = {}

    def find(part) -> None:
        if isinstance(part, dict):
            settings = part.get("config")
            called = settings.get("name") if isinstance(settings, dict) else None
            if isinstance(called, str) and not part["class_name"].endswith("Policy"):
                new.setdefault(called, f"{name}_{len(new)}" if new else name)
            part = list(part.values())
        if isinstance(part, list):
            for each in part:
                find(each)

    def rename(part):
        if isinstance(part, dict):
            return {
                key: new.get(value, value)
                if key == "name" and isinstance(value, str)
                else rename(value)
                for key, value in part.items()
            }
        if isinstance(part, list):
            if len(part) == 3 and isinstance(part[0], str) and isinstance(part[1], int):
                return [new.get(part[0], part[0]), *part[1:]]
            return [rename(each) for each in part]
        return part

    found = json.loads(text)
    find(found)
    return json.dumps(rename(found))


def remade(descriptions: list[str]) -> Callable[[], tuple[keras.Model, ...]]:
    """The function that makes the networks of such a description.

    Raises (when it is called):
      InputError: for a layer that this process does not know.
    """

    def build() -> tuple[keras.Model, ...]:
        try:
            return tuple(keras.models.model_from_json(each) for each in descriptions)
        except Exception as error:
            raise InputError(
                f"the run has networks of its own, and Keras cannot make them again "
                f"({str(error).splitlines()[0]:.200}); define the class of the layer first, with "
                "@keras.saving.register_keras_serializable()"
            ) from None

    return build
