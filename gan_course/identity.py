"""What makes a run what it is: the description in recipe.json, and the refusal of another run.

In: a recipe, an objective, images. Out: a description that `json` can write; or an InputError with
the fields in which the run in the folder differs. Nothing here trains.
"""

import platform

import numpy as np

import gan_course
from gan_course import history, objectives
from gan_course.backend import keras, tf
from gan_course.data import ImageSet
from gan_course.errors import InputError
from gan_course.objectives import Objective
from gan_course.run import stored_recipe
from gan_course.rundir import RunDir
from gan_course.schema import Recipe


def describe(recipe: Recipe, objective: Objective, data: ImageSet) -> dict:
    """What recipe.json holds: all that makes the run what it is, and what it was made with."""
    return {
        "recipe": recipe.to_json(),
        "objective": objective.name,
        "losses": objectives.fingerprint(objective),
        "data": {"fingerprint": data.fingerprint(), "images": len(data.x_train)},
        "pixels": _pixels(data.x_train),
        "made_with": {
            "gan_course": gan_course.__version__,
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    }


def _pixels(images: np.ndarray) -> dict[str, float]:
    """Of up to 1,000 training images, as bytes: for the doctor, who may not have the images."""
    some = images[:: -(-len(images) // 1000)]
    low, high = int(some.min()), int(some.max())
    return {"min": low, "max": high, "deviation": round(float(some.std()), 3)}


def check_same_run(run_dir: RunDir, recipe: Recipe, description: dict) -> None:
    """One folder, one run: refuse with the fields that differ."""
    differences = stored_recipe(run_dir).differences(recipe)
    if recipe.final_rate == 1:  # more steps make a longer run, not another one
        differences.pop("steps", None)
    differences.pop("steps_per_call", None)  # the same steps, in other portions
    stored = run_dir.read_recipe()
    for key in ("objective", "losses", "data"):
        if stored.get(key) != description[key]:
            differences[key] = (stored.get(key), description[key])
    if differences:
        fields = ", ".join(
            f"{name}: {there!r} there, {now!r} now" for name, (there, now) in differences.items()
        )
        raise InputError(
            f"{run_dir.path} holds another run ({fields}); choose another folder, "
            "or the same recipe to go on with it"
        )


def check_progress(run_dir: RunDir, recipe: Recipe, done: int) -> None:
    """Raises InputError if the run has more steps than the recipe, or a damaged history."""
    if done > recipe.steps:
        raise InputError(
            f"{run_dir.path} has made {done} steps already, more than steps={recipe.steps}; "
            "ask for more steps or choose another folder"
        )
    if run_dir.history.exists():
        history.read(run_dir.history)  # a damaged one is refused before anything is written
