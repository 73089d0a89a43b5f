"""Keras's layers with fewer passes over the memory, on a CPU.

In: a Keras layer that has been built. Out: the same layer: same weights, same summary, same file,
and the same result up to rounding (from dropout: of the same distribution). A model that is loaded
from its file computes in Keras's way. On a GPU nothing is changed: XLA joins the operations there.
`python -m benchmarks.settings` shows what it brings.
"""

from collections.abc import Callable
from functools import partial

from gan_course.base import device
from gan_course.base.backend import keras, tf
from gan_course.base.seeds import uniform_words
from gan_course.models.fast import fourier
from gan_course.models.fast.subpixel import finished, fold_stride

_VECTOR = 16  # channels that a kernel takes at a time; with a remainder it is slower than Keras


def hasten(layer: keras.layers.Layer) -> None:
    """Let the layer compute with less work, if it is one that gains by it."""
    if not device.own_kernels():
        return
    if isinstance(layer, keras.layers.BatchNormalization):
        if layer.input_spec.ndim == 4 and layer.gamma.shape[0] % _VECTOR == 0:
            layer.call = partial(_normalised, layer)
    elif isinstance(layer, keras.layers.Dropout) and layer.rate > 0:
        layer.call = partial(_dropped, layer)
    elif isinstance(layer, keras.layers.Conv2D):
        _hasten_convolution(layer, fourier.convolution)
    elif isinstance(layer, keras.layers.Conv2DTranspose) and not fold_stride(layer):
        _hasten_convolution(layer, fourier.transposed_convolution)


def _hasten_convolution(layer: keras.layers.Layer, spectral_convolution: Callable) -> None:
    size, stride = layer.kernel_size[0], layer.strides[0]
    height, width, channels, filters = *layer.input.shape[1:], layer.filters
    if isinstance(layer, keras.layers.Conv2DTranspose):
        height, width, channels, filters = stride * height, stride * width, filters, channels
    if layer.compute_dtype == "float32" and fourier.gains(
        (height, width), channels, filters, size, stride
    ):
        layer.call = partial(_convolved, layer, spectral_convolution)


def _convolved(layer: keras.layers.Layer, convolution: Callable, images: tf.Tensor) -> tf.Tensor:
    kernel = tf.convert_to_tensor(layer.kernel)
    return finished(layer, convolution(images, kernel, layer.strides[0]))


def _normalised(layer: keras.layers.BatchNormalization, images, training=None, mask=None):
    """Batch normalisation in one operation; Keras puts it together from about ten.

    Source: Ioffe and Szegedy 2015, arXiv:1502.03167, Algorithm 1.
    """
    if not (training and layer.trainable) or layer.synchronized or mask is not None:
        return type(layer).call(layer, images, training=training, mask=mask)
    made, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=images,
        scale=tf.convert_to_tensor(layer.gamma),
        offset=tf.convert_to_tensor(layer.beta),
        mean=tf.zeros([0]),
        variance=tf.zeros([0]),
        epsilon=layer.epsilon,
        is_training=True,
    )
    count = tf.cast(tf.size(images) // images.shape[-1], tf.float32)
    variance *= (count - 1.0) / count  # the operation divides by count - 1, Keras by count
    for moving, new in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        moving.assign(moving * layer.momentum + new * (1.0 - layer.momentum))
    return made


def _dropped(layer: keras.layers.Dropout, inputs: tf.Tensor, training=False):
    """Dropout that asks for 16 random bits a unit; Keras draws 32 and makes a number of them.

    The rate is rounded to a multiple of 2⁻¹⁶, and the units that stay are scaled accordingly.

    Source: Srivastava et al. 2014, Journal of Machine Learning Research 15, section 10 (the units
    that stay are scaled while training).
    """
    if not training:
        return inputs
    seed = tf.cast(layer.seed_generator.next(), tf.int32)
    count = tf.size(inputs)
    bits = tf.reshape(tf.bitcast(uniform_words((count + 1) // 2, seed), tf.uint16), [-1])
    limit = min(round(layer.rate * 2**16), 2**16 - 1)
    stays = tf.reshape(bits[:count] >= tf.constant(limit, tf.uint16), tf.shape(inputs))
    return inputs * (tf.cast(stays, inputs.dtype) * (2**16 / (2**16 - limit)))
