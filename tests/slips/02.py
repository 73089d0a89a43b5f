# ruff: noqa: F811, F821

# %% 2.1 | it is rounded down; with "same" the window that begins on the last pixel counts
def conv_size(size, kernel, stride, padding):
    if padding == "same":
        return size // stride
    return (size - kernel) // stride + 1


# %% 2.1 | the first place is not counted
def conv_size(size, kernel, stride, padding):
    if padding == "same":
        return (size + stride - 1) // stride
    return (size - kernel) // stride


# %% 2.1 | conv_size, padding "valid", for (size, kernel, stride)
def conv_size(size, kernel, stride, padding):
    return (size + stride - 1) // stride


# %% 2.1 | one stride too much
def conv_size(size, kernel, stride, padding):
    if padding == "same":
        return (size + stride - 1) // stride
    return (size - kernel) // stride + 1


def transposed_size(size, kernel, stride, padding):
    if padding == "same":
        return size * stride
    return stride * size + kernel


# %% 2.1 | returns None
def transposed_size(size, kernel, stride, padding):
    if padding == "same":
        return size * stride


# %% 2.2 | each place of the image has statistics of its own
def batch_norm(x, gamma, beta, moving_mean, moving_variance, training):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
    return gamma * (x - mean) / np.sqrt(variance + 0.001) + beta


# %% 2.2 | each image has statistics of its own
def batch_norm(x, gamma, beta, moving_mean, moving_variance, training):
    mean, variance = moving_mean, moving_variance
    if training:
        mean = x.mean(axis=(1, 2), keepdims=True)
        variance = x.var(axis=(1, 2), keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + 0.001) + beta


# %% 2.2 | one mean for all channels
def batch_norm(x, gamma, beta, moving_mean, moving_variance, training):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + 0.001) + beta


# %% 2.2 | after training: these are the statistics of this batch
def batch_norm(x, gamma, beta, moving_mean, moving_variance, training):
    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / np.sqrt(variance + 0.001) + beta


# %% 2.2 | divided by the variance
def batch_norm(x, gamma, beta, moving_mean, moving_variance, training):
    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / variance + beta


# %% 2.2 | gamma and beta are missing
def batch_norm(x, gamma, beta, moving_mean, moving_variance, training):
    return (x - x.mean(axis=(0, 1, 2))) / np.sqrt(x.var(axis=(0, 1, 2)) + 0.001)


# %% 2.3 | a later stamp covers the earlier one
def stamped(image, kernel, stride):
    k = len(kernel)
    out = np.zeros([stride * (side - 1) + k for side in image.shape])
    for row, column in np.ndindex(image.shape):
        top, left = stride * row, stride * column
        out[top : top + k, left : left + k] = image[row, column] * kernel
    return out


# %% 2.3 | one stride too large
def stamped(image, kernel, stride):
    k = len(kernel)
    out = np.zeros([stride * side + k for side in image.shape])
    for row, column in np.ndindex(image.shape):
        top, left = stride * row, stride * column
        out[top : top + k, left : left + k] += image[row, column] * kernel
    return out


# %% 2.3 | stops in Cell
def stamped(image, kernel, stride):
    k = len(kernel)
    out = np.zeros([stride * side for side in image.shape])
    for row, column in np.ndindex(image.shape):
        top, left = stride * row, stride * column
        out[top : top + k, left : left + k] += image[row, column] * kernel
    return out


# %% 2.4 | each place is counted once at most
def stamp_counts(size, kernel, stride):
    counts = np.zeros(stride * (size - 1) + kernel)
    for number in range(size):
        counts[stride * number : stride * number + kernel] = 1
    return counts


# %% 2.4 | only the first place of each stamp is counted
def stamp_counts(size, kernel, stride):
    counts = np.zeros(stride * (size - 1) + kernel)
    for number in range(size):
        counts[stride * number] += 1
    return counts


# %% 2.4 | has shape (15,), expected (11,)
def stamp_counts(size, kernel, stride):
    counts = np.zeros(size * kernel)
    for number in range(size):
        counts[stride * number : stride * number + kernel] += 1
    return counts


