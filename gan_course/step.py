"""One training step: the maths of the course, readable as the paper's Algorithm 1.

In: the networks and optimizers of a TrainState, real images, latent vectors. Out: named scalars.
Nothing here knows files, clocks, plots or random seeds: randomness arrives as the latents.
The functions carry no decorator; the loop compiles them once with `tf.function`.
"""

from gan_course.backend import tf


def discriminator_update(state, objective, real, latent):
    """One descent step on the discriminator.

    Args:
      real: images (batch, H, W, C) in the recipe's value range.
      latent: noise (batch, latent_dim) for as many fakes.

    Returns:
      d_loss, and the scores of the batch *before* the update.
    """
    fake = state.generator(latent, training=True)  # made outside the tape: a constant here
    with tf.GradientTape() as tape:
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables  # only these learn
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"d_loss": loss, **scores(real_logits, fake_logits)}


def generator_update(state, objective, latent):
    """One descent step on the generator, through a discriminator that stays as it is.

    Returns:
      g_loss, before the update.
    """
    with tf.GradientTape() as tape:
        fake = state.generator(latent, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.g_loss(fake_logits))
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss}


def alternating_step(state, objective, reals, latents):
    """The discriminator first, once for each batch in `reals`; then the generator.

    Args:
      reals: (d_steps, batch, H, W, C), a fresh batch for each discriminator update.
      latents: (d_steps + 1, batch, latent_dim); the last one is the generator's.
    """
    for real, latent in zip(tf.unstack(reals), tf.unstack(latents)[:-1], strict=True):
        scalars = discriminator_update(state, objective, real, latent)
    return {**scalars, **generator_update(state, objective, latents[-1])}


def simultaneous_step(state, objective, reals, latents):
    """Both players move at once, from one forward pass: the cheapest step there is.

    Both gradients are taken before either network changes, so the generator answers the
    discriminator of the last step, not of this one.

    Args:
      reals: (1, batch, H, W, C).
      latents: (1, batch, latent_dim): both players see the same fakes.
    """
    real, latent = reals[0], latents[0]
    with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
        fake = state.generator(latent, training=True)
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        d_loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
        g_loss = tf.reduce_mean(objective.g_loss(fake_logits))
    d_weights = state.discriminator.trainable_variables
    g_weights = state.generator.trainable_variables
    d_gradients = d_tape.gradient(d_loss, d_weights)
    g_gradients = g_tape.gradient(g_loss, g_weights)
    state.d_optimizer.apply(d_gradients, d_weights)
    state.g_optimizer.apply(g_gradients, g_weights)
    return {"d_loss": d_loss, **scores(real_logits, fake_logits), "g_loss": g_loss}


def latent_batches(order: str, d_steps: int) -> int:
    """How many batches of latents one step of that order takes."""
    return 1 if order == "simultaneous" else d_steps + 1


def train_step(state, objective, order: str, reals, latents):
    """One step of the game in the given order; counts it in `state.step`.

    Returns:
      float32 scalars: d_loss, g_loss, and the four `scores`.
    """
    play = {"simultaneous": simultaneous_step, "alternating": alternating_step}[order]
    scalars = play(state, objective, reals, latents)
    state.step.assign_add(1)
    return scalars


def scores(real_logits, fake_logits):
    """What the discriminator thinks of a batch, as probabilities and as accuracies.

    d_real, d_fake: mean D(x) and mean D(G(z)), in [0, 1].
    accuracy_real, accuracy_fake: the share judged rightly; the threshold is probability 0.5,
    which is *logit 0*.
    """
    return {
        "d_real": tf.reduce_mean(tf.sigmoid(real_logits)),
        "d_fake": tf.reduce_mean(tf.sigmoid(fake_logits)),
        "accuracy_real": tf.reduce_mean(tf.cast(real_logits > 0, tf.float32)),
        "accuracy_fake": tf.reduce_mean(tf.cast(fake_logits <= 0, tf.float32)),
    }
