"""How alike two pictures are, to a judge of paintings, and how restless one is.

In: feature maps, or pictures in any range. Out: tensors. Nothing here knows networks or steps.

Source: Gatys, Ecker and Bethge 2016, "Image Style Transfer Using Convolutional Neural Networks".
"""

from gan_course.base.backend import tf

# How bright red, green and blue look: the Y of YIQ, whose I and Q say the colour.
LUMA = (0.299, 0.587, 0.114)

Maps = dict[str, tf.Tensor]  # of each layer


def gram(features: tf.Tensor) -> tf.Tensor:
    """Which features occur together: for each pair of filters the mean of their product over all
    places. Where that was, nobody can tell any more.

    Args:
      features: (1, h, w, filters).

    Returns:
      (filters, filters). A sum in place of the mean would grow with the picture.

    Source: Gatys et al. 2016, equation 3, divided by the number of places, as in their equation 4.
    """
    places = tf.reshape(features, [-1, features.shape[3]])
    return tf.matmul(places, places, transpose_a=True) / tf.cast(tf.shape(places)[0], tf.float32)


def variation(image: tf.Tensor) -> tf.Tensor:
    """How much neighbouring pixels differ, the total variation: the mean over all places of
    |right − here| + |below − here|, summed over the channels; image (1, H, W, 3)."""
    places = image.shape[1] * image.shape[2]
    return tf.image.total_variation(image)[0] / places


def luminance(image: tf.Tensor) -> tf.Tensor:
    """How bright each pixel looks: (N, H, W, 3) -> (N, H, W, 1)."""
    return tf.reduce_sum(image * tf.constant(LUMA), axis=3, keepdims=True)


def grey(brightness: tf.Tensor) -> tf.Tensor:
    """The same number in three channels."""
    return tf.repeat(brightness, 3, axis=3)


def difference(wanted: Maps, found: Maps) -> tf.Tensor:
    """The mean squared difference of each layer, and of these the mean; 0 without a layer."""
    each = [tf.reduce_mean(tf.math.squared_difference(wanted[n], found[n])) for n in wanted]
    return tf.add_n(each) / len(each) if each else tf.constant(0.0)
