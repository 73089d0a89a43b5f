"""The filters of a small network: drawn at random, or taught to tell the classes of CIFAR-10.

In: nothing but the data. Out: kernels and biases, in the same four layers either way: the only
difference between the two judges is what they have seen. Taught once, from a fixed seed, and kept
in the cache folder.
"""

import hashlib
import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from gan_course.base import archives
from gan_course.base.backend import keras, tf
from gan_course.base.errors import DatasetUnavailable, InputError
from gan_course.base.files import atomic_write
from gan_course.base.seeds import layer_seed
from gan_course.data import ImageSet, load, stand_in
from gan_course.data.batches import Batches
from gan_course.data.cache import CACHE, cache_folder
from gan_course.data.painted import shapes
from gan_course.data.ranges import from_uint8

WIDTHS = (32, 64, 128, 128)  # filters of each layer, all 3×3
_SEED = 0
_BATCH = 128
_RATE = 3e-3  # Adam's at the start; it falls to 0 along a cosine
_EPSILON = 1e-3  # as in Keras's batch normalisation
_VERSION = 1  # count up when this file changes what is learnt: the cache then holds nothing of it

Filters = list[tuple[np.ndarray, np.ndarray]]  # kernels (3, 3, in, out) and biases (out,)


@dataclass(frozen=True)
class Taught:
    """Filters that have learnt something. accuracy: how often right on unseen images."""

    filters: Filters
    task: str
    accuracy: float


def random_filters() -> Filters:
    """Kernels from He's normal distribution, scaled and shifted until the maps of each filter have
    mean 0 and deviation 1 before the ReLU, on 64 pictures of the embedded `shapes`, and then
    `evened`. Unscaled, some filters would be heard a hundred times as loud as others.

    Source: He, Wang and Hopcroft 2016, arXiv:1606.04801; the scaling is that of Mishkin and Matas
    2015, arXiv:1511.06422.
    """
    images = shapes.make(64, seed=0)[0]
    features, filters = _scaled(images), []
    for number, convolution in enumerate(_convolutions(), start=1):
        maps = convolution(features).numpy()
        mean, deviation = maps.mean(axis=(0, 1, 2)), maps.std(axis=(0, 1, 2)) + _EPSILON
        filters.append((convolution.kernel.numpy() / deviation, -mean / deviation))
        if number < len(WIDTHS):
            active = tf.nn.relu((maps - mean) / deviation)
            features = tf.nn.avg_pool2d(active, 2, 2, "VALID")
    return evened(filters, images)


def taught_filters(dataset: str, steps: int) -> Taught:
    """Those of a classifier: from the cache, or taught now, in about two minutes.

    Args:
      dataset: labelled images of 32×32 in colour. Where it cannot be had, the embedded set of the
        same shape is learnt in its place, which is said.

    Raises:
      InputError: if the cache folder cannot be written.
    """
    data = _lessons(dataset)
    task, file = f"the {len(data.names)} classes of {data.name}", _file(data, steps)
    found = _restored(file)
    if found is None:
        print(f"Teaching a small network {task}, to judge paintings, once: about two minutes ...")
        model = classifier(len(data.names))
        fit(model, data.x_train, data.y_train.ravel(), steps)
        accuracy = share_right(model, data.x_test, data.y_test.ravel())
        found = evened(_folded(model), data.x_test[:500]), accuracy
        _save(*found, file)
    return Taught(found[0], task, found[1])


def evened(filters: Filters, images: np.ndarray) -> Filters:
    """The same network, its filters scaled so that the mean activation of each, over the images and
    all places, is 1. What one layer gains, the next one divides by: with ReLUs and average pooling
    nothing else changes.

    Args:
      images: uint8 (N, H, W, 3), of the kind that the network knows.

    Source: Gatys, Ecker and Bethge 2016, section 2.
    """
    features, gains, even = _scaled(images), np.ones(3, np.float32), []
    for kernel, bias in filters:
        kernel = kernel / gains[:, np.newaxis]
        maps = tf.nn.relu(tf.nn.conv2d(features, kernel, 1, "SAME") + bias).numpy()
        gains = 1.0 / (maps.mean(axis=(0, 1, 2)) + _EPSILON)
        even.append((kernel * gains, bias * gains))
        features = tf.nn.avg_pool2d(maps * gains, 2, 2, "VALID")
    return even


