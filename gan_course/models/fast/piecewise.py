"""ReLU and leaky ReLU whose second derivative is nothing, not zeros.

In: a Keras layer. Out: the same layer, with the same results and the same gradients.
A gradient penalty is differentiated through the gradient of D. There TensorFlow answers the
question how the slope of a ReLU depends on its input with zeros, correctly, and then takes these
zeros through every convolution back to the first. With no answer at all that work is not done.
Nobody else asks for a second derivative; and what TensorFlow traces with a gradient of one's own
it keeps for as long as the process lives. So the layers are Keras's but inside of
`without_second_slopes`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from gan_course.base.backend import keras, tf

_PENALISED = ContextVar("penalised", default=False)


@contextmanager
def without_second_slopes() -> Iterator[None]:
    """What a network computes inside is differentiated twice."""
    token = _PENALISED.set(True)
    try:
        yield
    finally:
        _PENALISED.reset(token)


def drop_second_slopes(layer: keras.layers.Layer) -> bool:
    """Let the layer, if it is a ReLU or a leaky one, leave the zeros out; whether it does."""
    if type(layer) is keras.layers.LeakyReLU:
        slope = layer.negative_slope
    elif type(layer) is keras.layers.ReLU and _is_plain(layer):
        slope = 0.0
    else:
        return False
    layer.call = partial(_called, layer, slope)
    return True


def _called(layer: keras.layers.Layer, slope: float, inputs: tf.Tensor) -> tf.Tensor:
    return leaky_relu(inputs, slope) if _PENALISED.get() else type(layer).call(layer, inputs)


def leaky_relu(inputs: tf.Tensor, slope: float) -> tf.Tensor:
    """inputs where they are positive, else slope · inputs.

    Source: Maas, Hannun and Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic
    Models, equation 2.
    """

    @tf.custom_gradient
    def bent(inputs):
        def gradient(upstream):
            return tf.raw_ops.LeakyReluGrad(
                gradients=upstream, features=tf.stop_gradient(inputs), alpha=slope
            )

        return tf.nn.leaky_relu(inputs, slope), gradient

    return bent(inputs)


def _is_plain(layer: keras.layers.ReLU) -> bool:
    return layer.max_value is None and layer.negative_slope == 0 and layer.threshold == 0
