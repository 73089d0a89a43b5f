"""The doctor's rules, one number at a time: just on this side of a bound, and just on the other."""

from dataclasses import replace

import numpy as np
import pytest

from gan_course.backend import tf
from gan_course.diagnosis import HEALTHY, Symptoms, findings
from gan_course.diagnosis.symptoms import (
    accuracies,
    diversity_of,
    generator_gradient,
    reach_of,
    travelled,
)
from gan_course.models import network
from gan_course.objectives import MINIMAX, NON_SATURATING
from gan_course.state import create

WELL = Symptoms(
    steps=1000,
    planned=1000,
    epochs=10.0,
    accuracy_real=0.8,
    accuracy_fake=0.75,
    gradient=2.0,
    first_gradient=1.0,
    answer=0.6,
    pixels=(0, 255, 70.0),
    value_range=(-1.0, 1.0),
    reach=(-1.0, 1.0),
    diversity=0.9,
    classes=(10, 10),
    floor=0.1,
    first_distance=50.0,
    departed=60.0,
    distances=(2.1, 2.0, 2.0),
    moves=(0.1, 0.1),
)


def verdicts(**changes) -> list[str]:
    return [finding.verdict for finding in findings(replace(WELL, **changes))]


def test_a_run_of_which_every_number_is_good_is_healthy():
    assert verdicts() == [HEALTHY]


def test_a_run_of_which_nothing_is_known_is_not_accused():
    assert [f.verdict for f in findings(Symptoms(steps=500, epochs=3.0))] == [HEALTHY]


@pytest.mark.parametrize(
    ("verdict", "ill", "well"),
    [
        ("dead by data range", dict(pixels=(0, 15, 5.0)), dict(pixels=(0, 16, 5.0))),
        ("dead by data range", dict(pixels=(0, 255, 1.9)), dict(pixels=(0, 255, 2.0))),
        ("dead by normalisation", dict(reach=(0.0, 1.0)), dict(reach=(-0.97, 1.0))),
        ("dead by normalisation", dict(reach=(-1.0, 0.9)), dict(reach=(-1.0, 1e4))),
        (
            "discriminator too strong",
            dict(accuracy_real=0.99, accuracy_fake=0.98),
            dict(accuracy_real=0.99, accuracy_fake=0.979),
        ),
        ("generator collapsed", dict(diversity=0.24), dict(diversity=0.25)),
        ("generator collapsed", dict(classes=(5, 10)), dict(classes=(6, 10))),
        ("generator collapsed", dict(modes=(4, 8)), dict(modes=(5, 8))),
        (
            "vanishing gradient",
            dict(gradient=0.01, distances=(45.0, 45.0, 45.0)),
            dict(gradient=0.011, distances=(20.0, 20.0, 20.0)),
        ),
        ("not trained long enough", dict(steps=199), dict(steps=200, planned=200)),
        ("not trained long enough", dict(epochs=0.49), dict(epochs=0.5)),
        ("not trained long enough", dict(steps=999), dict(steps=1000)),
        (
            "not trained long enough",
            dict(distances=(26.0, 26.0, 25.1)),
            dict(distances=(24.9, 24.9, 24.9)),
        ),
    ],
)
def test_a_verdict_falls_on_one_side_of_its_bound_and_not_on_the_other(verdict, ill, well):
    assert verdicts(**ill)[0] == verdict
    assert verdicts(**well) == [HEALTHY]


def test_samples_that_walk_in_circles_far_from_the_real_ones_oscillate():
    # in lengths: steps of 6, 5 away; one that walks as far but arrives is on its way
    assert verdicts(distances=(25.0, 25.0, 25.0), moves=(36.0, 36.0)) == ["oscillating"]
    assert "oscillating" not in verdicts(distances=(100.0, 16.0, 4.0), moves=(36.0, 4.0))
    # as restless, but near: nothing to worry about
    assert verdicts(distances=(0.2, 0.2, 0.2), moves=(0.3, 0.3)) == [HEALTHY]


