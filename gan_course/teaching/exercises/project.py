"""The parts of a program of one's own, each tried by what it does: an epoch, a generator, frames.

In: what a student's function gave. Out: nothing, or a `Mismatch` in the student's words. The
exercises of chapter 6 call these.
"""

import re
from pathlib import Path

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.teaching.mismatch import Mismatch


def check_epochs(dataset) -> None:
    """Two epochs of the numbers 0 to 49, as images (1, 1, 1), in batches of 8."""
    if not isinstance(dataset, tf.data.Dataset):
        raise Mismatch(f"expected a tf.data.Dataset, got {type(dataset).__name__}")
    if int(dataset.cardinality()) == tf.data.INFINITE_CARDINALITY:
        raise Mismatch("the epoch never ends: leave out repeat(), the loop asks for each epoch")
    first, second = ([np.asarray(batch) for batch in dataset] for _ in range(2))
    if not first or first[0].shape[1:] != (1, 1, 1):
        found = first[0].shape if first else "no batch at all"
        raise Mismatch(f"a batch of 8 images (1, 1, 1) is {found}, expected (8, 1, 1, 1)")
    _check_batches(first)
    _check_order(*(np.concatenate(epoch).ravel() for epoch in (first, second)))


def _check_batches(epoch: list[np.ndarray]) -> None:
    sizes = [len(batch) for batch in epoch]
    if set(sizes) == {8, 2}:
        raise Mismatch("the last batch has 2 images, not 8: use drop_remainder=True")
    if sizes != [8] * 6:
        raise Mismatch(f"50 images in batches of 8 are batches of {sizes}, expected six of 8")


def _check_order(first: np.ndarray, second: np.ndarray) -> None:
    """Each image at most once, all of them mixed, and another order in the next epoch."""
    if len(set(first)) != len(first):
        raise Mismatch("an image comes twice in one epoch")
    if (np.diff(first) == 1).all():
        raise Mismatch("the images come in the order of the data set: shuffle() is missing")
    if (np.diff(first.reshape(-1, 8), axis=1) == 1).all():
        raise Mismatch(
            "each batch holds neighbours of the data set: shuffle() comes before batch(), or it "
            "mixes whole batches"
        )
    if (first - np.arange(len(first)) < 25).all():
        raise Mismatch(
            "the buffer of shuffle() is too small: early batches hold only early images; take "
            "len(images)"
        )
    if np.array_equal(first, second):
        raise Mismatch("two epochs have the same order: let shuffle() mix anew in each of them")


def check_generator(network) -> None:
    """Shapes, range and size of the generator of the chapter."""
    if not isinstance(network, keras.Model) or not network.built:
        raise Mismatch(f"expected a Keras model that begins with keras.Input((32,)), got {network}")
    if network.input_shape != (None, 32):
        raise Mismatch(f"it takes {network.input_shape}, expected noise of shape (None, 32)")
    sizes = [s[1] for s in map(_shape, network.layers) if len(s) == 4]
    if network.output_shape != (None, 28, 28, 1):
        raise Mismatch(
            f"it makes {network.output_shape}, expected (None, 28, 28, 1); the sides of its maps "
            f"are {', '.join(map(str, dict.fromkeys(sizes)))}, expected 7, 14, 28"
        )
    if list(dict.fromkeys(sizes)) != [7, 14, 28]:
        raise Mismatch(
            f"the sides of its maps are {', '.join(map(str, dict.fromkeys(sizes)))}, expected 7, "
            "14, 28"
        )
    norms = [layer for layer in network.layers if isinstance(layer, _NORM)]
    if len(norms) != 3:
        raise Mismatch(f"it has {len(norms)} batch normalisations, expected 3: none at the end")
    _check_output(network)
    _check_size(network.count_params(), norms)


_NORM = keras.layers.BatchNormalization


def _shape(layer) -> tuple:
    return tuple(layer.output.shape)


def _check_output(network: keras.Model) -> None:
    strong = np.asarray(network(1000.0 * tf.random.stateless_normal([8, 32], [1, 2])))
    if np.abs(strong).max() > 1 or strong.min() > -0.5:
        raise Mismatch(
            f"its pixels go from {strong.min():.3g} to {strong.max():.3g} where the noise is "
            "strong, expected -1 to 1: does it end in tanh?"
        )


def _check_size(found: int, norms: list) -> None:
    if any(not np.isclose(norm.momentum, 0.9) for norm in norms):
        raise Mismatch(f"momentum {norms[0].momentum} in a BatchNormalization, expected 0.9")
    biases = 3136 + 48 + 24
    slips = {
        159_649 + biases: "the layers before a normalisation have a bias, which it takes off again",
        159_649 - 1: "the last layer has no bias",
    }
    if found != 159_649:
        why = slips.get(found, "compare kernels and channels with the table, layer by layer")
        raise Mismatch(f"it has {found:,} parameters, expected 159,649: {why}")


def check_frames(found, steps: list[int], at_most: int) -> None:
    """Of the pictures mine_STEP.png of these steps, and of other runs, so many at most."""
    names = [Path(each).name for each in found]
    if leaked := [name for name in names if not re.fullmatch(r"mine_\d+\.png", name)]:
        raise Mismatch(f"frames_of(…, 'mine'): {leaked[0]} is a picture of another run")
    kept = [int(name[5:-4]) for name in names]
    if kept != sorted(kept):
        raise Mismatch(
            f"frames_of: the steps come as {', '.join(map(str, kept[:5]))}, …: sorted by letters, "
            "not by number"
        )
    if len(set(kept)) < len(kept):
        raise Mismatch("frames_of: a picture comes twice")
    if len(kept) > at_most:
        raise Mismatch(f"frames_of: {len(kept)} frames, expected at most {at_most}")
    if not kept or (kept[0], kept[-1]) != (min(steps), max(steps)):
        raise Mismatch(f"frames_of: from step {kept[:1]} to {kept[-1:]}: keep first and last")
    if len(steps) <= at_most and len(kept) < len(steps):
        raise Mismatch(f"frames_of: {len(kept)} of {len(steps)} frames, though {at_most} may stay")
    if len(kept) < 0.6 * min(at_most, len(steps)):
        raise Mismatch(f"frames_of: only {len(kept)} frames, where {at_most} may stay")
    if np.diff(kept).max() > 0.6 * max(steps):
        raise Mismatch(f"frames_of: steps {kept}: take them from the whole run, evenly")
