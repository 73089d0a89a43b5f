"""The layers that compute with less work, against Keras's own; and the switch before them."""

import os
import subprocess
import sys

import numpy as np
import pytest
from graphs import both, drawn, multiplications, traced

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError, RunWarning
from gan_course.games import optimizers, penalties
from gan_course.measures.diagnosis import doctor
from gan_course.models import fast, network
from gan_course.models.fast import fourier, guard
from gan_course.models.fast.tricks import FusedAdam, replace
from gan_course.recipes.adversarial import Adversarial

# the trick, the lines, the shape of the images: odd and even kernels, images that are not square,
# of one pixel, of one channel
CASES = {
    "up conv": ("fold_upsampling", ("Up", "Conv 4 k5 bias(.1,.2)"), (5, 7, 3)),
    "up convT": ("fold_upsampling", ("Up", "ConvT 4 k5 bias(.1,.2)"), (5, 7, 3)),
    "up conv k7": ("fold_upsampling", ("Up", "Conv 2 k7"), (4, 4, 1)),
    "up convT k7": ("fold_upsampling", ("Up", "ConvT 2 k7"), (1, 1, 2)),
    "up conv k9": ("fold_upsampling", ("Up", "Conv 4 k9 nobias"), (5, 7, 3)),
    "up and more": ("fold_upsampling", ("Up", "ConvT 3 k5 nobias BN .9 ReLU"), (4, 3, 3)),
    "up spectra": ("fold_upsampling", ("Up", "Conv 64 k5 bias(.1,.2)"), (4, 4, 64)),
    "convT": ("fourier", ("ConvT 48 k5 bias(.1,.2) tanh",), (4, 4, 40)),
    "conv": ("fourier", ("Conv 40 k5 nobias LReLU .2",), (4, 4, 40)),
    "conv stride": ("fourier", ("Conv 256 k5 s2 bias(.1,.2)",), (8, 8, 64)),
    "convT stride": ("fourier", ("ConvT 64 k5 s2 nobias",), (4, 4, 256)),
    "norm": ("fused_norm", ("BN .9",), (4, 5, 16)),
    "norm of convolutions": ("fused_norm", ("Conv 32 k3 nobias BN .8 LReLU .1",), (4, 5, 3)),
    "dropout": ("dropout16", ("Conv 5 k3 Dropout .000001",), (4, 5, 3)),  # drops nothing
    "leaky": ("second_slopes", ("Conv 5 k3 LReLU .2",), (4, 5, 3)),
    "relu": ("second_slopes", ("Conv 5 k3 ReLU",), (4, 5, 3)),
}
each_case = pytest.mark.parametrize(("trick", "lines", "shape"), CASES.values(), ids=CASES)


@pytest.fixture(autouse=True)
def _all_tricks(monkeypatch):
    """Whatever the switch says to the person who runs the tests."""
    monkeypatch.delenv(fast.SWITCH, raising=False)


def agree(ours, keras_own, tolerance):
    """Up to rounding, relative to the largest number of each array."""
    for got, expected in zip(ours, keras_own, strict=True):
        expected = np.asarray(expected, "float32")
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(np.asarray(got, "float32"), expected, atol=tolerance * scale)


def gradients(net, images):
    """What the network makes in training; the gradients of a bent sum of it with respect to the
    images and each weight; and those of the squared norm of the first of them, as of a penalty."""
    sources = [images, *net.trainable_variables]
    with tf.GradientTape() as outer:
        outer.watch(images)
        with tf.GradientTape() as tape, fast.without_second_slopes():
            tape.watch(images)
            made = net(images, training=True)
            total = tf.reduce_sum(tf.sin(made))
        first = tape.gradient(total, sources)
        norm = tf.reduce_sum(first[0] ** 2)
    second = outer.gradient(norm, sources, unconnected_gradients="zero")
    return [made, *first], second


@each_case
def test_the_layer_uses_the_trick_and_its_results_are_those_of_keras(trick, lines, shape):
    ours, keras_own = both(lines, shape)
    images = tf.constant(drawn(3, *shape))
    assert trick in replace(keras.Sequential.from_config(ours.get_config()), fast.TRICKS).values()
    agree([ours(images)], [keras_own(images)], 2e-5)
    (got, _), (expected, _) = gradients(ours, images), gradients(keras_own, images)
    assert min(np.abs(each).max() for each in expected) > 0.01
    agree(got, expected, 2e-5)
    agree(ours.non_trainable_variables, keras_own.non_trainable_variables, 1e-5)


