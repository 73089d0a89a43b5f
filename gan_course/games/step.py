"""One training step: the maths of the course, readable as the paper's Algorithm 1.

In: the networks and optimizers of a state, real images, latent vectors, and labels where both
players are told what each image shows. Out: named scalars. Nothing here knows files, clocks or
plots: randomness arrives as the latents and the seeds.
The functions carry no decorator; the loop compiles them once with `tf.function`.
"""

from collections.abc import Callable
from typing import NamedTuple

from gan_course.base.backend import tf
from gan_course.games.penalties import clip_weights, gradient_norm


def given(inputs, labels=None):
    """What a network is called with: its input alone, or with the labels (batch, ...)."""
    return inputs if labels is None else [inputs, labels]


def discriminator_update(state, objective, real, latent, seed=None, labels=None):
    """One descent step on the discriminator.

    Args:
      real: images (batch, H, W, C) in the recipe's value range.
      latent: noise (batch, latent_dim) for as many fakes.
      seed: int32 (2,) for the objective's penalty; an objective without one needs none.
      labels: of the real images, (batch, ...); the fakes are made for the same ones, so that D
        cannot tell the two apart by how often a label comes.

    Returns:
      the terms of its loss, and the scores of the batch, *before* the update.
    """
    fake = state.generator(given(latent, labels), training=True)  # outside the tape: a constant
    with tf.GradientTape() as tape:
        real_logits = state.discriminator(given(real, labels), training=True)
        fake_logits = state.discriminator(given(fake, labels), training=True)
        terms = discriminator_terms(
            state, objective, real, fake, real_logits, fake_logits, seed, labels
        )
    weights = state.discriminator.trainable_variables  # only these learn
    descend(state, objective, tape.gradient(terms["d_loss"], weights))
    return {**terms, **objective.scores(real_logits, fake_logits)}


def discriminator_terms(state, objective, real, fake, real_logits, fake_logits, seed, labels=None):
    """d_loss, what the discriminator minimises, and the terms that it is the sum of.

    Without a penalty that is the mean of the objective's loss. With one there are also `penalty`,
    its unweighted mean, and `gradient_norm`, the mean steepness where the penalty looks.
    """
    loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    if objective.penalty is None:
        return {"d_loss": loss}

    def discriminate(images):
        return state.discriminator(given(images, labels), training=True)

    norm = gradient_norm(discriminate, objective.penalty.at(real, fake, seed))
    penalty = tf.reduce_mean(objective.penalty.cost(norm))
    return {
        "d_loss": loss + objective.penalty_weight * penalty,
        "penalty": penalty,
        "gradient_norm": tf.reduce_mean(norm),
    }


def descend(state, objective, gradients):
    """Move the discriminator's weights, and clip them where the objective says so."""
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(gradients, weights)
    if objective.clip is not None:
        clip_weights(weights, objective.clip)


def generator_update(state, objective, latent, labels=None):
    """One descent step on the generator, through a discriminator that does not learn from it.

    Returns:
      g_loss, before the update.
    """
    with tf.GradientTape() as tape:
        fake = state.generator(given(latent, labels), training=True)
        fake_logits = state.discriminator(given(fake, labels), training=True)
        loss = tf.reduce_mean(objective.g_loss(fake_logits))
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss}


class Updates(NamedTuple):
    """What the two players do in their turns; a student's own may stand in their places."""

    d_update: Callable
    g_update: Callable


LIBRARY = Updates(discriminator_update, generator_update)


def alternating_step(state, objective, reals, latents, seeds, labels=None, updates=LIBRARY):
    """The discriminator first, once for each batch in `reals`; then the generator.

    Args:
      reals: (d_steps, batch, H, W, C), a fresh batch for each discriminator update.
      latents: (d_steps + 1, batch, latent_dim); the last one is the generator's.
      seeds: int32 (d_steps, 2), one for the penalty of each discriminator update.
      labels: (d_steps, batch, ...); the generator gets those of the last batch, with fresh noise.
      updates: of the two players; the library's, unless they are one's own.

    Returns:
      the scalars of the last discriminator update, and the generator's.
    """
    *d_latents, g_latent = tf.unstack(latents)
    each = [None] * len(d_latents) if labels is None else tf.unstack(labels)
    rounds = zip(tf.unstack(reals), d_latents, tf.unstack(seeds), each, strict=True)
    for real, latent, seed, told in rounds:
        scalars = updates.d_update(state, objective, real, latent, seed, told)
    return {**scalars, **updates.g_update(state, objective, g_latent, each[-1])}


def simultaneous_step(state, objective, reals, latents, seeds, labels=None):
    """Both players move at once, from one forward pass: the cheapest step there is.

    Both gradients are taken before either network changes, so the generator answers the
    discriminator of the last step, not of this one.

    Args:
      reals: (1, batch, H, W, C).
      latents: (1, batch, latent_dim): both players see the same fakes.
      seeds: int32 (1, 2).
      labels: (1, batch, ...), those of the real images.
    """
    real, latent, seed = reals[0], latents[0], seeds[0]
    told = None if labels is None else labels[0]
    with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
        fake = state.generator(given(latent, told), training=True)
        real_logits = state.discriminator(given(real, told), training=True)
        fake_logits = state.discriminator(given(fake, told), training=True)
        terms = discriminator_terms(
            state, objective, real, fake, real_logits, fake_logits, seed, told
        )
        g_loss = tf.reduce_mean(objective.g_loss(fake_logits))
    d_gradients = d_tape.gradient(terms["d_loss"], state.discriminator.trainable_variables)
    g_weights = state.generator.trainable_variables
    g_gradients = g_tape.gradient(g_loss, g_weights)
    descend(state, objective, d_gradients)
    state.g_optimizer.apply(g_gradients, g_weights)
    return {**terms, **objective.scores(real_logits, fake_logits), "g_loss": g_loss}


def latent_batches(order: str, d_steps: int) -> int:
    """How many batches of latents one step of that order takes."""
    return 1 if order == "simultaneous" else d_steps + 1


def train_step(
    state, objective, order: str, reals, latents, seeds, labels=None, updates: Updates = LIBRARY
):
    """One step of the game in the given order; who calls it counts it.

    Returns:
      float32 scalars: the terms of d_loss, g_loss, and the objective's scores.
    """
    if order == "simultaneous":
        scalars = simultaneous_step(state, objective, reals, latents, seeds, labels)
    else:
        scalars = alternating_step(state, objective, reals, latents, seeds, labels, updates)
    return {**{name: scalars[name] for name in ("d_loss", "g_loss")}, **scalars}  # losses first
