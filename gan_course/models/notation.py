"""The notation in which recipes write layers, and its meaning in Keras.

A line is one layer, then what is done to its output, left to right:

  Dense 256                units
  Conv 64 k5 s2            filters, kernel size, stride (1 if left out); padding "same"
  ConvT 64 k5 s2           Conv2DTranspose
  Up                       UpSampling2D x2, nearest
  ZeroPad 1 · Pad 3        so many pixels on each side: zeros, or the image mirrored at its edge
  Res 256                  a residual block: x + Conv(ReLU(Conv(x))), each Pad 1, k3, valid
  Reshape 7 7 256 · Flatten · Dropout .4
  GlobalMaxPool            the largest value of each feature map
  BatchDeviation           one plane more: the deviation over the batch, its mean over all places

  ... N(0,.02)             kernel from a normal distribution (mean, standard deviation)
  ... xavier               kernel from Glorot's normal distribution
  ... bias(.1,.2)          bias from a uniform distribution (Keras's default: 0)
  ... nobias
  ... valid                padding "valid": none
  ... SN                   spectral normalization: the kernel's largest singular value is 1
  ... BN .9                BatchNormalization (momentum; Keras's default .99 if left out)
  ... IN                   instance normalisation: each channel of each image has mean 0 and
                           deviation 1 (epsilon 1e-5), times gamma from N(1, .02), plus beta
  ... PlainIN              the same without gamma and beta
  ... ReLU · LReLU .2 · tanh · sigmoid · Dropout .3

The kernel is Glorot uniform, Keras's default, where the line says nothing else.
"""

import re
from collections.abc import Callable, Iterator

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError, unknown_name
from gan_course.base.seeds import layer_seed

_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)")


def layers_of(line: str, name: str, seed: int, dtype: str = "float32") -> list[keras.layers.Layer]:
    """The Keras layers of one line, named `name`, `name_bn`, ...

    Args:
      seed: the run's; the line's own random numbers are derived from it and `name`.
      dtype: Keras's dtype policy; normalisation computes in float32 always.

    Raises:
      InputError: naming the word that cannot be read.
    """
    words = line.split()
    if not words:
        raise InputError("the line is empty")
    kind, numbers, rest = words[0], *_leading_numbers(words[1:])
    if kind in _AFTER:
        return [_after(kind, numbers, name, seed, dtype), *_followers(rest, name, seed, dtype)]
    if kind not in _LAYERS:
        raise unknown_name("layer", kind, [*_LAYERS, *_AFTER])
    options, rest = _weight_options(rest, kind, name, seed)
    spectral = options.pop("spectral", False)
    layer = _LAYERS[kind](numbers, name=name, dtype=dtype, **options)
    if spectral:
        layer = keras.layers.SpectralNormalization(layer, name=f"{name}_sn", dtype=dtype)
    return [layer, *_followers(rest, name, seed, dtype)]


def _leading_numbers(words: list[str]) -> tuple[list[float], list[str]]:
    count = next((i for i, word in enumerate(words) if not _NUMBER.fullmatch(word)), len(words))
    return [float(word) for word in words[:count]], words[count:]


def _whole(numbers: list[float], count: int, what: str) -> list[int]:
    if len(numbers) != count or any(n != int(n) or n < 1 for n in numbers):
        raise InputError(f"expected {what}, got {numbers or 'nothing'}")
    return [int(n) for n in numbers]


def _dense(numbers: list[float], **options) -> keras.layers.Layer:
    (units,) = _whole(numbers, 1, "a number of units")
    return keras.layers.Dense(units, **options)


def _convolution(layer: Callable) -> Callable:
    def make(numbers: list[float], **options) -> keras.layers.Layer:
        (filters,) = _whole(numbers, 1, "a number of filters")
        if "kernel_size" not in options:
            raise InputError("the kernel size is missing; write k5 for 5x5")
        return layer(filters, **{"padding": "same", **options})

    return make


def _up(numbers: list[float], **options) -> keras.layers.Layer:
    _whole(numbers, 0, "no number")
    return keras.layers.UpSampling2D(**options)


def _zero_pad(numbers: list[float], **options) -> keras.layers.Layer:
    (pixels,) = _whole(numbers, 1, "a number of pixels")
    return keras.layers.ZeroPadding2D(pixels, **options)


def _reshape(numbers: list[float], **options) -> keras.layers.Layer:
    return keras.layers.Reshape(_whole(numbers, len(numbers) or 1, "a shape"), **options)


def _flatten(numbers: list[float], **options) -> keras.layers.Layer:
    _whole(numbers, 0, "no number")
    return keras.layers.Flatten(**options)


def _global_max_pool(numbers: list[float], **options) -> keras.layers.Layer:
    _whole(numbers, 0, "no number")
    return keras.layers.GlobalMaxPooling2D(**options)


_LAYERS = {
    "Dense": _dense,
    "Conv": _convolution(keras.layers.Conv2D),
    "ConvT": _convolution(keras.layers.Conv2DTranspose),
    "Up": _up,
    "ZeroPad": _zero_pad,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "GlobalMaxPool": _global_max_pool,
}
_WEIGHTED = ("Dense", "Conv", "ConvT")


