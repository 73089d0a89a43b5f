"""RECIPES: every number that the chapters use, in one place.

A reference recipe is faithful to its source. Its `*_quick` sister shows the same point on two CPU
cores in minutes: smaller networks and fewer steps, on the same data. Recipes named after minutes
are tuned for so many.
"""

from gan_course.base.errors import InputError, unknown_name
from gan_course.recipes import (
    budget,
    conditional,
    cycle,
    dcgan,
    fashion,
    pix2pix,
    quickdraw,
    ring,
    style,
    vanilla,
    wgan,
    wgan_gp,
)
from gan_course.recipes.schema import Recipe

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for chapter in (
        vanilla,
        dcgan,
        quickdraw,
        ring,
        wgan,
        wgan_gp,
        fashion,
        conditional,
        pix2pix,
        cycle,
        style,
        budget,
    )
    for recipe in chapter.RECIPES
}


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