@each_case
def test_second_gradients_are_those_of_keras(trick, lines, shape):
    images = tf.constant(drawn(3, *shape))
    nets = both(lines, shape)
    (_, got), (_, expected) = (gradients(net, images) for net in nets)
    assert max(np.abs(each).max() for each in expected) > 0.01
    if trick == "fused_norm" and len(nets[0].layers) > 1:  # see the next test
        got, expected = got[2:], expected[2:]
    agree(got, expected, 2e-4)


def test_second_gradients_through_batch_normalisation_are_those_of_the_definition():
    """Keras's own are not: the variance of `tf.nn.moments` holds its mean for a constant, which the
    first gradient does not notice."""
    ours, _ = both(("Conv 32 k3 nobias BN .9",), (4, 5, 3))
    weights = [tf.constant(weight, tf.float64) for weight in ours.trainable_variables]
    images = tf.constant(drawn(3, 4, 5, 3), tf.float64)

    def defined(images, kernel, scale, offset):
        made = tf.nn.conv2d(images, kernel, 1, "SAME")
        centred = made - tf.reduce_mean(made, [0, 1, 2])
        variance = tf.reduce_mean(centred**2, [0, 1, 2])
        return centred / tf.sqrt(variance + 1e-3) * scale + offset

    with tf.GradientTape() as outer:
        outer.watch([images, *weights])
        with tf.GradientTape() as tape:
            tape.watch(images)
            total = tf.reduce_sum(tf.sin(defined(images, *weights)))
        norm = tf.reduce_sum(tape.gradient(total, images) ** 2)
    expected = outer.gradient(norm, [images, *weights])
    agree(gradients(ours, tf.cast(images, tf.float32))[1], expected, 1e-5)


@each_case
def test_xla_computes_the_same(trick, lines, shape):
    ours, keras_own = both(lines, shape)
    images = tf.constant(drawn(3, *shape))
    compiled = tf.function(lambda x: ours(x, training=True), jit_compile=True)
    agree([compiled(images)], [keras_own(images, training=True)], 2e-5)


@each_case
def test_in_bfloat16_the_layers_compute_in_the_precision_of_keras(trick, lines, shape):
    nets = both((*lines, "Conv 2 k1"), shape, policy="mixed_bfloat16")  # the last one in float32
    images, kinds, ends = tf.constant(drawn(3, *shape)), [], []
    for net in nets:
        made, dtypes = images, []
        for layer in net.layers:
            made = layer(tf.cast(made, layer.compute_dtype), training=True)
            dtypes.append(made.dtype)
        kinds.append(dtypes)
        ends.append(net(images, training=trick != "dropout16"))  # Keras rounds the rate to 2⁻⁸
    assert kinds[0] == kinds[1] and kinds[0][-1] == tf.float32
    assert tf.bfloat16 in kinds[0] or trick == "fused_norm"  # normalisation is in float32 always
    agree(ends[:1], ends[1:], 0.03)


@each_case
def test_the_same_bits_come_out_every_time(trick, lines, shape):
    net, images = both(lines, shape)[0], tf.constant(drawn(8, *shape))
    compiled = tf.function(lambda x: gradients(net, x))
    first = tf.nest.flatten(compiled(images))
    for _ in range(3):
        for got, expected in zip(tf.nest.flatten(compiled(images)), first, strict=True):
            np.testing.assert_array_equal(got, expected)


# What each trick saves


@pytest.mark.parametrize(
    ("case", "least"),
    [("up conv", 2.7), ("up convT k7", 1.9), ("up spectra", 4), ("convT", 2), ("conv stride", 1.5)],
)  # for each small pixel 100 products are 36, and 196 are 100
def test_the_graph_has_fewer_multiplications(case, least):
    _, lines, shape = CASES[case]
    ours, keras_own = (multiplications(traced(net, (64, *shape))) for net in both(lines, shape))
    assert keras_own > least * ours > 0


def test_the_large_image_after_up_is_not_computed():
    images = {
        tuple(output.shape)
        for operation in traced(both(("Up", "Conv 4 k5"), (5, 7, 3))[0], (2, 5, 7, 3))
        for output in operation.outputs
        if output.shape.rank == 4 and output.shape[0] == 2
    }
    assert images == {(2, 5, 7, 3), (2, 5, 7, 16), (2, 10, 14, 4)}


def test_batch_normalisation_is_one_operation_on_the_images():
    ours, keras_own = (
        sum(output.shape == (3, 4, 5, 16) for op in traced(training(net), (3, 4, 5, 16))
            if op.type != "Identity" for output in op.outputs)
        for net in both(("BN .9",), (4, 5, 16))
    )  # fmt: skip
    assert ours == 2 < keras_own  # they come in, and go out


