"""The recipes of chapter 8: G is told what to draw, and D what was ordered."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from gan_course.recipes.adversarial import Adversarial
from gan_course.recipes.bounds import above, at_least
from gan_course.recipes.dcgan import QUICK
from gan_course.recipes.schema import ROWS_AND_COLUMNS, check


@dataclass(frozen=True, kw_only=True)
class Conditional(Adversarial):
    """A GAN on labelled images. G gets the one-hot label beside its noise; how D is told, one word
    says. The fakes of a step have the labels of its real images."""

    game: ClassVar[str] = "conditional"

    classes: Annotated[int, at_least(2)] = 10
    # D sees the label as planes beside the image, as a projection, or names it with another head
    condition: Literal["planes", "projection", "auxiliary"] = "planes"
    auxiliary_weight: Annotated[float, above(0)] = 1.0  # of that head's cross-entropy
    grid: Annotated[tuple[int, int], ROWS_AND_COLUMNS] = (
        10,
        10,
    )  # a row a class, a column a noise vector

    def __post_init__(self):
        super().__post_init__()
        check(
            self.grid[0] == self.classes,
            f"grid={self.grid} must have a row for each of classes={self.classes}; "
            f"use grid=({self.classes}, {self.grid[1]})",
        )
        check(
            self.condition != "auxiliary" or self.penalty is None,
            f"penalty={self.penalty!r} is taken of one logit, but condition='auxiliary' has a "
            "second head; use condition='planes' or 'projection', or penalty=None",
        )


_QUICK = {**QUICK, "d_learning_rate": 2e-3}  # a D that learns faster reads labels better

RECIPES = (
    Conditional(
        name="cgan_mnist",
        about="chapter 8: digits to order, 20 epochs; for a GPU",
        cpu_minutes=60,
        dataset="mnist",
        image_shape=(28, 28, 1),
        value_range=(0, 1),
        latent_dim=128,
        generator=(
            "Dense 6762 LReLU .2",
            "Reshape 7 7 138",
            "ConvT 128 k4 s2 LReLU .2",
            "ConvT 128 k4 s2 LReLU .2",
            "Conv 1 k7 sigmoid",
        ),
        discriminator=(
            "Conv 64 k3 s2 LReLU .2",
            "Conv 128 k3 s2 LReLU .2",
            "GlobalMaxPool",
            "Dense 1",
        ),
        g_learning_rate=3e-4,
        d_learning_rate=3e-4,
        beta_1=0.9,
        batch_size=64,
        steps=20 * 937,
        log_every=70,
        sample_every=937,
        early_sample=90,
        checkpoint_every=937,
    ),
    Conditional(
        name="cgan_mnist_quick",
        about="chapter 8: a small DCGAN that draws the digit it is told",
        cpu_minutes=1.9,
        dataset="mnist",
        **_QUICK,
        latent_dim=16,
    ),
    Conditional(
        name="cgan_fashion_quick",
        about="chapter 8: a small DCGAN that draws the garment it is told",
        cpu_minutes=1.9,
        dataset="fashion_mnist",
        **_QUICK,
        latent_dim=32,
    ),
)
