"""What `train()` with its default hooks costs over its bare compiled steps, and its memory.

python -m benchmarks.hooks [RECIPE ...]

Both take turns every hundred steps, on the same networks with the same compiled step: the machine
is faster in one ten seconds than in the next, and a second compilation of the same step is faster
or slower than the first, by as much as the hooks cost. Writing the curves, the animation and the
exported generator at the end is timed apart: it is paid once, not by the step.

What each hook takes is measured by itself. Their sum is less than the whole: a hook also leaves
cold caches to the steps after it, and asking every hook whether it is due takes time, too.
"""

import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import gan_course as gan
from benchmarks.measure import resident_megabytes, save
from gan_course.games.game import game_of
from gan_course.measures.diagnosis import Watch
from gan_course.runs.rundir import RunDir
from gan_course.training import hooks as default_hooks
from gan_course.training import loop
from gan_course.training.loop import compile_step

RECIPES = ("vanilla_mnist_quick", "dcgan_mnist_quick")
ROUNDS, STEPS = 7, 3000
CALLS, STEPS_BETWEEN = 20, 10  # of each hook
TURN, OFFSET = 100, 32  # no hook is due where turns end: what it leaves behind is its own side's


class Turns:
    """A training that stops after every turn and makes as many steps without hooks.

    Its seconds are those of the two sides, from the end of the first turn to the last step.
    """

    def __init__(self, recipe: gan.Recipe, data: gan.data.ImageSet):
        self.full = self.bare = 0.0
        self.memory: dict[int, int] = {}  # what the process holds after each third of the steps
        self.since = 0.0  # when `train()` went on
        self._recipe, self._data, self._calls = recipe, data, recipe.steps_per_call
        self._game = game_of(recipe, data)  # of the bare side
        self._compiled = None
        self._made = 0

    def train(self, out: Path, hooks: Sequence[loop.Hook] = (), progress: bool = True) -> gan.Run:
        hooks = [*hooks, self._make_bare_steps]
        with mock.patch.object(loop, "compile_step", self._compile_step):
            return gan.train(self._recipe, out, data=self._data, hooks=hooks, progress=progress)

    def _compile_step(self, *args) -> loop.CompiledStep:
        """The step that `train()` makes, for both sides: of two compilations one may be faster."""
        self._compiled = compile_step(*args)
        return self._compiled

    def _make_bare_steps(self, step, train_state, _) -> None:
        if step % (self._recipe.steps // 3) == 0:
            self.memory[step] = round(resident_megabytes())
        if (step - OFFSET) % TURN >= self._calls and step != self._recipe.steps:
            return
        stopped = time.perf_counter()
        turn = range(self._made, step)
        bare = (self._game, train_state, self._compiled, turn, [])
        loop.fit(*bare, steps_per_call=self._calls)
        if self._made:
            self.full += stopped - self.since
            self.bare += time.perf_counter() - stopped
        self._made = step
        self.since = time.perf_counter()


def each_hook(recipe: gan.Recipe, data: gan.data.ImageSet) -> dict[str, dict]:
    """Milliseconds of every default hook when it is due, and how often it is in a run."""
    game, found = game_of(recipe, data), {}
    made = game.start()
    compiled = loop.compile_step(game, made)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as open_now:
        run_dir = RunDir(folder)
        open_now.enter_context(run_dir.locked())
        bar = open_now.enter_context(default_hooks.progress_bar(0, recipe.steps))
        hooks = _default_hooks(game, made, run_dir)
        hooks["progress_bar"] = (bar, recipe.steps_per_call)
        for name, (hook, count) in hooks.items():
            times = []
            for call in range(CALLS + 1):
                for step in range(STEPS_BETWEEN):  # as in a run, its memory is not at hand
                    scalars = compiled(game.batch(step))
                start = time.perf_counter()
                hook(call * count, made, scalars)
                times.append(time.perf_counter() - start)
            milliseconds = statistics.median(times[1:]) * 1e3  # the first one compiles
            due = recipe.steps // count
            due += len(recipe.early_samples) if name == "save_samples" else 0
            found[name] = {"ms": round(milliseconds, 4), "due": due}
    return found


def _default_hooks(game, made, run_dir) -> dict[str, tuple[loop.Hook, int]]:
    """Each with the number of steps after which it is due."""
    recipe = game.recipe
    log = default_hooks.log_history(run_dir, recipe, seconds_before=0.0)
    return {
        "nan_stop": (default_hooks.nan_stop, recipe.log_every),
        "log_history": (log, recipe.log_every),
        "save_samples": (default_hooks.save_samples(run_dir, game), recipe.sample_every),
        "save_checkpoint": (default_hooks.save_checkpoint(run_dir), recipe.checkpoint_every),
        "watch": (Watch(game, made), recipe.sample_every),
    }


def measure(name: str) -> dict:
    recipe = gan.recipe(name, dataset="glyphs", steps=STEPS)
    recipe = recipe.changed(steps_per_call=loop.steps_per_call(recipe))  # as without a hook
    data = gan.data.load("glyphs")
    rounds, after = [], []
    for _ in range(ROUNDS):
        turns = Turns(recipe, data)
        with tempfile.TemporaryDirectory() as folder:
            turns.train(Path(folder) / "run")
            after.append(time.perf_counter() - turns.since)
        rounds.append(turns)
    percent = [round((turns.full / turns.bare - 1) * 100, 1) for turns in rounds]
    bare = statistics.median(turns.bare for turns in rounds)
    hooks = each_hook(recipe, data)
    for hook in hooks.values():
        hook["percent"] = round(hook["ms"] * hook["due"] / bare / 10, 2)
    return {
        "bare_s": round(bare, 2),
        "train_s": round(statistics.median(turns.full for turns in rounds), 2),
        "overhead_percent": statistics.median(percent),
        "overhead_percent_of_each_round": percent,
        "results_s": round(statistics.median(after), 2),
        "resident_mb_after_step": rounds[-1].memory,
        "each_hook": hooks,
    }


def main(names: tuple[str, ...] = RECIPES) -> None:
    results = {}
    for name in names:
        results[name] = measure(name)
        print(f"{name}, {STEPS:,} steps, medians of {ROUNDS} rounds")
        for key, value in results[name].items():
            print(f"  {key:30} {value}", flush=True)
    save("hooks", results)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or RECIPES)
