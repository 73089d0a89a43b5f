"""The recipe of a GAN: noise becomes images, and one discriminator judges them.

The files of the chapters hold the numbers; this one says what they mean and what they may be.
"""

import warnings
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from gan_course.base.errors import RunWarning
from gan_course.recipes.bounds import above, at_least, within
from gan_course.recipes.endings import mistaken_endings
from gan_course.recipes.schema import Recipe, check


@dataclass(frozen=True, kw_only=True)
class Adversarial(Recipe):
    """One generator, one discriminator, and what they play.

    The networks are written one layer a line, in the notation of `gan_course.models`:
    "Conv 64 k5 s2 LReLU .2 Dropout .4". A step is one update of the generator; `batch_size` counts
    the real images of each update of the discriminator.
    """

    game: ClassVar[str] = "adversarial"

    mirror: bool = False  # left to right, of each image with probability 1/2, anew in each batch
    latent_dim: Annotated[int, above(0)] = 100
    noise: Literal["normal", "uniform"] = "normal"  # N(0, 1), or U(-1, 1)
    generator: tuple[str, ...]
    discriminator: tuple[str, ...]

    objective: str = "non_saturating"  # a key of `objectives.OBJECTIVES`
    real_label: Annotated[float, within(0, 1, "(]")] = 1.0  # below 1: one-sided label smoothing
    order: Literal["alternating", "simultaneous"] = "alternating"  # the discriminator first
    d_steps: Annotated[int, above(0)] = 1  # discriminator updates per generator update
    penalty: str | None = None  # on D's gradient, a key of `penalties.PENALTIES`
    penalty_weight: Annotated[float, at_least(0)] = 0.0  # λ of WGAN-GP, γ of R1
    clip: Annotated[float, above(0)] | None = None  # D's weights stay in [-clip, clip]

    optimizer: Literal["adam", "rmsprop", "sgd"] = "adam"  # one object for each network
    g_learning_rate: Annotated[float, above(0)]
    d_learning_rate: Annotated[float, above(0)]
    beta_1: Annotated[float, within(0, 1)] | None = None  # Adam's, and only Adam's
    final_rate: Annotated[float, within(0, 1, "(]")] = 1.0  # share of both rates left at the end
    ema_decay: Annotated[float, within(0, 1)] = 0.0  # samples: a running mean of G; 0: G itself

    def __post_init__(self):
        super().__post_init__()
        check(
            self.order == "alternating" or self.d_steps == 1,
            f"order='simultaneous' plays one discriminator update, got d_steps={self.d_steps}; "
            "use order='alternating'",
        )
        check(
            (self.penalty is not None) == (self.penalty_weight > 0),
            f"penalty={self.penalty!r} with penalty_weight={self.penalty_weight}: "
            "a penalty needs a weight > 0, and without one the weight is 0",
        )
        check(
            (self.beta_1 is not None) == (self.optimizer == "adam"),
            f"beta_1={self.beta_1} with optimizer={self.optimizer!r}: "
            "Adam needs a beta_1 and the others have none",
        )
        for mistake in mistaken_endings(self):
            warnings.warn(mistake, RunWarning, stacklevel=4)

    @property
    def images_per_step(self) -> int:
        """Real images that one step looks at: a batch for every update of the discriminator."""
        return self.batch_size * self.d_steps

    @property
    def can_go_on(self) -> bool:
        """Not where the rates fall to a share at the last step: another last step, another run."""
        return self.final_rate == 1
