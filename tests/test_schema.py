"""Recipe: checked at construction, frozen, and the same after a trip through JSON."""

import dataclasses
import json

import pytest

from gan_course.base.errors import InputError
from gan_course.recipes import RECIPES, recipe
from gan_course.recipes.schema import Recipe


def test_a_recipe_survives_a_trip_through_json(tiny):
    text = json.dumps(tiny.to_json(), allow_nan=False)
    back = Recipe.from_json(json.loads(text))
    assert back == tiny and hash(back) == hash(tiny)
    assert json.loads(text)["image_shape"] == [4, 6, 1]


def test_a_recipe_cannot_be_changed_in_place(tiny):
    with pytest.raises(dataclasses.FrozenInstanceError):
        tiny.steps = 7


def test_changed_returns_a_copy_and_leaves_the_original(tiny):
    other = tiny.changed(steps=60, grid=[3, 5])
    assert (other.steps, other.grid, other.batch_size) == (60, (3, 5), 5)
    assert (tiny.steps, tiny.grid) == (6, (2, 3))


@pytest.mark.parametrize(
    "changes",
    [
        {"penalty": "gradient", "penalty_weight": 10.0, "objective": "wasserstein", "d_steps": 5},
        {"penalty": "r1", "penalty_weight": 0.5},
        {"clip": 0.01, "objective": "wasserstein"},
        {"clip": 0.01, "penalty": "gradient", "penalty_weight": 1e-3},
    ],
    ids=str,
)
def test_penalty_and_clip_survive_a_trip_through_json(tiny, changes):
    recipe = tiny.changed(**changes)
    text = json.dumps(recipe.to_json(), allow_nan=False)
    assert {name: json.loads(text)[name] for name in changes} == changes
    back = Recipe.from_json(json.loads(text))
    assert back == recipe != tiny and hash(back) == hash(recipe)
    assert {name: getattr(back, name) for name in changes} == changes


def test_a_recipe_from_before_penalties_has_none(tiny):
    fields = tiny.to_json()
    assert [fields.pop(name) for name in ("penalty", "penalty_weight", "clip")] == [None, 0, None]
    assert Recipe.from_json(fields) == tiny


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("penalty_weight", 0, 0.0),
        ("clip", 1, 1.0),
        ("image_shape", [9, 5, 3], (9, 5, 3)),
        ("grid", [5, 2], (5, 2)),
        ("value_range", [0, 1], (0.0, 1.0)),
        ("generator", ["Dense 4"], ("Dense 4",)),
        ("steps", 40.0, 40),
        ("g_learning_rate", 1, 1.0),
    ],
)
@pytest.mark.filterwarnings("ignore:the generator ends in tanh")
def test_numbers_and_lists_of_json_become_the_field_s_own_type(tiny, field, value, kept):
    found = getattr(tiny.changed(**{field: value}), field)
    assert found == kept and type(found) is type(kept)
    if isinstance(kept, tuple):
        assert [type(item) for item in found] == [type(item) for item in kept]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("steps", 1.5),
        ("steps", True),
        ("steps", "40"),
        ("steps", None),
        ("steps", float("inf")),
        ("steps", float("nan")),
        ("name", 5),
        ("dataset", None),
        ("generator", "Dense 4"),
        ("generator", 5),
        ("generator", ("Dense 4", 5)),
        ("image_shape", (28.7, 28, 1)),
        ("image_shape", (float("inf"), 28, 1)),
        ("image_shape", (28, 28, True)),
        ("image_shape", "281"),
        ("image_shape", 28),
        ("grid", (2.5, 3)),
        ("value_range", None),
        ("value_range", "01"),
        ("g_learning_rate", "0.1"),
        ("g_learning_rate", True),
        ("d_learning_rate", None),
        ("beta_1", "0.5"),
        ("penalty", 10),
        ("penalty", ("gradient",)),
        ("penalty_weight", "10"),
        ("penalty_weight", None),
        ("penalty_weight", float("nan")),
        ("penalty_weight", float("inf")),
        ("clip", "0.01"),
        ("clip", float("nan")),
        ("clip", (-0.01, 0.01)),
        ("clip", True),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(tiny, field, value):
    with pytest.raises(InputError, match=f"^{field} must be") as caught:
        tiny.changed(**{field: value})
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        *[
            ({name: value}, rf"{name} must be > 0, got {value}")
            for name in ("latent_dim", "d_steps", "batch_size", "steps",
                         "log_every", "sample_every", "checkpoint_every")
            for value in (0, -3)
        ],
        ({"g_learning_rate": 0.0}, r"g_learning_rate must be > 0, got 0\.0"),
        ({"d_learning_rate": -0.5}, r"d_learning_rate must be > 0, got -0\.5"),
        ({"d_learning_rate": float("nan")}, r"d_learning_rate must .*nan"),
        ({"d_learning_rate": float("inf")}, r"d_learning_rate must .*inf"),
        ({"seed": -1}, r"seed must be in \[0, 2\*\*31\), got -1"),
        ({"seed": 2**31}, r"seed must be in \[0, 2\*\*31\), got 2147483648"),
        ({"image_shape": (28, 28)}, r"image_shape must be .*, got \(28, 28\)"),
        ({"image_shape": (28, 28, 2)}, r"image_shape must be .*, got \(28, 28, 2\)"),
        ({"image_shape": (0, 28, 1)}, r"image_shape must be .*, got \(0, 28, 1\)"),
        ({"value_range": (1, -1)}, r"value_range must be .*, got \(1\.0, -1\.0\)"),
        ({"value_range": (0, 255)}, r"value_range must be .*, got \(0\.0, 255\.0\)"),
        ({"grid": (4,)}, r"grid must be .*, got \(4,\)"),
        ({"grid": (4, 0)}, r"grid must be .*, got \(4, 0\)"),
        ({"early_sample": -1}, r"early_sample must be >= 0, got -1"),
        ({"real_label": 0}, r"real_label must be in \(0, 1\], got 0\.0"),
        ({"real_label": 1.1}, r"real_label must be in \(0, 1\], got 1\.1"),
        ({"beta_1": 1.0}, r"beta_1 must be in \[0, 1\) or None, got 1\.0"),
        ({"beta_1": -0.1}, r"beta_1 must be in \[0, 1\) or None, got -0\.1"),
        ({"beta_1": None}, "beta_1=None with optimizer='adam'"),
        ({"optimizer": "sgd"}, "beta_1=0.5 with optimizer='sgd'"),
        ({"order": "simultaneous", "d_steps": 2}, "got d_steps=2; use order='alternating'"),
        ({"noise": "norma"}, r"unknown noise 'norma'; did you mean 'normal'\?"),
        ({"order": "alternate"}, r"unknown order 'alternate'; did you mean 'alternating'\?"),
        ({"optimizer": "Adam"}, r"unknown optimizer 'Adam'; did you mean 'adam'\?"),
        ({"optimizer": "xyz"}, "unknown optimizer 'xyz'; known: adam, rmsprop, sgd"),
        ({"penalty": "gradient"}, r"penalty='gradient' with penalty_weight=0\.0: .* weight > 0"),
        ({"penalty": "r1", "penalty_weight": -2}, r"penalty_weight must be >= 0, got -2\.0"),
        ({"penalty_weight": 10}, r"penalty=None with penalty_weight=10\.0: .* the weight is 0"),
        ({"penalty_weight": -0.5}, r"penalty_weight must be >= 0, got -0\.5"),
        ({"clip": 0}, r"clip must be > 0 or None, got 0\.0"),
        ({"clip": -0.01}, r"clip must be > 0 or None, got -0\.01"),
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_refused_with_the_value(tiny, changes, message):
    with pytest.raises(InputError, match=message):
        tiny.changed(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 2**31 - 1}, {"seed": 0}, {"real_label": 1}, {"real_label": 0.01}, {"beta_1": 0},
        {"optimizer": "rmsprop", "beta_1": None}, {"order": "simultaneous"}, {"d_steps": 5},
        {"grid": (1, 1)}, {"image_shape": (1, 1, 3)}, {"steps": 1}, {"clip": 1e-9},
        {"penalty": "r1", "penalty_weight": 1e-9}, {"objective": "wasserstein"},
        {"penalty": "gradient", "penalty_weight": 10, "order": "simultaneous"},
    ],
    ids=str,
)  # fmt: skip
def test_the_ends_of_the_ranges_are_allowed(tiny, changes):
    kept = tiny.changed(**changes)
    assert {name: getattr(kept, name) for name in changes} == changes


