"""The recipes of chapter 11: one picture is painted in the manner of another.

There is no generator and no second player. What is trained is the picture itself, and a network
that never changes, the *judge*, says what is in it and how it is painted.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from gan_course.base.errors import unknown_name
from gan_course.recipes.bounds import above, at_least, within
from gan_course.recipes.schema import Recipe, check

# The layers of each judge that may be asked, from the pixels on: their names, and 1, 2, 3, …
_SMALL = tuple(f"conv{number}" for number in range(1, 5))
_VGG19 = tuple(
    f"block{block}_conv{number}"
    for block, convolutions in enumerate((2, 2, 4, 4, 4), start=1)
    for number in range(1, convolutions + 1)
)
JUDGES = {"random": _SMALL, "course": _SMALL, "vgg19": _VGG19}


@dataclass(frozen=True, kw_only=True)
class Style(Recipe):
    """What makes a painting. `image_shape` is that of the content, and so of the painting; the
    longer of its sides is the longest that the style may have, too. `dataset` names both, as
    "pictures:CONTENT|STYLE" (data/pictures.py).

    The judge is one of three: "random" filters (He, Wang and Hopcroft 2016, arXiv:1606.04801); the
    "course"'s own small network, taught once; "vgg19", whose weights must be had from somewhere.
    """

    game: ClassVar[str] = "style"
    smoke: ClassVar[dict] = {
        "batch_size": 1, "image_shape": (64, 96, 3), "judge_data": "shapes", "judge_steps": 4,
    }  # fmt: skip

    batch_size: Annotated[int, above(0)] = 1  # one picture is painted

    judge: Literal["random", "course", "vgg19"] = "course"
    judge_data: Literal["cifar10", "shapes"] = "cifar10"  # what the course's own judge is taught
    judge_steps: Annotated[int, above(0)] = 600  # and how long
    pooling: Literal["average", "max"] = "average"  # what the judge does between its blocks
    content_layers: tuple[str, ...] = ("conv3",)  # names of the judge's layers, or their numbers
    style_layers: tuple[str, ...] = ("conv1", "conv2", "conv3", "conv4")
    content_weight: Annotated[float, at_least(0)] = 8e3
    style_weight: Annotated[float, at_least(0)] = 1e6
    variation_weight: Annotated[float, at_least(0)] = 5e4  # of the variation of a place, the mean

    start: Literal["content", "noise"] = "content"  # what is on the canvas before the first step
    keep_colour: bool = False  # paint the brightness alone, and keep the content's colours
    # Adam's. A small epsilon would let every pixel go as far as the others, however little it has
    # to do: that is grain. The weights above are as large as they are because of this one.
    learning_rate: Annotated[float, above(0)] = 0.05
    beta_1: Annotated[float, within(0, 1)] = 0.9
    beta_2: Annotated[float, within(0, 1)] = 0.999
    epsilon: Annotated[float, above(0)] = 20.0

    def __post_init__(self):
        super().__post_init__()
        check(self.image_shape[2] == 3, f"image_shape={self.image_shape} must have 3 channels")
        check(self.batch_size == 1, f"batch_size={self.batch_size}: one picture is painted; use 1")
        check(
            self.distance_every == 0,
            f"distance_every={self.distance_every}: one painting has no distance from a set of "
            "images; use distance_every=0",
        )
        check(
            self.content_weight + self.style_weight > 0,
            "content_weight and style_weight are both 0: then there is nothing to paint",
        )
        for what in ("content", "style"):
            self._check_layers(what)

    def _check_layers(self, what: str) -> None:
        asked = getattr(self, f"{what}_layers")
        check(
            bool(asked) or getattr(self, f"{what}_weight") == 0,
            f"{what}_layers is empty, but {what}_weight is not 0; name a layer, or use weight 0",
        )
        for name in asked:
            layer_of(self.judge, name)

    @property
    def layers(self) -> tuple[str, ...]:
        """Those that count for something, from the pixels on."""
        asked = {
            layer_of(self.judge, name)
            for what in ("content", "style")
            if getattr(self, f"{what}_weight") > 0
            for name in getattr(self, f"{what}_layers")
        }
        return tuple(name for name in JUDGES[self.judge] if name in asked)

    @property
    def has_convolutions(self) -> bool:
        """Those of the judge: a step is long, and nothing is gained by many in one call."""
        return True


def layer_of(judge: str, name: str) -> str:
    """The name of a judge's layer, given that or its number, counted from 1.

    Raises:
      InputError: if it has none such; with the nearest name, and the names of all.
    """
    known = JUDGES[judge]
    if name.isdecimal() and 1 <= int(name) <= len(known):
        return known[int(name) - 1]
    if name not in known:
        span = f"{known[0]} to {known[-1]}, or 1 to {len(known)}"
        raise unknown_name(f"layer of judge {judge!r} ({span})", name, known)
    return name


RECIPES = (
    # The numbers of TensorFlow's tutorial "Neural style transfer". Its variation is a sum over all
    # places, ours a mean: so its weight, 30, is multiplied by their number.
    Style(
        name="style_vgg19",
        about="chapter 11: a photograph as a painting, judged by VGG19; for a GPU",
        cpu_minutes=40,
        dataset="pictures:china|starry_night",
        image_shape=(342, 512, 3),
        value_range=(0, 1),
        judge="vgg19",
        pooling="max",
        content_layers=("block5_conv2",),
        style_layers=tuple(f"block{number}_conv1" for number in range(1, 6)),
        content_weight=1e4,
        style_weight=1e-2,
        variation_weight=30.0 * 342 * 512,
        learning_rate=0.02,
        beta_1=0.99,
        epsilon=0.1,
        steps=1000,
        log_every=10,
        sample_every=50,
        checkpoint_every=100,
    ),
    Style(
        name="style_quick",
        about="chapter 11: a photograph as a painting, judged by the course's small network",
        cpu_minutes=0.4,
        dataset="pictures:china|painting",
        image_shape=(256, 384, 3),
        value_range=(0, 1),
        judge="course",
        steps=300,
        log_every=5,
        sample_every=15,
        checkpoint_every=50,
    ),
)
