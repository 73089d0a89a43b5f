# ruff: noqa: F811, F821
# %% 10.1 | only F(G(x)) is compared


def my_cycle_loss(G, F, x, y):
    """Half of it."""
    return tf.reduce_mean(tf.abs(F(G(x)) - x))


# %% 10.1 | x enters F first


def my_cycle_loss(G, F, x, y):
    """The networks exchanged."""
    return tf.reduce_mean(tf.abs(G(F(x)) - x)) + tf.reduce_mean(tf.abs(F(G(y)) - y))


# %% 10.1 | squared


def my_cycle_loss(G, F, x, y):
    """Squares."""
    return tf.reduce_mean((F(G(x)) - x) ** 2) + tf.reduce_mean((G(F(y)) - y) ** 2)


# %% 10.1 | of either sign cancel


def my_cycle_loss(G, F, x, y):
    """Without tf.abs."""
    return tf.reduce_mean(F(G(x)) - x) + tf.reduce_mean(G(F(y)) - y)


# %% 10.1 | send it home first


def my_cycle_loss(G, F, x, y):
    """One way only."""
    return tf.reduce_mean(tf.abs(G(x) - x)) + tf.reduce_mean(tf.abs(F(y) - y))


# %% 10.1 | is its `return` missing


def my_cycle_loss(G, F, x, y):
    """Nothing comes back."""
    tf.reduce_mean(tf.abs(F(G(x)) - x)) + tf.reduce_mean(tf.abs(G(F(y)) - y))


# %% 10.2 | here it is the other way round


def my_d_loss(real_logits, fake_logits):
    """Exchanged targets."""
    return 0.5 * real_logits**2 + 0.5 * (fake_logits - 1.0) ** 2


def my_g_loss(fake_logits):
    """Right."""
    return 0.5 * (fake_logits - 1.0) ** 2


# %% 10.2 | G wants D to say 1


def my_d_loss(real_logits, fake_logits):
    """Right."""
    return 0.5 * (real_logits - 1.0) ** 2 + 0.5 * fake_logits**2


def my_g_loss(fake_logits):
    """The target of D."""
    return 0.5 * fake_logits**2


# %% 10.2 | everywhere 2.0 times as much


def my_d_loss(real_logits, fake_logits):
    """Without the half."""
    return (real_logits - 1.0) ** 2 + fake_logits**2


def my_g_loss(fake_logits):
    """Right."""
    return 0.5 * (fake_logits - 1.0) ** 2


# %% 10.2 | has shape ()


def my_d_loss(real_logits, fake_logits):
    """A mean too early."""
    return tf.reduce_mean(0.5 * (real_logits - 1.0) ** 2 + 0.5 * fake_logits**2)


def my_g_loss(fake_logits):
    """Right."""
    return 0.5 * (fake_logits - 1.0) ** 2


# %% 10.3 | x is not added


def my_residual_block(x):
    """The branch alone."""
    branch = layers.Conv2D(x.shape[-1], 3, padding="same", use_bias=False)(x)
    branch = layers.ReLU()(layers.GroupNormalization(groups=-1, epsilon=1e-5)(branch))
    branch = layers.Conv2D(x.shape[-1], 3, padding="same", use_bias=False)(branch)
    return layers.GroupNormalization(groups=-1, epsilon=1e-5)(branch)


# %% 10.3 | a ReLU after the sum


def my_residual_block(x):
    """As in a network that classifies."""
    branch = layers.Conv2D(x.shape[-1], 3, padding="same", use_bias=False)(x)
    branch = layers.ReLU()(layers.GroupNormalization(groups=-1, epsilon=1e-5)(branch))
    branch = layers.Conv2D(x.shape[-1], 3, padding="same", use_bias=False)(branch)
    branch = layers.GroupNormalization(groups=-1, epsilon=1e-5)(branch)
    return layers.ReLU()(layers.Add()([x, branch]))


# %% 10.3 | a ReLU at the end of the branch


def my_residual_block(x):
    """Two ReLUs."""
    branch = x
    for _ in range(2):
        branch = layers.Conv2D(x.shape[-1], 3, padding="same", use_bias=False)(branch)
        branch = layers.GroupNormalization(groups=-1, epsilon=1e-5)(branch)
        branch = layers.ReLU()(branch)
    return layers.Add()([x, branch])


# %% 10.3 | a layer norm


