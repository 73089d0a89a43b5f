"""Wrong answers to the exercises of chapter 5."""
# ruff: noqa: F811, F821, SIM117


# %% 5.1 | one α for the whole batch
def my_alpha(real, seed):
    return tf.random.stateless_uniform([1, 1, 1, 1], seed)


# %% 5.1 | one for each pixel or number
def my_alpha(real, seed):
    return tf.random.stateless_uniform(real.shape, seed)


# %% 5.1 | one for each pixel or number
def my_alpha(real, seed):
    return tf.random.stateless_uniform([len(real), *real.shape[1:3], 1], seed)


# %% 5.1 | from a normal distribution?
def my_alpha(real, seed):
    return tf.random.stateless_normal([len(real), 1, 1, 1], seed)


# %% 5.1 | multiplies no images
def my_alpha(real, seed):
    return tf.random.stateless_uniform([len(real)], seed)


# %% 5.1 | α is not tf.random.stateless_uniform(shape, seed)
def my_alpha(real, seed):
    return tf.random.uniform([len(real), 1, 1, 1])


# %% 5.1 | real and fake are exchanged
def my_alpha(real, seed):
    return tf.random.stateless_uniform([len(real), 1, 1, 1], seed)


def my_between(real, fake, alpha):
    return alpha * fake + (1 - alpha) * real


# %% 5.1 | it adds the whole fake
def my_between(real, fake, alpha):
    return alpha * real + fake


# %% 5.1 | that is only a part of the way
def my_between(real, fake, alpha):
    return alpha * (real - fake)


# %% 5.2 | where the gradient is 0 the derivative of your norm is NaN
def my_gradient_norm(critic, images):
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = critic(images)
    gradient = tape.gradient(scores, images)
    return tf.sqrt(tf.reduce_sum(gradient**2, axis=[1, 2, 3]))


# %% 5.2 | the sum goes over the batch, too
def my_gradient_norm(critic, images):
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = critic(images)
    gradient = tape.gradient(scores, images)
    return tf.sqrt(tf.reduce_sum(gradient**2) + 1e-12)


# %% 5.2 | the gradient is None
def my_gradient_norm(critic, images):
    with tf.GradientTape() as tape:
        scores = critic(images)
    gradient = tape.gradient(scores, images)
    return tf.sqrt(tf.reduce_sum(gradient**2, axis=[1, 2, 3]) + 1e-12)


# %% 5.2 | the root is missing
def my_gradient_norm(critic, images):
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = critic(images)
    return tf.reduce_sum(tape.gradient(scores, images) ** 2, axis=[1, 2, 3])


# %% 5.2 | it is one norm for each channel
def my_gradient_norm(critic, images):
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = critic(images)
    gradient = tape.gradient(scores, images)
    return tf.sqrt(tf.reduce_sum(gradient**2, axis=[1, 2]) + 1e-12)


# %% 5.2 | no gradient goes through your norm
def my_gradient_norm(critic, images):
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = critic(images)
    gradient = tape.gradient(scores, images).numpy()
    return tf.constant(np.sqrt((gradient**2).sum(axis=(1, 2, 3))), tf.float32)


# %% 5.3 | belong inside the outer tape
def my_penalty_slope(critic, w, x):
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            score = critic(x)
    slope = inner.gradient(score, x)
    return outer.gradient((slope - 1) ** 2, w)


# %% 5.3 | the gradient is None
def my_penalty_slope(critic, w, x):
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            score = critic(x)
        penalty = (inner.gradient(score, x) - 1) ** 2
    return outer.gradient(penalty, w)


# %% 5.3 | that is the derivative of the slope
def my_penalty_slope(critic, w, x):
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            score = critic(x)
        slope = inner.gradient(score, x)
    return outer.gradient(slope, w)


# %% 5.3 | that is the penalty, not its derivative
def my_penalty_slope(critic, w, x):
    with tf.GradientTape() as inner:
        inner.watch(x)
        score = critic(x)
    return (inner.gradient(score, x) - 1) ** 2


# %% 5.4 | it looks at the real images
def my_penalty(critic, real, fake, seed):
    return (my_gradient_norm(critic, real) - 1) ** 2


# %% 5.4 | the square is missing
def my_penalty(critic, real, fake, seed):
    return my_gradient_norm(critic, my_between(real, fake, my_alpha(real, seed))) - 1


# %% 5.4 | the weight of 10 is in it
def my_penalty(critic, real, fake, seed):
    return 10 * (my_gradient_norm(critic, my_between(real, fake, my_alpha(real, seed))) - 1) ** 2


# %% 5.4 | a mean or a sum over the batch is left to the caller
def my_penalty(critic, real, fake, seed):
    norm = my_gradient_norm(critic, my_between(real, fake, my_alpha(real, seed)))
    return tf.reduce_mean((norm - 1) ** 2)


