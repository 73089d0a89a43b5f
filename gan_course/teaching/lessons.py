"""lesson(name): the recipe a notebook trains, sized by the profile.

`GAN_COURSE_PROFILE` is read here and nowhere else:

  quick   the `*_quick` recipe: minutes on a CPU (the default)
  full    the reference recipe, faithful to its source: for a GPU
  smoke   a few steps on the embedded stand-in of the data: seconds, for CI anywhere
"""

import os

from gan_course.base.errors import unknown_name
from gan_course.data import stand_in
from gan_course.recipes import RECIPES, recipe
from gan_course.recipes.schema import Recipe

PROFILE = "GAN_COURSE_PROFILE"
PROFILES = ("quick", "full", "smoke")
_QUICK_MINUTES = 3
_SMOKE = dict(steps=8, batch_size=8, log_every=1, sample_every=2, checkpoint_every=4)


def lesson(name: str, /, **changes) -> Recipe:
    """The recipe `name` of a chapter in the size of the profile; prints one line about it.

    Args:
      name: a reference recipe, such as "dcgan_mnist"; or the name of a quick one without its
        `_quick`, which in the full profile stands in for a reference that there is not.
      changes: fields to change, as in `recipe`; in the smoke profile the sizes stay small.

    Raises:
      InputError: for an unknown name, field or profile.
    """
    profile = os.environ.get(PROFILE) or "quick"
    if profile not in PROFILES:
        raise unknown_name(PROFILE, profile, PROFILES)
    base = name if profile == "full" and name in RECIPES else _quick(name)
    chosen = recipe(base, **changes)
    if profile == "smoke":
        chosen = chosen.changed(
            dataset=stand_in(chosen.dataset),
            name=f"{chosen.name.removesuffix('_quick')}_smoke",
            **{**_SMOKE, **chosen.smoke},
        )
    cost = "a few seconds" if profile == "smoke" else _cost(base, chosen, changes)
    print(
        f"Profile {profile!r}: recipe {chosen.name!r}, {chosen.steps:,} steps on "
        f"{chosen.dataset!r}, {cost}."
    )
    return chosen


def _quick(name: str) -> str:
    """The quick sister, or the recipe itself where it takes no longer than one."""
    if f"{name}_quick" in RECIPES:
        return f"{name}_quick"
    if name in RECIPES and RECIPES[name].cpu_minutes <= _QUICK_MINUTES:
        return name
    quick = (n for n in RECIPES if RECIPES[n].cpu_minutes <= _QUICK_MINUTES)
    raise unknown_name("lesson", name, {n.removesuffix("_quick") for n in quick})


def _cost(base: str, chosen: Recipe, changes: dict) -> str:
    """The measured minutes, scaled by the steps; other changes make it a rough figure."""
    minutes = chosen.cpu_minutes * chosen.steps / RECIPES[base].steps
    about = "roughly" if set(changes) - {"steps", "seed", "name"} else "about"
    if minutes < 1.5:
        return f"{about} {round(minutes * 60, -1):.0f} s of training on two CPU cores"
    return f"{about} {minutes:.0f} minutes of training on two CPU cores"