def test_dropout_draws_half_of_the_random_bits():
    ours, keras_own = (
        [output.shape.num_elements() * output.dtype.size * 8
         for op in traced(training(net), (32, 100))
         if op.type.startswith("StatelessRandomUniform") for output in op.outputs]
        for net in both(("Dropout .5",), (100,))
    )  # fmt: skip
    assert (max(ours), max(keras_own)) == (16 * 3200, 32 * 3200)


def training(net):
    return lambda images: net(images, training=True)


CRITIC = ("Conv 4 k4 s2 LReLU .2", "Conv 5 k3 s2 ReLU", "Conv 3 k2 LReLU .3", "Flatten", "Dense 1")


def penalty_gradients(critic, images):
    """Of the mean gradient penalty with respect to each kernel; biases do not matter to it."""
    with tf.GradientTape() as tape:
        norm = penalties.gradient_norm(critic, images)
        loss = tf.reduce_mean((norm - 1.0) ** 2)
    kernels = [w for w in critic.trainable_variables if w.name == "kernel"]
    return tape.gradient(loss, kernels)


def test_a_penalty_is_not_taken_back_through_the_images_of_the_layers():
    """Each convolution has one gradient of its kernel, that through the slopes; Keras's has two."""
    counts = [
        [op.type for op in traced(lambda x, net=net: penalty_gradients(net, x), (6, 8, 8, 2))]
        .count("Conv2DBackpropFilter")
        for net in both(CRITIC, (8, 8, 2))
    ]  # fmt: skip
    assert counts == [3, 6]


def test_gradients_of_a_penalty_are_bit_for_bit_those_of_keras():
    images = tf.constant(drawn(6, 8, 8, 2))
    found = [
        tf.function(penalty_gradients).get_concrete_function(critic, images)(images)
        for critic in both(CRITIC, (8, 8, 2))
    ]
    for got, expected in zip(*found, strict=True):
        assert np.abs(expected).max() > 1e-4
        np.testing.assert_array_equal(got, expected)


def test_a_slope_of_a_slope_is_nothing():
    net, inputs = network("net", (5,), ("LReLU .2",), seed=0), tf.constant(drawn(1, 5))
    with tf.GradientTape() as outer:
        outer.watch(inputs)
        with tf.GradientTape() as tape, fast.without_second_slopes():
            tape.watch(inputs)
            made = net(inputs)
        slope = tape.gradient(made, inputs)
    assert outer.gradient(slope, inputs) is None


def test_where_nobody_penalises_the_slope_of_a_slope_is_keras_own():
    net, inputs = network("net", (5,), ("LReLU .2",), seed=0), tf.constant(drawn(1, 5))
    with tf.GradientTape() as outer:
        outer.watch(inputs)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            made = net(inputs)
        slope = tape.gradient(made, inputs)
    np.testing.assert_array_equal(outer.gradient(slope, inputs), np.zeros((1, 5)))


# Against paper and pencil


@pytest.mark.parametrize(("line", "slope"), [("LReLU .2", 0.2), ("LReLU 0", 0.0), ("ReLU", 0.0)])
def test_values_and_slopes_of_a_relu_are_those_of_the_definition(line, slope):
    net = network("net", (5,), (line,), seed=0)
    inputs = tf.constant([[-2.0, -0.5, 0.0, 0.5, 3.0]])
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        made = net(inputs)
    np.testing.assert_allclose(made, [[-2 * slope, -0.5 * slope, 0, 0.5, 3]], rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(made, inputs), [[slope, slope, slope, 1, 1]])


# height, width, channels, filters, size, stride: with a remainder, and smaller than the kernel
CONVOLUTIONS = [
    (7, 7, 3, 4, 5, 1), (4, 4, 3, 2, 5, 1), (8, 8, 3, 2, 5, 2), (5, 7, 2, 3, 4, 2),
    (7, 6, 2, 3, 3, 1), (9, 5, 2, 2, 3, 2), (4, 6, 1, 1, 5, 3), (1, 1, 2, 3, 3, 1),
    (2, 2, 2, 3, 5, 2), (4, 4, 2, 3, 4, 1),
]  # fmt: skip
each_convolution = pytest.mark.parametrize(
    ("height", "width", "channels", "filters", "size", "stride"), CONVOLUTIONS
)


