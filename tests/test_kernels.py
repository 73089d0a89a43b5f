"""On a CPU, layers that compute with less work than Keras's own, and to the same end."""

import os
import subprocess
import sys

import numpy as np
import pytest

from gan_course.base.backend import keras, tf
from gan_course.models import network

IMAGES = np.random.default_rng(1).normal(2.0, 3.0, (3, 4, 5, 16)).astype("float32")


def both(*lines, shape=IMAGES.shape[1:], policy="float32"):
    """The network of the notation, and Keras's own with the same weights."""
    ours = network("net", shape, lines, seed=4, policy=policy)
    keras_own = keras.Sequential.from_config(ours.get_config())
    keras_own.set_weights(ours.get_weights())
    return ours, keras_own


def gradients(net, images):
    """Of a bent sum of the output, with respect to the images and to each weight."""
    images = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = tf.reduce_sum(tf.sin(net(images, training=True)))
    return tape.gradient(loss, [images, *net.trainable_variables])


def operations(net):
    """The kinds of operations in the graph of the network in training."""
    graph = tf.function(lambda x: net(x, training=True)).get_concrete_function(
        tf.TensorSpec([3, *net.input_shape[1:]])
    ).graph  # fmt: skip
    return [operation.type for operation in graph.get_operations()]


def scaled_normalisation(channels=16):
    """Batch normalisation whose scale and offset are no longer 1 and 0."""
    ours, keras_own = both("BN .9", shape=(4, 5, channels))
    scale, offset = np.random.default_rng(2).normal(size=(2, channels))
    for net in (ours, keras_own):
        net.layers[0].gamma.assign(scale)
        net.layers[0].beta.assign(offset)
    return ours, keras_own


def test_batch_normalisation_is_one_operation():
    ours, keras_own = both("BN .9")
    assert operations(ours).count("FusedBatchNormV3") == 1
    assert "FusedBatchNormV3" not in operations(keras_own)


def test_normalised_images_agree_with_numpy():
    ours, _ = scaled_normalisation()
    mean, variance = IMAGES.mean((0, 1, 2)), IMAGES.var((0, 1, 2))
    gamma, beta = (weights.numpy() for weights in ours.trainable_variables)
    expected = (IMAGES - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    np.testing.assert_allclose(ours(IMAGES, training=True), expected, atol=2e-5)


def test_moving_statistics_are_those_of_the_paper_less_the_correction_that_keras_leaves_out():
    ours, _ = both("BN .9")
    for _ in range(2):
        ours(IMAGES, training=True)
    layer = ours.layers[0]
    mean, variance = IMAGES.mean((0, 1, 2)), IMAGES.var((0, 1, 2))
    np.testing.assert_allclose(layer.moving_mean, 0.19 * mean, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance, 0.81 + 0.19 * variance, rtol=1e-5)


def test_gradients_of_batch_normalisation_are_those_of_keras():
    for got, expected in zip(*map(lambda n: gradients(n, IMAGES), scaled_normalisation()),
                             strict=True):  # fmt: skip
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(got, expected, atol=2e-5 * scale)


def test_outside_of_training_the_moving_statistics_are_used_and_left_alone():
    ours, keras_own = both("BN .9")
    ours(IMAGES, training=True)
    keras_own.set_weights(ours.get_weights())
    np.testing.assert_allclose(ours(IMAGES), keras_own(IMAGES), atol=1e-6)
    for got, expected in zip(ours.get_weights(), keras_own.get_weights(), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_a_frozen_normalisation_stays_as_it_is_in_training_too():
    ours, _ = both("BN .9")
    ours.layers[0].trainable = False
    np.testing.assert_allclose(ours(IMAGES, training=True), IMAGES / np.sqrt(1.001), rtol=1e-5)
    np.testing.assert_array_equal(ours.layers[0].moving_mean, np.zeros(16))


def test_one_image_of_one_pixel_has_variance_zero():
    ours, _ = both("BN .9", shape=(1, 1, 16))
    np.testing.assert_allclose(ours(IMAGES[:1, :1, :1], training=True), np.zeros((1, 1, 1, 16)))
    np.testing.assert_allclose(ours.layers[0].moving_variance, np.full(16, 0.9), rtol=1e-6)


@pytest.mark.parametrize(("line", "shape"), [("BN .9", (4, 5, 24)), ("BN .9", (16,))])
def test_where_one_operation_is_no_faster_batch_normalisation_is_keras_own(line, shape):
    ours, _ = both(line, shape=shape)
    assert "FusedBatchNormV3" not in operations(ours)


def test_a_second_gradient_goes_through_batch_normalisation():
    """As a penalty takes it: of the norm of a gradient."""
    found = []
    for net in scaled_normalisation():
        images = tf.constant(IMAGES)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as tape:
                tape.watch(images)
                total = tf.reduce_sum(tf.sin(net(images, training=True)))
            norm = tf.reduce_sum(tape.gradient(total, images) ** 2)
        found.append(outer.gradient(norm, net.layers[0].gamma.value))
    np.testing.assert_allclose(*found, rtol=2e-4, atol=1e-4)


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.4, 0.9])
def test_dropout_drops_its_share_and_scales_the_rest(rate):
    ours, _ = both(f"Dropout {rate}", shape=(1001,))  # an odd number of units: half a word is left
    made = ours(np.full((401, 1001), 2.0, "float32"), training=True).numpy()
    dropped = made == 0
    deviation = np.sqrt(rate * (1 - rate) / made.size)
    assert abs(dropped.mean() - rate) < 4 * deviation
    np.testing.assert_allclose(made[~dropped], 2.0 / (1 - rate), rtol=2e-4)


