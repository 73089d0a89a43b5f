"""Too few images to compare with: said at once, before a classifier is trained to measure with."""

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course import run as run_module
from gan_course.base.errors import InputError
from gan_course.data import ImageSet
from gan_course.measures.references import check_enough, real_images


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        (60, None, r"'few' has 30 images to compare with, in each half of its images, and .* 50"),
        (99, None, "has 49 images to compare with, in each half"),
        (200, 49, "'few' has 49 images to compare with, and these say nothing"),
        (40, 200, "'few' has 40 images to compare with, and these say nothing"),
    ],
)
def test_too_few_images_are_refused_before_features_are_asked_for(
    tmp_path, monkeypatch, train, test, message
):
    data = ImageSet("few", e2e.pixels(train), x_test=None if test is None else e2e.pixels(test))
    run = gan.train(e2e.tiny(steps=2), tmp_path, data=data, progress=False, results=False)

    def no_features(_):
        raise AssertionError("a classifier would be trained now")

    monkeypatch.setattr(run_module, "features_for", no_features)
    with pytest.raises(InputError, match=message):
        run.evaluate(data=data)


def test_a_hundred_images_without_a_test_set_are_enough():
    data = ImageSet("enough", e2e.pixels(100))
    check_enough(data, 50)
    real, second, split = real_images(data, 1000)
    assert (len(real), len(second), split) == (50, 50, "training")
    both = {image.tobytes() for image in np.concatenate([real, second])}
    assert both == {image.tobytes() for image in data.x_train}  # each image once
