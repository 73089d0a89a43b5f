"""Slips that students make, played by the library's own update with one thing changed.

In: the steps of both updates. Out: the slip whose first step is the student's, if one is. It is
looked for only where two updates are known to differ.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from gan_course.base.backend import tf
from gan_course.games.adversarial import Players, start
from gan_course.games.objectives import OBJECTIVES, Objective, of_recipe, with_real_label
from gan_course.recipes.adversarial import Adversarial
from gan_course.teaching.movement import NETWORKS, Walk, arrays, call, inputs


class _WithoutTraining:
    """A network that is called as if `training=True` had been left out: always, or in one call."""

    def __init__(self, network, which: int | None = None):
        self._network = network
        self._which = which
        self._calls = 0

    def __call__(self, images, training=None):
        forgotten = self._which in (None, self._calls)
        self._calls += 1
        return self._network(images, training=training and not forgotten)

    def __getattr__(self, name):
        return getattr(self._network, name)


def known_slip(
    ours: Walk,
    theirs: Walk,
    library: Callable,
    plain: Adversarial,
    recipe: Adversarial,
    error: float = 3e-3,
) -> str:
    """What the slip is, in words that follow the name of the student's function; "" if unknown.

    Args:
      plain: the recipe of both walks; recipe: the one that it was made from.
      error: of two first steps that count as the same, as a share of their length; the slip must
        also be ten times nearer to the student's step than to the right one.
    """
    train_state = start(plain)
    ours_moved, theirs_moved = (walk.movement(*walk.trainable) for walk in (ours, theirs))
    allowed = error * np.linalg.norm(ours_moved)
    for words, changed, objective in _slips(train_state, plain, recipe):
        for name, variable in train_state.variables().items():
            variable.assign(ours.moments[0][name])
        call(library, changed, objective, *inputs(plain, 0))
        made = Walk(ours.trainable, (ours.moments[0], arrays(train_state)))
        moved = made.movement(*made.trainable)
        away = np.linalg.norm(moved - ours_moved)
        if away <= min(allowed, 0.1 * np.linalg.norm(moved - theirs_moved)):
            return words
    return ""


def _slips(
    train_state: Players, plain: Adversarial, recipe: Adversarial
) -> Iterator[tuple[str, Players, Objective]]:
    """What the slip is; the state and the objective with which the library would make it."""
    objective = of_recipe(plain)
    for words, changed in _objectives(objective, recipe):
        yield words, train_state, changed
    for parts in (*((part,) for part in NETWORKS), NETWORKS):
        without = {part: _WithoutTraining(getattr(train_state, part)) for part in parts}
        called = " and ".join(f"state.{part}" for part in parts)
        yield f"calls {called} without training=True", replace(train_state, **without), objective
    for which, images in enumerate(("real", "fake")):
        changed = replace(
            train_state, discriminator=_WithoutTraining(train_state.discriminator, which)
        )
        yield f"calls state.discriminator without training=True for {images}", changed, objective


def _objectives(right: Objective, recipe: Adversarial) -> Iterator[tuple[str, Objective]]:
    yield (
        "takes real images for fakes and fakes for real images: the labels are swapped",
        replace(right, d_loss=lambda real, fake: right.d_loss(fake, real)),
    )
    yield (
        "trains the generator with the label of fakes: it wants its fakes taken for real images",
        replace(right, g_loss=lambda fake: right.d_loss(tf.zeros_like(fake), fake)),
    )
    if right.penalty is not None:
        yield "leaves out the penalty", replace(right, penalty=None, penalty_weight=0.0)
        yield (
            f"forgets the penalty's weight of {right.penalty_weight:g}",
            replace(right, penalty_weight=1.0),
        )
    if recipe.real_label < 1 and recipe.objective in ("non_saturating", "minimax"):
        yield (
            f"smooths the labels of real images to {recipe.real_label:g}, expected 1, as in the "
            "paper: the library smooths them outside the update",
            with_real_label(right, recipe.real_label),
        )
    for other in OBJECTIVES.values():
        yield (
            f"has the loss of the {other.name} game, expected that of the {right.name} game",
            replace(right, d_loss=other.d_loss, g_loss=other.g_loss),
        )
