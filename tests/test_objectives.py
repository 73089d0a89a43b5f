"""The losses, against numbers worked out by hand, NumPy and Keras's own cross-entropy."""

import math

import numpy as np
import pytest

from gan_course import objectives
from gan_course.backend import keras, tf
from gan_course.errors import InputError
from gan_course.objectives import MINIMAX, NON_SATURATING, Objective, find, with_real_label

LN = math.log
GRID = np.linspace(-30, 30, 41, dtype=np.float32)
REAL, FAKE = (logits.reshape(-1, 1) for logits in np.meshgrid(GRID, GRID))
SMOOTHED = with_real_label(NON_SATURATING, 0.9)


def softplus(logits):
    return np.logaddexp(0, np.float64(logits))


def slope(loss, logit):
    at = tf.constant([[logit]])
    with tf.GradientTape() as tape:
        tape.watch(at)
        value = loss(at)
    return float(tape.gradient(value, at)[0, 0])


def keras_cross_entropy(target, logits):
    each = keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)
    return each(np.full_like(logits, target), logits).numpy()[:, np.newaxis]


def test_discriminator_pays_the_logarithms_worked_out_by_hand():
    real, fake = tf.constant([[LN(3)], [0.0]]), tf.constant([[-LN(4)], [LN(3)]])
    # D(x) = 3/4, 1/2 and D(G(z)) = 1/5, 3/4: -ln D(x) - ln(1 - D(G(z)))
    expected = [[LN(4 / 3) + LN(5 / 4)], [LN(2) + LN(4)]]
    np.testing.assert_allclose(NON_SATURATING.d_loss(real, fake), expected, rtol=1e-6)
    np.testing.assert_allclose(MINIMAX.d_loss(real, fake), expected, rtol=1e-6)


def test_generator_pays_the_logarithms_worked_out_by_hand():
    fake = tf.constant([[-LN(4)], [LN(3)]])  # D(G(z)) = 1/5, 3/4
    np.testing.assert_allclose(NON_SATURATING.g_loss(fake), [[LN(5)], [LN(4 / 3)]], rtol=1e-6)
    np.testing.assert_allclose(MINIMAX.g_loss(fake), [[LN(4 / 5)], [LN(1 / 4)]], rtol=1e-6)


def test_a_guessing_discriminator_costs_the_reference_lines():
    zero = tf.zeros([1, 1])
    np.testing.assert_allclose(NON_SATURATING.d_loss(zero, zero), [[2 * LN(2)]], rtol=1e-6)
    np.testing.assert_allclose(NON_SATURATING.g_loss(zero), [[LN(2)]], rtol=1e-6)
    np.testing.assert_allclose(MINIMAX.g_loss(zero), [[-LN(2)]], rtol=1e-6)


def test_label_smoothing_mixes_both_answers_on_real_images_only():
    real, fake = tf.constant([[LN(3)], [-LN(4)]]), tf.constant([[-LN(4)], [0.0]])
    # 0.9 of -ln D(x) and 0.1 of -ln(1 - D(x)), then -ln(1 - D(G(z))) unsmoothed
    expected = [
        [0.9 * LN(4 / 3) + 0.1 * LN(4) + LN(5 / 4)],
        [0.9 * LN(5) + 0.1 * LN(5 / 4) + LN(2)],
    ]
    np.testing.assert_allclose(SMOOTHED.d_loss(real, fake), expected, rtol=1e-6)


def test_smoothing_moves_the_best_answer_on_real_images_to_0_9():
    best = LN(9)  # D(x) = 0.9
    assert slope(lambda real: SMOOTHED.d_loss(real, 0.0), best) == pytest.approx(0, abs=1e-6)
    # by hand: sigmoid(0) - 0.9, and sigmoid(ln 99) - 0.9 = 0.99 - 0.9
    assert slope(lambda real: SMOOTHED.d_loss(real, 0.0), 0.0) == pytest.approx(-0.4, abs=1e-6)
    assert slope(lambda real: SMOOTHED.d_loss(real, 0.0), LN(99)) == pytest.approx(0.09, abs=1e-6)


def test_smoothing_leaves_the_generator_and_the_name_alone():
    assert SMOOTHED.g_loss is NON_SATURATING.g_loss and SMOOTHED.name == "non_saturating"
    assert with_real_label(MINIMAX, 1.0) is MINIMAX


