"""Image sets: the checks of their arrays, one class alone, smaller images, the fingerprint."""

import tracemalloc

import numpy as np
import pytest

from gan_course.base.errors import InputError
from gan_course.data import ImageSet, load

RNG = np.random.default_rng(2)
X = RNG.integers(0, 256, (5, 6, 7)).astype(np.uint8)
Y = np.array([3, 1, 4, 1, 5])


# The checks


def test_grey_images_get_a_channel_axis_and_colour_images_keep_theirs():
    grey = ImageSet("a", X, x_test=X[:2])
    assert grey.x_train.shape == (5, 6, 7, 1) and grey.x_test.shape == (2, 6, 7, 1)
    np.testing.assert_array_equal(grey.x_train[..., 0], X)
    assert grey.image_shape == (6, 7, 1)
    assert ImageSet("a", np.zeros((2, 4, 5, 3), np.uint8)).image_shape == (4, 5, 3)


def test_labels_as_a_column_are_flattened():
    found = ImageSet("a", X, Y.reshape(5, 1).astype(np.uint8))
    np.testing.assert_array_equal(found.y_train, [3, 1, 4, 1, 5])
    assert found.y_train.shape == (5,)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x_train": X / 255}, "a: x_train must hold uint8 .*, got float64"),
        ({"x_train": X.astype(np.int64)}, "got int64"),
        ({"x_train": X[0]}, r"got \(6, 7\)"),
        ({"x_train": X.reshape(1, 5, 2, 3, 7)}, r"got \(1, 5, 2, 3, 7\)"),
        ({"x_train": X.reshape(5, 3, 7, 2)}, r"got \(5, 3, 7, 2\)"),
        ({"x_train": X[:0]}, r"at least one image, got \(0, 6, 7, 1\)"),
        ({"x_train": X, "x_test": X / 2}, "a: x_test must hold uint8"),
        ({"x_train": X, "y_train": Y[:4]}, r"each of the 5 images, got int64 of shape \(4,\)"),
        ({"x_train": X, "y_train": Y / 2}, "y_train must hold one integer .*, got float64"),
        ({"x_train": X, "x_test": X[:3], "y_test": Y}, "y_test must hold .* of the 3 images"),
    ],
)
def test_arrays_that_are_no_images_or_labels_are_named(arrays, message):
    with pytest.raises(InputError, match=message):
        ImageSet("a", **arrays)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"y_test": np.arange(3)}, "y_test without x_test"),
        ({"y_train": np.zeros((2, 2), int)}, r"each of the 4 images, got int64 of shape \(2, 2\)"),
        ({"x_test": np.zeros((2, 9, 6), np.uint8)}, r"of \(5, 6, 1\), test images of \(9, 6, 1\)"),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(arrays, message):
    with pytest.raises(InputError, match=message):
        ImageSet("mine", np.zeros((4, 5, 6), np.uint8), **arrays)


def test_an_image_set_tells_its_sizes_and_source():
    found = ImageSet("toys", X, Y, X[:2], names=("a", "b"), source="from a friend")
    assert repr(found) == (
        "ImageSet 'toys': 5 training and 2 test images of 6×7×1, 2 classes; from a friend"
    )


# The fingerprint


def test_the_fingerprint_changes_with_any_pixel_order_size_or_shape():
    changed = X.copy()
    changed[4, 5, 6] ^= 1
    others = [changed, X[[1, 0, 2, 3, 4]], X[:4], X.reshape(5, 7, 6), X.repeat(2, axis=0)]
    prints = [ImageSet("a", images).fingerprint() for images in (X, *others)]
    assert len(set(prints)) == 6
    assert ImageSet("b", X.copy(), Y).fingerprint() == prints[0]
    assert all(len(p) == 8 and int(p, 16) >= 0 for p in prints)


def test_the_fingerprint_of_a_large_set_still_sees_its_order():
    many = RNG.integers(0, 256, (5000, 2, 2)).astype(np.uint8)
    assert ImageSet("a", many).fingerprint() != ImageSet("a", many[::-1]).fingerprint()


# One class alone

PETS = RNG.integers(0, 256, (7, 4, 5, 3)).astype(np.uint8)
OTHERS = RNG.integers(0, 256, (4, 4, 5, 3)).astype(np.uint8)


def pets(**changes):
    arrays = dict(
        x_train=PETS, y_train=np.array([2, 0, 1, 1, 2, 0, 1], np.uint8),
        x_test=OTHERS, y_test=np.array([[1], [2], [0], [1]]),
    )  # fmt: skip
    return ImageSet(
        "pets", **{**arrays, **changes}, names=("cat", "dog", "hen"), source="from a friend"
    )