def written_out(images, kernel, stride):
    """The sum over the kernel, pixel by pixel, in float64; padding as TensorFlow's "SAME"."""
    (count, *large, _), (size, _, _, filters) = images.shape, kernel.shape
    small = [-(-length // stride) for length in large]
    before = [max((s - 1) * stride + size - n, 0) // 2 for s, n in zip(small, large, strict=True)]
    made = np.zeros((count, *small, filters))
    for i, j in np.ndindex(*small):
        for p, q in np.ndindex(size, size):
            y, x = i * stride + p - before[0], j * stride + q - before[1]
            if 0 <= y < large[0] and 0 <= x < large[1]:
                made[:, i, j] += images[:, y, x].astype(float) @ kernel[p, q]
    return made


@each_convolution
def test_a_convolution_is_its_sum_written_out(height, width, channels, filters, size, stride):
    images, kernel = drawn(3, height, width, channels), drawn(size, size, channels, filters)
    got = fourier.convolution(tf.constant(images), tf.constant(kernel), stride)
    agree([got], [written_out(images, kernel, stride)], 5e-6)


@each_convolution
def test_a_transposed_convolution_is_tensorflows(height, width, channels, filters, size, stride):
    images, kernel = drawn(3, height, width, channels), drawn(size, size, filters, channels)
    shape = [3, stride * height, stride * width, filters]
    got = fourier.transposed_convolution(tf.constant(images), tf.constant(kernel), stride)
    agree([got], [tf.nn.conv2d_transpose(images, kernel, shape, stride, "SAME")], 5e-6)


@pytest.mark.parametrize(
    ("pixels", "size", "stride", "products"),
    [
        (7, 5, 1, 1 + 40 * 3),  # 9 × 9 frequencies, one of them real
        (4, 5, 1, 4 + 16 * 3),  # 6 × 6, four of them real
        (8, 5, 2, 1 + 12 * 3),  # 5 × 5, for each of the four phases
        (7, 3, 1, 4 + 30 * 3),  # 8 × 8
    ],
)
def test_so_many_products_are_left(pixels, size, stride, products):
    assert fourier.count_products((pixels, pixels), size, stride) == products
    found = fourier.transforms((pixels, pixels), size, stride)
    assert found.images.shape == (products, stride**2, pixels**2)
    assert found.kernel.shape == (products, stride**2, size**2)
    assert found.back.shape == ((pixels // stride) ** 2, products)


def test_spectra_gain_in_small_images_with_large_kernels_and_many_channels():
    assert fourier.gains((7, 7), 256, 128, size=5, stride=1)  # dcgan_fashion
    assert fourier.gains((8, 8), 256, 512, size=5, stride=2)  # wgan_gp_faces
    assert not fourier.gains((28, 28), 64, 32, size=5, stride=1)  # large image
    assert not fourier.gains((7, 7), 1, 16, size=5, stride=1)  # one channel
    assert not fourier.gains((7, 7), 256, 256, size=1, stride=1)
    assert not fourier.gains((8, 8), 256, 256, size=2, stride=3)  # gaps between the pixels


def test_normalised_images_and_their_moving_statistics_agree_with_numpy():
    ours, images = both(("BN .9",), (4, 5, 16))[0], drawn(3, 4, 5, 16)
    gamma, beta = (weights.numpy() for weights in ours.trainable_variables)
    mean, variance = images.mean((0, 1, 2)), images.var((0, 1, 2))
    expected = (images - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    np.testing.assert_allclose(ours(images, training=True), expected, atol=2e-5)
    ours(images, training=True)
    layer = ours.layers[0]
    np.testing.assert_allclose(layer.moving_mean, 0.19 * mean, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance, 0.81 + 0.19 * variance, rtol=1e-5)


def test_outside_of_training_the_moving_statistics_are_used_and_left_alone():
    ours, keras_own = both(("BN .9",), (4, 5, 16))
    ours(drawn(3, 4, 5, 16), training=True)
    keras_own.set_weights(ours.get_weights())
    agree([ours(drawn(3, 4, 5, 16))], [keras_own(drawn(3, 4, 5, 16))], 1e-6)
    for got, expected in zip(ours.get_weights(), keras_own.get_weights(), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_a_frozen_normalisation_stays_as_it_is_in_training_too():
    ours, images = network("net", (4, 5, 16), ("BN .9",), seed=0), drawn(3, 4, 5, 16)
    ours.layers[0].trainable = False
    np.testing.assert_allclose(ours(images, training=True), images / np.sqrt(1.001), rtol=1e-5)
    np.testing.assert_array_equal(ours.layers[0].moving_mean, np.zeros(16))


def test_one_image_of_one_pixel_has_variance_zero():
    ours = network("net", (1, 1, 16), ("BN .9",), seed=0)
    np.testing.assert_allclose(ours(drawn(1, 1, 1, 16), training=True), np.zeros((1, 1, 1, 16)))
    np.testing.assert_allclose(ours.layers[0].moving_variance, np.full(16, 0.9), rtol=1e-6)


def dropout(rate, units):
    return network("net", (units,), (f"Dropout {rate}",), seed=4)


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.4, 0.9])
def test_dropout_drops_its_share_and_scales_the_rest(rate):
    # an odd number of units: half a word is left
    made = dropout(rate, 1001)(np.full((401, 1001), 2.0, "float32"), training=True).numpy()
    dropped = made == 0
    deviation = np.sqrt(rate * (1 - rate) / made.size)
    assert abs(dropped.mean() - rate) < 4 * deviation
    np.testing.assert_allclose(made[~dropped], 2.0 / (1 - rate), rtol=2e-4)


def test_dropped_units_have_nothing_to_do_with_their_neighbours():
    stays = dropout(0.5, 1000)(np.ones((1000, 1000), "float32"), training=True).numpy() > 0
    for other in (np.roll(stays, 1, axis=1), np.roll(stays, 1, axis=0), np.roll(stays, 2, axis=1)):
        assert abs((stays == other).mean() - 0.5) < 4 * 0.5 / 1000


def test_a_dropped_unit_hears_nothing_and_the_others_their_share():
    ours, units = dropout(0.25, 300), tf.constant(drawn(7, 300))
    with tf.GradientTape() as tape:
        tape.watch(units)
        made = ours(units, training=True)
    gradient = tape.gradient(made, units).numpy()
    np.testing.assert_allclose(gradient, np.where(made == 0, 0, 1 / 0.75), rtol=1e-4)


def test_dropout_follows_from_its_seed_and_how_often_it_was_called():
    first, second, units = dropout(0.5, 50), dropout(0.5, 50), np.ones((3, 50), "float32")
    calls = [net(units, training=True).numpy() for net in (first, first, second, second)]
    np.testing.assert_array_equal(calls[0], calls[2])
    np.testing.assert_array_equal(calls[1], calls[3])
    assert (calls[0] != calls[1]).any()


def test_dropout_counts_its_calls_where_keras_does():
    """In a variable that checkpoints hold: a resumed run draws what it would have drawn."""
    nets = both(("Dropout .5",), (50,))
    for net in nets:
        for _ in range(3):
            net(np.ones((3, 50), "float32"), training=True)
    ours, keras_own = ([v.numpy() for v in net.non_trainable_variables] for net in nets)
    np.testing.assert_array_equal(ours, keras_own)


@pytest.mark.parametrize(("rate", "training"), [(0.5, False), (0, True)])
def test_outside_of_training_and_with_rate_zero_nothing_is_dropped(rate, training):
    units = np.ones((3, 50), "float32")
    np.testing.assert_array_equal(dropout(rate, 50)(units, training=training), units)


# What gains nothing, or would not be the same, is left alone


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("BN .9", (4, 5, 24)), ("BN .9", (16,)), ("Dropout 0", (4,)), ("Dense 8", (4,)),
        ("ConvT 4 k4 s2", (5, 7, 3)), ("ConvT 1 k5", (5, 7, 3)), ("ConvT 1 k2 s3", (5, 7, 3)),
        ("Conv 1 k4 s2", (5, 7, 3)), ("Conv 64 k5 SN", (4, 4, 64)),
    ],
)  # fmt: skip
def test_a_layer_that_gains_nothing_is_left_alone(line, shape):
    ours, keras_own = both((line,), shape)
    assert replace(ours, fast.TRICKS) == {}
    np.testing.assert_array_equal(ours(drawn(2, *shape)), keras_own(drawn(2, *shape)))


@pytest.mark.parametrize("line", ["Conv 4 k3", "Conv 4 k4", "Conv 4 k5 s2", "Conv 4 k5 SN"])
def test_where_it_brings_nothing_a_convolution_after_up_is_left_alone(line):
    """Small or even kernels, strides; and the kernel of SN, which changes with each call."""
    ours, keras_own = both(("Up", line), (5, 7, 3))
    assert replace(ours, fast.TRICKS) == {}
    np.testing.assert_array_equal(ours(drawn(2, 5, 7, 3)), keras_own(drawn(2, 5, 7, 3)))


def test_a_convolution_that_follows_something_else_is_left_alone():
    net, _ = both(("Up", "Conv 4 k5 ReLU", "Conv 4 k5"), (5, 7, 3))
    assert "net_3" not in replace(net, fast.TRICKS)


SQUARE = {"kernel_size": 5, "padding": "same"}
STRANGE = [
    keras.layers.Conv2D(64, 5), keras.layers.Conv2D(64, dilation_rate=2, **SQUARE),
    keras.layers.Conv2D(64, groups=2, **SQUARE), keras.layers.Conv2D(64, (5, 3), padding="same"),
    keras.layers.SpatialDropout2D(0.5, seed=1), keras.layers.Dropout(0.5, (None, 1, 1, 1), seed=1),
    keras.layers.ReLU(6), keras.layers.BatchNormalization(axis=1),
    keras.layers.BatchNormalization(scale=False), keras.layers.Conv2DTranspose(1, 4, 2),
]  # fmt: skip


@pytest.mark.parametrize("layer", STRANGE, ids=lambda layer: layer.name)
def test_layers_that_the_notation_does_not_write_are_left_alone(layer):
    for size in (2, 3):
        up = keras.layers.UpSampling2D(size)
        chain = [keras.Input((4, 4, 64)), up, type(layer).from_config(layer.get_config())]
        assert replace(keras.Sequential(chain), fast.TRICKS) == {}


@pytest.mark.parametrize("up", [dict(size=3), dict(size=(2, 1)), dict(interpolation="bilinear")])
def test_another_upsampling_is_left_alone(up):
    chain = [
        keras.Input((5, 7, 3)),
        keras.layers.UpSampling2D(**up),
        keras.layers.Conv2D(4, **SQUARE),
    ]
    assert replace(keras.Sequential(chain), fast.TRICKS) == {}


@pytest.mark.parametrize("crossed", [False, True])
def test_in_a_network_with_branches_a_layer_follows_the_one_it_is_wired_to(crossed):
    images = keras.Input((6, 6, 3))
    up = keras.layers.UpSampling2D(name="up")(images)
    first = keras.layers.Conv2D(4, name="conv", **SQUARE)(images if crossed else up)
    beside = keras.layers.Conv2D(4, 3, padding="same")(up)
    net = keras.Model(images, [first, beside])
    expected = net(drawn(2, 6, 6, 3))
    used = replace(net, fast.TRICKS)
    assert used == ({} if crossed else {"conv": "fold_upsampling"})
    agree(net(drawn(2, 6, 6, 3)), expected, 1e-5)


def test_where_the_precision_changes_after_up_the_result_is_still_the_same():
    """Keras casts the large image, which then does not say where it came from."""
    ours, keras_own = both(("Up", "Conv 1 k5"), (5, 7, 3), policy="mixed_bfloat16")
    agree([ours(drawn(2, 5, 7, 3))], [keras_own(drawn(2, 5, 7, 3))], 1e-5)


def test_spectra_are_not_taken_in_bfloat16():
    lines = ("Conv 64 k5", "Up", "Conv 64 k5", "Conv 1 k1")
    ours, _ = both(lines, (4, 4, 64), policy="mixed_bfloat16")
    kinds = [op.type for op in traced(ours, (2, 4, 4, 64))]
    assert kinds.count("Conv2D") == 3


ALL_KINDS = (
    "Conv 32 k5 nobias BN .9 LReLU .2 Dropout .3", "Up", "ConvT 8 k5 ReLU", "ConvT 1 k4 s2 tanh",
)  # fmt: skip


def test_the_file_of_the_network_is_keras_own_and_needs_no_gan_course(tmp_path):
    ours, _ = both(ALL_KINDS, (4, 4, 32))
    ours(drawn(3, 4, 4, 32), training=True)
    ours.save(tmp_path / "net.keras")
    np.save(tmp_path / "x.npy", drawn(3, 4, 4, 32))
    code = """
import keras, numpy, sys
numpy.save("y.npy", keras.models.load_model("net.keras")(numpy.load("x.npy")))
assert not [name for name in sys.modules if name.startswith("gan_course")]
"""
    elsewhere = {**os.environ, "PYTHONPATH": "", "KERAS_BACKEND": "tensorflow"}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, env=elsewhere)
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), ours(drawn(3, 4, 4, 32)), atol=1e-5)


