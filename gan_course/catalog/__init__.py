"""RECIPES: every number that the chapters use, in one place.

A reference recipe is faithful to its source. Its `*_quick` sister shows the same point on two CPU
cores in minutes: smaller networks and fewer steps, on the same data.
"""

from gan_course.catalog import dcgan, fashion, quickdraw, ring, vanilla, wgan, wgan_gp
from gan_course.schema import Recipe

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for chapter in (vanilla, dcgan, quickdraw, ring, wgan, wgan_gp, fashion)
    for recipe in chapter.RECIPES
}
