"""What a classifier that measures learns to tell apart: the classes of a set, or turns.

In: a dataset. Out: its task, and the examples to learn from and to be judged by. Where a set has no
labels: by how many quarter turns an image was turned; for that, too, one must know what is in the
picture.

Source of the turns: Gidaris et al. 2018, arXiv:1803.07728.
"""

from dataclasses import dataclass

import numpy as np

from gan_course.base.errors import InputError
from gan_course.data import ImageSet

MOST = 20_000  # images of a set without labels: each is turned, and all turns are in memory
_FEWEST = 20  # training images

Examples = tuple[np.ndarray, np.ndarray]  # uint8 images (N, H, W, C), labels (N,)


@dataclass(frozen=True)
class Task:
    """name: what is told apart, in words. classes: how many; their names, where they have some."""

    name: str
    classes: int
    names: tuple[str, ...] = ()


def task_of(data: ImageSet) -> Task:
    """The classes of a set that has some; else turns: 4, or 2 where only these keep the shape.

    Raises:
      InputError: if there are too few images, or a label has no name.
    """
    if len(data.x_train) < _FEWEST:
        raise InputError(
            f"{data.name!r} has {len(data.x_train)} training images, too few for a classifier "
            f"to measure with; it takes {_FEWEST}"
        )
    if data.y_train is None or len(data.names) < 2:
        height, width, _ = data.image_shape
        return Task(f"turned {data.name}", 4 if height == width else 2)
    highest = max(int(y.max()) for y in (data.y_train, data.y_test) if y is not None)
    if highest >= len(data.names) or data.y_train.min() < 0:
        raise InputError(
            f"{data.name!r} has labels up to {highest}, but {len(data.names)} names; "
            "give one name for each class"
        )
    return Task(f"the {len(data.names)} classes of {data.name}", len(data.names), data.names)


def examples(data: ImageSet, task: Task) -> tuple[Examples, Examples]:
    """What to learn from, and unseen images to be judged by."""
    return _labelled(data) if task.names else _turned(data.x_train, task.classes)


def _labelled(data: ImageSet) -> tuple[Examples, Examples]:
    """What to learn from, and unseen images to be judged by."""
    if data.x_test is not None and data.y_test is not None:
        return (data.x_train, data.y_train), (data.x_test, data.y_test)
    unseen = _a_tenth(len(data.x_train))
    return tuple((data.x_train[part], data.y_train[part]) for part in (~unseen, unseen))


def _turned(images: np.ndarray, turns: int) -> tuple[Examples, Examples]:
    """Every image at every turn; a tenth of the images, at all their turns, is kept unseen."""
    images = np.asarray(images[:: -(-len(images) // MOST)])
    unseen = _a_tenth(len(images))
    quarters = range(0, 4, 4 // turns)

    def at_all_turns(chosen: np.ndarray) -> Examples:
        turned = [np.rot90(chosen, quarter, axes=(1, 2)) for quarter in quarters]
        return np.concatenate(turned), np.repeat(np.arange(turns), len(chosen))

    return at_all_turns(images[~unseen]), at_all_turns(images[unseen])


def _a_tenth(count: int) -> np.ndarray:
    """Which images to keep unseen: drawn, since labels may come in an order."""
    return np.random.default_rng(0).permutation(count) % 10 == 9
