"""The networks: layer by layer as the course describes them, and how they begin."""

from functools import cache

import numpy as np
import pytest
from e2e import started

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.games import adversarial, state
from gan_course.models import build
from gan_course.recipes import RECIPES


@cache
def networks(name):
    return build(RECIPES[name])


def weights(network):
    """Weights under a name such as "generator_1/kernel"."""
    return {"/".join(w.path.split("/")[-2:]): w.numpy() for w in network.weights}


def anatomy(network):
    """Every layer as (kind, *what the course says about it), read from Keras."""
    details = {
        "Dense": lambda o: (o.units, o.activation.__name__),
        "Conv2D": lambda o: (o.filters, o.kernel_size, o.strides, o.padding),
        "Conv2DTranspose": lambda o: (o.filters, o.kernel_size, o.strides, o.padding),
        "UpSampling2D": lambda o: (o.size, o.interpolation),
        "Reshape": lambda o: (o.target_shape,),
        "BatchNormalization": lambda o: (o.momentum,),
        "LeakyReLU": lambda o: (o.negative_slope,),
        "Dropout": lambda o: (o.rate,),
        "Activation": lambda o: (o.activation.__name__,),
        "Flatten": lambda o: (),
        "ReLU": lambda o: (),
    }
    return [
        (type(o).__name__, *details[type(o).__name__](o)) for o in network.layers
    ]  # fmt: skip


def dense(units):
    return ("Dense", units, "linear")


def conv(filters, stride, kind="Conv2D", kernel=5):
    return (kind, filters, (kernel, kernel), (stride, stride), "same")


UP = ("UpSampling2D", (2, 2), "nearest")
RELU = ("ReLU",)

ANATOMY = {
    "vanilla_mnist": (
        [
            *(dense(256), ("LeakyReLU", 0.2)),
            *(dense(512), ("LeakyReLU", 0.2)),
            *(dense(1024), ("LeakyReLU", 0.2)),
            *(dense(784), ("Activation", "tanh"), ("Reshape", (28, 28, 1))),
        ],
        [
            ("Flatten",),
            *(dense(1024), ("LeakyReLU", 0.2), ("Dropout", 0.3)),
            *(dense(512), ("LeakyReLU", 0.2), ("Dropout", 0.3)),
            *(dense(256), ("LeakyReLU", 0.2), ("Dropout", 0.3)),
            dense(1),
        ],
    ),
    "vanilla_mnist_xavier": (
        [
            *(dense(256), RELU, ("Dropout", 0.1)),
            *(dense(256), RELU, ("Dropout", 0.1)),
            *(dense(784), ("Activation", "tanh"), ("Reshape", (28, 28, 1))),
        ],
        [
            ("Flatten",),
            *(dense(256), ("LeakyReLU", 0.01), ("Dropout", 0.1)),
            *(dense(256), ("LeakyReLU", 0.01), ("Dropout", 0.1)),
            dense(1),
        ],
    ),
    "dcgan_mnist": (
        [
            *(dense(7 * 7 * 256), ("BatchNormalization", 0.9), RELU),
            *(("Reshape", (7, 7, 256)), ("Dropout", 0.4)),
            *(UP, conv(128, 1, "Conv2DTranspose"), ("BatchNormalization", 0.9), RELU),
            *(UP, conv(64, 1, "Conv2DTranspose"), ("BatchNormalization", 0.9), RELU),
            *(conv(32, 1, "Conv2DTranspose"), ("BatchNormalization", 0.9), RELU),
            *(conv(1, 1, "Conv2DTranspose"), ("Activation", "sigmoid")),
        ],
        [
            *(conv(64, 2), ("LeakyReLU", 0.2), ("Dropout", 0.4)),
            *(conv(128, 2), ("LeakyReLU", 0.2), ("Dropout", 0.4)),
            *(conv(256, 2), ("LeakyReLU", 0.2), ("Dropout", 0.4)),
            *(conv(512, 1), ("LeakyReLU", 0.2), ("Dropout", 0.4)),
            *(("Flatten",), dense(1)),
        ],
    ),
}


@pytest.mark.parametrize(
    ("name", "of_generator", "of_discriminator"),
    [
        # by hand for the first: 101*256 + 257*512 + 513*1024 + 1025*784, and
        # 785*1024 + 1025*512 + 513*256 + 257
        ("vanilla_mnist", 1_486_352, 1_460_225),
        ("vanilla_mnist_xavier", 293_136, 267_009),
        ("dcgan_mnist", 2_394_241, 4_311_553),
    ],
)
def test_networks_have_the_published_number_of_parameters(name, of_generator, of_discriminator):
    generator, discriminator = networks(name)
    assert generator.count_params() == of_generator
    assert discriminator.count_params() == of_discriminator


