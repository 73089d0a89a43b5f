"""Chapter 2, convolutions: sizes, batch norm, stamps, two networks, a mean of weights."""

from collections.abc import Callable, Iterator

import numpy as np

from gan_course.base.backend import keras
from gan_course.teaching.checks import same_values
from gan_course.teaching.exercises.registry import choice, exercise
from gan_course.teaching.mismatch import Mismatch

layers = keras.layers

# size, kernel, stride; uneven, so that no rounding is right by chance
_SIZES = ((28, 4, 2), (7, 3, 2), (9, 4, 1), (10, 5, 3), (14, 5, 2))
_LATENT, _IMAGE, _MOST_WEIGHTS = (16,), (28, 28, 1), 300_000


@exercise(
    "2.1", "Sizes of outputs", 6, '7 pixels with stride 2, "same": places 0, 2, 4, 6 are four'
)
def _(conv_size, transposed_size) -> None:
    size, kernel, stride = np.array(_SIZES, dtype=float).T
    same, valid = np.ceil(size / stride), (size - kernel) // stride + 1
    _sizes(conv_size, "same", same, {
        "half a pixel: round up": size / stride,
        'it is rounded down; with "same" the window that begins on the last pixel counts, too':
            size // stride,
        'that is the size for "valid"': valid,
    })  # fmt: skip
    _sizes(conv_size, "valid", valid, {
        "the first place is not counted: one more than there are moves": valid - 1,
        'that is the size for "same"': same,
        "a fraction of a window is no output: round down": (size - kernel) / stride + 1,
    })  # fmt: skip
    grown, whole = stride * size, stride * (size - 1) + kernel
    _sizes(transposed_size, "same", grown, {
        'that is the size for "valid"': whole,
        "it shrinks: a transposed convolution grows the image": same,
    })  # fmt: skip
    _sizes(transposed_size, "valid", whole, {
        'that is the size for "same"': grown,
        "one stride too much: the last of `size` stamps begins at stride * (size - 1)":
            stride * size + kernel,
        "the last stamp is as wide as the kernel": stride * (size - 1) + 1,
    })  # fmt: skip


def _sizes(function: Callable, padding: str, expected: np.ndarray, slips: dict) -> None:
    found = [function(*case, padding) for case in _SIZES]
    if None in found:
        raise Mismatch(f'{function.__name__} with padding "{padding}" returns None')
    what = f'{function.__name__}, padding "{padding}", for (size, kernel, stride) {_SIZES}'
    same_values(found, expected, what, slips)


@exercise("2.2", "Batch normalisation", 8, "the statistics of a channel: axis=(0, 1, 2)")
def _(batch_norm) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal([2.0, -1.0, 0.5], [3.0, 0.2, 1.0], (4, 2, 3, 3))
    gamma, beta = np.array([1.5, 0.5, 2.0]), np.array([0.3, -2.0, 1.0])
    mean, variance = np.array([1.0, -0.7, 0.0]), np.array([4.0, 0.1, 2.0])

    def by(mean, variance, epsilon=1e-3):
        return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta

    def over(*axes):
        return by(x.mean(axes, keepdims=True), x.var(axes, keepdims=True))

    m, v = x.mean((0, 1, 2)), x.var((0, 1, 2))
    same_values(batch_norm(x, gamma, beta, mean, variance, True), by(m, v), "in training", {
        "each place of the image has statistics of its own: average over rows and columns, too":
            over(0),
        "each image has statistics of its own: average over the batch, too": over(1, 2),
        "one mean for all channels: the last axis is not averaged": over(0, 1, 2, 3),
        "these are the collected statistics; in training it is those of the batch":
            by(mean, variance),
        "divided by the variance: by its square root, please": by(m, v**2, 0),
        "epsilon belongs inside the root": gamma * (x - m) / (np.sqrt(v) + 1e-3) + beta,
        "gamma and beta are missing": (x - m) / np.sqrt(v + 1e-3),
    })  # fmt: skip
    found = batch_norm(x, gamma, beta, mean, variance, False)
    of_batch = "these are the statistics of this batch; after training it is the collected ones"
    same_values(found, by(mean, variance), "after training", {of_batch: by(m, v)})


