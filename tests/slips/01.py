"""Wrong answers to the exercises of chapter 1."""

# %% 1.1 | the labels are swapped
def my_d_loss(real_logits, fake_logits):
    return tf.nn.softplus(real_logits) + tf.nn.softplus(-fake_logits)

# %% 1.1 | the sigmoid is taken twice
def my_d_loss(real_logits, fake_logits):
    real, fake = tf.sigmoid(real_logits), tf.sigmoid(fake_logits)
    return tf.nn.softplus(-real) + tf.nn.softplus(fake)

# %% 1.1 | a mean or a sum over the batch is left to the caller
def my_d_loss(real_logits, fake_logits):
    return tf.reduce_mean(tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits))

# %% 1.1 | is its `return` missing?
def my_d_loss(real_logits, fake_logits):
    loss = tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits)

# %% 1.2 | its sign is wrong
def my_minimax(fake_logits):
    return tf.nn.softplus(fake_logits)

# %% 1.2 | are the two exchanged?
def my_minimax(fake_logits):
    return tf.nn.softplus(-fake_logits)

def my_non_saturating(fake_logits):
    return -tf.nn.softplus(fake_logits)

# %% 1.3 | puts the two networks in a row
answer_1_3 = "a"

# %% 1.3 | it does look
answer_1_3 = "c"

# %% 1.3 | choose one of a, b, c
answer_1_3 = "d"

# %% 1.4 | moves the generator too
def my_d_update(state, objective, real, latent):
    with tf.GradientTape() as tape:
        fake = state.generator(latent, training=True)
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables + state.generator.trainable_variables
    for gradient, weight in zip(tape.gradient(loss, weights), weights):
        weight.assign_sub(0.05 * gradient)
    return loss

# %% 1.4 | the labels are swapped
def my_d_update(state, objective, real, latent):
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.d_loss(fake_logits, real_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss

# %% 1.4 | the loss is summed, where its mean is wanted
def my_d_update(state, objective, real, latent):
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = tf.reduce_sum(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss

# %% 1.5 | moves the discriminator too
def my_g_update(state, objective, latent):
    with tf.GradientTape() as tape:
        fake_logits = state.discriminator(state.generator(latent, training=True), training=True)
        loss = tf.reduce_mean(objective.g_loss(fake_logits))
    weights = state.generator.trainable_variables + state.discriminator.trainable_variables
    for gradient, weight in zip(tape.gradient(loss, weights), weights):
        weight.assign_sub(0.05 * gradient)
    return loss

# %% 1.5 | was not computed inside the tape
def my_g_update(state, objective, latent):
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(objective.g_loss(state.discriminator(fake, training=True)))
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss

# %% 1.5 | climbs instead of descending
def my_g_update(state, objective, latent):
    with tf.GradientTape() as tape:
        fake_logits = state.discriminator(state.generator(latent, training=True), training=True)
        loss = -tf.reduce_mean(objective.g_loss(fake_logits))
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss

# %% 1.6 | not from its median
def dust(pixels):
    padded = np.pad(pixels, ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    return float(np.abs(pixels - windows.mean(axis=(3, 4))).mean())

# %% 1.6 | light and dark specks cancel
def dust(pixels):
    padded = np.pad(pixels, ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    return float((pixels - np.median(windows, axis=(3, 4))).mean())

# %% 1.8 | compare the two Fréchet distances: how far are they apart?
answer_1_8 = "a"

# %% 1.8 | it trains; only the lines of D are different
answer_1_8 = "c"

# %% 1.7 | end is not reached: divide by count - 1
def walk(start, end, count):
    return np.stack([start + (end - start) * n / count for n in range(count)])


# %% 1.7 | it goes from end to start
def walk(start, end, count):
    return np.stack([end + (start - end) * n / (count - 1) for n in range(count)])


# %% 1.7 | expected (5, 7)
def walk(start, end, count):
    return np.stack([start + (end - start) * n / (count - 1) for n in range(count)], axis=1)
