"""Compare what a student writes with what the library does: by behaviour, not by text.

In: the student's function and the library's. Out: one printed line with the largest difference,
or a `Mismatch` with what is wrong and where. Names, comments and order of the code stay free.
"""

from collections.abc import Callable, Mapping

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.games.objectives import Objective
from gan_course.games.penalties import Penalty
from gan_course.recipes.adversarial import Adversarial
from gan_course.teaching.diagnosis import diagnosis
from gan_course.teaching.mismatch import Mismatch, name_of, own_errors
from gan_course.teaching.movement import STEPS, check_signature, ratio, walk


def same_objective(mine: Objective, library: Objective, tolerance: float = 1e-5) -> None:
    """Compare two objectives on a grid of logits from -8 to 8.

    Raises:
      Mismatch: with the logits at which they differ most; or if the losses differ in shape, or one
        stops with an error.
    """
    axis = np.linspace(-8, 8, 33, dtype=np.float32)
    real, fake = (tf.constant(axes.reshape(-1, 1)) for axes in np.meshgrid(axis, axis))
    for name, arguments in (("d_loss", (real, fake)), ("g_loss", (fake,))):
        theirs = getattr(library, name)(*arguments).numpy()
        ours = _values(getattr(mine, name, None), name, theirs.shape, *arguments)
        difference = np.abs(ours - theirs).ravel()
        worst = int(difference.argmax())
        if not difference[worst] <= tolerance:
            where = ", ".join(f"{float(a[worst, 0]):g}" for a in arguments)
            exchanged = getattr(library, name)(*arguments[::-1]).numpy()
            raise Mismatch(
                f"{name} at logits ({where}) is {ours[worst, 0]:.6g}, "
                f"expected {theirs[worst, 0]:.6g}{_everywhere(ours, theirs, exchanged)}"
            )
        print(f"{name}: the same, largest difference {difference[worst]:.1e}")


def same_penalty(mine: Penalty, library: Penalty, tolerance: float = 1e-5) -> None:
    """Compare two penalties on a small convolutional critic with random weights and images.

    Raises:
      Mismatch: with the first example at which they differ; or if the penalties differ in shape,
        or if one stops with an error.
    """
    weights = keras.initializers.RandomNormal(stddev=0.3, seed=0)
    critic = keras.Sequential(
        [
            keras.Input((8, 6, 3)),
            keras.layers.Conv2D(4, 3, activation="tanh", kernel_initializer=weights),
            keras.layers.Flatten(),
            keras.layers.Dense(1, kernel_initializer=weights),
        ]
    )
    real, fake = tf.random.stateless_uniform([2, 16, 8, 6, 3], [1, 2], minval=-1.0)
    seed = tf.constant([3, 4])
    theirs = library(critic, real, fake, seed).numpy()
    if isinstance(mine, Penalty):
        _values(mine.at, "the penalty's `at`", tuple(real.shape), real, fake, seed)
    ours = _values(mine, "the penalty", theirs.shape, critic, real, fake, seed)
    for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if not abs(one - other) <= tolerance:
            raise Mismatch(
                f"the penalty of example {number} is {one:.6g}, expected {other:.6g}"
                f"{_everywhere(ours, theirs)}"
            )
    print(f"the same penalty, largest difference {np.abs(ours - theirs).max():.1e}")


def _values(function: Callable, name: str, shape: tuple[int, ...], *arguments) -> np.ndarray:
    """What the student's function returns for these arguments.

    Raises:
      Mismatch: if that is no array of this shape, or the function stops with an error.
    """
    if not callable(function):
        raise Mismatch(f"{name} must be a function, got {function!r}")
    with own_errors(function, name):
        found = function(*arguments)
        if found is None:
            raise Mismatch(f"{name} returns None, expected shape {shape}; is its `return` missing?")
        if isinstance(found, (tuple, list, dict)):
            kind = f"a {type(found).__name__} of {len(found)}"
            raise Mismatch(f"{name} returns {kind}, expected one tensor of shape {shape}")
        values = np.asarray(found)
    if values.dtype.kind not in "fiub":
        raise Mismatch(f"{name} returns {type(found).__name__}, expected a tensor of shape {shape}")
    if values.shape != shape:
        raise Mismatch(f"{name} has shape {values.shape}, expected {shape}{_why(values, shape)}")
    return values.astype(float) if values.dtype.kind in "iub" else values