@exercise("2.3", "A transposed convolution by hand", 8, "out[top : top + k, left : left + k] += …")
def _(stamped) -> None:
    rng = np.random.default_rng(1)
    image, kernel = rng.integers(1, 9, (3, 2)), rng.integers(1, 9, (3, 3))
    for stride in (2, 1):
        expected = _stamps(image, kernel, stride)
        what = f"your sum of stamps (image 3×2, kernel 3×3, stride {stride})"
        _same(stamped(image, kernel, stride), expected, what, {
            "a later stamp covers the earlier one: where they overlap they are added":
                _stamps(image, kernel, stride, added=False),
            "the kernel is turned round: a stamp is pixel * kernel as it is":
                _stamps(image, kernel[::-1, ::-1], stride),
            "the rows and columns of the kernel are exchanged": _stamps(image, kernel.T, stride),
            "one stride too large: the last stamp begins at stride * (rows - 1)":
                np.pad(expected, ((0, stride), (0, stride))),
            "the stamps lie side by side, one pixel apart: they are `stride` apart":
                _stamps(image, kernel, 1),
        })  # fmt: skip


def _stamps(image: np.ndarray, kernel: np.ndarray, stride: int, added: bool = True) -> np.ndarray:
    """By the weights of the kernel, not by the pixels: the second way to add the same terms."""
    size, (rows, columns) = len(kernel), image.shape
    out = np.zeros([stride * (side - 1) + size for side in image.shape])
    if not added:
        for row, column in np.ndindex(rows, columns):
            top, left = stride * row, stride * column
            out[top : top + size, left : left + size] = image[row, column] * kernel
        return out
    high, wide = stride * (rows - 1) + 1, stride * (columns - 1) + 1
    for (row, column), weight in np.ndenumerate(kernel):
        out[row : row + high : stride, column : column + wide : stride] += weight * image
    return out


def _same(found, expected: np.ndarray, what: str, slips: dict) -> None:
    """Where a slip gives the right numbers by chance, as stamps side by side do, it is none."""
    apart = {
        words: wrong
        for words, wrong in slips.items()
        if np.shape(wrong) != expected.shape or not np.allclose(wrong, expected)
    }
    same_values(found, expected, what, apart)


@exercise("2.4", "How many stamps fall on a place", 5, "each stamp adds 1 to `kernel` places")
def _(stamp_counts) -> None:
    for size, kernel, stride in ((5, 3, 2), (4, 5, 2), (6, 4, 2), (3, 3, 3)):
        places = np.arange(stride * (size - 1) + kernel)[:, None] - stride * np.arange(size)
        expected = ((places >= 0) & (places < kernel)).sum(1)
        what = f"the counts for size {size}, kernel {kernel}, stride {stride}"
        _same(stamp_counts(size, kernel, stride), expected, what, {
            "each place is counted once at most: add, where a second stamp falls on it":
                np.minimum(expected, 1),
            "only the first place of each stamp is counted": (places == 0).sum(1),
            "the stamps are one place apart: they are `stride` apart":
                np.convolve(np.ones(size), np.ones(kernel)),
        })  # fmt: skip


@exercise(
    "2.5", "Your generator", 10, "a line of the recipe at a time, and look at generator.summary()"
)
def _(build_generator) -> None:
    network, parts = _network("generator", build_generator(), _LATENT, _IMAGE)
    if not any(isinstance(part, layers.Conv2DTranspose | layers.UpSampling2D) for part in parts):
        raise Mismatch("the generator does not grow: rule 1 wants Conv2DTranspose with strides=2")
    if not any(isinstance(part, layers.BatchNormalization) for part in parts):
        raise Mismatch("the generator has no batch normalisation: rule 2")
    if not {"relu", "leaky_relu"} & set(map(_activation, parts)):
        raise Mismatch(
            "the generator has no ReLU: with nothing bent between them, all its layers together "
            "are one linear map and a tanh"
        )
    noise = 1e3 * np.random.default_rng(0).normal(size=(8, *_LATENT)).astype("float32")
    pixels = network(noise, training=False).numpy()
    if pixels.min() >= 0:
        raise Mismatch("the generator's pixels are never below 0, and real ones run from -1 to 1: "
                       "end in tanh")  # fmt: skip
    if np.abs(pixels).max() > 1:
        raise Mismatch("the generator's pixels leave the range from -1 to 1: end in tanh")


