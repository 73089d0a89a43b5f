"""The doctor's verdicts on real runs: each disease, made on purpose, and games that are healthy.

The digits have 14x14 pixels: small networks learn them in a few hundred steps.
"""

import os
import re
import signal

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course.base.errors import TrainingDiverged
from gan_course.data import ImageSet, load
from gan_course.data.painted import gaussians
from gan_course.measures.diagnosis import HEALTHY
from gan_course.measures.metrics import count_modes, points
from gan_course.recipes.adversarial import Adversarial

POINTS = dict(
    dataset="ring",
    image_shape=(1, 2, 1),
    latent_dim=2,
    generator=("Dense 64 ReLU", "Dense 64 ReLU", "Dense 2 tanh", "Reshape 1 2 1"),
    discriminator=("Flatten", "Dense 64 LReLU .2", "Dense 64 LReLU .2", "Dense 1"),
    batch_size=128,
    grid=(10, 10),
)
DIGITS = dict(
    dataset="glyphs",
    image_shape=(14, 14, 1),
    latent_dim=16,
    generator=("Dense 128 LReLU .2", "Dense 196 tanh", "Reshape 14 14 1"),
    discriminator=("Flatten", "Dense 128 LReLU .2", "Dense 1"),
    batch_size=64,
    grid=(4, 4),
)
CONVOLUTIONS = dict(
    DIGITS,
    generator=("Dense 784 BN .9 ReLU", "Reshape 7 7 16", "ConvT 1 k4 s2 tanh"),
    discriminator=("Conv 16 k4 s2 LReLU .2 Dropout .3", "Flatten", "Dense 1"),
    batch_size=32,
)


of_three_seeds = pytest.mark.parametrize("seed", (0, 1, 2))


def recipe_of(game, **changes):
    fields = dict(
        name="patient",
        about="for tests",
        cpu_minutes=0.1,
        g_learning_rate=1e-3,
        d_learning_rate=1e-3,
        beta_1=0.5,
        sample_every=10_000,
        checkpoint_every=100,
    )
    return Adversarial(**{**fields, **game, **changes})


def trained(folder, game, data=None, hooks=(), progress=False, **changes):
    recipe = recipe_of(game, **changes)
    return gan.train(recipe, folder, data=data, hooks=hooks, progress=progress, results=False)


def numbers(text: str) -> list[float]:
    return [float(word) for word in re.findall(r"\d+(?:\.\d+)?(?:e[+-]\d+)?", text)]


# Broken on purpose.


@of_three_seeds
def test_an_absurd_learning_rate_gives_not_a_number(tmp_path, seed):
    with pytest.raises(TrainingDiverged):
        trained(tmp_path, DIGITS, steps=30, seed=seed, g_learning_rate=1e30, d_learning_rate=1e30)
    diagnosis = gan.open_run(tmp_path).diagnose()
    assert diagnosis.verdict == "not a number"
    # the first row that is looked at is that of step 10 (log_every)
    assert re.fullmatch(r"[dg]_loss is (nan|-?inf) at step 10", diagnosis.findings[0].evidence)
    assert "no checkpoint" in diagnosis.left_out[0]


@of_three_seeds
def test_a_run_that_diverged_after_a_checkpoint_says_so_before_all_else(tmp_path, seed):
    # A critic that nothing holds back, and plain gradient descent: the logits grow for ever.
    exploding = dict(POINTS, objective="wasserstein", optimizer="sgd", beta_1=None, log_every=5)
    rates = dict(g_learning_rate=0.3, d_learning_rate=0.3, checkpoint_every=5)
    with pytest.raises(TrainingDiverged):
        trained(tmp_path, exploding, steps=1000, seed=seed, **rates)
    run = gan.open_run(tmp_path)
    diagnosis = run.diagnose()
    assert diagnosis.verdict == "not a number"
    (step,) = numbers(diagnosis.findings[0].evidence.rpartition("step")[2])
    assert run.step == step - 5  # the last healthy checkpoint


