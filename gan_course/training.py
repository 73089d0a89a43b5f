"""train: from a recipe to a run folder.

In: a recipe and a folder. Out: a `Run`, whose files are listed in rundir.py. The folder's own run
is continued: stopped at any moment and started again, it ends with the same weights and the same
history (timings aside) as one that was never stopped.
"""

import contextlib
import platform
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import gan_course
from gan_course import history, loop, objectives, state
from gan_course import hooks as default_hooks
from gan_course.backend import keras, tf
from gan_course.data import ImageSet, load
from gan_course.data.batches import Batches
from gan_course.errors import InputError, TrainingDiverged
from gan_course.loop import Hook
from gan_course.objectives import Objective
from gan_course.recipes import recipe as find_recipe
from gan_course.run import Run, restore_newest, stored_recipe
from gan_course.rundir import RunDir, atomic_write
from gan_course.schema import Recipe


def train(
    recipe: Recipe | str,
    out: str | Path,
    *,
    objective: Objective | None = None,
    data: ImageSet | None = None,
    hooks: Sequence[Hook] = (),
    progress: bool = True,
) -> Run:
    """Train a recipe in the folder `out`, or go on with the run that is there.

    Args:
      recipe: a Recipe, or the name of one.
      objective: what the players minimise, in place of the recipe's objective, penalty and clip.
      data: the images, in place of `load(recipe.dataset)`.
      hooks: your own, called with (step, state, scalars) after every step, after the default ones.
      progress: show what is trained, and a progress bar.

    Raises:
      InputError: for anything wrong with the recipe, the data or the folder; before any file of
        an earlier run is touched.
      TrainingDiverged: if a loss becomes NaN; the last healthy checkpoint stays.
      KeyboardInterrupt: after Ctrl-C, once everything is saved.
    """
    recipe = find_recipe(recipe) if isinstance(recipe, str) else recipe
    data = data if data is not None else load(recipe.dataset, recipe.image_shape)
    batches = _batches(recipe, data)
    chosen = objectives.of_recipe(recipe, objective)
    train_state = state.create(recipe)  # all that can be wrong with the input shows by now
    description = _description(recipe, chosen, data)
    run_dir = RunDir(out)
    with run_dir.locked():
        if run_dir.recipe.exists():
            _check_same_run(run_dir, recipe, description)
        done = restore_newest(run_dir, train_state) or 0
        _check_progress(run_dir, recipe, done)
        run_dir.write_recipe(description)
        if progress:
            print(_headline(recipe, data, run_dir, done))
        _train_on(run_dir, recipe, chosen, batches, train_state, done, hooks, progress)
        run = Run(run_dir.path)
        run.state = train_state  # the cached property: no need to read the checkpoint again
        _write_results(run)
    return run


def _batches(recipe: Recipe, data: ImageSet) -> Batches:
    if data.image_shape != recipe.image_shape:
        raise InputError(
            f"recipe {recipe.name!r} makes images of {recipe.image_shape}, but the images of "
            f"{data.name!r} are {data.image_shape}; choose another dataset or recipe"
        )
    return Batches(data.x_train, recipe.batch_size, recipe.d_steps, recipe.seed)


def _description(recipe: Recipe, objective: Objective, data: ImageSet) -> dict:
    """What recipe.json holds: all that makes the run what it is, and what it was made with."""
    return {
        "recipe": recipe.to_json(),
        "objective": objective.name,
        "losses": objectives.fingerprint(objective),
        "data": {"fingerprint": data.fingerprint(), "images": len(data.x_train)},
        "made_with": {
            "gan_course": gan_course.__version__,
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    }


def _check_same_run(run_dir: RunDir, recipe: Recipe, description: dict) -> None:
    """One folder, one run: refuse with the fields that differ."""
    differences = stored_recipe(run_dir).differences(recipe)
    differences.pop("steps", None)  # more steps make a longer run, not another one
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


def _check_progress(run_dir: RunDir, recipe: Recipe, done: int) -> None:
    if done > recipe.steps:
        raise InputError(
            f"{run_dir.path} has made {done} steps already, more than steps={recipe.steps}; "
            "ask for more steps or choose another folder"
        )
    if run_dir.history.exists():
        history.read(run_dir.history)  # a damaged one is refused before anything is written


def _headline(recipe: Recipe, data: ImageSet, run_dir: RunDir, done: int) -> str:
    where = f"{run_dir.path}" + (f", going on after step {done:,}" if done else "")
    return (
        f"{recipe.name}, seed {recipe.seed}: {recipe.steps:,} steps of {recipe.batch_size} images; "
        f"{data.name}, {len(data.x_train):,} images {data.source}; in {where}"
    )


def _train_on(run_dir, recipe, objective, batches, train_state, done, own_hooks, progress) -> None:
    """From step `done` to the recipe's last, with the default hooks; saves when interrupted."""
    compiled = loop.compile_step(train_state, objective, recipe)
    rows = history.restart(run_dir.history, done, list(compiled.structured_outputs))
    run_dir.forget_after(done)
    save = default_hooks.save_checkpoint(run_dir)
    grid = default_hooks.save_samples(run_dir, recipe)
    log = default_hooks.log_history(run_dir, recipe, rows[-1]["seconds"] if rows else 0.0)
    last = recipe.steps
    watched = [
        default_hooks.every(recipe.log_every, default_hooks.nan_stop, last),
        default_hooks.every(recipe.checkpoint_every, default_hooks.nan_stop, last),
        default_hooks.every(recipe.log_every, log, last),
        default_hooks.at(recipe.first_sample, grid),
        default_hooks.every(recipe.sample_every, grid, last),
        default_hooks.every(recipe.checkpoint_every, save, last),
    ]
    if done == 0:
        grid(0, train_state, {})  # the untrained generator: the first frame
    bar = default_hooks.progress_bar(done, last) if progress else contextlib.nullcontext()
    with default_hooks.interrupt_flag() as interrupted, _explained(run_dir):
        with bar as advance:
            all_hooks = [*watched, *own_hooks, *([advance] if progress else [])]
            loop.fit(train_state, compiled, batches, range(done, last), all_hooks, interrupted)
        made = int(train_state.step)
        if made < last and interrupted():
            save(made, train_state, {})
            raise KeyboardInterrupt(
                f"stopped after step {made:,}, everything is saved in {run_dir.path}; "
                "run the same again and it goes on from there"
            )


@contextlib.contextmanager
def _explained(run_dir: RunDir):
    """Add to a divergence what is safe, and what to try."""
    try:
        yield
    except TrainingDiverged as error:
        healthy = run_dir.checkpoint_files()
        kept = f"the last healthy checkpoint is {healthy[-1]}" if healthy else "none was saved yet"
        raise TrainingDiverged(
            f"{error}; {kept}. Try a lower learning rate, another seed or objective, "
            "in another folder"
        ) from None


def _write_results(run: Run) -> None:
    """What a finished run shows: the curves, the animation, the generator for plain Keras."""
    from gan_course import plots

    with atomic_write(run.dir.curves) as file:
        about = {"Recipe": run.recipe.name, "Step": str(run.step), "Seed": str(run.recipe.seed)}
        curves = plots.history(run.history, run.recipe)
        curves.savefig(file, format="png", dpi=110, metadata=about)
    run.write_gif()
    with tempfile.TemporaryDirectory() as elsewhere, atomic_write(run.dir.generator) as file:
        saved = Path(elsewhere) / "generator.keras"  # Keras wants a path, with this ending
        run.generator.save(saved)
        file.write(saved.read_bytes())
