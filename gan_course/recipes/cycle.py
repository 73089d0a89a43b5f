"""The recipes of chapter 10: two kinds of images become each other, without pairs."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from gan_course.recipes.bounds import above, at_least, within
from gan_course.recipes.schema import ROWS_AND_COLUMNS, check
from gan_course.recipes.translating import Translating


@dataclass(frozen=True, kw_only=True)
class Cycle(Translating):
    """G leads from inputs to targets, F back; one D judges the targets, another the inputs.

    What both generators minimise together: adversarial_weight times what the two D say, plus
    cycle_weight times the mean distance of F(G(x)) from x and of G(F(y)) from y, plus
    identity_weight times that of G(y) from y and of F(x) from x.

    The least squares of the paper have no factor 1/2, ours have: with adversarial_weight=2 and
    d_weight=1 they are the paper's, whose D is halved.

    Source: Zhu et al. 2017, arXiv:1703.10593, equations 1 to 3, section 4 and appendix.
    """

    game: ClassVar[str] = "cycle"

    generator: tuple[str, ...]  # from inputs to targets
    generator_back: tuple[str, ...]  # from targets to inputs
    discriminator_back: tuple[str, ...] = ()  # judges the inputs; (): lines like the other's
    objective: str = "least_squares"
    d_weight: Annotated[float, above(0)] = 1.0
    adversarial_weight: Annotated[float, above(0)] = 2.0
    cycle_weight: Annotated[float, at_least(0)] = 10.0
    identity_weight: Annotated[float, at_least(0)] = 0.0
    cycle_noise: Annotated[float, at_least(0)] = 0.0  # deviation of what is laid over G(x) and F(y)
    negatives: Annotated[float, within(0, 1, "[]")] = 0.0  # share of x and F(y) that G reads as -x
    pool_size: Annotated[int, at_least(0)] = 50  # past fakes that D is shown; 0: only present ones
    grid: Annotated[tuple[int, int], ROWS_AND_COLUMNS] = (6, 6)  # x, G(x), F(G(x)); y, F(y), …

    def __post_init__(self):
        super().__post_init__()
        check(
            self.identity_weight == 0 or self.input_shape == self.image_shape,
            f"identity_weight={self.identity_weight}: G(y) takes a target for an input, but inputs "
            f"are {self.input_shape} and targets {self.image_shape}; use identity_weight=0",
        )
        check(
            self.pool_size == 0 or self.pool_size >= self.batch_size,
            f"pool_size={self.pool_size} has no room for a batch of {self.batch_size}; use 0, or "
            f"at least {self.batch_size}",
        )
        check(
            self.grid[1] % 6 == 0,
            f"grid={self.grid}: a row shows x, G(x), F(G(x)) and y, F(y), G(F(y)); use "
            f"({self.grid[0]}, {max(6, self.grid[1] // 6 * 6)})",
        )


def _resnet(base: int, blocks: int, channels: int, size: int = 7, norm: str = "PlainIN") -> tuple:
    """c7s1-base, d, d, R…, u, u, c7s1 of Johnson et al., as CycleGAN writes it."""
    n = "N(0,.02)"
    return (
        f"Pad {size // 2}",
        f"Conv {base} k{size} valid {n} {norm} ReLU",
        f"Conv {2 * base} k3 s2 {n} {norm} ReLU",
        f"Conv {4 * base} k3 s2 {n} {norm} ReLU",
        *[f"Res {4 * base} {n} {norm}"] * blocks,
        f"ConvT {2 * base} k3 s2 {n} {norm} ReLU",
        f"ConvT {base} k3 s2 {n} {norm} ReLU",
        f"Pad {size // 2}",
        f"Conv {channels} k{size} valid {n} tanh",
    )


def _small(channels: int) -> tuple[str, ...]:
    """Halved once, so that a stroke of two pixels survives."""
    return (
        "Conv 16 k5 N(0,.02) nobias IN ReLU",
        "Conv 32 k4 s2 N(0,.02) nobias IN ReLU",
        *["Res 32 N(0,.02) nobias IN"] * 3,
        "ConvT 16 k4 s2 N(0,.02) nobias IN ReLU",
        f"Conv {channels} k5 N(0,.02) tanh",
    )


_PATCHES_70 = (
    "ZeroPad 1",
    "Conv 64 k4 s2 valid N(0,.02) LReLU .2",
    "ZeroPad 1",
    "Conv 128 k4 s2 valid N(0,.02) PlainIN LReLU .2",
    "ZeroPad 1",
    "Conv 256 k4 s2 valid N(0,.02) PlainIN LReLU .2",
    "ZeroPad 1",
    "Conv 512 k4 valid N(0,.02) PlainIN LReLU .2",
    "ZeroPad 1",
    "Conv 1 k4 valid N(0,.02)",
)
_PATCHES_22 = (
    "Conv 32 k4 s2 N(0,.02) LReLU .2",
    "Conv 64 k4 s2 N(0,.02) SN LReLU .2",
    "Conv 1 k4 N(0,.02)",
)
_PATCHES_34 = (*_PATCHES_22[:2], "Conv 64 k4 N(0,.02) SN LReLU .2", _PATCHES_22[2])

_QUICK = dict(
    cycle_weight=5.0,
    cycle_noise=0.1,  # or the way back reads what no eye sees
    g_learning_rate=1e-3,
    d_learning_rate=1e-3,
    steady=0.5,
    final_rate=0.0,
    batch_size=8,
    log_every=20,
    sample_every=200,
    checkpoint_every=500,
)

RECIPES = (
    Cycle(
        name="cyclegan_facades",
        about="chapter 10: facades and label maps, unpaired, 200 epochs; for a GPU",
        cpu_minutes=2_000,
        dataset="unpaired:facades",
        input_shape=(128, 128, 3),
        image_shape=(128, 128, 3),
        jitter=15,
        mirror=True,
        generator=_resnet(64, 6, 3),
        generator_back=_resnet(64, 6, 3),
        discriminator=_PATCHES_70,
        identity_weight=5.0,
        steady=0.5,
        final_rate=0.0,
        batch_size=1,
        steps=200 * 200,  # half of the 400 pairs are inputs, the others targets
        log_every=100,
        sample_every=2000,
        early_sample=200,
        checkpoint_every=1000,
    ),
    Cycle(
        name="cyclegan_digits_quick",
        about="chapter 10: house numbers become handwriting, and back",
        cpu_minutes=3,
        dataset="unpaired:street_digits|mnist",
        input_shape=(28, 28, 3),
        image_shape=(28, 28, 1),
        negatives=0.5,  # ink may be darker than its ground, and is in one number of five
        generator=_small(1),
        generator_back=_small(3),
        discriminator=_PATCHES_34,  # each sees the whole digit, and judges one place of it
        **_QUICK,
        adversarial_weight=1.0,
        steps=3600,
    ),
    Cycle(
        name="cyclegan_emoji_quick",
        about="chapter 10: the emoji of two artists, unpaired",
        cpu_minutes=4,
        dataset="unpaired:emoji",
        input_shape=(32, 32, 3),
        image_shape=(32, 32, 3),
        mirror=True,
        generator=_small(3),
        generator_back=_small(3),
        discriminator=_PATCHES_22,
        **_QUICK,
        identity_weight=2.5,
        steps=4000,
    ),
)
