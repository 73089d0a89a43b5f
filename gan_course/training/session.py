"""train: from a recipe to a run folder.

In: a recipe and a folder. Out: a `Run`, whose files are listed in rundir.py. The folder's own run
is continued: stopped at any moment and started again, it ends with the same weights and the same
history (timings aside) as one that was never stopped.
"""

import contextlib
import math
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gan_course.base.backend import late_start
from gan_course.base.errors import RunWarning, TrainingDiverged
from gan_course.base.files import atomic_write
from gan_course.data import ImageSet, as_image_set
from gan_course.data.batches import Batches
from gan_course.games import objectives, state
from gan_course.games.adversarial import batches_of
from gan_course.games.objectives import Objective
from gan_course.games.state import TrainState
from gan_course.measures.diagnosis import Watch
from gan_course.measures.evaluation import DistanceMeter
from gan_course.measures.features import features_for
from gan_course.models import build
from gan_course.recipes import as_recipe
from gan_course.recipes.schema import Recipe
from gan_course.run import Run
from gan_course.runs import history, plots
from gan_course.runs.identity import (
    check_progress,
    check_same_run,
    describe,
    say_what_changed,
    session,
    sessions_of,
)
from gan_course.runs.rundir import RunDir
from gan_course.runs.stored import restore_newest
from gan_course.training import distributed, loop
from gan_course.training import hooks as default_hooks
from gan_course.training.loop import Hook


def train(
    recipe: Recipe | str,
    out: str | Path,
    *,
    objective: Objective | str | None = None,
    data: ImageSet | np.ndarray | str | None = None,
    hooks: Sequence[Hook] | Hook | None = (),
    progress: bool = True,
    strategy: distributed.Strategy | str | None = None,
) -> Run:
    """Train a recipe in the folder `out`, or go on with the run that is there.

    Args:
      recipe: a Recipe, or the name of one.
      objective: what the players minimise, in place of the recipe's objective, penalty and clip;
        an Objective or the name of one.
      data: the images, in place of `load(recipe.dataset)`: an ImageSet, uint8 (N, H, W, C), or the
        name of a dataset.
      hooks: your own, one or several, called with (step, state, scalars) after every step, or
        after every `recipe.steps_per_call` where the recipe has a number; the default ones first.
      progress: show what is trained, and a progress bar.
      strategy: a `tf.distribute` strategy, or the name of one, over whose replicas each batch is
        shared out. Several workers call this with the same folder, which all can read; the chief
        writes.

    Raises:
      InputError: for anything wrong with the recipe, the data or the folder; before any file of
        an earlier run is touched.
      TrainingDiverged: if a loss becomes NaN; the last healthy checkpoint stays.
      KeyboardInterrupt: after Ctrl-C, once everything is saved.
    """
    run_dir, recipe = RunDir(out), as_recipe(recipe)
    strategy = distributed.strategy(strategy) if isinstance(strategy, str) else strategy
    data = as_image_set(recipe.dataset if data is None else data, recipe.image_shape)
    batches, hooks = batches_of(recipe, data), default_hooks.as_hooks(hooks)
    chosen = objectives.of_recipe(recipe, objective)
    meter = DistanceMeter(recipe, data, features_for(data)) if recipe.distance_every else None
    with distributed.scope(strategy, recipe.batch_size):
        train_state = state.create(recipe)  # all that can be wrong with the input shows by now
    if not distributed.is_chief(strategy):
        return _follow(run_dir, recipe, chosen, batches, train_state, strategy)
    description, sessions = describe(recipe, chosen, data, objective), []
    if (late := late_start()) is not None:
        warnings.warn(late, RunWarning, stacklevel=2)
    with run_dir.locked():
        if run_dir.recipe.exists():
            check_same_run(run_dir, recipe, description)
            sessions = sessions_of(run_dir.read_recipe())
        done = restore_newest(run_dir, train_state) or 0
        check_progress(run_dir, recipe, done)
        distributed.check_same_start(strategy, done)
        now = session(recipe, strategy and strategy.num_replicas_in_sync, done)
        if done < recipe.steps:
            say_what_changed(run_dir, sessions, now)
        if progress:
            print(_headline(recipe, data, run_dir, done))
        alone = not hooks and strategy is None  # nobody asked to see every single step
        calls = loop.steps_per_call(recipe, done) if alone else recipe.steps_per_call or 1
        compiled = loop.compile_step(train_state, chosen, recipe, strategy, calls)
        if done < recipe.steps or not sessions:  # else there is nothing left to compute
            sessions = [*sessions, now]
        run_dir.write_recipe({**description, "made_with": sessions})
        run_dir.write_failure(None)
        columns = [*compiled.structured_outputs, *(["distance"] if meter else [])]
        rows = history.restart(run_dir.history, done, columns)
        run_dir.forget_after(done)
        if done == 0:  # the untrained generator: the first frame
            default_hooks.save_samples(run_dir, recipe)(0, train_state, {})
        watched = [*_hooks(run_dir, recipe, meter, rows), *hooks]
        with contextlib.ExitStack() as open_bar:
            if progress and done < recipe.steps:
                untrained = train_state.sampler if done == 0 else build(recipe)[0]
                watch = Watch(recipe, data, untrained)
                watched.append(default_hooks.every(recipe.log_every, watch))
                bar = default_hooks.progress_bar(done, recipe.steps, lambda: watch.concern)
                watched.append(open_bar.enter_context(bar))
            steps = range(done, recipe.steps)
            _train_on(run_dir, compiled, batches, train_state, steps, watched, calls)
        run = Run(run_dir.path)
        run.state = train_state  # the cached property: no need to read the checkpoint again
        _write_results(run)
    return run


