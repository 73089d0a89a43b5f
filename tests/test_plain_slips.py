"""What Python users write at first: taken where the meaning is plain, else one line; no folder."""

import json
import re

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course.base.errors import InputError
from gan_course.data import ImageSet
from gan_course.games.objectives import HINGE
from gan_course.recipes.schema import Recipe


def train(out, recipe=None, **arguments):
    usual = {"data": e2e.image_set(), "progress": False, "results": False}
    return gan.train(recipe or e2e.tiny(steps=3), out, **usual | arguments)


# Taken


def test_a_uint8_array_is_data(tmp_path):
    expected = train(tmp_path / "set")
    for number, images in enumerate((e2e.pixels(), list(e2e.pixels()), e2e.pixels()[..., 0])):
        assert e2e.same_weights(train(tmp_path / str(number), data=images), expected)


def test_a_name_is_data(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_COURSE_DATA", str(e2e.mirror(tmp_path / "mirror")))
    run = train(tmp_path / "run", data="mnist")
    assert e2e.same_weights(run, train(tmp_path / "other"))
    assert run.data("mnist").fingerprint() == run.data(e2e.pixels()).fingerprint()


def test_a_name_is_an_objective(tmp_path):
    run = train(tmp_path / "name", objective="hinge")
    assert e2e.same_weights(run, train(tmp_path / "object", objective=HINGE))


def test_one_hook_or_none_are_hooks(tmp_path):
    steps = []
    train(tmp_path / "one", hooks=lambda step, state, scalars: steps.append(step))
    train(tmp_path / "none", hooks=None)
    assert steps == [1, 2, 3]


# Refused


SLIPS = {
    "data of floats": (dict(data=e2e.pixels() / 255.0), "uint8 values 0..255, got float64"),
    "data of another kind": (dict(data=7), "ImageSet, the name of a dataset, or uint8.*got int 7"),
    "lists of mixed sizes": (
        dict(data=[np.zeros((4, 4), np.uint8), np.zeros((5, 4), np.uint8)]),
        r"different shapes \(\(4, 4\), \(5, 4\)\); bring all to one size",
    ),
    "an unknown dataset": (dict(data="mnits"), "'mnits'; did you mean 'mnist'"),
    "an unknown objective": (dict(objective="hing"), "objective 'hing'; did you mean 'hinge'"),
    "a function for an objective": (
        dict(objective=HINGE.g_loss), r"Objective\(d_loss=\.\.\., g_loss=\.\.\.\) or the name",
    ),
    "a recipe's fields": (
        dict(recipe={"steps": 3}), "Recipe or the name of one, got dict.*from_json",
    ),
    "a recipe of another kind": (dict(recipe=3), "expected a Recipe or the name of one, got int"),
    "an unknown strategy": (dict(strategy="miror"), "strategy 'miror'; did you mean 'mirrored'"),
    "a hook that is a number": (dict(hooks=3), r"functions of \(step, state, scalars\), got 3"),
    "a hook in words": (dict(hooks=["print"]), r"a function of \(step, state, scalars\), got 'pr"),
    "a hook of one argument": (
        dict(hooks=[lambda step: None]), r"called with \(step, state, scalars\), but: too many",
    ),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_gets_one_line_and_leaves_no_folder(tmp_path, slip):
    arguments, line = SLIPS[slip]
    with pytest.raises(InputError, match=line) as refused:
        train(tmp_path / "run", **arguments)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: ImageSet(None, e2e.pixels()), "begins with its name, got NoneType"),
        (lambda: ImageSet(e2e.pixels(), None), r"got ndarray; write ImageSet\('cats', images\)"),
        (lambda: ImageSet("cats", None), "cats: x_train is None; give uint8 images"),
        (lambda: gan.recipe(3), "a recipe has a name, such as 'demo', got 3"),
        (
            lambda: gan.recipe(gan.RECIPES["demo"]),
            "a recipe has a name, such as 'demo', got Adversarial",
        ),
        (lambda: gan.data.load(None), "a dataset has a name, such as 'mnist'.*got None"),
        (lambda: Recipe.from_json([1]), "a recipe's fields are a dictionary, got list"),
    ],
)
def test_other_slips_get_one_line_too(call, line):
    with pytest.raises(InputError, match=line):
        call()


@pytest.mark.parametrize("wrong", ["8", 8.0, None, True])
def test_samples_take_whole_numbers(tmp_path, wrong):
    run = train(tmp_path)
    with pytest.raises(InputError, match=re.escape(f"count must be a whole number, got {wrong!r}")):
        run.samples(wrong)
    with pytest.raises(InputError, match=re.escape(f"seed must be a whole number, got {wrong!r}")):
        run.samples(4, seed=wrong)
    assert run.samples(np.int64(4)).shape == (4, 8, 8, 1)


def test_recipe_json_becomes_a_recipe_again_as_the_message_says(tmp_path):
    run = train(tmp_path)
    fields = json.loads((run.path / "recipe.json").read_text())["recipe"]
    assert Recipe.from_json(fields) == run.recipe