def test_one_class_keeps_its_images_in_their_order_in_both_splits():
    dogs = pets().one_class("dog")
    np.testing.assert_array_equal(dogs.x_train, PETS[[2, 3, 6]])
    np.testing.assert_array_equal(dogs.x_test, OTHERS[[0, 3]])
    hens = pets().one_class("hen")
    np.testing.assert_array_equal(hens.x_train, PETS[[0, 4]])
    np.testing.assert_array_equal(hens.x_test, OTHERS[[1]])


def test_one_class_says_in_name_and_source_what_it_is_and_needs_no_labels():
    dogs = pets().one_class("dog")
    assert dogs.name == "pets:dog" and dogs.source == "from a friend, class 'dog' alone"
    assert dogs.y_train is None and dogs.y_test is None and dogs.names == ()


def test_the_set_itself_stays_whole():
    whole = pets()
    whole.one_class("dog")
    np.testing.assert_array_equal(whole.x_train, PETS)
    np.testing.assert_array_equal(whole.y_train, [2, 0, 1, 1, 2, 0, 1])


def test_test_images_without_labels_are_of_no_class():
    dogs = pets(y_test=None).one_class("dog")
    np.testing.assert_array_equal(dogs.x_train, PETS[[2, 3, 6]])
    assert dogs.x_test is None


def test_a_class_without_test_images_still_has_its_training_images():
    dogs = pets(y_test=np.array([2, 2, 0, 0])).one_class("dog")
    np.testing.assert_array_equal(dogs.x_train, PETS[[2, 3, 6]])
    assert dogs.x_test is None


def test_the_fingerprint_of_one_class_is_neither_the_sets_nor_that_of_another_class():
    classes = [pets().one_class(name) for name in ("cat", "dog", "hen")]
    assert len({found.fingerprint() for found in (pets(), *classes)}) == 4


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dgo", "unknown class of 'pets' 'dgo'; did you mean 'dog'"),
        ("Hen", "unknown class of 'pets' 'Hen'; did you mean 'hen'"),
        ("zebu", "unknown class of 'pets' 'zebu'; known: cat, dog, hen"),
        ("", "unknown class of 'pets' ''; known: cat, dog, hen"),
        ("1", "unknown class of 'pets' '1'; known: cat, dog, hen"),
    ],
)
def test_an_unknown_class_gets_the_nearest_name_or_all(name, message):
    with pytest.raises(InputError, match=message):
        pets().one_class(name)


def test_a_class_without_images_is_refused_by_name():
    with pytest.raises(InputError, match=r"pets:cat.*(at least one|no) image"):
        pets(y_train=np.array([2, 1, 1, 1, 2, 2, 1])).one_class("cat")


@pytest.mark.parametrize("names", [(), ("cat", "dog")], ids=["no names", "names alone"])
def test_a_set_without_labels_says_that_it_has_none(names):
    with pytest.raises(InputError) as caught:
        ImageSet("pets", PETS, names=names).one_class("dog")
    said = str(caught.value)
    assert "'pets'" in said and "label" in said
    assert "did you mean" not in said and not said.endswith("known: ")


# Smaller images


def block_means(images, rows, columns):
    """NumPy alone: the pictures of every place within a block are added up."""
    down, right = images.shape[1] // rows, images.shape[2] // columns
    places = [images[:, i::down, j::right] for i in range(down) for j in range(right)]
    return np.sum(places, axis=0, dtype=np.int64) / (down * right)


@pytest.mark.parametrize("channels", [1, 3])
def test_shrunk_images_are_the_rounded_means_of_blocks_for_every_factor(channels):
    images = RNG.integers(0, 256, (5, 12, 18, channels)).astype(np.uint8)
    sizes = [(h, w) for h in (1, 2, 3, 4, 6, 12) for w in (1, 2, 3, 6, 9, 18)]
    for height, width in sizes[:-1]:
        found = ImageSet("a", images).shrunk((height, width, channels))
        assert found.image_shape == (height, width, channels) and found.x_train.dtype == np.uint8
        means = block_means(images, height, width)
        assert np.abs(found.x_train - means).max() <= 0.5  # a half may go either way
        clear = means % 1 != 0.5
        np.testing.assert_array_equal(found.x_train[clear], np.floor(means[clear] + 0.5))


def test_shrunk_by_hand():
    image = np.array([[[10, 20, 1, 2], [30, 41, 3, 5]]], np.uint8)
    # 101 / 4 = 25.25 and 11 / 4 = 2.75
    np.testing.assert_array_equal(ImageSet("a", image).shrunk((1, 2, 1)).x_train.ravel(), [25, 3])
    # rows alone: 20, 30.5, 2, 3.5; columns alone: 15, 1.5, 35.5, 4
    rows = ImageSet("a", image).shrunk((1, 4, 1)).x_train.ravel()
    np.testing.assert_allclose(rows, [20, 30.5, 2, 3.5], rtol=0, atol=0.5)
    assert (rows[0], rows[2]) == (20, 2)
    columns = ImageSet("a", image).shrunk((2, 2, 1)).x_train.ravel()
    np.testing.assert_allclose(columns, [15, 1.5, 35.5, 4], rtol=0, atol=0.5)
    assert (columns[0], columns[3]) == (15, 4)


