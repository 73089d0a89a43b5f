"""Which real images samples are compared with, and whether there are enough of them.

In: a dataset, and how many samples there are. Out: two sets of real images, the same every time.
"""

import numpy as np

from gan_course.base.errors import InputError
from gan_course.data import ImageSet

FEWEST = 50  # images of each kind; with fewer the measures say nothing


def check_enough(data: ImageSet, count: int) -> None:
    """Whether `count` samples can be compared with this dataset; before anything is computed.

    Raises:
      InputError: if fewer than FEWEST images would be left on either side.
    """
    if count < FEWEST:
        raise InputError(f"{count} images say nothing; evaluate at least {FEWEST}")
    there = _comparable(data)
    if there < FEWEST:
        halves = ", in each half of its images" if data.x_test is None else ""
        raise InputError(
            f"{data.name!r} has {there} images to compare with{halves}, and these say nothing; "
            f"it takes at least {FEWEST}"
        )


def _comparable(data: ImageSet) -> int:
    """How many real images there are for each of the two sets."""
    if data.x_test is None:
        return len(data.x_train) // 2
    return min(len(data.x_test), len(data.x_train))


def real_images(data: ImageSet, count: int) -> tuple[np.ndarray, np.ndarray, str]:
    """Two sets of as many real images, drawn once and for all: the reference and a second one.

    The reference are test images, and the second set training images; where there are no test
    images, the two halves of the training images.
    """
    first, second = _drawn(data, count)
    if data.x_test is None:
        return data.x_train[first], data.x_train[second], "training"
    return data.x_test[first], data.x_train[second], "test"


def real_labels(data: ImageSet, count: int) -> tuple[np.ndarray, np.ndarray] | None:
    """The labels of these two sets, where there are any."""
    first, second = _drawn(data, count)
    reference = data.y_train if data.x_test is None else data.y_test
    if reference is None or data.y_train is None:
        return None
    return reference[first], data.y_train[second]


def _drawn(data: ImageSet, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the reference and of the second set."""
    rng = np.random.default_rng(0)
    mixed = rng.permutation(len(data.x_train))
    count = min(count, _comparable(data))
    if data.x_test is None:
        return mixed[:count], mixed[count : 2 * count]
    return rng.permutation(len(data.x_test))[:count], mixed[:count]
