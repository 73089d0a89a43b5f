# ruff: noqa: F811, F821

# %% 3.1 | in alternating order G must see the ψ that D has just moved to
def play(steps=500, rate=0.2, alternating=True, friction=0.0):
    theta, psi, path = 1.0, 0.0, []
    for _ in range(steps):
        path.append((theta, psi))
        push = 1 / (1 + np.exp(-psi * theta))
        d_step = -rate * (push * theta + friction * psi)
        theta, psi = theta + rate * push * psi, psi + d_step
    return np.array(path)


# %% 3.1 | D's sign is wrong: on a fake at θ > 0 its ψ must fall
def play(steps=500, rate=0.2, alternating=True, friction=0.0):
    theta, psi, path = 1.0, 0.0, []
    for _ in range(steps):
        path.append((theta, psi))
        new = psi + rate * (theta / (1 + np.exp(-psi * theta)) - friction * psi)
        seen = new if alternating else psi
        theta, psi = theta + rate * seen / (1 + np.exp(-seen * theta)), new
    return np.array(path)


# %% 3.1 | the path must begin at (1, 0)
def play(steps=500, rate=0.2, alternating=True, friction=0.0):
    theta, psi, path = 1.0, 0.0, []
    for _ in range(steps):
        new = psi - rate * (theta / (1 + np.exp(-psi * theta)) + friction * psi)
        seen = new if alternating else psi
        theta, psi = theta + rate * seen / (1 + np.exp(-seen * theta)), new
        path.append((theta, psi))
    return np.array(path)


# %% 3.1 | the friction is missing
def play(steps=500, rate=0.2, alternating=True, friction=0.0):
    theta, psi, path = 1.0, 0.0, []
    for _ in range(steps):
        path.append((theta, psi))
        new = psi - rate * theta / (1 + np.exp(-psi * theta))
        seen = new if alternating else psi
        theta, psi = theta + rate * seen / (1 + np.exp(-seen * theta)), new
    return np.array(path)


# %% 3.2 | a cloud with a single good point counts as kept
def count_kept(found, centres, deviation):
    distances = np.linalg.norm(found[:, None] - centres, axis=2)
    good = distances.min(axis=1) <= 3 * deviation
    return len(set(distances.argmin(axis=1)[good])), good.mean()


# %% 3.2 | the fair share is one of all points here
def count_kept(found, centres, deviation):
    distances = np.linalg.norm(found[:, None] - centres, axis=2)
    good = distances.min(axis=1) <= 3 * deviation
    points_of = np.bincount(distances.argmin(axis=1)[good], minlength=len(centres))
    return (points_of >= 0.1 * len(found) / len(centres)).sum(), good.mean()


# %% 3.2 | every point counts as good
def count_kept(found, centres, deviation):
    distances = np.linalg.norm(found[:, None] - centres, axis=2)
    points_of = np.bincount(distances.argmin(axis=1), minlength=len(centres))
    return (points_of >= 0.1 * len(found) / len(centres)).sum(), 1.0


# %% 3.2 | wanted is their share of all points
def count_kept(found, centres, deviation):
    distances = np.linalg.norm(found[:, None] - centres, axis=2)
    good = distances.min(axis=1) <= 3 * deviation
    points_of = np.bincount(distances.argmin(axis=1)[good], minlength=len(centres))
    return (points_of >= 0.1 * good.sum() / len(centres)).sum(), good.sum()


# %% 3.3 | it is in units of [-1, 1]
def diversity(images):
    half = len(images) // 2
    gaps = images[:half] - images[half : 2 * half]
    return np.sqrt((gaps**2).mean())


# %% 3.3 | the contrast inside the images
def diversity(images):
    return 127.5 * images.std()


# %% 3.3 | this is the mean absolute gap
def diversity(images):
    half = len(images) // 2
    return 127.5 * np.abs(images[:half] - images[half : 2 * half]).mean()


# %% 3.4 | the directions keep their own length
def sensitivity(generator, latents, directions, step=0.1):
    moved = generator(latents + step * directions, training=False)
    gaps = tf.reshape(moved - generator(latents, training=False), [len(latents), -1])
    return float(tf.reduce_mean(tf.norm(gaps, axis=1))) / step


# %% 3.4 | divide by the step
def sensitivity(generator, latents, directions, step=0.1):
    unit = directions / tf.norm(directions, axis=1, keepdims=True)
    moved = generator(latents + step * unit, training=False)
    gaps = tf.reshape(moved - generator(latents, training=False), [len(latents), -1])
    return float(tf.reduce_mean(tf.norm(gaps, axis=1)))


