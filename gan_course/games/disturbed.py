"""What is done to images before a generator reads them, so that it reads what it should.

In: images in [-1, 1], a strength and a stateless seed (2,), int32. Out: images of the same shape;
strength 0 gives back the same tensor. A new draw for each image and each step.
"""

from gan_course.base.backend import tf


def noisy(images: tf.Tensor, deviation: float, seed: tf.Tensor) -> tf.Tensor:
    """Gaussian noise laid over them: what is hidden in faint pixels drowns in it."""
    if deviation == 0:
        return images
    return images + deviation * tf.random.stateless_normal(tf.shape(images), seed)


def negated(images: tf.Tensor, share: float, seed: tf.Tensor) -> tf.Tensor:
    """Some of them as their negatives, -x: what is dark or light alone then says nothing."""
    if share == 0:
        return images
    chances = tf.random.stateless_uniform([tf.shape(images)[0], 1, 1, 1], seed)
    return tf.where(chances < share, -images, images)
