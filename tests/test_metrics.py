"""Measures of generated data, and the mixtures whose modes they count: by hand and by SciPy."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from gan_course.data.painted import gaussians
from gan_course.measures.metrics import count_modes, frechet_distance, points

# The Fréchet distance


def features(count, width, seed, shift=0.0):
    """Correlated columns of different widths, off centre."""
    rng = np.random.default_rng(seed)
    mix = rng.normal(0, 1, (width, width)) * np.linspace(0.2, 2, width)
    return shift + rng.normal(0, 1, (count, width)) @ mix


PAIRS = [
    (features(40, 5, 0), features(70, 5, 1, shift=0.5)),
    (features(400, 12, 2), features(90, 12, 3, shift=-2)),
    (features(25, 1, 4), features(9, 1, 5, shift=1)),
    (features(300, 3, 6), 1.001 * features(300, 3, 6)),
]
SETS = pytest.mark.parametrize(("one", "other"), PAIRS, ids=["5", "12", "1", "close"])


def moments(rows):
    """Mean and covariance (over N - 1), written out."""
    mean = rows.sum(axis=0) / len(rows)
    return mean, (rows - mean).T @ (rows - mean) / (len(rows) - 1)


@SETS
def test_the_distance_agrees_with_the_eigenvalues_of_the_product(one, other):
    (m1, c1), (m2, c2) = moments(one), moments(other)
    # tr (C1 C2)^½: C1 C2 is similar to a symmetric matrix, so its eigenvalues are real, >= 0
    roots = np.sqrt(np.linalg.eigvals(c1 @ c2).real)
    expected = ((m1 - m2) ** 2).sum() + np.trace(c1) + np.trace(c2) - 2 * roots.sum()
    assert frechet_distance(one, other) == pytest.approx(expected, rel=1e-6)


@SETS
def test_the_distance_agrees_with_the_matrix_root_of_scipy(one, other):
    linalg = pytest.importorskip("scipy.linalg", reason="SciPy is not installed")
    (m1, c1), (m2, c2) = moments(one), moments(other)
    root = np.real(linalg.sqrtm(c1 @ c2))
    expected = ((m1 - m2) ** 2).sum() + np.trace(c1 + c2 - 2 * root)
    assert frechet_distance(one, other) == pytest.approx(expected, rel=1e-6)


@SETS
def test_a_set_has_distance_0_from_itself_and_the_same_distance_from_both_sides(one, other):
    scale = one.var(axis=0).sum()
    for rows in (one, other):
        assert 0 <= frechet_distance(rows, rows.copy()) <= 1e-12 * max(scale, 1)
    there, back = frechet_distance(one, other), frechet_distance(other, one)
    assert there == pytest.approx(back, rel=1e-9, abs=1e-11 * max(scale, 1)) and there > 1e-7


def with_moments(mean, deviation, count=11):
    """A column with exactly that mean and standard deviation (over N - 1)."""
    column = np.random.default_rng(count).normal(0, 1, count)
    column = (column - column.mean()) / column.std(ddof=1)
    return (mean + deviation * column)[:, np.newaxis]


@pytest.mark.parametrize(
    ("one", "other"), [((0, 1), (3, 1)), ((2, 0.5), (2, 4)), ((-1.5, 2.5), (0.25, 0.1))]
)
def test_gaussians_on_a_line_are_apart_by_means_and_deviations(one, other):
    expected = (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2  # by hand
    found = frechet_distance(with_moments(*one), with_moments(*other, count=17))
    assert found == pytest.approx(expected, rel=1e-9)


def test_gaussians_with_the_same_axes_are_apart_by_the_sum_over_the_axes():
    # [-1, 0, 1] and [1, -2, 1] are orthogonal; with n-1 their deviations are 1 and 3**.5
    axes = np.array([[-1.0, 1], [0, -2], [1, 1]])
    one, other = axes * [2, 1] + [5, 0], axes * [0.5, 3] + [1, 7]
    # by hand: (5-1)² + (0-7)², (2 - 1/2)² · 1, (1 - 3)² · 3
    assert frechet_distance(one, other) == pytest.approx(16 + 49 + 2.25 + 12, rel=1e-9)


def test_a_rotation_of_both_sets_leaves_the_distance():
    one, other = PAIRS[0]
    rotation, _ = np.linalg.qr(np.random.default_rng(8).normal(0, 1, (5, 5)))
    turned = frechet_distance(one @ rotation, other @ rotation)
    assert turned == pytest.approx(frechet_distance(one, other), rel=1e-9)


def test_the_order_of_the_rows_and_the_type_of_the_numbers_do_not_matter():
    one, other = (np.float32(rows) for rows in PAIRS[1])
    expected = frechet_distance(one, other)
    rng = np.random.default_rng(1)
    assert frechet_distance(rng.permutation(one), other[::-1]) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(np.float64(one), np.float64(other)) == expected
    assert isinstance(expected, float)


def test_fewer_rows_than_columns_still_give_a_distance():
    one, other = features(4, 9, 0), features(6, 9, 1)
    (m1, c1), (m2, c2) = moments(one), moments(other)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(c1 @ c2).real, 0))
    expected = ((m1 - m2) ** 2).sum() + np.trace(c1) + np.trace(c2) - 2 * roots.sum()
    assert frechet_distance(one, other) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ((5, 3), (5, 4), r"expected features \(N, K\) and \(M, K\), got \(5, 3\) and \(5, 4\)"),
        ((5,), (5,), r"got \(5,\) and \(5,\)"),
        ((5, 2, 2), (5, 2, 2), r"got \(5, 2, 2\) and \(5, 2, 2\)"),
        ((1, 3), (5, 3), "at least 2 and 2 rows, got 1 and 5"),
        ((5, 3), (0, 3), "at least 2 and 2 rows, got 5 and 0"),
    ],
)
def test_sets_of_other_shapes_are_refused_with_the_shapes(one, other, message):
    with pytest.raises(ValueError, match=message):
        frechet_distance(np.zeros(one), np.zeros(other))


# The distance of the notebooks: in the 50 principal components that scikit-learn finds


def test_the_notebooks_distance_is_that_in_the_singular_vectors_of_numpy():
    rng = np.random.default_rng(0)
    real, fake = (rng.normal(size=(300, 80)) * 1.1 ** -np.arange(80) for _ in range(2))
    pca = PCA(50, svd_solver="arpack").fit(real)
    _, _, vectors = np.linalg.svd(real - real.mean(axis=0))
    ours = frechet_distance(fake @ vectors[:50].T, real @ vectors[:50].T)  # other signs, no centre
    expected = frechet_distance(pca.transform(fake), pca.transform(real))
    np.testing.assert_allclose(ours, expected, rtol=1e-9)


# Modes

CENTRES = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, -1.0]])


def test_modes_are_counted_by_hand():
    found = np.array([
        [0.0, 0.29], [-0.1, 0.1], [0.2, 0.2],  # within 0.3 of the first centre
        [0.0, 0.31], [0.25, 0.25], [0.5, 0.0],  # just outside, by 0.01 and 0.05; between two
        [1.29, 0.0],  # the second
        [5.0, 5.0],  # nowhere
    ])  # fmt: skip
    modes = count_modes(found, CENTRES, deviation=0.1)
    assert list(modes.samples) == [3, 1, 0]
    assert modes.quality == 4 / 8 and modes.covered == 2


def test_a_point_near_two_centres_belongs_to_the_nearer():
    modes = count_modes(np.array([[0.45, 0.0], [0.55, 0.0], [0.6, 0.1]]), CENTRES, deviation=0.5)
    assert list(modes.samples) == [1, 2, 0] and modes.quality == 1


def counted(*samples):
    """Modes that got so many points each, all of them on the centres."""
    return count_modes(np.repeat(CENTRES[: len(samples)], samples, axis=0),
                       CENTRES[: len(samples)], deviation=0.1)  # fmt: skip


def test_a_mode_needs_a_tenth_of_its_fair_share():
    assert counted(100, 100, 10).covered == 3  # fair 70, a tenth is 7
    assert counted(100, 104, 6).covered == 2  # the same fair share, and 6 are fewer than 7
    assert counted(0, 30, 0).covered == 1


def test_exactly_a_tenth_of_the_fair_share_is_enough():
    assert counted(1, 19).covered == 2  # fair 10, a tenth is 1: "at least"
    assert counted(7, 100, 103).covered == 3


def test_no_good_sample_covers_nothing():
    modes = count_modes(np.full((4, 2), 9.0), CENTRES, deviation=0.1)
    assert (list(modes.samples), modes.quality, modes.covered) == ([0, 0, 0], 0.0, 0)


def test_points_of_pictures_lie_in_the_square_from_minus_one_to_one():
    pixels = np.array([[0, 255], [51, 204], [127, 128]], np.uint8)
    # by hand: 51 / 127.5 = 0.4, 204 / 127.5 = 1.6, 127 / 127.5 = 1 - 1 / 255
    expected = [[-1, 1], [-0.6, 0.6], [-1 / 255, 1 / 255]]
    np.testing.assert_allclose(points(pixels.reshape(3, 1, 2, 1)), expected, atol=1e-12)
    np.testing.assert_allclose(points(pixels.reshape(3, 1, 2)), expected, atol=1e-12)


def test_points_of_floats_are_the_floats():
    values = np.float32([[-1, 0.25], [0.5, 1], [0, -0.125]])
    found = points(values.reshape(3, 1, 2, 1))
    np.testing.assert_array_equal(found, values)
    assert found.shape == (3, 2)


# The mixtures

BOTH = pytest.mark.parametrize(
    ("make", "centres"),
    [(gaussians.ring, gaussians.RING), (gaussians.grid, gaussians.GRID)],
    ids=["ring", "grid"],
)


def test_the_ring_has_eight_centres_at_three_quarters_every_45_degrees():
    half = 0.75 * np.sqrt(0.5)
    expected = [(0.75, 0), (half, half), (0, 0.75), (-half, half),
                (-0.75, 0), (-half, -half), (0, -0.75), (half, -half)]  # fmt: skip
    np.testing.assert_allclose(gaussians.RING, expected, atol=1e-12)
    assert gaussians.RING_NAMES == ("0°", "45°", "90°", "135°", "180°", "225°", "270°", "315°")


def test_the_grid_has_twenty_five_centres_two_fifths_apart():
    places = (-0.8, -0.4, 0, 0.4, 0.8)
    expected = [(x, y) for y in places for x in places]
    np.testing.assert_allclose(gaussians.GRID, expected, atol=1e-12)
    assert len(set(gaussians.GRID_NAMES)) == 25
    assert gaussians.GRID_NAMES[0] == "(-0.8, -0.8)" and gaussians.GRID_NAMES[-1] == "(0.8, 0.8)"


@BOTH
def test_points_lie_around_their_centres_with_the_deviation_in_each_direction(make, centres):
    images, labels = make(20_000, seed=1)
    assert images.shape == (20_000, 1, 2) and labels.shape == (20_000,)
    assert images.dtype == labels.dtype == np.uint8
    off = images[:, 0] / 127.5 - 1 - centres[labels]
    # Rounding to a step of 1 / 127.5 adds a twelfth of its square to the variance: 0.3 %
    expected = np.sqrt(0.03**2 + (1 / 127.5) ** 2 / 12)
    error = expected / np.sqrt(20_000)
    np.testing.assert_allclose(off.mean(axis=0), [0, 0], atol=4 * error)
    np.testing.assert_allclose(off.std(axis=0), [expected] * 2, atol=4 * error / np.sqrt(2))
    assert np.corrcoef(off.T)[0, 1] == pytest.approx(0, abs=4 / np.sqrt(20_000))
    # a normal distribution: 68.27 percent within one deviation; the rounding blurs the edge
    assert (np.abs(off) < 0.03).mean() == pytest.approx(0.6827, abs=0.03)


@BOTH
def test_labels_are_the_nearest_centres_and_balanced(make, centres):
    images, labels = make(5003, seed=2)
    found = images[:, 0] / 127.5 - 1
    nearest = np.linalg.norm(found[:, None] - centres, axis=2).argmin(axis=1)
    np.testing.assert_array_equal(nearest, labels)  # centres are 13 deviations apart and more
    counts = np.bincount(labels, minlength=len(centres))
    assert counts.sum() == 5003 and counts.max() - counts.min() == 1
    # 3 deviations hold 1 - e^-4.5 = 98.89 percent of a Gaussian in the plane
    modes = count_modes(points(images), centres, gaussians.DEVIATION)
    assert modes.quality == pytest.approx(0.9889, abs=0.006)
    assert modes.covered == len(centres)


@BOTH
def test_the_same_seed_draws_the_same_points_and_another_seed_others(make, centres):
    (x, y), (again_x, again_y), (other_x, other_y) = make(300, 5), make(300, 5), make(300, 6)
    np.testing.assert_array_equal(x, again_x)
    np.testing.assert_array_equal(y, again_y)
    # a chance meeting of both coordinates: one in hundreds for points of one mode
    assert (x == other_x).all(axis=2).mean() < 0.03 and (y != other_y).any()