@of_three_seeds
def test_images_normalised_twice_are_dead_by_data_range(tmp_path, seed):
    once = load("glyphs", (14, 14, 1)).x_train / 255.0
    twice = ImageSet("twice", once.astype(np.uint8))
    assert set(np.unique(twice.x_train)) == {0, 1}
    diagnosis = trained(tmp_path, DIGITS, twice, steps=30, seed=seed).diagnose()
    assert diagnosis.verdict == "dead by data range"
    spread = twice.x_train.std()
    assert numbers(diagnosis.findings[0].evidence)[:4] == [0, 1, 0, 255]  # of 0 to 255
    np.testing.assert_allclose(numbers(diagnosis.findings[0].evidence)[4], spread, atol=0.06)


def test_dead_data_stay_the_first_finding_when_there_are_samples_to_look_at(tmp_path):
    twice = ImageSet("twice", (load("ring").x_train / 255.0).round().astype(np.uint8))
    run = trained(tmp_path, POINTS, twice, steps=300)
    diagnosis = run.diagnose(twice)
    assert diagnosis.verdict == "dead by data range"
    assert diagnosis.left_out == () and diagnosis.symptoms.diversity is not None


@pytest.mark.filterwarnings("ignore::gan_course.base.errors.RunWarning")  # of that ending
@of_three_seeds
def test_a_generator_that_ends_in_sigmoid_is_dead_by_normalisation(tmp_path, seed):
    sigmoid = ("Dense 64 ReLU", "Dense 2 sigmoid", "Reshape 1 2 1")
    run = trained(tmp_path, POINTS, steps=30, seed=seed, generator=sigmoid)
    finding = run.diagnose().findings[0]
    assert finding.verdict == "dead by normalisation"
    assert "values in [0, 1]" in finding.evidence and "scaled to [-1, 1]" in finding.evidence
    assert (run.generator(run.latents(50)).numpy() >= 0).all()


@of_three_seeds
def test_minimax_against_a_discriminator_that_is_far_ahead_has_a_vanishing_gradient(tmp_path, seed):
    game = dict(DIGITS, objective="minimax", d_steps=5, d_learning_rate=5e-3)
    run = trained(tmp_path, game, steps=220, seed=seed)
    finding = run.diagnose().findings[0]
    assert finding.verdict == "vanishing gradient"
    now, before, heard = numbers(finding.evidence)
    assert 0 < now < 0.01 * before < 0.1
    # by hand: g_loss = -softplus(logit), whose slope is -sigmoid(logit): what D thinks of fakes
    logits = run.discriminator(run.generator(run.latents(5000))).numpy().astype(float)
    np.testing.assert_allclose(heard, (1 / (1 + np.exp(-logits))).mean(), rtol=0.5)
    assert "non_saturating" in finding.experiment


@of_three_seeds
def test_a_discriminator_of_far_higher_rate_is_too_strong(tmp_path, seed):
    rates = dict(d_learning_rate=2e-3, g_learning_rate=3e-5)
    run = trained(tmp_path, DIGITS, steps=300, seed=seed, **rates)
    diagnosis = run.diagnose()
    assert [finding.verdict for finding in diagnosis.findings] == ["discriminator too strong"]
    # 30 rows (log_every=10): the last quarter are 7
    lately = run.history[["accuracy_real", "accuracy_fake"]].tail(7).mean() * 100
    np.testing.assert_allclose(numbers(diagnosis.findings[0].evidence), lately, atol=0.051)


@of_three_seeds
def test_chapter_3s_generator_has_collapsed(tmp_path, seed):
    recipe = gan.recipe("gan_ring", seed=seed, steps=1500)
    run = gan.train(recipe, tmp_path, progress=False, results=False)
    finding = run.diagnose().findings[0]
    assert finding.verdict == "generator collapsed"
    made, there = map(int, re.search(r"(\d) of (\d) modes", finding.evidence).groups())
    samples = points(run.samples(2000, seed=1))
    counted = count_modes(samples, gaussians.RING, gaussians.DEVIATION).covered
    assert there == 8 and made <= 4
    assert abs(made - counted) <= 1  # of other noise


