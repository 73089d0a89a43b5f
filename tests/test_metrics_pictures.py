"""How near pictures are to true ones, and what survives a journey: by hand and by NumPy."""

import math

import numpy as np
import pytest

from gan_course import metrics

RNG = np.random.default_rng(0)
TRUTH = RNG.integers(0, 256, (6, 16, 12, 3), dtype=np.uint8)


def flat(value, count=2, shape=(12, 12, 1)):
    return np.full((count, *shape), value, np.uint8)


def test_black_and_white_are_2_apart():
    np.testing.assert_allclose(metrics.pixel_distance(flat(0), flat(255)), [2.0, 2.0])


def test_the_pixel_distance_of_each_image_is_numpy_s():
    images = RNG.integers(0, 256, TRUTH.shape, dtype=np.uint8)
    expected = np.abs(images.astype(float) - TRUTH).reshape(6, -1).mean(axis=1) / 127.5
    np.testing.assert_allclose(metrics.pixel_distance(images, TRUTH), expected, rtol=1e-5)


def test_the_signal_to_noise_ratio_by_hand():
    # every pixel 51 of 255 off: 20 log10(255 / 51) = 13.98 dB
    found = metrics.signal_to_noise(flat(100), flat(151))
    np.testing.assert_allclose(found, [20 * math.log10(5)] * 2, rtol=1e-5)
    assert metrics.signal_to_noise(TRUTH, TRUTH)[0] == math.inf


def test_structural_similarity_is_1_of_equal_images_and_by_hand_of_flat_ones():
    np.testing.assert_allclose(metrics.structural_similarity(TRUTH, TRUTH), np.ones(6), rtol=1e-5)
    # without variance only the means count: (2ab + c) / (a² + b² + c), c = (0.01 · 2)²
    a, b, c = 51 / 127.5 - 1, 204 / 127.5 - 1, 0.0004
    expected = (2 * a * b + c) / (a * a + b * b + c)
    found = metrics.structural_similarity(flat(51), flat(204))
    np.testing.assert_allclose(found, [expected] * 2, rtol=1e-3)


def test_images_smaller_than_the_window_of_ssim_are_refused():
    with pytest.raises(ValueError, match=r"11x11 pixels, the images are \(8, 8\)"):
        metrics.structural_similarity(flat(0, shape=(8, 8, 1)), flat(0, shape=(8, 8, 1)))


def test_sharpness_is_1_of_the_truth_and_halves_with_the_contrast():
    dull = (TRUTH // 2).astype(np.uint8)
    assert metrics.sharpness(TRUTH, TRUTH) == 1.0
    assert metrics.sharpness(dull, TRUTH) == pytest.approx(0.5, abs=0.01)


def test_a_blurred_image_is_less_sharp():
    blurred = ((TRUTH.astype(int) + np.roll(TRUTH, 1, axis=2)) // 2).astype(np.uint8)
    # independent pixels: the mean |difference| of means of neighbours falls along x and along y
    assert 0.4 < metrics.sharpness(blurred, TRUTH) < 0.8


def test_each_image_finds_its_own_true_one():
    np.testing.assert_array_equal(metrics.own_target(TRUTH, TRUTH), np.ones(6))
    swapped = TRUTH[[1, 0, 2, 3, 4, 5]]
    np.testing.assert_array_equal(metrics.own_target(swapped, TRUTH), [0, 0, 1, 1, 1, 1])


def test_draws_that_are_all_the_same_have_no_spread_and_unrelated_ones_all_of_it():
    assert metrics.spread_of_draws(np.stack([TRUTH] * 3), TRUTH) < 1e-6  # rounding
    draws = RNG.integers(0, 256, (200, 6, 4, 4, 3), dtype=np.uint8)
    truth = RNG.integers(0, 256, (300, 4, 4, 3), dtype=np.uint8)
    assert metrics.spread_of_draws(draws, truth) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("measure", [metrics.pixel_distance, metrics.own_target])
def test_pictures_that_are_not_alike_are_refused(measure):
    with pytest.raises(ValueError, match="must be alike"):
        measure(TRUTH, TRUTH[:3])
    with pytest.raises(ValueError, match="uint8"):
        measure(TRUTH / 255.0, TRUTH / 255.0)


# Journeys


def test_survival_by_hand():
    labels, seen = [0, 0, 1, 1, 2, 2, 2, 2], [0, 0, 1, 2, 2, 2, 2, 1]
    found = metrics.class_survival(labels, seen, 3)
    assert found.survived == found.matched == 6 / 8
    np.testing.assert_allclose(found.confusion, [[1, 0, 0], [0, 0.5, 0.5], [0, 0.25, 0.75]])


def test_exchanged_classes_are_found_and_named():
    labels = np.repeat(np.arange(4), 25)
    exchange = np.array([2, 0, 3, 1])
    found = metrics.class_survival(labels, exchange[labels], 4)
    assert (found.survived, found.matched, found.renamed) == (0.0, 1.0, (2, 0, 3, 1))


def test_lost_classes_are_lost_also_once_renamed():
    labels, seen = RNG.integers(0, 10, (2, 20_000))
    found = metrics.class_survival(labels, seen, 10)
    assert found.survived == pytest.approx(0.1, abs=0.01)
    assert found.matched == pytest.approx(0.1, abs=0.02)


def coloured(*colours):
    return np.stack([np.broadcast_to(np.array(c, np.uint8), (4, 4, 3)) for c in colours])


def test_the_same_hue_is_1_the_opposite_minus_1_and_a_stranger_between():
    red, cyan = coloured((255, 0, 0)), coloured((0, 255, 255))
    assert metrics.hue_kept(red, red) == pytest.approx(1.0)
    assert metrics.hue_kept(red, coloured((128, 64, 64))) == pytest.approx(1.0, abs=1e-3)
    assert metrics.hue_kept(red, cyan) == pytest.approx(-1.0, abs=1e-2)


def test_hues_that_know_nothing_of_each_other_are_at_0():
    one, other = RNG.integers(0, 256, (2, 3000, 1, 1, 3), dtype=np.uint8)
    assert metrics.hue_kept(one, other) == pytest.approx(0.0, abs=0.05)


def test_images_without_colour_are_left_out():
    both = coloured((255, 0, 0), (90, 90, 90))
    assert metrics.hue_kept(both, both) == pytest.approx(1.0)
    assert math.isnan(metrics.hue_kept(both[1:], both[1:]))
