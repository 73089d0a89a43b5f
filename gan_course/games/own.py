"""Parts of a game that a student writes, in place of the library's: two networks, two updates.

In: functions of one's own. Out: what the game calls, checked before the first step; and what
recipe.json keeps of them. Networks come back from their description in Keras's words; updates are
needed to train, and not to look.
"""

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.base.graphs import through_autograph
from gan_course.games import step
from gan_course.games.description import described, drawing_from, remade
from gan_course.models import check_output
from gan_course.recipes.adversarial import Adversarial

Networks = Callable[[], tuple[keras.Model, ...]]
_LOSSES = {"d_update": "d_loss", "g_update": "g_loss"}
_PASSED = {"d_update": ("real", "latent", "seed", "labels"), "g_update": ("latent", "labels")}
_ASKED_FOR = ("seed", "labels")
_SHOWN = {"d_update": "(state, objective, real, latent)", "g_update": "(state, objective, latent)"}


@dataclass(frozen=True)
class Face:
    """One network as its game sees it.

    inputs: the shapes of what it is called with, one example each.
    check: raises InputError, with the network's name, if its output is not what the game needs.
    """

    name: str
    inputs: tuple[tuple[int, ...], ...]
    check: Callable[[keras.Model, str], None]


def networks(seed: int, build: Networks, faces: tuple[Face, ...]) -> tuple[keras.Model, ...]:
    """The networks of one's own, with the same first weights for the same seed.

    Args:
      build: () -> uncompiled Keras models, one for each of the faces.

    Raises:
      InputError: for what are no such models, and for shapes that are not the recipe's.
    """
    wanted = f"({', '.join(face.name for face in faces)})"
    if not callable(build):
        raise InputError(
            f"networks must be a function () -> {wanted}, got {build!r:.60}: it is called again "
            "for the mean of the weights"
        )
    with drawing_from(seed):
        return _checked(build(), faces, wanted)


def _checked(made, faces: tuple[Face, ...], wanted: str) -> tuple[keras.Model, ...]:
    if not (isinstance(made, tuple | list) and len(made) == len(faces)):
        raise InputError(f"networks() gave {made!r:.60}; wanted is {wanted}")
    for network, face in zip(made, faces, strict=True):
        _check(network, face)
    return tuple(_numbered(network, face.name) for network, face in zip(made, faces, strict=True))


def _numbered(network: keras.Model, name: str) -> keras.Model:
    """The same network as its description makes it, so that a checkpoint has the same names
    whatever else the process has built."""
    again = keras.models.model_from_json(described(network, name))
    for mine, theirs in zip(again.variables, network.variables, strict=True):
        mine.assign(theirs)
    return again


def _check(network: keras.Model, face: Face) -> None:
    if not isinstance(network, keras.Model) or not network.built:
        raise InputError(
            f"the {face.name} of networks() is {network!r:.60}; wanted is a Keras model that "
            f"begins with keras.Input({face.inputs[0]})"
        )
    found = tuple(tuple(each.shape[1:]) for each in network.inputs)
    if found != face.inputs:
        raise InputError(f"the {face.name} must take {_listed(face.inputs)}, not {_listed(found)}")
    face.check(network, face.name)


def _listed(shapes: tuple) -> str:
    return str(shapes[0]) if len(shapes) == 1 else f"a list of {' and '.join(map(str, shapes))}"


def ends_in(shape: tuple[int, ...], network: keras.Model, name: str) -> None:
    """The check of a face whose output has one shape."""
    check_output(network, shape, "one logit" if shape == (1,) else "an image", name)


def updates(recipe: Adversarial, d_update: Callable | None, g_update: Callable | None):
    """The updates that a step makes: `step.Updates`, with one's own in place of the library's.

    Each takes (state, objective, real, latent), the generator's (state, objective, latent), and
    after these, if it wants them, `seed` and `labels`; it moves its network, and returns its loss,
    or a dictionary with it.

    Raises:
      InputError: for what is no such function, and in a recipe that plays both at once.
    """
    given = {"d_update": d_update, "g_update": g_update}
    own = {name: update for name, update in given.items() if update is not None}
    if own and recipe.order == "simultaneous":
        raise InputError(
            f"order='simultaneous' makes both updates at once, and has no place for a "
            f"{min(own)} of your own; use recipe.changed(order='alternating')"
        )
    for name, update in own.items():
        if not callable(update):
            raise InputError(f"{name} must be a function {_SHOWN[name]}, got {update!r:.60}")
    made = {name: partial(_called, update, name) for name, update in own.items()}
    return step.LIBRARY._replace(**made)


def generators_update(update: Callable | None, passed: str) -> Callable | None:
    """One's own in a game from image to image: (state, objective, and the two `passed`) to G's
    loss, or a dictionary with it. Raises InputError for what is no function."""
    if update is None:
        return None
    if not callable(update):
        raise InputError(
            f"g_update must be a function (state, objective, {passed}), got {update!r:.60}"
        )
    return partial(_losses, update, "g_update")


def _called(update: Callable, name: str, state, objective, *tensors) -> dict:
    """With those of the tensors that it asks for."""
    known, passed = inspect.signature(update).parameters, _PASSED[name]
    tensors = dict(zip(passed, tensors, strict=True))
    first = [tensors.pop(each) for each in passed if each not in _ASKED_FOR]
    asked = {each: tensor for each, tensor in tensors.items() if each in known}

    return _losses(update, name, state, objective, *first, **asked)


def _losses(update: Callable, name: str, state, objective, *first, **asked) -> dict:
    """What the update returns, checked."""
    found = through_autograph(partial(update, state, objective))(*first, **asked)
    loss = _LOSSES[name]
    scalars = found if isinstance(found, dict) else {loss: found}
    if not tf.is_tensor(scalars.get(loss)) or scalars[loss].shape.rank != 0:
        raise InputError(
            f"{name} returns {found!r:.60}; wanted is its loss, one number, or a dictionary with "
            f"{loss!r}"
        )
    return scalars


def code_of(function: Callable | None) -> str | None:
    """What tells two functions apart in recipe.json: their code, whatever the comments and blanks;
    of one whose source is not known, its bytecode."""
    if function is None:
        return None
    try:
        source = textwrap.dedent(inspect.getsource(function))
        text = ast.dump(ast.parse(source))
    except (OSError, TypeError, SyntaxError):
        code = getattr(function, "__code__", None)
        text = repr((code.co_code, code.co_names)) if code else repr(type(function))
    return _short(text)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def identity(
    made: tuple[keras.Model, ...] | None,
    d_update: Callable | None = None,
    g_update: Callable | None = None,
) -> dict:
    """For recipe.json: the parts that are one's own, and what the networks are made again of; {}
    where there are none."""
    known: dict = {}
    if made is not None:
        with drawing_from(0):
            known["architecture"] = [described(each, each.name) for each in made]
        known["networks"] = [_short(each) for each in known["architecture"]]
    for name, update in (("d_update", d_update), ("g_update", g_update)):
        if update is not None:
            known[name] = code_of(update)
    return known


def kept(description: dict) -> dict:
    """The parts of one's own that a run's recipe.json can give back, for `game_of`."""
    architecture = description.get("architecture")
    return {} if architecture is None else {"networks": remade(architecture)}
