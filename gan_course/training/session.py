"""train: from a recipe to a run folder, in one sitting or in several.

In: a recipe and a folder. Out: a `Run`, whose files are listed in rundir.py. The folder's own run
is continued: stopped at any moment and started again, it ends with the same weights and the same
history (timings aside) as one that was never stopped. No game is known here, only what all have.
"""

import contextlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gan_course.base.backend import check_settings, late_start
from gan_course.base.errors import RunWarning, TrainingDiverged
from gan_course.data import ImageSet, as_image_set
from gan_course.games import own
from gan_course.games.game import Game, game_of
from gan_course.games.objectives import Objective
from gan_course.games.state import State
from gan_course.measures.diagnosis import Watch
from gan_course.measures.evaluation import DistanceMeter
from gan_course.measures.features import features_for
from gan_course.recipes import as_recipe
from gan_course.recipes.schema import Recipe
from gan_course.run import Run
from gan_course.runs import history
from gan_course.runs.identity import (
    check_progress,
    check_same_run,
    describe,
    headline,
    say_what_changed,
    session,
    sessions_of,
)
from gan_course.runs.rundir import RunDir
from gan_course.runs.stored import restore_newest
from gan_course.training import distributed, loop
from gan_course.training import hooks as default_hooks
from gan_course.training.loop import Hook
from gan_course.training.results import write_results


def train(
    recipe: Recipe | str,
    out: str | Path,
    *,
    objective: Objective | str | None = None,
    networks: own.Networks | None = None,
    d_update: Callable | None = None,
    g_update: Callable | None = None,
    data: ImageSet | np.ndarray | str | None = None,
    hooks: Sequence[Hook] | Hook | None = (),
    progress: bool = True,
    strategy: distributed.Strategy | str | None = None,
    results: bool = True,
) -> Run:
    """Train a recipe in the folder `out`, or go on with the run that is there.

    Args:
      recipe: a Recipe, or the name of one.
      objective: an Objective, or its name, in place of the recipe's, its penalty and its clip.
      networks, d_update, g_update: one's own, in place of the library's; see `games.own`.
      data: in place of `load(recipe.dataset)`: an ImageSet, uint8 (N, H, W, C), or a name.
      hooks: one's own, called with (step, state, scalars) after each call of the compiled step.
      progress: say what is trained, and show a bar.
      strategy: of `tf.distribute`, or its name. Of several workers in a folder the chief writes.
      results: write the curves, the animation and the `.keras` files at the end.

    Raises:
      InputError: for whatever is wrong with these, before a file of an earlier run is touched.
      TrainingDiverged: if a loss becomes NaN; the last healthy checkpoint stays.
      KeyboardInterrupt: after Ctrl-C, once all is saved.
    """
    written = dict(objective=objective, networks=networks, d_update=d_update, g_update=g_update)
    sitting = prepare(recipe, out, written, data, hooks, strategy)
    sitting.progress, sitting.results = progress, results
    if sitting.writes and (late := late_start()) is not None:
        warnings.warn(late, RunWarning, stacklevel=2)
    with sitting.run_dir.locked() if sitting.writes else contextlib.nullcontext():
        sitting.resume()
        sitting.drive()
        return sitting.finish()


def prepare(
    recipe: Recipe | str,
    out: str | Path,
    written: dict | None = None,
    data: ImageSet | np.ndarray | str | None = None,
    hooks: Sequence[Hook] | Hook | None = (),
    strategy: distributed.Strategy | str | None = None,
) -> "Session":
    """All that can be wrong with what `train` is given shows here, before a file is touched;
    `written` are parts of one's own, by name."""
    check_settings()
    run_dir, recipe = RunDir(out), as_recipe(recipe)
    strategy = distributed.strategy(strategy) if isinstance(strategy, str) else strategy
    data = as_image_set(recipe.dataset if data is None else data, recipe.image_shape)
    game, hooks = game_of(recipe, data, **(written or {})), default_hooks.as_hooks(hooks)
    description = describe(game)
    meter = DistanceMeter(game, features_for(data)) if recipe.distance_every else None
    with distributed.scope(strategy, recipe.batch_size):
        state = game.start()
    return Session(run_dir, game, state, description, hooks, meter, strategy)


