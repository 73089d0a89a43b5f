"""Recipes by name, with changes. See catalog.py for the numbers and schema.py for the fields."""

from gan_course.catalog import RECIPES
from gan_course.errors import unknown_name
from gan_course.schema import Recipe

__all__ = ["RECIPES", "recipe"]


def recipe(name: str, /, **changes) -> Recipe:
    """A copy of the recipe of that name, with changes: `recipe("demo", steps=500, seed=1)`.

    Raises:
      InputError: for a name or a field that does not exist (with the nearest one that does), and
        for a value out of range.
    """
    if name not in RECIPES:
        raise unknown_name("recipe", name, RECIPES)
    return RECIPES[name].changed(**changes)