@pytest.mark.parametrize("real_label", [1.0, 0.9, 0.25])
def test_discriminator_loss_agrees_with_numpy_and_keras_on_a_grid(real_label):
    loss = with_real_label(MINIMAX, real_label).d_loss(REAL, FAKE)
    numpy = softplus(REAL) - real_label * REAL + softplus(FAKE)
    theirs = keras_cross_entropy(real_label, REAL) + keras_cross_entropy(0.0, FAKE)
    assert loss.shape == REAL.shape
    np.testing.assert_allclose(loss, numpy, rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(loss, theirs, rtol=1e-6, atol=1e-5)


def test_generator_losses_agree_with_numpy_and_keras_on_a_grid():
    np.testing.assert_allclose(NON_SATURATING.g_loss(FAKE), softplus(-FAKE), rtol=1e-5)
    np.testing.assert_allclose(
        NON_SATURATING.g_loss(FAKE), keras_cross_entropy(1.0, FAKE), rtol=1e-5, atol=1e-12
    )
    np.testing.assert_allclose(MINIMAX.g_loss(FAKE), -softplus(FAKE), rtol=1e-5)
    np.testing.assert_allclose(
        MINIMAX.g_loss(FAKE), -keras_cross_entropy(0.0, FAKE), rtol=1e-5, atol=1e-12
    )


def test_discriminator_loss_is_the_formula_of_the_paper():
    moderate = np.abs(np.hstack([REAL, FAKE])).max(axis=1) <= 10
    real, fake = np.float64(REAL[moderate]), np.float64(FAKE[moderate])
    d_real, d_fake = 1 / (1 + np.exp(-real)), 1 / (1 + np.exp(-fake))
    paper = -np.log(d_real) - np.log(1 - d_fake)
    ours = NON_SATURATING.d_loss(REAL[moderate], FAKE[moderate])
    np.testing.assert_allclose(ours, paper, rtol=1e-6, atol=2e-6)


def test_a_sure_and_right_discriminator_still_pays_a_little():
    real, fake = tf.constant([[5.0], [15.0]]), tf.constant([[-80.0], [-80.0]])
    # -ln D(x) = ln(1 + e^-logit); the fake costs e^-80
    expected = [[6.715348e-03], [3.059023e-07]]
    np.testing.assert_allclose(NON_SATURATING.d_loss(real, fake), expected, rtol=1e-3)


@pytest.mark.parametrize("objective", [NON_SATURATING, MINIMAX, SMOOTHED], ids=lambda o: o.name)
def test_losses_are_finite_and_right_at_logits_of_ten_thousand(objective):
    real, fake = tf.constant([[1e4], [-1e4]]), tf.constant([[1e4], [-1e4]])
    smoothing = 1e3 if objective is SMOOTHED else 0.0  # a tenth of the logit, either way
    np.testing.assert_allclose(
        objective.d_loss(real, fake), [[1e4 + smoothing], [1e4 - smoothing]], rtol=1e-6
    )
    expected = [[-1e4], [0]] if objective is MINIMAX else [[0], [1e4]]
    np.testing.assert_allclose(objective.g_loss(fake), expected, rtol=1e-6)


def test_minimax_gradient_vanishes_where_the_other_is_steep():
    # by hand: d/dl of -softplus(l) is -sigmoid(l); of softplus(-l) it is -sigmoid(-l)
    assert slope(MINIMAX.g_loss, -10.0) == pytest.approx(-4.539787e-05, rel=1e-4)
    assert slope(NON_SATURATING.g_loss, -10.0) == pytest.approx(-0.9999546, rel=1e-6)
    assert slope(MINIMAX.g_loss, -1e4) == 0.0
    assert slope(NON_SATURATING.g_loss, -1e4) == -1.0
    # where D guesses, both pull alike
    assert slope(MINIMAX.g_loss, 0.0) == slope(NON_SATURATING.g_loss, 0.0) == -0.5


def test_a_loss_without_real_label_refuses_to_be_smoothed():
    hinge = Objective(lambda real, fake: tf.nn.relu(1 - real), lambda fake: -fake, "hinge")
    assert with_real_label(hinge, 1.0) is hinge
    with pytest.raises(InputError, match=r"real_label=0\.9 .* 'hinge' takes no real_label"):
        with_real_label(hinge, 0.9)


def test_find_returns_the_objective_of_that_name():
    assert find("minimax") is MINIMAX and find("non_saturating") is NON_SATURATING
    assert all(find(name).name == name for name in objectives.OBJECTIVES)


def test_find_suggests_the_nearest_name():
    with pytest.raises(InputError, match=r"'minmax'; did you mean 'minimax'\?"):
        find("minmax")
    with pytest.raises(InputError, match=r"'xyz'; known: .*minimax, non_saturating"):
        find("xyz")