def same_values(
    found,
    expected: np.ndarray,
    what: str = "the result",
    slips: Mapping[str, np.ndarray] | None = None,
    tolerance: float = 1e-5,
) -> None:
    """Compare numbers of any shape.

    Args:
      slips: what is wrong, in words -> the numbers that come of it.

    Raises:
      Mismatch: with the slip, a factor or a sign where the whole differs by one, or else the place
        in which they differ most; or if the shapes differ.
    """
    expected = np.asarray(expected, dtype=float)
    if found is None:
        raise Mismatch(f"{what} is None; is its `return` missing?")
    values = np.asarray(found)
    if values.dtype.kind not in "fiub":
        raise Mismatch(f"{what} is {type(found).__name__}, expected numbers {expected.shape}")
    values = values.astype(float)
    for words, wrong in (slips or {}).items():
        wrong = np.asarray(wrong, dtype=float)
        if values.shape == wrong.shape and np.allclose(values, wrong, atol=tolerance):
            raise Mismatch(f"{what}: {words}")
    if values.shape != expected.shape:
        why = _why(values, expected.shape) if expected.ndim else ""
        raise Mismatch(f"{what} has shape {values.shape}, expected {expected.shape}{why}")
    difference = np.nan_to_num(np.abs(values - expected), nan=np.inf)
    if not difference.size or difference.max() <= tolerance:
        return
    worst = np.unravel_index(int(difference.argmax()), difference.shape)
    where = f" at {tuple(map(int, worst))}" if worst else ""
    raise Mismatch(
        f"{what}{where} is {values[worst]:.6g}, expected {expected[worst]:.6g}"
        f"{_everywhere(values, expected)}"
    )


def _why(values: np.ndarray, shape: tuple[int, ...]) -> str:
    """The slip that leads to such a shape, in words."""
    batch = shape[0]
    reasons = {
        (): ": one number for each example; a mean or a sum over the batch is left to the caller",
        (batch,): ": one row for each example, in a column; is an axis lost in a sum or a squeeze?",
        (batch, 1): ": a vector, one number for each example; keep no axis of size 1",
        (
            batch,
            batch,
        ): f": a vector ({batch},) and a column ({batch}, 1) make a table of all pairs",
    }
    return reasons.get(values.shape, "")


def _everywhere(ours: np.ndarray, theirs: np.ndarray, exchanged: np.ndarray | None = None) -> str:
    """A difference of one kind in all places: a factor, a sign, or exchanged arguments."""
    if (
        exchanged is not None
        and exchanged is not theirs
        and np.allclose(ours, exchanged, atol=1e-5)
    ):
        return ": real and fake are exchanged"
    factor = ratio(ours.ravel(), theirs.ravel(), error=1e-4)
    if factor is None or abs(factor - 1) < 1e-3:
        return ""
    if abs(factor + 1) < 1e-3:
        return ": everywhere the opposite, its sign is wrong"
    return f": everywhere {float(f'{factor:.3g}')} times as much"


def same_update(
    mine: Callable, library: Callable, recipe: Adversarial, tolerance: float = 1e-6
) -> None:
    """Compare two updates of one of the networks: weights equal after three steps.

    Both start from the same weights, with the same images and noise, and both are compiled (eager
    and compiled arithmetic differ in the last digits). The optimizers are plain SGD: Adam divides
    a gradient by its size, and would hide a loss that is wrong by a factor. Labels are not
    smoothed, so that the loss is the paper's; penalty and clipping are those of the recipe.

    Args:
      mine, library: take (state, objective, latent) as `step.generator_update` does, or
        (state, objective, real, latent), or these and a seed for the penalty.

    Raises:
      Mismatch: with the slip, as far as the movement tells it, and the variable in which they
        differ most; or with the line at which the student's function stops.
    """
    check_signature(mine)
    plain = recipe.changed(
        optimizer="sgd", beta_1=None, g_learning_rate=0.05, d_learning_rate=0.05, real_label=1.0
    )
    with own_errors(mine):
        ours = walk(mine, plain)
    theirs = walk(library, plain)
    differences = {
        name: float(np.nan_to_num(np.abs(ours.end[name] - end).max(), nan=np.inf))
        for name, end in theirs.end.items()
    }
    worst = max(differences, key=differences.get)
    if not differences[worst] <= tolerance:
        raise Mismatch(
            f"{name_of(mine)}: {diagnosis(ours, theirs, library, plain, recipe)} "
            f"(after {STEPS} steps {worst} differs by {differences[worst]:.2g}, "
            f"more than {tolerance:g}; {_count_differing(differences, tolerance)})"
        )
    print(
        f"the same update: after {STEPS} steps the largest difference in "
        f"{len(differences)} variables is {differences[worst]:.1e}"
    )


def _count_differing(differences: dict[str, float], tolerance: float) -> str:
    wrong = [name for name, difference in differences.items() if not difference <= tolerance]
    return f"{len(wrong)} of {len(differences)} variables differ"
