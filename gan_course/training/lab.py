"""The diagnosis lab of chapter 3: six short runs without a name, and what ails each is to be told.

In: a folder. Out: a finished `Run` for each case; the folder keeps them, so that a second call only
opens them. What is right stands with the exercise (teaching/exercises/cases_03.py), not here.
"""

import warnings
from pathlib import Path

from gan_course.base.errors import RunWarning
from gan_course.base.files import user_path
from gan_course.data import load
from gan_course.recipes.adversarial import Adversarial
from gan_course.run import Run
from gan_course.training.session import train

# The embedded digits at half their size: small dense networks learn them in a few hundred steps.
_DIGITS = dict(
    about="chapter 3: a case of the diagnosis lab",
    cpu_minutes=0.1,
    dataset="glyphs",
    image_shape=(14, 14, 1),
    latent_dim=16,
    generator=("Dense 128 LReLU .2", "Dense 196 tanh", "Reshape 14 14 1"),
    discriminator=("Flatten", "Dense 128 LReLU .2", "Dense 1"),
    g_learning_rate=1e-3,
    d_learning_rate=1e-3,
    beta_1=0.5,
    batch_size=64,
    grid=(4, 6),
    log_every=5,
    sample_every=50,
    checkpoint_every=100,
)
_CONVOLUTIONS = dict(
    generator=("Dense 784 BN .9 ReLU", "Reshape 7 7 16", "ConvT 1 k4 s2 tanh"),
    discriminator=("Conv 16 k4 s2 LReLU .2 Dropout .3", "Flatten", "Dense 1"),
)
_CASES = {
    "case_a": dict(g_learning_rate=5e-5, d_learning_rate=5e-5, steps=300),
    "case_b": dict(g_learning_rate=3e-5, d_learning_rate=2e-3, steps=300),
    "case_c": dict(_CONVOLUTIONS, steps=400),
    "case_d": dict(
        discriminator=("Flatten", "Dense 128 LReLU .2 Dropout .3", "Dense 1"),
        latent_dim=64,
        g_learning_rate=5e-3,
        d_learning_rate=5e-3,
        beta_1=0.9,
        steps=500,
    ),
    "case_e": dict(
        generator=("Dense 128 LReLU .2", "Dense 196 sigmoid", "Reshape 14 14 1"), steps=300
    ),
    "case_f": dict(g_learning_rate=5e-3, d_learning_rate=1e-4, steps=300),
}


def diagnosis_lab(out: str | Path, steps: int | None = None, seed: int = 0) -> dict[str, Run]:
    """Train the cases, or open those that are there.

    Args:
      out: a folder; each case has one of its own in it.
      steps: at most so many of each case, for a quick look; all, if None.

    Returns:
      name -> run, in the order of the names.

    Raises:
      InputError: for a folder that holds other runs, and for a number of steps that is none.
    """
    data, folder = load(_DIGITS["dataset"], _DIGITS["image_shape"]), user_path(out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RunWarning)  # it would name what is to be found
        return {
            name: train(
                _recipe(name, steps, seed), folder / name, data=data, progress=False, results=False
            )
            for name in _CASES
        }


def _recipe(name: str, steps: int | None, seed: int) -> Adversarial:
    fields = {**_DIGITS, **_CASES[name]}
    if steps is not None:
        fields["steps"] = min(steps, fields["steps"])
    return Adversarial(name=name, seed=seed, **fields)
