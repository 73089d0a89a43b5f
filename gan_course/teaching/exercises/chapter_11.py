"""Chapter 11, style transfer: where, what together, how restless, and a step of the pixels."""

from collections.abc import Callable

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.teaching.checks import same_values
from gan_course.teaching.exercises.registry import choice, exercise
from gan_course.teaching.mismatch import Mismatch, own_errors

_RATE, _MOMENTUM, _STEPS = 0.2, 0.5, 3


def _maps(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(1, *shape)).astype(np.float32)


@exercise("11.1", "Content loss", 3, "tf.reduce_mean(tf.square(...)), over all numbers")
def _(content_loss) -> None:
    found, wanted = _maps(1, 3, 4, 5), _maps(2, 3, 4, 5)
    away = found.astype(float) - wanted
    slips = {
        "that is the sum; wanted is the mean, or a larger picture would have a larger loss":
            (away**2).sum(),
        "that is half the sum, as Gatys et al. write it; wanted is the mean": (away**2).sum() / 2,
        "the differences are not squared": np.abs(away).mean(),
        "without a square, differences up and down cancel": away.mean(),
        "the root is too much; wanted is the mean square": np.sqrt((away**2).mean()),
        "that is a number for each filter; take the mean of all": (away**2).mean(axis=(0, 1, 2)),
        "that is a number for each place; take the mean of all": (away**2).mean(axis=-1),
        "the two are only subtracted and squared; take the mean of all": away**2,
        "the maps become Gram matrices first; content is the maps themselves":
            ((_table(found) - _table(wanted)) ** 2).mean(),
    }  # fmt: skip
    found, wanted = tf.constant(found), tf.constant(wanted)
    same_values(content_loss(found, wanted), (away**2).mean(), "your content loss", slips)
    _must_flow(content_loss, found, wanted)


@exercise("11.2", "The Gram matrix", 8, "(places, filters); its transpose times itself / places")
def _(gram) -> None:
    maps = _maps(3, 2, 3, 4)
    places, right = maps.reshape(6, 4).astype(float), _table(maps)
    scrambled = maps.reshape(4, 6).astype(float)
    centred = places - places.mean(axis=0)
    slips = {
        "it is not divided by the number of places: a larger picture would have a larger one":
            6 * right,
        "it is divided by the number of all numbers; wanted is the number of places": right / 4,
        "it is divided by the number of filters; wanted is the number of places": right * 6 / 4,
        "it is divided by the height alone; wanted is height times width": 3 * right,
        "it is divided by the width alone; wanted is height times width": 2 * right,
        "the mean of each filter is subtracted: that is the covariance": centred.T @ centred / 6,
        "the first axis of 1 is still there; wanted is (filters, filters)": right[np.newaxis],
    }  # fmt: skip
    mistaken = {
        "it is a table of pairs of places, wanted are pairs of filters: transpose the other one":
            places @ places.T,
        "the reshape mixes the filters; they are the last axis, and must stay it":
            scrambled @ scrambled.T,
    }  # fmt: skip
    found = gram(tf.constant(maps))
    for words, wrong in mistaken.items():  # divided by whatever
        if np.shape(found) == wrong.shape and np.allclose(
            np.asarray(found) * wrong[0, 0], wrong * found[0, 0], atol=1e-4
        ):
            raise Mismatch(f"your Gram matrix: {words}")
    same_values(found, right, "your Gram matrix", slips)
    _must_flow(gram, tf.constant(maps))


choice(
    "11.3",
    "Two kinds of shuffling",
    right="c",
    wrong={
        "a": "a sum over places does not care for their order, so A leaves the Gram matrix alone",
        "b": "in B two filters that were high at one place are no longer high at one place",
        "d": "the maps themselves are other ones after A and after B, and content is the maps",
    },
    hint="which products does the Gram matrix sum, and are they the same ones afterwards?",
    minutes=2,
)


