"""The pool of past fakes, from which a discriminator is shown as many old ones as new ones.

In: fresh fakes and random numbers. Out: what D is shown. The pool is a variable, so a checkpoint
holds it, and a run that is resumed goes on with the same past.

Source: Shrivastava et al. 2017, arXiv:1612.07828, section 2.3; Zhu et al. 2017, arXiv:1703.10593,
section 4.
"""

from gan_course.base.backend import tf


def empty_pool(size: int, image_shape: tuple[int, int, int]) -> tf.Variable:
    """Room for so many images, float32 (size, H, W, C)."""
    return tf.Variable(tf.zeros([size, *image_shape]), trainable=False)


def from_pool(pool: tf.Variable, fresh: tf.Tensor, made: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Fresh fakes, or past ones in their place; the pool is changed.

    While there is room the fresh ones are put into it and shown. Then each of them, with a chance
    of one half, is shown; or else it is put in the place of a past one, and that is shown. Within
    a batch no place is taken twice.

    Args:
      made: int64, the number of batches before this one.
      seed: int32 (2,), stateless.

    Returns:
      (batch, H, W, C).
    """
    size, batch = pool.shape[0], fresh.shape[0]
    full = (made + 1) * batch > size  # this batch has no room any more
    order = tf.argsort(tf.random.stateless_uniform([size], seed))[:batch]
    next_places = tf.cast(made, tf.int32) * batch + tf.range(batch)
    places = tf.where(full, order, tf.minimum(next_places, size - 1))
    past = tf.gather(pool, places)
    swapped = tf.random.stateless_uniform([batch, 1, 1, 1], seed + 1) < 0.5
    into_pool = tf.where(tf.logical_or(swapped, tf.logical_not(full)), fresh, past)
    pool.scatter_nd_update(places[:, tf.newaxis], into_pool)
    return tf.where(tf.logical_and(swapped, full), past, fresh)
