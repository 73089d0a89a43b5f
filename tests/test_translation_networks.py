"""Networks from image to image, and the judges of patches."""

import numpy as np
import pytest

import gan_course as gan
from gan_course import keras, tf
from gan_course.base.errors import InputError
from gan_course.games.game import game_of
from gan_course.measures.diagnosis import doctor
from gan_course.models import network
from gan_course.models.translation import receptive_field, unet


def built(name):
    return game_of(gan.recipe(name)).build()


def counted(model):
    fixed = sum(int(np.prod(weight.shape)) for weight in model.non_trainable_weights)
    return model.count_params(), fixed


# The references: numbers of the authors' implementations


def test_the_reference_pix2pix_has_the_parameters_of_the_authors_unet_and_patchgan():
    generator, judge = built("pix2pix_facades")
    assert counted(generator) == (41_836_803, 7_808)
    assert counted(judge) == (2_770_497, 1_792)
    assert judge.output_shape == (None, 14, 14, 1)


def test_the_reference_cyclegan_has_the_parameters_of_the_authors_resnet_and_patchgan():
    there, back, judge, judge_back = built("cyclegan_facades")
    assert counted(there) == counted(back) == (7_837_699, 0)
    assert counted(judge) == counted(judge_back) == (2_764_737, 0)


@pytest.mark.parametrize("name", ["pix2pix_facades", "cyclegan_facades"])
def test_a_patch_of_the_reference_is_70_pixels_wide(name):
    judge = next(each for each in built(name) if each.name == "discriminator")
    assert receptive_field(judge) == 70


def test_the_doctor_tells_how_large_networks_and_patches_are():
    there, judge = built("pix2pix_facades")
    assert doctor.network(there, judges=False) == "41,836,803 parameters"
    # by hand: 128 becomes 64, 32, 16; two convolutions of 4 pixels, padded by 1, leave 14
    assert doctor.network(judge, judges=True) == (
        "2,770,497 parameters, 14×14 logits, each of a patch of 70×70 pixels"
    )


@pytest.mark.parametrize(
    "strides, expected", [((2, 2, 2, 1), 70), ((2, 2, 2), 46), ((2, 2, 1), 34), ((2, 2), 22)]
)
def test_the_receptive_field_by_hand(strides, expected):
    lines = (*tuple(f"Conv 1 k4 s{stride}" for stride in strides), "Conv 1 k4")
    assert receptive_field(network("d", (64, 64, 1), lines, 0)) == expected


def test_the_receptive_field_is_as_far_as_a_pixel_matters():
    lines = ("Conv 2 k4 s2 LReLU .2", "Conv 2 k3 LReLU .2", "Conv 1 k4")
    made = network("d", (32, 32, 1), lines, 1)
    for weight in made.trainable_variables:
        weight.assign(np.full(weight.shape, 0.1))
    image = tf.Variable(tf.ones([1, 32, 32, 1]))
    with tf.GradientTape() as tape:
        answer = made(image)[0, 8, 8, 0]
    matters = np.abs(tape.gradient(answer, image).numpy()[0, :, :, 0]) > 0
    rows = np.flatnonzero(matters.any(axis=1))
    assert rows[-1] - rows[0] + 1 == receptive_field(made) == 14


def test_who_sees_everything_has_no_receptive_field():
    assert receptive_field(network("d", (8, 8, 1), ("Conv 1 k4", "Flatten", "Dense 1"), 0)) == 0


# Words of the notation


def test_instance_norm_leaves_mean_0_and_deviation_1_in_each_image_and_channel():
    images = np.random.default_rng(0).normal(3.0, 5.0, (3, 8, 6, 4)).astype(np.float32)
    images[1] *= 0.1
    found = network("g", (8, 6, 4), ("PlainIN",), 0)(images, training=True).numpy()
    np.testing.assert_allclose(found.mean(axis=(1, 2)), np.zeros((3, 4)), atol=1e-5)
    np.testing.assert_allclose(found.std(axis=(1, 2)), np.ones((3, 4)), rtol=1e-3)


def test_instance_norm_with_gamma_and_beta_is_what_numpy_computes():
    images = np.random.default_rng(1).normal(size=(2, 5, 4, 3)).astype(np.float32)
    layer = network("g", (5, 4, 3), ("IN",), 0)
    gamma, beta = (weight.numpy() for weight in layer.trainable_variables)
    assert 0 < np.abs(gamma - 1).max() < 0.1 and not beta.any()
    layer.trainable_variables[1].assign([1.0, -2.0, 0.5])
    mean = images.mean(axis=(1, 2), keepdims=True)
    deviation = np.sqrt(images.var(axis=(1, 2), keepdims=True) + 1e-5)
    expected = gamma * (images - mean) / deviation + [1.0, -2.0, 0.5]
    np.testing.assert_allclose(layer(images), expected, rtol=1e-4, atol=1e-5)


def test_instance_norm_is_the_same_alone_in_a_batch_in_training_and_after():
    layer = network("g", (6, 6, 2), ("Conv 4 k3 IN ReLU",), 0)
    images = np.random.default_rng(2).normal(size=(4, 6, 6, 2)).astype(np.float32)
    together = layer(images, training=True).numpy()
    alone = np.concatenate([layer(images[i : i + 1], training=False) for i in range(4)])
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5)


