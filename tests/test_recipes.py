"""RECIPES: every one builds, fits its data, and has the numbers of the course."""

import numpy as np
import pytest

from gan_course import RECIPES, recipe
from gan_course.base.errors import InputError
from gan_course.data import ImageSet, load, stand_in
from gan_course.data.painted import faces_toy, gaussians, glyphs, shapes
from gan_course.games.game import game_of
from gan_course.models import build
from gan_course.recipes.adversarial import Adversarial
from gan_course.recipes.translating import Translating

EMBEDDED = {
    "glyphs": glyphs.make, "shapes": shapes.make, "faces_toy": faces_toy.make,
    "ring": gaussians.ring, "grid": gaussians.grid,
}  # fmt: skip


FROM_NOISE = [name for name in RECIPES if isinstance(RECIPES[name], Adversarial)]
TRANSLATING = [name for name in RECIPES if isinstance(RECIPES[name], Translating)]


@pytest.mark.parametrize("name", FROM_NOISE)
def test_networks_of_every_recipe_play_one_round(name):
    chosen = RECIPES[name]
    generator, discriminator = build(chosen)
    fakes = generator(np.zeros((2, chosen.latent_dim), np.float32), training=False).numpy()
    low, high = chosen.value_range
    assert fakes.shape == (2, *chosen.image_shape)
    assert low <= fakes.min() and fakes.max() <= high
    assert discriminator(fakes, training=False).shape == (2, 1)


@pytest.mark.parametrize("name", TRANSLATING)
def test_networks_of_every_recipe_that_translates_fit_its_images(name):
    chosen = RECIPES[name]
    shapes = chosen.input_shape, chosen.image_shape
    generator, *others = game_of(chosen).build()
    assert (generator.input_shape[1:], generator.output_shape[1:]) == shapes
    if chosen.game == "cycle":
        assert (others[0].output_shape[1:], others[0].input_shape[1:]) == shapes
    for judge in others[len(others) // 2 :]:
        assert judge.output_shape[-1] == 1


@pytest.mark.parametrize("name", TRANSLATING)
def test_images_of_every_recipe_that_translates_have_the_shapes_of_its_embedded_data(name):
    chosen = RECIPES[name]
    found = load(stand_in(chosen.dataset), chosen.image_shape)
    assert (found.inputs.image_shape, found.image_shape) == (
        chosen.input_shape,
        chosen.image_shape,
    )


@pytest.mark.parametrize("name", FROM_NOISE)
def test_images_of_every_recipe_have_the_shape_of_its_embedded_data(name):
    chosen = RECIPES[name]
    images, _ = EMBEDDED[stand_in(chosen.dataset)](2)
    assert ImageSet("two", images).shrunk(chosen.image_shape).image_shape == chosen.image_shape


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_stands_under_its_own_name_and_fits_on_two_lines(name):
    chosen = RECIPES[name]
    assert chosen.name == name and 0 < len(chosen.about) <= 80
    assert 0 < chosen.cpu_minutes < 7 * 24 * 60


ALONE = {  # no reference of their own
    "cgan_fashion_quick", "pix2pix_emoji_quick", "pix2pix_shapes_quick", "cyclegan_digits_quick",
    "cyclegan_emoji_quick", "style_quick",
}  # fmt: skip


@pytest.mark.parametrize("name", [n for n in RECIPES if n.endswith("_quick") and n not in ALONE])
def test_every_quick_recipe_has_a_reference_recipe_on_the_same_data(name):
    quick, reference = RECIPES[name], RECIPES[name.removesuffix("_quick")]
    assert quick.dataset == reference.dataset
    (height, width, channels), (rows, columns, wanted) = reference.image_shape, quick.image_shape
    assert (height % rows, width % columns, channels) == (0, 0, wanted)  # maybe smaller images
    assert quick.cpu_minutes <= 3 < reference.cpu_minutes


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        (
            "vanilla_mnist",
            dict(dataset="mnist", value_range=(-1, 1), latent_dim=100, noise="normal",
                 objective="non_saturating", real_label=0.9, optimizer="adam", beta_1=0.5,
                 g_learning_rate=2e-4, d_learning_rate=2e-4, batch_size=128, grid=(10, 10),
                 steps=187_200, sample_every=9_360, d_steps=1),  # 468 whole batches, 400 epochs
        ),
        (
            "vanilla_mnist_xavier",
            dict(dataset="mnist", value_range=(-1, 1), latent_dim=100, noise="normal",
                 real_label=1.0, optimizer="adam", g_learning_rate=2e-4, d_learning_rate=2e-4,
                 batch_size=200, steps=30_000, d_steps=1),  # 300 batches, 100 epochs
        ),
        (
            "dcgan_mnist",
            dict(dataset="mnist", value_range=(0, 1), latent_dim=100, noise="uniform",
                 real_label=1.0, optimizer="adam", g_learning_rate=4e-4, d_learning_rate=8e-4,
                 batch_size=100, steps=18_000, d_steps=1),  # 600 batches, 30 epochs
        ),
        (
            "gan_quickdraw",
            dict(dataset="quickdraw_cat", value_range=(-1, 1), latent_dim=100, noise="normal",
                 objective="non_saturating", optimizer="rmsprop", g_learning_rate=4e-4,
                 d_learning_rate=8e-4, batch_size=64, steps=6000, d_steps=1),
        ),
        (
            "wgan_cifar10",
            dict(dataset="cifar10:horse", value_range=(-1, 1), latent_dim=100, noise="normal",
                 objective="wasserstein", clip=0.01, penalty=None, optimizer="rmsprop",
                 g_learning_rate=5e-5, d_learning_rate=5e-5, batch_size=128, steps=6000,
                 d_steps=5),
        ),
        (
            "wgan_gp_faces",
            dict(dataset="faces", value_range=(-1, 1), latent_dim=100, noise="normal",
                 objective="wasserstein", clip=None, penalty="gradient", penalty_weight=10,
                 optimizer="adam", beta_1=0.5, g_learning_rate=2e-4, d_learning_rate=2e-4,
                 batch_size=64, steps=6000, d_steps=5),
        ),
        (
            "dcgan_fashion",
            dict(dataset="fashion_mnist", value_range=(-1, 1), latent_dim=100, noise="normal",
                 objective="non_saturating", real_label=1.0, optimizer="adam",
                 g_learning_rate=1e-4, d_learning_rate=1e-4, batch_size=256, steps=11_700,
                 grid=(4, 4), checkpoint_every=1170, d_steps=1),  # 234 batches, 50 epochs
        ),
        (
            "pix2pix_facades",
            dict(dataset="facades", objective="non_saturating", l1_weight=100, d_weight=0.5,
                 adversarial_weight=1, g_learning_rate=2e-4, d_learning_rate=2e-4, beta_1=0.5,
                 batch_size=1, steps=80_000, steady=0.5, final_rate=0, jitter=15, mirror=True,
                 dropout_at_test=True, sees_input=True),  # 400 pairs, 100 + 100 epochs
        ),
        (
            "cyclegan_facades",
            dict(dataset="unpaired:facades", objective="least_squares", cycle_weight=10,
                 identity_weight=5, d_weight=1, adversarial_weight=2, pool_size=50, beta_1=0.5,
                 g_learning_rate=2e-4, d_learning_rate=2e-4, batch_size=1, steps=40_000,
                 steady=0.5, final_rate=0, jitter=15, mirror=True),  # 200 of each, 200 epochs
        ),
    ],
)  # fmt: skip
def test_reference_recipes_have_the_numbers_of_the_course(name, numbers):
    chosen = RECIPES[name]
    assert {field: getattr(chosen, field) for field in numbers} == numbers


