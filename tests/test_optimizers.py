"""FusedAdam against Keras's Adam and against NumPy; one optimizer for each network."""

import numpy as np
import pytest

from gan_course.base.backend import keras, tf
from gan_course.games import optimizers, state

GRADIENTS = np.random.default_rng(3).normal(size=(6, 4, 3)).astype("float32")


def after_updates(optimizer, compiled: bool) -> np.ndarray:
    weight = keras.Variable(np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3))
    optimizer.build([weight])

    def apply(gradient):
        optimizer.apply([gradient], [weight])

    apply = tf.function(apply) if compiled else apply
    for gradient in GRADIENTS:
        apply(tf.constant(gradient))
    return weight.numpy()


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("beta_1", [0.0, 0.5, 0.9])
def test_the_fused_update_is_that_of_keras(compiled, beta_1):
    ours = after_updates(optimizers.FusedAdam(0.01, beta_1), compiled)
    theirs = after_updates(keras.optimizers.Adam(0.01, beta_1), compiled)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def test_the_fused_update_is_that_of_the_paper():
    weight, m, v = np.linspace(-1, 1, 12).reshape(4, 3), 0.0, 0.0
    for t, gradient in enumerate(GRADIENTS.astype("float64"), start=1):
        m = 0.5 * m + 0.5 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        rate = 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.5**t)
        weight = weight - rate * m / (np.sqrt(v) + 1e-7)
    found = after_updates(optimizers.FusedAdam(0.01, 0.5), compiled=True)
    np.testing.assert_allclose(found, weight, rtol=0, atol=1e-6)


def test_a_schedule_of_the_learning_rate_is_followed():
    halved = keras.optimizers.schedules.PiecewiseConstantDecay([2], [0.01, 0.005])
    ours = after_updates(optimizers.FusedAdam(halved, 0.5), compiled=True)
    theirs = after_updates(keras.optimizers.Adam(halved, 0.5), compiled=True)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "beta_1", "kind"),
    [
        ("adam", 0.5, optimizers.FusedAdam),
        ("rmsprop", None, keras.optimizers.RMSprop),
        ("sgd", None, keras.optimizers.SGD),
    ],
)
def test_each_network_has_a_built_optimizer_of_its_own(tiny, name, beta_1, kind):
    recipe = tiny.changed(optimizer=name, beta_1=beta_1, g_learning_rate=0.1, d_learning_rate=0.2)
    made = state.create(recipe)
    assert type(made.g_optimizer) is type(made.d_optimizer) is kind
    assert made.g_optimizer is not made.d_optimizer and made.g_optimizer.built
    rates = [float(o.learning_rate) for o in (made.g_optimizer, made.d_optimizer)]
    np.testing.assert_allclose(rates, [0.1, 0.2], rtol=1e-6)