@pytest.mark.parametrize("name", ANATOMY)
def test_networks_are_layer_by_layer_those_of_the_course(name):
    generator, discriminator = networks(name)
    assert anatomy(generator) == ANATOMY[name][0]
    assert anatomy(discriminator) == ANATOMY[name][1]


@pytest.mark.parametrize(("name", "low"), [("vanilla_mnist", -1), ("dcgan_mnist", 0)])
def test_networks_take_and_give_the_shapes_and_ranges_of_the_game(name, low):
    generator, discriminator = networks(name)
    latents = np.random.default_rng(0).normal(0, 30, (3, 100)).astype(np.float32)
    fakes = generator(latents, training=False).numpy()
    assert fakes.shape == (3, 28, 28, 1) and fakes.dtype == np.float32
    assert low <= fakes.min() < low + 0.45 and 0.55 < fakes.max() <= 1
    logits = discriminator(10 * fakes, training=False).numpy()
    assert logits.shape == (3, 1) and logits.min() != logits.max()


def test_the_first_kernels_of_the_vanilla_gan_are_normal_with_deviation_0_02():
    generator, discriminator = networks("vanilla_mnist")
    for kernel in (
        weights(generator)["generator_1/kernel"],
        weights(discriminator)["discriminator_2/kernel"],
    ):
        bound = 5 / np.sqrt(kernel.size)  # five standard errors, for the smallest 25,600 numbers
        assert kernel.mean() == pytest.approx(0, abs=0.02 * bound)
        assert kernel.std() == pytest.approx(0.02, rel=bound)
        # 4.55 percent of a normal distribution lie beyond two deviations; of a truncated one, none
        assert (np.abs(kernel) > 0.04).mean() == pytest.approx(0.0455, abs=0.005)


def test_kernels_without_a_word_are_glorot_uniform_and_biases_zero():
    values = weights(networks("vanilla_mnist")[0])
    kernel, limit = values["generator_2/kernel"], np.sqrt(6 / (256 + 512))
    assert 0.999 * limit < kernel.max() <= limit and -limit <= kernel.min() < -0.999 * limit
    assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.01)
    assert not any(value.any() for name, value in values.items() if name.endswith("bias"))


def test_xavier_kernels_have_deviation_by_fan_and_biases_lie_between_0_1_and_0_2():
    for network in networks("vanilla_mnist_xavier"):
        for name, value in weights(network).items():
            if name.endswith("kernel"):
                expected = np.sqrt(2 / sum(value.shape))
                assert value.std() == pytest.approx(expected, rel=5 / np.sqrt(2 * value.size))
                if value.size > 1000:  # a normal cut off at 2 / 0.87962566 standard deviations
                    assert np.abs(value).max() == pytest.approx(2.2737 * expected, rel=0.01)
            elif value.size > 1:
                assert 0.1 <= value.min() < 0.105 and 0.195 < value.max() < 0.2
                assert value.mean() == pytest.approx(0.15, abs=0.01)
            else:
                assert 0.1 <= value[0] < 0.2


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tiny):
    same, again, other = build(tiny), build(tiny), build(tiny.changed(seed=4))
    for one, two, three in zip(same, again, other, strict=True):
        for name, value in weights(one).items():
            np.testing.assert_array_equal(value, weights(two)[name])
            if name.endswith("kernel"):
                assert (value != weights(three)[name]).all()


def test_weights_do_not_depend_on_what_else_was_built_or_drawn(tiny):
    first = weights(build(tiny)[0])
    keras.utils.set_random_seed(99)
    build(tiny.changed(latent_dim=7))
    again = weights(build(tiny)[0])
    assert first.keys() == again.keys()
    assert all(np.array_equal(first[name], again[name]) for name in first)


def test_layers_of_the_same_shape_begin_with_different_weights(tiny):
    line = "Dense 24 bias(.1,.2)"
    generator, discriminator = build(
        tiny.changed(
            generator=(line, line, line, "Reshape 4 6 1"),
            discriminator=("Flatten", line, "Dense 1"),
        )
    )
    kernels = [
        weights(generator)["generator_2/kernel"],
        weights(generator)["generator_3/kernel"],
        weights(discriminator)["discriminator_2/kernel"],
    ]
    biases = [weights(generator)[f"generator_{n}/bias"] for n in (1, 2, 3)]
    for arrays in (kernels, biases):
        for one, two in ((0, 1), (0, 2), (1, 2)):
            assert arrays[one].shape == arrays[two].shape
            assert (arrays[one] != arrays[two]).all()


