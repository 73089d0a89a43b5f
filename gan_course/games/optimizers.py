"""One optimizer for each network, built before the first step.

In: a recipe, a learning rate, a network. Out: a Keras optimizer whose variables exist.
"""

from gan_course.base.backend import keras, tf
from gan_course.models import fast
from gan_course.recipes.adversarial import Adversarial


def make(
    recipe: Adversarial, learning_rate: float, updates: int, network: keras.Model
) -> keras.optimizers.Optimizer:
    """The recipe's optimizer for that network, which it will update so many times.

    It is built here: a compiled step may not create variables, and a checkpoint must find them.
    """
    moments = {} if recipe.beta_1 is None else {"beta_1": recipe.beta_1}
    if recipe.final_rate < 1:
        last = recipe.final_rate * learning_rate
        learning_rate = keras.optimizers.schedules.PolynomialDecay(learning_rate, updates, last)
    # Each replica has the gradient of the mean over its own images, and `apply` adds them up: with
    # this divisor the sum is the gradient of the mean over all images.
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    optimizer = _class(recipe.optimizer)(
        learning_rate, **moments, loss_scale_factor=replicas if replicas > 1 else None
    )
    optimizer.build(network.trainable_variables)
    return optimizer


def _class(name: str) -> type[keras.optimizers.Optimizer]:
    if name == "adam":
        return fast.adam()
    return {"rmsprop": keras.optimizers.RMSprop, "sgd": keras.optimizers.SGD}[name]