def test_recipe_returns_the_named_one_with_changes():
    changed = recipe("demo", batch_size=9, seed=7)
    assert (changed.batch_size, changed.seed) == (9, 7)
    assert set(changed.differences(RECIPES["demo"])) == {"batch_size", "seed"}
    assert recipe("demo") == RECIPES["demo"]


def test_a_mistyped_recipe_or_field_gets_the_nearest_name():
    with pytest.raises(InputError, match=r"unknown recipe 'demmo'; did you mean 'demo'\?"):
        recipe("demmo")
    with pytest.raises(InputError, match=r"unknown recipe field 'sead'; did you mean 'seed'\?"):
        recipe("demo", sead=3)


def test_a_recipe_out_of_range_is_refused():
    with pytest.raises(InputError, match="batch_size must be > 0, got -1"):
        recipe("demo", batch_size=-1)


@pytest.mark.parametrize(
    ("name", "of_generator", "not_trainable", "of_discriminator"),
    [
        ("gan_quickdraw", 844_161, 6_784, 720_833),
        ("wgan_cifar10", 884_163, 4_544, 670_401),
        ("wgan_gp_faces", 5_168_003, 17_280, 4_314_753),
        ("dcgan_fashion", 2_330_944, 25_472, 212_865),
    ],
)
def test_reference_networks_have_the_parameters_of_their_sources(
    name, of_generator, not_trainable, of_discriminator
):
    generator, discriminator = build(RECIPES[name])
    fixed = sum(int(np.prod(weight.shape)) for weight in generator.non_trainable_variables)
    assert (generator.count_params(), fixed) == (of_generator, not_trainable)
    assert discriminator.count_params() == of_discriminator


def test_a_recipe_can_be_given_another_name():
    assert recipe("demo", name="mine").name == "mine"