def _follow(
    run_dir: RunDir,
    recipe: Recipe,
    objective: Objective,
    batches: Batches,
    train_state: TrainState,
    strategy: distributed.Strategy,
) -> Run:
    """What a worker does who is not the chief: the same steps, and no files."""
    done = restore_newest(run_dir, train_state) or 0
    distributed.check_same_start(strategy, done)
    calls = recipe.steps_per_call or 1
    compiled = loop.compile_step(train_state, objective, recipe, strategy, calls)
    stops = [
        default_hooks.every(count, default_hooks.nan_stop, recipe.steps)
        for count in (recipe.log_every, recipe.checkpoint_every)
    ]
    steps = range(done, recipe.steps)
    loop.fit(train_state, compiled, batches, steps, stops, steps_per_call=calls)
    run = Run(run_dir.path)
    run.state = train_state
    return run


def _headline(recipe: Recipe, data: ImageSet, run_dir: RunDir, done: int) -> str:
    where = f"{run_dir.path}"
    if done == recipe.steps:
        where += ", where all steps are made already"
    elif done:
        where += f", going on after step {done:,}"
    return (
        f"{recipe.name}, seed {recipe.seed}: {recipe.steps:,} steps of {recipe.batch_size} images; "
        f"{data.name}, {len(data.x_train):,} images {data.source}; in {where}"
    )


def _hooks(
    run_dir: RunDir, recipe: Recipe, meter: DistanceMeter | None, rows: list[dict]
) -> list[Hook]:
    """What a run writes while it trains; `rows` is its history so far."""
    every, last = default_hooks.every, recipe.steps
    distance = None
    if meter is not None:
        best = min((row["distance"] for row in rows if row["distance"] >= 0), default=math.inf)
        distance = default_hooks.measure_distance(run_dir, meter, best)
    seconds = rows[-1]["seconds"] if rows else 0.0
    log = default_hooks.log_history(run_dir, recipe, seconds, distance)
    grid = default_hooks.save_samples(run_dir, recipe)
    return [
        every(recipe.log_every, default_hooks.nan_stop, last),
        every(recipe.checkpoint_every, default_hooks.nan_stop, last),
        every(recipe.log_every, log, last),
        default_hooks.at(recipe.first_sample, grid),
        every(recipe.sample_every, grid, last),
        every(recipe.checkpoint_every, default_hooks.save_checkpoint(run_dir), last),
    ]


def _train_on(
    run_dir: RunDir,
    compiled: loop.CompiledStep,
    batches: Batches,
    train_state: TrainState,
    steps: range,
    hooks: Sequence[Hook],
    steps_per_call: int,
) -> None:
    """Make these steps; saves when interrupted."""
    with default_hooks.interrupt_flag() as interrupted, _explained(run_dir):
        loop.fit(train_state, compiled, batches, steps, hooks, interrupted, steps_per_call)
        made = int(train_state.step.numpy())
        if made < steps.stop and interrupted():
            default_hooks.save_checkpoint(run_dir)(made, train_state, {})
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
        run_dir.write_failure(str(error))
        raise TrainingDiverged(
            f"{error}; {kept}. Try a lower learning rate, another seed or objective, "
            "in another folder"
        ) from None


def _write_results(run: Run) -> None:
    """What a finished run shows: the curves, the animation, the generator for plain Keras."""
    with atomic_write(run.dir.curves) as file:
        about = {"Recipe": run.recipe.name, "Step": str(run.step), "Seed": str(run.recipe.seed)}
        curves = plots.history(run.history, run.recipe)
        curves.savefig(file, format="png", dpi=110, metadata=about)
    run.write_gif()
    with tempfile.TemporaryDirectory() as elsewhere, atomic_write(run.dir.generator) as file:
        saved = Path(elsewhere) / "generator.keras"  # Keras wants a path, with this ending
        run.generator.save(saved)
        file.write(saved.read_bytes())
