"""Run: what `train` returns, and what `open_run` reads back from a folder.

In: the folder of a run. Out: its history, networks and new images. Nothing here trains.
"""

import numbers
import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gan_course import history, images, sampling, seeds, state
from gan_course.backend import keras, tf
from gan_course.data import ImageSet, as_image_set
from gan_course.diagnosis import Diagnosis, examine
from gan_course.errors import InputError, RunWarning
from gan_course.evaluation import Evaluation, evaluate
from gan_course.features import Features, features_for
from gan_course.files import atomic_write, user_path
from gan_course.references import check_enough
from gan_course.rundir import RunDir, step_of
from gan_course.schema import Recipe
from gan_course.state import TrainState

if TYPE_CHECKING:
    import pandas


class Run:
    """A trained (or half trained) run, read from its folder when asked.

    best: whether the networks are those of the best checkpoint, or of the newest.
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
    def state(self) -> TrainState:
        """The networks and optimizers at the best, or at the newest readable checkpoint."""
        train_state = state.create(self.recipe)
        if self.best:
            restore_best(self.dir, train_state)
        elif restore_newest(self.dir, train_state) is None:
            raise InputError(f"{self.path} has no checkpoint yet; train it first")
        return train_state

    @property
    def step(self) -> int:
        """Steps made at that checkpoint."""
        return int(self.state.step.numpy())

    @property
    def generator(self) -> keras.Model:
        """Latents (batch, latent_dim) -> images in recipe.value_range: the one that samples."""
        return self.state.sampler

    @property
    def discriminator(self) -> keras.Model:
        """Images in recipe.value_range -> logits (batch, 1)."""
        return self.state.discriminator

    def latents(self, count: int, seed: int = 0) -> tf.Tensor:
        """Noise vectors (count, latent_dim) as the recipe draws them."""
        for name, value in (("count", count), ("seed", seed)):
            if not isinstance(value, numbers.Integral) or isinstance(value, bool):
                raise InputError(f"{name} must be a whole number, got {value!r}")
        if count < 1:
            raise InputError(f"count must be >= 1, got {count}")
        if not 0 <= seed < 2**31:
            raise InputError(f"seed must be in [0, 2**31), got {seed}")
        stateless = seeds.derive(seed, seeds.SAMPLES, 0)
        return sampling.latents(self.recipe, count, stateless)

    def samples(self, count: int, seed: int = 0) -> np.ndarray:
        """New images, float32 (count, H, W, C) in [-1, 1]; the same seed gives the same images."""
        return sampling.generate(self.recipe, self.generator, self.latents(count, seed))

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
        return found

    def evaluate(
        self,
        count: int = 10_000,
        seed: int = 0,
        data: ImageSet | np.ndarray | str | None = None,
        features: Features | None = None,
    ) -> Evaluation:
        """How good its images are: see `gan_course.evaluation`.

        Args:
          count: samples, and real images to compare them with; fewer where the dataset has fewer.
          seed: of the samples.
          data: what it was trained on, if that was given as arrays.
          features: other features than `features_for(data)`.

        Raises:
          InputError: if the dataset cannot be had, or is not the one of the run.
        """
        found = self.data(data)
        check_enough(found, count)  # before a classifier is trained to measure with
        samples = images.to_uint8(self.samples(count, seed))
        subject = f"samples (seed {seed}) of {self.path} at step {self.step:,}"
        return evaluate(samples, found, features or features_for(found), subject)

    def diagnose(self, data: ImageSet | np.ndarray | str | None = None) -> Diagnosis:
        """Is it healthy, and if not, what is wrong? See `gan_course.diagnosis`.

        Args:
          data: what it was trained on, if that was given as arrays.
        """
        return examine(self, data)

    @property
    def sample_steps(self) -> list[int]:
        """The steps of which there is a sample grid, from the untrained generator on."""
        return [step_of(file) for file in self.dir.sample_files()]

    def sample_grid(self, step: int) -> np.ndarray:
        """The sample grid of that step, uint8 (H, W, C), tiled; always of the same latents."""
        if step not in self.sample_steps:
            raise InputError(f"no sample grid of step {step}; there are {self.sample_steps}")
        return images.read_png(self.dir.sample(step))[0]

    def write_gif(self, path: str | Path | None = None) -> Path:
        """The animation of this run's sample grids, at `path` or in its place in the folder."""
        path = self.dir.gif if path is None else user_path(path)
        frames = self.dir.sample_files()
        about = f"recipe {self.recipe.name}, seed {self.recipe.seed}, steps {self.sample_steps}"
        with atomic_write(path) as file:
            images.write_gif(file, frames, about)
        return path

    def __repr__(self) -> str:
        return f"Run {str(self.path)!r}: recipe {self.recipe.name!r}, seed {self.recipe.seed}"


def open_run(path: str | Path, best: bool = False) -> Run:
    """A run, read back without training.

    Args:
      best: its networks at the smallest Fréchet distance (recipe.distance_every), not the newest.

    Raises:
      InputError: if the folder holds no run.
    """
    return Run(path, best)


def stored_recipe(run_dir: RunDir) -> Recipe:
    """The recipe of the run in that folder. Raises InputError, naming recipe.json, if damaged."""
    fields = run_dir.read_recipe()["recipe"]
    try:
        return Recipe.from_json(fields)
    except InputError as error:
        raise InputError(f"{run_dir.recipe}: {error}; restore the file or remove it") from None


def restore_best(run_dir: RunDir, train_state: TrainState) -> None:
    """Restore the checkpoint of the smallest distance. Raises InputError if there is none."""
    if not run_dir.best.exists():
        raise InputError(
            f"{run_dir.path} has no best checkpoint: nothing was measured while it trained; "
            "train with distance_every, or take the newest checkpoint"
        )
    state.restore(train_state, run_dir.best)


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
