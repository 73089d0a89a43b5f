"""Where each dataset comes from: the mirror folder, its real source, or code.

In: a name. Out: an ImageSet whose `source` says which of them it was.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from gan_course.base.errors import DatasetUnavailable, InputError, unknown_name
from gan_course.base.files import user_path
from gan_course.data import downloads
from gan_course.data.downloads import Arrays
from gan_course.data.folder import load_folder
from gan_course.data.imageset import ImageSet
from gan_course.data.mirror import KEYS, MIRROR, mirror_file, mirror_folder, read_archive
from gan_course.data.painted import faces_toy, gaussians, glyphs, shapes

_FOLDER = "folder:"


@dataclass(frozen=True)
class Dataset:
    """One name for `load`. `stand_in` names the embedded set of the same shape."""

    about: str
    names: tuple[str, ...]  # of the classes
    fetch: Callable[[], Arrays]  # under `KEYS`
    origin: str  # where `fetch` gets them, for messages
    stand_in: str | None = None  # None: this set is embedded itself
    centres: np.ndarray | None = None  # of an embedded mixture, as in ImageSet
    deviation: float | None = None


def _embedded(make: Callable, train: int = 10_000, test: int = 2_000) -> Callable[[], Arrays]:
    @cache  # a notebook loads its data more than once, and faces take a few seconds to paint
    def fetch() -> Arrays:
        arrays = dict(zip(KEYS, (*make(train, seed=0), *make(test, seed=1)), strict=True))
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
    ),
    "fashion_mnist": Dataset(
        about="clothes, 28×28 grey, 60,000 + 10,000 (Zalando Research)",
        names=_FASHION,
        fetch=downloads.keras_set("fashion_mnist"),
        origin="keras.datasets.fashion_mnist (download, cached by Keras)",
        stand_in="glyphs",
    ),
    "cifar10": Dataset(
        about="photographs of ten classes, 32×32 colour, 50,000 + 10,000 (Krizhevsky)",
        names=_CIFAR10,
        fetch=downloads.keras_set("cifar10"),
        origin="keras.datasets.cifar10 (download, cached by Keras)",
        stand_in="shapes",
    ),
    "faces": Dataset(
        about="aligned photographs of faces, 64×64 colour, 13,233 (Labeled Faces in the Wild)",
        names=(),
        fetch=downloads.lfw_faces,
        origin="scikit-learn's fetch_lfw_people (download, cached by scikit-learn)",
        stand_in="faces_toy",
    ),
    "glyphs": Dataset(
        about="printed and hand-drawn digits, 28×28 grey, 10,000 + 2,000, made by code",
        names=glyphs.NAMES,
        fetch=_embedded(glyphs.make),
        origin="made by code",
    ),
    "shapes": Dataset(
        about="ten geometric shapes, 32×32 colour, 10,000 + 2,000, made by code",
        names=shapes.NAMES,
        fetch=_embedded(shapes.make),
        origin="made by code",
    ),
    "faces_toy": Dataset(
        about="cartoon faces, 64×64 colour, 5,000 + 1,000, made by code",
        names=faces_toy.NAMES,
        fetch=_embedded(faces_toy.make, 5_000, 1_000),
        origin="made by code",
    ),
    "ring": Dataset(
        about="eight Gaussians on a circle, points as 1×2 pixels, 10,000 + 2,000, made by code",
        names=gaussians.RING_NAMES,
        fetch=_embedded(gaussians.ring),
        origin="made by code",
        centres=gaussians.RING,
        deviation=gaussians.DEVIATION,
    ),
    "grid": Dataset(
        about="25 Gaussians on a grid, points as 1×2 pixels, 10,000 + 2,000, made by code",
        names=gaussians.GRID_NAMES,
        fetch=_embedded(gaussians.grid),
        origin="made by code",
        centres=gaussians.GRID,
        deviation=gaussians.DEVIATION,
    ),
}
_QUICKDRAW = re.compile(r"quickdraw_([\w-]+)")


def _quickdraw(category: str) -> Dataset:
    return Dataset(
        about=f"drawings of one category ({category}), 28×28 grey (Google Quick, Draw!)",
        names=(),
        fetch=downloads.quickdraw(category),
        origin="Google's Quick, Draw! bitmaps (download, cached by Keras)",
        stand_in="glyphs",
    )


def load(name: str, image_shape: tuple[int, int, int] | None = None) -> ImageSet:
    """The dataset of that name.

    Args:
      name: a key of DATASETS; "quickdraw_CATEGORY"; either with ":CLASS" for one class alone, as
        in "cifar10:horse"; or "folder:PATH" for a folder of images (searched recursively).
      image_shape: (H, W, C). The images of a folder are brought to it; those of another set are
        shrunk to it if theirs is a whole multiple, and else stay as they are.

    Raises:
      InputError: for an unknown name, and for a file or folder that cannot be used.
      DatasetUnavailable: where neither the mirror nor the source has the set; says what was tried.
    """
    if not isinstance(name, str):
        raise InputError(f"a dataset has a name, such as 'mnist' or 'folder:PATH', got {name!r}")
    if name.startswith(_FOLDER):
        path = name.removeprefix(_FOLDER)
        if not path:
            raise InputError(f"{name!r} names no folder; write {_FOLDER}PATH")
        return load_folder(user_path(path), image_shape)
    base, colon, wanted = name.partition(":")
    if colon and wanted not in (names := find(base).names) and names:  # before a long download
        raise unknown_name(f"class of {base!r}", wanted, names)
    images = _load_whole(base)
    if colon:
        images = images.one_class(wanted)
    return images if image_shape is None else images.shrunk(image_shape)


def _load_whole(name: str) -> ImageSet:
    dataset = find(name)
    if dataset.stand_in is None:
        return ImageSet(
            name, **dataset.fetch(), names=dataset.names, source=dataset.origin,
            centres=dataset.centres, deviation=dataset.deviation,
        )  # fmt: skip
    file = mirror_file(name)
    if file is not None:
        arrays, source = read_archive(file), "from the mirror folder"
    else:
        arrays, source = _fetched(name, dataset), f"from {dataset.origin}"
    return ImageSet(name, **arrays, names=dataset.names, source=source)


def stand_in(name: str) -> str:
    """The embedded set to train on where `name` cannot be had: `name` itself, if that is local."""
    return name if name.startswith(_FOLDER) else find(name.partition(":")[0]).stand_in or name


def find(name: str) -> Dataset:
    """The dataset of that name, without a class; an unknown one gets a "did you mean"."""
    if match := _QUICKDRAW.fullmatch(name):
        return _quickdraw(match[1])
    if name not in DATASETS:
        raise unknown_name("dataset", name, [*DATASETS, "quickdraw_CATEGORY", f"{_FOLDER}PATH"])
    return DATASETS[name]


def mirrored() -> list[str]:
    """The datasets whose archives are in the mirror."""
    folder = mirror_folder()
    names = sorted(file.stem for file in folder.glob("*.npz")) if folder else []
    known = (name for name in names if name in DATASETS or _QUICKDRAW.fullmatch(name))
    return [name for name in known if find(name).stand_in is not None]


def _fetched(name: str, dataset: Dataset) -> Arrays:
    try:
        return dataset.fetch()
    except Exception as error:  # a download fails in many ways, and Keras raises plain Exception
        reason = (str(error) or type(error).__name__).splitlines()[0]
        tried = f"{MIRROR} is not set"
        if os.environ.get(MIRROR):
            tried = f"{MIRROR}={os.environ[MIRROR]!r} has no {name}.npz"
        raise DatasetUnavailable(
            f"dataset {name!r} cannot be had: {tried}, and {dataset.origin} failed ({reason}). "
            f"Three ways out: connect to the internet once; put {name}.npz into a folder and set "
            f"{MIRROR} to it; or train on the embedded stand-in {dataset.stand_in!r}"
        ) from None


def class_names(name: str) -> tuple[str, ...]:
    """The names of the classes of that dataset, without loading it; empty where nobody knows."""
    if name.startswith(_FOLDER) or ":" in name:
        return ()
    return find(name).names