def my_residual_block(x):
    """One group."""
    branch = layers.Conv2D(x.shape[-1], 3, padding="same", use_bias=False)(x)
    branch = layers.ReLU()(layers.GroupNormalization(groups=1, epsilon=1e-5)(branch))
    branch = layers.Conv2D(x.shape[-1], 3, padding="same", use_bias=False)(branch)
    branch = layers.GroupNormalization(groups=1, epsilon=1e-5)(branch)
    return layers.Add()([x, branch])


# %% 10.3 | nothing is normalized by instance


def my_residual_block(x):
    """No norm."""
    branch = layers.Conv2D(x.shape[-1], 3, padding="same", activation="relu")(x)
    branch = layers.Conv2D(x.shape[-1], 3, padding="same")(branch)
    return layers.Add()([x, branch])


# %% 10.3 | your kernels are


def my_residual_block(x):
    """One convolution."""
    branch = layers.Conv2D(x.shape[-1], 3, padding="same", use_bias=False)(x)
    branch = layers.GroupNormalization(groups=-1, epsilon=1e-5)(branch)
    return layers.Add()([x, branch])


# %% 10.4 | only G moves


def my_g_update(state, objective, x, y, cycle_weight=5.0):
    """As in chapter 9."""
    G, F = state.generator, state.generator_back
    with tf.GradientTape() as tape:
        there, back = G(x, training=True), F(y, training=True)
        judged = tf.reduce_mean(objective.g_loss(state.discriminator(there)))
        judged += tf.reduce_mean(objective.g_loss(state.discriminator_back(back)))
        loss = judged + cycle_weight * my_cycle_loss(G, F, x, y)
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% 10.4 | learns from one half of the cycle loss


def my_g_update(state, objective, x, y, cycle_weight=5.0):
    """As in a well-known example."""
    G, F = state.generator, state.generator_back
    with tf.GradientTape(persistent=True) as tape:
        there, back = G(x), F(y)
        g_loss = tf.reduce_mean(objective.g_loss(state.discriminator(there)))
        g_loss += cycle_weight * tf.reduce_mean(tf.abs(G(back) - y))
        f_loss = tf.reduce_mean(objective.g_loss(state.discriminator_back(back)))
        f_loss += cycle_weight * tf.reduce_mean(tf.abs(F(there) - x))
    gradients = tape.gradient(g_loss, G.trainable_variables)
    gradients += tape.gradient(f_loss, F.trainable_variables)
    state.g_optimizer.apply(gradients, state.g_weights)
    return g_loss + f_loss


# %% 10.4 | half of the cycle loss is missing: G(F(y))


def my_g_update(state, objective, x, y, cycle_weight=5.0):
    """There and back, but not back and there."""
    G, F = state.generator, state.generator_back
    with tf.GradientTape() as tape:
        there, back = G(x), F(y)
        judged = tf.reduce_mean(objective.g_loss(state.discriminator(there)))
        judged += tf.reduce_mean(objective.g_loss(state.discriminator_back(back)))
        loss = judged + cycle_weight * tf.reduce_mean(tf.abs(F(there) - x))
    state.g_optimizer.apply(tape.gradient(loss, state.g_weights), state.g_weights)
    return loss


# %% 10.4 | the discriminators are exchanged


def my_g_update(state, objective, x, y, cycle_weight=5.0):
    """Each is shown the other kind."""
    G, F = state.generator, state.generator_back
    with tf.GradientTape() as tape:
        there, back = G(x), F(y)
        judged = tf.reduce_mean(objective.g_loss(state.discriminator_back(there)))
        judged += tf.reduce_mean(objective.g_loss(state.discriminator(back)))
        loss = judged + cycle_weight * my_cycle_loss(G, F, x, y)
    state.g_optimizer.apply(tape.gradient(loss, state.g_weights), state.g_weights)
    return loss


# %% 10.4 | F(y) is shown to no discriminator


def my_g_update(state, objective, x, y, cycle_weight=5.0):
    """One discriminator forgotten."""
    G, F = state.generator, state.generator_back
    with tf.GradientTape() as tape:
        judged = tf.reduce_mean(objective.g_loss(state.discriminator(G(x))))
        loss = judged + cycle_weight * my_cycle_loss(G, F, x, y)
    state.g_optimizer.apply(tape.gradient(loss, state.g_weights), state.g_weights)
    return loss


# %% 10.4 | multiplies the adversarial loss, too


