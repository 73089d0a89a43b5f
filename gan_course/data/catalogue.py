"""The table of the datasets that have names: what each is, and who gets it.

In: a name. Out: a `Dataset`, whose `fetch` nothing here calls.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from gan_course.base.errors import InputError, unknown_name
from gan_course.data import downloads, paired_downloads
from gan_course.data.downloads import Arrays
from gan_course.data.mirror import KEYS, PAIR_KEYS
from gan_course.data.painted import faces_toy, gaussians, glyphs, outlines, shapes, street_digits


@dataclass(frozen=True)
class Dataset:
    """One name for `load`. `stand_in` names the embedded set of the same shape."""

    about: str
    names: tuple[str, ...]  # of the classes
    fetch: Callable[[], Arrays]  # under `KEYS`, or `PAIR_KEYS` of pairs
    origin: str  # where `fetch` gets them, for messages
    stand_in: str | None = None  # None: this set is embedded itself
    licence: str = "MIT, as the course"  # as in data/README.md
    centres: np.ndarray | None = None  # of an embedded mixture, as in ImageSet
    deviation: float | None = None
    pairs: bool = False


def embedded(
    make: Callable, train: int = 10_000, test: int = 2_000, keys: tuple[str, ...] = KEYS
) -> Callable[[], Arrays]:
    """A `fetch` that makes a set by code, under `keys`: once, and nobody can change it.

    Args:
      make: (count, seed) -> images and labels, or inputs and targets.
    """

    @cache  # a notebook loads its data more than once, and faces take a few seconds to paint
    def fetch() -> Arrays:
        arrays = dict(zip(keys, (*make(train, seed=0), *make(test, seed=1)), strict=True))
        for array in arrays.values():
            array.flags.writeable = False  # everybody gets the same arrays
        return arrays

    return fetch


_FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_CIFAR10 = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip

DATASETS: dict[str, Dataset] = {
    "mnist": Dataset(
        about="handwritten digits, 28×28 grey, 60,000 + 10,000 (LeCun, Cortes, Burges)",
        names=tuple("0123456789"),
        fetch=downloads.keras_set("mnist"),
        origin="keras.datasets.mnist (download, cached by Keras)",
        stand_in="glyphs",
        licence="CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
    ),
    "fashion_mnist": Dataset(
        about="clothes, 28×28 grey, 60,000 + 10,000 (Zalando Research)",
        names=_FASHION,
        fetch=downloads.keras_set("fashion_mnist"),
        origin="keras.datasets.fashion_mnist (download, cached by Keras)",
        stand_in="glyphs",
        licence="MIT, Zalando SE",
    ),
    "cifar10": Dataset(
        about="photographs of ten classes, 32×32 colour, 50,000 + 10,000 (Krizhevsky)",
        names=_CIFAR10,
        fetch=downloads.keras_set("cifar10"),
        origin="keras.datasets.cifar10 (download, cached by Keras)",
        stand_in="shapes",
        licence="no formal licence; cite Krizhevsky 2009",
    ),
    "faces": Dataset(
        about="aligned photographs of faces, 64×64 colour, 13,233 (Labeled Faces in the Wild)",
        names=(),
        fetch=downloads.lfw_faces,
        origin="scikit-learn's fetch_lfw_people (download, cached by scikit-learn)",
        stand_in="faces_toy",
        licence="for research, no formal licence; do not publish the photographs",
    ),
    "facades": Dataset(
        about="pairs: label maps and photographs of facades, 128×128 colour, 400 + 106 (CMP)",
        names=(),
        fetch=paired_downloads.facades,
        origin="the archive of pix2pix at Berkeley (download, cached by Keras)",
        stand_in="faces_toy_outlines",
        licence="unstated; cite Tyleček and Šára 2013",
        pairs=True,
    ),
    "emoji": Dataset(
        about="pairs: emoji by two artists, 32×32 colour, 1,661 + 200 (Twemoji and Noto)",
        names=(),
        fetch=paired_downloads.emoji,
        origin="two packages of npm, emoji-datasource (download, cached by Keras)",
        stand_in="shapes_outlines",
        licence="Twemoji CC BY 4.0, Twitter, Inc; Noto Emoji Apache 2.0, Google",
        pairs=True,
    ),
    "glyphs": Dataset(
        about="printed and hand-drawn digits, 28×28 grey, 10,000 + 2,000, made by code",
        names=glyphs.NAMES,
        fetch=embedded(glyphs.make),
        origin="made by code",
    ),
    "shapes": Dataset(
        about="ten geometric shapes, 32×32 colour, 10,000 + 2,000, made by code",
        names=shapes.NAMES,
        fetch=embedded(shapes.make),
        origin="made by code",
    ),
    "faces_toy": Dataset(
        about="cartoon faces, 64×64 colour, 5,000 + 1,000, made by code",
        names=faces_toy.NAMES,
        fetch=embedded(faces_toy.make, 5_000, 1_000),
        origin="made by code",
    ),
    "street_digits": Dataset(
        about="house numbers, 28×28 colour, 10,000 + 2,000, made by code",
        names=street_digits.NAMES,
        fetch=embedded(street_digits.make),
        origin="made by code",
    ),
    "shapes_outlines": Dataset(
        about="pairs: outlines and shapes, 32×32 colour, 10,000 + 2,000, made by code",
        names=(),
        fetch=embedded(outlines.of_shapes, keys=PAIR_KEYS),
        origin="made by code",
        pairs=True,
    ),
    "faces_toy_outlines": Dataset(
        about="pairs: outlines and cartoon faces, 128×128 colour, 1,000 + 200, made by code",
        names=(),
        fetch=embedded(outlines.of_faces, 1_000, 200, keys=PAIR_KEYS),
        origin="made by code",
        pairs=True,
    ),
    "ring": Dataset(
        about="eight Gaussians on a circle, points as 1×2 pixels, 10,000 + 2,000, made by code",
        names=gaussians.RING_NAMES,
        fetch=embedded(gaussians.ring),
        origin="made by code",
        centres=gaussians.RING,
        deviation=gaussians.DEVIATION,
    ),
    "grid": Dataset(
        about="25 Gaussians on a grid, points as 1×2 pixels, 10,000 + 2,000, made by code",
        names=gaussians.GRID_NAMES,
        fetch=embedded(gaussians.grid),
        origin="made by code",
        centres=gaussians.GRID,
        deviation=gaussians.DEVIATION,
    ),
}
QUICKDRAW = re.compile(r"quickdraw_([\w-]+)")


def _quickdraw(category: str) -> Dataset:
    return Dataset(
        about=f"drawings of one category ({category}), 28×28 grey (Google Quick, Draw!)",
        names=(),
        fetch=downloads.quickdraw(category),
        origin="Google's Quick, Draw! bitmaps (download, cached by Keras)",
        stand_in="glyphs",
        licence="CC BY 4.0, Google, Inc.",
    )


def find(name: str) -> Dataset:
    """The dataset of that name, without a class; an unknown one gets a "did you mean"."""
    if match := QUICKDRAW.fullmatch(name):
        return _quickdraw(match[1])
    if "|" in name:
        raise InputError(
            f"{name!r} is no dataset; two sets without pairs are written unpaired:A|B, and pairs "
            "made of two folders folder:A|B"
        )
    if name not in DATASETS:
        forms = "quickdraw_CATEGORY", "folder:PATH", "unpaired:A|B"
        raise unknown_name("dataset", name, [*DATASETS, *forms])
    return DATASETS[name]
