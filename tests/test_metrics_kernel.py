"""The kernel distance: by hand, by loops over pairs, and by its expectation."""

import numpy as np
import pytest

from gan_course.measures.metrics import kernel_distance
from gan_course.measures.metrics.kernel import mmd


def features(count, width, seed, shift=0.0):
    rng = np.random.default_rng(seed)
    return shift + rng.normal(0, 1, (count, width)) * np.linspace(0.5, 1.5, width)


PAIRS = [
    (features(12, 5, 0), features(19, 5, 1, shift=0.5)),
    (features(30, 13, 2), features(7, 13, 3, shift=-1)),
    (features(9, 1, 4), features(9, 1, 5)),
]
SETS = pytest.mark.parametrize(("one", "other"), PAIRS, ids=["5", "13", "1"])


def by_loops(one, other):
    """Pair by pair, a row never with itself: degree 3, gamma 1 / K, coefficient 1."""

    def mean(pairs):
        kernels = [(sum(a * b for a, b in zip(x, y, strict=True)) / len(x) + 1) ** 3
                   for x, y in pairs]  # fmt: skip
        return sum(kernels) / len(kernels)

    def within(rows):
        return mean((x, y) for i, x in enumerate(rows) for j, y in enumerate(rows) if i != j)

    return within(one) + within(other) - 2 * mean((x, y) for x in one for y in other)


@SETS
def test_the_estimate_from_all_pairs_agrees_with_loops_over_the_pairs(one, other):
    assert mmd(one, other) == pytest.approx(by_loops(one.tolist(), other.tolist()), rel=1e-9)


def test_numbers_on_a_line_have_the_distance_worked_out_by_hand():
    one, other = np.array([[0.0], [1]]), np.array([[2.0], [-1], [3]])
    # (xy + 1)³ within the first: 0·1 -> 1, mean 1
    # within the second: 2·-1 -> -1, 2·3 -> 343, -1·3 -> -8, mean 334/3
    # between them: 0 -> 1, 1, 1; 1 -> 27, 0, 64, mean 94/6
    assert mmd(one, other) == pytest.approx(1 + 334 / 3 - 2 * 94 / 6)  # 81


def test_the_product_of_two_rows_is_divided_by_their_length():
    one, other = np.array([[1.0, 1], [2, 0]]), np.array([[0.0, 2], [2, 2]])
    # (x·y / 2 + 1)³ within: 2 -> 8 and 4 -> 27; between: 2, 4, 0, 4 -> 8, 27, 1, 27
    assert mmd(one, other) == pytest.approx(8 + 27 - 2 * 63 / 4)


@SETS
def test_the_distance_is_the_same_from_both_sides(one, other):
    assert mmd(one, other) == pytest.approx(mmd(other, one), rel=1e-12)


# Subsets


def test_a_subset_that_is_the_whole_set_gives_the_estimate_from_all_pairs():
    one, other = features(17, 4, 6), features(17, 4, 7, shift=0.3)
    mean, spread = kernel_distance(one, other, subsets=3)
    assert mean == pytest.approx(by_loops(one.tolist(), other.tolist()), rel=1e-9)
    assert 0 <= spread <= 1e-12


def test_the_order_of_the_rows_does_not_matter_where_a_subset_is_the_whole_set():
    one, other = features(40, 4, 8), features(40, 4, 9, shift=0.3)
    rng = np.random.default_rng(0)
    found = kernel_distance(rng.permutation(one), rng.permutation(other), subsets=2)
    assert found[0] == pytest.approx(kernel_distance(one, other, subsets=2)[0], rel=1e-9)


@pytest.mark.parametrize("size", [5, 30, 80])
def test_the_mean_over_subsets_is_near_the_estimate_from_all_pairs(size):
    one, other = features(120, 6, 10), features(81, 6, 11, shift=0.4)
    mean, spread = kernel_distance(one, other, subsets=400, subset_size=size)
    # given the sets, every pair is as likely in a subset as any other: no bias
    assert mean == pytest.approx(mmd(one, other), abs=4 * spread / np.sqrt(400))
    assert spread > 0


def test_the_spread_is_the_standard_deviation_over_subsets():
    one, other = features(120, 3, 12), features(90, 3, 13, shift=0.4)
    rng = np.random.default_rng(99)  # another stream than the distance's own
    found = [
        mmd(rng.permutation(one)[:20], rng.permutation(other)[:20]) for _ in range(1000)
    ]  # mmd is held against loops above
    _, spread = kernel_distance(one, other, subsets=1000, subset_size=20)
    assert spread == pytest.approx(np.std(found), rel=0.15)


