"""Run: what `train` returns, and what `open_run` reads back from a folder.

In: the folder of a run. Out: its history, networks and new images. Nothing here trains.
"""

import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gan_course import history, images, seeds, state
from gan_course.backend import keras, tf
from gan_course.errors import InputError, RunWarning
from gan_course.rundir import RunDir, atomic_write, step_of
from gan_course.schema import Recipe
from gan_course.state import TrainState

if TYPE_CHECKING:
    import pandas

_SAMPLING_BATCH = 256  # images generated at a time: bounds the memory of `samples`


class Run:
    """A trained (or half trained) run, read from its folder when asked."""

    def __init__(self, path: str | Path):
        self.dir = RunDir(path)
        self.recipe = stored_recipe(self.dir)

    @property
    def path(self) -> Path:
        return self.dir.path

    @property
    def gif(self) -> Path:
        return self.dir.gif

    @property
    def history(self) -> "pandas.DataFrame":
        """One row for each logged step: step, images, seconds, and what the objective logs."""
        import pandas

        rows, columns = history.read(self.dir.history), history.columns(self.dir.history)
        return pandas.DataFrame(rows, columns=columns)

    @cached_property
    def state(self) -> TrainState:
        """The networks and optimizers at the newest readable checkpoint."""
        train_state = state.create(self.recipe)
        if restore_newest(self.dir, train_state) is None:
            raise InputError(f"{self.path} has no checkpoint yet; train it first")
        return train_state

    @property
    def step(self) -> int:
        """Steps made at that checkpoint."""
        return int(self.state.step)

    @property
    def generator(self) -> keras.Model:
        """Latents (batch, latent_dim) -> images in recipe.value_range."""
        return self.state.generator

    @property
    def discriminator(self) -> keras.Model:
        """Images in recipe.value_range -> logits (batch, 1)."""
        return self.state.discriminator

    def latents(self, count: int, seed: int = 0) -> tf.Tensor:
        """Noise vectors (count, latent_dim) as the recipe draws them."""
        if count < 1:
            raise InputError(f"count must be >= 1, got {count}")
        if not 0 <= seed < 2**31:
            raise InputError(f"seed must be in [0, 2**31), got {seed}")
        stateless = seeds.derive(seed, seeds.SAMPLES, 0)
        return seeds.latents(self.recipe.latent, count, self.recipe.latent_dim, stateless)

    def samples(self, count: int, seed: int = 0) -> np.ndarray:
        """New images, float32 (count, H, W, C) in [-1, 1]; the same seed gives the same images."""
        latents = self.latents(count, seed)
        parts = [
            self.generator(latents[start : start + _SAMPLING_BATCH], training=False).numpy()
            for start in range(0, count, _SAMPLING_BATCH)
        ]
        return images.to_unit_range(np.concatenate(parts), self.recipe.value_range)

    @property
    def sample_steps(self) -> list[int]:
        """The steps of which there is a sample grid, from the untrained generator on."""
        return [step_of(file) for file in self.dir.sample_files()]

    def sample_grid(self, step: int) -> np.ndarray:
        """The sample grid of that step, uint8 (H, W, C), tiled; always of the same latents."""
        if step not in self.sample_steps:
            raise InputError(f"no sample grid of step {step}; there are {self.sample_steps}")
        return images.read_png(self.dir.sample(step))[0]

    def write_gif(self, path: Path | None = None) -> Path:
        """The animation of this run's sample grids, at `path` or in its place in the folder."""
        path = path or self.dir.gif
        frames = self.dir.sample_files()
        about = f"recipe {self.recipe.name}, seed {self.recipe.seed}, steps {self.sample_steps}"
        with atomic_write(path) as file:
            images.write_gif(file, frames, about)
        return path

    def __repr__(self) -> str:
        return f"Run {str(self.path)!r}: recipe {self.recipe.name!r}, seed {self.recipe.seed}"


def open_run(path: str | Path) -> Run:
    """A run, read back without training. Raises InputError if the folder holds none."""
    return Run(path)


def stored_recipe(run_dir: RunDir) -> Recipe:
    """The recipe of the run in that folder. Raises InputError, naming recipe.json, if damaged."""
    fields = run_dir.read_recipe()["recipe"]
    try:
        return Recipe.from_json(fields)
    except InputError as error:
        raise InputError(f"{run_dir.recipe}: {error}; restore the file or remove it") from None


def restore_newest(run_dir: RunDir, train_state: TrainState) -> int | None:
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