@exercise("11.4", "Style loss over layers", 6, "a mean for each layer in `wanted`, then their mean")
def _(style_loss) -> None:
    shapes = {"conv1": (4, 6, 2), "conv2": (2, 3, 5), "conv3": (1, 2, 3)}
    maps = {name: _maps(number, *shape) for number, (name, shape) in enumerate(shapes.items())}
    wanted = {name: _table(_maps(9, 3, 3, shapes[name][-1])) for name in ("conv1", "conv2")}
    squares = {name: (_table(maps[name]) - gram) ** 2 for name, gram in wanted.items()}
    each = np.array([square.mean() for square in squares.values()])
    slips = {
        "the layers are added; wanted is their mean, or more layers would weigh more": each.sum(),
        "it is the mean of all pairs at once: then a layer with more filters weighs more":
            np.concatenate([square.ravel() for square in squares.values()]).mean(),
        "a layer gives the sum over its pairs; wanted is the mean":
            np.mean([square.sum() for square in squares.values()]),
        "all is added, pairs and layers; wanted are means":
            np.sum([square.sum() for square in squares.values()]),
        "only the last layer counts": each[-1],
        "only the first layer counts; is the `return` inside the loop?": each[0],
        "it is divided by the number of all layers of `maps`; those in `wanted` count":
            each.sum() / 3,
        "the differences are not squared":
            np.mean([np.sqrt(square).mean() for square in squares.values()]),
        "that is a number for each layer; take their mean": each,
    }  # fmt: skip
    maps = {name: tf.constant(each) for name, each in maps.items()}
    wanted = {name: tf.constant(each, tf.float32) for name, each in wanted.items()}
    same_values(style_loss(maps, wanted), each.mean(), "your style loss", slips, tolerance=1e-4)
    _must_flow(lambda first: style_loss({**maps, "conv1": first}, wanted), maps["conv1"])


@exercise("11.5", "Total variation", 6, "image[:, :, 1:] - image[:, :, :-1] is right less here")
def _(variation) -> None:
    image = _maps(5, 4, 6, 3)
    wide, high = (np.diff(image.astype(float), axis=axis) for axis in (2, 1))
    right, below, places = np.abs(wide).sum(), np.abs(high).sum(), 24
    around = sum(np.abs(image - np.roll(image, -1, axis)).sum() for axis in (1, 2))
    slips = {
        "that is the sum; divide it by the number of places": right + below,
        "it is divided by the channels, too; wanted is height times width":
            (right + below) / places / 3,
        "only neighbours side by side are compared; those below are missing": right / places,
        "only neighbours one above the other are compared; those to the right are missing":
            below / places,
        "the differences are squared; wanted is their size": ((wide**2).sum() + (high**2).sum())
            / places,
        "without the absolute value, steps up and down cancel": (wide.sum() + high.sum()) / places,
        "the last row or column is compared with the first, which is no neighbour":
            around / places,
        "each direction has a mean of its own, over the channels, too; wanted is one sum, divided "
        "by height times width": np.abs(wide).mean() + np.abs(high).mean(),
        "it is half of what is wanted: the two directions are added": (right + below) / places / 2,
    }  # fmt: skip
    image = tf.constant(image)
    same_values(variation(image), (right + below) / places, "your variation", slips)
    _must_flow(variation, image)


