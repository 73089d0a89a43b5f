"""Networks that end in an activation which their game cannot use: said when the recipe is made."""

import math
import warnings

import e2e
import pytest

import gan_course as gan
from gan_course.base.errors import RunWarning


def discriminator(*last, **changes):
    return e2e.tiny(discriminator=("Flatten", "Dense 16 LReLU .2", *last), **changes)


def generator(*last, **changes):
    return e2e.tiny(generator=("Dense 16 ReLU", *last), **changes)


def sigmoid(logit):
    return 1 / (1 + math.exp(-logit))


@pytest.mark.parametrize(
    ("word", "logits"), [("sigmoid", (0, 1)), ("tanh", (-1, 1)), ("ReLU", (0, 60))]
)
@pytest.mark.parametrize("objective", ["non_saturating", "minimax"])
def test_a_second_activation_at_the_end_of_d_is_named_with_what_it_leaves_of_d(
    word, logits, objective
):
    low, high = (f"{sigmoid(logit):.3g}" for logit in logits)
    with pytest.warns(RunWarning) as said:
        discriminator(f"Dense 1 {word}", objective=objective)
    (line,) = (str(warning.message) for warning in said)
    assert f"discriminator ends in {word}" in line and "\n" not in line
    assert f"stays in [{low}, {high}]" in line and "end it in 'Dense 1'" in line


def test_a_score_that_is_bounded_is_named_too():
    for changes in (dict(objective="wasserstein", clip=0.1), dict(objective="hinge")):
        with pytest.warns(RunWarning, match=r"ends in tanh, but a score .* \[-1, 1\]; end it in"):
            discriminator("Dense 1 tanh", **changes)


def test_the_activation_may_stand_in_a_line_of_its_own():
    with pytest.warns(RunWarning, match="the discriminator ends in sigmoid"):
        discriminator("Dense 1", "sigmoid")


@pytest.mark.parametrize(
    ("last", "value_range", "bounds", "remedy"),
    [
        ("Dense 64 sigmoid", (-1, 1), "[0, 1]", "end it in tanh"),
        ("Dense 64 ReLU", (-1, 1), "[0, inf]", "end it in tanh"),
        ("Dense 64 tanh", (0, 1), "[-1, 1]", "end it in sigmoid"),
    ],
)
def test_a_generator_that_cannot_paint_in_its_value_range_is_named(
    last, value_range, bounds, remedy
):
    with pytest.warns(RunWarning) as said:
        generator(last, "Reshape 8 8 1", value_range=value_range)
    (line,) = (str(warning.message) for warning in said)
    assert f"with values in {bounds}" in line and remedy in line


def test_networks_that_end_as_they_should_are_not_commented_on():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for recipe in gan.RECIPES.values():
            recipe.changed(seed=1)
        discriminator("Dense 1")
        discriminator("Dense 8 tanh", "Dense 1")  # before the last weights anything goes
        discriminator("Dense 1 sigmoid", objective="least_squares")  # aims at 0 and 1
        generator("Dense 64", "Reshape 8 8 1")  # nothing bounds it
        generator("Dense 64 sigmoid", "Reshape 8 8 1", value_range=(0, 1))
        generator("Dense 64 ReLU", "Reshape 8 8 1", value_range=(0, 1))  # reaches black and white


def test_the_command_line_says_it_in_one_line_and_trains(capsys, monkeypatch, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        twice = discriminator("Dense 1 sigmoid", steps=2)
    monkeypatch.setitem(gan.RECIPES, "twice", twice)
    monkeypatch.setenv("GAN_COURSE_DATA", str(e2e.mirror(tmp_path / "mirror")))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        code, _, err = e2e.cli(capsys, "train", "twice", "--seed", 1, "--out", tmp_path / "run")
    assert code == 0
    assert err.startswith("gan_course: the discriminator ends in sigmoid")