def test_dropout_layers_drop_different_units(tiny):
    line = "Dropout .5"
    generator, _ = build(
        tiny.changed(latent_dim=24, generator=("Reshape 4 6 1", line, line, "Dropout .5"))
    )
    ones = np.ones((50, 4, 6, 1), np.float32)
    masks = [layer(ones, training=True).numpy() > 0 for layer in generator.layers[1:]]
    for one, two in ((0, 1), (0, 2), (1, 2)):
        # independent halves agree half of the time: 600 of 1200, one deviation being 17
        assert (masks[one] == masks[two]).sum() == pytest.approx(600, abs=100)


def test_the_notation_means_what_a_hand_written_keras_model_says(tiny):
    recipe = tiny.changed(
        image_shape=(8, 12, 3),
        value_range=(0, 1),
        generator=(
            "Dense 48 nobias BN .8 LReLU .3", "Reshape 2 3 8", "Up", "Conv 5 k3 BN ReLU",
            "ConvT 3 k4 s2 Dropout .2 sigmoid",
        ),
    )  # fmt: skip
    layers = keras.layers
    by_hand = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(48, use_bias=False),
            layers.BatchNormalization(momentum=0.8),
            layers.LeakyReLU(negative_slope=0.3),
            layers.Reshape((2, 3, 8)),
            layers.UpSampling2D(2),
            layers.Conv2D(5, 3, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2DTranspose(3, 4, strides=2, padding="same"),
            layers.Dropout(0.2),
            layers.Activation("sigmoid"),
        ]
    )
    written, _ = build(recipe)
    rng = np.random.default_rng(1)
    values = [rng.uniform(0.2, 0.9, w.shape) for w in by_hand.weights if "seed" not in w.name]
    for network in (written, by_hand):
        network.set_weights(values)
    latents = rng.normal(0, 1, (6, 3)).astype(np.float32)
    np.testing.assert_allclose(
        written(latents, training=False), by_hand(latents, training=False), atol=1e-6
    )
    # and the moving averages move by the same share
    for network in (written, by_hand):
        network(latents, training=True)
    for ours, theirs in zip(written.get_weights(), by_hand.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_a_convolution_has_stride_1_unless_told_and_the_first_layer_may_be_any(tiny):
    generator, discriminator = build(
        tiny.changed(generator=("tanh", "Dense 24", "Reshape 4 6 1"),
                     discriminator=("Conv 3 k3", "Conv 2 s2 k4", "Flatten", "Dense 1"))
    )  # fmt: skip
    assert anatomy(generator)[0] == ("Activation", "tanh")
    assert anatomy(discriminator)[:2] == [conv(3, 1, kernel=3), conv(2, 2, kernel=4)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "line is empty"),
        ("Dens 24", "unknown layer 'Dens'; did you mean 'Dense'"),
        ("Dense", "expected a number of units, got nothing"),
        ("Dense 1.5", r"a number of units, got \[1.5\]"),
        ("Dense -4", r"a number of units, got \[-4.0\]"),
        ("Dense 0", r"a number of units, got \[0.0\]"),
        ("Dense 24 25", r"a number of units, got \[24.0, 25.0\]"),
        ("Dense 24 LRelu .2", "unknown word 'LRelu'; did you mean 'LReLU'"),
        ("Dense 24 k3", "unknown word 'k3'"),
        ("Dense 24 BN nobias", "unknown word 'nobias'"),
        ("Dense 24 BN SN", "SN is about weights: write it right after Dense, Conv or ConvT"),
        ("Dense 24 LReLU .2 SN", "SN is about weights"),
        ("Dropout .3 SN", "SN is about weights"),
        ("Up SN", "SN is about weights"),
        ("SN", "unknown layer 'SN'"),
        ("Dense 24 SN nobias SN", "'SN' says again"),
        ("Dense 24 LReLU", "LReLU needs a slope, as in LReLU .2"),
        ("Dense 24 LReLU -1", "does not fit: .*-1.0"),
        ("Dense 24 Dropout", "Dropout needs a rate"),
        ("Dense 24 Dropout 1.5", r"after Dropout must be in \[0, 1\), got 1.5"),
        ("Dense 24 BN 1.5", r"after BN must be in \[0, 1\), got 1.5"),
        ("Dense 24 xavier N(0,.02)", r"'N\(0,.02\)' says again"),
        ("Dense 24 nobias bias(.1,.2)", "contradict each other"),
        ("Dense 24 ReLU .2", r"too many numbers after ReLU: \[0.2\]"),
        ("Dense 24 BN .9 .8", r"too many numbers after BN: \[0.9, 0.8\]"),
        ("Dense 24 N(0, .02)", r"without spaces, got 'N\(0,'"),
        ("Dense 24 N(0,x)", r"expected two numbers .*, got 'N\(0,x\)'"),
        ("Dense 24 bias(.1)", r"got 'bias\(.1\)'"),
        ("Conv 4", "the kernel size is missing; write k5 for 5x5"),
        ("Conv 4 k3", "does not fit: .*expected min_ndim=4, found ndim=2"),
        ("Up", "does not fit: .*expected ndim=4, found ndim=2"),
        ("Up 2", r"expected no number, got \[2.0\]"),
        ("Flatten 3", r"expected no number, got \[3.0\]"),
        ("Reshape", "expected a shape, got nothing"),
        ("Reshape 4 5", "does not fit: "),
        ("Dense 24 ReLU ReLU", "does not fit: .*unique names"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(tiny, line, message):
    with pytest.raises(InputError, match=rf"^generator, layer 2 \('.*'\):? ?.*{message}") as caught:
        build(tiny.changed(generator=("Dense 8", line, "Dense 24", "Reshape 4 6 1")))
    assert repr(line) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "lines", "message"),
    [
        ("generator", ("Dense 24",), r"an image of shape \(4, 6, 1\), but .* gives \(24,\)"),
        ("generator", ("Dense 24", "Reshape 6 4 1"), r"\(4, 6, 1\), but .* gives \(6, 4, 1\)"),
        ("discriminator", ("Flatten", "Dense 2"), r"one logit of shape \(1,\), but .* \(2,\)"),
        ("discriminator", ("Dense 1",), r"one logit of shape \(1,\), but .* \(4, 6, 1\)"),
        ("generator", (), "generator"),
        ("discriminator", (), "discriminator"),
    ],
)
def test_networks_with_another_output_than_the_game_needs_are_refused(tiny, field, lines, message):
    with pytest.raises(InputError, match=message):
        build(tiny.changed(**{field: lines}))


