"""What to try where something is lost between an image and what becomes of it.

In: a recipe from image to image. Out: (fields with new values, why), as in `remedies`.
"""

from gan_course.measures.diagnosis.remedies import Remedy
from gan_course.recipes.schema import Recipe


def truer(recipe: Recipe) -> Remedy | None:
    """A generator that is held to the truth, or to the way back."""
    name = "l1_weight" if hasattr(recipe, "l1_weight") else "cycle_weight"
    weight = max(10.0, 2 * getattr(recipe, name))
    return {name: weight}, "an answer must tell its question"


def bolder(recipe: Recipe) -> Remedy | None:
    """Copying costs nothing where a target is to become itself, and all is to come home."""
    if getattr(recipe, "identity_weight", 0) > 0:
        return {"identity_weight": 0.0}, "the identity loss rewards copying"
    weight = getattr(recipe, "cycle_weight", 0)
    return ({"cycle_weight": weight / 2}, "a copy comes home easily") if weight else None


def another_start(recipe: Recipe) -> Remedy:
    """Which class becomes which is settled early, by chance."""
    return {"seed": recipe.seed + 1}, "which class becomes which is settled early, by chance"


def noise_on_the_way(recipe: Recipe) -> Remedy | None:
    """What is written in faint pixels drowns."""
    if not hasattr(recipe, "cycle_noise"):
        return None
    return {"cycle_noise": max(0.1, 2 * recipe.cycle_noise)}, "faint pixels drown in noise"
