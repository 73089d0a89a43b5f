"""The jackknife: by its formula, and by how much fresh samples change a measure."""

import numpy as np
import pytest

from gan_course.measures.metrics import frechet_distance, jackknife

VALUES = np.random.default_rng(0).gamma(2, 3, 60)


def mean_of(values):
    return lambda rows: values[rows].mean(axis=0)


def kept_by(count, groups, seed=0):
    """The rows that each call of the measure gets."""
    kept = []

    def measure(rows):
        kept.append(rows)
        return 0.0

    jackknife(measure, count, groups, seed)
    return kept


# Which rows are left out


@pytest.mark.parametrize(("count", "groups"), [(60, 5), (23, 5), (10, 5), (11, 4), (4, 2), (7, 3)])
def test_each_row_is_left_out_exactly_once(count, groups):
    kept = kept_by(count, groups)
    assert len(kept) == groups
    left_out = [np.setdiff1d(np.arange(count), rows) for rows in kept]
    np.testing.assert_array_equal(np.sort(np.concatenate(left_out)), np.arange(count))


@pytest.mark.parametrize(("count", "groups"), [(60, 5), (23, 5), (11, 4)])
def test_no_row_comes_twice_and_groups_are_of_equal_size_give_or_take_one(count, groups):
    kept = kept_by(count, groups)
    assert all(len(np.unique(rows)) == len(rows) for rows in kept)
    sizes = {count - len(rows) for rows in kept}
    assert sizes <= {count // groups, -(-count // groups)}


def test_the_groups_are_drawn_and_not_neighbours():
    left_out = np.setdiff1d(np.arange(100), kept_by(100, 5)[0])
    assert len(left_out) == 20 and (np.diff(left_out) > 1).sum() > 10


# The formula


@pytest.mark.parametrize("groups", [2, 5, 6, 30])
def test_the_error_of_a_mean_is_that_of_the_mean_of_the_groups_means(groups):
    # Without group i the mean is (n·x̄ - h·m_i) / (n - h), n = g·h. In the jackknife's formula,
    # (g - 1)/g · Σ(...)², the factor h / (n - h) = 1 / (g - 1) leaves Σ(m_i - m̄)² / (g(g - 1)).
    everything = set(range(60))
    means = [VALUES[list(everything - set(rows.tolist()))].mean() for rows in kept_by(60, groups)]
    expected = np.std(means, ddof=1) / np.sqrt(groups)
    assert jackknife(mean_of(VALUES), 60, groups) == pytest.approx(expected, rel=1e-9)


def test_groups_of_uneven_size_follow_the_formula_too():
    found = [VALUES[rows].mean() for rows in kept_by(23, 5)]
    expected = (4 / 5 * sum((f - sum(found) / 5) ** 2 for f in found)) ** 0.5
    assert jackknife(mean_of(VALUES), 23, 5) == pytest.approx(expected, rel=1e-9)


def test_two_groups_of_two_give_the_error_worked_out_by_hand():
    values = np.array([1.0, 1, 1, 9])
    # one half has mean 1, the other 5: ½ · ((1 - 3)² + (5 - 3)²) = 4, whatever pairs are drawn
    for seed in range(4):
        assert jackknife(mean_of(values), 4, 2, seed) == pytest.approx(2, rel=1e-12)


def test_a_measure_that_no_row_changes_has_no_error():
    assert jackknife(lambda rows: 3.7, 20) == pytest.approx(0, abs=1e-15)


def test_the_error_has_the_unit_of_the_measure():
    single = jackknife(mean_of(VALUES), 60)
    assert jackknife(mean_of(7 * VALUES + 100), 60) == pytest.approx(7 * single, rel=1e-9)


def test_several_measures_at_once_get_the_errors_that_each_would_get_alone():
    columns = np.random.default_rng(1).normal(0, [1, 5, 0.2], (47, 3))
    found = jackknife(mean_of(columns), 47)
    assert found.shape == (3,) and found.dtype == np.float64
    alone = [jackknife(mean_of(columns[:, i]), 47) for i in range(3)]
    np.testing.assert_allclose(found, alone, rtol=1e-12)


def test_the_same_seed_gives_the_same_and_another_seed_something_else():
    first, again, other = (jackknife(mean_of(VALUES), 60, seed=s) for s in (3, 3, 4))
    assert first == again and other != first and np.shape(first) == ()


# What it is for


def test_the_squared_error_of_a_mean_is_right_on_average():
    draws, count = 400, 31
    squares = [
        jackknife(mean_of(rng.gamma(2, 3, count)), count) ** 2
        for rng in map(np.random.default_rng, range(draws))
    ]
    # variance of the gamma distribution: 2 · 3²; of the mean of 31 numbers: 18 / 31
    error = np.std(squares, ddof=1) / np.sqrt(draws)
    assert error < 0.05 * 18 / 31
    assert np.mean(squares) == pytest.approx(18 / 31, abs=4 * error)


def test_the_error_of_a_frechet_distance_is_its_spread_over_fresh_samples():
    rng = np.random.default_rng(2)
    real = rng.normal(0, 1, (500, 3))
    distances, errors = [], []
    for _ in range(80):
        fake = rng.normal(0.5, [1, 1.5, 0.7], (120, 3))
        distances.append(frechet_distance(fake, real))
        errors.append(jackknife(lambda rows, f=fake: frechet_distance(f[rows], real), 120))
    spread = np.std(distances, ddof=1)
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(spread, rel=0.4)


def test_four_times_as_many_rows_halve_the_error():
    def typical(count):
        draws = (np.random.default_rng(seed).normal(0, 1, count) for seed in range(300))
        return np.sqrt(np.mean([jackknife(mean_of(values), count) ** 2 for values in draws]))

    assert typical(25) / typical(100) == pytest.approx(2, rel=0.15)


# What is refused


@pytest.mark.parametrize(
    ("count", "groups", "message"),
    [
        (20, 1, "groups must be at least 2, got 1"),
        (20, 0, "groups must be at least 2, got 0"),
        (20, 11, "a jackknife of 11 groups needs at least 22 rows, got 20"),
        (9, 5, "a jackknife of 5 groups needs at least 10 rows, got 9"),
        (3, 2, "a jackknife of 2 groups needs at least 4 rows, got 3"),
        (0, 5, "a jackknife of 5 groups needs at least 10 rows, got 0"),
    ],
)
def test_groups_of_fewer_than_two_rows_and_a_single_group_are_refused(count, groups, message):
    def never(rows):
        raise AssertionError("measured")

    with pytest.raises(ValueError, match=f"^{message}$"):
        jackknife(never, count, groups)


@pytest.mark.parametrize("several", [False, True])
def test_a_measure_that_is_not_finite_is_refused_with_the_group(several):
    calls = []

    def measure(rows):
        calls.append(rows)
        found = float("nan") if len(calls) == 3 else 1.0
        return [1.0, found] if several else found

    with pytest.raises(ValueError, match=r"^the measure is .*nan.* without group 2 of 4, expected"):
        jackknife(measure, 20, 4)