def test_reflection_padding_mirrors_without_repeating_the_edge():
    image = np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)
    found = network("g", (3, 4, 1), ("Pad 2",), 0)(image).numpy()
    np.testing.assert_array_equal(found[0, :, :, 0], np.pad(image[0, :, :, 0], 2, mode="reflect"))


def test_a_residual_block_of_zeros_is_the_identity_and_adds_what_it_makes():
    block = network("g", (5, 5, 2), ("Res 2",), 0)
    image = np.random.default_rng(3).normal(size=(1, 5, 5, 2)).astype(np.float32)
    block.set_weights([np.zeros_like(weight) for weight in block.get_weights()])
    np.testing.assert_array_equal(block(image), image)
    kernel, bias, second, _ = block.get_weights()
    kernel[1, 1], second[1, 1] = np.eye(2), 3 * np.eye(2)  # the pixel itself
    block.set_weights([kernel, bias, second, np.array([0.5, -0.5])])
    expected = image + 3 * np.maximum(image, 0) + [0.5, -0.5]
    np.testing.assert_allclose(block(image), expected, rtol=1e-5)


def test_the_deviation_over_the_batch_is_one_number_on_a_plane_of_its_own():
    images = np.random.default_rng(5).normal(size=(4, 3, 2, 2)).astype(np.float32)
    made = network("d", (3, 2, 2), ("BatchDeviation",), 0)(images).numpy()
    np.testing.assert_array_equal(made[..., :2], images)
    np.testing.assert_allclose(made[..., 2], images.std(axis=0).mean(), rtol=1e-5)
    alike = network("d", (3, 2, 2), ("BatchDeviation",), 0)(np.repeat(images[:1], 4, axis=0))
    np.testing.assert_allclose(alike[..., 2], 1e-4, rtol=1e-3)  # the root of 1e-8, not 0


def test_a_wired_network_is_saved_and_loaded_with_keras_alone(tmp_path):
    made = network(
        "g", (8, 8, 2), ("Pad 1", "Conv 4 k3 valid IN ReLU", "Res 4 PlainIN", "BatchDeviation"), 0
    )
    made.save(tmp_path / "g.keras")
    images = np.random.default_rng(4).normal(size=(2, 8, 8, 2)).astype(np.float32)
    loaded = keras.models.load_model(tmp_path / "g.keras")
    np.testing.assert_allclose(loaded(images), made(images), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "line, told",
    [
        ("Pad", "expected a number of pixels, as in Pad 3"),
        ("Pad 8", "has no 8 pixels to mirror"),
        ("Res 3", "write Res 2"),
        ("Res 2 foo", "unknown word 'foo'"),
        ("BatchDeviation 4", "takes no words"),
        ("ZeroPad", "expected a number of pixels"),
    ],
)
def test_a_line_that_cannot_be_wired_says_why_and_which_it_is(line, told):
    with pytest.raises(InputError, match=f"g, layer 1 .*{told}"):
        network("g", (8, 8, 2), (line,), 0)


# The U-Net

DOWN = ("Conv 2 k4 s2 LReLU .2", "Conv 3 k4 s2 IN LReLU .2", "Conv 4 k4 s2 ReLU")
UP = ("ConvT 3 k4 s2 IN ReLU", "ConvT 2 k4 s2 IN ReLU", "ConvT 1 k4 s2 tanh")


def test_the_u_net_bridges_each_size():
    made = unet("g", (8, 8, 3), DOWN, UP, 0)
    kernels = {layer.name: layer.kernel.shape for layer in made.layers if hasattr(layer, "kernel")}
    assert kernels["g_5"] == (4, 4, 2, 6)  # 3 + 3
    assert kernels["g_6"] == (4, 4, 1, 4)  # 2 + 2
    assert made.output_shape == (None, 8, 8, 1)


@pytest.mark.parametrize("norm", ["IN", "BN .9", "PlainIN"])
def test_the_u_net_refuses_a_norm_on_a_map_of_one_pixel(norm):
    with pytest.raises(InputError, match="a norm of a 1x1 map is a constant"):
        unet("g", (8, 8, 3), (*DOWN[:2], f"Conv 4 k4 s2 {norm} ReLU"), UP, 0)


@pytest.mark.parametrize("side", [12, 20])
def test_the_u_net_says_which_sides_it_can_halve(side):
    with pytest.raises(InputError, match="must be multiples of 8"):
        unet("g", (side, 8, 3), DOWN, UP, 0)


def test_the_u_net_wants_as_many_lines_up_as_down_and_lines_that_halve():
    with pytest.raises(InputError, match="goes down 3 times and up 2 times"):
        unet("g", (8, 8, 3), DOWN, UP[1:], 0)
    with pytest.raises(InputError, match="gives a side of 8 where 4 was due; use s2, or Up"):
        unet("g", (8, 8, 3), ("Conv 2 k4", *DOWN[1:]), UP, 0)
