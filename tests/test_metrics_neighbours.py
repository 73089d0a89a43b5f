"""Precision, recall, density and coverage: by hand, by loops, by what must not change them."""

import numpy as np
import pytest

from gan_course.measures.metrics import density_coverage, precision_recall
from gan_course.measures.metrics.neighbours import squared_distances, squared_radii


def pair(count, fakes, width, seed, dtype=np.float64):
    """Real features and generated ones: off centre, narrower, and with strays."""
    rng = np.random.default_rng(seed)
    widths = np.linspace(0.5, 2, width)
    real = 3 + rng.normal(0, 1, (count, width)) * widths
    fake = 3.2 + rng.normal(0, 0.8, (fakes, width)) * widths
    fake[::7] += 2 * widths
    return real.astype(dtype), fake.astype(dtype)


def all_four(real, fake, nearest=5):
    return (*precision_recall(real, fake, nearest), *density_coverage(real, fake, nearest))


# A second implementation


def apart(rows, columns):
    """Distances, not their squares, a row at a time."""
    rows, columns = np.float64(rows), np.float64(columns)
    return np.array([np.sqrt(((columns - row) ** 2).sum(axis=1)) for row in rows])


def reference(real, fake, nearest):
    """As github.com/clovaai/generative-evaluation-prdc writes it, with whole matrices."""
    # the (nearest + 1)-th smallest distance: the smallest is that from itself
    real_radii = np.partition(apart(real, real), nearest, axis=1)[:, nearest]
    fake_radii = np.partition(apart(fake, fake), nearest, axis=1)[:, nearest]
    distances = apart(real, fake)
    precision = (distances < real_radii[:, None]).any(axis=0).mean()
    recall = (distances < fake_radii[None, :]).any(axis=1).mean()
    density = (1 / nearest) * (distances < real_radii[:, None]).sum(axis=0).mean()
    coverage = (distances.min(axis=1) < real_radii).mean()
    return precision, recall, density, coverage


@pytest.mark.parametrize(
    ("count", "fakes", "width", "nearest", "dtype"),
    [
        (23, 41, 3, 1, np.float64),
        (150, 90, 17, 3, np.float32),
        (151, 60, 17, 5, np.float64),
        (1207, 530, 2, 5, np.float32),  # more rows than a block has
        (411, 2003, 30, 3, np.float64),
        (2001, 1000, 5, 1, np.float32),
    ],
)
def test_all_four_agree_with_the_published_code(count, fakes, width, nearest, dtype):
    real, fake = pair(count, fakes, width, seed=count, dtype=dtype)
    expected = reference(real, fake, nearest)
    assert all(0.2 < share != 1 for share in expected)  # else they would say little
    assert all_four(real, fake, nearest) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_squared_distances_agree_with_a_loop_over_the_rows(dtype):
    real, fake = pair(1203, 31, 6, seed=1, dtype=dtype)
    found = np.concatenate(list(squared_distances(real, fake)))
    np.testing.assert_allclose(found, apart(real, fake) ** 2, rtol=1e-9)


def test_squared_radii_agree_with_sorted_distances():
    real, _ = pair(1101, 5, 4, seed=2)
    for nearest in (1, 3, 1100):
        expected = np.sort(apart(real, real), axis=1)[:, nearest] ** 2
        np.testing.assert_allclose(squared_radii(real, nearest), expected, rtol=1e-9)


def test_no_more_than_a_thousand_rows_of_distances_are_in_memory_at_a_time():
    real, fake = pair(2503, 11, 3, seed=3)
    blocks = [block.shape for block in squared_distances(real, fake)]
    assert blocks == [(1000, 11), (1000, 11), (503, 11)]


# By hand


def column(*numbers):
    return np.array(numbers, np.float64)[:, np.newaxis]


def test_radii_of_points_on_a_line_are_those_worked_out_by_hand():
    points = column(30, 0, 1, 7, 3)
    # the nearest of 30, 0, 1, 7, 3 are 7, 1, 0, 3, 1; the second nearest 3, 3, 3, 1, 0
    np.testing.assert_allclose(squared_radii(points, 1), [23**2, 1, 1, 4**2, 2**2])
    np.testing.assert_allclose(squared_radii(points, 2), [27**2, 3**2, 2**2, 6**2, 3**2])


