"""StoredRun: what the folder of a run holds, read when asked.

In: a folder. Out: its recipe, history, state, data and sample grids. Nothing here trains, measures
or makes new images: that is `Run`, which is one of these.
"""

import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gan_course.base.errors import InputError, RunWarning
from gan_course.data import ImageSet, as_image_set
from gan_course.games import own, state
from gan_course.games.game import Game, game_of
from gan_course.games.state import State
from gan_course.recipes.schema import Recipe
from gan_course.runs import history, images
from gan_course.runs.rundir import RunDir, step_of

if TYPE_CHECKING:
    import pandas


class StoredRun:
    """What a run has left in its folder.

    best: whether its state is that of the best checkpoint, or of the newest.
    """

    def __init__(self, path: str | Path, best: bool = False):
        self.dir = RunDir(path)
        self.recipe = stored_recipe(self.dir)
        self.best = best

    @property
    def path(self) -> Path:
        """The folder."""
        return self.dir.path

    @property
    def gif(self) -> Path:
        """The animation of the sample grids, written when training ended."""
        return self.dir.gif

    @property
    def history(self) -> "pandas.DataFrame":
        """One row for each logged step: step, images, seconds, and what the objective logs."""
        import pandas

        rows, columns = history.read(self.dir.history), history.columns(self.dir.history)
        frame = pandas.DataFrame(rows, columns=columns)
        frame.attrs["reference_lines"] = self.dir.read_recipe().get("reference_lines")
        return frame

    @cached_property
    def game(self) -> Game:
        """Its rules; without data, until these were had: enough to start, to show and to make."""
        return game_of(self.recipe, **own.kept(self.dir.read_recipe()))

    @cached_property
    def state(self) -> State:
        """All that changes in training, at the best or at the newest readable checkpoint."""
        train_state = self.game.start()
        if self.best:
            restore_best(self.dir, train_state)
        elif restore_newest(self.dir, train_state) is None:
            raise InputError(f"{self.path} has no checkpoint yet; train it first")
        return train_state

    @property
    def step(self) -> int:
        """Steps made at that checkpoint."""
        return int(self.state.step.numpy())

    def data(self, data: ImageSet | np.ndarray | str | None = None) -> ImageSet:
        """The images that it was trained on: loaded by name, or given and checked.

        Raises:
          InputError: if these are other images than the run was trained on.
        """
        given = self.recipe.dataset if data is None else data
        found = as_image_set(given, self.recipe.image_shape)
        if self.dir.read_data()["fingerprint"] != found.fingerprint():
            raise InputError(
                f"{self.path} was trained on other images than {found.name!r} has now; "
                "give those that it was trained on: data=..."
            )
        self.game.data = found  # from here on it can also show and make what takes images
        return found

    @property
    def sample_steps(self) -> list[int]:
        """The steps of which there is a sample grid, from the untrained generator on."""
        return [step_of(file) for file in self.dir.sample_files()]

    def sample_grid(self, step: int) -> np.ndarray:
        """The sample grid of that step, uint8 (H, W, C), tiled; always of the same latents."""
        if step not in self.sample_steps:
            raise InputError(f"no sample grid of step {step}; there are {self.sample_steps}")
        return images.read_png(self.dir.sample(step))[0]


def stored_recipe(run_dir: RunDir) -> Recipe:
    """The recipe of the run in that folder. Raises InputError, naming recipe.json, if damaged."""
    fields = run_dir.read_recipe()["recipe"]
    try:
        return Recipe.from_json(fields)
    except InputError as error:
        raise InputError(f"{run_dir.recipe}: {error}; restore the file or remove it") from None


def restore_best(run_dir: RunDir, train_state: State) -> None:
    """Restore the checkpoint of the smallest distance. Raises InputError if there is none."""
    if not run_dir.best.exists():
        raise InputError(
            f"{run_dir.path} has no best checkpoint: nothing was measured while it trained; "
            "train with distance_every, or take the newest checkpoint"
        )
    state.restore(train_state, run_dir.best)


def restore_newest(run_dir: RunDir, train_state: State) -> int | None:
    """Restore the newest checkpoint that is whole; a damaged one is named, and the next tried.

    Returns:
      Its step, or None if none has been saved yet.

    Raises:
      InputError: if there are checkpoints, but none can be read: starting anew would lose them.
    """
    files = run_dir.checkpoint_files()
    for file in reversed(files):
        try:
            state.restore(train_state, file)
            return step_of(file)
        except InputError as error:
            warnings.warn(f"{error}; trying the one before", RunWarning, stacklevel=2)
    if files:
        raise InputError(
            f"none of the {len(files)} checkpoints in {run_dir.checkpoints} can be read; "
            "repair them, or remove the folder to start anew"
        )
    return None
