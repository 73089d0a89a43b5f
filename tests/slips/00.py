# ruff: noqa: B905, F811, F821
"""Typical wrong answers of chapter 0, each with the words that its check must say."""

# %% 0.1 | it is the probability that the point was made by G
def best_d(p, q):
    return q / (p + q)


# %% 0.1 | real over generated is a ratio
def best_d(p, q):
    return p / q


# %% 0.1 | D may answer between 0 and 1
def best_d(p, q):
    return (p > q).astype(float)


# %% 0.2 | it ends in a sigmoid
def make_discriminator():
    hidden = [layers.Dense(64), layers.LeakyReLU(0.2), layers.Dense(64), layers.LeakyReLU(0.2)]
    return keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(1, activation="sigmoid")])


# %% 0.2 | the slope below 0 is 0.3
def make_discriminator():
    hidden = [layers.Dense(64), layers.LeakyReLU(), layers.Dense(64), layers.LeakyReLU()]
    return keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(1)])


# %% 0.2 | its activation is ReLU
def make_discriminator():
    hidden = [layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu")]
    return keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(1)])


# %% 0.2 | there is no activation
def make_discriminator():
    return keras.Sequential(
        [keras.Input((2,)), layers.Dense(64), layers.Dense(64), layers.Dense(1)]
    )


# %% 0.2 | it answers (2,), wanted is one logit
def make_discriminator():
    return make_generator()


def make_generator():
    return keras.Sequential([keras.Input((2,)), layers.Dense(64), layers.Dense(2)])


# %% 0.2 | is its `return` missing?
def make_discriminator():
    keras.Sequential([keras.Input((2,)), layers.Dense(64), layers.Dense(1)])


# %% 0.3 | the labels are swapped
def d_loss(real_logits, fake_logits):
    on_real = tf.reduce_mean(tf.nn.softplus(real_logits))
    return on_real + tf.reduce_mean(tf.nn.softplus(-fake_logits))


# %% 0.3 | the sigmoid is taken twice
def d_loss(real_logits, fake_logits):
    on_real = tf.reduce_mean(tf.nn.softplus(-tf.sigmoid(real_logits)))
    return on_real + tf.reduce_mean(tf.nn.softplus(tf.sigmoid(fake_logits)))


# %% 0.3 | take the mean over the batch
def d_loss(real_logits, fake_logits):
    return tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits)


# %% 0.3 | its sign is wrong
def d_loss(real_logits, fake_logits):
    on_real = tf.reduce_mean(tf.math.log_sigmoid(real_logits))
    return on_real + tf.reduce_mean(tf.math.log_sigmoid(-fake_logits))


# %% 0.4 | this is D's part
def g_loss(fake_logits):
    return tf.reduce_mean(tf.nn.softplus(fake_logits))


# %% 0.4 | this is log(1 - D), the loss of the formula V
def g_loss(fake_logits):
    return -tf.reduce_mean(tf.nn.softplus(fake_logits))


# %% 0.4 | its sign is wrong
def g_loss(fake_logits):
    return tf.reduce_mean(tf.math.log_sigmoid(fake_logits))


# %% 0.5 | D's update moves the generator
def d_update(generator, discriminator, optimizer, real, noise):
    with tf.GradientTape() as tape:
        loss = d_loss(discriminator(real), discriminator(generator(noise)))
    weights = generator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    return loss


# %% 0.5 | D has not moved
def d_update(generator, discriminator, optimizer, real, noise):
    with tf.GradientTape() as tape:
        loss = d_loss(discriminator(real), discriminator(generator(noise)))
    tape.gradient(loss, discriminator.trainable_variables)
    return loss


# %% 0.5 | the logits of real points and of fakes are exchanged
def d_update(generator, discriminator, optimizer, real, noise):
    with tf.GradientTape() as tape:
        loss = d_loss(discriminator(generator(noise)), discriminator(real))
    weights = discriminator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    return loss


