"""A small classifier of the course's own, whose last hidden layer gives the features.

In: the images of a dataset. Out: 64 features an image, and its class. Trained once for a dataset,
from a fixed seed, and kept in the cache folder with how often it is right on images that it has
not seen. What it learns to tell apart: see `tasks`. Other networks can be taught the same.
"""

import hashlib
import json
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from gan_course.base import archives
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.base.files import atomic_write
from gan_course.data import ImageSet
from gan_course.data.batches import Batches
from gan_course.data.cache import CACHE, cache_folder
from gan_course.data.ranges import from_uint8
from gan_course.measures.features.tasks import MOST, examples, task_of
from gan_course.models import network

WIDTH = 64  # features of an image
_SEED = 0
_BATCH = 128
_RATE = 2e-3  # Adam's at the start; it falls to 0 along a cosine
_VERSION = 1  # count up when this file changes what is learnt: the cache then holds nothing of it


@dataclass(frozen=True)
class Classifier:
    """A classifier of images, and what it is worth.

    model: images (N, H, W, C) in [-1, 1] -> [features (N, K), logits (N, classes)]; K is 64, but
      for networks of one's own.
    task: what it tells apart, in words.
    accuracy: the share of unseen images on which it is right.
    names: of the classes of the dataset; empty where it tells turns apart.
    """

    model: keras.Model
    task: str
    accuracy: float
    names: tuple[str, ...]

    @cached_property
    def fingerprint(self) -> str:
        """Eight hex digits of the weights: distances of other fingerprints cannot be compared."""
        checksum = 0
        for weight in self.model.variables:
            checksum = zlib.crc32(np.ascontiguousarray(weight.numpy()), checksum)
        return f"{checksum:08x}"

    def __str__(self) -> str:
        width = self.model.output_shape[0][1]
        return (
            f"{width} features of a classifier of {self.task}, right on {self.accuracy:.1%} "
            f"of unseen images (fingerprint {self.fingerprint})"
        )

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Features, float32 (N, K), of uint8 images (N, H, W, C)."""
        return self.look(images)[0]

    def look(self, images: np.ndarray, batch: int = 500) -> tuple[np.ndarray, np.ndarray]:
        """Features, float32 (N, K), and the most likely class, (N,), of uint8 images.

        Raises:
          InputError: if they are not of the size that it was trained on.
        """
        expected = tuple(self.model.input_shape[1:])
        if images.dtype != np.uint8 or images.shape[1:] != expected:
            raise InputError(
                f"a classifier of {self.task} takes uint8 images of {expected}, "
                f"got {images.dtype} of {images.shape[1:]}"
            )
        parts = [self._graph(images[at : at + batch]) for at in range(0, len(images), batch)]
        features, logits = (np.concatenate([part[i].numpy() for part in parts]) for i in (0, 1))
        return features, logits.argmax(axis=1)

    @cached_property
    def _graph(self):
        spec = tf.TensorSpec([None, *self.model.input_shape[1:]], tf.uint8)
        forward = tf.function(lambda images: self.model(_scaled(images), training=False))
        return forward.get_concrete_function(spec)


def classifier_of(
    data: ImageSet, steps: int = 600, body: tuple[str, ...] | None = None
) -> Classifier:
    """The classifier of that dataset: from the cache, or trained now, within a minute.

    Args:
      steps: of training. Classifiers of different steps have different fingerprints.
      body: the lines of a network of one's own, up to its features (the last `Dense`, which names
        the classes, is added); None: the course's, strided convolutions down to 8 pixels a side.

    Raises:
      InputError: if there are too few images, a label has no name, or the cache folder cannot be
        written.
    """
    task = task_of(data)
    lines = _lines(data.image_shape, task.classes, body)
    whole = network("classifier", data.image_shape, lines, _SEED)
    file = _file(data, task.name, lines, steps)
    accuracy = _restored(whole, file)
    if accuracy is None:
        print(f"Training a classifier of {task.name} to measure with, once, less than a minute ...")
        learn, judge = examples(data, task)
        fit(whole, *learn, steps)
        accuracy = share_right(whole, *judge)
        _save(whole, accuracy, file)
    features = whole.layers[-2].output
    model = keras.Model(whole.inputs, [features, whole.outputs[0]])
    return Classifier(model, task.name, accuracy, task.names)


def fresh(image_shape: tuple[int, int, int], classes: int) -> keras.Sequential:
    """The untrained network: images (N, H, W, C) in [-1, 1] -> logits (N, classes)."""
    return network("classifier", image_shape, _lines(image_shape, classes), _SEED)


def _lines(
    image_shape: tuple[int, int, int], classes: int, body: tuple[str, ...] | None = None
) -> tuple[str, ...]:
    """The network in the notation of the recipes."""
    return *(_body(image_shape) if body is None else body), f"Dense {classes}"


def _body(image_shape: tuple[int, int, int]) -> tuple[str, ...]:
    """Strided convolutions down to 8 pixels a side, and the features."""
    lines, side, filters = [], max(image_shape[:2]), 32
    while side > 8:
        lines.append(f"Conv {filters} k3 s2 nobias BN .9 ReLU")
        side, filters = -(-side // 2), 64
    last = "Conv 64 k3 nobias BN .9 ReLU", "Flatten", f"Dense {WIDTH} nobias BN .9 ReLU"
    return *lines, *last


def _scaled(images: tf.Tensor) -> tf.Tensor:
    return from_uint8(tf.cast(images, tf.float32), (-1.0, 1.0))


def fit(model: keras.Model, images: np.ndarray, labels: np.ndarray, steps: int) -> None:
    """Cross-entropy, Adam, a learning rate that falls to 0; the same weights every time."""
    size = min(_BATCH, len(images))
    rate = keras.optimizers.schedules.CosineDecay(_RATE, steps)
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(model.trainable_variables)

    def step(pixels, classes):
        with tf.GradientTape() as tape:
            logits = model(_scaled(pixels), training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
            loss = tf.reduce_mean(losses)
        weights = model.trainable_variables
        optimizer.apply(tape.gradient(loss, weights), weights)

    spec = tf.TensorSpec([size, *images.shape[1:]], tf.uint8), tf.TensorSpec([size], tf.int64)
    compiled = tf.function(step).get_concrete_function(*spec)
    batches = Batches(images, size, 1, _SEED)
    for number in range(steps):
        chosen = batches.indices(number)
        compiled(images[chosen], labels[chosen].astype(np.int64))


def share_right(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """How often the most likely class is the label, of uint8 images."""
    right = 0
    for at in range(0, len(images), 500):
        logits = model(_scaled(images[at : at + 500]), training=False)
        right += int((logits.numpy().argmax(axis=1) == labels[at : at + 500]).sum())
    return right / len(images)


def _file(data: ImageSet, task: str, lines: tuple[str, ...], steps: int) -> Path:
    """Its place in the cache, named after all that the weights depend on, the machine apart.

    Raises:
      InputError: if the cache folder cannot be made; now, not after a minute of training.
    """
    others = [data.y_train, data.x_test, data.y_test]
    checksums = [None if a is None else zlib.crc32(np.ascontiguousarray(a)) for a in others]
    subject = [task, data.names, data.fingerprint(), checksums, lines]
    settings = [steps, _BATCH, _RATE, MOST, _VERSION]
    folder = cache_folder() / "classifiers"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot keep a classifier in {folder}: {error.strerror or error}; "
            f"set {CACHE} to a folder that can be written"
        ) from error
    name = hashlib.sha256(json.dumps([subject, settings]).encode()).hexdigest()[:16]
    return folder / f"{name}.npz"


def _save(model: keras.Model, accuracy: float, file: Path) -> None:
    arrays = {f"{i:02d}": variable.numpy() for i, variable in enumerate(model.variables)}
    with atomic_write(file) as opened:
        np.savez(opened, accuracy=np.float64(accuracy), **arrays)


def _restored(model: keras.Model, file: Path) -> float | None:
    """The accuracy, once the weights are set; None, and nothing set, without a whole file."""
    try:
        arrays = archives.read_arrays(file)
        values = [arrays[f"{i:02d}"] for i in range(len(model.variables))]
        accuracy = float(arrays["accuracy"])
    except (InputError, KeyError):
        return None
    if [v.shape for v in values] != [tuple(v.shape) for v in model.variables]:
        return None
    for variable, value in zip(model.variables, values, strict=True):
        variable.assign(value)
    return accuracy