# %% 5.4 | it is one-sided
def my_penalty(critic, real, fake, seed):
    norm = my_gradient_norm(critic, my_between(real, fake, my_alpha(real, seed)))
    return tf.maximum(norm - 1, 0) ** 2


# %% 5.5 | The norm belongs inside the outer tape
def my_critic_update(state, objective, real, latent, seed):
    fake = state.generator(latent, training=True)
    critic = partial(state.discriminator, training=True)
    norm = my_gradient_norm(critic, my_between(real, fake, my_alpha(real, seed)))
    with tf.GradientTape() as outer:
        estimate = tf.reduce_mean(critic(real)) - tf.reduce_mean(critic(fake))
        penalty = tf.reduce_mean((norm - 1) ** 2)
        loss = objective.penalty_weight * penalty - estimate
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(outer.gradient(loss, weights), weights)
    return {"d_loss": loss, "wasserstein": estimate, "penalty": penalty, "gradient_norm": norm}


# %% 5.5 | leaves out the penalty
def my_critic_update(state, objective, real, latent, seed):
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as outer:
        real_scores = state.discriminator(real, training=True)
        fake_scores = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(fake_scores) - tf.reduce_mean(real_scores)
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(outer.gradient(loss, weights), weights)
    return loss


# %% 5.5 | forgets the penalty's weight of 10
def my_critic_update(state, objective, real, latent, seed):
    fake = state.generator(latent, training=True)
    critic = partial(state.discriminator, training=True)
    with tf.GradientTape() as outer:
        estimate = tf.reduce_mean(critic(real)) - tf.reduce_mean(critic(fake))
        loss = tf.reduce_mean(my_penalty(critic, real, fake, seed)) - estimate
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(outer.gradient(loss, weights), weights)
    return loss


# %% 5.5 | takes real images for fakes and fakes for real images
def my_critic_update(state, objective, real, latent, seed):
    fake = state.generator(latent, training=True)
    critic = partial(state.discriminator, training=True)
    with tf.GradientTape() as outer:
        estimate = tf.reduce_mean(critic(real)) - tf.reduce_mean(critic(fake))
        loss = 10 * tf.reduce_mean(my_penalty(critic, real, fake, seed)) + estimate
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(outer.gradient(loss, weights), weights)
    return loss


# %% 5.5 | 1 of its 3 calls of state.discriminator are without training=True
def my_critic_update(state, objective, real, latent, seed):
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as outer:
        real_scores = state.discriminator(real, training=True)
        fake_scores = state.discriminator(fake, training=True)
        penalty = tf.reduce_mean(my_penalty(state.discriminator, real, fake, seed))
        loss = 10 * penalty + tf.reduce_mean(fake_scores) - tf.reduce_mean(real_scores)
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(outer.gradient(loss, weights), weights)
    return loss


# %% 5.5 | calls state.generator without training=True
def my_critic_update(state, objective, real, latent, seed):
    fake = state.generator(latent)
    critic = partial(state.discriminator, training=True)
    with tf.GradientTape() as outer:
        estimate = tf.reduce_mean(critic(real)) - tf.reduce_mean(critic(fake))
        loss = 10 * tf.reduce_mean(my_penalty(critic, real, fake, seed)) - estimate
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(outer.gradient(loss, weights), weights)
    return loss


# %% 5.5 | it must return a dictionary with d_loss, wasserstein, penalty, gradient_norm
def my_critic_update(state, objective, real, latent, seed):
    fake = state.generator(latent, training=True)
    critic = partial(state.discriminator, training=True)
    with tf.GradientTape() as outer:
        estimate = tf.reduce_mean(critic(real)) - tf.reduce_mean(critic(fake))
        loss = 10 * tf.reduce_mean(my_penalty(critic, real, fake, seed)) - estimate
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(outer.gradient(loss, weights), weights)
    return loss


# %% 5.6 | made of a number whose making the tape has not seen
answer_5_6 = "c"

# %% 5.6 | the weights that this update moves
answer_5_6 = "d"


# %% 5.7 | the half is missing
def my_r1(critic, real, fake, seed):
    return my_gradient_norm(critic, real) ** 2


# %% 5.7 | it looks at the fakes
def my_r1(critic, real, fake, seed):
    return my_gradient_norm(critic, fake) ** 2 / 2


# %% 5.7 | it asks for slope 1, as the gradient penalty does
def my_r1(critic, real, fake, seed):
    return (my_gradient_norm(critic, real) - 1) ** 2

# %% 5.8 | count the modes with 100, and with 10,000
answer_5_8 = "a"

# %% 5.8 | compare 1 and 100
answer_5_8 = "c"

# %% 5.9 | print the last rows of the history and look at the column `gradient_norm`
answer_5_9 = "b"

# %% 5.9 | compare both numbers with the row *penalty*
answer_5_9 = "c"