# %% 0.5 | the noise goes to D as it is
def d_update(generator, discriminator, optimizer, real, noise):
    with tf.GradientTape() as tape:
        loss = d_loss(discriminator(real), discriminator(noise))
    weights = discriminator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    return loss


# %% 0.5 | is its `return` missing?
def d_update(generator, discriminator, optimizer, real, noise):
    with tf.GradientTape() as tape:
        loss = d_loss(discriminator(real), discriminator(generator(noise)))
    weights = discriminator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))


# %% 0.6 | G's update moves the discriminator
def g_update(generator, discriminator, optimizer, noise):
    with tf.GradientTape() as tape:
        loss = g_loss(discriminator(generator(noise)))
    weights = discriminator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    return loss


# %% 0.6 | was not computed inside the tape
def g_update(generator, discriminator, optimizer, noise):
    fake = generator(noise)
    with tf.GradientTape() as tape:
        loss = g_loss(discriminator(fake))
    weights = generator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    return loss


# %% 0.6 | the sign is wrong
def g_update(generator, discriminator, optimizer, noise):
    with tf.GradientTape() as tape:
        loss = -g_loss(discriminator(generator(noise)))
    weights = generator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    return -loss


# %% 0.6 | take the gradient for G's weights alone
def g_update(generator, discriminator, optimizer, noise):
    with tf.GradientTape() as tape:
        loss = g_loss(discriminator(generator(noise)))
    weights = generator.trainable_variables + discriminator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    return loss


# %% 0.7 | the points between are made of noise, too
answer_0_7 = "b"

# %% 0.7 | 1% is not none
answer_0_7 = "d"

# %% 0.8 | one good point is not enough
def count(points, centres, deviation):
    distances = np.linalg.norm(points[:, None] - centres, axis=2)
    good = distances.min(axis=1) <= 3 * deviation
    return len(set(distances.argmin(axis=1)[good])), good.mean()


# %% 0.8 | a tenth of nothing is 0
def count(points, centres, deviation):
    distances = np.linalg.norm(points[:, None] - centres, axis=2)
    good = distances.min(axis=1) <= 3 * deviation
    each = np.bincount(distances.argmin(axis=1)[good], minlength=len(centres))
    return np.sum(each >= 0.1 * good.sum() / len(centres)), good.mean()


# %% 0.8 | good is within three deviations of a centre, you take one
def count(points, centres, deviation):
    distances = np.linalg.norm(points[:, None] - centres, axis=2)
    good = distances.min(axis=1) <= deviation
    each = np.bincount(distances.argmin(axis=1)[good], minlength=len(centres))
    return np.sum((each > 0) & (each >= 0.1 * good.sum() / len(centres))), good.mean()


# %% 0.8 | it is a number of points
def count(points, centres, deviation):
    distances = np.linalg.norm(points[:, None] - centres, axis=2)
    good = distances.min(axis=1) <= 3 * deviation
    each = np.bincount(distances.argmin(axis=1)[good], minlength=len(centres))
    return np.sum((each > 0) & (each >= 0.1 * good.sum() / len(centres))), good.sum()

# %% 0.9 | play three seeds: the wheel of colours is turned, or turned over, each time
answer_0_9 = "a"

# %% 0.9 | look at the widths of the parts: D asks for good points, not for equal shares
answer_0_9 = "c"

# %% 0.10 | with 0.7 all modes are still covered; look at the share of good points
answer_0_10 = "a"

# %% 0.10 | with 0.7 one of the two has fallen, and the other has not
answer_0_10 = "c"

# %% 0.11 | expected (400, 2): a point a row
def curve(count):
    turn = np.linspace(0, 6, count)
    return np.stack([np.cos(turn), np.sin(turn)])


# %% 0.11 | it cannot leave [-1, 1]
def curve(count):
    turn = np.linspace(0, 6, count)
    return 2 * np.stack([np.cos(turn), np.sin(turn)], axis=1)


# %% 0.11 | that is a few modes, and no curve
def curve(count):
    turn = np.arange(count) % 8
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)