@exercise("2.6", "Your discriminator", 8, "three times Conv2D and LeakyReLU, Flatten, Dense(1)")
def _(build_discriminator) -> None:
    network, parts = _network("discriminator", build_discriminator(), _IMAGE, (1,))
    if not any(isinstance(part, layers.Conv2D) and max(part.strides) > 1 for part in parts):
        raise Mismatch("the discriminator never shrinks its image: rule 1 wants Conv2D, strides=2")
    if "leaky_relu" not in map(_activation, parts):
        raise Mismatch("the discriminator has no leaky ReLU: rule 4")
    images = 1e3 * np.random.default_rng(0).normal(size=(8, *_IMAGE)).astype("float32")
    logits = network(np.concatenate([images, -images]), training=False).numpy()
    if np.abs(logits).max() <= 1:
        raise Mismatch("the discriminator ends in a probability; wanted is a logit, a Dense(1) "
                       "without sigmoid or tanh: the loss has the sigmoid in it")  # fmt: skip


def _network(name: str, made, taken: tuple, given: tuple) -> tuple[keras.Model, list]:
    """The network, and its layers, if it is one that keeps the rules of both."""
    if not isinstance(made, keras.Model) or not made.built:
        raise Mismatch(f"it returns {made!r:.40}; wanted is a model from keras.Input({taken}) on")
    for what, shape, wanted in (
        ("takes", made.input_shape[1:], taken),
        ("gives", made.output_shape[1:], given),
    ):
        if tuple(shape) != wanted:
            raise Mismatch(f"the {name} {what} {tuple(shape)}, wanted is {wanted}")
    if made.count_params() > _MOST_WEIGHTS:
        raise Mismatch(
            f"the {name} has {made.count_params():,} weights; with more than "
            f"{_MOST_WEIGHTS:,} the run would take many minutes: fewer filters"
        )
    parts = list(_leaves(made))
    if any("Pool" in type(part).__name__ for part in parts):
        raise Mismatch(f"the {name} pools: rule 1 wants strides in its place")
    if sum(isinstance(part, layers.Dense) for part in parts) > 1:
        raise Mismatch(f"the {name} has a hidden dense layer: rule 3 allows it one Dense")
    return made, parts


def _leaves(network: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from _leaves(layer)
        else:
            yield layer


def _activation(layer) -> str:
    """What a layer bends its output with, by Keras's name."""
    if isinstance(layer, layers.LeakyReLU):
        return "leaky_relu"
    if isinstance(layer, layers.ReLU):
        return "relu"
    inner = getattr(layer, "activation", None)
    return _activation(inner) if isinstance(inner, layers.Layer) else getattr(inner, "__name__", "")


@exercise("2.7", "The running mean of the weights", 4, "how much of the old mean stays? decay")
def _(ema_update) -> None:
    rng = np.random.default_rng(2)
    mean, weight = rng.normal(size=(2, 3, 2))
    for decay in (0.9, 0.998):
        found = ema_update(mean.copy(), weight.copy(), decay)
        same_values(found, decay * mean + (1 - decay) * weight, f"the mean with decay {decay}", {
            "decay and 1 - decay are exchanged: the past would be forgotten at once":
                (1 - decay) * mean + decay * weight,
            "the shares do not add up to 1: the new weight counts 1 - decay":
                decay * mean + weight,
            "the new weights are not in it": mean,
            "old and new count alike, and decay is not used": (mean + weight) / 2,
        }, tolerance=1e-6)  # fmt: skip


choice(
    "2.8",
    "A gradient ten times as large",
    right="b",
    wrong={
        "a": "that is SGD; Adam divides the gradient by a running mean of its own size",
        "c": "the square is in Adam, but under a root, and in the denominator",
    },
    hint="Adam's step is learning rate · m / √v; both m and √v grow with the gradient",
)
