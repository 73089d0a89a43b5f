"""Penalties and clipping, against paper and pencil, finite differences and NumPy."""

from dataclasses import replace

import numpy as np
import pytest

from gan_course.base.backend import keras, tf
from gan_course.games import penalties
from gan_course.games.penalties import (
    Penalty,
    between,
    clip_weights,
    gradient_norm,
    gradient_penalty,
    mixing,
    r1,
)

SHAPES = pytest.mark.parametrize("shape", [(4, 6, 1), (5, 3, 3), (1, 7, 3)], ids=str)
SEED = tf.constant([12, 34])


def batch(shape, count=5, seed=0):
    rng = np.random.default_rng(seed)
    return tf.constant(rng.uniform(-1, 1, (count, *shape)), tf.float32)


def linear(w):
    """D(x) = w·x, whose gradient is w at every image."""
    return lambda images: tf.reduce_sum(images * w, axis=[1, 2, 3])[:, tf.newaxis]


def small_network(shape):
    """A smooth critic without batch normalisation, uneven in every way."""
    network = keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Conv2D(4, 3, padding="same", activation="tanh"),
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ]
    )
    rng = np.random.default_rng(9)
    network.set_weights([rng.normal(0, 0.6, w.shape) for w in network.get_weights()])
    return network


def numpy_network(network, images):
    """The same critic in NumPy, float64: a 3x3 convolution is a sum of nine shifted images."""
    kernel, bias, dense, last = (np.float64(w) for w in network.get_weights())
    height, width = images.shape[1:3]
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    hidden = bias + sum(
        padded[:, i : i + height, j : j + width] @ kernel[i, j] for i in range(3) for j in range(3)
    )
    return np.tanh(hidden).reshape(len(images), -1) @ dense + last


def slopes_by_differences(function, images, step=1e-5):
    """The gradient of each logit at its own image, pixel by pixel."""
    slopes = np.zeros_like(images)
    for pixel in np.ndindex(images.shape[1:]):
        nudge = np.zeros_like(images)
        nudge[(slice(None), *pixel)] = step
        rise = function(images + nudge) - function(images - nudge)
        slopes[(slice(None), *pixel)] = rise[:, 0] / (2 * step)
    return slopes


# The steepness


@SHAPES
@pytest.mark.parametrize("length", [0.02, 0.3, 1.0, 4.7])
def test_a_linear_critic_is_everywhere_as_steep_as_its_weights_are_long(shape, length):
    w = np.random.default_rng(1).normal(0, 1, shape)
    w = np.float32(length * w / np.linalg.norm(w))
    norm = gradient_norm(linear(w), batch(shape))
    assert norm.shape == (5,) and norm.dtype == tf.float32
    np.testing.assert_allclose(norm, np.full(5, length), rtol=1e-5)


@SHAPES
def test_the_steepness_of_a_network_agrees_with_finite_differences(shape):
    network, images = small_network(shape), batch(shape, count=3)
    exact = slopes_by_differences(lambda x: numpy_network(network, x), np.float64(images))
    expected = np.sqrt((exact**2).sum(axis=(1, 2, 3)))
    assert expected.max() - expected.min() > 0.05  # else a mean would pass for each
    np.testing.assert_allclose(gradient_norm(network, images), expected, rtol=1e-4)


def test_the_steepness_of_a_constant_critic_is_a_millionth():
    norm = gradient_norm(lambda images: tf.ones([5, 1]), batch((4, 6, 1)))
    np.testing.assert_allclose(norm, np.full(5, 1e-6), rtol=1e-5)


# The gradient penalty


