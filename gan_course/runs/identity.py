"""What makes a run what it is: the description in recipe.json, and the refusal of another run.

In: a game. Out: a description that `json` can write; or an InputError with the fields in which the
run in the folder differs. What the promise of the same bits depends on is written down for each
session, and a session that differs from the one before says so. Nothing here trains.
"""

import os
import platform
import warnings

import numpy as np

import gan_course
from gan_course.base import device
from gan_course.base.backend import keras, processor_name, tf, usable_cores
from gan_course.base.errors import InputError, RunWarning
from gan_course.games.game import Game
from gan_course.models import fast
from gan_course.recipes.schema import Recipe
from gan_course.runs import history
from gan_course.runs.rundir import RunDir
from gan_course.runs.stored import stored_recipe

_ONLY_TOLD = ("reference_lines", "pixels", "architecture")  # they follow from the rest
_IF_OWN = ("networks", "d_update", "g_update")  # not there where they are the library's
_HARMLESS = ("from_step", "python")  # they round nothing


def describe(game: Game) -> dict:
    """What recipe.json holds: all that makes the run what it is. `made_with`, see `session`, is
    added to it."""
    return {"recipe": game.recipe.to_json(), **game.identity()}


def headline(game: Game, run_dir: RunDir, done: int) -> str:
    """What is trained, on what, and where, in one line; `done` steps are made already."""
    recipe, data, where = game.recipe, game.data, f"{run_dir.path}"
    if done == recipe.steps:
        where += ", where all steps are made already"
    elif done:
        where += f", going on after step {done:,}"
    counts = recipe.batch_size, len(data.x_train)
    of, known = (f"{each:,} image{'s' if each != 1 else ''}" for each in counts)
    return (
        f"{recipe.name}, seed {recipe.seed}: {recipe.steps:,} steps of {of}; "
        f"{data.name}, {known} {data.source}; in {where}"
    )


def session(recipe: Recipe, replicas: int | None, done: int) -> dict:
    """What one session computes with: on all of it depends whether the bits are the same again.

    Args:
      replicas: of a `tf.distribute` strategy, if there is one.
      done: steps that earlier sessions have made.
    """
    gpus = tf.config.list_physical_devices("GPU")
    threading = tf.config.threading
    return {
        "from_step": done,
        "gan_course": gan_course.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "device": f"{len(gpus)} GPU" if gpus else "CPU",
        "processor": processor_name(),
        "cores": usable_cores(),
        "threads_an_operation": threading.get_intra_op_parallelism_threads(),
        "operations_at_a_time": threading.get_inter_op_parallelism_threads(),
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS"),
        "xla": replicas is None and device.jit(recipe.jit),
        "layers": ", ".join(fast.active()) or "keras",
        "layer_dtype": device.policy(recipe.layer_dtype),
        "replicas": replicas or 1,
    }


def sessions_of(stored: dict) -> list[dict]:
    """The sessions that recipe.json tells of; an older one knows its last session alone."""
    known = stored.get("made_with", [])
    return [known] if isinstance(known, dict) else known


def say_what_changed(run_dir: RunDir, before: list[dict], now: dict) -> None:
    """A RunWarning if this session computes with something else than the one before it."""
    if not before:
        return
    last = before[-1]
    changed = [
        f"{name} {last[name]} then, {now[name]} now"
        for name in now
        if name in last and name not in _HARMLESS and last[name] != now[name]
    ]
    if changed:
        warnings.warn(
            f"{run_dir.path} goes on with something else than it was made with so far "
            f"({'; '.join(changed)}): its weights will differ in the last digits from those of a "
            "run that was never stopped",
            RunWarning,
            stacklevel=3,
        )


def check_same_run(run_dir: RunDir, recipe: Recipe, description: dict) -> None:
    """One folder, one run: refuse with the fields that differ."""
    differences = stored_recipe(run_dir).differences(recipe)
    if recipe.can_go_on:
        differences.pop("steps", None)
    differences.pop("steps_per_call", None)  # the same steps, in other portions
    stored = run_dir.read_recipe()
    for key in dict.fromkeys([*description, *_IF_OWN]):
        there, now = stored.get(key), description.get(key)
        if key not in ("recipe", *_ONLY_TOLD) and there != now:
            differences[key] = (there, now)
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
