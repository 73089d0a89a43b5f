"""What the history says of a batch of logits, against numbers worked out by hand and NumPy."""

import numpy as np
import pytest

from gan_course.base.backend import tf
from gan_course.games import scores
from gan_course.games.objectives import OBJECTIVES

REAL, FAKE = [[0.0], [2.0], [-1.0], [0.25]], [[0.0], [3.0], [-2.0], [0.25], [-4.0]]


def as_floats(made):
    assert all(value.shape == () and value.dtype == tf.float32 for value in made.values())
    return {name: float(value) for name, value in made.items()}


def test_probabilities_put_the_threshold_at_logit_zero_and_zero_counts_as_fake():
    made = scores.probabilities(tf.constant(REAL), tf.constant(FAKE))
    expected = {
        "d_real": (0.5 + 0.8807971 + 0.2689414 + 0.5621765) / 4,
        "d_fake": (0.5 + 0.9525741 + 0.1192029 + 0.5621765 + 0.0179862) / 5,
        "accuracy_real": 2 / 4,
        "accuracy_fake": 3 / 5,
    }
    assert as_floats(made) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("threshold", "of_real", "of_fake"),
    [(0.0, 2 / 4, 3 / 5), (0.25, 1 / 4, 4 / 5), (-1.5, 4 / 4, 2 / 5), (5.0, 0, 5 / 5)],
)
def test_margins_count_real_logits_above_the_threshold_and_fakes_up_to_it(
    threshold, of_real, of_fake
):
    made = scores.margins(tf.constant(REAL), tf.constant(FAKE), threshold=threshold)
    # by hand: (0 + 2 - 1 + 0.25) / 4 and (0 + 3 - 2 + 0.25 - 4) / 5
    expected = {
        "score_real": 0.3125,
        "score_fake": -0.55,
        "accuracy_real": of_real,
        "accuracy_fake": of_fake,
    }
    assert as_floats(made) == pytest.approx(expected, abs=1e-6)


def test_margins_without_a_word_put_the_threshold_at_zero():
    made = scores.margins(tf.constant(REAL), tf.constant(FAKE))
    assert float(made["accuracy_real"]) == 0.5 and float(made["accuracy_fake"]) == np.float32(0.6)


def test_the_wasserstein_estimate_is_the_mean_on_real_images_minus_that_on_fakes():
    made = scores.wasserstein_estimate(tf.constant(REAL), tf.constant(FAKE))
    expected = {"wasserstein": 0.8625, "score_real": 0.3125, "score_fake": -0.55}
    assert as_floats(made) == pytest.approx(expected, abs=1e-6)


def test_the_wasserstein_estimate_agrees_with_numpy_on_many_logits():
    rng = np.random.default_rng(2)
    real, fake = rng.normal(3, 5, (57, 1)), rng.normal(-1, 2, (31, 1))
    made = as_floats(scores.wasserstein_estimate(tf.constant(real, tf.float32),
                                                 tf.constant(fake, tf.float32)))  # fmt: skip
    assert made["wasserstein"] == pytest.approx(real.mean() - fake.mean(), rel=1e-5)
    assert made["score_real"] == pytest.approx(real.mean(), rel=1e-5)
    assert made["score_fake"] == pytest.approx(fake.mean(), rel=1e-5)


PROBABILITIES = ["d_real", "d_fake", "accuracy_real", "accuracy_fake"]
MARGINS = ["score_real", "score_fake", "accuracy_real", "accuracy_fake"]
NAMES = {
    "non_saturating": PROBABILITIES,
    "minimax": PROBABILITIES,
    "least_squares": MARGINS,
    "hinge": MARGINS,
    "wasserstein": ["wasserstein", "score_real", "score_fake"],
}


def test_every_objective_names_its_scores():
    made = {
        name: list(objective.scores(tf.constant(REAL), tf.constant(FAKE)))
        for name, objective in OBJECTIVES.items()
    }
    assert made == NAMES


def test_least_squares_separates_halfway_between_its_labels_and_hinge_at_zero():
    real, fake = tf.constant([[0.6], [0.4], [-0.1]]), tf.constant([[0.6], [0.4], [-0.1]])
    of = {
        name: as_floats(OBJECTIVES[name].scores(real, fake)) for name in ("least_squares", "hinge")
    }
    assert of["least_squares"]["accuracy_real"] == pytest.approx(1 / 3)
    assert of["least_squares"]["accuracy_fake"] == pytest.approx(2 / 3)
    assert of["hinge"]["accuracy_real"] == pytest.approx(2 / 3)
    assert of["hinge"]["accuracy_fake"] == pytest.approx(1 / 3)