def test_black_and_white_stay_what_they_are_at_any_factor():
    images = np.zeros((2, 64, 48, 3), np.uint8)
    images[1] = 255
    for shape in ((1, 1, 3), (32, 16, 3)):
        found = ImageSet("a", images).shrunk(shape).x_train
        assert (found[0] == 0).all() and (found[1] == 255).all()


def test_test_images_are_shrunk_alike_and_labels_names_and_name_stay():
    found = pets().shrunk((2, 5, 3))
    np.testing.assert_allclose(found.x_train, block_means(PETS, 2, 5), rtol=0, atol=0.5)
    np.testing.assert_allclose(found.x_test, block_means(OTHERS, 2, 5), rtol=0, atol=0.5)
    np.testing.assert_array_equal(found.y_train, [2, 0, 1, 1, 2, 0, 1])
    np.testing.assert_array_equal(found.y_test, [1, 2, 0, 1])
    assert (found.name, found.names) == ("pets", ("cat", "dog", "hen"))
    assert ImageSet("a", PETS).shrunk((2, 5, 3)).x_test is None


def test_the_source_says_from_what_to_what_the_images_were_shrunk():
    assert pets().shrunk((2, 1, 3)).source == "from a friend, shrunk from 4×5 to 2×1"


@pytest.mark.parametrize(
    "shape",
    [
        (12, 18, 3),  # its own
        (6, 9, 1), (12, 18, 1),  # other channels
        (5, 9, 3), (6, 7, 3), (11, 17, 3), (8, 12, 3),  # no whole factor, in one direction or both
        (24, 36, 3), (24, 18, 3), (12, 36, 3), (13, 19, 3),  # larger
        (6, 36, 3), (24, 9, 3),  # smaller in one direction, larger in the other
    ],
)  # fmt: skip
def test_a_set_that_does_not_fit_is_the_set_itself(shape):
    found = ImageSet("a", np.zeros((2, 12, 18, 3), np.uint8))
    assert found.shrunk(shape) is found


def test_shrunk_images_have_another_fingerprint():
    assert pets().shrunk((2, 5, 3)).fingerprint() != pets().fingerprint()


def test_shrinking_takes_memory_of_the_size_of_the_images():
    found = ImageSet("a", np.zeros((1_000, 64, 64, 3), np.uint8))
    tracemalloc.start()
    try:
        small = found.shrunk((32, 32, 3))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # all at once in float32 they would take four times as much
    assert small.x_train.nbytes <= peak < 3 * found.x_train.nbytes


# Points of the plane


def points(**changes):
    return ImageSet("mine", np.zeros((9, 1, 2), np.uint8), **changes)


@pytest.mark.parametrize(("shape", "expected"), [((1, 2), True), ((2, 1), False), ((4, 6), False)])
def test_images_of_two_pixels_side_by_side_are_points(shape, expected):
    assert ImageSet("mine", np.zeros((9, *shape), np.uint8)).points is expected


@pytest.mark.parametrize(("name", "count"), [("ring", 8), ("grid", 25)])
def test_the_means_of_the_points_of_each_label_are_the_centres(name, count):
    data = load(name)
    where = data.x_train.reshape(-1, 2) / 127.5 - 1
    means = np.array([where[data.y_train == label].mean(axis=0) for label in range(count)])
    np.testing.assert_allclose(data.centres, means, atol=0.01)
    spread = (where - data.centres[data.y_train]).std()
    assert data.deviation == pytest.approx(spread, abs=0.001)


def test_one_class_and_shrunk_points_know_no_centres():
    assert load("ring:45°").centres is None
    assert load("ring", (1, 1, 1)).centres is None


def test_centres_of_your_own_become_floats():
    found = points(centres=[[0, 1], [1, 0], [0, 0]], deviation=0.1)
    assert found.centres.shape == (3, 2) and found.centres.dtype == float


@pytest.mark.parametrize(
    ("centres", "deviation", "message"),
    [
        (np.zeros((3, 3)), 0.1, "got centres of shape (3, 3) for images of (1, 2, 1)"),
        (np.zeros(2), 0.1, "got centres of shape (2,) for images of (1, 2, 1)"),
        (np.zeros((3, 2)), None, "must be above 0, got None"),
        (np.zeros((3, 2)), 0.0, "must be above 0, got 0.0"),
    ],
)
def test_centres_that_cannot_be_used_are_refused(centres, deviation, message):
    with pytest.raises(InputError) as caught:
        points(centres=centres, deviation=deviation)
    assert message in str(caught.value)


def test_centres_of_pictures_are_refused():
    with pytest.raises(InputError, match=r"for images of \(4, 6, 1\)"):
        ImageSet("a", np.zeros((9, 4, 6), np.uint8), centres=np.zeros((3, 2)), deviation=0.1)
