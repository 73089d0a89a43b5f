"""Keras's convolutions as products of spectra, where that is fewer multiplications.

In: a built layer of a plain convolution. Out: the same layer, which computes in float32 what it
computed, up to rounding. The maths is in `fourier.py`; bfloat16 is left alone, since its eight bits
are too few for sums of sums.
"""

from collections.abc import Callable
from functools import partial

from gan_course.base.backend import keras, tf
from gan_course.models.fast import fourier


def is_plain(layer: keras.layers.Layer) -> bool:
    """Whether it is a convolution, or a transposed one, of the kind that the notation makes."""
    return (
        type(layer) in (keras.layers.Conv2D, keras.layers.Conv2DTranspose)
        and layer.padding == "same"
        and layer.data_format == "channels_last"
        and getattr(layer, "groups", 1) == 1
        and layer.dilation_rate == (1, 1)
        and getattr(layer, "output_padding", None) is None
        and len({*layer.kernel_size}) == len({*layer.strides}) == 1
    )


def use_spectra(layer: keras.layers.Layer) -> bool:
    """Let a convolution compute with spectra, if it gains by it; whether it does."""
    if not is_plain(layer):
        return False
    batch, height, width, channels = layer.input.shape
    if isinstance(layer, keras.layers.Conv2D):
        return _replace(layer, layer.input.shape, layer.filters, fourier.convolution)
    # a transposed one has the products of the convolution that leads back from its large image
    stride = layer.strides[0]
    large = (batch, stride * height, stride * width, layer.filters)
    return _replace(layer, large, channels, fourier.transposed_convolution)


def _replace(layer: keras.layers.Layer, large: tuple, filters: int, convolution: Callable) -> bool:
    *_, channels = large
    gains = layer.compute_dtype == "float32" and fourier.gains(
        large[1:3], channels, filters, layer.kernel_size[0], layer.strides[0]
    )
    if gains:
        layer.call = partial(_convolve, layer, convolution)
    return gains


def _convolve(layer: keras.layers.Layer, convolution: Callable, images: tf.Tensor) -> tf.Tensor:
    kernel = tf.convert_to_tensor(layer.kernel)
    return finish(layer, convolution(images, kernel, layer.strides[0]))


def plain(images: tf.Tensor, kernel: tf.Tensor, spectra: bool) -> tf.Tensor:
    """`tf.nn.conv2d` with stride 1 and padding "SAME".

    Args:
      spectra: compute it with spectra, if that gains.
    """
    size, _, channels, filters = kernel.shape
    pixels = tuple(images.shape[1:3])
    gains = images.dtype == tf.float32 and fourier.gains(pixels, channels, filters, size, stride=1)
    if spectra and gains:
        return fourier.convolution(images, kernel)
    return tf.nn.conv2d(images, kernel, 1, "SAME")


def finish(layer: keras.layers.Layer, made: tf.Tensor) -> tf.Tensor:
    """Add the bias of the layer and apply its activation."""
    if layer.use_bias:
        made = tf.nn.bias_add(made, tf.cast(layer.bias, made.dtype))
    return layer.activation(made)
