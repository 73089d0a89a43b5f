"""Normalisation and dropout with fewer passes over the memory.

In: a Keras layer that has been built. Out: the same layer, with the same result up to rounding
(from dropout: of the same distribution).
"""

from functools import partial

from gan_course.base.backend import keras, tf
from gan_course.base.seeds import uniform_words

_VECTOR = 16  # channels that a kernel takes at a time; with a remainder it is slower than Keras


def fuse_norm(layer: keras.layers.Layer) -> bool:
    """Let a batch normalisation of images be one operation, if it gains by it; whether it does."""
    gains = (
        type(layer) is keras.layers.BatchNormalization
        and layer.input_spec.ndim == 4
        and layer.axis in (-1, 3)
        and layer.scale
        and layer.center
        and not getattr(layer, "renorm", False)
        and layer.gamma.shape[0] % _VECTOR == 0
    )
    if gains:
        layer.call = partial(_normalise, layer)
    return gains


def use_16_bits(layer: keras.layers.Layer) -> bool:
    """Let a dropout draw 16 random bits a unit in place of 32; whether it does."""
    gains = type(layer) is keras.layers.Dropout and layer.rate > 0 and layer.noise_shape is None
    if gains:
        layer.call = partial(_drop, layer)
    return gains


def _normalise(layer: keras.layers.BatchNormalization, images, training=None, mask=None):
    """Batch normalisation in one operation; Keras puts it together from about ten.

    (With the gradient of a gradient, as a penalty has it, the two differ, and Keras's is not quite
    right: `tf.nn.moments` holds the mean inside the variance for a constant.)

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


def _drop(layer: keras.layers.Dropout, inputs: tf.Tensor, training=False):
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
