"""What happens between the steps: history, sample grids, checkpoints, progress.

A hook is called with (steps made, state, scalars). It reads the state and writes files; it never
changes what is learnt, so a run with other hooks ends with the same weights.
"""

import math
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from gan_course.base import seeds
from gan_course.base.errors import InputError, TrainingDiverged
from gan_course.base.files import atomic_write
from gan_course.games import sampling, state
from gan_course.games.contract import cannot_take
from gan_course.games.state import Scalars, TrainState
from gan_course.recipes.schema import Recipe
from gan_course.runs import history, images
from gan_course.runs.rundir import RunDir
from gan_course.training.loop import Hook


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

    def sometimes(step: int, train_state: TrainState, scalars: Scalars) -> None:
        if step % count == 0 or step == last:
            hook(step, train_state, scalars)

    return sometimes


def at(moment: int, hook: Hook) -> Hook:
    """The hook after step `moment` alone."""

    def once(step: int, train_state: TrainState, scalars: Scalars) -> None:
        if step == moment:
            hook(step, train_state, scalars)

    return once


def nan_stop(step: int, _: TrainState, scalars: Scalars) -> None:
    """Raise TrainingDiverged when a scalar is not finite. Comes before whatever saves."""
    for name, value in scalars.items():
        if not math.isfinite(float(value)):
            raise TrainingDiverged(f"{name} is {float(value)} at step {step}")


def log_history(
    run_dir: RunDir, recipe: Recipe, seconds_before: float, distance: Hook | None = None
) -> Hook:
    """One row of history.csv; the seconds go on from those of an earlier session.

    Args:
      distance: what `measure_distance` makes: its value is the last column.
    """
    start = time.perf_counter() - seconds_before

    def log(step: int, train_state: TrainState, scalars: Scalars) -> None:
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

    def save(step: int, train_state: TrainState, _: Scalars) -> None:
        with atomic_write(run_dir.checkpoint(step)) as file:
            state.save(train_state, file)
        run_dir.forget_old_checkpoints()

    return save


def measure_distance(run_dir: RunDir, meter: Callable[[TrainState], float], best: float) -> Hook:
    """The distance of this step; the checkpoint of the smallest one is kept as the best.

    Args:
      best: the smallest distance so far.
    """

    def measure(step: int, train_state: TrainState, _: Scalars) -> float:
        nonlocal best
        found = meter(train_state)
        if found < best:
            best = found
            with atomic_write(run_dir.best) as file:
                state.save(train_state, file)
        return found

    return measure


def save_samples(run_dir: RunDir, recipe: Recipe) -> Hook:
    """A grid of what the generator makes of the run's fixed latents."""
    rows, columns = recipe.grid
    seed = seeds.derive(recipe.seed, seeds.FIXED_LATENTS, 0)
    latents = sampling.latents(recipe, rows * columns, seed)

    def save(step: int, train_state: TrainState, _: Scalars) -> None:
        fakes = sampling.generate(recipe, train_state.sampler, latents)
        picture = images.overview(images.to_uint8(fakes), rows, columns)
        about = {"Recipe": recipe.name, "Step": step, "Seed": recipe.seed}
        with atomic_write(run_dir.sample(step)) as file:
            images.write_png(file, picture, about)

    return save


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

        def advance(step: int, _: TrainState, scalars: Scalars) -> None:
            nonlocal shown
            now = time.monotonic()
            if now - shown >= wait or step == last:  # reading a loss waits for the device
                shown = now
                losses = (
                    f"d_loss {float(scalars['d_loss']):.3f}, g_loss {float(scalars['g_loss']):.3f}"
                )
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
