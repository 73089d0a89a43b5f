"""A convolution of an upsampled image, with the products of a convolution of the small one.

In: a Keras layer. Out: the same layer with the same weights and, up to rounding, the same result.
The pixels of the large image are of 2 × 2 kinds, by where they lie on the small ones. For each kind
the weights that meet the same small pixel are summed first; one convolution of the small image then
makes all kinds side by side, and they are put in their places.

Source: the sub-pixel convolution of Shi et al. 2016, arXiv:1609.05158, section 2.2.
"""

import math
from functools import partial

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.models.fast.convolve import finish, is_plain, plain

SMALLEST = 5  # kernel size after an upsampling; at 3 the sums cost more than they save


def fold_upsampling(before: keras.layers.Layer, layer: keras.layers.Layer, spectra: bool) -> bool:
    """Let a convolution after `Up` compute on the image before it, if it gains; whether it does.

    An upsampled image shows each pixel four times, so a 5×5 kernel meets only 3×3 different ones:
    36 products for each small pixel instead of 100.

    Args:
      before: the layer whose output this one takes.
      spectra: the convolution of the small image may be computed with spectra.
    """
    if not (_doubles(before) and is_plain(layer)):
        return False
    size = layer.kernel_size[0]
    gains = layer.strides == (1, 1) and size >= SMALLEST and size % 2 == 1
    if gains:
        before.call = partial(_remember, before)
        layer.call = partial(_convolve_small, layer, _doubled(size), spectra)
    return gains


def _doubles(layer: keras.layers.Layer) -> bool:
    return (
        type(layer) is keras.layers.UpSampling2D
        and layer.size == (2, 2)
        and layer.interpolation == "nearest"
        and layer.data_format == "channels_last"
    )


def _remember(up: keras.layers.UpSampling2D, small: tf.Tensor) -> tf.Tensor:
    """What Keras returns; a graph in which only the small image is used will not compute it."""
    large = type(up).call(up, small)
    large.upsampled_from = small
    return large


def _convolve_small(
    layer: keras.layers.Layer, meets: np.ndarray, spectra: bool, large: tf.Tensor
) -> tf.Tensor:
    small = getattr(large, "upsampled_from", None)
    if small is None:  # Keras has changed its precision in between
        small = large[:, ::2, ::2]
    kernel = tf.convert_to_tensor(layer.kernel)
    if isinstance(layer, keras.layers.Conv2DTranspose):  # of stride 1: with the kernel turned round
        kernel = tf.transpose(kernel[::-1, ::-1], [0, 1, 3, 2])
    return finish(layer, _all_kinds(small, kernel, meets, spectra))


def _all_kinds(small: tf.Tensor, kernel: tf.Tensor, meets: np.ndarray, spectra: bool) -> tf.Tensor:
    """The large image (batch, 2 · H, 2 · W, filters).

    Args:
      small: (batch, H, W, channels).
      kernel: (size, size, channels, filters).
      meets: (2, 2 · reach + 1, size): 1 where, for that kind of row, the weight meets the
        small row so far away; the same for columns.
    """
    meets = tf.constant(meets, kernel.dtype)
    # p, q: kinds of row and column; i, j: weights; y, x: small pixels; c, f: channels, filters
    kinds = tf.einsum("pyi,qxj,ijcf->yxcpqf", meets, meets, kernel)
    kinds = tf.reshape(kinds, [*kinds.shape[:3], math.prod(kinds.shape[3:])])
    return tf.nn.depth_to_space(plain(small, kinds, spectra), 2)


def _doubled(size: int) -> np.ndarray:
    """Which small pixel a weight meets in an image that was doubled."""
    reach = size // 2
    far = math.ceil(reach / 2)  # small pixels on either side
    meets = np.zeros((2, 2 * far + 1, size), np.float32)
    for kind in (0, 1):
        for weight in range(size):
            meets[kind, (kind + weight - reach) // 2 + far, weight] = 1
    return meets