@of_three_seeds
def test_digits_collapse_where_the_generator_runs_away_from_the_discriminator(tmp_path, seed):
    rates = dict(g_learning_rate=5e-3, d_learning_rate=1e-4)
    run = trained(tmp_path, DIGITS, steps=300, seed=seed, **rates)
    finding = run.diagnose().findings[0]
    assert finding.verdict == "generator collapsed"
    made, there = map(int, re.search(r"(\d+) of (\d+) classes", finding.evidence).groups())
    assert there == 10 and made <= 5


@of_three_seeds
def test_digits_oscillate_under_high_rates_with_momentum(tmp_path, seed):
    dropout = ("Flatten", "Dense 128 LReLU .2 Dropout .3", "Dense 1")
    rates = dict(g_learning_rate=5e-3, d_learning_rate=5e-3, beta_1=0.9)
    game = dict(DIGITS, discriminator=dropout, latent_dim=64, **rates)
    diagnosis = trained(tmp_path, game, steps=500, seed=seed).diagnose()
    found = {finding.verdict: finding.evidence for finding in diagnosis.findings}
    # half of the classes may be missing at a moment of such a walk: then that is said before it
    assert "oscillating" in found and set(found) <= {"oscillating", "generator collapsed"}
    moves, distances = diagnosis.symptoms.moves, diagnosis.symptoms.distances
    assert numbers(found["oscillating"]) == pytest.approx([*moves, *distances], rel=6e-3)


@of_three_seeds
def test_a_linear_game_without_damping_oscillates(tmp_path, seed):
    # D sees nothing but means, and gradient descent on θ·ψ turns around (0, 0) for ever:
    # Mescheder et al. 2018, arXiv:1801.04406, section 2.
    rng = np.random.default_rng(0)
    cloud = 127.5 + 127.5 * (np.array([0.4, 0.2]) + 0.15 * rng.standard_normal((4000, 2)))
    data = ImageSet("cloud", np.clip(cloud.round(), 0, 255).astype(np.uint8)[:, np.newaxis])
    game = dict(
        POINTS,
        generator=("Dense 2 tanh", "Reshape 1 2 1"),
        discriminator=("Flatten", "Dense 1"),
        objective="wasserstein",
        order="simultaneous",
        optimizer="sgd",
        beta_1=None,
    )
    rates = dict(g_learning_rate=0.05, d_learning_rate=0.05, checkpoint_every=90)
    run = trained(tmp_path, game, data, steps=800, seed=seed, **rates)
    assert [f.verdict for f in run.diagnose(data).findings] == ["oscillating"]


@of_three_seeds
def test_sixty_steps_are_not_enough(tmp_path, seed):
    finding = trained(tmp_path, POINTS, steps=60, seed=seed).diagnose().findings[0]
    assert finding.verdict == "not trained long enough"
    assert numbers(finding.evidence) == [60, 0.77]  # 60 steps of 128 images, of 10,000


@of_three_seeds
def test_a_slow_beginner_has_not_collapsed_but_needs_more_steps(tmp_path, seed):
    rates = dict(g_learning_rate=5e-5, d_learning_rate=5e-5)
    run = trained(tmp_path, DIGITS, steps=300, seed=seed, **rates)
    assert [f.verdict for f in run.diagnose().findings] == ["not trained long enough"]


@of_three_seeds
def test_a_run_stopped_at_a_third_needs_the_rest_of_its_steps(tmp_path, seed):
    def stop(step, *_):
        if step == 200:
            os.kill(os.getpid(), signal.SIGINT)

    damped = dict(POINTS, penalty="r1", penalty_weight=1.0)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path, damped, hooks=[stop], steps=600, seed=seed)
    finding = gan.open_run(tmp_path).diagnose().findings[0]
    assert (finding.verdict, finding.evidence) == ("not trained long enough", "step 200 of 600")
    assert trained(tmp_path, damped, steps=600, seed=seed).diagnose().verdict == HEALTHY


# No false alarm.

