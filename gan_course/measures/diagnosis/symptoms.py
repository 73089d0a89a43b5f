"""What can be measured of a run's health.

In: a recipe, a history, networks, samples. Out: `Symptoms`, plain numbers; None where one could
not be measured. Nothing here judges: see verdicts.py.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gan_course.base import seeds
from gan_course.base.backend import keras, tf
from gan_course.data import ImageSet
from gan_course.games.adversarial import Game, Players
from gan_course.measures import metrics

_RECENT = 0.25  # the last quarter of the history is what D does lately
_PROBE = 1e4  # a number that every activation takes for infinity
_NOISE = 256  # samples through which a gradient is taken


@dataclass(frozen=True, kw_only=True)
class Symptoms:
    """The numbers that verdicts are made of."""

    steps: int = 0  # made
    planned: int = 0
    epoch: float = 0.0  # steps until each training image has been seen once
    epochs: float = 0.0  # how often it has been seen
    failure: str | None = None  # why training stopped by itself

    accuracy_real: float | None = None  # of D, lately
    accuracy_fake: float | None = None
    gradient: float | None = None  # |∂ mean g_loss / ∂ G's weights|
    first_gradient: float | None = None  # the same of the untrained networks
    answer: float | None = None  # mean |∂ g_loss / ∂ logit|: how much of D's answer G hears

    pixels: tuple[float, float, float] | None = None  # training images: min, max, deviation; bytes
    value_range: tuple[float, float] | None = None  # what D gets for the bytes 0 and 255
    reach: tuple[float, float] | None = None  # what the last layers of G can give
    logits: tuple[float, float] | None = None  # what those of D can give
    game: str | None = None  # the recipe's objective, unless another was played

    diversity: float | None = None  # variance of the samples over that of real images
    classes: tuple[int, int] | None = None  # made by G, and in as many real images
    modes: tuple[int, int] | None = None  # the same of a mixture whose centres are known
    classes_asked: int | None = None  # how many there are to ask for
    as_asked: float | None = None  # the share of samples that show the asked class
    named: float | None = None  # how often a classifier of these labels is right on real images
    within: float | None = None  # diversity within a class over that of real images
    translates: bool = False  # images are made of images, not of noise
    copied: tuple[float, float] | None = None  # mean |answer - input|, and |target - input|
    unlike: tuple[float, float] | None = None  # Fréchet distance of answers, and of the inputs
    survived: tuple[float, float] | None = None  # classes: the same; the same once renamed
    home: tuple[float, float] | None = None  # error there and back; with noise before the way back
    floor: float | None = None  # Fréchet distance of real images from as many others
    first_distance: float | None = None  # Fréchet distance of the untrained generator
    departed: float | None = None  # that of the samples from those of the untrained generator
    distances: tuple[float, ...] = ()  # of the kept checkpoints, the oldest first
    moves: tuple[float, ...] = ()  # Fréchet distance of the samples of two of them in a row


def images_of(data: ImageSet) -> int:
    """How many training images make an epoch: of two piles, the smaller one."""
    piles = data, getattr(data, "inputs", data)
    return min(len(pile.x_train) for pile in piles)


def accuracies(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """D's mean accuracies over the last quarter of a history; of a critic there are none."""
    recent = rows[-max(1, int(len(rows) * _RECENT)) :]
    names = ("accuracy_real", "accuracy_fake")
    return {n: float(np.mean([row[n] for row in recent])) for n in names if rows and n in rows[0]}


def generator_gradient(game: Game, train_state: Players) -> tuple[float, float]:
    """The length of G's gradient, and the mean |∂ g_loss / ∂ logit|, on fresh samples."""
    seed = seeds.derive(game.recipe.seed, seeds.CHECKUP, 0)
    with tf.GradientTape(persistent=True) as tape:
        logits = game.judged(train_state, _NOISE, seed)
        losses = game.played.g_loss(logits)
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, train_state.generator.trainable_variables)
    heard = tf.reduce_mean(tf.abs(tape.gradient(losses, logits)))
    return float(tf.linalg.global_norm(gradients)), float(heard)


def reach_of(network: keras.Model) -> tuple[float, float]:
    """The smallest and the largest value that the layers after the last weights can give."""
    layers = network.layers
    if not isinstance(network, keras.Sequential):
        if not isinstance(layers[-1], keras.Sequential):
            return -math.inf, math.inf  # a sum of several branches has no bounds
        layers = layers[-1].layers  # its last part is a chain
    last = max(number for number, layer in enumerate(layers) if layer.weights)
    ends = []
    for probe in (-_PROBE, _PROBE):
        value = tf.fill([1, *layers[last].output.shape[1:]], probe)
        for layer in layers[last + 1 :]:
            value = layer(value)
        ends.append(float(tf.reduce_mean(value)))
    return min(ends), max(ends)


def diversity_of(fakes: np.ndarray, reals: np.ndarray) -> float:
    """The total variance of generated pixels over that of real ones; images (N, H, W, C)."""
    made, real = (np.asarray(each, np.float64).var(axis=0).sum() for each in (fakes, reals))
    return float(made / real) if real > 0 else 1.0


def travelled(moments: Sequence[np.ndarray], real: np.ndarray) -> dict[str, tuple[float, ...]]:
    """How far each moment's features are from real ones, and from those of the moment before."""
    pairs = itertools.pairwise(moments)
    return {
        "distances": tuple(metrics.frechet_distance(made, real) for made in moments),
        "moves": tuple(metrics.frechet_distance(one, other) for one, other in pairs),
    }
