"""A look at a Keras that the tricks have not been tested with, before they are used.

In: names of tricks. Out: whether a step of a tiny network ends where it does with Keras's own
layers. The tricks lean on how Keras calls a layer and on names inside its layers and its Adam.
"""

import warnings
from functools import cache

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.base.errors import RunWarning
from gan_course.models.fast import tricks
from gan_course.models.fast.piecewise import without_second_slopes

TESTED = ("3.10", "3.12", "3.15")  # with tests/test_fast.py


@cache
def trusted(names: tuple[str, ...], version: str) -> bool:
    """Whether the tricks may be used with this version of Keras; a RunWarning if not."""
    if ".".join(version.split(".")[:2]) in TESTED:
        return True
    try:
        np.testing.assert_allclose(one_step(names), one_step(()), rtol=1e-3, atol=1e-4)
    except Exception as error:  # whatever a changed Keras breaks
        warnings.warn(
            f"gan_course has not been tested with Keras {version}, and its faster layers do not "
            f"agree with it ({str(error).strip().splitlines()[0]}); Keras's own are used",
            RunWarning,
            stacklevel=2,
        )
        return False
    return True


def one_step(names: tuple[str, ...]) -> np.ndarray:
    """All numbers of the tiny network and its optimizer, after one update of Adam."""
    network = tiny_network()
    tricks.replace(network, names)
    optimizer = tricks.adam(names)(0.01, epsilon=1.0, name="guard")  # smooth in the gradient
    weights = network.trainable_variables
    optimizer.build(weights)
    images = tf.constant(np.random.default_rng(0).normal(size=(3, 4, 4, 32)), tf.float32)
    with tf.GradientTape() as tape, without_second_slopes():
        loss = tf.reduce_sum(tf.sin(network(images, training=True)))
    optimizer.apply(tape.gradient(loss, weights), weights)
    return np.concatenate([np.ravel(v) for v in [*network.variables, *optimizer.variables]])


def tiny_network() -> keras.Sequential:
    """Images (batch, 4, 4, 32) -> (batch, 16, 16, 1), by a layer for every trick."""
    layers, draw = keras.layers, keras.initializers.RandomNormal(stddev=0.1, seed=1)
    same = {"padding": "same", "kernel_initializer": draw}
    return keras.Sequential(
        [
            keras.Input((4, 4, 32)),
            layers.Conv2D(32, 5, use_bias=False, **same),
            layers.BatchNormalization(momentum=0.9),
            layers.LeakyReLU(0.2),
            layers.Dropout(1e-6, seed=1),  # computes, and drops nothing
            layers.UpSampling2D(),
            layers.Conv2D(8, 5, **same),
            layers.ReLU(),
            layers.Conv2DTranspose(1, 4, 2, **same),
        ],
        name="guard",
    )
