"""ReLUs whose second derivative is left out of the graph; all numbers stay what they were."""

import numpy as np
import pytest
from graphs import needed

from gan_course.base.backend import keras, tf
from gan_course.games import penalties
from gan_course.models import network

X = np.array([[-2.0, -0.5, 0.0, 0.5, 3.0]], "float32")
CRITIC = ("Conv 4 k4 s2 LReLU .2", "Conv 5 k3 s2 ReLU", "Conv 3 k2 LReLU .3", "Flatten", "Dense 1")


def critics():
    """The network of the notation, and Keras's own with the same weights."""
    ours = network("critic", (8, 8, 2), CRITIC, seed=1)
    keras_own = keras.Sequential.from_config(ours.get_config())
    keras_own.set_weights(ours.get_weights())
    return ours, keras_own


def penalty_gradients(critic, images):
    """Of the mean gradient penalty with respect to each kernel; biases do not matter to it."""
    with tf.GradientTape() as tape:
        norm = penalties.gradient_norm(critic, images)
        loss = tf.reduce_mean((norm - 1.0) ** 2)
    kernels = [w for w in critic.trainable_variables if w.name == "kernel"]
    return tape.gradient(loss, kernels)


@pytest.mark.parametrize(("line", "slope"), [("LReLU .2", 0.2), ("LReLU 0", 0.0), ("ReLU", 0.0)])
def test_values_and_slopes_are_those_of_the_definition(line, slope):
    net, inputs = network("net", (5,), (line,), seed=0), tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        made = net(inputs)
    np.testing.assert_allclose(made, [[-2 * slope, -0.5 * slope, 0, 0.5, 3]], rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(made, inputs), [[slope, slope, slope, 1, 1]])


def test_gradients_of_a_penalty_are_bit_for_bit_those_of_keras():
    images = tf.constant(np.random.default_rng(0).normal(size=(6, 8, 8, 2)).astype("float32"))
    ours, keras_own = (
        tf.function(penalty_gradients).get_concrete_function(critic, images)(images)
        for critic in critics()
    )
    for got, expected in zip(ours, keras_own, strict=True):
        assert np.abs(expected).max() > 1e-4
        np.testing.assert_array_equal(got, expected)


def test_a_penalty_is_not_taken_back_through_the_images_of_the_layers():
    """Each convolution has one gradient of its kernel, that through the slopes; Keras's has two."""
    counts = []
    for critic in critics():
        images = tf.TensorSpec((6, 8, 8, 2))
        traced = tf.function(lambda x, critic=critic: penalty_gradients(critic, x))
        kinds = [op.type for op in needed(traced.get_concrete_function(images).graph)]
        counts.append(kinds.count("Conv2DBackpropFilter"))
    assert counts == [3, 6]


def test_a_slope_of_a_slope_is_nothing():
    net, inputs = network("net", (5,), ("LReLU .2",), seed=0), tf.constant(X)
    with tf.GradientTape() as outer:
        outer.watch(inputs)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            made = net(inputs)
        slope = tape.gradient(made, inputs)
    assert outer.gradient(slope, inputs) is None


def test_bfloat16_stays_bfloat16():
    net = network("net", (5,), ("Dense 4 LReLU .2", "Dense 1"), 0, "mixed_bfloat16")
    assert net.layers[1](net.layers[0](X)).dtype == tf.bfloat16