@pytest.mark.parametrize("size", [3, 30])  # a kernel for each subset; one for all of them
def test_each_subset_is_two_draws_without_repetition_and_the_estimate_of_all_their_pairs(size):
    one, other = features(60, 4, 20), features(50, 4, 21, shift=0.3)
    rng = np.random.default_rng(7)
    found = [
        mmd(one[rng.choice(60, size, False)], other[rng.choice(50, size, False)])
        for _ in range(100)
    ]
    expected = pytest.approx((np.mean(found), np.std(found)), rel=1e-9)
    assert kernel_distance(one, other, subset_size=size, seed=7) == expected


def test_rows_in_another_order_change_the_mean_by_no_more_than_the_subsets_do():
    one, other = features(200, 5, 14), features(160, 5, 15, shift=0.2)
    there, spread = kernel_distance(one, other, subset_size=40)
    back, _ = kernel_distance(one[::-1], other[::-1], subset_size=40)
    assert back == pytest.approx(there, abs=4 * spread * np.sqrt(2 / 100)) and back != there


def test_the_same_seed_gives_the_same_and_another_seed_something_else():
    one, other = features(50, 3, 16), features(60, 3, 17)
    expected = kernel_distance(one, other, 5, 20, seed=4)
    assert kernel_distance(one, other, 5, 20, seed=4) == expected
    assert kernel_distance(one, other, 5, 20, seed=5) != expected


def test_features_of_float32_are_measured_in_float64():
    one, other = (np.float32(f) for f in (features(60, 8, 18), features(50, 8, 19)))
    assert kernel_distance(one, other, 3) == kernel_distance(np.float64(one), np.float64(other), 3)
    assert all(isinstance(number, float) for number in kernel_distance(one, other, 3))


def test_the_features_are_left_as_they_were():
    one, other = PAIRS[0]
    before = one.copy(), other.copy()
    kernel_distance(one, other, 3)
    np.testing.assert_array_equal(one, before[0])
    np.testing.assert_array_equal(other, before[1])


# Expectation


def over_draws(shift, draws=300, count=40):
    """The estimates from `draws` pairs of samples of N(0, 1) and N(shift, 1)."""
    rng = np.random.default_rng(21)
    samples = ((rng.normal(0, 1, (count, 1)), rng.normal(shift, 1, (count + 9, 1)))
               for _ in range(draws))  # fmt: skip
    return np.array([mmd(*sample) for sample in samples])


def test_samples_of_one_distribution_have_distance_0_on_average():
    found = over_draws(shift=0)
    error = found.std(ddof=1) / np.sqrt(len(found))
    # Rows paired with themselves would add (E(x² + 1)³ - E(xy + 1)³)(1/40 + 1/49) = 28 · 0.045,
    # by E x² = 1, E x⁴ = 3, E x⁶ = 15: (15 + 9 + 3 + 1) - (3 + 1) = 24, hence 1.1
    assert error < 0.1
    assert abs(found.mean()) < 4 * error


def test_the_distance_of_one_distribution_from_itself_is_as_often_negative():
    found = over_draws(shift=0)
    assert 0.3 < (found < 0).mean() < 0.8


def test_samples_of_two_normal_distributions_have_the_distance_of_the_integrals_on_average():
    # y of N(½, 1): E y = 0.5, E y² = 1.25, E y³ = 1.625; E(xy + 1)³ = 1 + 3E xy + 3E x²y² + E x³y³
    within_one = 1 + 3 * 0 + 3 * 1 + 0
    within_other = 1 + 3 * 0.5**2 + 3 * 1.25**2 + 1.625**2
    between = 1 + 3 * 0 + 3 * 1.25 + 0
    found = over_draws(shift=0.5)
    error = found.std(ddof=1) / np.sqrt(len(found))
    assert error < 0.3
    assert found.mean() == pytest.approx(within_one + within_other - 2 * between, abs=4 * error)


# What is refused


@pytest.mark.parametrize(
    ("one", "other", "needed"),
    [
        ((9, 3), (8, 4), "expected features (N, K) and (M, K), got (9, 3) and (8, 4)"),
        ((9,), (8,), "expected features (N, K) and (M, K), got (9,) and (8,)"),
        ((9, 2, 2), (8, 2, 2), "expected features (N, K) and (M, K), got (9, 2, 2) and (8, 2, 2)"),
        ((1, 3), (8, 3), "needs at least 2 and 2 rows, got 1 and 8"),
        ((9, 3), (0, 3), "needs at least 2 and 2 rows, got 9 and 0"),
    ],
)
@pytest.mark.parametrize("measure", [kernel_distance, mmd])
def test_sets_of_other_shapes_are_refused_with_the_shapes(measure, one, other, needed):
    with pytest.raises(ValueError) as error:
        measure(np.zeros(one), np.zeros(other))
    assert str(error.value) == f"{measure.__name__} {needed}"