# Spectral normalization

SPECTRAL = (  # a generator of 4x6x1
    "Dense 24 N(.3,.5) SN LReLU .2", "Reshape 2 3 4", "ConvT 5 k4 s2 SN nobias BN .9 ReLU",
    "Conv 1 k3 bias(.1,.2) SN tanh",
)  # fmt: skip


@pytest.fixture(scope="module")
def spectral(tiny):
    return tiny.changed(
        generator=SPECTRAL,
        discriminator=("Conv 3 k3 SN LReLU .2", "Conv 3 SN k3", "Conv 3 k3 SN",
                       "Flatten Dropout .2", "Dense 1 SN"),
        objective="hinge",
    )  # fmt: skip


def normalized(network):
    """The spectrally normalised layers by name."""
    kind = keras.layers.SpectralNormalization
    return {o.name: o for o in network.layers if isinstance(o, kind)}


def singular_values(layer):
    """Of the kernel as a matrix whose columns are its last axis, as Keras takes it."""
    kernel = np.float64(layer.layer.kernel)
    return np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)


def test_sn_wraps_the_layer_that_the_rest_of_the_line_describes(spectral):
    generator, discriminator = build(spectral)
    of_generator, of_discriminator = normalized(generator), normalized(discriminator)
    assert list(of_generator) == ["generator_1_sn", "generator_3_sn", "generator_4_sn"]
    inner = [type(o.layer).__name__ for o in of_generator.values()]
    assert inner == ["Dense", "Conv2DTranspose", "Conv2D"]
    assert [o.layer.use_bias for o in of_generator.values()] == [True, False, True]
    assert of_generator["generator_3_sn"].layer.strides == (2, 2)
    assert 0.1 <= of_generator["generator_4_sn"].layer.bias.numpy()[0] < 0.2
    assert [o.layer.kernel_size for o in list(of_discriminator.values())[:3]] == [(3, 3)] * 3
    assert sum(layer.name.endswith("sn") for layer in build(spectral)[0].layers) == 3