def test_the_layers_stay_keras_layers_in_a_summary():
    lines = []
    for net in both(ALL_KINDS, (4, 4, 32)):
        printed = []
        net.summary(print_fn=printed.append)
        lines.append(printed)
        assert {type(layer).__module__.split(".")[0] for layer in net.layers} == {"keras"}
    assert lines[0] == lines[1]


# Adam


def after_updates(optimizer, compiled=True):
    weight = keras.Variable(np.linspace(-1, 1, 12).reshape(4, 3), dtype="float32", name="weight")
    optimizer.build([weight])

    def apply(gradient):
        optimizer.apply([gradient], [weight])

    apply = tf.function(apply) if compiled else apply
    for gradient in drawn(6, 4, 3):
        apply(tf.constant(gradient))
    return weight.numpy()


HALVED = keras.optimizers.schedules.PiecewiseConstantDecay([2], [0.01, 0.005])


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    "options",
    [dict(beta_1=0.0), dict(beta_1=0.5), dict(), dict(learning_rate=HALVED), dict(amsgrad=True),
     dict(clipnorm=0.1), dict(weight_decay=0.1), dict(epsilon=0.3, beta_2=0.9)],
    ids=lambda options: next(iter(options), "defaults"),
)  # fmt: skip
def test_the_fused_update_is_that_of_keras(options, compiled):
    options = {"learning_rate": 0.01, **options}
    ours = after_updates(FusedAdam(**options), compiled)
    theirs = after_updates(keras.optimizers.Adam(**options), compiled)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def test_the_fused_update_is_that_of_the_paper():
    weight, m, v = np.linspace(-1, 1, 12).reshape(4, 3), 0.0, 0.0
    for t, gradient in enumerate(drawn(6, 4, 3).astype("float64"), start=1):
        m = 0.5 * m + 0.5 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        rate = 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.5**t)
        weight = weight - rate * m / (np.sqrt(v) + 1e-7)
    np.testing.assert_allclose(after_updates(FusedAdam(0.01, 0.5)), weight, rtol=0, atol=1e-6)


