"""A convolution that makes a larger image, with the products of a convolution on the smaller one.

In: a Keras layer. Out: the same layer with the same weights and, up to rounding, the same result.
The pixels of the larger image are of stride × stride kinds, by where they lie between the small
ones. For each kind the weights that meet the same small pixel are summed first; one convolution of
the small image then makes all kinds side by side, and they are put in their places.

The layer stays a plain Keras layer: its weights, its place in a summary and in a file are what they
were, and a model that is loaded from the file computes in Keras's way.

Source: the sub-pixel convolution of Shi et al. 2016, arXiv:1609.05158, section 2.2.
"""

import math
from functools import partial

import numpy as np

from gan_course.base import device
from gan_course.base.backend import keras, tf
from gan_course.models.fast import fourier

SMALLEST = 5  # kernel size after an upsampling; at 3 the sums cost more than they save
MOST_FILTERS = 3  # of a transposed convolution with a stride: those of an image


def fold_upsampling(up: keras.layers.UpSampling2D, layer: keras.layers.Layer) -> None:
    """Let the layer after `up` compute on the image before it, if it is one that gains by it.

    An upsampled image shows each pixel four times, so a 5×5 kernel meets only 3×3 different ones:
    36 products for each small pixel instead of 100. `python -m benchmarks.steps` shows what is
    left of that.
    """
    if not isinstance(layer, keras.layers.Conv2D | keras.layers.Conv2DTranspose):
        return
    size = layer.kernel_size[0]
    if layer.strides == (1, 1) and size >= SMALLEST and size % 2 == 1:
        up.call = partial(_remembered, up)
        layer.call = partial(_after_upsampling, layer, _doubled(size))


def fold_stride(layer: keras.layers.Conv2DTranspose) -> bool:
    """Let a transposed convolution with a stride and few filters compute as a convolution.

    The kernels of a CPU take 8 or 16 filters at a time. The last layer of a generator has one or
    three; here its four kinds of pixels are four or twelve.
    """
    size, (stride, _) = layer.kernel_size[0], layer.strides
    gains = layer.filters <= MOST_FILTERS and 1 < stride <= size
    if gains:
        layer.call = partial(_with_stride, layer, _spread(size, stride))
    return gains


def _remembered(up: keras.layers.UpSampling2D, small: tf.Tensor) -> tf.Tensor:
    """What Keras returns; a graph in which only the small image is used will not compute it."""
    large = type(up).call(up, small)
    large.upsampled_from = small
    return large


def _after_upsampling(layer: keras.layers.Layer, shared: np.ndarray, large: tf.Tensor) -> tf.Tensor:
    small = getattr(large, "upsampled_from", None)
    if small is None:  # Keras has changed its precision in between
        small = large[:, ::2, ::2]
    kernel = tf.convert_to_tensor(layer.kernel)
    if isinstance(layer, keras.layers.Conv2DTranspose):  # of stride 1: with the kernel turned round
        kernel = tf.transpose(kernel[::-1, ::-1], [0, 1, 3, 2])
    return finished(layer, _all_kinds(small, kernel, shared))


def _with_stride(layer: keras.layers.Layer, spread: np.ndarray, small: tf.Tensor) -> tf.Tensor:
    kernel = tf.transpose(tf.convert_to_tensor(layer.kernel), [0, 1, 3, 2])
    return finished(layer, _all_kinds(small, kernel, spread))


def _all_kinds(small: tf.Tensor, kernel: tf.Tensor, meets: np.ndarray) -> tf.Tensor:
    """The larger image (batch, stride · H, stride · W, filters).

    Args:
      small: (batch, H, W, channels).
      kernel: (size, size, channels, filters).
      meets: (stride, 2 · reach + 1, size): 1 where, for that kind of row, the weight meets the
        small row so far away; the same for columns.
    """
    stride = len(meets)
    meets = tf.constant(meets, kernel.dtype)
    # p, q: kinds of row and column; i, j: weights; y, x: small pixels; c, f: channels, filters
    kinds = tf.einsum("pyi,qxj,ijcf->yxcpqf", meets, meets, kernel)
    kinds = tf.reshape(kinds, [*kinds.shape[:3], math.prod(kinds.shape[3:])])
    return tf.nn.depth_to_space(_convolution(small, kinds), stride)


def _convolution(small: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    size, _, channels, filters = kernel.shape
    if (
        device.own_kernels()
        and small.dtype == tf.float32
        and fourier.gains(tuple(small.shape[1:3]), channels, filters, size, stride=1)
    ):
        return fourier.convolution(small, kernel)
    return tf.nn.conv2d(small, kernel, 1, "SAME")


def finished(layer: keras.layers.Layer, made: tf.Tensor) -> tf.Tensor:
    """With the bias and the activation of the layer."""
    if layer.use_bias:
        made = tf.nn.bias_add(made, tf.cast(layer.bias, made.dtype))
    return layer.activation(made)


def _doubled(size: int) -> np.ndarray:
    """Which small pixel a weight meets in an image that was doubled."""
    reach = size // 2
    far = math.ceil(reach / 2)  # small pixels on either side
    meets = np.zeros((2, 2 * far + 1, size), np.float32)
    for kind in (0, 1):
        for weight in range(size):
            meets[kind, (kind + weight - reach) // 2 + far, weight] = 1
    return meets


def _spread(size: int, stride: int) -> np.ndarray:
    """Which small pixel a weight of a transposed convolution meets.

    The small pixels lie `stride` apart with zeros between them, and padding "same" cuts
    (size - stride) // 2 off before the first.
    """
    before = (size - stride) // 2
    reach = max(size - 1 - before, stride - 1 + before) // stride  # small pixels on either side
    meets = np.zeros((stride, 2 * reach + 1, size), np.float32)
    for kind in range(stride):
        for pixel in range(-reach, reach + 1):
            weight = kind + before - stride * pixel
            if 0 <= weight < size:
                meets[kind, pixel + reach, weight] = 1
    return meets
