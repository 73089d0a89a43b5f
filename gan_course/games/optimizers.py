"""One optimizer for each player, built before the first step.

In: a recipe, a learning rate, the weights that learn. Out: a Keras optimizer whose variables exist.
"""

from collections.abc import Sequence

from gan_course.base.backend import keras, tf
from gan_course.models import fast
from gan_course.recipes.adversarial import Adversarial
from gan_course.recipes.translating import Translating


def make(
    recipe: Adversarial | Translating, learning_rate: float, updates: int, weights: Sequence
) -> keras.optimizers.Optimizer:
    """The recipe's optimizer for those weights, which it will update so many times.

    It is built here: a compiled step may not create variables, and a checkpoint must find them.
    """
    moments = {} if recipe.beta_1 is None else {"beta_1": recipe.beta_1}
    if recipe.final_rate < 1:
        learning_rate = _falling(recipe, learning_rate, updates)
    # Each replica has the gradient of the mean over its own images, and `apply` adds them up: with
    # this divisor the sum is the gradient of the mean over all images.
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    optimizer = _class(recipe.optimizer)(
        learning_rate, **moments, loss_scale_factor=replicas if replicas > 1 else None
    )
    optimizer.build(weights)
    return optimizer


class SteadyThenFalling(keras.optimizers.schedules.LearningRateSchedule):
    """The full rate for the first `steady` updates; then a straight line to `last` at `updates`.

    Source: Zhu et al. 2017, arXiv:1703.10593, section 4 (100 epochs each; there `last` is 0).
    """

    def __init__(self, rate: float, steady: int, updates: int, last: float):
        super().__init__()
        self.rate, self.steady, self.updates, self.last = rate, steady, updates, last

    def __call__(self, step):
        """The rate of update number `step`, counted from 0."""
        made = tf.cast(step, tf.float32) - float(self.steady)
        gone = tf.clip_by_value(made / max(1.0, float(self.updates - self.steady)), 0.0, 1.0)
        return self.rate + gone * (self.last - self.rate)

    def get_config(self) -> dict:
        return {
            "rate": self.rate, "steady": self.steady, "updates": self.updates, "last": self.last,
        }  # fmt: skip


def _falling(recipe: Adversarial | Translating, rate: float, updates: int):
    last = recipe.final_rate * rate
    if isinstance(recipe, Translating):
        return SteadyThenFalling(rate, round(recipe.steady * updates), updates, last)
    return keras.optimizers.schedules.PolynomialDecay(rate, updates, last)


def _class(name: str) -> type[keras.optimizers.Optimizer]:
    if name == "adam":
        return fast.adam()
    return {"rmsprop": keras.optimizers.RMSprop, "sgd": keras.optimizers.SGD}[name]
