"""What each player minimises, as functions of discriminator logits.

In: logits of shape (batch, 1). Out: one loss per example, same shape.
The step takes the mean. Nothing here knows networks, steps or files.

In a cross-entropy game D(x) = sigmoid(logit) is the probability that x is real. With
softplus(l) = log(1 + e^l),
  -log D     = softplus(-l)
  -log(1-D)  = softplus(l)
which is how the losses are computed: no probability is ever rounded to 0 before its logarithm.
In the other games the logit is a score and no probability; their discriminator is a *critic*.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from gan_course.base.backend import tf
from gan_course.base.errors import InputError, unknown_name
from gan_course.base.graphs import through_autograph
from gan_course.games import contract
from gan_course.games.penalties import PENALTIES, Penalty
from gan_course.games.scores import margins, probabilities, wasserstein_estimate
from gan_course.recipes.adversarial import Adversarial
from gan_course.recipes.translating import Translating


@dataclass(frozen=True)
class Objective:
    """One game: what the discriminator and what the generator minimise.

    d_loss: (real logits, fake logits) -> loss per example, all (batch, 1).
    g_loss: (fake logits) -> loss per example.
    scores: (real logits, fake logits) -> named scalars for the history.
    penalty: added to the discriminator's loss, `penalty_weight` times; see `penalties`.
    clip: after each update the discriminator's weights are brought into [-clip, clip].
    """

    d_loss: Callable
    g_loss: Callable
    name: str = "custom"
    scores: Callable = probabilities
    penalty: Penalty | None = None
    penalty_weight: float = 0.0
    clip: float | None = None

    def __post_init__(self):
        if self.penalty is not None and not isinstance(self.penalty, Penalty):
            raise InputError(
                f"the penalty of objective {self.name!r} must be a penalties.Penalty(at=..., "
                f"cost=...), got {self.penalty!r}"
            )
        if self.clip is not None and not self.clip > 0:
            raise InputError(f"clip of objective {self.name!r} must be > 0, got {self.clip}")
        if (self.penalty is None) != (self.penalty_weight == 0) or self.penalty_weight < 0:
            raise InputError(
                f"objective {self.name!r} has penalty {self.penalty} with penalty_weight "
                f"{self.penalty_weight}; give a penalty and a weight > 0, or neither"
            )


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


def least_squares_d_loss(real_logits, fake_logits):
    """Half the squared distance from 1 on real images and from 0 on fakes.

    Source: Mao et al. 2017, arXiv:1611.04076, equation 9 (a = 0, b = c = 1).
    """
    return 0.5 * (real_logits - 1.0) ** 2 + 0.5 * fake_logits**2


def least_squares_g_loss(fake_logits):
    """Half the squared distance from 1."""
    return 0.5 * (fake_logits - 1.0) ** 2


def hinge_d_loss(real_logits, fake_logits):
    """Only logits on the wrong side of the margin cost: max(0, 1 - D(x)) + max(0, 1 + D(G(z))).

    Source: Miyato et al. 2018, arXiv:1802.05957, equation 16.
    """
    return tf.nn.relu(1.0 - real_logits) + tf.nn.relu(1.0 + fake_logits)


def wasserstein_d_loss(real_logits, fake_logits):
    """D(G(z)) - D(x): its mean is minus the estimate of the Wasserstein distance.

    Source: Arjovsky et al. 2017, arXiv:1701.07875, equation 2 and Algorithm 1.
    """
    return fake_logits - real_logits


def critic_g_loss(fake_logits):
    """-D(G(z)), for the Wasserstein and the hinge game (equation 17 of Miyato et al.)."""
    return -fake_logits


NON_SATURATING = Objective(cross_entropy_d_loss, non_saturating_g_loss, "non_saturating")
MINIMAX = Objective(cross_entropy_d_loss, minimax_g_loss, "minimax")
LEAST_SQUARES = Objective(
    least_squares_d_loss, least_squares_g_loss, "least_squares", partial(margins, threshold=0.5)
)
HINGE = Objective(hinge_d_loss, critic_g_loss, "hinge", margins)
WASSERSTEIN = Objective(wasserstein_d_loss, critic_g_loss, "wasserstein", wasserstein_estimate)

OBJECTIVES = {o.name: o for o in (NON_SATURATING, MINIMAX, LEAST_SQUARES, HINGE, WASSERSTEIN)}


def find(name: str) -> Objective:
    """The objective of that name, without penalty; an unknown one gets a "did you mean"."""
    if name not in OBJECTIVES:
        raise unknown_name("objective", name, OBJECTIVES)
    return OBJECTIVES[name]


def _given(recipe: Adversarial | Translating, own: Objective | str | None = None) -> Objective:
    """The objective of one's own, given or named, or else the recipe's; before labels are smoothed.

    Raises:
      InputError: for an unknown name, and for what is neither an Objective nor a name.
    """
    if own is None:
        return find(recipe.objective)
    if isinstance(own, str):
        return find(own)
    if not isinstance(own, Objective):
        raise InputError(
            f"objective must be an Objective(d_loss=..., g_loss=...) or the name of one "
            f"({', '.join(OBJECTIVES)}), got {own!r:.60}"
        )
    return own


def of_recipe(
    recipe: Adversarial, own: Objective | str | None = None, smooth: bool = True
) -> Objective:
    """The game that a recipe's objective, real_label, penalty, penalty_weight and clip describe.

    Args:
      own: an objective, or the name of one, in place of all of them but `real_label`. Its
        functions may use Python's `if`, `for` and `len` on tensors.
      smooth: whether labels are smoothed as the recipe says.

    Raises:
      InputError: if a function of `own` gives something else than it must; see contract.py.
    """
    smoothed = with_real_label(_given(recipe, own), recipe.real_label if smooth else 1.0)
    if own is not None:
        contract.check(smoothed)
        return _converted(smoothed)
    if recipe.penalty not in (None, *PENALTIES):
        raise unknown_name("penalty", recipe.penalty, PENALTIES)
    return replace(
        smoothed,
        penalty=None if recipe.penalty is None else PENALTIES[recipe.penalty],
        penalty_weight=recipe.penalty_weight,
        clip=recipe.clip,
    )


def on_patches(recipe: Translating, own: Objective | str | None = None) -> Objective:
    """The objective of a recipe from image to image: on one logit, or on each of a map of them.

    Raises:
      InputError: as `of_recipe` does; and for a penalty or a clip, which these games do not know.
    """
    chosen = _given(recipe, own)
    if chosen.penalty is not None or chosen.clip is not None:
        raise InputError(
            f"objective {chosen.name!r} has a penalty or a clip, which recipe {recipe.name!r} does "
            "not play with; leave them out"
        )
    if own is None:
        return chosen
    contract.check(chosen)
    return _converted(chosen)


def _converted(own: Objective) -> Objective:
    """The same objective through autograph: the loop compiles its step without."""
    names = ("d_loss", "g_loss", "scores")
    functions = {name: through_autograph(getattr(own, name)) for name in names}
    if own.penalty is not None:
        at, cost = own.penalty.at, own.penalty.cost
        functions["penalty"] = Penalty(at=through_autograph(at), cost=through_autograph(cost))
    return replace(own, **functions)


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
    """What the game costs in three examples: tells two objectives of one name apart."""
    real, fake = tf.constant([[-2.0], [0.0], [1.5]]), tf.constant([[0.5], [-1.0], [2.0]])
    costs = [*objective.d_loss(real, fake)[:, 0], *objective.g_loss(fake)[:, 0]]
    if objective.penalty is not None:
        images = tf.reshape(tf.range(24.0) / 24.0, [2, 3, 2, 2, 1])
        penalty = objective.penalty(_bent, images[0], images[1], tf.constant([1, 2]))
        costs += [objective.penalty_weight * each for each in penalty]
    clip = [] if objective.clip is None else [f"clip {objective.clip:.4g}"]
    return [f"{float(cost):.4g}" for cost in costs] + clip


def _bent(images):
    """A discriminator whose slope differs from place to place, on both sides of 1: Σ x²."""
    return tf.reduce_sum(images**2, axis=[1, 2, 3])[:, tf.newaxis]
