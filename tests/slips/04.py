# ruff: noqa: B905, F811, F821


# %% 4.1 | sort both first
def wasserstein_1d(a, b):
    """In the order of the arrays."""
    return np.abs(a - b).mean()


# %% 4.1 | a way to the left cancels one to the right
def wasserstein_1d(a, b):
    """Without absolute values: the difference of the means."""
    return (np.sort(a) - np.sort(b)).mean()


# %% 4.1 | the ways are squared
def wasserstein_1d(a, b):
    """The mean squared way."""
    return ((np.sort(a) - np.sort(b)) ** 2).mean()


# %% 4.1 | a sum; each of the n grains
def wasserstein_1d(a, b):
    """All ways together."""
    return np.abs(np.sort(a) - np.sort(b)).sum()


# %% 4.2 | your gap: its sign is wrong
def gap(critic, real, fake):
    """Fake minus real."""
    return np.mean(critic(fake)) - np.mean(critic(real))


def steepest(critic, places):
    """Right."""
    return np.max(np.abs(np.diff(critic(places)) / np.diff(places)))


# %% 4.2 | the critic is not asked
def gap(critic, real, fake):
    """Of the places."""
    return np.mean(real) - np.mean(fake)


def steepest(critic, places):
    """Right."""
    return np.max(np.abs(np.diff(critic(places)) / np.diff(places)))


# %% 4.2 | a way down counts as well
def gap(critic, real, fake):
    """Right."""
    return np.mean(critic(real)) - np.mean(critic(fake))


def steepest(critic, places):
    """Only the way up."""
    return np.max(np.diff(critic(places)) / np.diff(places))


# %% 4.2 | divide it by how far apart the places are
def gap(critic, real, fake):
    """Right."""
    return np.mean(critic(real)) - np.mean(critic(fake))


def steepest(critic, places):
    """The step, and not the slope."""
    return np.max(np.abs(np.diff(critic(places))))


# %% 4.3 | your d_loss: its sign is wrong
def my_d_loss(real, fake):
    """The gap itself."""
    return real - fake


def my_g_loss(fake):
    """Right."""
    return -fake


def estimate(real, fake):
    """Right."""
    return {"wasserstein": tf.reduce_mean(real) - tf.reduce_mean(fake)}


# %% 4.3 | the label of a fake is -1, not 0
def my_d_loss(real, fake):
    """With the labels 1 and 0."""
    return -1.0 * real - 0.0 * fake


def my_g_loss(fake):
    """Right."""
    return -fake


def estimate(real, fake):
    """Right."""
    return {"wasserstein": tf.reduce_mean(real) - tf.reduce_mean(fake)}


# %% 4.3 | your d_loss has shape (), expected (3, 1)
def my_d_loss(real, fake):
    """The mean already."""
    return tf.reduce_mean(fake) - tf.reduce_mean(real)


def my_g_loss(fake):
    """Right."""
    return -fake


def estimate(real, fake):
    """Right."""
    return {"wasserstein": tf.reduce_mean(real) - tf.reduce_mean(fake)}


# %% 4.3 | your g_loss: its sign is wrong
def my_d_loss(real, fake):
    """Right."""
    return fake - real


def my_g_loss(fake):
    """With the critic's label of a fake."""
    return fake


def estimate(real, fake):
    """Right."""
    return {"wasserstein": tf.reduce_mean(real) - tf.reduce_mean(fake)}


# %% 4.3 | your estimate: this is d_loss
def my_d_loss(real, fake):
    """Right."""
    return fake - real


def my_g_loss(fake):
    """Right."""
    return -fake


def estimate(real, fake):
    """The loss, and not the gap."""
    return {"wasserstein": tf.reduce_mean(my_d_loss(real, fake))}


# %% 4.4 | no weight has changed
def clip(weights, limit):
    """Without assign."""
    for weight in weights:
        weight = tf.clip_by_value(weight, -limit, limit)


# %% 4.4 | those below -limit must be cut, too
def clip(weights, limit):
    """Only from above."""
    for weight in weights:
        weight.assign(tf.minimum(weight, limit))


# %% 4.4 | each tensor is made shorter as a whole
def clip(weights, limit):
    """By norm, as one clips gradients."""
    for weight in weights:
        weight.assign(tf.clip_by_norm(weight, limit))


# %% 4.4 | a negative weight has become positive
def clip(weights, limit):
    """To [0, limit]."""
    for weight in weights:
        weight.assign(tf.clip_by_value(weight, 0.0, limit))


# %% 4.5 | are they clipped after the update?
def my_critic_update(state, objective, real, latent):
    """Without the clip."""
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_scores = state.discriminator(real, training=True)
        fake_scores = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.d_loss(real_scores, fake_scores))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"d_loss": loss, **objective.scores(real_scores, fake_scores)}


# %% 4.5 | are they clipped after the update?
def my_critic_update(state, objective, real, latent):
    """Clips before it applies."""
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_scores = state.discriminator(real, training=True)
        fake_scores = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.d_loss(real_scores, fake_scores))
    weights = state.discriminator.trainable_variables
    gradients = tape.gradient(loss, weights)
    clip(weights, objective.clip)
    state.d_optimizer.apply(gradients, weights)
    return {"d_loss": loss, **objective.scores(real_scores, fake_scores)}


# %% 4.5 | climbs instead of descending
def my_critic_update(state, objective, real, latent):
    """Maximises the loss."""
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_scores = state.discriminator(real, training=True)
        fake_scores = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(real_scores) - tf.reduce_mean(fake_scores)
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    clip(weights, objective.clip)
    return {"d_loss": loss, **objective.scores(real_scores, fake_scores)}


# %% 4.5 | moves the generator too
def my_critic_update(state, objective, real, latent):
    """Clips the generator as well."""
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_scores = state.discriminator(real, training=True)
        fake_scores = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.d_loss(real_scores, fake_scores))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    clip(weights, objective.clip)
    clip(state.generator.trainable_variables, objective.clip)
    return {"d_loss": loss, **objective.scores(real_scores, fake_scores)}


# %% 4.5 | moves the weights right, but returns
def my_critic_update(state, objective, real, latent):
    """Returns nothing."""
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_scores = state.discriminator(real, training=True)
        fake_scores = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.d_loss(real_scores, fake_scores))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    clip(weights, objective.clip)


# %% 4.6 | all five updates see the same real images
def critic_round(update, state, objective, reals, latents):
    """One batch for all."""
    for latent in latents:
        scalars = update(state, objective, reals[0], latent)
    return scalars


# %% 4.6 | all five updates make their fakes of the same noise
def critic_round(update, state, objective, reals, latents):
    """One noise for all."""
    for real in reals:
        scalars = update(state, objective, real, latents[0])
    return scalars


# %% 4.6 | 1 updates for 5 batches
def critic_round(update, state, objective, reals, latents):
    """Returns inside the loop."""
    for real, latent in zip(reals, latents):
        return update(state, objective, real, latent)


# %% 4.6 | wanted is what the last update returned
def critic_round(update, state, objective, reals, latents):
    """Collects all."""
    return [update(state, objective, real, latent) for real, latent in zip(reals, latents)]

# %% 4.7 | compare the distances of the samples, seed by seed
answer_4_7 = "a"

# %% 4.7 | look at the correlations
answer_4_7 = "c"

# %% 4.8 | compare the distances, seed by seed
answer_4_8 = "b"

# %% 4.8 | look at the correlations
answer_4_8 = "c"

# %% 4.9 | compare the distances, seed by seed
answer_4_9 = "a"

# %% 4.9 | the clip bounds the weights, and not how long G runs in an old direction
answer_4_9 = "b"