def test_shares_of_points_on_a_line_are_those_worked_out_by_hand():
    real, fake = column(0, 1, 3, 7, 30), column(-9, -7, -0.5, 2.5, 3.5, 60)
    # balls of real points, to the nearest other one: (-1, 1), (0, 2), (1, 5), (3, 11), (7, 53)
    # -0.5 lies in the first, 2.5 in the third, 3.5 in the third and the fourth, the others nowhere
    assert density_coverage(real, fake, 1) == pytest.approx((4 / 6, 3 / 5))
    # balls of samples: (-11, -7), (-9, -5), (-3.5, 2.5), (1.5, 3.5), (2.5, 4.5), (3.5, 116.5)
    # 0 and 1 lie in the third, 3 in the fourth, 7 and 30 in the last
    assert precision_recall(real, fake, 1) == pytest.approx((3 / 6, 5 / 5))


def test_a_sample_on_the_border_of_a_ball_is_outside():
    real = column(0, 2)  # balls (-2, 2) and (0, 4)
    assert all_four(real, column(4, 4, 4), 1) == (0, 0, 0, 0)
    precision, _, density, coverage = all_four(real, column(3.75, 3.75, 3.75), 1)
    assert (precision, density, coverage) == (1, 1, 1 / 2)


def test_density_may_exceed_1():
    real = column(0, 1, 2, 10)  # balls (-1, 1), (0, 2), (1, 3), (2, 18) with one neighbour
    assert density_coverage(real, column(0.5, 0.25, 1.5), 1) == pytest.approx((6 / 3, 3 / 4))


# What must not change them

CASE = pair(137, 211, 9, seed=4)


def test_the_order_of_the_rows_does_not_matter():
    real, fake = CASE
    rng = np.random.default_rng(0)
    assert all_four(rng.permutation(real), fake[::-1]) == pytest.approx(all_four(real, fake))