@dataclass
class Session:
    """One sitting: what was prepared, then `resume`, `drive` and `finish`, in this order.

    Of several workers only the chief `writes`; the others make the same steps, without a file.
    """

    run_dir: RunDir
    game: Game
    state: State
    description: dict
    own_hooks: list[Hook]
    meter: DistanceMeter | None = None
    strategy: distributed.Strategy | None = None
    progress: bool = False
    results: bool = True
    done: int = 0  # steps of earlier sittings
    sittings: list[dict] = field(default_factory=list)  # what they computed with

    @property
    def recipe(self) -> Recipe:
        """That of the game."""
        return self.game.recipe

    @property
    def writes(self) -> bool:
        """Whether this process is the one that writes."""
        return distributed.is_chief(self.strategy)

    def resume(self) -> None:
        """Go on where the run in the folder stopped, if it is this one."""
        if self.writes and self.run_dir.recipe.exists():
            check_same_run(self.run_dir, self.recipe, self.description)
            self.sittings = sessions_of(self.run_dir.read_recipe())
        self.done = restore_newest(self.run_dir, self.state) or 0
        if self.writes:
            check_progress(self.run_dir, self.recipe, self.done)
        distributed.check_same_start(self.strategy, self.done)

    def drive(self) -> None:
        """Make the steps that are left; saves when interrupted."""
        steps, last = range(self.done, self.recipe.steps), self.recipe.steps
        self._begin()
        if not steps and self.writes and self.run_dir.history.exists():  # nothing to compile
            self._begin_files(history.columns(self.run_dir.history)[len(history.FIRST) :])
            return
        calls, compiled = self._compiled()
        if not self.writes:
            stops = [
                default_hooks.every(count, default_hooks.nan_stop, last)
                for count in (self.recipe.log_every, self.recipe.checkpoint_every)
            ]
            loop.fit(self.game, self.state, compiled, steps, stops, steps_per_call=calls)
            return
        rows = self._begin_files([*compiled.structured_outputs, *(["distance"] * bool(self.meter))])
        with contextlib.ExitStack() as open_bar:
            hooks = default_hooks.of_run(self.run_dir, self.game, self.meter, rows)
            hooks += self.own_hooks
            if self.progress and self.done < last:
                hooks += self._watched(open_bar)
            with default_hooks.interrupt_flag() as interrupted, _explained(self.run_dir):
                loop.fit(self.game, self.state, compiled, steps, hooks, interrupted, calls)
                self._save_if(interrupted())

    def finish(self) -> Run:
        """The run, with what a finished one shows."""
        run = Run(self.run_dir.path)
        run.state = self.state  # the cached property: no need to read the checkpoint again
        if self.writes and self.results:
            write_results(run)
        return run

    def _begin(self) -> None:
        """Say what is trained, and with what."""
        now = session(self.recipe, distributed.count(self.strategy), self.done)
        if self.writes and self.done < self.recipe.steps:
            say_what_changed(self.run_dir, self.sittings, now)
        if self.writes and self.progress:
            print(headline(self.game, self.run_dir, self.done))
        if self.done < self.recipe.steps or not self.sittings:  # else nothing is left to compute
            self.sittings = [*self.sittings, now]

    def _compiled(self) -> tuple[int, loop.CompiledStep]:
        """How many steps one call makes, and the call."""
        alone = not self.own_hooks and self.strategy is None  # nobody asked to see every step
        calls = loop.steps_per_call(self.recipe, self.done) if alone else 0
        calls = calls or self.recipe.steps_per_call or 1
        return calls, loop.compile_step(self.game, self.state, self.strategy, calls)

    def _begin_files(self, columns: list[str]) -> list[dict]:
        """Bring the folder to the state of the step that it goes on from; its history so far."""
        self.run_dir.write_recipe({**self.description, "made_with": self.sittings})
        self.run_dir.write_failure(None)
        rows = history.restart(self.run_dir.history, self.done, columns)
        self.run_dir.forget_after(self.done)
        if self.done == 0:  # the untrained networks: the first frame
            default_hooks.save_samples(self.run_dir, self.game)(0, self.state, {})
        return rows

    def _watched(self, open_bar: contextlib.ExitStack) -> list[Hook]:
        """The progress bar, and the doctor whose concern it shows."""
        if not hasattr(self.game, "judged"):  # one picture is painted: there is no D to watch
            bar = default_hooks.progress_bar(self.done, self.recipe.steps)
            return [open_bar.enter_context(bar)]
        watch = Watch(self.game, self.state if self.done == 0 else self.game.start())
        bar = default_hooks.progress_bar(self.done, self.recipe.steps, lambda: watch.concern)
        return [
            default_hooks.every(self.recipe.log_every, watch),
            open_bar.enter_context(bar),
        ]

    def _save_if(self, interrupted: bool) -> None:
        made = int(self.state.step.numpy())
        if made < self.recipe.steps and interrupted:
            default_hooks.save_checkpoint(self.run_dir)(made, self.state, {})
            raise KeyboardInterrupt(
                f"stopped after step {made:,}, everything is saved in {self.run_dir.path}; "
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
