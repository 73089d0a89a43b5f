"""One optimizer for each network, built before the first step.

In: a recipe, a learning rate, a network. Out: a Keras optimizer whose variables exist.
"""

from gan_course.base.backend import keras, tf
from gan_course.recipes.adversarial import Adversarial


class FusedAdam(keras.optimizers.Adam):
    """Keras's Adam, in one pass over memory instead of about ten.

    Keras writes the update as separate tensor operations, each of which reads and writes whole
    arrays; TensorFlow has a kernel for all of it. The numbers are the same up to rounding. For a
    dense GAN this makes the whole step about a tenth faster (`python -m benchmarks.steps`).

    Source: Kingma and Ba 2014, arXiv:1412.6980, the end of section 2 (epsilon outside).
    """

    def update_step(self, gradient, variable, learning_rate):
        """One update of one variable; called by `apply`, before the step count moves."""
        index = self._get_variable_index(variable)
        steps = tf.cast(self.iterations.value, tf.float32) + 1.0
        target = variable.value if isinstance(variable, keras.Variable) else variable
        tf.raw_ops.ResourceApplyAdam(
            var=target.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(self.beta_1, steps),
            beta2_power=tf.pow(self.beta_2, steps),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


_CLASSES = {
    "adam": FusedAdam,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": keras.optimizers.SGD,
}


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
    optimizer = _CLASSES[recipe.optimizer](
        learning_rate, **moments, loss_scale_factor=replicas if replicas > 1 else None
    )
    optimizer.build(network.trainable_variables)
    return optimizer
