# ruff: noqa: F811, F821
# %% 8.1 | not 'a'
answer_8_1 = "a"
# %% 8.1 | no loss looks at it
answer_8_1 = "c"
# %% 8.1 | never sees a real 3 that is called a 7
answer_8_1 = "d"
# %% 8.2 | a 3 is three times a 1


def told_noise(latents, labels, classes):
    """As a number."""
    return np.concatenate([latents, labels[:, None]], axis=1)


# %% 8.2 | the largest of this batch


def told_noise(latents, labels, classes):
    """As many places as the batch needs."""
    return np.concatenate([latents, np.eye(labels.max() + 1)[labels]], axis=1)


# %% 8.2 | the order stands first


def told_noise(latents, labels, classes):
    """The other way round."""
    return np.concatenate([np.eye(classes)[labels], latents], axis=1)


# %% 8.2 | take those of the labels


def told_noise(latents, labels, classes):
    """The first rows."""
    return np.concatenate([latents, np.eye(classes)[: len(labels)]], axis=1)


# %% 8.2 | one place too early


def told_noise(latents, labels, classes):
    """As if the classes began with 1."""
    return np.concatenate([latents, np.eye(classes)[labels - 1]], axis=1)


# %% 8.3 | have become stripes


def my_planes(labels, height, width):
    """As a well-known tutorial has it."""
    many = keras.ops.repeat(labels, height * width)
    return keras.ops.reshape(many, (-1, height, width, labels.shape[-1]))


# %% 8.3 | inside a network it stops


def my_planes(labels, height, width):
    """For arrays alone."""
    count, classes = labels.shape
    return np.broadcast_to(np.asarray(labels)[:, None, None, :], (count, height, width, classes))


# %% 8.3 | height and width are exchanged


def my_planes(labels, height, width):
    """Tiled the wrong way round."""
    one_place = keras.ops.reshape(labels, (-1, 1, 1, labels.shape[-1]))
    return keras.ops.tile(one_place, (1, width, height, 1))


# %% 8.3 | each image has one place


def my_planes(labels, height, width):
    """Half of it."""
    return keras.ops.reshape(labels, (-1, 1, 1, labels.shape[-1]))


# %% 8.4 | something is drawn at random


def my_d_update(state, objective, real, latent, labels):
    """Labels of its own for the fakes."""
    others = tf.one_hot(tf.random.uniform([len(latent)], 0, 4, tf.int32), 4)
    fake = state.generator([latent, others], training=True)
    with tf.GradientTape() as tape:
        real_logits = state.discriminator([real, labels], training=True)
        fake_logits = state.discriminator([fake, others], training=True)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% 8.4 | the generator moves


def my_d_update(state, objective, real, latent, labels):
    """Everybody learns."""
    with tf.GradientTape() as tape:
        fake = state.generator([latent, labels], training=True)
        real_logits = state.discriminator([real, labels], training=True)
        fake_logits = state.discriminator([fake, labels], training=True)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables + state.generator.trainable_variables
    for gradient, weight in zip(tape.gradient(loss, weights), weights, strict=True):
        weight.assign_sub(0.5 * gradient)
    return loss


# %% 8.4 | real and fake are swapped