def test_the_variables_of_adam_are_those_of_keras():
    """A run that is resumed with the other one finds its moments."""
    found = []
    for kind in (FusedAdam, keras.optimizers.Adam):
        optimizer = kind(0.01)
        after_updates(optimizer)
        found.append([(v.name, v.shape, np.ravel(v)) for v in optimizer.variables])
    for (name, shape, got), (keras_name, keras_shape, expected) in zip(*found, strict=True):
        assert (name, shape) == (keras_name, keras_shape)
        np.testing.assert_allclose(got, expected, atol=1e-6)


# The switch


def recipe(**changes):
    fields = dict(
        name="tiny", about="for tests", cpu_minutes=1.0, dataset="mnist", image_shape=(8, 8, 1),
        latent_dim=3, generator=("Dense 64 tanh", "Reshape 8 8 1"),
        discriminator=("Flatten", "Dense 1"), batch_size=4, steps=4, grid=(1, 2), beta_1=0.5,
        g_learning_rate=0.1, d_learning_rate=0.2, sample_every=2, checkpoint_every=2,
    )  # fmt: skip
    return Adversarial(**{**fields, **changes})


def adam_of(net):
    return type(optimizers.make(recipe(), 0.1, 4, net.trainable_variables))


def replaced(net):
    """The layers whose `call` is not that of their class."""
    return {layer.name for layer in net.layers if "call" in vars(layer)}