def test_sn_lets_the_first_kernel_be_drawn_as_without_it(tiny):
    lines = ("Dense 24", "Reshape 4 6 1")
    plain, _ = build(tiny.changed(generator=lines))
    wrapped, _ = build(tiny.changed(generator=("Dense 24 SN", lines[1])))
    np.testing.assert_array_equal(plain.layers[0].kernel, wrapped.layers[0].layer.kernel)


@pytest.mark.parametrize("number", [0, 1], ids=["generator", "discriminator"])
def test_sn_brings_the_largest_singular_value_to_1_and_changes_nothing_else(spectral, number):
    network = build(spectral)[number]
    layers = normalized(network)
    first = {name: np.float64(o.layer.kernel) for name, o in layers.items()}
    largest = {name: singular_values(o)[0] for name, o in layers.items()}
    assert all(abs(value - 1) > 0.05 for value in largest.values())  # else nothing to do
    given = np.random.default_rng(0).normal(0, 1, (2, *network.input_shape[1:]))
    train = tf.function(lambda: network(np.float32(given), training=True))
    for _ in range(60):
        train()
    for name, layer in layers.items():
        assert singular_values(layer)[0] == pytest.approx(1, abs=1e-2), name
        expected = first[name] / largest[name]
        np.testing.assert_allclose(layer.layer.kernel, expected, atol=1e-2 * np.abs(expected).max())


def test_sn_leaves_the_weights_alone_outside_of_training(spectral):
    _, discriminator = build(spectral)
    before = discriminator.get_weights()
    discriminator(np.ones((2, 4, 6, 1), np.float32), training=False)
    for old, new in zip(before, discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def first_vectors(recipe):
    return {
        name: layer.vector_u.numpy()
        for network in build(recipe)
        for name, layer in normalized(network).items()
    }


def test_the_first_vectors_of_sn_follow_from_the_seed_and_the_layer_alone(spectral):
    first = first_vectors(spectral)
    keras.utils.set_random_seed(99)
    keras.random.normal((3,))
    build(spectral.changed(seed=5))
    again, other = first_vectors(spectral), first_vectors(spectral.changed(seed=4))
    assert len(first) == 7
    for name, vector in first.items():
        np.testing.assert_array_equal(again[name], vector)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
        if vector.size > 1:  # a single number can only be 1 or -1
            assert (other[name] != vector).all()
    assert (first["discriminator_2_sn"] != first["discriminator_3_sn"]).all()


def trained(recipe, between=lambda: None):
    """A state after three steps on noise."""
    _, train_state, compiled = started(recipe)
    rng = np.random.default_rng(0)
    for _ in range(3):
        between()
        compiled({"images": rng.integers(0, 256, (1, 5, 4, 6, 1)).astype(np.uint8)})
    return train_state


@pytest.fixture(scope="module")
def spectral_state(spectral):
    return trained(spectral)


def bits(train_state):
    return {name: v.numpy().tobytes() for name, v in train_state.variables().items()}


def test_two_builds_with_sn_train_alike_whatever_else_keras_draws(spectral, spectral_state):
    keras.utils.set_random_seed(7)
    again = trained(spectral, between=lambda: keras.random.normal((2,)))
    assert bits(again) == bits(spectral_state)
    fresh, used = bits(adversarial.start(spectral)), bits(again)
    for kind in ("kernel", "vector_u", "moving_mean", "seed_generator_state", "_velocity"):
        assert any(fresh[name] != used[name] for name in used if name.endswith(kind)), kind


def test_a_checkpoint_holds_the_vectors_of_sn(spectral, spectral_state, tmp_path):
    with open(tmp_path / "saved.npz", "wb") as file:
        state.save(spectral_state, file)
    other = adversarial.start(spectral.changed(seed=8))
    before, saved = bits(other), bits(spectral_state)
    vectors = [name for name in before if name.endswith("vector_u")]
    assert len(vectors) == 7 and sum(before[name] != saved[name] for name in vectors) >= 5
    state.restore(other, tmp_path / "saved.npz")
    assert bits(other) == saved


def test_a_generator_with_sn_is_read_back_by_plain_keras(spectral_state, tmp_path):
    generator = spectral_state.generator
    generator.save(tmp_path / "generator.keras")
    back = keras.models.load_model(tmp_path / "generator.keras")
    latents = np.random.default_rng(0).normal(0, 1, (4, 3)).astype(np.float32)
    np.testing.assert_allclose(
        back(latents, training=False), generator(latents, training=False), atol=1e-6
    )