# %% 2.5 | never below 0
def build_generator():
    return keras.Sequential(
        [
            keras.Input((16,)),
            layers.Dense(784),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Reshape((7, 7, 16)),
            layers.Conv2DTranspose(8, 4, strides=2, padding="same"),
            layers.ReLU(),
            layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid"),
        ]
    )


# %% 2.5 | the generator gives (27, 27, 1), wanted is (28, 28, 1)
def build_generator():
    return keras.Sequential(
        [
            keras.Input((16,)),
            layers.Dense(36),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Reshape((6, 6, 1)),
            layers.Conv2DTranspose(8, 3, strides=2),
            layers.Conv2DTranspose(1, 3, strides=2, activation="tanh"),
        ]
    )


# %% 2.5 | no batch normalisation
def build_generator():
    return keras.Sequential(
        [
            keras.Input((16,)),
            layers.Dense(784, activation="relu"),
            layers.Reshape((7, 7, 16)),
            layers.Conv2DTranspose(8, 4, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
        ]
    )


# %% 2.5 | with nothing bent between them
def build_generator():
    return keras.Sequential(
        [
            keras.Input((16,)),
            layers.Dense(784),
            layers.BatchNormalization(),
            layers.Reshape((7, 7, 16)),
            layers.Conv2DTranspose(1, 4, strides=4, padding="same", activation="tanh"),
        ]
    )


# %% 2.5 | it returns None; wanted is a model
def build_generator():
    keras.Sequential([keras.Input((16,)), layers.Dense(784), layers.Reshape((28, 28, 1))])


# %% 2.5 | the generator has a hidden dense layer
def build_generator():
    return keras.Sequential(
        [
            keras.Input((16,)),
            layers.Dense(128, activation="relu"),
            layers.Dense(784, activation="tanh"),
            layers.Reshape((28, 28, 1)),
        ]
    )


# %% 2.6 | ends in a probability
def build_discriminator():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(8, 4, strides=2, padding="same", activation="leaky_relu"),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


# %% 2.6 | the discriminator pools
def build_discriminator():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(8, 4, padding="same"),
            layers.LeakyReLU(0.2),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


# %% 2.6 | no leaky ReLU
def build_discriminator():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(8, 4, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


# %% 2.6 | the discriminator gives (14, 14, 1), wanted is (1,)
def build_discriminator():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(8, 4, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Dense(1),
        ]
    )


# %% 2.6 | keras.Input((28, 28, 1))
def build_discriminator():
    return keras.Sequential(
        [layers.Conv2D(8, 4, strides=2), layers.LeakyReLU(0.2), layers.Flatten(), layers.Dense(1)]
    )


# %% 2.6 | has a hidden dense layer
def build_discriminator():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(8, 4, strides=2),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(32),
            layers.LeakyReLU(0.2),
            layers.Dense(1),
        ]
    )


# %% 2.7 | decay and 1 - decay are exchanged
def ema_update(mean, weight, decay):
    return (1 - decay) * mean + decay * weight


# %% 2.7 | the shares do not add up to 1
def ema_update(mean, weight, decay):
    return decay * mean + weight


# %% 2.7 | old and new count alike
def ema_update(mean, weight, decay):
    return (mean + weight) / 2


# %% 2.8 | that is SGD
answer_2_8 = "a"

# %% 2.8 | under a root
answer_2_8 = "c"

# %% 2.9 | in ordinary training the target stands still; here it is the other player
answer_2_9 = "a"

# %% 2.9 | print all three seeds of each: the ranges do not overlap
answer_2_9 = "c"

# %% 2.10 | compare the first two lines that are printed
answer_2_10 = "a"

# %% 2.10 | compare the first and the last line that are printed
answer_2_10 = "c"

# %% 2.11 | a transposed convolution with a kernel of 3 has the pattern too (section 3)
answer_2_11 = "a"

# %% 2.11 | it repeats each pixel; nothing is there yet that could be blurred
answer_2_11 = "c"
