"""The nearest training images: by loops over the pairs and by hand."""

import numpy as np
import pytest

from gan_course.measures.metrics import nearest_images


def pictures(count, shape=(5, 4, 3), seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, *shape)).astype(np.uint8)


def by_loops(images, training):
    """In whole numbers, which cannot round; of equally near ones the first."""
    where, distances = [], []
    for image in images.astype(np.int64):
        squares = [int(((image - other) ** 2).sum()) for other in training.astype(np.int64)]
        where.append(squares.index(min(squares)))
        distances.append((min(squares) / image.size) ** 0.5)
    return where, distances


@pytest.mark.parametrize(
    ("count", "training", "shape"),
    [(7, 23, (5, 4, 3)), (23, 7, (6, 9, 1)), (1, 1, (1, 2, 1)), (9, 11_003, (2, 3, 1))],
)
def test_the_nearest_images_agree_with_loops_over_the_pairs(count, training, shape):
    images, others = pictures(count, shape, 1), pictures(training, shape, 2)
    where, distances = nearest_images(images, others)
    expected = by_loops(images, others)
    np.testing.assert_array_equal(where, expected[0])
    np.testing.assert_allclose(distances, expected[1], rtol=1e-12)
    assert where.shape == distances.shape == (count,) and distances.dtype == np.float64


def test_more_training_images_than_a_block_has_are_all_looked_at():
    training = pictures(12_001, (3, 2, 1), 3)
    images = training[[12_000, 0, 4_999, 5_000, 10_001]] ^ 1  # every pixel is one grey level off
    where, distances = nearest_images(images, training)
    np.testing.assert_array_equal(where, [12_000, 0, 4_999, 5_000, 10_001])
    np.testing.assert_array_equal(distances, np.ones(5))


def test_distances_are_grey_levels_of_a_pixel_by_hand():
    images = np.array([[[0, 255]], [[250, 3]]], np.uint8)[..., np.newaxis]
    training = np.array([[[255, 0]], [[10, 250]], [[253, 7]]], np.uint8)[..., np.newaxis]
    # (0, 255) is (10, 5) from (10, 250); as bytes it would be (1, 1) from (255, 0)
    # (250, 3) is (3, 4) from (253, 7)
    where, distances = nearest_images(images, training)
    assert list(where) == [1, 2]
    np.testing.assert_allclose(distances, [np.sqrt((100 + 25) / 2), np.sqrt((9 + 16) / 2)])


def test_black_is_255_grey_levels_from_white():
    black, white = np.zeros((2, 4, 3, 3), np.uint8), np.full((3, 4, 3, 3), 255, np.uint8)
    for there, back in ((black, white), (white, black)):
        np.testing.assert_array_equal(nearest_images(there, back)[1], np.full(len(there), 255.0))


@pytest.mark.parametrize("apart", [1, 300, 2_000])
def test_of_equally_near_images_the_first_is_taken(apart):
    one, two = pictures(2, seed=4)
    far = np.full_like(one, 255) - one
    training = np.stack([far, two, one, one, two, one, far]).repeat(apart, axis=0)
    where, _ = nearest_images(np.stack([one, two, far]), training)
    assert list(where) == [2 * apart, apart, 0]


@pytest.mark.parametrize("shape", [(28, 28, 1), (64, 64, 3)])
def test_copies_of_training_images_have_distance_0(shape):
    training = pictures(150, shape, seed=5)
    chosen = np.array([149, 3, 77, 3])
    where, distances = nearest_images(training[chosen], training)
    np.testing.assert_array_equal(where, chosen)
    np.testing.assert_array_equal(distances, np.zeros(4))


def test_images_of_large_sums_have_exact_distances():
    # 12,288 bright pixels: the squares add up to 800 million, where float32 counts in 64s
    training = pictures(40, (64, 64, 3), seed=6) // 8 + 224
    images = training[::3] - 1
    where, distances = nearest_images(images, training)
    np.testing.assert_array_equal(where, np.arange(0, 40, 3))
    np.testing.assert_array_equal(distances, np.ones(14))


def test_images_mapped_from_a_file_are_looked_at_too(tmp_path):
    np.save(tmp_path / "training.npy", pictures(30))
    mapped = np.load(tmp_path / "training.npy", mmap_mode="r")
    where, distances = nearest_images(mapped[[4, 21]], mapped)
    assert list(where) == [4, 21] and list(distances) == [0, 0]


def test_the_images_are_left_as_they_were():
    images, training = pictures(5), pictures(9, seed=7)
    nearest_images(images, training)
    np.testing.assert_array_equal(images, pictures(5))
    np.testing.assert_array_equal(training, pictures(9, seed=7))


def test_images_of_another_shape_are_refused_with_the_shapes():
    message = r"^expected images of one size, got \(\d+, 5, 4, 3\) and \(\d+, 4, 5, 3\)$"
    with pytest.raises(ValueError, match=message):
        nearest_images(pictures(5), pictures(9, (4, 5, 3)))
