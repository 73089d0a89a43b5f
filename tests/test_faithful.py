"""The reference recipes against the facts of their sources, layer by layer."""

import numpy as np
import pytest

from gan_course import RECIPES
from gan_course.base.backend import keras
from gan_course.models import build

# Images a step and steps an epoch: 60,000 // batch.
VANILLA = dict(order="alternating", optimizer="adam", beta_1=0.5, d_steps=1, real_label=0.9,
               g_learning_rate=2e-4, d_learning_rate=2e-4, batch_size=128, steps=400 * 468,
               early_sample=468, sample_every=20 * 468)  # fmt: skip
XAVIER = dict(order="alternating", optimizer="adam", beta_1=0.9, d_steps=1, real_label=1.0,
              g_learning_rate=2e-4, d_learning_rate=2e-4, batch_size=200,
              steps=100 * 300)  # fmt: skip
DCGAN = dict(order="alternating", optimizer="adam", beta_1=0.9, d_learning_rate=8e-4,
             g_learning_rate=4e-4, batch_size=100, steps=30 * 600)  # fmt: skip
QUICKDRAW = dict(optimizer="rmsprop", d_learning_rate=8e-4, g_learning_rate=4e-4, batch_size=64)
WGAN = dict(objective="wasserstein", optimizer="rmsprop", d_learning_rate=5e-5,
            g_learning_rate=5e-5, clip=0.01, d_steps=5, batch_size=128)  # fmt: skip
FASHION = dict(optimizer="adam", d_learning_rate=1e-4, g_learning_rate=1e-4, batch_size=256,
               steps=50 * 234)  # fmt: skip
FACTS = {
    "vanilla_mnist": VANILLA,
    "vanilla_mnist_xavier": XAVIER,
    "dcgan_mnist": DCGAN,
    "gan_quickdraw": QUICKDRAW,
    "wgan_cifar10": WGAN,
    "dcgan_fashion": FASHION,
}


@pytest.mark.parametrize("name", FACTS)
def test_a_reference_recipe_is_trained_as_its_source_says(name):
    recipe = RECIPES[name]
    assert {field: getattr(recipe, field) for field in FACTS[name]} == FACTS[name]


def layers(name, kind):
    """The layers of that kind, of the generator and of the discriminator."""
    return [[layer for layer in net.layers if isinstance(layer, kind)]
            for net in build(RECIPES[name])]  # fmt: skip


def initial(layer):
    return type(layer.kernel_initializer).__name__


def rates(name):
    return [[layer.rate for layer in part] for part in layers(name, keras.layers.Dropout)]


def test_vanilla_mnist_draws_the_first_layers_from_n_0_02_and_leaves_the_others_to_keras():
    for dense in layers("vanilla_mnist", keras.layers.Dense):
        assert [initial(layer) for layer in dense] == [
            "RandomNormal", *["GlorotUniform"] * (len(dense) - 1),
        ]  # fmt: skip
        assert (dense[0].kernel_initializer.mean, dense[0].kernel_initializer.stddev) == (0, 0.02)
        np.testing.assert_allclose(np.std(dense[0].kernel), 0.02, rtol=0.02)


def test_the_xavier_recipe_has_256_256_in_both_networks_with_its_biases_and_dropout():
    generator, discriminator = layers("vanilla_mnist_xavier", keras.layers.Dense)
    assert [layer.units for layer in generator] == [256, 256, 784]
    assert [layer.units for layer in discriminator] == [256, 256, 1]
    for layer in (*generator, *discriminator):
        assert initial(layer) == "GlorotNormal"
        bias = np.asarray(layer.bias)
        assert (bias >= 0.1).all() and (bias <= 0.2).all()
        if len(bias) > 1:
            assert bias.min() < 0.11 and bias.max() > 0.19  # uniform over all of it
    assert rates("vanilla_mnist_xavier") == [[0.1, 0.1], [0.1, 0.1]]


def test_dcgan_mnist_normalises_with_momentum_9_in_every_layer_of_its_generator():
    generator, discriminator = layers("dcgan_mnist", keras.layers.BatchNormalization)
    assert [layer.momentum for layer in generator] == [0.9] * 4 and discriminator == []


def test_the_drawings_discriminator_drops_four_in_ten():
    assert rates("gan_quickdraw") == [[], [0.4] * 4]


def test_the_quick_vanilla_recipes_still_play_simultaneously():
    for name in ("vanilla_mnist_quick", "vanilla_mnist_xavier_quick"):
        assert RECIPES[name].order == "simultaneous"
