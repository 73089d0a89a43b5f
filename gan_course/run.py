"""Run: what `train` returns, and what `open_run` reads back from a folder.

In: the folder of a run. Out: all that it holds, its networks, new images, and what they are worth.
Nothing here trains.
"""

import numbers
from functools import partial
from pathlib import Path

import numpy as np

from gan_course.base import seeds
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.base.files import atomic_write, user_path
from gan_course.data import ImageSet
from gan_course.games import sampling
from gan_course.games.game import Made
from gan_course.measures.comparison import Comparison
from gan_course.measures.diagnosis import Diagnosis, examine
from gan_course.measures.evaluation import Evaluation, evaluate
from gan_course.measures.features import Features, features_for
from gan_course.measures.references import check_enough
from gan_course.measures.translated import compare
from gan_course.runs import images
from gan_course.runs.stored import StoredRun

_LATE_FRAMES = 10  # of the animation, from `sample_every` on; frames are what makes it large
_EARLY_MS, _LATE_MS = 500, 250  # how long a frame stands, milliseconds


class Run(StoredRun):
    """A trained (or half trained) run, read from its folder when asked.

    best: whether the networks are those of the best checkpoint, or of the newest.
    """

    @property
    def generator(self) -> keras.Model:
        """The one that samples: latents (batch, latent_dim) -> images in recipe.value_range; or,
        where images are translated, images -> images (batch, H, W, C), both in that range."""
        return self.state.sampler

    @property
    def discriminator(self) -> keras.Model:
        """Images in recipe.value_range -> logits (batch, 1), or a map of them, one for each patch;
        where it sees the question, too, it takes [answer, question]."""
        return self.state.discriminator

    def latents(self, count: int, seed: int = 0) -> tf.Tensor:
        """Noise vectors (count, latent_dim) as the recipe draws them."""
        _check_whole(count=count, seed=seed)
        return sampling.latents(self.recipe, count, seeds.derive(seed, seeds.SAMPLES, 0))

    def made(self, count: int, seed: int = 0, **wish) -> Made:
        """New images, and what each was to be; see `samples`."""
        _check_whole(count=count, seed=seed)
        return self.game.make(self.state, count, seeds.derive(seed, seeds.SAMPLES, 0), **wish)

    def samples(self, count: int, seed: int = 0, **wish) -> np.ndarray:
        """New images, float32 (count, H, W, C) in [-1, 1]; the same seed gives the same images.

        Args:
          wish: what they should be, where the recipe's game knows wishes: `labels=...`.

        Raises:
          InputError: for a count or a seed that is none, and for a wish that cannot be fulfilled.
        """
        return self.made(count, seed, **wish).images

    def translate(self, pictures: np.ndarray, back: bool = False, seed: int = 0) -> np.ndarray:
        """What images become, float32 (N, H, W, C) in [-1, 1]; of a pix2pix or a CycleGAN.

        Args:
          pictures: uint8 (N, H, W, C), or floats in [-1, 1], as the recipe takes them.
          back: a CycleGAN's other way, from targets to inputs.
          seed: of the dropout, where it is on: another seed, another answer.

        Raises:
          InputError: for a run that translates nothing, images of another shape, a way that there
            is not.
        """
        _check_whole(count=1, seed=seed)
        self.takes(back)
        return self.game.translate(self.state, pictures, back, seed)

    def takes(self, back: bool = False) -> tuple[int, int, int]:
        """The shape of the images that it translates. Raises InputError as `translate` does."""
        if not hasattr(self.game, "way"):
            raise InputError(
                f"recipe {self.recipe.name!r} makes images of noise and translates none; train one "
                "of pix2pix or CycleGAN (`python -m gan_course recipes`)"
            )
        return self.game.way(self.state, back)[1]

    def evaluate(
        self,
        count: int = 10_000,
        seed: int = 0,
        data: ImageSet | np.ndarray | str | None = None,
        features: Features | None = None,
    ) -> Evaluation | Comparison:
        """How good its images are: see `gan_course.measures.evaluation`; of one that translates,
        what the answers to test images are worth, beside answers that cost nothing.

        Args:
          count: samples, and real images to compare them with; fewer where the dataset has fewer.
          seed: of the samples.
          data: what it was trained on, if that was given as arrays.
          features: other features than `features_for(data)`.

        Raises:
          InputError: if the dataset cannot be had, or is not the one of the run; for a painting.
        """
        if not hasattr(self.game, "judged"):
            raise InputError(
                f"{self.path} holds one painting, and a measure compares many images; look at it "
                "(run.samples(1), run.gif) and at its losses (run.history)"
            )
        found = self.data(data)
        if hasattr(self.game, "translate"):
            at = f"of {self.path} at step {self.step:,}"
            return compare(partial(self.translate, seed=seed), found, count, features, at)
        check_enough(found, count)  # before a classifier is trained to measure with
        made = self.made(count, seed)
        samples, asked = images.to_uint8(made.images), made.wanted
        subject = f"samples (seed {seed}) of {self.path} at step {self.step:,}"
        return evaluate(samples, found, features or features_for(found), subject, asked)

    def diagnose(self, data: ImageSet | np.ndarray | str | None = None) -> Diagnosis:
        """Is it healthy, and if not, what is wrong? See `gan_course.measures.diagnosis`.

        Args:
          data: what it was trained on, if that was given as arrays.
        """
        return examine(self, data)

    def write_gif(self, path: str | Path | None = None) -> Path:
        """The animation of this run's sample grids, at `path` or in its place in the folder.

        It shows all grids before `sample_every`, where most happens, each for half a second, and
        then at most ten, evenly. Every frame tells its step.
        """
        path = self.dir.gif if path is None else user_path(path)
        files, steps = self.dir.sample_files(), self.sample_steps
        early = sum(step < self.recipe.sample_every for step in steps)
        late = np.linspace(early, len(steps) - 1, min(_LATE_FRAMES, len(steps) - early))
        frames = [*range(early), *late.round().astype(int)]
        steps = [steps[frame] for frame in frames]
        about = f"recipe {self.recipe.name}, seed {self.recipe.seed}, steps {steps}"
        times = [_EARLY_MS] * early + [_LATE_MS] * len(late)
        with atomic_write(path) as file:
            captions = [f"step {step:,}" for step in steps]
            shown = [files[frame] for frame in frames]
            images.write_gif(file, shown, about, times, captions=captions, enlarge=True)
        return path

    def __repr__(self) -> str:
        return f"Run {str(self.path)!r}: recipe {self.recipe.name!r}, seed {self.recipe.seed}"


def _check_whole(count: int, seed: int) -> None:
    for name, value in (("count", count), ("seed", seed)):
        if not isinstance(value, numbers.Integral) or isinstance(value, bool):
            raise InputError(f"{name} must be a whole number, got {value!r}")
    if count < 1:
        raise InputError(f"count must be >= 1, got {count}")
    if not 0 <= seed < 2**31:
        raise InputError(f"seed must be in [0, 2**31), got {seed}")


def open_run(path: str | Path, best: bool = False) -> Run:
    """A run, read back without training.

    Args:
      best: its networks at the smallest Fréchet distance (recipe.distance_every), not the newest.

    Raises:
      InputError: if the folder holds no run.
    """
    return Run(path, best)
