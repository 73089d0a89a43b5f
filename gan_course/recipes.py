"""Recipes by name, with changes. See catalog.py for the numbers and schema.py for the fields."""

from gan_course.catalog import RECIPES
from gan_course.errors import InputError, unknown_name
from gan_course.schema import Recipe

__all__ = ["RECIPES", "as_recipe", "recipe"]


def recipe(name: str, /, **changes) -> Recipe:
    """A copy of the recipe of that name, with changes: `recipe("demo", steps=500, seed=1)`.

    Raises:
      InputError: for a name or a field that does not exist (with the nearest one that does), and
        for a value out of range.
    """
    if not isinstance(name, str):
        raise InputError(f"a recipe has a name, such as 'demo', got {name!r}")
    if name not in RECIPES:
        raise unknown_name("recipe", name, RECIPES)
    return RECIPES[name].changed(**changes)


def as_recipe(given: Recipe | str) -> Recipe:
    """The recipe that somebody gives, or gives the name of.

    Raises:
      InputError: for an unknown name, and for anything that is neither.
    """
    if isinstance(given, Recipe):
        return given
    if isinstance(given, str):
        return recipe(given)
    hint = "; Recipe.from_json makes one of a dictionary" if isinstance(given, dict) else ""
    raise InputError(
        f"expected a Recipe or the name of one, got {type(given).__name__} {given!r:.60}{hint}"
    )
