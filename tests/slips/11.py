# ruff: noqa: F811, F821
# %% 11.1 | that is the sum


def my_content_loss(maps, wanted):
    """A sum."""
    return tf.reduce_sum(tf.square(maps - wanted))


# %% 11.1 | half the sum


def my_content_loss(maps, wanted):
    """The paper's equation 1, to the letter."""
    return 0.5 * tf.reduce_sum(tf.square(maps - wanted))


# %% 11.1 | not squared


def my_content_loss(maps, wanted):
    """An absolute difference."""
    return tf.reduce_mean(tf.abs(maps - wanted))


# %% 11.1 | no gradient gets through


def my_content_loss(maps, wanted):
    """With NumPy."""
    return np.mean((np.asarray(maps) - np.asarray(wanted)) ** 2)


# %% 11.1 | take the mean of all


def my_content_loss(maps, wanted):
    """As Keras's losses have it: the last axis alone."""
    return tf.reduce_mean(tf.square(maps - wanted), axis=-1)


# %% 11.2 | not divided by the number of places


def my_gram(maps):
    """A sum."""
    places = tf.reshape(maps, [-1, maps.shape[-1]])
    return tf.matmul(places, places, transpose_a=True)


# %% 11.2 | pairs of places


def my_gram(maps):
    """The wrong one of the two is transposed."""
    places = tf.reshape(maps, [-1, maps.shape[-1]])
    return tf.matmul(places, places, transpose_b=True) / places.shape[0]


# %% 11.2 | mixes the filters


def my_gram(maps):
    """Filters first, by a reshape."""
    rows = tf.reshape(maps, [maps.shape[-1], -1])
    return tf.matmul(rows, rows, transpose_b=True) / rows.shape[1]


# %% 11.2 | by the height alone


def my_gram(maps):
    """Divided by the height."""
    return tf.einsum("nhwa,nhwb->ab", maps, maps) / maps.shape[1]


# %% 11.2 | the first axis of 1 is still there


def my_gram(maps):
    """As many tutorials have it, with the batch."""
    return tf.einsum("nhwa,nhwb->nab", maps, maps) / (maps.shape[1] * maps.shape[2])


# %% 11.2 | that is the covariance


def my_gram(maps):
    """Centred."""
    places = tf.reshape(maps, [-1, maps.shape[-1]])
    places = places - tf.reduce_mean(places, axis=0)
    return tf.matmul(places, places, transpose_a=True) / places.shape[0]


# %% 11.3 | not 'a'
answer_11_3 = "a"
# %% 11.3 | no longer high at one place
answer_11_3 = "b"
# %% 11.3 | content is the maps
answer_11_3 = "d"
# %% 11.4 | the layers are added


def my_style_loss(maps, wanted):
    """A sum over the layers."""
    return sum(tf.reduce_mean(tf.square(my_gram(maps[k]) - wanted[k])) for k in wanted)


# %% 11.4 | all pairs at once


def my_style_loss(maps, wanted):
    """All pairs of all layers in one row."""
    away = [tf.reshape(my_gram(maps[k]) - wanted[k], [-1]) for k in wanted]
    return tf.reduce_mean(tf.square(tf.concat(away, axis=0)))


# %% 11.4 | only the last layer counts


def my_style_loss(maps, wanted):
    """The sum is begun anew in each round."""
    for name in wanted:
        total = 0.0
        total += tf.reduce_mean(tf.square(my_gram(maps[name]) - wanted[name]))
    return total


# %% 11.4 | is the `return` inside the loop


def my_style_loss(maps, wanted):
    """It returns too soon."""
    for name in wanted:
        return tf.reduce_mean(tf.square(my_gram(maps[name]) - wanted[name]))


# %% 11.4 | divided by the number of all layers


def my_style_loss(maps, wanted):
    """Divided by too much."""
    total = sum(tf.reduce_mean(tf.square(my_gram(maps[k]) - wanted[k])) for k in wanted)
    return total / len(maps)


# %% 11.4 | stops in


def my_style_loss(maps, wanted):
    """All layers that the judge shows, wanted or not."""
    each = [tf.reduce_mean(tf.square(my_gram(maps[k]) - wanted[k])) for k in maps]
    return sum(each) / len(each)


# %% 11.5 | that is the sum


def my_variation(image):
    """TensorFlow's."""
    return tf.image.total_variation(image)[0]


# %% 11.5 | those below are missing


def my_variation(image):
    """One direction."""
    return tf.reduce_sum(tf.abs(image[:, :, 1:] - image[:, :, :-1])) / (
        image.shape[1] * image.shape[2]
    )


