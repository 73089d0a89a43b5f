"""Six updates with one bug each, for whoever wants to find them: the lab of chapter 6.

In: (state, objective, real, latent), for update_a a seed, too; update_d is the generator's, and
takes (state, objective, latent). Out: what `gan.train` logs. Each runs without a warning, or stops
with a message of Keras; none of them says what is wrong with it. Their docstrings do not either.
"""

from functools import partial

from gan_course.base.backend import tf
from gan_course.games import penalties


def update_a(state, objective, real, latent, seed):
    """The discriminator's, with a gradient penalty."""
    fake = state.generator(latent, training=True)
    alpha = tf.random.stateless_uniform([1, 1, 1, 1], seed)
    between = alpha * real + (1.0 - alpha) * fake
    critic = partial(state.discriminator, training=True)
    with tf.GradientTape() as tape:
        real_logits, fake_logits = critic(real), critic(fake)
        norm = penalties.gradient_norm(critic, between)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
        loss += objective.penalty_weight * tf.reduce_mean((norm - 1.0) ** 2)
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"d_loss": loss, **objective.scores(real_logits, fake_logits)}


def update_b(state, objective, real, latent):
    """The discriminator's."""
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_logits = state.discriminator(real)
        fake_logits = state.discriminator(fake)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"d_loss": loss, **objective.scores(real_logits, fake_logits)}


def update_c(state, objective, real, latent):
    """The discriminator's."""
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.d_loss(fake_logits, real_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"d_loss": loss, **objective.scores(real_logits, fake_logits)}


def update_d(state, objective, latent):
    """The generator's."""
    with tf.GradientTape() as tape:
        fake = state.generator(latent, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.g_loss(fake_logits))
    weights = state.generator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss}


def update_e(state, objective, real, latent):
    """The discriminator's."""
    real = (real - 127.5) / 127.5
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"d_loss": loss, **objective.scores(real_logits, fake_logits)}


def update_f(state, objective, real, latent):
    """The discriminator's."""
    with tf.GradientTape() as tape:
        fake = state.generator(latent, training=True)
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    own = state.discriminator.trainable_variables
    weights = [*own, *state.generator.trainable_variables]
    gradients = tape.gradient(loss, weights)
    state.d_optimizer.apply(gradients[: len(own)], own)
    state.g_optimizer.apply(gradients[len(own) :], weights[len(own) :])
    return {"d_loss": loss, **objective.scores(real_logits, fake_logits)}


PLANTED = {
    "a": update_a, "b": update_b, "c": update_c, "d": update_d, "e": update_e, "f": update_f,
}  # fmt: skip