def my_g_update(state, objective, x, y, cycle_weight=5.0):
    """Brackets."""
    G, F = state.generator, state.generator_back
    with tf.GradientTape() as tape:
        judged = tf.reduce_mean(objective.g_loss(state.discriminator(G(x))))
        judged += tf.reduce_mean(objective.g_loss(state.discriminator_back(F(y))))
        loss = cycle_weight * (judged + my_cycle_loss(G, F, x, y))
    state.g_optimizer.apply(tape.gradient(loss, state.g_weights), state.g_weights)
    return loss


# %% 10.4 | is it ignored?


def my_g_update(state, objective, x, y, cycle_weight=5.0):
    """A number in place of the name."""
    G, F = state.generator, state.generator_back
    with tf.GradientTape() as tape:
        judged = tf.reduce_mean(objective.g_loss(state.discriminator(G(x))))
        judged += tf.reduce_mean(objective.g_loss(state.discriminator_back(F(y))))
        loss = judged + 5.0 * my_cycle_loss(G, F, x, y)
    state.g_optimizer.apply(tape.gradient(loss, state.g_weights), state.g_weights)
    return loss


# %% 10.4 | a discriminator moves


def my_g_update(state, objective, x, y, cycle_weight=5.0):
    """Everybody learns."""
    G, F = state.generator, state.generator_back
    with tf.GradientTape() as tape:
        judged = tf.reduce_mean(objective.g_loss(state.discriminator(G(x))))
        judged += tf.reduce_mean(objective.g_loss(state.discriminator_back(F(y))))
        loss = judged + cycle_weight * my_cycle_loss(G, F, x, y)
    weights = state.g_weights + state.discriminator.trainable_variables
    for gradient, weight in zip(tape.gradient(loss, weights), weights, strict=True):
        weight.assign_sub(0.1 * gradient)
    return loss


# %% 10.4 | return the loss


def my_g_update(state, objective, x, y, cycle_weight=5.0):
    """No return."""
    G, F = state.generator, state.generator_back
    with tf.GradientTape() as tape:
        judged = tf.reduce_mean(objective.g_loss(state.discriminator(G(x))))
        judged += tf.reduce_mean(objective.g_loss(state.discriminator_back(F(y))))
        loss = judged + cycle_weight * my_cycle_loss(G, F, x, y)
    state.g_optimizer.apply(tape.gradient(loss, state.g_weights), state.g_weights)


# %% 10.5 | the fresh one is not kept


def shown(pool, fake, size, old, place):
    """The past is never renewed."""
    if len(pool) < size:
        pool.append(fake)
        return fake
    return pool[place] if old else fake


# %% 10.5 | before the past one is read


def shown(pool, fake, size, old, place):
    """Written first."""
    if len(pool) < size:
        pool.append(fake)
        return fake
    if old:
        pool[place] = fake
        return pool[place]
    return fake


# %% 10.5 | goes into the full pool, too


def shown(pool, fake, size, old, place):
    """Always exchanged."""
    if len(pool) < size:
        pool.append(fake)
        return fake
    past, pool[place] = pool[place], fake
    return past if old else fake


# %% 10.5 | the other way round


def shown(pool, fake, size, old, place):
    """The coin turned."""
    if len(pool) < size:
        pool.append(fake)
        return fake
    if old:
        return fake
    past, pool[place] = pool[place], fake
    return past


# %% 10.5 | a pool of three


def shown(pool, fake, size, old, place):
    """A pool that grows."""
    pool.append(fake)
    return pool[place] if old and len(pool) > size else fake


# %% 10.6 | that pays for copying


def my_identity_loss(G, F, x, y):
    """Each gets what it always gets."""
    return tf.reduce_mean(tf.abs(G(x) - x)) + tf.reduce_mean(tf.abs(F(y) - y))


# %% 10.6 | that would need pairs


def my_identity_loss(G, F, x, y):
    """As in chapter 9."""
    return tf.reduce_mean(tf.abs(G(x) - y)) + tf.reduce_mean(tf.abs(F(y) - x))


# %% 10.6 | only G(y) is compared


def my_identity_loss(G, F, x, y):
    """One half."""
    return tf.reduce_mean(tf.abs(G(y) - y))

# %% 10.7 | compare all three seeds with the three of section 3
answer_10_7 = "a"

# %% 10.7 | compare all three seeds with the three of section 3
answer_10_7 = "c"

# %% 10.8 | print the counts and look at place 7
answer_10_8 = "a"

# %% 10.8 | print the counts: how many places are not 0?
answer_10_8 = "c"
