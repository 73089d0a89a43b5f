"""The train step, against the same step written in NumPy for a GAN that is linear.

x = z @ G and logit = x @ w + b, so every gradient fits on one line of paper.
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from gan_course.base.backend import keras, tf
from gan_course.games import step
from gan_course.games.adversarial import Players
from gan_course.games.objectives import HINGE, MINIMAX, NON_SATURATING, WASSERSTEIN, with_real_label
from gan_course.games.penalties import Penalty, gradient_penalty, r1
from gan_course.games.state import first_step

G_RATE, D_RATE = 0.7, 0.3
RNG = np.random.default_rng(5)
G0, W0, B0 = RNG.normal(0, 1, (2, 3)), RNG.normal(0, 1, (3, 1)), RNG.normal(0, 1, 1)
REALS = RNG.normal(0.5, 1, (2, 5, 3))  # two batches of five "images" of three pixels
LATENTS = RNG.normal(0, 1, (3, 5, 2))
SEEDS = np.array([[1, 2], [3, 4]])  # for penalties
OBJECTIVES = pytest.mark.parametrize("objective", [NON_SATURATING, MINIMAX], ids=lambda o: o.name)


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


@dataclass(frozen=True)
class Linear:
    """The GAN on paper: float64, gradients derived by hand."""

    g: np.ndarray
    w: np.ndarray
    b: np.ndarray

    def logits(self, x):
        return x @ self.w + self.b

    def d_gradients(self, real, z, real_label=1.0):
        fake = z @ self.g
        on_real = (sigmoid(self.logits(real)) - real_label) / len(real)
        on_fake = sigmoid(self.logits(fake)) / len(fake)
        return real.T @ on_real + fake.T @ on_fake, on_real.sum(axis=0) + on_fake.sum(axis=0)

    def d_step(self, real, z, real_label=1.0):
        of_w, of_b = self.d_gradients(real, z, real_label)
        return replace(self, w=self.w - D_RATE * of_w, b=self.b - D_RATE * of_b)

    def g_gradient(self, z, objective):
        logits = self.logits(z @ self.g)
        slopes = -sigmoid(logits) if objective is MINIMAX else -sigmoid(-logits)
        return z.T @ (slopes / len(z)) @ self.w.T

    def g_step(self, z, objective):
        return replace(self, g=self.g - G_RATE * self.g_gradient(z, objective))

    def d_loss(self, real, z):
        losses = np.logaddexp(0, -self.logits(real)) + np.logaddexp(0, self.logits(z @ self.g))
        return losses.mean()

    def g_loss(self, z, objective):
        logits = self.logits(z @ self.g)
        return np.mean(
            -np.logaddexp(0, logits) if objective is MINIMAX else np.logaddexp(0, -logits)
        )


PAPER = Linear(G0, W0, B0)


@pytest.fixture
def state():
    generator = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(3, use_bias=False), keras.layers.Reshape((1, 3, 1))]
    )
    discriminator = keras.Sequential(
        [keras.Input((1, 3, 1)), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    generator.set_weights([G0])
    discriminator.set_weights([W0, B0])
    optimizers = keras.optimizers.SGD(G_RATE), keras.optimizers.SGD(D_RATE)
    return Players(first_step(), generator, discriminator, *optimizers)


def images(x):
    return tf.constant(x.reshape(*x.shape[:-1], 1, 3, 1), tf.float32)


def noise(z):
    return tf.constant(z, tf.float32)


def assert_weights(state, paper):
    ours = [*state.generator.get_weights(), *state.discriminator.get_weights()]
    for our, theirs in zip(ours, (paper.g, paper.w, paper.b), strict=True):
        np.testing.assert_allclose(our, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("real_label", [1.0, 0.9])
def test_discriminator_update_agrees_with_numpy(state, real_label):
    objective = with_real_label(NON_SATURATING, real_label)
    step.discriminator_update(state, objective, images(REALS[0]), noise(LATENTS[0]))
    assert_weights(state, PAPER.d_step(REALS[0], LATENTS[0], real_label))


@OBJECTIVES
def test_generator_update_agrees_with_numpy(state, objective):
    made = step.generator_update(state, objective, noise(LATENTS[2]))
    assert_weights(state, PAPER.g_step(LATENTS[2], objective))
    assert float(made["g_loss"]) == pytest.approx(PAPER.g_loss(LATENTS[2], objective), abs=1e-6)


def test_each_update_leaves_the_other_network_untouched_bit_for_bit(state):
    before = state.generator.get_weights()
    step.discriminator_update(state, NON_SATURATING, images(REALS[0]), noise(LATENTS[0]))
    np.testing.assert_array_equal(before, state.generator.get_weights())
    before = state.discriminator.get_weights()
    step.generator_update(state, NON_SATURATING, noise(LATENTS[0]))
    for old, new in zip(before, state.discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_loss_and_scores_are_those_before_the_update(state):
    made = step.discriminator_update(state, MINIMAX, images(REALS[0]), noise(LATENTS[0]))
    real, fake = PAPER.logits(REALS[0]), PAPER.logits(LATENTS[0] @ G0)
    expected = {
        "d_loss": PAPER.d_loss(REALS[0], LATENTS[0]),
        "d_real": sigmoid(real).mean(),
        "d_fake": sigmoid(fake).mean(),
        "accuracy_real": (real > 0).mean(),
        "accuracy_fake": (fake < 0).mean(),
    }
    assert {name: float(value) for name, value in made.items()} == pytest.approx(expected, abs=1e-6)


@OBJECTIVES
def test_simultaneous_generator_answers_the_old_discriminator(state, objective):
    made = step.simultaneous_step(
        state, objective, images(REALS[:1]), noise(LATENTS[:1]), SEEDS[:1]
    )
    real, z = REALS[0], LATENTS[0]
    assert_weights(
        state, replace(PAPER.d_step(real, z), g=PAPER.g - G_RATE * PAPER.g_gradient(z, objective))
    )
    assert float(made["d_loss"]) == pytest.approx(PAPER.d_loss(real, z), abs=1e-6)
    assert float(made["g_loss"]) == pytest.approx(PAPER.g_loss(z, objective), abs=1e-6)


@OBJECTIVES
@pytest.mark.parametrize("d_steps", [1, 2])
def test_alternating_generator_answers_the_new_discriminator(state, objective, d_steps):
    made = step.alternating_step(
        state, objective, images(REALS[:d_steps]), noise(LATENTS[: d_steps + 1]), SEEDS[:d_steps]
    )
    paper = PAPER
    for real, z in zip(REALS[:d_steps], LATENTS[:d_steps], strict=True):
        last_d_loss = paper.d_loss(real, z)
        paper = paper.d_step(real, z)
    g_loss = paper.g_loss(LATENTS[d_steps], objective)
    assert_weights(state, paper.g_step(LATENTS[d_steps], objective))
    assert float(made["d_loss"]) == pytest.approx(last_d_loss, abs=1e-6)
    assert float(made["g_loss"]) == pytest.approx(g_loss, abs=1e-6)


def test_old_and_new_discriminator_pull_the_generator_apart():
    # Without this, the two tests above could not tell the two orders from one another.
    z = LATENTS[0]
    old = PAPER.g_step(z, NON_SATURATING).g
    new = PAPER.d_step(REALS[0], z).g_step(z, NON_SATURATING).g
    assert 0.01 < np.abs(old - new).max() < 10


def test_alternating_wants_one_more_batch_of_latents_than_of_reals(state):
    with pytest.raises(ValueError, match="shorter"):
        step.alternating_step(state, MINIMAX, images(REALS), noise(LATENTS[:2]), SEEDS)


def numpy_adam(weights, moments, gradient, rate, t, beta_1, beta_2=0.999, epsilon=1e-7):
    """Kingma & Ba 2015, arXiv:1412.6980: Algorithm 1, its last lines as at the end of section 2."""
    m, v = moments
    m = beta_1 * m + (1 - beta_1) * gradient
    v = beta_2 * v + (1 - beta_2) * gradient**2
    corrected = rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return weights - corrected * m / (np.sqrt(v) + epsilon), (m, v)


def test_adam_takes_the_steps_of_its_paper_with_bias_correction(state):
    state.g_optimizer = keras.optimizers.Adam(0.02, beta_1=0.5)
    state.d_optimizer = keras.optimizers.Adam(0.05, beta_1=0.8)
    paper, moments = PAPER, {name: (0.0, 0.0) for name in "gwb"}
    for t in (1, 2):
        real, z = REALS[t - 1], LATENTS[t - 1 : t + 1]
        step.train_step(
            state, NON_SATURATING, "alternating", images(real[None]), noise(z), SEEDS[:1]
        )
        of_w, of_b = paper.d_gradients(real, z[0])
        w, moments["w"] = numpy_adam(paper.w, moments["w"], of_w, 0.05, t, beta_1=0.8)
        b, moments["b"] = numpy_adam(paper.b, moments["b"], of_b, 0.05, t, beta_1=0.8)
        paper = replace(paper, w=w, b=b)
        of_g = paper.g_gradient(z[1], NON_SATURATING)
        g, moments["g"] = numpy_adam(paper.g, moments["g"], of_g, 0.02, t, beta_1=0.5)
        paper = replace(paper, g=g)
        assert_weights(state, paper)


@pytest.mark.parametrize("order", ["simultaneous", "alternating"])
def test_train_step_plays_the_order_asked_for_and_leaves_the_counting_to_the_loop(state, order):
    count = 1 if order == "simultaneous" else 2
    for _ in range(2):
        scalars = step.train_step(
            state, MINIMAX, order, images(REALS[:1]), noise(LATENTS[:count]), SEEDS[:1]
        )
        assert int(state.step) == 0
    assert list(scalars) == [
        "d_loss", "g_loss", "d_real", "d_fake", "accuracy_real", "accuracy_fake",
    ]  # fmt: skip
    paper = PAPER
    for _ in range(2):
        new = paper.d_step(REALS[0], LATENTS[0])
        if order == "simultaneous":
            paper = replace(new, g=paper.g_step(LATENTS[0], MINIMAX).g)
        else:
            paper = new.g_step(LATENTS[1], MINIMAX)
    assert_weights(state, paper)


def test_a_compiled_step_agrees_with_numpy_too(state):
    compiled = tf.function(lambda reals, latents: step.alternating_step(
        state, NON_SATURATING, reals, latents, tf.constant(SEEDS)
    ))  # fmt: skip
    compiled(images(REALS), noise(LATENTS))
    paper = PAPER.d_step(REALS[0], LATENTS[0]).d_step(REALS[1], LATENTS[1])
    assert_weights(state, paper.g_step(LATENTS[2], NON_SATURATING))


def test_an_order_takes_its_number_of_latent_batches():
    assert step.latent_batches("simultaneous", 1) == 1
    assert [step.latent_batches("alternating", d_steps) for d_steps in (1, 2, 5)] == [2, 3, 6]


# A Wasserstein critic that is linear, with penalty or clipping

WEIGHT = 2.5  # of the penalty
LENGTH = np.linalg.norm(W0)
PENALISED = {
    # (objective, penalty by hand, its gradient in w by hand)
    "gradient": (
        replace(WASSERSTEIN, penalty=gradient_penalty, penalty_weight=WEIGHT),
        lambda w: (np.linalg.norm(w) - 1) ** 2,
        lambda w: 2 * (np.linalg.norm(w) - 1) * w / np.linalg.norm(w),
    ),
    "r1": (
        replace(WASSERSTEIN, penalty=r1, penalty_weight=WEIGHT),
        lambda w: np.sum(w**2) / 2,
        lambda w: w,
    ),
}
BOTH = pytest.mark.parametrize("name", PENALISED)


def critic_step(paper, real, z, of_penalty=None, clip=np.inf):
    """w·fake - w·real + penalty, descended; the bias falls out of the difference."""
    of_w = ((z @ paper.g).mean(axis=0) - real.mean(axis=0))[:, np.newaxis]
    if of_penalty is not None:
        of_w = of_w + WEIGHT * of_penalty(paper.w)
    return replace(
        paper, w=np.clip(paper.w - D_RATE * of_w, -clip, clip), b=np.clip(paper.b, -clip, clip)
    )


def critic_g_step(paper, z, w):
    """-w·G(z), descended by the generator of `paper` against the critic `w`."""
    return replace(paper, g=paper.g + G_RATE * z.mean(axis=0)[:, np.newaxis] @ w.T)


def test_the_linear_critic_is_steep_enough_to_tell_penalties_apart():
    assert 0.2 < abs(LENGTH - 1) < 5 and W0.min() != W0.max()


@BOTH
def test_a_penalised_discriminator_update_agrees_with_numpy(state, name):
    objective, penalty, of_penalty = PENALISED[name]
    real, z = REALS[0], LATENTS[0]
    made = step.discriminator_update(
        state, objective, images(real), noise(z), tf.constant(SEEDS[0])
    )
    assert_weights(state, critic_step(PAPER, real, z, of_penalty))
    score_real, score_fake = PAPER.logits(real).mean(), PAPER.logits(z @ G0).mean()
    expected = {
        "d_loss": score_fake - score_real + WEIGHT * penalty(W0),
        "penalty": penalty(W0),
        "gradient_norm": LENGTH,
        "wasserstein": score_real - score_fake,
        "score_real": score_real,
        "score_fake": score_fake,
    }
    assert {name: float(value) for name, value in made.items()} == pytest.approx(expected, abs=1e-5)


@BOTH
@pytest.mark.parametrize("d_steps", [1, 2])
def test_an_alternating_step_with_penalty_agrees_with_numpy(state, name, d_steps):
    objective, penalty, of_penalty = PENALISED[name]
    made = step.alternating_step(
        state, objective, images(REALS[:d_steps]), noise(LATENTS[: d_steps + 1]), SEEDS[:d_steps]
    )
    paper = PAPER
    for real, z in zip(REALS[:d_steps], LATENTS[:d_steps], strict=True):
        last = paper
        paper = critic_step(paper, real, z, of_penalty)
    z = LATENTS[d_steps]
    assert_weights(state, critic_g_step(paper, z, paper.w))
    assert float(made["penalty"]) == pytest.approx(penalty(last.w), abs=1e-5)
    assert float(made["gradient_norm"]) == pytest.approx(np.linalg.norm(last.w), abs=1e-5)
    assert float(made["g_loss"]) == pytest.approx(-paper.logits(z @ G0).mean(), abs=1e-5)


@BOTH
def test_a_simultaneous_step_with_penalty_agrees_with_numpy(state, name):
    objective, penalty, of_penalty = PENALISED[name]
    real, z = REALS[0], LATENTS[0]
    made = step.simultaneous_step(
        state, objective, images(REALS[:1]), noise(LATENTS[:1]), SEEDS[:1]
    )
    # the generator answers the old critic, and the penalty is not its business
    assert_weights(state, critic_g_step(critic_step(PAPER, real, z, of_penalty), z, W0))
    assert float(made["penalty"]) == pytest.approx(penalty(W0), abs=1e-5)
    assert float(made["gradient_norm"]) == pytest.approx(LENGTH, abs=1e-5)
    assert float(made["g_loss"]) == pytest.approx(-PAPER.logits(z @ G0).mean(), abs=1e-5)


@pytest.mark.parametrize("order", ["simultaneous", "alternating"])
def test_d_loss_is_the_weighted_penalty_less_the_wasserstein_estimate(state, order):
    objective, _, _ = PENALISED["gradient"]
    count = 1 if order == "simultaneous" else 2
    for _ in range(3):
        made = step.train_step(
            state, objective, order, images(REALS[:1]), noise(LATENTS[:count]), SEEDS[:1]
        )
        expected = WEIGHT * float(made["penalty"]) - float(made["wasserstein"])
        assert float(made["d_loss"]) == pytest.approx(expected, rel=1e-5, abs=1e-5)
    assert list(made) == [
        "d_loss", "g_loss", "penalty", "gradient_norm", "wasserstein", "score_real", "score_fake",
    ]  # fmt: skip


def test_a_penalty_changes_the_hinge_game_by_its_own_gradient_alone(state):
    objective = replace(HINGE, penalty=gradient_penalty, penalty_weight=WEIGHT)
    real, z = REALS[0], LATENTS[0]
    step.discriminator_update(state, objective, images(real), noise(z), tf.constant(SEEDS[0]))
    on_real = -1.0 * (PAPER.logits(real) < 1) / len(real)  # by hand: -1 where 1 - D(x) > 0
    on_fake = (PAPER.logits(z @ G0) > -1) / len(z)
    assert 0 < -on_real.sum() < 1 and 0 < on_fake.sum() < 1  # some inside the margin, some not
    of_w = real.T @ on_real + (z @ G0).T @ on_fake + WEIGHT * PENALISED["gradient"][2](W0)
    of_b = on_real.sum(axis=0) + on_fake.sum(axis=0)
    assert_weights(state, replace(PAPER, w=W0 - D_RATE * of_w, b=B0 - D_RATE * of_b))


FIVE_REALS = RNG.normal(0.5, 1, (5, 5, 3))
SIX_LATENTS = RNG.normal(0, 1, (6, 5, 2))
FIVE_SEEDS = RNG.integers(0, 1000, (5, 2))


def test_every_discriminator_update_penalises_its_own_images_with_a_seed_of_its_own(state):
    seen = []

    def look(real, fake, seed):
        seen.append((real.numpy().reshape(5, 3), fake.numpy().reshape(5, 3), tuple(seed.numpy())))
        return real

    objective = replace(WASSERSTEIN, penalty=Penalty(look, lambda n: 0 * n), penalty_weight=1.0)
    step.alternating_step(
        state, objective, images(FIVE_REALS), noise(SIX_LATENTS), tf.constant(FIVE_SEEDS)
    )
    reals, fakes, seeds = zip(*seen, strict=True)
    np.testing.assert_allclose(reals, FIVE_REALS, rtol=1e-6)
    np.testing.assert_allclose(fakes, SIX_LATENTS[:5] @ G0, rtol=1e-4, atol=1e-5)
    assert list(seeds) == [tuple(seed) for seed in FIVE_SEEDS] and len(set(seeds)) == 5


CLIP = 0.06
CLIPPED = replace(WASSERSTEIN, clip=CLIP)


def five_critics():
    """The critic after each of five updates, by hand."""
    papers, paper = [], PAPER
    for real, z in zip(FIVE_REALS, SIX_LATENTS[:5], strict=True):
        paper = critic_step(paper, real, z, clip=CLIP)
        papers.append(paper)
    return papers


def flat_discriminator(state):
    return np.concatenate([w.ravel() for w in state.discriminator.get_weights()])


def assert_clipped(weights):
    assert np.abs(weights).max() == np.float32(CLIP)  # some are at a limit, and none beyond


def test_all_weights_of_the_critic_are_clipped_after_every_one_of_five_updates(state):
    update, seen = step.discriminator_update, []

    def watched(*arguments):
        made = update(*arguments)
        seen.append(flat_discriminator(state))
        return made

    updates = step.LIBRARY._replace(d_update=watched)
    step.alternating_step(
        state, CLIPPED, images(FIVE_REALS), noise(SIX_LATENTS), FIVE_SEEDS, updates=updates
    )
    assert np.abs(flat_discriminator(state)).max() < np.abs(W0).max()
    expected = [np.append(paper.w, paper.b) for paper in five_critics()]
    assert np.abs(expected).min() < 0.9 * CLIP  # clipping is not the sign of the weights
    np.testing.assert_allclose(seen, expected, rtol=1e-5, atol=1e-6)
    for weights in seen:
        assert_clipped(weights)


def test_a_compiled_update_clips_every_time_too(state):
    compiled = tf.function(lambda real, z: step.discriminator_update(state, CLIPPED, real, z))
    for real, z, paper in zip(FIVE_REALS, SIX_LATENTS[:5], five_critics(), strict=True):
        compiled(images(real), noise(z))
        assert_clipped(flat_discriminator(state))
        np.testing.assert_allclose(
            flat_discriminator(state), np.append(paper.w, paper.b), rtol=1e-5, atol=1e-6
        )


def test_the_optimizer_moves_the_weights_before_they_are_clipped(state, monkeypatch):
    # Without this, a step that clips gradients or old weights could pass the tests above.
    apply, seen = state.d_optimizer.apply, []

    def watched(gradients, weights):
        apply(gradients, weights)
        seen.append(flat_discriminator(state))

    monkeypatch.setattr(state.d_optimizer, "apply", watched)
    step.alternating_step(state, CLIPPED, images(FIVE_REALS), noise(SIX_LATENTS), FIVE_SEEDS)
    moved = critic_step(PAPER, FIVE_REALS[0], SIX_LATENTS[0])
    np.testing.assert_allclose(seen[0], np.append(moved.w, moved.b), rtol=1e-5, atol=1e-6)
    assert all(np.abs(weights).max() > 1.1 * CLIP for weights in seen) and len(seen) == 5


@pytest.mark.parametrize("order", ["simultaneous", "alternating"])
def test_the_generator_is_never_clipped_and_answers_the_clipped_critic(state, order):
    count = 1 if order == "simultaneous" else 2
    step.train_step(
        state, CLIPPED, order, images(FIVE_REALS[:1]), noise(SIX_LATENTS[:count]), FIVE_SEEDS[:1]
    )
    paper = critic_step(PAPER, FIVE_REALS[0], SIX_LATENTS[0], clip=CLIP)
    answered = W0 if order == "simultaneous" else paper.w
    assert_weights(state, critic_g_step(paper, SIX_LATENTS[count - 1], answered))
    assert_clipped(flat_discriminator(state))
    assert np.abs(state.generator.get_weights()[0]).max() > 10 * CLIP
