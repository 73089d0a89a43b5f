"""A convolution after `Up` computes on the small image what Keras computes on the large one."""

import os
import subprocess
import sys

import numpy as np
import pytest
from graphs import needed

from gan_course.base.backend import keras, tf
from gan_course.models import network


def both(lines, shape=(5, 7, 3), policy="float32"):
    """The network of the notation, and Keras's own with the same weights."""
    ours = network("net", shape, lines, seed=4, policy=policy)
    keras_own = keras.Sequential.from_config(ours.get_config())
    keras_own.set_weights(ours.get_weights())
    return ours, keras_own


def images(shape=(5, 7, 3), count=2):
    return tf.constant(np.random.default_rng(0).normal(size=(count, *shape)).astype("float32"))


LINES = [
    "Conv 4 k5 bias(.1,.2)", "ConvT 4 k5 bias(.1,.2)", "Conv 2 k7", "ConvT 2 k7",
    "Conv 4 k9 nobias", "ConvT 3 k5 nobias BN .9 ReLU",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("shape", [(5, 7, 3), (1, 1, 2), (4, 4, 1)])
def test_images_are_those_of_keras_to_the_edge(line, shape):
    ours, keras_own = both(("Up", line), shape)
    got, expected = ours(images(shape)).numpy(), keras_own(images(shape)).numpy()
    assert got.shape == expected.shape == (2, 2 * shape[0], 2 * shape[1], got.shape[-1])
    assert np.abs(expected).max() > 0.05
    np.testing.assert_allclose(got, expected, atol=3e-6)


@pytest.mark.parametrize("line", LINES)
def test_gradients_of_weights_and_images_are_those_of_keras(line):
    found = []
    for net in both(("Up", line)):
        x = images()
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(tf.sin(net(x, training=True)))
        found.append(tape.gradient(loss, [x, *net.trainable_variables]))
    for got, expected in zip(*found, strict=True):
        scale = float(tf.reduce_max(tf.abs(expected)))
        np.testing.assert_allclose(got, expected, atol=1e-5 * max(1, scale))


def convolutions(net, shape):
    """(input, kernel) of each convolution in the graph of the network."""
    graph = tf.function(lambda x: net(x)).get_concrete_function(tf.zeros((1, *shape))).graph
    return [
        tuple(tuple(each.shape) for each in operation.inputs)
        for operation in graph.get_operations()
        if operation.type == "Conv2D"
    ]


def test_the_graph_has_a_small_kernel_on_the_small_image():
    ours, keras_own = both(("Up", "Conv 4 k5"))
    assert convolutions(ours, (5, 7, 3)) == [((1, 5, 7, 3), (3, 3, 3, 16))]
    assert convolutions(keras_own, (5, 7, 3)) == [((1, 10, 14, 3), (5, 5, 3, 4))]


@pytest.mark.parametrize("line", ["Conv 4 k3", "Conv 4 k4", "Conv 4 k5 s2", "Conv 4 k5 SN"])
def test_where_it_brings_nothing_the_layer_is_left_alone(line):
    """Small or even kernels, strides; and the kernel of SN, which changes with each call."""
    ours, keras_own = both(("Up", line))
    np.testing.assert_array_equal(ours(images()), keras_own(images()))
    (_, (height, *_)) = convolutions(ours, (5, 7, 3))[-1]
    assert height == int(line[line.index("k") + 1])


def test_a_convolution_that_follows_something_else_is_left_alone():
    ours, _ = both(("Up", "Conv 4 k5 ReLU", "Conv 4 k5"))
    assert [kernel[:2] for _, kernel in convolutions(ours, (5, 7, 3))] == [(3, 3), (5, 5)]


def test_bfloat16_computes_in_bfloat16():
    ours, keras_own = both(("Up", "Conv 4 k5", "Conv 1 k3"), policy="mixed_bfloat16")
    assert ours.layers[1](ours.layers[0](images())).dtype == tf.bfloat16
    expected = keras_own(images()).numpy()
    np.testing.assert_allclose(ours(images()), expected, atol=0.03 * np.abs(expected).max())


def test_the_file_of_the_network_is_keras_own_and_needs_no_gan_course(tmp_path):
    ours, _ = both(("Up", "ConvT 4 k5 BN ReLU"))
    ours.save(tmp_path / "net.keras")
    np.save(tmp_path / "x.npy", images())
    code = """
import keras, numpy, sys
numpy.save("y.npy", keras.models.load_model("net.keras")(numpy.load("x.npy")))
assert not [name for name in sys.modules if name.startswith("gan_course")]
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, env=_elsewhere())
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), ours(images()), atol=3e-6)


def _elsewhere():
    return {**os.environ, "PYTHONPATH": "", "KERAS_BACKEND": "tensorflow"}


STRIDED = [
    "ConvT 1 k4 s2 bias(.1,.2) tanh", "ConvT 3 k5 s2 bias(.1,.2)", "ConvT 1 k3 s2 nobias",
    "ConvT 2 k2 s2", "ConvT 1 k5 s3", "ConvT 1 k7 s4", "ConvT 1 k3 s3",
]  # fmt: skip


@pytest.mark.parametrize("line", STRIDED)
@pytest.mark.parametrize("shape", [(5, 7, 3), (1, 1, 2)])
def test_a_transposed_convolution_with_few_filters_is_a_convolution_with_more(line, shape):
    found, kinds = [], []
    for net in both((line,), shape):
        x = images(shape)
        with tf.GradientTape() as tape:
            tape.watch(x)
            made = net(x, training=True)
            loss = tf.reduce_sum(tf.sin(made))
        found.append([made, *tape.gradient(loss, [x, *net.trainable_variables])])
        graph = tf.function(lambda x, net=net: net(x)).get_concrete_function(x).graph
        kinds.append({o.type for o in graph.get_operations() if o.type.startswith("Conv2D")})
    assert kinds == [{"Conv2D"}, {"Conv2DBackpropInput"}]
    for got, expected in zip(*found, strict=True):
        scale = max(1, float(tf.reduce_max(tf.abs(expected))))
        np.testing.assert_allclose(got, expected, atol=1e-5 * scale)


@pytest.mark.parametrize("line", ["ConvT 4 k4 s2", "ConvT 1 k5", "ConvT 1 k2 s3", "Conv 1 k4 s2"])
def test_other_layers_with_a_stride_are_left_alone(line):
    """More filters, no stride, gaps between the pixels, another layer."""
    ours, _ = both((line,))
    assert "call" not in vars(ours.layers[0])


def test_the_large_image_between_is_not_computed():
    """Its operations stay in the graph as written, and none of them leads to the result."""
    ours, _ = both(("Up", "Conv 4 k5"))
    graph = tf.function(lambda x: ours(x)).get_concrete_function(images()).graph
    sizes = {
        tuple(output.shape)
        for operation in needed(graph)
        for output in operation.outputs
        if output.shape.rank == 4 and output.shape[0] == 2
    }
    assert sizes == {(2, 5, 7, 3), (2, 5, 7, 16), (2, 10, 14, 4)}


def test_where_the_precision_changes_after_up_the_result_is_still_the_same():
    """Keras casts the large image, which then does not say where it came from."""
    ours, keras_own = both(("Up", "Conv 1 k5"), policy="mixed_bfloat16")
    expected = keras_own(images()).numpy()
    np.testing.assert_allclose(ours(images()), expected, atol=1e-5)
