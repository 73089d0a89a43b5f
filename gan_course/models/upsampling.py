"""A convolution right after an upsampling, with about a third of its multiplications.

In: a Keras layer whose input is that of `UpSampling2D`. Out: the same layer with the same weights
and, up to rounding, the same result, computed from the image as it was before the upsampling.
"""

import math
from functools import partial

import numpy as np

from gan_course.backend import keras, tf

SMALLEST = 5  # kernel size; at 3 the sums below cost more than they save


def fold(layer: keras.layers.Layer) -> None:
    """Let the layer compute on the small image, if it is one that gains by it.

    An upsampled image shows each pixel four times, so a 5×5 kernel meets only 3×3 different ones,
    and which of its weights share a pixel depends only on whether row and column are even or odd.
    With the weights summed first, four kernels of 3×3 make the four kinds of pixels: 36 products
    for each small pixel instead of 100. `python -m benchmarks.steps` shows what is left of that.

    The layer stays a plain Keras layer: its weights, its place in a summary and in a file are what
    they were, and a model that is loaded from the file computes in Keras's way.
    """
    if _gains(layer):
        layer.call = partial(_call, layer)


def _gains(layer: keras.layers.Layer) -> bool:
    if not isinstance(layer, keras.layers.Conv2D | keras.layers.Conv2DTranspose):
        return False
    size = layer.kernel_size[0]
    return layer.strides == (1, 1) and size >= SMALLEST and size % 2 == 1


def _call(layer: keras.layers.Layer, upsampled: tf.Tensor) -> tf.Tensor:
    kernel = tf.convert_to_tensor(layer.kernel)
    if isinstance(layer, keras.layers.Conv2DTranspose):  # of stride 1: with the kernel turned round
        kernel = tf.transpose(kernel[::-1, ::-1], [0, 1, 3, 2])
    shared = tf.constant(_shared(layer.kernel_size[0]), kernel.dtype)
    # p, q: even or odd row and column; i, j: weights; y, x: small pixels; c, f: channels, filters
    four = tf.einsum("pyi,qxj,ijcf->yxcpqf", shared, shared, kernel)
    four = tf.reshape(four, [*four.shape[:3], 4 * layer.filters])
    # upsampled[:, ::2, ::2], in a third of the time: the maximum over one pixel is that pixel
    small = tf.nn.max_pool2d(upsampled, ksize=1, strides=2, padding="VALID")
    made = tf.nn.depth_to_space(tf.nn.conv2d(small, four, 1, "SAME"), 2)
    if layer.use_bias:
        made = tf.nn.bias_add(made, tf.cast(layer.bias, made.dtype))
    return layer.activation(made)


def _shared(size: int) -> np.ndarray:
    """Which small pixel a weight meets: (even or odd, small pixels, weights), 1 where it does."""
    reach = size // 2
    far = math.ceil(reach / 2)  # small pixels on either side
    shared = np.zeros((2, 2 * far + 1, size), np.float32)
    for odd in (0, 1):
        for weight in range(size):
            shared[odd, (odd + weight - reach) // 2 + far, weight] = 1
    return shared
