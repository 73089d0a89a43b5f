"""Chapter 7, evaluating GANs: the measures, each from its definition, and a fair comparison."""

from types import SimpleNamespace

import numpy as np

from gan_course.base.backend import keras
from gan_course.teaching.checks import same_values
from gan_course.teaching.exercises.registry import exercise
from gan_course.teaching.mismatch import Mismatch

_K = 3  # neighbours; not the default, so that whoever ignores the argument is found out


def _sets(count: int, others: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of features, correlated, of different means, spreads and numbers of rows."""
    rng = np.random.default_rng(7)
    mixing = rng.normal(size=(width, width))
    one = rng.normal(size=(count, width)) @ mixing + 0.5
    return one, rng.normal(size=(others, width)) * np.linspace(0.5, 2, width) - 0.3


@exercise("7.1", "Moving one heap onto the other", 5, "np.sort each heap; then it is one line")
def _(moving_cost) -> None:
    rng = np.random.default_rng(1)
    one, other = rng.normal(0, 1, 50), rng.gamma(2.0, 1.0, 50) + 1
    gaps = np.sort(one) - np.sort(other)
    half = "only one of the two heaps is sorted"
    same_values(
        moving_cost(one.copy(), other.copy()), np.mean(gaps**2), "your cost",
        {
            "the grains keep the order they came in: sort both heaps first":
                np.mean((one - other) ** 2),
            half: np.mean((np.sort(one) - other) ** 2),
            half + ", the second": np.mean((one - np.sort(other)) ** 2),
            "moving by x costs x², not |x|": np.mean(np.abs(gaps)),
            "this is a root: the cost is x², and stays squared": np.sqrt(np.mean(gaps**2)),
        },
    )  # fmt: skip


@exercise(
    "7.2", "The Fréchet distance", 10,
    "np.cov(features, rowvar=False); the trace of a root is the sum of the eigenvalues' roots",
)  # fmt: skip
def _(frechet) -> None:
    one, other = _sets(4000, 3000, 4)
    first, second = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    shift = one.mean(axis=0) - other.mean(axis=0)
    values, vectors = np.linalg.eigh(first)  # a symmetric root, so that all stays real
    root = (vectors * np.sqrt(values)) @ vectors.T
    shared = np.sqrt(np.linalg.eigvalsh(root @ second @ root)).sum()
    means, traces = shift @ shift, np.trace(first) + np.trace(second)
    entries = np.sqrt(np.diag(first @ second)).sum()
    right = means + traces - 2 * shared
    same_values(
        frechet(one.copy(), other.copy()), right, "your distance",
        {
            "only the means are compared": means,
            "only the covariances are compared: |m₁ - m₂|² is missing": right - means,
            "the means come in as |m₁ - m₂|, not squared": right - means + np.sqrt(means),
            "the factor 2 before the root is missing": right + shared,
            "the square root is of each entry; the root R of a matrix C has R @ R = C":
                means + traces - 2 * entries,
            "the root of C₁C₂ is missing: this is its trace":
                means + traces - 2 * np.trace(first @ second),
            "the root of the whole is taken; the distance stays squared": np.sqrt(right),
        },
        tolerance=0.02,  # whether a covariance divides by N or by N - 1 is left open
    )  # fmt: skip


def _cubes(rows: np.ndarray, columns: np.ndarray, width: float) -> np.ndarray:
    return (rows @ columns.T / width + 1) ** 3


@exercise("7.3", "The unbiased kernel distance", 10, "leave out both diagonals, divide by N(N - 1)")
def _(kernel_distance) -> None:
    sets = _sets(40, 30, 3)

    def distance(width=3, diagonal=False, places=0, mixed=-2.0) -> float:
        """places: of the diagonal, which count in the mean: 0 or 1 for each row."""
        found = mixed * _cubes(*sets, width).mean()
        for rows in sets:
            kernel, count = _cubes(rows, rows, width), len(rows)
            left = 0.0 if diagonal else np.trace(kernel)
            found += (kernel.sum() - left) / (count * (count - 1 + places))
        return found

    same_values(
        kernel_distance(*(each.copy() for each in sets)), distance(), "your distance",
        {
            "each row is paired with itself, too: that is the bias; leave the diagonal out":
                distance(diagonal=True, places=1),
            "the diagonal is left out of the sum, but its N places still count in the mean; "
            "divide by N (N - 1)": distance(places=1),
            "the factor 2 of the mixed pairs is missing": distance(mixed=-1),
            "the mixed pairs are added; they are subtracted": distance(mixed=2),
            "x·y is not divided by K, the number of features": distance(width=1),
        },
    )  # fmt: skip


def _inside(centres: np.ndarray, points: np.ndarray, k: int) -> np.ndarray:
    """(points, centres): whether a point lies in the ball to the centre's k-th neighbour."""
    gaps = [np.linalg.norm(each[:, np.newaxis] - centres, axis=2) for each in (points, centres)]
    return gaps[0] <= np.sort(gaps[1], axis=1)[:, k]


@exercise(
    "7.4", "Balls, precision and recall", 12,
    "in a sorted row of distances place 0 is the point itself, and place k the k-th neighbour",
)  # fmt: skip
def _(inside, precision_recall) -> None:
    real, made = _sets(60, 45, 2)
    same_values(
        inside(made.copy(), real.copy(), _K), _inside(real, made, _K), "your table `inside`",
        {
            "rows and columns are exchanged; a row is a point, a column a centre":
                _inside(real, made, _K).T,
            "the balls are too small: each point counts as its own first neighbour":
                _inside(real, made, _K - 1),
            "the balls are too large: they reach to the neighbour after the k-th":
                _inside(real, made, _K + 1),
            "k is ignored: these are the balls of 5 neighbours": _inside(real, made, 5),
            "this says who is outside": ~_inside(real, made, _K),
            "the balls belong to the points; they belong to the centres": _inside(made, real, _K).T,
        },
    )  # fmt: skip
    tables = _inside(real, made, _K), _inside(made, real, _K)
    right = np.array([each.any(axis=1).mean() for each in tables])
    same_values(
        precision_recall(real.copy(), made.copy(), _K), right, "your (precision, recall)",
        {
            "the two are exchanged: precision is the share of samples in the balls of real points":
                right[::-1],
            "recall uses the balls of real points; it asks for the balls of the samples":
                [right[0], tables[0].any(axis=0).mean()],
            "one ball is enough; this is the mean over all pairs of ball and point":
                [each.mean() for each in tables],
        },
    )  # fmt: skip


@exercise("7.5", "Density and coverage", 8, "a table, samples x real balls: inside or not?")
def _(density_coverage) -> None:
    real, made = _sets(60, 45, 2)
    inside, of_samples = _inside(real, made, _K).T, _inside(made, real, _K)
    density, coverage = inside.sum() / (_K * len(made)), inside.any(axis=1).mean()
    same_values(
        density_coverage(real.copy(), made.copy(), _K), [density, coverage],
        "your (density, coverage)",
        {
            "the two are exchanged": [coverage, density],
            "density is not divided by k": [_K * density, coverage],
            "density is divided by the number of real points, not of samples":
                [inside.sum() / (_K * len(real)), coverage],
            "coverage asks whether a sample is in a ball, which is precision; ask for each ball":
                [density, inside.any(axis=0).mean()],
            "the balls are those of the samples; here all balls belong to real points":
                [of_samples.sum() / (_K * len(made)), of_samples.any(axis=1).mean()],
        },
    )  # fmt: skip


@exercise("7.6", "Keep the best", 5, "get_weights() copies; `weights` are variables that train on")
def _(keep_best) -> None:
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    kept = {"step": 0, "distance": np.inf, "weights": None}
    for step, distance in ((10, 5.0), (20, 3.0), (30, 4.0), (40, 2.0), (50, np.nan), (60, 3.5)):
        network.set_weights([np.full((2, 1), float(step)), np.full(1, float(step))])
        keep_best(kept, step, distance, network)
        if kept["weights"] is None:
            raise Mismatch("after a first distance of 5, below ∞, kept['weights'] is still None")
    same_values(
        [kept["step"], kept["distance"]], [40, 2], "the kept (step, distance)",
        {
            "this is the last one, not the best": [60, 3.5],
            "the step moves on, but the distance to compare with stays ∞": [60, np.inf],
        },
    )  # fmt: skip
    values = [float(np.asarray(each).ravel()[0]) for each in kept["weights"]]
    if values == [60, 60]:
        raise Mismatch("the variables themselves are kept, and they train on; keep copies")
    same_values(values, [40, 40], "the kept weights (step 40 is the best)")


class _Evaluation(dict):
    """What an evaluation shows of itself, with one measure."""


def _evaluation(value, error, count=2000, fingerprint="745d8ac2") -> _Evaluation:
    found = _Evaluation(frechet_distance=SimpleNamespace(value=value, error=error, real=0.3))
    vars(found).update(count=count, fingerprint=fingerprint)
    return found


@exercise("7.7", "A fair comparison", 8, "independent errors add up as squares: np.hypot(a, b)")
def _(errors_apart) -> None:
    one, other = _evaluation(2.0, 0.3), _evaluation(1.0, 0.4)
    for words, unlike in (
        ("different fingerprints", _evaluation(1.0, 0.4, fingerprint="b693558b")),
        ("different numbers of images", _evaluation(1.0, 0.4, count=1000)),
    ):
        if errors_apart(one, unlike) is not None or errors_apart(unlike, one) is not None:
            raise Mismatch(f"two evaluations with {words} cannot be compared; return None")
    same_values(
        errors_apart(one, other), 2.0, "your number of standard errors",
        {
            "this is the second minus the first": -2.0,
            "the difference is not divided by an error": 1.0,
            "the two errors are added; independent errors add up as squares": 1 / 0.7,
            "the root is missing: variances add up, and an error is a root": 1 / 0.25,
            "only the error of the first counts": 1 / 0.3,
            "only the error of the second counts": 1 / 0.4,
        },
    )  # fmt: skip
    same_values(errors_apart(other, one), -2.0, "with the two exchanged, your number",
                {"it has lost its sign: a first that is smaller gives a negative number": 2.0},
    )  # fmt: skip


@exercise("7.8", "The nearest training image", 8, "in uint8 3 - 5 is 254; make floats first")
def _(nearest) -> None:
    rng = np.random.default_rng(3)
    images, training = (rng.integers(0, 256, (count, 4, 3, 1), dtype=np.uint8) for count in (7, 30))
    squares = ((images[:, np.newaxis].astype(float) - training) ** 2).mean(axis=(2, 3, 4))
    root = np.sqrt(squares.min(axis=1))
    wrapped = images[:, np.newaxis] - training, training - images[:, np.newaxis]  # modulo 256
    late = [np.sqrt((w.astype(float) ** 2).mean(axis=(2, 3, 4)).min(axis=1)) for w in wrapped]
    found = nearest(images.copy(), training.copy())
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise Mismatch("expected two arrays, (where, distance), one number in each for an image")
    overflow = "uint8 minus uint8 has no negative numbers, it wraps around at 256; floats first"
    same_values(
        found[1], root, "your distances",
        {
            overflow: np.sqrt((wrapped[0] ** 2).mean(axis=(2, 3, 4)).min(axis=1)),
            overflow + ", before the difference": late[0],
            overflow + ", before the difference is taken": late[1],
            "the root is missing: in grey levels it is √(mean of squares)": squares.min(axis=1),
            "the sum over the pixels; take the mean": root * np.sqrt(12),
            "this is for each training image the nearest of the images; ask the other way round":
                np.sqrt(squares.min(axis=0)),
        },
        tolerance=1e-3,  # single precision is enough
    )  # fmt: skip
    same_values(found[0], squares.argmin(axis=1), "your indices, where the nearest one is")
