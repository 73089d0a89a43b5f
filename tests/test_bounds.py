"""Bounds beside the fields of a recipe: where they are checked, and in which words."""

from dataclasses import dataclass, fields
from typing import Annotated, ClassVar, Literal

import e2e
import pytest

from gan_course.base.errors import InputError
from gan_course.recipes import RECIPES
from gan_course.recipes.bounds import Bound, above, at_least, fitted, within
from gan_course.recipes.schema import Recipe

EVEN = Bound(lambda number: number % 2 == 0, "even")


@pytest.mark.parametrize(
    ("hint", "given", "kept"),
    [
        (int, 3.0, 3),
        (float, 3, 3.0),
        (str, "3", "3"),
        (bool, True, True),
        (Annotated[int, above(2)], 3, 3),
        (Annotated[int, at_least(3)], 3, 3),
        (Annotated[float, within(0, 1)], 0, 0.0),
        (Annotated[float, within(0, 1, "(]")], 1, 1.0),
        (Annotated[int, above(0), EVEN], 4, 4),
        (Annotated[int, above(0)] | None, None, None),
        (Annotated[float, above(0)] | None, 2, 2.0),
        (Literal["cat", "dog"], "dog", "dog"),
        (Literal["cat", "dog"] | None, None, None),
        (tuple[str, ...], ["a"], ("a",)),
        (tuple[int, int], [2.0, 3], (2, 3)),
    ],
)
def test_a_value_within_bounds_comes_back_in_the_field_s_own_type(hint, given, kept):
    found = fitted("pets", hint, given)
    assert found == kept and type(found) is type(kept)


@pytest.mark.parametrize(
    ("hint", "given", "message"),
    [
        (Annotated[int, above(2)], 2, "pets must be > 2, got 2"),
        (Annotated[int, at_least(3)], 2, "pets must be >= 3, got 2"),
        (Annotated[float, within(0, 1)], 1, "pets must be in [0, 1), got 1.0"),
        (Annotated[float, within(0, 1)], -0.1, "pets must be in [0, 1), got -0.1"),
        (Annotated[float, within(0, 1, "(]")], 0, "pets must be in (0, 1], got 0.0"),
        (Annotated[float, within(0, 1, "(]")], 1.1, "pets must be in (0, 1], got 1.1"),
        (Annotated[int, above(0), EVEN], 3, "pets must be even, got 3"),
        (Annotated[int, above(0), EVEN], -2, "pets must be > 0, got -2"),
        (Annotated[int, above(0)] | None, 0, "pets must be > 0 or None, got 0"),
        (Annotated[int, above(0)], None, "pets must be a whole number, got None"),
        (int, 2.5, "pets must be a whole number, got 2.5"),
        (int, True, "pets must be a whole number, got True"),
        (int, float("inf"), "pets must be a whole number, got inf"),
        (float, float("nan"), "pets must be a finite number, got nan"),
        (float, "2", "pets must be a finite number, got '2'"),
        (str, 2, "pets must be a string, got 2"),
        (bool, 1, "pets must be True, False, got 1"),
        (bool | None, "no", "pets must be True, False or None, got 'no'"),
        (Literal["cat", "dog"], "dug", "unknown pets 'dug'; did you mean 'dog'?"),
        (Literal["cat", "dog"], None, "pets must be a string, got None"),
        (Literal["cat", "dog"] | None, ["cat"], "pets must be a string or None, got ['cat']"),
        (Literal["cat", "dog"], "horse", "unknown pets 'horse'; known: cat, dog"),
        (tuple[str, ...], "cat", "pets must be a tuple of strings, got 'cat'"),
        (tuple[int, int], (1, 2, 3), "pets must be two whole numbers, got (1, 2, 3)"),
    ],
)
def test_another_value_is_refused_with_the_field_the_bound_and_what_was_given(hint, given, message):
    with pytest.raises(InputError) as refused:
        fitted("pets", hint, given)
    assert str(refused.value) == message


@pytest.fixture
def walk(monkeypatch):
    """A recipe of a game of its own, as a file of a new game would write it."""
    monkeypatch.setattr("gan_course.recipes.schema._GAMES", {})

    @dataclass(frozen=True, kw_only=True)
    class Walk(Recipe):
        game: ClassVar[str] = "walk"
        stride: Annotated[float, within(0, 1, "(]")] = 0.5
        pause: Annotated[int, EVEN] | None = None

    general = {field.name: getattr(e2e.tiny(), field.name) for field in fields(Recipe)}
    return Walk(**general)


def test_the_fields_that_a_game_adds_are_checked_as_those_of_every_run(walk):
    assert walk.changed(stride=1, pause=4.0).pause == 4
    for changes, message in (
        ({"stride": 0}, r"stride must be in \(0, 1\], got 0\.0"),
        ({"pause": 3}, "pause must be even or None, got 3"),
        ({"batch_size": 0}, "batch_size must be > 0, got 0"),
        ({"strid": 1}, "unknown recipe field 'strid'; did you mean 'stride'"),
        ({"latent_dim": 3}, "unknown recipe field 'latent_dim'"),
    ):
        with pytest.raises(InputError, match=message):
            walk.changed(**changes)


def test_json_names_the_game_and_comes_back_as_its_recipe(walk):
    told = walk.changed(pause=2).to_json()
    assert (told["game"], told["stride"], told["pause"]) == ("walk", 0.5, 2)
    back = Recipe.from_json(told)
    assert back == walk.changed(pause=2) and type(back) is type(walk)
    with pytest.raises(InputError, match="unknown game 'wlk'; did you mean 'walk'"):
        Recipe.from_json({**told, "game": "wlk"})


def test_recipes_of_two_games_differ_in_the_game_and_in_what_only_one_has(walk):
    found = e2e.tiny().differences(walk)
    assert found["game"] == ("adversarial", "walk")
    assert found["stride"] == (None, 0.5) and found["latent_dim"] == (4, None)
    assert "batch_size" not in found


def test_names_of_fields_from_before_are_read_and_no_longer_written():
    recipe = e2e.tiny(noise="uniform", early_sample=7, layer_dtype="mixed_bfloat16")
    told = recipe.to_json()
    assert not {"latent", "first_sample", "precision"} & set(told)
    old = dict(noise="latent", early_sample="first_sample", layer_dtype="precision", game=None)
    before = {old.get(name, name): value for name, value in told.items()}
    del before[None]
    assert Recipe.from_json(before) == recipe


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_survives_a_trip_through_json(name):
    recipe = RECIPES[name]
    assert Recipe.from_json(recipe.to_json()) == recipe
