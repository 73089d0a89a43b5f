"""Two folders as pairs: the images of one are the inputs of those of the other.

In: two folders. Out: Pairs, matched by the paths of the files below their folders, without
suffix. A file that nobody matches is an error: it is a slip in a name more often than meant.
"""

import os
from pathlib import Path

import numpy as np

from gan_course.base.errors import InputError
from gan_course.data.folder import load_folder, scanned
from gan_course.data.imageset import ImageSet
from gan_course.data.pairs import Pairs

_NAMED = 10  # files without a partner; more are counted
Shape = tuple[int, int, int]


def load_folder_pairs(inputs: Path, targets: Path, image_shape: Shape | None = None) -> Pairs:
    """The images of two folders that have one name each.

    Args:
      image_shape: (H, W, C) to bring the targets to, and the inputs to `inputs_shape` of it. If
        None: their own size in colour, where all of both have the same; otherwise a square as
        large as the shortest side of all.

    Raises:
      InputError: as `load_folder` does, and for images without a partner.
    """
    name = f"folder:{inputs}|{targets}"
    order = _matched(name, inputs, targets)
    questions = load_folder(inputs, inputs_shape(image_shape))
    answers = load_folder(targets, image_shape)
    sizes = questions.image_shape[:2], answers.image_shape[:2]
    if sizes[0] != sizes[1]:
        side = min(*sizes[0], *sizes[1])
        questions, answers = (load_folder(each, (side, side, 3)) for each in (inputs, targets))
    if (np.diff(order) != 1).any():  # else they stay on the disk
        answers = ImageSet(answers.name, answers.x_train[order], source=answers.source)
    return Pairs.of(name, questions, answers)


def inputs_shape(image_shape: Shape | None) -> Shape | None:
    """What the inputs are brought to: colours, unless the targets are grey."""
    return image_shape and (*image_shape[:2], 1 if image_shape[2] == 1 else 3)


def _matched(name: str, inputs: Path, targets: Path) -> np.ndarray:
    """The places of the targets, in the order of their inputs."""
    by_stem = [_by_stem(folder) for folder in (inputs, targets)]
    alone = [
        found[stem]
        for found, other in (by_stem, by_stem[::-1])
        for stem in found
        if stem not in other
    ]
    if alone:
        more = f" and {len(alone) - _NAMED:,} more" if len(alone) > _NAMED else ""
        raise InputError(
            f"{name}: {len(alone):,} image(s) without a partner of the same name: "
            f"{', '.join(alone[:_NAMED])}{more}; add the partners, or remove these"
        )
    places = {stem: place for place, stem in enumerate(by_stem[1])}
    return np.array([places[stem] for stem in by_stem[0]])


def _by_stem(folder: Path) -> dict[str, str]:
    """The image files of a folder by their path in it without suffix, in order."""
    found = {}
    for file in scanned(folder).files:
        stem = os.path.splitext(os.path.relpath(file, folder))[0]
        if stem in found:
            raise InputError(
                f"{found[stem]} and {file} have one name but for the suffix, so that nobody knows "
                "which of them is of a pair; rename or remove one"
            )
        found[stem] = file
    return found