SPECTRAL = ("Flatten", "Dense 64 SN LReLU .2", "Dense 64 SN LReLU .2", "Dense 1")
PENALISED = dict(objective="wasserstein", penalty="gradient", d_steps=5, d_learning_rate=1e-3)
GAMES = {
    "level rates": dict(POINTS, steps=1000),
    "r1": dict(POINTS, penalty="r1", penalty_weight=1.0, steps=500),
    "least squares, grid": dict(POINTS, dataset="grid", objective="least_squares", steps=800),
    "wgan-gp": dict(POINTS, **PENALISED, penalty_weight=1.0, g_learning_rate=5e-4, steps=400),
    "hinge, spectral norm": dict(
        POINTS,
        objective="hinge",
        discriminator=SPECTRAL,
        d_learning_rate=4e-3,
        d_steps=2,
        steps=800,
    ),
    "convolutions": dict(CONVOLUTIONS, steps=400),
    "wgan-gp, digits": dict(DIGITS, **{**PENALISED, "d_steps": 3}, penalty_weight=10.0, steps=450),
}


@of_three_seeds
@pytest.mark.parametrize("game", GAMES)
def test_a_healthy_game_gives_no_alarm(tmp_path, game, seed):
    diagnosis = trained(tmp_path, GAMES[game], seed=seed).diagnose()
    assert diagnosis.healthy and diagnosis.left_out == (), diagnosis


def test_a_game_that_has_come_to_rest_has_no_vanishing_gradient(tmp_path):
    # Near the real images a damped game has next to no gradient left: that is its aim.
    game = dict(POINTS, dataset="ring:0°", penalty="r1", penalty_weight=1.0, optimizer="sgd")
    rates = dict(beta_1=None, g_learning_rate=0.1, d_learning_rate=0.1, checkpoint_every=500)
    diagnosis = trained(tmp_path, game, steps=2000, **rates).diagnose()
    assert diagnosis.symptoms.gradient < 0.01 * diagnosis.symptoms.first_gradient
    assert diagnosis.healthy, diagnosis


# At the bedside.


def progress_of(capsys, folder, game, **changes) -> str:
    """The last progress line of a training: on stderr, in notebooks and under nbval on stdout."""
    capsys.readouterr()
    trained(folder, game, progress=True, sample_every=50, **changes)
    shown = capsys.readouterr()
    return (shown.out + shown.err).replace("\r", "\n").strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("verdict", "game"),
    {
        "generator collapsed": dict(g_learning_rate=5e-3, d_learning_rate=1e-4, steps=300),
        "discriminator too strong": dict(g_learning_rate=3e-5, d_learning_rate=2e-3, steps=300),
    }.items(),
)
def test_the_progress_line_of_a_sick_run_names_its_disease(tmp_path, capsys, verdict, game):
    assert f", doctor: {verdict}" in progress_of(capsys, tmp_path, dict(DIGITS, **game))


def test_the_progress_line_of_a_healthy_run_shows_no_doctor(tmp_path, capsys):
    line = progress_of(capsys, tmp_path, GAMES["r1"])
    assert "500/500" in line and "g_loss" in line and "doctor" not in line


def test_a_beginner_whose_images_are_still_alike_worries_nobody(tmp_path, capsys):
    beginner = ("Dense 128 N(0,.02) LReLU .2", "Dense 196 tanh", "Reshape 14 14 1")
    rates = dict(g_learning_rate=2e-4, d_learning_rate=2e-4)
    line = progress_of(capsys, tmp_path, DIGITS, generator=beginner, steps=250, **rates)
    assert "250/250" in line and "doctor" not in line


def test_who_watches_changes_neither_weights_nor_history(tmp_path, capsys):
    recipe = e2e.tiny(steps=40, log_every=2, sample_every=4)
    runs = [
        gan.train(
            recipe, tmp_path / str(shown), data=e2e.image_set(), progress=shown, results=False
        )
        for shown in (True, False)
    ]
    assert e2e.same_weights(*runs)
    assert e2e.logged(runs[0].path) == e2e.logged(runs[1].path)
    assert "40/40" in "".join(capsys.readouterr())
