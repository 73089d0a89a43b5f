"""What the functions of an objective must keep to, tried on a few logits before the first step.

In: an objective, perhaps of a student's own. Out: the names that its step logs, its reference
lines; or an InputError that names the function, what it gave and what is wanted. A broadcast
(batch, 1) against (batch,) gives a (batch, batch) matrix and trains without an error: here it
shows.
"""

import inspect
from collections.abc import Callable

import numpy as np

from gan_course.base.backend import tf
from gan_course.base.errors import InputError

_REAL, _FAKE = [[-2.0], [0.0], [1.5]], [[0.5], [-1.0], [2.0]]
_FIRST = ("d_loss", "g_loss")
_OF_PENALTY = ("penalty", "gradient_norm")
# Columns that a history has, or may have, without the scores.
_TAKEN = ("step", "images", "seconds", *_FIRST, *_OF_PENALTY, "distance", "loss")


def check(objective) -> None:
    """Try every function of the objective, eagerly, so that an error shows the line it is in.

    Raises:
      InputError: for a function that takes other arguments, or gives something else than it must.
    """
    real, fake = tf.constant(_REAL), tf.constant(_FAKE)
    for name, arguments in (("d_loss", (real, fake)), ("g_loss", (fake,))):
        _check_tensor(objective, name, _called(objective, name, *arguments), real.shape)
    if objective.penalty is not None:
        images = tf.reshape(tf.range(24.0) / 24.0, [2, 3, 2, 2, 1])
        where = objective.penalty.at(images[0], images[1], tf.constant([1, 2]))
        _check_tensor(objective, "penalty.at", where, images[0].shape)
        norm = tf.constant([0.5, 1.0, 2.0])
        _check_tensor(objective, "penalty.cost", objective.penalty.cost(norm), norm.shape)
    _check_scores(objective, _called(objective, "scores", real, fake))


def scalar_names(objective) -> tuple[str, ...]:
    """What a step of this game logs, the losses first."""
    scores = objective.scores(tf.constant(_REAL), tf.constant(_FAKE))
    penalty = () if objective.penalty is None else _OF_PENALTY
    return (*_FIRST, *penalty, *scores)


def reference_lines(objective) -> dict[str, float]:
    """Where curves come to rest: d_loss and g_loss against a D that cannot tell, the norm of its
    gradient at which a penalty costs least.

    Such a D gives every image one logit u, the best it can: where d_loss(u, u) is smallest; of
    several the one nearest to 0. In a cross-entropy game that is 0 (2 ln 2 and ln 2), in least
    squares 1/2 (1/4 and 1/8). Where there is no u in [-8, 8], there are no lines for the losses.

    Args:
      objective: before its labels are smoothed, which would move u away from a guess.
    """
    lines = _undecided(objective)
    if objective.penalty is not None:
        norms = tf.range(0.0, 4.0, 1 / 64)
        lines["gradient_norm"] = float(norms[int(tf.argmin(objective.penalty.cost(norms)))])
    return lines


def _undecided(objective) -> dict[str, float]:
    axis = np.arange(-512, 513, dtype=np.float32) / 64

    def both(u):
        return objective.d_loss(u, u), objective.g_loss(u)

    def each(logits):  # one logit at a time: some losses look at the mean of the batch
        kinds = (tf.TensorSpec([1, 1]), tf.TensorSpec([1, 1]))
        return tf.map_fn(both, logits, fn_output_signature=kinds)

    costs = tf.function(each).get_concrete_function(tf.TensorSpec([len(axis), 1, 1]))
    d_loss, g_loss = (c.numpy().ravel() for c in costs(tf.constant(axis.reshape(-1, 1, 1))))
    best = np.flatnonzero(d_loss <= d_loss.min() + 1e-6)
    place = best[np.abs(axis[best]).argmin()] if len(best) else 0
    if place in (0, len(axis) - 1):
        return {}
    return {"d_loss": float(d_loss[place]) + 0.0, "g_loss": float(g_loss[place]) + 0.0}  # no -0


def cannot_take(function: Callable, *arguments) -> str | None:
    """Why a call with so many arguments would fail; None if it would not, or nobody can tell."""
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError as error:
        return str(error)
    except ValueError:  # some built-in functions do not tell what they take
        return None
    return None


def _called(objective, name: str, *arguments):
    function = getattr(objective, name)
    if not callable(function):
        raise InputError(f"{name} of objective {objective.name!r} is no function: {function!r}")
    if why := cannot_take(function, *arguments):
        wanted = "(fake_logits)" if len(arguments) == 1 else "(real_logits, fake_logits)"
        raise InputError(f"{name} of objective {objective.name!r} must take {wanted}: {why}")
    return function(*arguments)


def _check_tensor(objective, name: str, found, shape) -> None:
    kind = {"penalty.cost": "(batch,)", "penalty.at": "the shape of the images"}
    wanted = f"one loss for each example, {kind.get(name, '(batch, 1)')}, of float32"
    what = f"{name} of objective {objective.name!r} gave"
    if not tf.is_tensor(found):
        raise InputError(f"{what} {type(found).__name__}, no tensor; wanted is {wanted}")
    if tuple(found.shape) != tuple(shape) or found.dtype != tf.float32:
        raise InputError(
            f"{what} {found.dtype.name} of shape {tuple(found.shape)} for {shape[0]} examples; "
            f"wanted is {wanted}" + _hint(found, shape)
        )


def _hint(found, shape) -> str:
    batch = shape[0]
    if found.shape.rank == 0:
        return " (the step takes the mean itself)"
    if tuple(found.shape) == (batch, batch):
        return f" ({(batch,)} against {(batch, 1)} makes a matrix: keep the last axis)"
    return ""


def _check_scores(objective, scores) -> None:
    what = f"scores of objective {objective.name!r}"
    if not isinstance(scores, dict):
        raise InputError(
            f"{what} must give a dictionary, name -> scalar, got {type(scores).__name__}"
        )
    for name, value in scores.items():
        if not (isinstance(name, str) and name.isidentifier()):
            raise InputError(
                f"{what} has the name {name!r}, which cannot head a column of history.csv; "
                "use letters, digits and _, as in d_real"
            )
        if name in _TAKEN:
            raise InputError(f"{what} has the name {name!r}, which is taken; choose another")
        if np.shape(value) != ():
            raise InputError(
                f"{what} gives {name!r} the shape {tuple(np.shape(value))}; wanted is one number, "
                "such as tf.reduce_mean of it"
            )
