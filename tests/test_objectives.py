"""The losses, against numbers worked out by hand, NumPy and Keras's own cross-entropy."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from e2e import started

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.games import objectives, penalties
from gan_course.games.objectives import (
    HINGE,
    LEAST_SQUARES,
    MINIMAX,
    NON_SATURATING,
    WASSERSTEIN,
    Objective,
    find,
    fingerprint,
    of_recipe,
    with_real_label,
)
from gan_course.games.penalties import Penalty, gradient_penalty, r1

LN = math.log
GRID = np.linspace(-30, 30, 41, dtype=np.float32)
REAL, FAKE = (logits.reshape(-1, 1) for logits in np.meshgrid(GRID, GRID))
SMOOTHED = with_real_label(NON_SATURATING, 0.9)
UNEVEN = np.float32([-8, -5.3, -2.1, -1, -0.4, 0, 0.3, 0.5, 1, 1.7, 4.2, 8])  # with both margins


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


@pytest.mark.parametrize("objective", [LEAST_SQUARES, HINGE, WASSERSTEIN], ids=lambda o: o.name)
def test_games_without_probabilities_refuse_label_smoothing_by_name(tiny, objective):
    message = rf"real_label=0\.9 .* '{objective.name}' takes no real_label; set real_label=1\.0"
    with pytest.raises(InputError, match=message):
        with_real_label(objective, 0.9)
    with pytest.raises(InputError, match=message):
        of_recipe(tiny.changed(objective=objective.name, real_label=0.9))


# Least squares, hinge, Wasserstein

NUMPY_D_LOSS = {
    "non_saturating": lambda real, fake: np.log1p(np.exp(-real)) + np.log1p(np.exp(fake)),
    "minimax": lambda real, fake: np.log1p(np.exp(-real)) + np.log1p(np.exp(fake)),
    "least_squares": lambda real, fake: ((real - 1) ** 2 + fake**2) / 2,
    "hinge": lambda real, fake: np.maximum(0, 1 - real) + np.maximum(0, 1 + fake),
    "wasserstein": lambda real, fake: fake - real,
}
NUMPY_G_LOSS = {
    "non_saturating": lambda fake: np.log1p(np.exp(-fake)),
    "minimax": lambda fake: -np.log1p(np.exp(fake)),
    "least_squares": lambda fake: (fake - 1) ** 2 / 2,
    "hinge": lambda fake: -fake,
    "wasserstein": lambda fake: -fake,
}


def test_every_objective_has_a_formula_in_numpy_here():
    assert set(objectives.OBJECTIVES) == set(NUMPY_D_LOSS) == set(NUMPY_G_LOSS)


@pytest.mark.parametrize("name", NUMPY_D_LOSS)
def test_both_losses_of_every_objective_agree_with_numpy_on_an_uneven_grid(name):
    real, fake = (logits.reshape(-1, 1) for logits in np.meshgrid(UNEVEN, UNEVEN))
    objective = find(name)
    for ours, theirs in (
        (objective.d_loss(tf.constant(real), tf.constant(fake)),
         NUMPY_D_LOSS[name](np.float64(real), np.float64(fake))),
        (objective.g_loss(tf.constant(fake)), NUMPY_G_LOSS[name](np.float64(fake))),
    ):  # fmt: skip
        assert ours.shape == (144, 1) and ours.dtype == tf.float32
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6)


def test_least_squares_are_half_the_squares_worked_out_by_hand():
    real, fake = tf.constant([[3.0], [0.5]]), tf.constant([[-2.0], [0.25]])
    # (2² + 2²) / 2 and (1/4 + 1/16) / 2; then 3² / 2 and (3/4)² / 2
    np.testing.assert_allclose(LEAST_SQUARES.d_loss(real, fake), [[4.0], [0.15625]])
    np.testing.assert_allclose(LEAST_SQUARES.g_loss(fake), [[4.5], [0.28125]])


def test_hinge_punishes_only_logits_inside_the_margin():
    real, fake = tf.constant([[-5.0], [2.0]]), tf.constant([[0.5], [-3.0]])
    # by hand: max(0, 1 - real) + max(0, 1 + fake) = [6 + 1.5, 0 + 0]
    np.testing.assert_allclose(HINGE.d_loss(real, fake), [[7.5], [0.0]])
    np.testing.assert_allclose(HINGE.g_loss(fake), [[-0.5], [3.0]])


def test_wasserstein_losses_are_the_differences_worked_out_by_hand():
    real, fake = tf.constant([[2.5], [-4.0]]), tf.constant([[-1.0], [0.75]])
    np.testing.assert_allclose(WASSERSTEIN.d_loss(real, fake), [[-3.5], [4.75]])
    np.testing.assert_allclose(WASSERSTEIN.g_loss(fake), [[1.0], [-0.75]])


def test_least_squares_answers_with_the_share_of_real_images():
    # An image that is as often real as fake: (l - 1) + l, zero at 1/2.
    even = [slope(lambda logit: LEAST_SQUARES.d_loss(logit, logit), at) for at in (0.5, 0.3, 0.9)]
    assert even == pytest.approx([0, -0.4, 0.8], abs=1e-6)

    def three_to_one(logit):
        return 3 * LEAST_SQUARES.d_loss(logit, 0.0) + LEAST_SQUARES.d_loss(1.0, logit)

    # One that is three times as often real: 3 (l - 1) + l, zero at 3/4.
    uneven = [slope(three_to_one, at) for at in (0.75, 0.5, 1.0)]
    assert uneven == pytest.approx([0, -1, 1], abs=1e-6)


def test_least_squares_generator_aims_at_the_label_of_real_images():
    assert slope(LEAST_SQUARES.g_loss, 1.0) == 0.0
    assert slope(LEAST_SQUARES.g_loss, -2.0) == pytest.approx(-3.0)
    assert slope(LEAST_SQUARES.g_loss, 4.5) == pytest.approx(3.5)  # too real is wrong as well


def test_hinge_discriminator_learns_nothing_beyond_the_margin():
    on_real = [slope(lambda logit: HINGE.d_loss(logit, -9.0), at) for at in (-7.0, 0.9, 1.1, 7.0)]
    on_fake = [slope(lambda logit: HINGE.d_loss(9.0, logit), at) for at in (-7.0, -1.1, -0.9, 7.0)]
    assert on_real == [-1, -1, 0, 0] and on_fake == [0, 0, 1, 1]


def test_hinge_and_wasserstein_generators_pull_alike_everywhere():
    for objective in (HINGE, WASSERSTEIN):
        assert [slope(objective.g_loss, logit) for logit in (-1e4, -0.7, 3.0)] == [-1, -1, -1]


def test_wasserstein_critic_pulls_alike_everywhere():
    for logit in (-1e4, -0.7, 0.0, 3.0):
        assert slope(lambda real: WASSERSTEIN.d_loss(real, 0.5), logit) == -1
        assert slope(lambda fake: WASSERSTEIN.d_loss(0.5, fake), logit) == 1


# From a recipe


def test_a_recipe_without_a_word_has_neither_penalty_nor_clip(tiny):
    assert of_recipe(tiny) == NON_SATURATING
    plain = of_recipe(tiny)
    assert (plain.penalty, plain.penalty_weight, plain.clip) == (None, 0.0, None)


@pytest.mark.parametrize(
    ("name", "objective"),
    [("least_squares", LEAST_SQUARES), ("hinge", HINGE), ("wasserstein", WASSERSTEIN)],
)
def test_a_recipe_names_its_objective(tiny, name, objective):
    assert of_recipe(tiny.changed(objective=name)) == objective and objective.name == name


@pytest.mark.parametrize(
    ("name", "penalty"), [("gradient", penalties.gradient_penalty), ("r1", penalties.r1)]
)
def test_a_recipe_names_its_penalty_and_the_weight_of_it(tiny, name, penalty):
    game = of_recipe(tiny.changed(objective="wasserstein", penalty=name, penalty_weight=7))
    assert game == replace(WASSERSTEIN, penalty=penalty, penalty_weight=7.0)


def test_a_recipe_says_where_weights_are_clipped(tiny):
    game = of_recipe(tiny.changed(objective="wasserstein", clip=0.03))
    assert game == replace(WASSERSTEIN, clip=0.03)


def test_a_recipe_smooths_labels_and_penalises_at_once(tiny):
    game = of_recipe(tiny.changed(real_label=0.9, penalty="r1", penalty_weight=2.5))
    # as above: 0.9 ln 4/3 + 0.1 ln 4 on the real image, ln 5/4 on the fake
    expected = 0.9 * LN(4 / 3) + 0.1 * LN(4) + LN(5 / 4)
    loss = game.d_loss(tf.constant([[LN(3)]]), tf.constant([[-LN(4)]]))
    np.testing.assert_allclose(loss, [[expected]], rtol=1e-6)
    assert game.penalty is r1 and game.penalty_weight == 2.5


def test_an_objective_refuses_a_penalty_without_weight_and_a_weight_without_penalty():
    with pytest.raises(InputError, match=r"'wasserstein' has penalty .* penalty_weight 0\.0"):
        replace(WASSERSTEIN, penalty=gradient_penalty)
    with pytest.raises(InputError, match=r"penalty None with penalty_weight 10\.0; give"):
        replace(WASSERSTEIN, penalty_weight=10.0)


def test_an_objective_refuses_a_penalty_that_is_a_mere_function():
    with pytest.raises(InputError, match=r"'hinge' must be a penalties\.Penalty.*got <function"):
        replace(HINGE, penalty=lambda d, real, fake, seed: 0.0, penalty_weight=1.0)


# Fingerprints


def penalised(weight=10.0, at=penalties.between, cost=gradient_penalty.cost):
    return replace(WASSERSTEIN, penalty=Penalty(at, cost), penalty_weight=weight)


def midpoint(real, fake, seed):
    return (real + fake) / 2


def one_sided(norm):
    """Only slopes above 1 cost: Gulrajani et al. 2017, section 4, "two-sided penalty"."""
    return tf.nn.relu(norm - 1.0) ** 2


GAMES = {
    **{f"plain {name}": objective for name, objective in objectives.OBJECTIVES.items()},
    "smoothed": SMOOTHED,
    "gradient": penalised(),
    "gradient, a little heavier": penalised(weight=10.5),
    "r1": replace(WASSERSTEIN, penalty=r1, penalty_weight=10.0),
    "clip 0.01": replace(WASSERSTEIN, clip=0.01),
    "clip 0.02": replace(WASSERSTEIN, clip=0.02),
    "gradient and clip": replace(penalised(), clip=0.01),
    "gradient at real images": penalised(at=lambda real, fake, seed: real),
    "gradient at fakes": penalised(at=lambda real, fake, seed: fake),
    "gradient halfway": penalised(at=midpoint),
    "distance, not its square": penalised(cost=lambda norm: tf.abs(norm - 1.0)),
    "gradient towards 0": penalised(cost=lambda norm: norm**2),
}


def test_every_two_games_have_different_fingerprints():
    prints = {name: fingerprint(game) for name, game in GAMES.items()}
    alike = [pair for pair in combinations(prints, 2) if prints[pair[0]] == prints[pair[1]]]
    assert alike == []


def test_the_fingerprint_tells_a_one_sided_penalty_from_a_two_sided_one():
    assert fingerprint(penalised(cost=one_sided)) != fingerprint(penalised())


def test_the_same_game_has_the_same_fingerprint_whatever_its_name_and_scores():
    again = penalised(cost=lambda norm: (norm - 1.0) * (norm - 1.0))
    again = replace(again, name="mine", scores=lambda real, fake: {})
    assert fingerprint(again) == fingerprint(penalised())


def test_the_fingerprint_of_a_game_without_penalty_is_its_costs_worked_out_by_hand():
    # real -2, 0, 1.5 and fake 0.5, -1, 2: fake - real, then -fake
    assert [float(cost) for cost in fingerprint(WASSERSTEIN)] == [2.5, -1, 0.5, -0.5, 1, -2]
    assert fingerprint(replace(WASSERSTEIN, clip=0.01)) == [*fingerprint(WASSERSTEIN), "clip 0.01"]


def test_find_returns_the_objective_of_that_name():
    assert find("minimax") is MINIMAX and find("non_saturating") is NON_SATURATING
    assert all(find(name).name == name for name in objectives.OBJECTIVES)


def test_find_suggests_the_nearest_name():
    with pytest.raises(InputError, match=r"'minmax'; did you mean 'minimax'\?"):
        find("minmax")
    with pytest.raises(InputError, match=r"'xyz'; known: .*minimax, non_saturating"):
        find("xyz")


@pytest.mark.parametrize("clip", [0.0, -0.01])
def test_a_clip_that_is_not_positive_is_refused(clip):
    with pytest.raises(InputError, match=f"clip of objective 'custom' must be > 0, got {clip}"):
        Objective(lambda r, f: f - r, lambda f: -f, clip=clip)


def test_a_negative_penalty_weight_is_refused():
    from gan_course.games.penalties import r1

    with pytest.raises(InputError, match="weight > 0, or neither"):
        Objective(lambda r, f: f - r, lambda f: -f, penalty=r1, penalty_weight=-1.0)


def test_functions_of_one_s_own_may_use_python_s_if_and_len_on_tensors(tiny):
    def own_d_loss(real, fake):
        loss = fake - real
        if real[0, 0] > real[1, 0]:
            loss *= 2.0
        return loss / len(loss)

    def graph_d_loss(real, fake):
        loss = fake - real
        return tf.where(real[0, 0] > real[1, 0], 2.0 * loss, loss) / 5.0

    def own_at(real, fake, seed):
        return real + tf.zeros([len(real), 1, 1, 1])

    found = []
    for d_loss, at in ((own_d_loss, own_at), (graph_d_loss, lambda real, fake, seed: real)):
        game = Objective(
            d_loss, objectives.critic_g_loss, penalty=Penalty(at, r1.cost), penalty_weight=1.0
        )
        _, _, compiled = started(tiny, game)
        images = np.random.default_rng(0).integers(0, 256, (8, 1, 5, 4, 6, 1), np.uint8)
        found.append([float(compiled({"images": batch})["d_loss"]) for batch in images])
    assert np.ptp(found[0]) > 0.01
    np.testing.assert_allclose(*found, rtol=1e-4)
