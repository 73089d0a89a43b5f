"""What happens between the steps: history, sample grids, checkpoints, progress.

A hook is called with (steps made, state, scalars). It reads the state and writes files; it never
changes what is learnt, so a run with other hooks ends with the same weights.
"""

import math
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from gan_course.base.errors import InputError, TrainingDiverged
from gan_course.base.files import atomic_write
from gan_course.games import state
from gan_course.games.contract import cannot_take
from gan_course.games.game import Game
from gan_course.games.state import Scalars, State
from gan_course.recipes.schema import Recipe
from gan_course.runs import history, images
from gan_course.runs.rundir import RunDir
from gan_course.training.loop import Hook

Measure = Callable[[int, State, Scalars], float]  # a hook that says what it found


def as_hooks(hooks: Sequence[Hook] | Hook | None) -> list[Hook]:
    """One hook, several or none, as a list.

    Raises:
      InputError: for what cannot be called with (step, state, scalars).
    """
    several = [] if hooks is None else [hooks] if callable(hooks) else hooks
    if not isinstance(several, list | tuple):
        raise InputError(f"hooks must be functions of (step, state, scalars), got {hooks!r:.60}")
    for hook in several:
        if not callable(hook):
            raise InputError(f"a hook is a function of (step, state, scalars), got {hook!r:.60}")
        if why := cannot_take(hook, 0, None, {}):
            name = getattr(hook, "__name__", repr(hook))
            raise InputError(f"hook {name!r} is called with (step, state, scalars), but: {why}")
    return list(several)


def every(count: int, hook: Hook, last: int | None = None) -> Hook:
    """The hook after every `count` steps, and after step `last`."""

    def sometimes(step: int, train_state: State, scalars: Scalars) -> None:
        if step % count == 0 or step == last:
            hook(step, train_state, scalars)

    return sometimes


def at(moments: Collection[int], hook: Hook) -> Hook:
    """The hook after each step of `moments`."""

    def then(step: int, train_state: State, scalars: Scalars) -> None:
        if step in moments:
            hook(step, train_state, scalars)

    return then


def nan_stop(step: int, _: State, scalars: Scalars) -> None:
    """Raise TrainingDiverged when a scalar is not finite. Comes before whatever saves."""
    for name, value in scalars.items():
        if not math.isfinite(float(value)):
            raise TrainingDiverged(f"{name} is {float(value)} at step {step}")


def log_history(
    run_dir: RunDir, recipe: Recipe, seconds_before: float, distance: Measure | None = None
) -> Hook:
    """One row of history.csv; the seconds go on from those of an earlier session.

    Args:
      distance: what `measure_distance` makes: its value is the last column.
    """
    start = time.perf_counter() - seconds_before

    def log(step: int, train_state: State, scalars: Scalars) -> None:
        row = {
            "step": step,
            "images": step * recipe.images_per_step,
            "seconds": round(time.perf_counter() - start, 3),
        }
        scalars = {name: float(value) for name, value in scalars.items()}
        if distance is not None:
            due = step % recipe.distance_every == 0
            scalars["distance"] = distance(step, train_state, scalars) if due else math.nan
        history.append(run_dir.history, {**row, **scalars})

    return log


def save_checkpoint(run_dir: RunDir) -> Hook:
    """A checkpoint of this step; all but the newest few are removed once it is whole."""

    def save(step: int, train_state: State, _: Scalars) -> None:
        with atomic_write(run_dir.checkpoint(step)) as file:
            state.save(train_state, file)
        run_dir.forget_old_checkpoints()

    return save


def measure_distance(run_dir: RunDir, meter: Callable[[State], float], best: float) -> Measure:
    """The distance of this step; the checkpoint of the smallest one is kept as the best.

    Args:
      best: the smallest distance so far.
    """

    def measure(step: int, train_state: State, _: Scalars) -> float:
        nonlocal best
        distance = meter(train_state)
        if distance < best:
            best = distance
            with atomic_write(run_dir.best) as file:
                state.save(train_state, file)
        return distance

    return measure


def save_samples(run_dir: RunDir, game: Game) -> Hook:
    """The sample picture of the game, enlarged: what it makes of the run's fixed inputs."""

    def save(step: int, train_state: State, _: Scalars) -> None:
        about = {"Recipe": game.recipe.name, "Step": step, "Seed": game.recipe.seed}
        picture = game.show(train_state)
        with atomic_write(run_dir.sample(step)) as file:
            images.write_png(file, picture, about, enlarge=True)

    return save


def of_run(
    run_dir: RunDir, game: Game, meter: Callable[[State], float] | None, rows: list[dict]
) -> list[Hook]:
    """What a run writes while it trains.

    Args:
      meter: of the distance, where one is taken.
      rows: the history so far.
    """
    recipe, last, distance = game.recipe, game.recipe.steps, None
    if meter is not None:
        best = min((row["distance"] for row in rows if row["distance"] >= 0), default=math.inf)
        distance = measure_distance(run_dir, meter, best)
    log = log_history(run_dir, recipe, rows[-1]["seconds"] if rows else 0.0, distance)
    grid = save_samples(run_dir, game)
    return [
        every(recipe.log_every, nan_stop, last),
        every(recipe.checkpoint_every, nan_stop, last),
        every(recipe.log_every, log, last),
        at(recipe.early_samples, grid),
        every(recipe.sample_every, grid, last),
        every(recipe.checkpoint_every, save_checkpoint(run_dir), last),
    ]


@contextmanager
def progress_bar(first: int, last: int, concern: Callable[[], str] = lambda: "") -> Iterator[Hook]:
    """A tqdm bar with the losses in it: text, so that it also shows in a saved notebook.

    Args:
      concern: what worries the doctor, if anything, to be shown after the losses.
    """
    from tqdm import tqdm

    in_notebook = "ipykernel" in sys.modules
    stream = sys.stdout if in_notebook else sys.stderr
    wait = 0.25 if in_notebook or stream.isatty() else 10.0  # seconds; a log file wants few lines
    shown = 0.0
    with tqdm(
        total=last, initial=first, unit="step", file=stream, mininterval=wait, dynamic_ncols=True
    ) as bar:

        def advance(step: int, _: State, scalars: Scalars) -> None:
            nonlocal shown
            now = time.monotonic()
            if now - shown >= wait or step == last:  # reading a loss waits for the device
                shown = now
                first_two = list(scalars.items())[:2]
                losses = ", ".join(f"{name} {float(value):.3f}" for name, value in first_two)
                worry = f", doctor: {concern()}" if concern() else ""
                bar.set_postfix_str(losses + worry, refresh=False)
            bar.update(step - bar.n)

        yield advance


@contextmanager
def interrupt_flag() -> Iterator[Callable[[], bool]]:
    """Ctrl-C asks the loop to stop between two steps; a second one stops at once.

    Outside the main thread Python delivers no signals: then the flag is never set.
    """
    interrupted = False

    def ask(signal_number, frame):
        nonlocal interrupted
        if interrupted:
            raise KeyboardInterrupt
        interrupted = True

    try:
        before = signal.signal(signal.SIGINT, ask)
    except ValueError:
        yield lambda: False
        return
    try:
        yield lambda: interrupted
    finally:
        signal.signal(signal.SIGINT, before)
