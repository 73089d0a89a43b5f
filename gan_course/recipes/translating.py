"""What recipes from image to image have in common: pix2pix and CycleGAN.

Their files hold the numbers; this one says what they mean and what they may be. There is no noise
vector: an image goes in, and an image comes out.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from gan_course.recipes.bounds import above, at_least, within
from gan_course.recipes.schema import IMAGE, Recipe, Shape, check


@dataclass(frozen=True, kw_only=True)
class Translating(Recipe):
    """Images of one kind become images of another. `image_shape` is that of the answers."""

    smoke: ClassVar[dict] = {"batch_size": 2}

    input_shape: Annotated[Shape, IMAGE]  # of the questions: the same height and width
    jitter: Annotated[int, at_least(0)] = 0  # pixels by which images grow, to be cropped again
    mirror: bool = False  # half of them, left and right exchanged

    discriminator: tuple[str, ...]  # ends in one logit, or in a map of them: one for each patch
    objective: str = "non_saturating"  # a key of `objectives.OBJECTIVES`
    d_weight: Annotated[float, above(0)] = 0.5  # of D's loss: halved, D learns at half the pace

    optimizer: Literal["adam"] = "adam"
    g_learning_rate: Annotated[float, above(0)] = 2e-4
    d_learning_rate: Annotated[float, above(0)] = 2e-4
    beta_1: Annotated[float, within(0, 1)] = 0.5
    steady: Annotated[float, within(0, 1, "[]")] = 0.0  # share of the steps with the full rates;
    final_rate: Annotated[float, within(0, 1, "[]")] = 1.0  # then they fall to this share, evenly

    def __post_init__(self):
        super().__post_init__()
        check(
            self.input_shape[:2] == self.image_shape[:2],
            f"input_shape={self.input_shape} and image_shape={self.image_shape} must have the same "
            "height and width",
        )
        check(
            self.distance_every == 0,
            f"distance_every={self.distance_every}: the distance is of images made of noise; what "
            "an image becomes is measured by `evaluate`; use distance_every=0",
        )

    @property
    def can_go_on(self) -> bool:
        """Not where the rates fall: another last step would be another run."""
        return self.final_rate == 1