# %% 11.5 | cancel


def my_variation(image):
    """Without abs."""
    right = tf.reduce_sum(image[:, :, 1:] - image[:, :, :-1])
    below = tf.reduce_sum(image[:, 1:] - image[:, :-1])
    return (right + below) / (image.shape[1] * image.shape[2])


# %% 11.5 | squared


def my_variation(image):
    """Squares."""
    right = tf.reduce_sum(tf.square(image[:, :, 1:] - image[:, :, :-1]))
    below = tf.reduce_sum(tf.square(image[:, 1:] - image[:, :-1]))
    return (right + below) / (image.shape[1] * image.shape[2])


# %% 11.5 | which is no neighbour


def my_variation(image):
    """Rolled."""
    right = tf.reduce_sum(tf.abs(tf.roll(image, -1, axis=2) - image))
    below = tf.reduce_sum(tf.abs(tf.roll(image, -1, axis=1) - image))
    return (right + below) / (image.shape[1] * image.shape[2])


# %% 11.5 | a mean of its own


def my_variation(image):
    """Two means."""
    right = tf.reduce_mean(tf.abs(image[:, :, 1:] - image[:, :, :-1]))
    return right + tf.reduce_mean(tf.abs(image[:, 1:] - image[:, :-1]))


# %% 11.6 | nothing is clipped


def my_step(canvas, optimizer, loss):
    """A new name for a new picture."""
    with tf.GradientTape() as tape:
        value = loss(canvas)
    optimizer.apply([tape.gradient(value, canvas)], [canvas])
    canvas = tf.clip_by_value(canvas, 0, 1)
    return value


# %% 11.6 | clipped before it is moved


def my_step(canvas, optimizer, loss):
    """Too early."""
    canvas.assign(tf.clip_by_value(canvas, 0, 1))
    with tf.GradientTape() as tape:
        value = loss(canvas)
    optimizer.apply([tape.gradient(value, canvas)], [canvas])
    return value


# %% 11.6 | clipped to -1 and 1


def my_step(canvas, optimizer, loss):
    """The range of the other chapters."""
    with tf.GradientTape() as tape:
        value = loss(canvas)
    optimizer.apply([tape.gradient(value, canvas)], [canvas])
    canvas.assign(tf.clip_by_value(canvas, -1, 1))
    return value


# %% 11.6 | optimizer is called 0 times


def my_step(canvas, optimizer, loss):
    """By hand."""
    with tf.GradientTape() as tape:
        value = loss(canvas)
    canvas.assign(tf.clip_by_value(canvas - 0.05 * tape.gradient(value, canvas), 0, 1))
    return value


# %% 11.6 | the loss rises


def my_step(canvas, optimizer, loss):
    """Up."""
    with tf.GradientTape() as tape:
        value = loss(canvas)
    optimizer.apply([-tape.gradient(value, canvas)], [canvas])
    canvas.assign(tf.clip_by_value(canvas, 0, 1))
    return value


# %% 11.6 | does not depend on these weights


def my_step(canvas, optimizer, loss):
    """The loss outside the tape."""
    value = loss(canvas)
    with tf.GradientTape() as tape:
        pass
    optimizer.apply([tape.gradient(value, canvas)], [canvas])
    canvas.assign(tf.clip_by_value(canvas, 0, 1))
    return value


# %% 11.6 | the loss after the step


def my_step(canvas, optimizer, loss):
    """Computed once more."""
    with tf.GradientTape() as tape:
        value = loss(canvas)
    optimizer.apply([tape.gradient(value, canvas)], [canvas])
    canvas.assign(tf.clip_by_value(canvas, 0, 1))
    return loss(canvas)


# %% 11.6 | cannot be compiled


def my_step(canvas, optimizer, loss):
    """A float."""
    with tf.GradientTape() as tape:
        value = loss(canvas)
    optimizer.apply([tape.gradient(value, canvas)], [canvas])
    canvas.assign(tf.clip_by_value(canvas, 0, 1))
    return float(value)

# %% 11.7 | divide `style` of the last row by that of the 0-th
answer_11_7 = "a"

# %% 11.7 | divide `style` of the last row by that of the 0-th
answer_11_7 = "b"

# %% 11.8 | read the row of conv4: it is the only one that is nearly 0
answer_11_8 = "b"

# %% 11.8 | read the rows of conv1 and conv2
answer_11_8 = "c"

# %% 11.9 | what is left to the taught judge is a third of the photograph's style loss
answer_11_9 = "a"

# %% 11.9 | what random filters leave is in the rows of section 6: half and more
answer_11_9 = "c"
