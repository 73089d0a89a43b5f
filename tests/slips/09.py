# ruff: noqa: F811, F821
# %% 9.1 | too bright and too dark cancel


def my_l1(truth, answer):
    """The mean difference."""
    return tf.reduce_mean(truth - answer)


# %% 9.1 | the mean of the squares


def my_l1(truth, answer):
    """L2."""
    return tf.reduce_mean((truth - answer) ** 2)


# %% 9.1 | that is a sum


def my_l1(truth, answer):
    """The sum."""
    return tf.reduce_sum(tf.abs(truth - answer))


# %% 9.1 | one number for each pair


def my_l1(truth, answer):
    """Not yet one number."""
    return tf.reduce_mean(tf.abs(truth - answer), axis=[1, 2, 3])


# %% 9.1 | half as many levels


def my_l1(truth, answer):
    """Right."""
    return tf.reduce_mean(tf.abs(truth - answer))


def as_levels(distance):
    """As if it were [0, 1]."""
    return distance * 255


# %% 9.1 | no place


def my_l1(truth, answer):
    """Right."""
    return tf.reduce_mean(tf.abs(truth - answer))


def as_levels(distance):
    """As of a pixel."""
    return (distance + 1) * 127.5


# %% 9.2 | it is not halved


def my_d_loss(real_logits, fake_logits):
    """The whole."""
    return tf.reduce_mean(tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits))


# %% 9.2 | the loss of the mean logit


def my_d_loss(real_logits, fake_logits):
    """One logit for each picture."""
    real, fake = (tf.reduce_mean(logits, axis=[1, 2, 3]) for logits in (real_logits, fake_logits))
    return 0.5 * tf.reduce_mean(tf.nn.softplus(-real) + tf.nn.softplus(fake))


# %% 9.2 | a sum over the map


def my_d_loss(real_logits, fake_logits):
    """The sum of the patches."""
    each = tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits)
    return 0.5 * tf.reduce_mean(tf.reduce_sum(each, axis=[1, 2, 3]))


# %% 9.2 | real and fake are swapped


def my_d_loss(real_logits, fake_logits):
    """The wrong way round."""
    return 0.5 * tf.reduce_mean(tf.nn.softplus(real_logits) + tf.nn.softplus(-fake_logits))


# %% 9.2 | one number for each patch


def my_d_loss(real_logits, fake_logits):
    """Without the mean."""
    return 0.5 * (tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits))


# %% 9.3 | L1 counts once


def my_g_update(state, objective, question, truth):
    """Without the weight."""
    with tf.GradientTape() as tape:
        answer = state.generator(question, training=True)
        verdict = state.discriminator([answer, question], training=True)
        l1 = my_l1(truth, answer)
        loss = tf.reduce_mean(objective.g_loss(verdict)) + l1
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss, "l1": l1}


# %% 9.3 | that is L1 alone


def my_g_update(state, objective, question, truth):
    """Nobody judges."""
    with tf.GradientTape() as tape:
        answer = state.generator(question, training=True)
        l1 = my_l1(truth, answer)
        loss = 100.0 * l1
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss, "l1": l1}


# %% 9.3 | it was built for [answer, question]


def my_g_update(state, objective, question, truth):
    """The pair the other way round."""
    with tf.GradientTape() as tape:
        answer = state.generator(question, training=True)
        verdict = state.discriminator([question, answer], training=True)
        l1 = my_l1(truth, answer)
        loss = tf.reduce_mean(objective.g_loss(verdict)) + 100.0 * l1
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss, "l1": l1}


# %% 9.3 | D is shown answer and truth


def my_g_update(state, objective, question, truth):
    """D compares."""
    with tf.GradientTape() as tape:
        answer = state.generator(question, training=True)
        verdict = state.discriminator([answer, truth], training=True)
        l1 = my_l1(truth, answer)
        loss = tf.reduce_mean(objective.g_loss(verdict)) + 100.0 * l1
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss, "l1": l1}


# %% 9.3 | the distance from the question


def my_g_update(state, objective, question, truth):
    """Near to the wrong image."""
    with tf.GradientTape() as tape:
        answer = state.generator(question, training=True)
        verdict = state.discriminator([answer, question], training=True)
        l1 = my_l1(question, answer)
        loss = tf.reduce_mean(objective.g_loss(verdict)) + 100.0 * l1
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss, "l1": l1}


# %% 9.3 | the discriminator moves


def my_g_update(state, objective, question, truth):
    """Everybody learns."""
    with tf.GradientTape() as tape:
        answer = state.generator(question, training=True)
        verdict = state.discriminator([answer, question], training=True)
        l1 = my_l1(truth, answer)
        loss = tf.reduce_mean(objective.g_loss(verdict)) + 100.0 * l1
    weights = state.generator.trainable_variables + state.discriminator.trainable_variables
    for gradient, weight in zip(tape.gradient(loss, weights), weights, strict=True):
        weight.assign_sub(0.01 * gradient)
    return {"g_loss": loss, "l1": l1}


# %% 9.3 | its norm asks


def my_g_update(state, objective, question, truth):
    """The answer is made twice."""
    with tf.GradientTape() as tape:
        answer = state.generator(question, training=True)
        verdict = state.discriminator([state.generator(question, training=True), question])
        l1 = my_l1(truth, answer)
        loss = tf.reduce_mean(objective.g_loss(verdict)) + 100.0 * l1
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss, "l1": l1}


# %% 9.3 | my_g_update stops


