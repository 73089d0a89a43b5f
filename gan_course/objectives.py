"""What each player minimises, as functions of discriminator logits.

In: logits of shape (batch, 1). Out: one loss per example, same shape.
The step takes the mean. Nothing here knows networks, steps or files.

D(x) = sigmoid(logit) is the probability that x is real. With softplus(l) = log(1 + e^l),
  -log D     = softplus(-l)
  -log(1-D)  = softplus(l)
which is how the losses are computed: no probability is ever rounded to 0 before its logarithm.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from gan_course.backend import tf
from gan_course.errors import InputError, unknown_name


@dataclass(frozen=True)
class Objective:
    """One game: what the discriminator and what the generator minimise.

    d_loss: (real logits, fake logits) -> loss per example, all (batch, 1).
    g_loss: (fake logits) -> loss per example.
    """

    d_loss: Callable
    g_loss: Callable
    name: str = "custom"


def cross_entropy_d_loss(real_logits, fake_logits, real_label: float = 1.0):
    """-log D(x) - log(1 - D(G(z))): the sum of the two binary cross-entropies.

    `real_label` below 1 is one-sided label smoothing (Salimans et al. 2016, arXiv:1606.03498,
    section 3.4): the cross-entropy of a real image with target t is -t log D - (1-t) log(1-D).

    Source: Goodfellow et al. 2014, arXiv:1406.2661, equation 1 and Algorithm 1.
    """
    on_real = real_label * tf.nn.softplus(-real_logits)
    on_real += (1.0 - real_label) * tf.nn.softplus(real_logits)
    on_fake = tf.nn.softplus(fake_logits)
    return on_real + on_fake


def minimax_g_loss(fake_logits):
    """log(1 - D(G(z))), as in equation 1. Flat where D is sure: the gradient vanishes there."""
    return -tf.nn.softplus(fake_logits)


def non_saturating_g_loss(fake_logits):
    """-log D(G(z)): the same fixed point, and steep where D is sure (section 3 of the paper)."""
    return tf.nn.softplus(-fake_logits)


NON_SATURATING = Objective(cross_entropy_d_loss, non_saturating_g_loss, "non_saturating")
MINIMAX = Objective(cross_entropy_d_loss, minimax_g_loss, "minimax")

OBJECTIVES = {objective.name: objective for objective in (NON_SATURATING, MINIMAX)}


def with_real_label(objective: Objective, real_label: float) -> Objective:
    """The objective with the target of real images set to `real_label` (1.0 changes nothing).

    Raises:
      InputError: if its `d_loss` takes no `real_label`, so that the value would be ignored.
    """
    if real_label == 1.0:
        return objective
    if "real_label" not in inspect.signature(objective.d_loss).parameters:
        raise InputError(
            f"real_label={real_label} smooths a cross-entropy, but the d_loss of objective "
            f"{objective.name!r} takes no real_label; set real_label=1.0 in the recipe"
        )
    return replace(objective, d_loss=partial(objective.d_loss, real_label=real_label))


def fingerprint(objective: Objective) -> list[str]:
    """The losses at three pairs of logits: tells two objectives of one name apart."""
    real, fake = tf.constant([[-2.0], [0.0], [1.5]]), tf.constant([[0.5], [-1.0], [2.0]])
    losses = tf.concat([objective.d_loss(real, fake), objective.g_loss(fake)], axis=0)
    return [f"{float(loss):.4g}" for loss in losses[:, 0]]


def find(name: str) -> Objective:
    """The objective of that name; an unknown one gets a "did you mean"."""
    if name not in OBJECTIVES:
        raise unknown_name("objective", name, OBJECTIVES)
    return OBJECTIVES[name]