# %% 3.4 | the norm is taken over the whole batch
def sensitivity(generator, latents, directions, step=0.1):
    unit = directions / tf.norm(directions, axis=1, keepdims=True)
    moved = generator(latents + step * unit, training=False)
    return float(tf.norm(moved - generator(latents, training=False))) / step


# %% 3.5 | the loss is the mean over the batch
def gradient_norm(discriminator, fakes):
    with tf.GradientTape() as tape:
        tape.watch(fakes)
        loss = tf.reduce_mean(tf.nn.softplus(-discriminator(fakes, training=False)))
    gradients = tf.reshape(tape.gradient(loss, fakes), [len(fakes), -1])
    return float(tf.reduce_mean(tf.norm(gradients, axis=1)))


# %% 3.5 | this is the slope of the logit
def gradient_norm(discriminator, fakes):
    with tf.GradientTape() as tape:
        tape.watch(fakes)
        logits = discriminator(fakes, training=False)
    gradients = tf.reshape(tape.gradient(logits, fakes), [len(fakes), -1])
    return float(tf.reduce_mean(tf.norm(gradients, axis=1)))


# %% 3.5 | this is the norm of one gradient for the whole batch
def gradient_norm(discriminator, fakes):
    with tf.GradientTape() as tape:
        tape.watch(fakes)
        loss = tf.reduce_sum(tf.nn.softplus(-discriminator(fakes, training=False)))
    return float(tf.norm(tape.gradient(loss, fakes)))


# %% 3.6 | it must be over the batch (axis=0)
@keras.saving.register_keras_serializable("student")
class BatchDeviation(layers.Layer):
    def call(self, inputs):
        deviation = keras.ops.std(inputs, axis=(1, 2, 3), keepdims=True)
        plane = keras.ops.zeros_like(inputs[..., :1]) + deviation
        return keras.ops.concatenate([inputs, plane], axis=-1)


# %% 3.6 | the root is missing
@keras.saving.register_keras_serializable("student")
class BatchDeviation(layers.Layer):
    def call(self, inputs):
        plane = keras.ops.zeros_like(inputs[..., :1]) + keras.ops.mean(
            keras.ops.var(inputs, axis=0)
        )
        return keras.ops.concatenate([inputs, plane], axis=-1)


# %% 3.6 | add 1e-8 under the root
@keras.saving.register_keras_serializable("student")
class BatchDeviation(layers.Layer):
    def call(self, inputs):
        deviation = keras.ops.mean(keras.ops.sqrt(keras.ops.var(inputs, axis=0)))
        plane = keras.ops.zeros_like(inputs[..., :1]) + deviation
        return keras.ops.concatenate([inputs, plane], axis=-1)


# %% 3.6 | the plane is missing
@keras.saving.register_keras_serializable("student")
class BatchDeviation(layers.Layer):
    def call(self, inputs):
        return inputs


# %% 3.7 | case_b, not 'not trained long enough': the losses have stood still
case_a = "not trained long enough"
case_b = "not trained long enough"
case_c = "healthy"
case_d = "oscillating"
case_e = "dead by normalisation"
case_f = "generator collapsed"

# %% 3.7 | case_e, not 'discriminator too strong': it is, but as a consequence
case_a = "not trained long enough"
case_b = "discriminator too strong"
case_c = "healthy"
case_d = "oscillating"
case_e = "discriminator too strong"
case_f = "generator collapsed"

# %% 3.7 | case_d, not 'generator collapsed'
case_a = "not trained long enough"
case_b = "discriminator too strong"
case_c = "healthy"
case_d = "generator collapsed"
case_e = "dead by normalisation"
case_f = "oscillating"

# %% 3.7 | case_c: 'fine' is no verdict; choose one of 'dead by normalisation'
case_a = "not trained long enough"
case_b = "discriminator too strong"
case_c = "fine"
case_d = "oscillating"
case_e = "dead by normalisation"
case_f = "generator collapsed"

# %% 3.8 | in simultaneous order each step goes a little outwards, however short it is
answer_3_8 = "a"

# %% 3.8 | print the distance for 0.1 and 0.05 beside that for 0.2
answer_3_8 = "c"

# %% 3.9 | read both columns, the modes and the share of good points, for all three seeds
answer_3_9 = "a"

# %% 3.9 | compare with `ring_momentum`: it kept none, one and two modes
answer_3_9 = "c"

# %% 3.10 | the doctor of section 10 saw that the distance was still falling
answer_3_10 = "a"

# %% 3.10 | compare the columns `value` and `real`
answer_3_10 = "c"