def with_a_gpu(monkeypatch):
    config = tf.config
    monkeypatch.setattr(config, "list_physical_devices", lambda kind=None: ["a GPU"])
    details = {"compute_capability": (9, 0), "device_name": "a GPU"}
    monkeypatch.setattr(config.experimental, "get_device_details", lambda _: details)


@pytest.mark.parametrize("said", [None, "", "fast", ",".join(fast.TRICKS), "keras"])
def test_the_switch_turns_all_on_or_off(said, monkeypatch):
    if said is not None:
        monkeypatch.setenv(fast.SWITCH, said)
    net, on = network("net", (4, 4, 32), ALL_KINDS, seed=0), said != "keras"
    assert fast.active() == (tuple(fast.TRICKS) if on else ())
    assert len(replaced(net)) == (7 if on else 0)  # all but the last ConvT and tanh
    assert adam_of(net) is (FusedAdam if on else keras.optimizers.Adam)


ALONE = {
    "fold_upsampling": {"net_2", "net_3"}, "fourier": {"net_1"},
    "fused_norm": {"net_1_bn"}, "dropout16": {"net_1_dropout"},
    "second_slopes": {"net_1_lrelu", "net_3_relu"}, "adam": set(),
}  # fmt: skip


@pytest.mark.parametrize(("trick", "layers"), ALONE.items())
def test_the_switch_turns_one_on_alone(trick, layers, monkeypatch):
    monkeypatch.setenv(fast.SWITCH, f" {trick} ")
    net = network("net", (4, 4, 32), ALL_KINDS, seed=0)
    assert fast.active() == (trick,) and replaced(net) == layers
    assert adam_of(net) is (FusedAdam if trick == "adam" else keras.optimizers.Adam)
    assert "spectra" not in doctor.machine()["layers"] or trick == "fourier"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("fourrier", "unknown word in GAN_COURSE_LAYERS 'fourrier'; did you mean 'fourier'?"),
        ("adam,kears", "did you mean 'keras'"),
        ("adam,", "unknown word in GAN_COURSE_LAYERS ''; known: adam, dropout16, fast"),
    ],
)
def test_a_word_that_the_switch_does_not_know_is_refused(said, message, monkeypatch):
    monkeypatch.setenv(fast.SWITCH, said)
    for ask in (fast.active, fast.adam, fast.explain,
                lambda: network("net", (4,), ("Dense 1",), seed=0)):  # fmt: skip
        with pytest.raises(InputError) as refusal:
            ask()
        assert message in str(refusal.value)