@exercise("11.6", "One step of the pixels", 10, "tape.gradient(value, canvas), then canvas.assign")
def _(step) -> None:
    canvas, optimizer = _easel()
    for _ in range(_STEPS):
        value = step(canvas, optimizer, _loss)
    right, last = _played()
    made = int(optimizer.iterations.numpy())
    if made != _STEPS:
        raise Mismatch(
            f"the optimizer is called {made} times in {_STEPS} steps, expected {_STEPS}: once a "
            "step, optimizer.apply([gradient], [canvas])"
        )
    slips = {
        "the canvas does not change at all": _easel()[0].numpy(),
        "nothing is clipped: `canvas = ...` makes a new name; canvas.assign(...) writes on it":
            _played(after=None)[0],
        "the canvas is clipped before it is moved; what is on it after the step must be a picture":
            _played(before=(0, 1), after=None)[0],
        "it is clipped to -1 and 1; this canvas is in the range from 0 to 1":
            _played(after=(-1, 1))[0],
        "the gradient is clipped; wanted is the canvas": _played(slope=(0, 1), after=None)[0],
        "the gradient is clipped, too; Adam takes it as it is": _played(slope=(0, 1))[0],
        "the sign is wrong: the loss rises": _played(sign=-1)[0],
    }  # fmt: skip
    same_values(canvas.numpy(), right, f"after {_STEPS} steps the canvas", slips)
    after = {
        "that is the loss after the step; return the one of the tape": float(
            _loss(tf.constant(right, tf.float32))
        )
    }
    same_values(value, last, "the loss that is returned", after, tolerance=1e-4)
    _must_compile(step)


def _table(maps: np.ndarray) -> np.ndarray:
    """The Gram matrix, place by place."""
    total = np.zeros((maps.shape[-1], maps.shape[-1]))
    for row, column in np.ndindex(maps.shape[1:3]):
        total += np.outer(maps[0, row, column], maps[0, row, column])
    return total / (maps.shape[1] * maps.shape[2])


def _must_flow(function: Callable, maps: tf.Tensor, *rest) -> None:
    """Raises Mismatch where the tape loses the way from the result back to the maps."""
    with tf.GradientTape() as tape:
        tape.watch(maps)
        found = tf.convert_to_tensor(function(maps, *rest))
    if tape.gradient(found, maps) is None:
        raise Mismatch(
            "the number is right, but no gradient gets through: the tape does not see NumPy, nor "
            "what float() or .numpy() took out; use tf. in place of np."
        )


def _easel() -> tuple[tf.Variable, keras.optimizers.Optimizer]:
    """A canvas, and plain SGD with momentum: whoever moves the pixels without it ends elsewhere."""
    canvas = tf.Variable(np.random.default_rng(6).uniform(size=(1, 3, 4, 3)).astype(np.float32))
    optimizer = keras.optimizers.SGD(_RATE, momentum=_MOMENTUM)
    optimizer.build([canvas])
    return canvas, optimizer


def _pulled() -> tuple[np.ndarray, np.ndarray]:
    """To where, and how strongly; in part beyond black and white."""
    rng = np.random.default_rng(7)
    return rng.uniform(-0.8, 1.8, (1, 3, 4, 3)).astype("f"), rng.uniform(1, 2, (1, 3, 4, 3))


def _loss(canvas):
    there, weight = _pulled()
    return tf.reduce_sum(tf.constant(weight, tf.float32) * tf.square(canvas - there))


def _played(before=None, after=(0, 1), slope=None, sign=1) -> tuple[np.ndarray, float]:
    """The canvas after the steps, and the loss before the last: with NumPy.

    before, after, slope: what the canvas is clipped to, at either end of a step, and the gradient.
    """
    canvas, (there, weight) = _easel()[0].numpy().astype(float), _pulled()
    speed, value = np.zeros(canvas.shape), 0.0
    for _ in range(_STEPS):
        canvas = canvas if before is None else np.clip(canvas, *before)
        value = float((weight * (canvas - there) ** 2).sum())
        gradient = sign * 2 * weight * (canvas - there)
        gradient = gradient if slope is None else np.clip(gradient, *slope)
        speed = _MOMENTUM * speed - _RATE * gradient
        canvas = canvas + speed
        canvas = canvas if after is None else np.clip(canvas, *after)
    return canvas, value


def _must_compile(step: Callable) -> None:
    canvas, optimizer = _easel()
    try:
        with own_errors(step):
            tf.function(lambda: step(canvas, optimizer, _loss), autograph=False)()
    except Mismatch as error:
        raise Mismatch(f"right step by step, but it cannot be compiled: {error}") from None
