"""A convolution of a small image, computed as products of spectra."""

import numpy as np
import pytest
from graphs import needed

import gan_course as gan
from gan_course.base.backend import keras, tf
from gan_course.games import penalties
from gan_course.models import build, network
from gan_course.models.fast import fourier

# height, width, channels, filters, size, stride: odd and even, not square, with a remainder, and
# images smaller than the kernel
CASES = [
    (7, 7, 3, 4, 5, 1), (4, 4, 3, 2, 5, 1), (8, 8, 3, 2, 5, 2), (5, 7, 2, 3, 4, 2),
    (7, 6, 2, 3, 3, 1), (9, 5, 2, 2, 3, 2), (4, 6, 1, 1, 5, 3), (1, 1, 2, 3, 3, 1),
    (2, 2, 2, 3, 5, 2), (4, 4, 2, 3, 4, 1),
]  # fmt: skip
SMALL = [
    ("ConvT 48 k5 bias(.1,.2) tanh", (4, 4, 40)),
    ("Conv 40 k5 nobias LReLU .2", (4, 4, 40)),
    ("Conv 256 k5 s2 bias(.1,.2)", (8, 8, 64)),
    ("ConvT 64 k5 s2 nobias", (4, 4, 256)),
]


def drawn(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


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


def both(lines, shape, policy="float32"):
    """The network of the notation, and Keras's own with the same weights."""
    ours = network("net", shape, lines, seed=4, policy=policy)
    keras_own = keras.Sequential.from_config(ours.get_config())
    keras_own.set_weights(ours.get_weights())
    return ours, keras_own


def convolutions(net, shape, count=2):
    graph = tf.function(lambda x: net(x)).get_concrete_function(tf.zeros((count, *shape))).graph
    return [operation.type for operation in needed(graph) if operation.type.startswith("Conv2D")]


@pytest.mark.parametrize(("height", "width", "channels", "filters", "size", "stride"), CASES)
def test_a_convolution_is_its_sum_written_out(height, width, channels, filters, size, stride):
    images, kernel = drawn(3, height, width, channels), drawn(size, size, channels, filters)
    got = fourier.convolution(tf.constant(images), tf.constant(kernel), stride)
    np.testing.assert_allclose(got, written_out(images, kernel, stride), atol=3e-5)


@pytest.mark.parametrize(("height", "width", "channels", "filters", "size", "stride"), CASES)
def test_a_transposed_convolution_is_tensorflows(height, width, channels, filters, size, stride):
    images, kernel = drawn(3, height, width, channels), drawn(size, size, filters, channels)
    shape = [3, stride * height, stride * width, filters]
    got = fourier.transposed_convolution(tf.constant(images), tf.constant(kernel), stride)
    expected = tf.nn.conv2d_transpose(images, kernel, shape, stride, "SAME")
    np.testing.assert_allclose(got, expected, atol=3e-5)


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


def test_it_gains_in_small_images_with_large_kernels_and_many_channels():
    assert fourier.gains((7, 7), 256, 128, size=5, stride=1)  # dcgan_fashion
    assert fourier.gains((8, 8), 256, 512, size=5, stride=2)  # wgan_gp_faces
    assert not fourier.gains((28, 28), 64, 32, size=5, stride=1)  # large image
    assert not fourier.gains((7, 7), 1, 16, size=5, stride=1)  # one channel
    assert not fourier.gains((7, 7), 256, 256, size=1, stride=1)
    assert not fourier.gains((8, 8), 256, 256, size=2, stride=3)  # gaps between the pixels


@pytest.mark.parametrize(("line", "shape"), SMALL)
def test_gradients_of_weights_and_images_are_those_of_keras(line, shape):
    nets, found = both((line,), shape), []
    assert [len(convolutions(net, shape)) for net in nets] == [0, 1]
    for net in nets:
        images = tf.constant(drawn(3, *shape))
        with tf.GradientTape() as tape:
            tape.watch(images)
            made = net(images, training=True)
            loss = tf.reduce_sum(tf.sin(made))
        found.append([made, *tape.gradient(loss, [images, *net.trainable_variables])])
    for got, expected in zip(*found, strict=True):
        scale = max(1, float(tf.reduce_max(tf.abs(expected))))
        np.testing.assert_allclose(got, expected, atol=2e-5 * scale)


def test_a_gradient_penalty_and_its_gradient_are_those_of_keras():
    lines = "Conv 256 k5 s2 LReLU .2", "Conv 40 k5 LReLU .2", "Flatten", "Dense 1"
    nets, found = both(lines, (8, 8, 64)), []
    assert [len(convolutions(net, (8, 8, 64))) for net in nets] == [0, 2]
    for net in nets:
        with tf.GradientTape() as tape:
            norm = penalties.gradient_norm(net, tf.constant(drawn(3, 8, 8, 64)))
            penalty = tf.reduce_mean((norm - 1.0) ** 2)
        kernels = [weights for weights in net.trainable_variables if weights.name == "kernel"]
        found.append([penalty, *tape.gradient(penalty, kernels)])
    for got, expected in zip(*found, strict=True):
        scale = float(tf.reduce_max(tf.abs(expected)))
        np.testing.assert_allclose(got, expected, atol=1e-4 * scale)


def test_a_convolution_after_up_gains_twice():
    """First the small image is taken in place of the large one, then its spectrum."""
    ours, keras_own = both(("Up", "Conv 64 k5 bias(.1,.2)"), (4, 4, 64))
    assert [len(convolutions(net, (4, 4, 64))) for net in (ours, keras_own)] == [0, 1]
    images = drawn(3, 4, 4, 64)
    np.testing.assert_allclose(ours(images), keras_own(images), atol=3e-5)


def test_the_same_numbers_come_out_every_time():
    net = network("net", (7, 7, 128), ("Conv 128 k5", "Flatten", "Dense 1"), seed=0)
    images = tf.constant(drawn(32, 7, 7, 128))

    @tf.function
    def gradients():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(net(images, training=True) ** 2)
        return tape.gradient(loss, net.trainable_variables)

    first = gradients()
    for _ in range(5):
        for got, expected in zip(gradients(), first, strict=True):
            np.testing.assert_array_equal(got, expected)


def test_a_layer_stays_the_keras_layer_that_it_was():
    generator, _ = build(gan.recipe("dcgan_fashion"))
    layer = generator.get_layer("generator_3")
    assert type(layer) is keras.layers.Conv2DTranspose
    assert layer.kernel.shape == (5, 5, 128, 256)
    others = convolutions(generator, (100,))
    assert sorted(others) == ["Conv2D", "Conv2DBackpropInput"]


def test_bfloat16_is_left_alone():
    """Its eight bits are too few for sums of sums."""
    lines = ("Conv 64 k5", "Up", "Conv 64 k5", "Flatten", "Dense 1")
    ours, _ = both(lines, (4, 4, 64), policy="mixed_bfloat16")
    assert len(convolutions(ours, (4, 4, 64))) == 2


def test_with_a_gpu_the_convolutions_are_tensorflows(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["a GPU"])
    ours, _ = both(("Conv 64 k5", "Up", "Conv 64 k5"), (4, 4, 64))
    assert len(convolutions(ours, (4, 4, 64))) == 2


def test_xla_computes_the_same():
    ours, keras_own = both(("Conv 64 k5", "Up", "ConvT 64 k5"), (4, 4, 64))
    images = tf.constant(drawn(3, 4, 4, 64))
    made = tf.function(ours, jit_compile=True)(images)
    expected = keras_own(images).numpy()
    np.testing.assert_allclose(made, expected, atol=1e-5 * np.abs(expected).max())