def test_an_unknown_field_gets_the_nearest_name(tiny):
    with pytest.raises(InputError, match=r"unknown recipe field 'batchsize'; did you mean 'batch_"):
        tiny.changed(batchsize=3)
    with pytest.raises(InputError, match="unknown recipe field 'stepz'; did you mean 'steps'"):
        Recipe.from_json({**tiny.to_json(), "stepz": 3})


def test_a_missing_field_is_named(tiny):
    fields = tiny.to_json()
    del fields["batch_size"]
    with pytest.raises(InputError, match="batch_size"):
        Recipe.from_json(fields)


def test_differences_are_the_fields_that_train_differently(tiny):
    other = tiny.changed(steps=9, beta_1=0.9, about="another text", cpu_minutes=77)
    assert tiny.differences(other) == {"steps": (6, 9), "beta_1": (0.5, 0.9)}
    assert other.differences(tiny) == {"steps": (9, 6), "beta_1": (0.9, 0.5)}
    assert tiny.differences(tiny.changed()) == {}


def test_images_per_step_counts_every_discriminator_update(tiny):
    assert tiny.images_per_step == 5
    assert tiny.changed(d_steps=3).images_per_step == 15


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({}, (20, 40, 80, 160)),  # after log_every steps, then twice as many, below sample_every
        ({"early_sample": 7, "sample_every": 50}, (7, 14, 28)),
        ({"early_sample": 25, "sample_every": 200}, (25, 50, 100)),  # 200 is due anyway
        ({"early_sample": 300}, ()),
        ({"log_every": 500, "distance_every": 0}, ()),
        ({"steps": 80}, (20, 40)),  # the last step is due anyway
    ],
)
def test_early_grids_are_made_after_twice_as_many_steps_each_time(changes, steps):
    assert recipe("demo", **changes).early_samples == steps


@pytest.mark.parametrize("name", RECIPES)
def test_early_grids_are_a_handful(name):
    assert len(RECIPES[name].early_samples) <= 5