@pytest.mark.parametrize("said", ["fast", "fourier,adam", "keras"])
def test_on_a_gpu_every_layer_and_the_optimizer_are_keras_own(said, monkeypatch):
    with_a_gpu(monkeypatch)
    monkeypatch.setenv(fast.SWITCH, said)
    net = network("net", (4, 4, 32), ALL_KINDS, seed=0)
    assert fast.active() == () and replaced(net) == set()
    assert adam_of(net) is keras.optimizers.Adam
    assert doctor.machine()["layers"] == (
        "those of Keras, whose operations XLA joins on a GPU (environment: GAN_COURSE_LAYERS)"
    )


LESS_WORK = "with less work than Keras's own: "
LINES = {
    "keras": "those of Keras, as you have set it",
    "adam,fused_norm": f"{LESS_WORK}batch normalisation in one operation, Adam in one operation, "
    "as you have set it",
    "fast": f"{LESS_WORK}{', '.join(fast.TRICKS.values())}",
}


@pytest.mark.parametrize(("said", "line"), LINES.items())
def test_the_doctor_says_which_layers_are_used_and_why(said, line, monkeypatch):
    monkeypatch.setenv(fast.SWITCH, said)
    assert doctor.machine()["layers"] == f"{line} (environment: GAN_COURSE_LAYERS)"


@pytest.mark.parametrize(("said", "noted"), [("keras", "keras"), ("adam,fourier", "fourier, adam")])
def test_a_session_of_a_run_notes_what_it_computes_with(said, noted, monkeypatch):
    from gan_course.runs import identity

    monkeypatch.setenv(fast.SWITCH, said)
    assert identity.session(recipe(), None, 0)["layers"] == noted


@pytest.mark.parametrize(
    ("name", "kind"), [("rmsprop", keras.optimizers.RMSprop), ("sgd", keras.optimizers.SGD)]
)
def test_other_optimizers_are_keras_own(name, kind):
    net = network("net", (4,), ("Dense 1",), seed=0)
    weights = net.trainable_variables
    made = optimizers.make(recipe(optimizer=name, beta_1=None), 0.3, 4, weights)
    assert type(made) is kind and made.built
    np.testing.assert_allclose(made.learning_rate, 0.3, rtol=1e-6)


# The guard


def test_the_tiny_network_of_the_guard_uses_every_trick():
    assert {*replace(guard.tiny_network(), fast.TRICKS).values(), "adam"} == set(fast.TRICKS)


@pytest.fixture
def new_keras(monkeypatch):
    """As if Keras 9.9 were installed."""
    monkeypatch.setattr(keras, "__version__", "9.9.0")
    guard.trusted.cache_clear()
    yield
    guard.trusted.cache_clear()


def test_with_a_keras_that_agrees_the_tricks_are_used(new_keras):
    assert fast.active() == tuple(fast.TRICKS)


def wrong(right):
    return lambda *inputs, **named: right(*inputs, **named) * 1.01


def broken(*_, **__):
    raise TypeError("got an unexpected keyword\nand more")


@pytest.mark.parametrize(
    ("place", "name", "change"),
    [
        (fourier, "convolution", wrong), (tf.nn, "depth_to_space", wrong),
        (tf.nn, "leaky_relu", wrong), (tf.raw_ops, "LeakyReluGrad", wrong),
        (tf.raw_ops, "FusedBatchNormV3", lambda _: broken),
        (tf.raw_ops, "ResourceApplyAdam", lambda _: lambda **_: None),
        (keras.random.SeedGenerator, "next", lambda _: broken),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_with_a_keras_that_does_not_agree_its_own_layers_are_used(
    place, name, change, new_keras, monkeypatch
):
    monkeypatch.setattr(place, name, change(getattr(place, name)))
    with pytest.warns(RunWarning, match=r"not been tested with Keras 9\.9\.0"):
        assert fast.active() == ()
    monkeypatch.undo()
