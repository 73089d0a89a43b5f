"""The generator that makes the pictures: a running mean of the one that learns.

In: a generator after each step. Out: a second one whose weights follow it slowly. The players
circle around the end of the game; the mean of a circle is its middle.

Source: Yazıcı et al. 2018, arXiv:1806.04498, equation 5 (there β is the decay).
"""

from dataclasses import dataclass

from gan_course.base.backend import keras, tf


@dataclass(frozen=True)
class WeightAverage:
    """network: built like the generator. decay: in (0, 1); 1 / (1 - decay) steps are remembered."""

    network: keras.Model
    decay: float

    @property
    def variables(self) -> list:
        """Those of the mean: what a checkpoint holds of it."""
        return self.network.variables

    def update(self, generator: keras.Model, step: tf.Tensor) -> None:
        """mean ← decay · mean + (1 - decay) · weight, for each weight, after `step` steps.

        The first steps count less of the past, (1 + step) / (10 + step), as `num_updates` does in
        `tf.train.ExponentialMovingAverage`: at the start the mean is of random weights.
        The moving averages of batch normalisation are averaged with the weights.
        """
        made = tf.cast(step, tf.float32)
        rest = 1.0 - tf.minimum(self.decay, (1.0 + made) / (10.0 + made))
        for mean, weight in zip(self.network.variables, generator.variables, strict=True):
            if mean.dtype == "float32":
                mean.value.assign_sub(rest * (mean.value - weight.value))
            else:  # the state of a dropout layer's random numbers
                mean.value.assign(weight.value)