@pytest.mark.parametrize("rows", [1, 10, 136, 137, 138])
def test_the_size_of_a_block_does_not_matter(rows):
    blocks = list(squared_distances(*CASE, at_once=rows))
    assert len(blocks) == -(-137 // rows)
    np.testing.assert_allclose(np.concatenate(blocks), apart(*CASE) ** 2, rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shift", [1e4, -1e4])
def test_a_constant_added_to_all_features_does_not_matter(dtype, shift):
    # multiples of 1/64 keep all their digits in float32, also beside 10,000
    real, fake = (np.rint(64 * features) / 64 for features in CASE)
    expected = reference(real, fake, 5)
    moved = (np.asarray(features + shift, dtype) for features in (real, fake))
    assert all_four(*moved) == pytest.approx(expected, rel=1e-12)


def test_the_scale_of_all_features_does_not_matter():
    real, fake = CASE
    for scale in (1e-6, 1e6):
        assert all_four(scale * real, scale * fake) == pytest.approx(all_four(real, fake))


def test_radii_that_are_known_already_give_the_same():
    real, fake = CASE
    radii = squared_radii(real, 3)
    assert precision_recall(real, fake, 3, radii) == precision_recall(real, fake, 3)
    assert density_coverage(real, fake, 3, real_radii=radii) == density_coverage(real, fake, 3)


def test_the_features_are_left_as_they_were():
    real, fake = (features.copy() for features in CASE)
    all_four(real, fake)
    np.testing.assert_array_equal(real, CASE[0])
    np.testing.assert_array_equal(fake, CASE[1])


# What they are for


@pytest.mark.parametrize("nearest", [1, 5])
def test_a_set_is_as_good_as_itself(nearest):
    real, _ = pair(1040, 1, 6, seed=5)  # no two distances are equal
    assert all_four(real, real.copy(), nearest) == (1, 1, 1, 1)


def test_sets_far_apart_have_nothing_in_common():
    real, fake = CASE
    assert all_four(real, fake + 1000) == (0, 0, 0, 0)


def test_a_generator_of_one_real_image_is_precise_and_recalls_nothing():
    real, _ = CASE
    fake = np.repeat(real[40:41], 50, axis=0)
    precision, recall, _, coverage = all_four(real, fake)
    assert (precision, recall) == (1, 0)
    balls = np.sort(apart(real, real), axis=1)[:, 5]
    assert coverage == (apart(real, real[40:41])[:, 0] < balls).sum() / len(real)
    assert 1 / len(real) <= coverage <= 0.1


def test_a_generator_of_half_of_the_real_images_is_precise_and_covers_half_of_them():
    rng = np.random.default_rng(6)
    real = np.concatenate([rng.normal(0, 1, (60, 4)), rng.normal(50, 1, (40, 4))])
    precision, recall, density, coverage = all_four(real, real[:60].copy())
    assert (precision, recall, coverage) == (1, 0.6, 0.6)
    # A ball holds its centre and the four next; the fifth lies on the border, which is outside.
    assert density == 1


def test_equal_distributions_have_the_expected_density_and_coverage():
    count, fakes, nearest, draws = 60, 83, 3, 60
    found = [
        density_coverage(rng.normal(0, 1, (count, 2)), rng.normal(0, 1, (fakes, 2)), nearest)
        for rng in map(np.random.default_rng, range(draws))
    ]
    # A ball is missed if the `nearest` closest of all M + N - 1 other points are real ones
    # (Naeem et al., Lemma 2); each sample lies in it with probability nearest / N.
    missed = np.prod([(count - i) / (fakes + count - i) for i in range(1, nearest + 1)])
    error = np.std(found, axis=0, ddof=1) / np.sqrt(draws)
    assert error[0] < 0.03 and error[1] < 0.01
    np.testing.assert_array_less(np.abs(np.mean(found, axis=0) - [1, 1 - missed]), 4 * error)


# What is refused


@pytest.mark.parametrize(
    ("nearest", "message"),
    [
        (0, "^nearest must be at least 1, got 0$"),
        (-1, "^nearest must be at least 1, got -1$"),
        (7, "^squared_radii with nearest=7 needs at least 8 and 8 rows, got 7 and 7$"),
        (100, "^squared_radii with nearest=100 needs at least 101 and 101 rows, got 7 and 7$"),
    ],
)
def test_a_neighbour_that_does_not_exist_is_refused(nearest, message):
    with pytest.raises(ValueError, match=message):
        squared_radii(np.zeros((7, 2)), nearest)


@pytest.mark.parametrize(("count", "fakes"), [(5, 30), (30, 5), (1, 30), (30, 0)])
def test_too_few_rows_for_five_neighbours_are_refused(count, fakes):
    real, fake = np.zeros((count, 2)), np.zeros((fakes, 2))
    needed = "^precision_recall with nearest=5 needs at least 6 and 6 rows"
    with pytest.raises(ValueError, match=f"{needed}, got {count} and {fakes}$"):
        precision_recall(real, fake)


@pytest.mark.parametrize(("count", "fakes"), [(5, 30), (1, 1), (30, 0)])
def test_density_needs_neighbours_of_real_images_and_one_sample(count, fakes):
    real, fake = np.zeros((count, 2)), np.zeros((fakes, 2))
    needed = "^density_coverage with nearest=5 needs at least 6 and 1 rows"
    with pytest.raises(ValueError, match=f"{needed}, got {count} and {fakes}$"):
        density_coverage(real, fake)


@pytest.mark.parametrize("measure", [precision_recall, density_coverage])
def test_radii_of_another_set_are_refused(measure):
    real = np.random.default_rng(0).normal(size=(9, 2))
    with pytest.raises(ValueError, match=r"^real_radii must have shape \(9,\), .* got \(8,\)$"):
        measure(real, real, 3, real_radii=squared_radii(real[:8], 3))


def test_a_few_samples_are_enough_for_density_and_coverage():
    real = column(0, 1, 2, 10)  # balls (-1, 1), (0, 2), (1, 3), (2, 18) with one neighbour
    assert density_coverage(real, column(4.5), 1) == (1, 1 / 4)


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ((9, 3), (8, 4), r"expected features \(N, K\) and \(M, K\), got \(9, 3\) and \(8, 4\)$"),
        ((9, 2, 2), (8, 2, 2), r"got \(9, 2, 2\) and"),
        ((9,), (8,), r"got \(9,\) and"),
    ],
)
@pytest.mark.parametrize("measure", [precision_recall, density_coverage])
def test_features_of_other_shapes_are_refused_with_the_shapes(measure, one, other, message):
    with pytest.raises(ValueError, match=message):
        measure(np.zeros(one), np.zeros(other))
