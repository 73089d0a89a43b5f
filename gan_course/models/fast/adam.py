"""Keras's Adam, in one pass over memory instead of about ten.

In: gradients. Out: new weights, those of Keras up to rounding. Its variables are those of Keras's
Adam, in the same order.
"""

from dataclasses import dataclass

from gan_course.base.backend import keras, tf


@dataclass
class _Numbers:
    """What the update of every variable has in common: made once, not once for each of them."""

    beta1_power: tf.Tensor
    beta2_power: tf.Tensor
    lr: tf.Tensor
    beta1: tf.Tensor
    beta2: tf.Tensor
    epsilon: tf.Tensor


class FusedAdam(keras.optimizers.Adam):
    """Keras writes the update as separate tensor operations, each of which reads and writes whole
    arrays; TensorFlow has a kernel for all of it.

    Source: Kingma and Ba 2014, arXiv:1412.6980, the end of section 2 (epsilon outside).
    """

    _numbers: _Numbers | None = None  # while `apply` runs

    def apply(self, grads, trainable_variables=None):
        """One update of all variables."""
        self._numbers = self._counted(self.learning_rate)
        try:
            super().apply(grads, trainable_variables)
        finally:
            self._numbers = None

    def _all_reduce_sum_gradients(self, grads_and_vars):
        """Nothing to sum on one device. Keras asks TensorFlow all the same, which then keeps the
        graph that is being traced for as long as the process lives."""
        if tf.distribute.get_strategy().num_replicas_in_sync == 1:
            return grads_and_vars
        return super()._all_reduce_sum_gradients(grads_and_vars)

    def update_step(self, gradient, variable, learning_rate):
        """One update of one variable; called by `apply`, before the step count moves."""
        if self.amsgrad:  # the kernel does not know it
            return super().update_step(gradient, variable, learning_rate)
        index = self._get_variable_index(variable)
        target = variable.value if isinstance(variable, keras.Variable) else variable
        return tf.raw_ops.ResourceApplyAdam(
            var=target.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            grad=gradient,
            **vars(self._numbers or self._counted(learning_rate)),
        )

    def _counted(self, learning_rate) -> _Numbers:
        steps = tf.cast(self.iterations.value, tf.float32) + 1.0
        return _Numbers(
            beta1_power=tf.pow(self.beta_1, steps),
            beta2_power=tf.pow(self.beta_2, steps),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=tf.constant(self.beta_1),
            beta2=tf.constant(self.beta_2),
            epsilon=tf.constant(self.epsilon),
        )