def test_of_a_run_that_has_hardly_begun_nothing_is_judged_that_needs_patience():
    early = dict(steps=50, accuracy_real=1.0, accuracy_fake=1.0, diversity=0.0)
    assert verdicts(**early) == ["not trained long enough"]
    assert verdicts(**early, pixels=(0, 1, 0.3))[0] == "dead by data range"


def test_the_cause_comes_before_what_follows_from_it():
    found = verdicts(failure="d_loss is nan at step 7", reach=(0.0, 1.0), diversity=0.1)
    assert found == ["not a number", "dead by normalisation", "generator collapsed"]


def test_every_finding_shows_its_numbers_and_something_to_try():
    (finding,) = findings(replace(WELL, accuracy_real=0.991, accuracy_fake=0.985))
    assert "99.1%" in finding.evidence and "98.5%" in finding.evidence
    assert str(finding).splitlines()[0] == "discriminator too strong"
    assert "d_learning_rate" in finding.experiment


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Dense 6 tanh", "Reshape 2 3 1"), (-1.0, 1.0)),
        (("Dense 6", "Reshape 2 3 1", "sigmoid"), (0.0, 1.0)),
        (("Dense 6 ReLU", "Reshape 2 3 1"), (0.0, 1e4)),
        (("Dense 6", "Reshape 2 3 1"), (-1e4, 1e4)),
        (("Dense 6 LReLU .5", "Reshape 2 3 1"), (-5e3, 1e4)),
    ],
)
def test_what_a_generator_can_reach_is_read_off_its_last_layers(lines, expected):
    np.testing.assert_allclose(reach_of(network("generator", (4,), lines, 0)), expected)


def test_diversity_is_a_ratio_of_variances():
    # by hand: pixels 0 and 2 have variance 1; pixels 0 and 1 have variance 1/4
    reals = np.array([[0.0, 0.0], [2.0, 2.0]]).reshape(2, 1, 2, 1)
    fakes = np.array([[5.0, 0.0], [5.0, 1.0]]).reshape(2, 1, 2, 1)
    assert diversity_of(fakes, reals) == pytest.approx(0.25 / 2)


def test_accuracies_are_those_of_the_last_quarter():
    rows = [{"accuracy_real": float(i), "accuracy_fake": 2.0 * i} for i in range(9)]
    assert accuracies(rows) == {"accuracy_real": 7.5, "accuracy_fake": 15.0}
    assert accuracies([{"wasserstein": 1.0}]) == {} == accuracies([])


def test_distances_and_moves_are_those_of_points_moved_by_hand():
    cloud = np.random.default_rng(0).normal(size=(50, 2))
    moments = [cloud + shift for shift in ((0, 5), (3, 5), (0, 1))]
    found = travelled(moments, cloud)  # equal covariances: only the means differ
    np.testing.assert_allclose(found["distances"], [25, 34, 1], rtol=1e-6)
    np.testing.assert_allclose(found["moves"], [9, 25], rtol=1e-6)


@pytest.mark.parametrize("objective", [NON_SATURATING, MINIMAX], ids=lambda o: o.name)
def test_the_generator_s_gradient_agrees_with_finite_differences(tiny, objective):
    recipe = tiny.changed(generator=("Dense 24 tanh", "Reshape 4 6 1"))
    train_state = create(recipe)
    length, heard = generator_gradient(recipe, objective, train_state)
    slopes = []
    for variable in train_state.generator.trainable_variables:
        before = variable.numpy()
        for place in np.ndindex(before.shape):
            ends = []
            for step in (-0.01, 0.01):
                moved = before.copy()
                moved[place] += step
                variable.assign(moved)
                ends.append(_loss(recipe, objective, train_state))
            variable.assign(before)
            slopes.append((ends[1] - ends[0]) / 0.02)
    assert length == pytest.approx(np.linalg.norm(slopes), rel=0.02)
    assert 0.3 < heard < 0.7  # an untrained D says about 1/2, and both slopes are probabilities


def _loss(recipe, objective, train_state) -> float:
    from gan_course import sampling, seeds

    noise = sampling.latents(recipe, 256, seeds.derive(recipe.seed, seeds.CHECKUP, 0))
    logits = train_state.discriminator(train_state.generator(noise, training=False))
    return float(tf.reduce_mean(objective.g_loss(logits)))
