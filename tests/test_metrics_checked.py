"""What every measure says of arrays that it cannot use: one line, with what was found."""

import numpy as np
import pytest

from gan_course.measures.metrics import (
    count_modes,
    density_coverage,
    frechet_distance,
    kernel_distance,
    nearest_images,
    points,
    precision_recall,
)
from gan_course.measures.metrics.neighbours import squared_radii

OF_SETS = {
    "frechet_distance": frechet_distance,
    "kernel_distance": kernel_distance,
    "precision_recall": precision_recall,
    "density_coverage": density_coverage,
    "squared_radii": lambda one, other: (squared_radii(one), squared_radii(other)),
}
SETS = pytest.mark.parametrize("measure", OF_SETS)


def features(count=20, width=3, seed=0):
    return np.random.default_rng(seed).normal(size=(count, width))


def refused(function, *arguments):
    with pytest.raises(ValueError) as caught:
        function(*arguments)
    line = str(caught.value)
    assert "\n" not in line and type(caught.value) is ValueError  # a LinAlgError is one, too
    return line


@SETS
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", [0, 1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_features_that_are_not_finite_are_refused_with_the_rows(measure, bad, where, dtype):
    sets = [features(seed=seed).astype(dtype) for seed in (1, 2)]
    sets[where][7, 1] = sets[where][12, 0] = bad
    line = refused(OF_SETS[measure], *sets)
    assert measure in line
    assert line.endswith("hold NaN or infinity in 2 of 20 rows, first in row 7")
    if measure != "squared_radii":
        assert f"the {('first', 'second')[where]} features" in line


@SETS
def test_infinities_that_cancel_in_a_sum_are_found(measure):
    bad = features()
    bad[3] = np.inf, -np.inf, 0
    assert "in 1 of 20 rows, first in row 3" in refused(OF_SETS[measure], bad, features())


def test_large_features_whose_sum_overflows_are_not_refused():
    large = np.full((20, 3), 3e38, np.float32)
    assert frechet_distance(large, large) == 0


@SETS
@pytest.mark.parametrize(
    ("one", "other"),
    [((20, 3), (20, 4)), ((20,), (20,)), ((20, 3), (20,)), ((20, 0), (20, 0)), ((), ())],
)
def test_features_of_other_dimensions_are_refused_with_the_shapes(measure, one, other):
    if measure == "squared_radii" and one == (20, 3):
        other = one = (20, 3, 1)
    line = refused(OF_SETS[measure], np.zeros(one), np.zeros(other))
    assert measure in line and f"got {one}" in line


@SETS
@pytest.mark.parametrize("count", [0, 1])
def test_features_of_too_few_rows_are_refused_with_what_is_needed(measure, count):
    line = refused(OF_SETS[measure], features(count), features(count))
    assert measure in line and "needs at least" in line
    assert line.endswith(f"rows, got {count} and {count}")


def test_text_is_no_feature():
    line = refused(frechet_distance, np.full((5, 2), "a"), np.full((5, 2), "b"))
    assert "must be real numbers, got <U1" in line


def test_lists_are_taken_for_arrays():
    one, other = features(), features(seed=1)
    assert frechet_distance(one.tolist(), other.tolist()) == frechet_distance(one, other)
    assert precision_recall(one.tolist(), other.tolist()) == precision_recall(one, other)


CENTRES = np.array([[0.0, 1.0], [1.0, 0.0]])


@pytest.mark.parametrize(
    ("found", "centres", "deviation", "message"),
    [
        (np.zeros((0, 2)), CENTRES, 0.1, "count_modes needs at least 1 and 1 rows, got 0 and 2"),
        (np.zeros((3, 2)), CENTRES[:0], 0.1, "needs at least 1 and 1 rows, got 3 and 0"),
        (np.zeros((3, 3)), CENTRES, 0.1, "count_modes expected features (N, K) and (M, K), got (3"),
        (np.zeros((3, 3)), np.zeros((2, 3)), 0.1, "points (N, 2) of the plane, got (3, 3)"),
        (np.zeros(2), CENTRES, 0.1, "got (2,) and (2, 2)"),
        (np.array([[0, 0], [0, np.nan]]), CENTRES, 0.1, "in 1 of 2 rows, first in row 1"),
        (np.zeros((3, 2)), CENTRES, 0.0, "deviation of count_modes must be above 0, got 0.0"),
        (np.zeros((3, 2)), CENTRES, np.nan, "must be above 0, got nan"),
    ],
    ids=["empty", "no centre", "width", "space", "one row", "nan", "deviation", "nan deviation"],
)
def test_points_that_cannot_be_counted_are_refused(found, centres, deviation, message):
    assert message in refused(count_modes, found, centres, deviation)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((0, 1, 2, 1)), "points needs at least 1 images, got 0"),
        (np.zeros((4, 1, 3, 1)), "points expected images (N, 1, 2, 1) of two numbers, got (4, 1"),
        (np.zeros(4), "points expected images (N, H, W, C), got (4,)"),
        (np.full((4, 1, 2, 1), np.nan), "the images of points hold NaN or infinity in 4 of 4"),
    ],
    ids=["empty", "three numbers", "one row", "nan"],
)
def test_images_of_no_points_are_refused(images, message):
    assert message in refused(points, images)


IMAGES = np.zeros((4, 3, 2, 1))


@pytest.mark.parametrize(
    ("images", "training", "message"),
    [
        (IMAGES[:0], IMAGES, "nearest_images needs at least 1 images, got 0"),
        (IMAGES, IMAGES[:0], "nearest_images needs at least 1 images, got 0"),
        (IMAGES, np.zeros(4), "nearest_images expected images (N, H, W, C), got (4,)"),
        (IMAGES, IMAGES * np.nan, "hold NaN or infinity in 4 of 4 rows, first in row 0"),
    ],
    ids=["no images", "no training images", "numbers", "nan"],
)
def test_images_that_have_no_nearest_are_refused(images, training, message):
    assert message in refused(nearest_images, images, training)