@SHAPES
@pytest.mark.parametrize("length", [0.02, 0.3, 1.0, 4.7])
def test_the_penalty_of_a_linear_critic_is_the_squared_distance_of_its_length_from_1(shape, length):
    w = np.random.default_rng(1).normal(0, 1, shape)
    w = np.float32(length * w / np.linalg.norm(w))
    for count, seed in ((5, 0), (2, 1)):
        real, fake = batch(shape, count, seed), 3 * batch(shape, count, seed + 10)
        penalty = gradient_penalty(linear(w), real, fake, SEED)
        assert penalty.shape == (count,)
        np.testing.assert_allclose(penalty, np.full(count, (length - 1) ** 2), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("penalty", [gradient_penalty, r1], ids=["gradient", "r1"])
def test_a_constant_critic_has_a_penalty_and_a_gradient_that_are_finite(penalty):
    network = small_network((4, 6, 1))
    network.set_weights([np.zeros_like(w) for w in network.get_weights()])
    with tf.GradientTape() as tape:
        each = penalty(network, batch((4, 6, 1)), batch((4, 6, 1), seed=1), SEED)
        mean = tf.reduce_mean(each)
    expected = (1e-6 - 1) ** 2 if penalty is gradient_penalty else 1e-12 / 2
    np.testing.assert_allclose(each, np.full(5, expected), rtol=1e-5)
    kernel, bias, dense, last = tape.gradient(mean, network.trainable_variables)
    assert last is None  # the last bias moves no slope
    for gradient in (kernel, bias, dense):
        assert np.isfinite(gradient).all()


def test_the_gradient_of_the_penalty_of_a_linear_critic_is_worked_out_by_hand():
    # d/dw (|w| - 1)² = 2 (|w| - 1) w / |w|
    values = np.random.default_rng(4).normal(0, 1, (4, 6, 1))
    w = tf.Variable(values, dtype=tf.float32)
    with tf.GradientTape() as tape:
        each = gradient_penalty(linear(w), batch((4, 6, 1)), batch((4, 6, 1), seed=1), SEED)
        mean = tf.reduce_mean(each)
    length = np.linalg.norm(values)
    expected = 2 * (length - 1) * values / length
    np.testing.assert_allclose(tape.gradient(mean, w), expected, rtol=1e-5)


@pytest.mark.parametrize("penalty", [gradient_penalty, r1], ids=["gradient", "r1"])
def test_another_image_changes_only_its_own_penalty(penalty):
    network, real, fake = small_network((4, 6, 1)), batch((4, 6, 1)), batch((4, 6, 1), seed=1)
    before = penalty(network, real, fake, SEED).numpy()
    moved = real.numpy()
    moved[2] = -moved[2, ::-1]
    after = penalty(network, tf.constant(moved), fake, SEED).numpy()
    others = [0, 1, 3, 4]
    np.testing.assert_allclose(after[others], before[others], rtol=1e-5)
    assert 0.01 < abs(after[2] - before[2]) < 100


def test_another_fake_changes_its_own_gradient_penalty_and_no_r1():
    network, real, fake = small_network((4, 6, 1)), batch((4, 6, 1)), batch((4, 6, 1), seed=1)
    moved = fake.numpy()
    moved[3] = 2 * moved[3, :, ::-1]
    one, two = (gradient_penalty(network, real, f, SEED).numpy() for f in (fake, moved))
    np.testing.assert_allclose(np.delete(two, 3), np.delete(one, 3), rtol=1e-5)
    assert 0.001 < abs(two[3] - one[3]) < 100
    one, two = (r1(network, real, f, SEED).numpy() for f in (fake, moved))
    np.testing.assert_array_equal(one, two)


def test_the_penalty_looks_where_between_says():
    network, real, fake = small_network((5, 3, 3)), batch((5, 3, 3)), batch((5, 3, 3), seed=1)
    images = np.float64(between(real, fake, SEED))
    exact = slopes_by_differences(lambda x: numpy_network(network, x), images)
    expected = (np.sqrt((exact**2).sum(axis=(1, 2, 3))) - 1) ** 2
    ours = gradient_penalty(network, real, fake, SEED)
    np.testing.assert_allclose(ours, expected, rtol=1e-3, atol=1e-5)


def test_a_compiled_penalty_agrees_with_the_eager_one():
    network, real, fake = small_network((4, 6, 1)), batch((4, 6, 1)), batch((4, 6, 1), seed=1)
    for penalty in (gradient_penalty, r1):
        compiled = tf.function(lambda r, f, s, penalty=penalty: penalty(network, r, f, s))
        ours = compiled(real, fake, SEED)
        np.testing.assert_allclose(ours, penalty(network, real, fake, SEED), rtol=1e-4)


# Where it looks


def test_alpha_is_one_number_for_each_pair():
    alpha = mixing(7, SEED).numpy()
    assert alpha.shape == (7, 1, 1, 1) and alpha.dtype == np.float32
    assert len(np.unique(alpha)) == 7


def test_alpha_is_uniform_between_0_and_1():
    alpha = mixing(20_000, SEED).numpy().ravel()
    assert 0 <= alpha.min() < 0.001 and 0.999 < alpha.max() < 1
    # each tolerance is four standard errors
    assert alpha.mean() == pytest.approx(1 / 2, abs=0.0082)
    assert alpha.var() == pytest.approx(1 / 12, abs=0.0022)
    assert (alpha < 0.25).mean() == pytest.approx(0.25, abs=0.0123)
    assert np.corrcoef(alpha[1:], alpha[:-1])[0, 1] == pytest.approx(0, abs=0.029)


def test_alpha_follows_from_the_seed_alone():
    first = mixing(9, SEED).numpy()
    tf.random.set_seed(1)
    tf.random.uniform([3])
    np.testing.assert_array_equal(mixing(9, SEED), first)
    for other in ([12, 35], [13, 34], [34, 12]):
        assert (mixing(9, tf.constant(other)).numpy() != first).all()


@SHAPES
def test_between_is_a_point_on_the_straight_line_of_each_pair(shape):
    rng = np.random.default_rng(3)
    real = rng.uniform(-1, 1, (6, *shape))
    fake = real + rng.choice([-1, 1], real.shape) * rng.uniform(0.3, 1.5, real.shape)
    points = between(tf.constant(real, tf.float32), tf.constant(fake, tf.float32), SEED)
    alpha = ((np.float64(points) - fake) / (real - fake)).reshape(6, -1)
    np.testing.assert_allclose(alpha, np.broadcast_to(alpha[:, :1], alpha.shape), atol=1e-5)
    assert alpha.min() > -1e-5 and alpha.max() < 1 + 1e-5
    assert np.diff(np.sort(alpha[:, 0])).min() > 1e-4  # another place for each pair
    np.testing.assert_allclose(alpha[:, 0], mixing(6, SEED).numpy().ravel(), atol=1e-5)


@pytest.mark.parametrize(
    ("of_real", "of_fake"),
    [((5, 4, 6, 1), (4, 4, 6, 1)), ((5, 4, 6, 1), (5, 6, 4, 1)), ((1, 4, 6, 1), (5, 4, 6, 1))],
)
def test_batches_of_different_shapes_are_refused_with_both(of_real, of_fake):
    named = rf"real \({', '.join(map(str, of_real))}\) and fake \({', '.join(map(str, of_fake))}\)"
    for look in (between, lambda *given: gradient_penalty(linear(1.0), *given)):
        with pytest.raises(ValueError, match=f"{named} differ"):
            look(tf.zeros(of_real), tf.zeros(of_fake), SEED)
    with pytest.raises(ValueError, match=f"{named} differ"):
        tf.function(between).get_concrete_function(
            tf.TensorSpec(of_real), tf.TensorSpec(of_fake), tf.TensorSpec([2], tf.int32)
        )


# R1


@SHAPES
def test_r1_of_a_quadratic_critic_is_worked_out_by_hand(shape):
    real, fake = batch(shape), 5 + batch(shape, seed=1)
    # D(x) = 3 |x|² has the gradient 6 x; half its square is 18 |x|²
    made = r1(lambda x: 3 * tf.reduce_sum(x**2, axis=[1, 2, 3])[:, tf.newaxis], real, fake, SEED)
    expected = 18 * (np.float64(real) ** 2).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(made, expected, rtol=1e-5)


def test_r1_looks_at_real_images_whatever_the_seed():
    assert r1.at("real", "fake", "seed") == "real"


def test_a_penalty_is_its_cost_of_the_steepness_at_its_place():
    own = Penalty(at=lambda real, fake, seed: fake, cost=lambda norm: 7 * norm)
    real, fake = batch((4, 6, 1)), batch((4, 6, 1), seed=1)
    # by hand: D(x) = |x|² has the gradient 2 x, of length 2 |x|
    made = own(lambda x: tf.reduce_sum(x**2, axis=[1, 2, 3])[:, tf.newaxis], real, fake, SEED)
    expected = 14 * np.sqrt((np.float64(fake) ** 2).sum(axis=(1, 2, 3)))
    np.testing.assert_allclose(made, expected, rtol=1e-5)
    elsewhere = replace(own, at=lambda real, fake, seed: real)
    assert (elsewhere(linear(1.0), real, fake, SEED).numpy() > 0).all()


def test_the_names_of_recipes_mean_these_two_penalties():
    assert list(penalties.PENALTIES.items()) == [("gradient", gradient_penalty), ("r1", r1)]


# Clipping


def test_clipping_leaves_what_is_inside_bit_for_bit_and_brings_the_rest_to_the_limit():
    limit = np.float32(0.3)
    inside = np.float32([0.0, -0.0, 0.29999998, -0.1234567, 1e-30, 0.3, -0.3])
    outside = np.float32([0.30000004, 5.0, -0.30000004, -77.0])
    weights = [
        keras.Variable(np.concatenate([inside, outside])),
        tf.Variable(np.concatenate([outside, inside]).reshape(1, 11)),
    ]
    clip_weights(weights, float(limit))
    expected = np.float32([limit, limit, -limit, -limit])
    assert weights[0].numpy()[:7].tobytes() == inside.tobytes()
    assert weights[1].numpy()[0, 4:].tobytes() == inside.tobytes()
    np.testing.assert_array_equal(weights[0].numpy()[7:], expected)
    np.testing.assert_array_equal(weights[1].numpy()[0, :4], expected)


def test_clipping_twice_changes_nothing_more():
    weight = tf.Variable(np.random.default_rng(0).normal(0, 1, (7, 5)), dtype=tf.float32)
    clip_weights([weight], 0.5)
    once = weight.numpy()
    clip_weights([weight], 0.5)
    np.testing.assert_array_equal(weight, once)
    assert 0.3 < (np.abs(once) == 0.5).mean() < 0.9  # 0.62 expected: P(|N(0, 1)| > 0.5)
