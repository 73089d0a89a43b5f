"""Lines that are more than a row of layers: reflection padding, residual blocks, and whatever else
a `keras.Sequential` cannot hold.

In: a Keras tensor and a line. Out: the tensor after it. All that is built here saves and loads with
Keras alone.
"""

import contextlib
import re
from collections.abc import Iterator

from gan_course.base.backend import keras
from gan_course.base.errors import InputError
from gan_course.models.notation import layers_of

_WIRED = re.compile(r"(Pad|Res|BatchDeviation)\b")
_NORMS = (keras.layers.GroupNormalization, keras.layers.BatchNormalization)


def is_wired(line: str) -> bool:
    """Whether a line needs more than layers in a row."""
    return bool(_WIRED.match(line.strip()))


def applied(made, line: str, name: str, seed: int, dtype: str = "float32", lone: bool = False):
    """What a line makes of a tensor.

    Args:
      made: (batch, ...), a Keras tensor.
      name, seed, dtype: as `notation.layers_of` takes them.
      lone: whether a batch may be one image: then no batch normalisation of a 1x1 map either.

    Raises:
      InputError: for a line that cannot be read, or does not fit; and for a norm of a 1x1 map,
        which would be a constant: what comes in is its own mean.
    """
    kind, *rest = line.split() or [""]
    with unfit(name, line):
        if kind == "Pad":
            return _mirrored(made, rest)
        if kind == "Res":
            return _residual(made, rest, name, seed, dtype)
        if kind == "BatchDeviation":
            return _with_deviation(made, rest)
        for layer in layers_of(line, name, seed, dtype):
            if isinstance(layer, _NORMS[: 1 + lone]) and tuple(made.shape[1:3]) == (1, 1):
                raise InputError(
                    "a norm of a 1x1 map is a constant, whatever comes in, and all weights before "
                    "it are dead; leave it out here"
                )
            made = layer(made)
        return made


def _mirrored(made, words: list[str]):
    """Reflection padding: the row at the edge is not repeated."""
    if len(words) != 1 or not words[0].isdecimal():
        raise InputError(f"expected a number of pixels, as in Pad 3, got {' '.join(words)!r}")
    pixels = int(words[0])
    if len(made.shape) != 4 or not 0 < pixels < min(made.shape[1:3]):
        raise InputError(
            f"an image of shape {tuple(made.shape[1:])} has no {pixels} pixels to mirror"
        )
    return keras.ops.pad(made, [[0, 0], [pixels, pixels], [pixels, pixels], [0, 0]], "reflect")


def _with_deviation(made, words: list[str]):
    """One plane more: how much the batch differs, one number for all places and images. Who makes
    every image alike is found out by it. Source: Karras et al. 2017, arXiv:1710.10196, section 3
    (there in groups of four images, here over the batch)."""
    if words or len(made.shape) != 4:
        raise InputError(
            "BatchDeviation takes no words, and maps (H, W, C); got "
            f"{' '.join(words) or 'no words'} and {tuple(made.shape[1:])}"
        )
    deviation = keras.ops.mean(keras.ops.sqrt(keras.ops.var(made, axis=0) + 1e-8))
    plane = keras.ops.zeros_like(made[..., :1]) + deviation
    return keras.ops.concatenate([made, plane], axis=-1)


def _residual(made, words: list[str], name: str, seed: int, dtype: str):
    """A residual block. Source: Johnson et al. 2016, arXiv:1603.08155, supplement, section 2 (no
    ReLU after the sum), with reflection padding."""
    conv = " ".join(["Conv", *words[:1], "k3 valid", *words[1:]])
    block = made
    for part, line in (("a", f"{conv} ReLU"), ("b", conv)):
        block = applied(block, "Pad 1", name, seed)
        block = applied(block, line, f"{name}{part}", seed, dtype)
    if block.shape != made.shape:
        raise InputError(
            f"a residual block adds what it makes, {tuple(block.shape[1:])}, to what it gets, "
            f"{tuple(made.shape[1:])}; write Res {made.shape[-1]}"
        )
    return keras.layers.Add(name=f"{name}_sum", dtype=dtype)([made, block])


@contextlib.contextmanager
def unfit(name: str, line: str) -> Iterator[None]:
    """Say of which line an error is."""
    network, _, number = name.rpartition("_")
    try:
        yield
    except InputError as error:
        raise InputError(f"{network}, layer {number} ({line!r}): {error}") from None
    except ValueError as error:  # Keras: this layer does not take what the last one gives
        raise InputError(
            f"{network}, layer {number} ({line!r}) does not fit: {_reason(error)}"
        ) from None


def _reason(error: ValueError) -> str:
    """What Keras says in bold, or else its first line: the rest is a list of arguments."""
    bold = re.search(r"\x1b\[1m(.+?)\x1b", str(error))
    return bold[1] if bold else str(error).splitlines()[0]
