"""The train step, against the same step written in NumPy for a GAN that is linear.

x = z @ G and logit = x @ w + b, so every gradient fits on one line of paper.
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from gan_course import step
from gan_course.backend import keras, tf
from gan_course.objectives import MINIMAX, NON_SATURATING, with_real_label
from gan_course.scores import probabilities
from gan_course.state import TrainState

G_RATE, D_RATE = 0.7, 0.3
RNG = np.random.default_rng(5)
G0, W0, B0 = RNG.normal(0, 1, (2, 3)), RNG.normal(0, 1, (3, 1)), RNG.normal(0, 1, 1)
REALS = RNG.normal(0.5, 1, (2, 5, 3))  # two batches of five "images" of three pixels
LATENTS = RNG.normal(0, 1, (3, 5, 2))
SEEDS = np.array([[1, 2], [3, 4]])  # for penalties; these objectives have none
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
    return TrainState(generator, discriminator, *optimizers, tf.Variable(0, dtype=tf.int64))


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
def test_train_step_plays_the_order_asked_for_and_counts(state, order):
    count = 1 if order == "simultaneous" else 2
    for made in (1, 2):
        scalars = step.train_step(
            state, MINIMAX, order, images(REALS[:1]), noise(LATENTS[:count]), SEEDS[:1]
        )
        assert int(state.step) == made
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


def test_scores_put_the_threshold_at_logit_zero_and_zero_counts_as_fake():
    real, fake = [[0.0], [2.0], [-1.0], [0.25]], [[0.0], [3.0], [-2.0], [0.25], [-4.0]]
    made = probabilities(tf.constant(real), tf.constant(fake))
    expected = {
        "d_real": (0.5 + 0.8807971 + 0.2689414 + 0.5621765) / 4,
        "d_fake": (0.5 + 0.9525741 + 0.1192029 + 0.5621765 + 0.0179862) / 5,
        "accuracy_real": 2 / 4,
        "accuracy_fake": 3 / 5,
    }
    assert {name: float(value) for name, value in made.items()} == pytest.approx(expected, abs=1e-6)


def test_an_order_takes_its_number_of_latent_batches():
    assert step.latent_batches("simultaneous", 1) == 1
    assert [step.latent_batches("alternating", d_steps) for d_steps in (1, 2, 5)] == [2, 3, 6]
