"""Which slip made an update differ from the library's: told by how the weights move.

In: the steps of both updates. Out: a few words. Nothing here reads what the student wrote.
"""

from collections.abc import Callable

import numpy as np

from gan_course.recipes.adversarial import Adversarial
from gan_course.teaching.movement import NETWORKS, Walk, ratio
from gan_course.teaching.slips import known_slip

_OTHER = {"generator": "discriminator", "discriminator": "generator"}


def diagnosis(
    ours: Walk, theirs: Walk, library: Callable, plain: Adversarial, recipe: Adversarial
) -> str:
    """What is wrong, in words that follow the name of the student's function.

    Args:
      plain: the recipe of both walks; recipe: the one that it was made from.
    """
    return (
        _not_finite(ours)
        or _other_networks(ours, theirs)
        or _applied_twice(ours, theirs)
        or _clipped_elsewhere(ours, theirs, plain)
        or _called_too_often(ours, theirs)
        or _left_out(ours, theirs)
        or _multiple(ours, theirs, plain)
        or known_slip(ours, theirs, library, plain, recipe)
        or _direction(ours, theirs)
    )


def _not_finite(ours: Walk) -> str:
    for number, moment in enumerate(ours.moments):
        for name in ours.trainable:
            if not np.isfinite(moment[name]).all():
                return (
                    f"{name} is NaN or infinite after step {number}: look for the logarithm or the "
                    "root of 0, or a division by 0"
                )
    return ""


def _moving(walk: Walk) -> list[str]:
    return [n for n in NETWORKS if walk.weights(n) and walk.movement(*walk.weights(n)).any()]


def _other_networks(ours: Walk, theirs: Walk) -> str:
    moved, wanted = _moving(ours), _moving(theirs)
    if moved == wanted:
        return ""
    if not moved:
        part = wanted[0]
        apply = f"state.{part[0]}_optimizer.apply(gradients, weights)"
        return f"nothing moves: no weight changes in a step; does it call {apply}?"
    alone = f"give the optimizer state.{wanted[0]}.trainable_variables alone"
    if not set(moved) & set(wanted):
        return f"moves the {moved[0]} instead of the {wanted[0]}: {alone}"
    if len(wanted) > 1:
        return f"moves the {moved[0]}, and not the {_OTHER[moved[0]]}"
    return f"moves the {_OTHER[wanted[0]]} too, which must stand still in this update: {alone}"


def _applied_twice(ours: Walk, theirs: Walk) -> str:
    for name, wanted in theirs.moments[1].items():
        found = ours.moments[1][name]
        if name.endswith("_iteration") and found > wanted > 0:
            part = name.split("/")[0]
            return f"applies gradients {found} times in a step with state.{part}, expected {wanted}"
    return ""


def _clipped_elsewhere(ours: Walk, theirs: Walk, recipe: Adversarial) -> str:
    if recipe.clip is None:
        return ""
    names = theirs.weights("discriminator")
    found, wanted = (max(np.abs(w.moments[1][n]).max() for n in names) for w in (ours, theirs))
    if abs(wanted / recipe.clip - 1) > 0.01 or abs(found / wanted - 1) <= 0.01:
        return ""
    return (
        f"weights of the discriminator reach {found:.3g} after a step, expected the clip of "
        f"{recipe.clip:g}: are they clipped after the update?"
    )


def _called_too_often(ours: Walk, theirs: Walk) -> str:
    """The weights are right, but not the moving averages, or the counters of dropout."""
    if _first_wrong(ours, theirs) == 1:
        return ""
    for network in NETWORKS:
        for name, wanted in theirs.moments[1].items():
            kept = name.startswith(network) and name not in theirs.trainable
            if kept and not np.allclose(ours.moments[1][name], wanted, atol=1e-6):
                return (
                    f"moves the weights right, but calls state.{network} with training=True more "
                    f"or less often than the library: {name.split('/')[1]} differs"
                )
    return ""


def _first_wrong(ours: Walk, theirs: Walk) -> int:
    """The first step after which the weights differ; past the last one if none does.

    Equal means: within rounding, and within a small part of the movement.
    """
    for step, (one, other) in enumerate(zip(ours.moments, theirs.moments, strict=True)):
        off = max(np.abs(one[n] - other[n]).max() for n in theirs.trainable)
        moved = max(np.abs(other[n] - theirs.moments[0][n]).max() for n in theirs.trainable)
        if off > max(1e-7, 1e-4 * moved):
            return step
    return len(theirs.moments)


def _left_out(ours: Walk, theirs: Walk, least: float = 1e-6) -> str:
    """Weights that stand still although the others of their network move."""
    still = [
        name
        for name in theirs.trainable
        if np.abs(theirs.movement(name)).max() > least and not ours.movement(name).any()
    ]
    if not still:
        return ""
    return f"{', '.join(still)} {'stand' if len(still) > 1 else 'stands'} still, and should move"


def _multiple(ours: Walk, theirs: Walk, recipe: Adversarial) -> str:
    """The first step that is wrong is a multiple of the right one."""
    step = _first_wrong(ours, theirs)
    if step == len(theirs.moments):
        return ""
    since = "" if step == 1 or recipe.clip else f"step 1 is right; from step {step} on "
    for network in _moving(theirs):
        names = theirs.weights(network)
        one, other = (walk.movement(*names, step=step) for walk in (ours, theirs))
        if recipe.clip:  # a clipped weight has not moved by what its gradient says
            ends = [
                np.concatenate([w.moments[step][n].ravel() for n in names]) for w in (ours, theirs)
            ]
            inside = (np.abs(ends) < 0.999 * recipe.clip).all(axis=0)
            one, other = one[inside], other[inside]
        factor = ratio(one, other)
        if factor is not None and abs(factor - 1) > 0.01:
            return since + _of_factor(factor, network, recipe.batch_size)
    return ""


def _of_factor(factor: float, network: str, batch: int) -> str:
    size = float(f"{abs(factor):.3g}")  # prints as 2.0 where it is a whole number
    if factor < 0:
        length = "" if abs(size - 1) < 0.01 else f", and every update is {size} times as long"
        return (
            f"the {network} climbs instead of descending, it moves the opposite way{length}: the "
            "sign of its loss is wrong, or its labels are swapped"
        )
    if factor > 1:
        length, why = f"{size} times too long", "is it a sum, where a mean is wanted?"
    else:
        length = f"{'half' if size == 0.5 else f'{size} times'} as long as it should be"
        why = "is it a mean, where a sum is wanted?"
    if abs(factor / batch - 1) < 0.01:
        why = f"{batch} is the batch size, so the loss is summed, where its mean is wanted"
    elif abs(factor * batch - 1) < 0.01:
        why = f"{batch} is the batch size, so the mean is divided by it once more"
    return f"every update of the {network} is {length}: {why}"


def _direction(ours: Walk, theirs: Walk) -> str:
    """How the first wrong step differs, where no slip is known that does it."""
    step = _first_wrong(ours, theirs)
    if step == len(theirs.moments):
        return "moves the weights right, up to rounding, but not all variables"
    if step > 1:
        return f"step 1 is right, but step {step} is not: does it keep something from the last one?"
    network = _moving(theirs)[0]
    names = theirs.weights(network)
    one, other = ours.movement(*names), theirs.movement(*names)
    length, right = np.linalg.norm(one), np.linalg.norm(other)
    return (
        f"the first step of the {network} is {length / right:.3g} times as long as it should be, "
        f"with a cosine of {one @ other / (length * right):.3f} to the right one"
    )
