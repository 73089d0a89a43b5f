"""The recipes of chapter 9: an image becomes another one, learnt from pairs."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from gan_course.recipes.bounds import at_least
from gan_course.recipes.schema import ROWS_AND_COLUMNS, check
from gan_course.recipes.translating import Translating


@dataclass(frozen=True, kw_only=True)
class Pix2pix(Translating):
    """A U-Net answers, and D judges patches of question and answer together.

    What G minimises: adversarial_weight times what D says of the answer, plus l1_weight times the
    mean distance of its pixels from the true ones. The ablation of the paper is one field each:
    adversarial_weight=0 (L1 alone), l1_weight=0 (the GAN alone), sees_input=False (D without the
    question).

    Source: Isola et al. 2017, arXiv:1611.07004.
    """

    game: ClassVar[str] = "pix2pix"

    down: tuple[str, ...]  # of the U-Net: each line halves the image
    up: tuple[str, ...]  # each doubles it
    sees_input: bool = True  # D: the question beside the answer
    adversarial_weight: Annotated[float, at_least(0)] = 1.0
    l1_weight: Annotated[float, at_least(0)] = 100.0
    dropout_at_test: bool = True  # answers are made as in training: dropout is the only noise
    grid: Annotated[tuple[int, int], ROWS_AND_COLUMNS] = (4, 6)  # question, answer, truth, twice

    def __post_init__(self):
        super().__post_init__()
        check(
            self.adversarial_weight > 0 or self.l1_weight > 0,
            "adversarial_weight=0 and l1_weight=0: nothing is left to learn; set one above 0",
        )
        check(
            self.grid[1] % 3 == 0,
            f"grid={self.grid}: a row shows question, answer and truth side by side; use "
            f"({self.grid[0]}, {max(3, self.grid[1] // 3 * 3)})",
        )


_PATCHES_34 = (
    "Conv 32 k4 s2 N(0,.02) LReLU .2",
    "Conv 64 k4 s2 N(0,.02) nobias IN LReLU .2",
    "Conv 128 k4 N(0,.02) nobias IN LReLU .2",
    "Conv 1 k4 N(0,.02)",
)
_PATCHES_22 = (
    "Conv 32 k4 s2 N(0,.02) LReLU .2",
    "Conv 64 k4 s2 N(0,.02) nobias IN LReLU .2",
    "Conv 1 k4 N(0,.02)",
)
_DOWN_32 = (
    "Conv 32 k4 s2 N(0,.02) LReLU .2",
    "Conv 64 k4 s2 N(0,.02) nobias IN LReLU .2",
    "Conv 96 k4 s2 N(0,.02) nobias IN LReLU .2",
    "Conv 128 k4 s2 N(0,.02) nobias IN LReLU .2",
    "Conv 128 k4 s2 N(0,.02) ReLU",
)
_UP_32 = (
    "ConvT 128 k4 s2 N(0,.02) nobias IN Dropout .5 ReLU",
    "ConvT 96 k4 s2 N(0,.02) nobias IN ReLU",
    "ConvT 64 k4 s2 N(0,.02) nobias IN ReLU",
    "ConvT 32 k4 s2 N(0,.02) nobias IN ReLU",
    "ConvT 3 k4 s2 N(0,.02) tanh",
)
_SMALL = dict(
    input_shape=(32, 32, 3),
    image_shape=(32, 32, 3),
    mirror=True,
    down=_DOWN_32,
    up=_UP_32,
    discriminator=_PATCHES_22,
    batch_size=16,
    log_every=20,
    sample_every=200,
    checkpoint_every=500,
    g_learning_rate=5e-4,
    d_learning_rate=5e-4,
)

RECIPES = (
    Pix2pix(
        name="pix2pix_facades",
        about="chapter 9: facades from label maps, 200 epochs; for a GPU",
        cpu_minutes=400,
        dataset="facades",
        input_shape=(128, 128, 3),
        image_shape=(128, 128, 3),
        jitter=15,
        mirror=True,
        down=(
            "Conv 64 k4 s2 N(0,.02) nobias LReLU .2",
            "Conv 128 k4 s2 N(0,.02) nobias BN .9 LReLU .2",
            "Conv 256 k4 s2 N(0,.02) nobias BN .9 LReLU .2",
            "Conv 512 k4 s2 N(0,.02) nobias BN .9 LReLU .2",
            "Conv 512 k4 s2 N(0,.02) nobias BN .9 LReLU .2",
            "Conv 512 k4 s2 N(0,.02) nobias BN .9 LReLU .2",
            "Conv 512 k4 s2 N(0,.02) nobias ReLU",
        ),
        up=(
            "ConvT 512 k4 s2 N(0,.02) nobias BN .9 Dropout .5 ReLU",
            "ConvT 512 k4 s2 N(0,.02) nobias BN .9 Dropout .5 ReLU",
            "ConvT 512 k4 s2 N(0,.02) nobias BN .9 Dropout .5 ReLU",
            "ConvT 256 k4 s2 N(0,.02) nobias BN .9 ReLU",
            "ConvT 128 k4 s2 N(0,.02) nobias BN .9 ReLU",
            "ConvT 64 k4 s2 N(0,.02) nobias BN .9 ReLU",
            "ConvT 3 k4 s2 N(0,.02) tanh",
        ),
        discriminator=(
            "ZeroPad 1",
            "Conv 64 k4 s2 valid N(0,.02) LReLU .2",
            "ZeroPad 1",
            "Conv 128 k4 s2 valid N(0,.02) nobias BN .9 LReLU .2",
            "ZeroPad 1",
            "Conv 256 k4 s2 valid N(0,.02) nobias BN .9 LReLU .2",
            "ZeroPad 1",
            "Conv 512 k4 valid N(0,.02) nobias BN .9 LReLU .2",
            "ZeroPad 1",
            "Conv 1 k4 valid N(0,.02)",
        ),
        steady=0.5,
        final_rate=0.0,
        batch_size=1,
        steps=200 * 400,
        log_every=100,
        sample_every=4000,
        early_sample=400,
        checkpoint_every=2000,
    ),
    Pix2pix(
        name="pix2pix_facades_quick",
        about="chapter 9: small facades from label maps",
        cpu_minutes=2.5,
        dataset="facades",
        input_shape=(64, 64, 3),
        image_shape=(64, 64, 3),
        jitter=4,
        mirror=True,
        down=(
            "Conv 24 k4 s2 N(0,.02) LReLU .2",
            "Conv 48 k4 s2 N(0,.02) nobias IN LReLU .2",
            "Conv 96 k4 s2 N(0,.02) nobias IN LReLU .2",
            "Conv 128 k4 s2 N(0,.02) nobias IN LReLU .2",
            "Conv 128 k4 s2 N(0,.02) nobias IN LReLU .2",
            "Conv 128 k4 s2 N(0,.02) ReLU",
        ),
        up=(
            "ConvT 128 k4 s2 N(0,.02) nobias IN Dropout .5 ReLU",
            "ConvT 128 k4 s2 N(0,.02) nobias IN Dropout .5 ReLU",
            "ConvT 96 k4 s2 N(0,.02) nobias IN ReLU",
            "ConvT 48 k4 s2 N(0,.02) nobias IN ReLU",
            "ConvT 24 k4 s2 N(0,.02) nobias IN ReLU",
            "ConvT 3 k4 s2 N(0,.02) tanh",
        ),
        discriminator=_PATCHES_34,
        g_learning_rate=5e-4,
        d_learning_rate=5e-4,
        batch_size=4,
        steps=4000,
        log_every=20,
        sample_every=200,
        checkpoint_every=500,
    ),
    Pix2pix(
        name="pix2pix_emoji_quick",
        about="chapter 9: the emoji of one artist in the manner of another",
        cpu_minutes=1.5,
        dataset="emoji",
        **_SMALL,
        steps=3000,
    ),
    Pix2pix(
        name="pix2pix_shapes_quick",
        about="chapter 9: outlines are filled in, on embedded pairs",
        cpu_minutes=1.5,
        dataset="shapes_outlines",
        **_SMALL,
        steps=2000,
    ),
)