def my_d_update(state, objective, real, latent, labels):
    """The wrong way round."""
    fake = state.generator([latent, labels], training=True)
    with tf.GradientTape() as tape:
        real_logits = state.discriminator([real, labels], training=True)
        fake_logits = state.discriminator([fake, labels], training=True)
        loss = tf.reduce_mean(objective.d_loss(fake_logits, real_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% 8.4 | other labels than the real images of the batch


def my_d_update(state, objective, real, latent, labels):
    """The labels of the fakes in another order."""
    others = tf.roll(labels, 1, axis=0)
    fake = state.generator([latent, others], training=True)
    with tf.GradientTape() as tape:
        real_logits = state.discriminator([real, labels], training=True)
        fake_logits = state.discriminator([fake, others], training=True)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% 8.4 | training=True: its batch norm asks


def my_d_update(state, objective, real, latent, labels):
    """As if it were only looked at."""
    fake = state.generator([latent, labels])
    with tf.GradientTape() as tape:
        real_logits = state.discriminator([real, labels])
        fake_logits = state.discriminator([fake, labels])
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% 8.4 | return the loss


def my_d_update(state, objective, real, latent, labels):
    """And then nothing."""
    fake = state.generator([latent, labels], training=True)
    with tf.GradientTape() as tape:
        real_logits = state.discriminator([real, labels], training=True)
        fake_logits = state.discriminator([fake, labels], training=True)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)


# %% 8.4 | my_d_update stops


def my_d_update(state, objective, real, latent, labels):
    """Chapter 2's: nobody is told."""
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% 8.5 | D is told other labels than G was asked for


def my_g_update(state, objective, latent, labels):
    """Other labels for D."""
    with tf.GradientTape() as tape:
        fake = state.generator([latent, labels], training=True)
        fake_logits = state.discriminator([fake, tf.roll(labels, 1, axis=0)], training=True)
        loss = tf.reduce_mean(objective.g_loss(fake_logits))
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% 8.5 | it wants D to say real


def my_g_update(state, objective, latent, labels):
    """The sign of the logits."""
    with tf.GradientTape() as tape:
        fake = state.generator([latent, labels], training=True)
        fake_logits = state.discriminator([fake, labels], training=True)
        loss = tf.reduce_mean(objective.g_loss(-fake_logits))
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% 8.5 | my_g_update stops


def my_g_update(state, objective, latent, labels):
    """The fakes are made outside of the tape."""
    fake = state.generator([latent, labels], training=True)
    with tf.GradientTape() as tape:
        fake_logits = state.discriminator([fake, labels], training=True)
        loss = tf.reduce_mean(objective.g_loss(fake_logits))
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% 8.5 | the discriminator moves


def my_g_update(state, objective, latent, labels):
    """D's weights."""
    with tf.GradientTape() as tape:
        fake = state.generator([latent, labels], training=True)
        fake_logits = state.discriminator([fake, labels], training=True)
        loss = tf.reduce_mean(objective.g_loss(fake_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% 8.6 | wanted is the one asked for


def obeyed(asked, seen, classes):
    """By what was seen."""
    right = asked == seen
    shares = [right[seen == c].mean() for c in range(classes)]
    return right.mean(), int(np.argmin(shares)), min(shares)


# %% 8.6 | the one with most errors


def obeyed(asked, seen, classes):
    """By the number of errors."""
    right = asked == seen
    worst = int(np.argmax([(~right[asked == c]).sum() for c in range(classes)]))
    return right.mean(), worst, right[asked == worst].mean()


# %% 8.6 | the mean over the classes


def obeyed(asked, seen, classes):
    """Each class equally."""
    shares = [(seen[asked == c] == c).mean() for c in range(classes)]
    return np.mean(shares), int(np.argmin(shares)), min(shares)


# %% 8.7 | missing: psi(h)


def my_projection(features, labels):
    """The product alone."""
    embedding = layers.Dense(features.shape[-1], use_bias=False)(labels)
    return layers.Dot(axes=1)([embedding, features])


# %% 8.7 | embed(y) has no bias


def my_projection(features, labels):
    """With a bias."""
    embedding = layers.Dense(features.shape[-1])(labels)
    return layers.Add()([layers.Dense(1)(features), layers.Dot(axes=1)([embedding, features])])


# %% 8.7 | but not summed


def my_projection(features, labels):
    """Without the sum."""
    embedding = layers.Dense(features.shape[-1], use_bias=False)(labels)
    return layers.Add()([layers.Dense(1)(features), layers.Multiply()([embedding, features])])


# %% 8.7 | a sigmoid is taken


def my_projection(features, labels):
    """A probability."""
    embedding = layers.Dense(features.shape[-1], use_bias=False)(labels)
    both = layers.Add()([layers.Dense(1)(features), layers.Dot(axes=1)([embedding, features])])
    return layers.Activation("sigmoid")(both)


# %% 8.8 | half is missing


def right_without_looking(real_labels, fake_labels, classes):
    """The sum."""
    p = np.bincount(real_labels, minlength=classes) / len(real_labels)
    q = np.bincount(fake_labels, minlength=classes) / len(fake_labels)
    return np.maximum(p, q).sum()


# %% 8.8 | counts are compared


def right_without_looking(real_labels, fake_labels, classes):
    """Counts."""
    p = np.bincount(real_labels, minlength=classes)
    q = np.bincount(fake_labels, minlength=classes)
    return np.maximum(p, q).sum() / (len(real_labels) + len(fake_labels))


# %% 8.8 | stops


def right_without_looking(real_labels, fake_labels, classes):
    """The last class is left out."""
    p = np.bincount(real_labels) / len(real_labels)
    q = np.bincount(fake_labels) / len(fake_labels)
    return np.maximum(p, q).sum() / 2


# %% 8.8 | how far the histograms are apart


def right_without_looking(real_labels, fake_labels, classes):
    """The total variation."""
    p = np.bincount(real_labels, minlength=classes) / len(real_labels)
    q = np.bincount(fake_labels, minlength=classes) / len(fake_labels)
    return np.abs(p - q).sum() / 2

# %% 8.9 | look at the column of diversity, and at the Fréchet distance
answer_8_9 = "a"

# %% 8.9 | compare the first column with that of `head`
answer_8_9 = "c"

# %% 8.10 | nine of ten examples still say what is right
answer_8_10 = "b"

# %% 8.10 | compare with the row `told (planes)`: the two ranges do not overlap
answer_8_10 = "c"