def my_g_update(state, objective, question, truth):
    """The answer is made outside of the tape."""
    answer = state.generator(question, training=True)
    with tf.GradientTape() as tape:
        verdict = state.discriminator([answer, question], training=True)
        l1 = my_l1(truth, answer)
        loss = tf.reduce_mean(objective.g_loss(verdict)) + 100.0 * l1
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss, "l1": l1}


# %% 9.3 | return {'g_loss'


def my_g_update(state, objective, question, truth):
    """Only the loss."""
    with tf.GradientTape() as tape:
        answer = state.generator(question, training=True)
        verdict = state.discriminator([answer, question], training=True)
        loss = tf.reduce_mean(objective.g_loss(verdict)) + 100.0 * my_l1(truth, answer)
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% 9.4 | the question joins, too


def my_unet(shape, down, up, bridges=True):
    """Kept before the block."""
    image = keras.Input(shape)
    made, kept = image, []
    for block in down:
        kept.append(made)
        made = block(made)
    for block in up:
        made = block(made)
        if bridges:
            made = layers.Concatenate()([made, kept.pop()])
    return keras.Model(image, made)


# %% 9.4 | the maps are added


def my_unet(shape, down, up, bridges=True):
    """A sum."""
    image = keras.Input(shape)
    made, kept = image, []
    for block in down:
        made = block(made)
        kept.append(made)
    kept.pop()
    for block in up:
        made = block(made)
        if bridges and kept:
            made = layers.Add()([made, kept.pop()])
    return keras.Model(image, made)


# %% 9.4 | nothing joins


def my_unet(shape, down, up, bridges=True):
    """A chain."""
    image = keras.Input(shape)
    made = image
    for block in (*down, *up):
        made = block(made)
    return keras.Model(image, made)


# %% 9.4 | the narrow middle joins itself


def my_unet(shape, down, up, bridges=True):
    """Joined before the block."""
    image = keras.Input(shape)
    made, kept = image, []
    for block in down:
        made = block(made)
        kept.append(made)
    for block in up:
        if bridges:
            made = layers.Concatenate()([made, kept.pop()])
        made = block(made)
    return keras.Model(image, made)


# %% 9.4 | there are bridges, too


def my_unet(shape, down, up, bridges=True):
    """Always."""
    image = keras.Input(shape)
    made, kept = image, []
    for block in down:
        made = block(made)
        kept.append(made)
    kept.pop()
    for block in up:
        made = block(made)
        if kept:
            made = layers.Concatenate()([made, kept.pop()])
    return keras.Model(image, made)


# %% 9.4 | stops


def my_unet(shape, down, up, bridges=True):
    """The first that was kept joins first."""
    image = keras.Input(shape)
    made, kept = image, []
    for block in down:
        made = block(made)
        kept.append(made)
    kept.pop()
    for block in up:
        made = block(made)
        if bridges and kept:
            made = layers.Concatenate()([made, kept.pop(0)])
    return keras.Model(image, made)


# %% 9.5 | begin at the end


def my_field(convolutions):
    """Forwards."""
    seen = 1
    for kernel, stride in convolutions:
        seen = (seen - 1) * stride + kernel
    return seen


# %% 9.5 | there are seen - 1 strides


def my_field(convolutions):
    """One stride too many."""
    seen = 1
    for kernel, stride in reversed(convolutions):
        seen = seen * stride + kernel
    return seen


# %% 9.5 | the strides are left out


def my_field(convolutions):
    """As if all strides were 1."""
    return 1 + sum(kernel - 1 for kernel, _ in convolutions)


# %% 9.5 | patches overlap


def my_field(convolutions):
    """A product."""
    return int(np.prod([kernel for kernel, _ in convolutions]))


# %% 9.6 | L1 is most of it
answer_9_6 = "a"
# %% 9.6 | never sees the answer and the truth together
answer_9_6 = "c"
# %% 9.6 | it is as sharp
answer_9_6 = "d"
# %% 9.7 | that is batch norm


def my_instance_norm(maps):
    """Over the batch, too."""
    mean, variance = (f((0, 1, 2), keepdims=True) for f in (maps.mean, maps.var))
    return (maps - mean) / np.sqrt(variance + 1e-5)


# %% 9.7 | that is layer norm


def my_instance_norm(maps):
    """All channels together."""
    mean, variance = (f((1, 2, 3), keepdims=True) for f in (maps.mean, maps.var))
    return (maps - mean) / np.sqrt(variance + 1e-5)


# %% 9.7 | wanted is its root


def my_instance_norm(maps):
    """By the variance."""
    mean, variance = (f((1, 2), keepdims=True) for f in (maps.mean, maps.var))
    return (maps - mean) / (variance + 1e-5)


# %% 9.7 | only the mean is taken off


def my_instance_norm(maps):
    """Half of it."""
    return maps - maps.mean(axis=(1, 2), keepdims=True)


# %% 9.7 | gives NaN


def my_instance_norm(maps):
    """Without the small number."""
    mean, deviation = (f((1, 2), keepdims=True) for f in (maps.mean, maps.std))
    return (maps - mean) / deviation

# %% 9.8 | compare L1 with that of `both`
answer_9_8 = "b"

# %% 9.8 | compare the sharpness; fog has less than half of it
answer_9_8 = "c"

# %% 9.9 | compare the sharpness with both rows of section 6
answer_9_9 = "a"

# %% 9.9 | its receptive field is one pixel: what does an edge look like there?
answer_9_9 = "c"