def test_dropped_units_have_nothing_to_do_with_their_neighbours():
    ours, _ = both("Dropout .5", shape=(1000,))
    stays = ours(np.ones((1000, 1000), "float32"), training=True).numpy() > 0
    for other in (np.roll(stays, 1, axis=1), np.roll(stays, 1, axis=0), np.roll(stays, 2, axis=1)):
        assert abs((stays == other).mean() - 0.5) < 4 * 0.5 / 1000


def test_a_dropped_unit_hears_nothing_and_the_others_their_share():
    ours, _ = both("Dropout .25", shape=(300,))
    units = tf.constant(np.random.default_rng(0).normal(size=(7, 300)).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(units)
        made = ours(units, training=True)
    gradient = tape.gradient(made, units).numpy()
    np.testing.assert_allclose(gradient, np.where(made == 0, 0, 1 / 0.75), rtol=1e-4)


def test_dropout_follows_from_its_seed_and_how_often_it_was_called():
    first, second = (both("Dropout .5", shape=(50,))[0] for _ in range(2))
    units = np.ones((3, 50), "float32")
    calls = [net(units, training=True).numpy() for net in (first, first, second, second)]
    np.testing.assert_array_equal(calls[0], calls[2])
    np.testing.assert_array_equal(calls[1], calls[3])
    assert (calls[0] != calls[1]).any()


def test_dropout_counts_its_calls_where_keras_does():
    """In a variable that checkpoints hold: a resumed run draws what it would have drawn."""
    ours, keras_own = both("Dropout .5", shape=(50,))
    for net in (ours, keras_own):
        for _ in range(3):
            net(np.ones((3, 50), "float32"), training=True)
    counters = [[v.numpy() for v in net.non_trainable_variables] for net in (ours, keras_own)]
    np.testing.assert_array_equal(*counters)


def test_outside_of_training_nothing_is_dropped():
    ours, _ = both("Dropout .5", shape=(50,))
    np.testing.assert_array_equal(ours(np.ones((3, 50), "float32")), np.ones((3, 50)))


def test_dropout_of_bfloat16_stays_bfloat16():
    ours, _ = both("Dense 50", "Dropout .5", "Dense 1", shape=(50,), policy="mixed_bfloat16")
    units = ours.layers[0](np.ones((3, 50), "float32"))
    assert ours.layers[1](units, training=True).dtype == tf.bfloat16


def test_xla_computes_the_same():
    ours, _ = both("Conv 16 k3", "BN .9", "Dropout .3", "Flatten", "Dense 1")
    start = [variable.numpy() for variable in ours.variables]
    made = []
    for jit in (False, True):
        for variable, value in zip(ours.variables, start, strict=True):
            variable.assign(value)
        made.append(tf.function(ours, jit_compile=jit)(tf.constant(IMAGES), training=True))
    np.testing.assert_allclose(*made, atol=1e-4)


def test_with_a_gpu_the_layers_are_keras_own(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["a GPU"])
    ours, _ = both("Conv 16 k3", "BN .9", "Dropout .3", "ConvT 1 k4 s2")
    assert not [layer for layer in ours.layers if "call" in vars(layer)]


def test_without_one_they_are_not():
    ours, _ = both("Conv 16 k3", "BN .9", "Dropout .3", "ConvT 1 k4 s2")
    hastened = [layer.name for layer in ours.layers if "call" in vars(layer)]
    assert hastened == ["net_2", "net_3", "net_4"]


def test_dropout_with_rate_zero_needs_no_random_numbers():
    ours, _ = both("Dropout 0", shape=(50,))
    np.testing.assert_array_equal(
        ours(np.ones((3, 50), "float32"), training=True), np.ones((3, 50))
    )


def test_the_file_of_the_network_is_keras_own_and_needs_no_gan_course(tmp_path):
    ours, _ = both("BN .9", "Dropout .5", "ConvT 1 k4 s2 tanh")
    ours(IMAGES, training=True)
    ours.save(tmp_path / "net.keras")
    np.save(tmp_path / "x.npy", IMAGES)
    code = """
import keras, numpy, sys
numpy.save("y.npy", keras.models.load_model("net.keras")(numpy.load("x.npy")))
assert not [name for name in sys.modules if name.startswith("gan_course")]
"""
    elsewhere = {**os.environ, "PYTHONPATH": "", "KERAS_BACKEND": "tensorflow"}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, env=elsewhere)
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), ours(IMAGES), atol=3e-6)