def _weight_options(
    words: list[str], kind: str, name: str, seed: int
) -> tuple[dict[str, object], list[str]]:
    """Keras's arguments from the words that describe the weights, and the words after them."""
    if kind not in _WEIGHTED:
        return {}, words
    options: dict[str, object] = {}
    rest = list(words)
    while rest and (option := _weight_option(rest[0], kind, name, seed)):
        key, value = option
        if key in options:
            raise InputError(f"{rest[0]!r} says again what another word of the line has said")
        options[key] = value
        del rest[0]
    if options.keys() >= {"use_bias", "bias_initializer"}:
        raise InputError("nobias and bias(...) contradict each other")
    kernel_seed = layer_seed(seed, f"{name}/kernel")
    options.setdefault("kernel_initializer", keras.initializers.GlorotUniform(kernel_seed))
    return options, rest


def _weight_option(word: str, kind: str, name: str, seed: int) -> tuple[str, object] | None:
    """Keras's argument for one word, or None if the word is not about the weights."""
    kernel_seed, bias_seed = layer_seed(seed, f"{name}/kernel"), layer_seed(seed, f"{name}/bias")
    if kind != "Dense" and re.fullmatch(r"[ks][1-9]\d*", word):
        return ("kernel_size" if word[0] == "k" else "strides"), int(word[1:])
    if kind != "Dense" and word == "valid":
        return "padding", "valid"
    if word == "nobias":
        return "use_bias", False
    if word == "SN":
        return "spectral", True
    if word == "xavier":
        return "kernel_initializer", keras.initializers.GlorotNormal(kernel_seed)
    if word.startswith("N("):
        mean, deviation = _pair(word)
        return "kernel_initializer", keras.initializers.RandomNormal(mean, deviation, kernel_seed)
    if word.startswith("bias("):
        low, high = _pair(word)
        return "bias_initializer", keras.initializers.RandomUniform(low, high, bias_seed)
    return None


def _pair(word: str) -> tuple[float, float]:
    inside = re.fullmatch(r"\w+\(([^,]+),([^,]+)\)", word)
    if not inside or not all(_NUMBER.fullmatch(number) for number in inside.groups()):
        raise InputError(f"expected two numbers as in N(0,.02), without spaces, got {word!r}")
    return float(inside[1]), float(inside[2])


def _instance_norm(affine: bool) -> Callable:
    """Source: Ulyanov et al. 2016, arXiv:1607.08022, equation 2."""

    def make(_, seed, name, dtype) -> keras.layers.Layer:
        gamma = keras.initializers.RandomNormal(1.0, 0.02, layer_seed(seed, f"{name}/gamma"))
        return keras.layers.GroupNormalization(
            groups=-1, epsilon=1e-5, center=affine, scale=affine, gamma_initializer=gamma,
            name=name, dtype="float32",
        )  # fmt: skip

    return make


_AFTER = {
    "BN": lambda value, seed, name, dtype: keras.layers.BatchNormalization(
        momentum=value, synchronized=tf.distribute.has_strategy(), name=name, dtype="float32"
    ),
    "IN": _instance_norm(affine=True),
    "PlainIN": _instance_norm(affine=False),
    "ReLU": lambda _, seed, **named: keras.layers.ReLU(**named),
    "LReLU": lambda value, seed, **named: keras.layers.LeakyReLU(value, **named),
    "tanh": lambda _, seed, **named: keras.layers.Activation("tanh", **named),
    "sigmoid": lambda _, seed, **named: keras.layers.Activation("sigmoid", **named),
    "Dropout": lambda value, seed, name, dtype: keras.layers.Dropout(
        value, seed=layer_seed(seed, name), name=name, dtype=dtype
    ),
}
_NEEDS = {"LReLU": "a slope", "Dropout": "a rate"}  # a number must follow
_DEFAULT = {"BN": 0.99}  # a number may follow


def _after(word: str, numbers: list[float], name: str, seed: int, dtype: str) -> keras.layers.Layer:
    if word in _NEEDS and len(numbers) != 1:
        raise InputError(f"{word} needs {_NEEDS[word]}, as in {word} .2")
    if len(numbers) > (word in _NEEDS or word in _DEFAULT):
        raise InputError(f"too many numbers after {word}: {numbers}")
    value = numbers[0] if numbers else _DEFAULT.get(word)
    if word in ("BN", "Dropout") and not 0 <= value < 1:
        raise InputError(f"the number after {word} must be in [0, 1), got {value:g}")
    return _AFTER[word](value, seed, name=name, dtype=dtype)


def _followers(words: list[str], name: str, seed: int, dtype: str) -> Iterator[keras.layers.Layer]:
    while words:
        word, numbers, words = words[0], *_leading_numbers(words[1:])
        if word == "SN":
            raise InputError("SN is about weights: write it right after Dense, Conv or ConvT")
        if word not in _AFTER:
            raise unknown_name("word", word, _AFTER)
        yield _after(word, numbers, f"{name}_{word.lower()}", seed, dtype)
