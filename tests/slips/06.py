# ruff: noqa: F811, F821
# What students write at first, chapter 6: see tests/test_exercises.py.

# %% 6.1 | it goes from 0 to 1
def normalised(images):
    return images.astype("float32") / 255


def check_range(images):
    return bool(-1.0 <= images.min() < -0.5 and 0.5 < images.max() <= 1.0)


# %% 6.1 | float64, wanted is float32
def normalised(images):
    return (images - 127.5) / 127.5


def check_range(images):
    return bool(-1.0 <= images.min() < -0.5 and 0.5 < images.max() <= 1.0)


# %% 6.1 | check_range says True of images from 0 to 1
def normalised(images):
    return ((images - 127.5) / 127.5).astype("float32")


def check_range(images):
    return bool(images.min() >= -1 and images.max() <= 1)


# %% 6.1 | check_range says True of images normalised twice
def normalised(images):
    return ((images - 127.5) / 127.5).astype("float32")


def check_range(images):
    return bool(images.max() <= 1 and images.min() < 0)


# %% 6.2 | shuffle() comes before batch()
def pipeline(images, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices(images).batch(batch_size, drop_remainder=True)
    return dataset.shuffle(len(images))


# %% 6.2 | use drop_remainder=True
def pipeline(images, batch_size):
    return tf.data.Dataset.from_tensor_slices(images).shuffle(len(images)).batch(batch_size)


# %% 6.2 | the buffer of shuffle() is too small
def pipeline(images, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(8)
    return dataset.batch(batch_size, drop_remainder=True)


# %% 6.2 | shuffle() is missing
def pipeline(images, batch_size):
    return tf.data.Dataset.from_tensor_slices(images).batch(batch_size, drop_remainder=True)


# %% 6.2 | the epoch never ends
def pipeline(images, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images)).repeat()
    return dataset.batch(batch_size, drop_remainder=True)


# %% 6.2 | two epochs have the same order
def pipeline(images, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices(images)
    dataset = dataset.shuffle(len(images), reshuffle_each_iteration=False)
    return dataset.batch(batch_size, drop_remainder=True)


# %% 6.3 | the sides of its maps are 7, 14, expected 7, 14, 28
def make_generator():
    up = layers.Conv2DTranspose
    return keras.Sequential(
        [
            keras.Input((32,)),
            layers.Dense(7 * 7 * 64, use_bias=False),
            *(layers.BatchNormalization(momentum=0.9), layers.ReLU(), layers.Reshape((7, 7, 64))),
            up(48, 3, padding="same", use_bias=False),
            *(layers.BatchNormalization(momentum=0.9), layers.ReLU()),
            up(24, 4, strides=2, padding="same", use_bias=False),
            *(layers.BatchNormalization(momentum=0.9), layers.ReLU()),
            up(1, 4, padding="same", activation="tanh"),
        ]
    )


# %% 6.3 | does it end in tanh?
def make_generator():
    up = layers.Conv2DTranspose
    return keras.Sequential(
        [
            keras.Input((32,)),
            layers.Dense(7 * 7 * 64, use_bias=False),
            *(layers.BatchNormalization(momentum=0.9), layers.ReLU(), layers.Reshape((7, 7, 64))),
            up(48, 3, padding="same", use_bias=False),
            *(layers.BatchNormalization(momentum=0.9), layers.ReLU()),
            up(24, 4, strides=2, padding="same", use_bias=False),
            *(layers.BatchNormalization(momentum=0.9), layers.ReLU()),
            up(1, 4, strides=2, padding="same", activation="sigmoid"),
        ]
    )


# %% 6.3 | the layers before a normalisation have a bias
def make_generator():
    up = layers.Conv2DTranspose
    return keras.Sequential(
        [
            keras.Input((32,)),
            layers.Dense(7 * 7 * 64),
            *(layers.BatchNormalization(momentum=0.9), layers.ReLU(), layers.Reshape((7, 7, 64))),
            up(48, 3, padding="same"),
            *(layers.BatchNormalization(momentum=0.9), layers.ReLU()),
            up(24, 4, strides=2, padding="same"),
            *(layers.BatchNormalization(momentum=0.9), layers.ReLU()),
            up(1, 4, strides=2, padding="same", activation="tanh"),
        ]
    )


# %% 6.3 | expected noise of shape (None, 32)
def make_generator():
    return keras.Sequential([keras.Input((100,)), layers.Dense(784), layers.Reshape((28, 28, 1))])


# %% 6.4 | d_loss: the targets are exchanged
def d_loss(real_logits, fake_logits):
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    on_real = cross_entropy(tf.zeros_like(real_logits), real_logits)
    return on_real + cross_entropy(tf.ones_like(fake_logits), fake_logits)


def g_loss(fake_logits):
    return keras.losses.BinaryCrossentropy(from_logits=True)(tf.ones_like(fake_logits), fake_logits)


def accuracies(real_logits, fake_logits):
    return {
        "accuracy_real": tf.reduce_mean(tf.cast(real_logits > 0, tf.float32)),
        "accuracy_fake": tf.reduce_mean(tf.cast(fake_logits <= 0, tf.float32)),
    }


# %% 6.4 | d_loss: it takes logits for probabilities
def d_loss(real_logits, fake_logits):
    cross_entropy = keras.losses.BinaryCrossentropy()
    on_real = cross_entropy(tf.ones_like(real_logits), real_logits)
    return on_real + cross_entropy(tf.zeros_like(fake_logits), fake_logits)


def g_loss(fake_logits):
    return keras.losses.BinaryCrossentropy(from_logits=True)(tf.ones_like(fake_logits), fake_logits)


def accuracies(real_logits, fake_logits):
    return {
        "accuracy_real": tf.reduce_mean(tf.cast(real_logits > 0, tf.float32)),
        "accuracy_fake": tf.reduce_mean(tf.cast(fake_logits <= 0, tf.float32)),
    }


# %% 6.4 | accuracy_real: the threshold is 0.5, which is right for probabilities
def d_loss(real_logits, fake_logits):
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    on_real = cross_entropy(tf.ones_like(real_logits), real_logits)
    return on_real + cross_entropy(tf.zeros_like(fake_logits), fake_logits)


def g_loss(fake_logits):
    return keras.losses.BinaryCrossentropy(from_logits=True)(tf.ones_like(fake_logits), fake_logits)


def accuracies(real_logits, fake_logits):
    return {
        "accuracy_real": tf.reduce_mean(tf.cast(real_logits > 0.5, tf.float32)),
        "accuracy_fake": tf.reduce_mean(tf.cast(fake_logits <= 0.5, tf.float32)),
    }


# %% 6.4 | accuracy_fake: it is the share judged wrongly
def d_loss(real_logits, fake_logits):
    return tf.reduce_mean(tf.nn.softplus(-real_logits)) + tf.reduce_mean(
        tf.nn.softplus(fake_logits)
    )


def g_loss(fake_logits):
    return tf.reduce_mean(tf.nn.softplus(-fake_logits))


def accuracies(real_logits, fake_logits):
    return {
        "accuracy_real": tf.reduce_mean(tf.cast(real_logits > 0, tf.float32)),
        "accuracy_fake": tf.reduce_mean(tf.cast(fake_logits > 0, tf.float32)),
    }


# %% 6.5 | D moves before G's gradient is taken
def train_step(state, real, latent):
    with tf.GradientTape() as d_tape:
        fake = state.generator(latent, training=True)
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = d_loss(real_logits, fake_logits)
    d_weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(d_tape.gradient(loss, d_weights), d_weights)
    with tf.GradientTape() as g_tape:
        fake = state.generator(latent, training=True)
        pleased = g_loss(state.discriminator(fake, training=True))
    g_weights = state.generator.trainable_variables
    state.g_optimizer.apply(g_tape.gradient(pleased, g_weights), g_weights)
    return {"d_loss": loss, "g_loss": pleased, **accuracies(real_logits, fake_logits)}


# %% 6.5 | the discriminator, and not the generator
def train_step(state, real, latent):
    with tf.GradientTape() as d_tape:
        fake = state.generator(latent, training=True)
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = d_loss(real_logits, fake_logits)
    d_weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(d_tape.gradient(loss, d_weights), d_weights)
    pleased = g_loss(fake_logits)
    return {"d_loss": loss, "g_loss": pleased, **accuracies(real_logits, fake_logits)}


# %% 6.5 | without training=True
def train_step(state, real, latent):
    with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
        fake = state.generator(latent)
        real_logits = state.discriminator(real)
        fake_logits = state.discriminator(fake)
        losses = {"d_loss": d_loss(real_logits, fake_logits), "g_loss": g_loss(fake_logits)}
    d_weights = state.discriminator.trainable_variables
    g_weights = state.generator.trainable_variables
    d_gradients = d_tape.gradient(losses["d_loss"], d_weights)
    g_gradients = g_tape.gradient(losses["g_loss"], g_weights)
    state.d_optimizer.apply(d_gradients, d_weights)
    state.g_optimizer.apply(g_gradients, g_weights)
    return {**losses, **accuracies(real_logits, fake_logits)}


# %% 6.5 | state.d_optimizer the discriminator's
def train_step(state, real, latent):
    with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
        fake = state.generator(latent, training=True)
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        losses = {"d_loss": d_loss(real_logits, fake_logits), "g_loss": g_loss(fake_logits)}
    d_weights = state.discriminator.trainable_variables
    g_weights = state.generator.trainable_variables
    d_gradients = d_tape.gradient(losses["d_loss"], d_weights)
    g_gradients = g_tape.gradient(losses["g_loss"], g_weights)
    state.d_optimizer.apply(d_gradients, d_weights)
    state.d_optimizer.apply(g_gradients, g_weights)
    return {**losses, **accuracies(real_logits, fake_logits)}


# %% 6.5 | wanted is a dict of d_loss, g_loss, accuracy_real, accuracy_fake
def train_step(state, real, latent):
    with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
        fake = state.generator(latent, training=True)
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        losses = {"d_loss": d_loss(real_logits, fake_logits), "g_loss": g_loss(fake_logits)}
    d_weights = state.discriminator.trainable_variables
    g_weights = state.generator.trainable_variables
    d_gradients = d_tape.gradient(losses["d_loss"], d_weights)
    g_gradients = g_tape.gradient(losses["g_loss"], g_weights)
    state.d_optimizer.apply(d_gradients, d_weights)
    state.g_optimizer.apply(g_gradients, g_weights)
    return losses


# %% 6.6 | d_loss is EagerTensor, wanted is a plain number
def row_of(step, scalars):
    return {"step": step, **scalars}


def frames_of(files, run, at_most):
    return files


# %% 6.6 | is a picture of another run
def row_of(step, scalars):
    return {"step": step, **{name: float(value) for name, value in scalars.items()}}


def frames_of(files, run, at_most):
    frames = [file for file in files if file.name.startswith(run)]
    frames.sort(key=lambda file: int(file.stem.rpartition("_")[2]))
    return frames[:at_most]


# %% 6.6 | sorted by letters, not by number
def row_of(step, scalars):
    return {"step": step, **{name: float(value) for name, value in scalars.items()}}


def frames_of(files, run, at_most):
    frames = sorted(file for file in files if file.stem.rpartition("_")[0] == run)
    return frames[:: max(1, len(frames) // at_most)]


# %% 6.6 | keep first and last
def row_of(step, scalars):
    return {"step": step, **{name: float(value) for name, value in scalars.items()}}


def frames_of(files, run, at_most):
    frames = [file for file in files if file.stem.rpartition("_")[0] == run]
    frames.sort(key=lambda file: int(file.stem.rpartition("_")[2]))
    return frames[:at_most]


# %% 6.6 | 12 frames, expected at most 5
def row_of(step, scalars):
    return {"step": step, **{name: float(value) for name, value in scalars.items()}}


def frames_of(files, run, at_most):
    frames = [file for file in files if file.stem.rpartition("_")[0] == run]
    return sorted(frames, key=lambda file: int(file.stem.rpartition("_")[2]))


# %% 6.7 | run b is not bug 3
answer_6_7 = "236415"

# %% 6.7 | 2 are wrong; run e is not bug 5
answer_6_7 = "263451"

# %% 6.7 | is not the numbers 1 to 6
answer_6_7 = "dropout"


# %% 6.8 | moves the generator too, which must stand still in this update
def mended_f(state, objective, real, latent):
    return planted.update_f(state, objective, real, latent)


# %% 6.8 | mended_f: calls state.discriminator without training=True
def mended_f(state, objective, real, latent):
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_logits = state.discriminator(real)
        fake_logits = state.discriminator(fake)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"d_loss": loss}


# %% 6.8 | mended_f: moves the generator instead of the discriminator
def mended_f(state, objective, real, latent):
    with tf.GradientTape() as tape:
        fake = state.generator(latent, training=True)
        loss = tf.reduce_mean(objective.g_loss(state.discriminator(fake, training=True)))
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss}


# %% 6.8 | mended_a: it still mixes all images of the batch with one α
def mended_a(state, objective, real, latent, seed):
    fake = state.generator(latent, training=True)
    alpha = tf.random.stateless_uniform([1, 1, 1, 1], seed)
    between = alpha * real + (1.0 - alpha) * fake
    with tf.GradientTape() as tape:
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        with tf.GradientTape() as inner:
            inner.watch(between)
            logits = state.discriminator(between, training=True)
        slope = inner.gradient(logits, between)
        norm = tf.sqrt(tf.reduce_sum(slope**2, axis=[1, 2, 3]) + 1e-12)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
        loss += objective.penalty_weight * tf.reduce_mean((norm - 1.0) ** 2)
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"d_loss": loss}

# %% 6.10 | a network is a continuous function of z: it cannot jump
answer_6_10 = "a"

# %% 6.10 | nothing keeps G from a place between two kinds, except that D calls it fake
answer_6_10 = "c"

# %% 6.9 | compare the distances; does the grid show copies of a few bags?
answer_6_9 = "b"

# %% 6.9 | compare the distances, each with its own floor
answer_6_9 = "c"