def classifier(classes: int) -> keras.Model:
    """The untrained network: images (N, 32, 32, 3) in [-1, 1] -> logits (N, classes)."""
    layers = keras.layers
    model = keras.Sequential([keras.Input((32, 32, 3))], name="small")
    for number, convolution in enumerate(_convolutions(), start=1):
        model.add(convolution)
        model.add(layers.BatchNormalization(momentum=0.9, epsilon=_EPSILON))
        model.add(layers.ReLU())
        if number < len(WIDTHS):
            model.add(layers.AveragePooling2D(2))
    model.add(layers.GlobalAveragePooling2D())
    first = keras.initializers.GlorotUniform(seed=layer_seed(_SEED, "logits"))
    model.add(layers.Dense(classes, kernel_initializer=first))
    return model


def _convolutions() -> list[keras.layers.Conv2D]:
    return [
        keras.layers.Conv2D(
            width, 3, padding="same", use_bias=False,
            kernel_initializer=keras.initializers.HeNormal(seed=layer_seed(_SEED, f"conv{number}")),
        )
        for number, width in enumerate(WIDTHS, start=1)
    ]  # fmt: skip


def _scaled(images) -> tf.Tensor:
    return from_uint8(tf.cast(images, tf.float32), (-1.0, 1.0))


def fit(model: keras.Model, images: np.ndarray, labels: np.ndarray, steps: int) -> None:
    """Cross-entropy, Adam, a learning rate that falls to 0; half of the images mirrored. The same
    weights every time."""
    rate = keras.optimizers.schedules.CosineDecay(_RATE, steps)
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(model.trainable_variables)

    def step(pixels, classes):
        seen = _scaled(tf.concat([pixels[: _BATCH // 2], pixels[_BATCH // 2 :, :, ::-1]], axis=0))
        with tf.GradientTape() as tape:
            logits = model(seen, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
            loss = tf.reduce_mean(losses)
        weights = model.trainable_variables
        optimizer.apply(tape.gradient(loss, weights), weights)

    spec = tf.TensorSpec([_BATCH, *images.shape[1:]], tf.uint8), tf.TensorSpec([_BATCH], tf.int64)
    compiled = tf.function(step, autograph=False).get_concrete_function(*spec)
    batches = Batches(images, _BATCH, 1, _SEED)
    for number in range(steps):
        chosen = batches.indices(number)
        compiled(images[chosen], labels[chosen].astype(np.int64))


def share_right(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """How often the most likely class is the label, of uint8 images."""
    forward = tf.function(lambda pixels: model(_scaled(pixels), training=False), autograph=False)
    answers = [forward(images[at : at + 500]) for at in range(0, len(images), 500)]
    return float(np.mean(np.concatenate(answers).argmax(axis=1) == labels))


def _folded(model: keras.Model) -> Filters:
    """Each convolution with the normalisation behind it as one kernel and one bias."""
    filters, layers = [], model.layers
    for convolution, norm in pairwise(layers):
        if isinstance(convolution, keras.layers.Conv2D):
            gamma, beta, mean, variance = norm.get_weights()
            scale = gamma / np.sqrt(variance + _EPSILON)
            filters.append((convolution.kernel.numpy() * scale, beta - mean * scale))
    return filters


def _lessons(dataset: str) -> ImageSet:
    try:
        return load(dataset)
    except DatasetUnavailable as error:
        print(f"{error}. The judge learns {stand_in(dataset)!r} in its place.")
        return load(stand_in(dataset))


def _file(data: ImageSet, steps: int) -> Path:
    """Its place in the cache, named after all that the weights depend on, the machine apart."""
    folder = cache_folder() / "judges"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot keep a judge in {folder}: {error.strerror or error}; "
            f"set {CACHE} to a folder that can be written"
        ) from error
    settings = [data.name, data.fingerprint(), steps, _BATCH, _RATE, WIDTHS, _SEED, _VERSION]
    return folder / f"{hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]}.npz"


def _save(filters: Filters, accuracy: float, file: Path) -> None:
    arrays = {f"{n}_{k}": a for n, pair in enumerate(filters) for k, a in enumerate(pair)}
    with atomic_write(file) as opened:
        np.savez(opened, accuracy=np.float64(accuracy), **arrays)


def _restored(file: Path) -> tuple[Filters, float] | None:
    """None without a whole file."""
    try:
        arrays = archives.read_arrays(file)
        filters = [(arrays[f"{n}_0"], arrays[f"{n}_1"]) for n in range(len(WIDTHS))]
        return filters, float(arrays["accuracy"])
    except (InputError, KeyError):
        return None
