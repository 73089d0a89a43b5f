"""What the doctor advises: tried out, on runs of which it says it, and valid for every recipe."""

import contextlib
import os
import signal
from dataclasses import replace

import e2e
import numpy as np
import pytest
from test_diagnosis import WELL
from test_diagnosis_runs import CONVOLUTIONS, DIGITS, GAMES, PENALISED, POINTS, recipe_of

import gan_course as gan
from gan_course.base.errors import RunWarning, TrainingDiverged
from gan_course.data import ImageSet, load
from gan_course.games import adversarial, objectives
from gan_course.measures.diagnosis import HEALTHY, Symptoms, findings
from gan_course.models import network
from gan_course.recipes.adversarial import Adversarial

pytestmark = pytest.mark.filterwarnings("ignore::gan_course.base.errors.RunWarning")


def diagnosed(folder, recipe, data=None, objective=None):
    with contextlib.suppress(TrainingDiverged):
        gan.train(recipe, folder, data=data, objective=objective, progress=False, results=False)
    return gan.open_run(folder).diagnose(data)


def named(diagnosis) -> list[str]:
    return [finding.verdict for finding in diagnosis.findings]


def of(diagnosis, verdict):
    (finding,) = (each for each in diagnosis.findings if each.verdict == verdict)
    return finding


# Each experiment, on a run of which it is said: what prompted it is gone.

MINE = objectives.Objective(
    objectives.cross_entropy_d_loss, lambda fake: 2.0 * objectives.non_saturating_g_loss(fake)
)
MOMENTUM = dict(POINTS, beta_1=0.9, steps=1000, checkpoint_every=250)
RESTLESS = dict(
    DIGITS,
    discriminator=("Flatten", "Dense 128 LReLU .2 Dropout .3", "Dense 1"),
    latent_dim=64,
    beta_1=0.9,
    **dict.fromkeys(("g_learning_rate", "d_learning_rate"), 5e-3),
    steps=500,
)


def rates(g: float, d: float | None = None) -> dict:
    return dict(g_learning_rate=g, d_learning_rate=g if d is None else d)


WGAN_GP = dict(objective="wasserstein", penalty="gradient", penalty_weight=10.0, d_steps=5)
WGAN_GP_OF_POINTS = {**WGAN_GP, "penalty_weight": 1.0}
R1 = dict(penalty="r1", penalty_weight=1.0)
TRIED = {
    "absurd rates": (
        "not a number",
        dict(DIGITS, **rates(1e30), steps=30),
        [rates(1e-3)],
    ),
    "a critic that nothing holds back": (
        "not a number",
        dict(
            POINTS,
            objective="wasserstein",
            optimizer="sgd",
            beta_1=None,
            log_every=5,
            checkpoint_every=100,
            **rates(0.3),
            steps=1000,
        ),
        [{"penalty": "gradient", "penalty_weight": 1.0, "d_steps": 5, **rates(0.03)}],
    ),
    "G ends in sigmoid": (
        "dead by normalisation",
        dict(POINTS, generator=("Dense 64 ReLU", "Dense 2 sigmoid", "Reshape 1 2 1"), steps=30),
        [
            {"generator": ("Dense 64 ReLU", "Dense 2 tanh", "Reshape 1 2 1")},
            {"value_range": (0.0, 1.0)},
        ],
    ),
    "a second sigmoid": (
        "dead by activation",
        dict(POINTS, discriminator=(*POINTS["discriminator"][:-1], "Dense 1 sigmoid"), steps=60),
        [{"discriminator": POINTS["discriminator"]}],
    ),
    "minimax, D far ahead": (
        "vanishing gradient",
        dict(DIGITS, objective="minimax", d_steps=5, d_learning_rate=5e-3, steps=220),
        [{"objective": "non_saturating"}, {**rates(2.2e-3), "d_steps": 1}],
    ),
    "minimax, D far ahead, seen by its accuracy": (
        "discriminator too strong",
        dict(DIGITS, objective="minimax", d_steps=5, d_learning_rate=5e-3, steps=220),
        [{**rates(2.2e-3), "d_steps": 1}],
    ),
    "G far ahead": (
        "vanishing gradient",
        dict(DIGITS, **rates(5e-3, 1e-5), steps=300),
        [rates(2.2e-4)],
    ),
    "a D of dead units": (
        "vanishing gradient",
        dict(
            DIGITS,
            discriminator=("Flatten", "Dense 4 ReLU", "Dense 1"),
            **rates(2e-3, 1e-3),
            steps=400,
        ),
        [{"discriminator": ("Flatten", "Dense 4 LReLU .2", "Dense 1")}],
    ),
    "clipped to nothing": (
        "vanishing gradient",
        dict(
            POINTS,
            objective="wasserstein",
            clip=0.01,
            optimizer="rmsprop",
            beta_1=None,
            d_steps=2,
            **rates(5e-4),
            steps=400,
        ),
        [{"penalty": "gradient", "penalty_weight": 1.0, "clip": None, "d_steps": 5}],
    ),
    "saturated by high rates": (
        "vanishing gradient",
        dict(POINTS, **rates(0.1, 0.05), steps=300),
        [rates(1e-3)],
    ),
    "saturated by high rates, seen by its accuracy": (
        "discriminator too strong",
        dict(POINTS, **rates(0.1, 0.05), steps=300),
        [rates(1e-3)],
    ),
    "D of a far higher rate": (
        "discriminator too strong",
        dict(DIGITS, **rates(3e-5, 2e-3), steps=300),
        [rates(2.4e-4)],
    ),
    "a strong D of an even rate": (
        "discriminator too strong",
        dict(
            CONVOLUTIONS,
            discriminator=("Conv 16 k4 s2 LReLU .2", "Flatten", "Dense 1"),
            **rates(2e-4, 4e-4),
            steps=300,
        ),
        [{"d_learning_rate": 1e-4}],
    ),
    "chapter 3": (
        "generator collapsed",
        dict(POINTS, **rates(3e-3, 3e-4), steps=1500),
        [rates(9.5e-4), {**WGAN_GP_OF_POINTS, **rates(9.5e-4)}],
    ),
    "digits, G far ahead": (
        "oscillating",
        dict(DIGITS, **rates(5e-3, 1e-4), steps=300),
        [rates(7.1e-4), {**R1, **rates(7.1e-4)}],
    ),
    "chapter 0": (
        "generator collapsed",
        MOMENTUM,
        [{"beta_1": 0.5}, {**WGAN_GP_OF_POINTS, "beta_1": 0.5}],
    ),
    "chapter 0, its walk": ("oscillating", MOMENTUM, [{"beta_1": 0.5}, R1]),
    "high rates with momentum": (
        "oscillating",
        RESTLESS,
        [{**rates(1.7e-3), "beta_1": 0.5}, R1],
    ),
    "wgan-gp at high rates": (
        "generator collapsed",
        dict(POINTS, **{**PENALISED, **rates(0.02)}, penalty_weight=1.0, steps=400),
        [rates(2e-3)],
    ),
}


@pytest.fixture(scope="module")
def diagnosis_of(tmp_path_factory):
    """Diagnoses of recipes, each trained once."""
    known = {}

    def look(recipe):
        if recipe not in known:
            known[recipe] = diagnosed(tmp_path_factory.mktemp("run"), recipe)
        return known[recipe]

    return look


@pytest.mark.parametrize("case", TRIED)
def test_after_the_experiment_the_verdict_that_prompted_it_is_gone(diagnosis_of, case):
    verdict, game, expected = TRIED[case]
    recipe = recipe_of(game)
    finding = of(diagnosis_of(recipe), verdict)
    assert list(finding.changes) == expected
    assert finding.experiment.startswith("in another folder: ")
    for changes in finding.changes:
        again = diagnosis_of(recipe.changed(**changes))
        assert verdict not in named(again), (changes, again)


# Where nothing in the recipe is unusual, the run is broken by a hook that sets the weights.


def numbed(part: str, bias):
    """A hook: the network answers with its last bias alone, whatever it gets."""

    def numb(step, train_state, _):
        *others, last = getattr(train_state, part).trainable_variables
        for variable in others:
            variable.assign(np.zeros(variable.shape, np.float32))
        last.assign(np.full(last.shape, bias(step), np.float32))

    return numb


USUAL_WGAN_GP = dict(POINTS, **PENALISED, penalty_weight=1.0, g_learning_rate=5e-4, steps=300)
CLIPPED = dict(
    POINTS,
    objective="wasserstein",
    clip=0.05,
    optimizer="rmsprop",
    beta_1=None,
    d_steps=5,
    **rates(5e-4),
    steps=300,
)
BY_HAND = {
    "a numb critic of a WGAN-GP": (
        "vanishing gradient",
        USUAL_WGAN_GP,
        numbed("discriminator", lambda step: 0.0),
        [{"d_learning_rate": 2.5e-4}],
    ),
    "a D that takes all for real": (
        "vanishing gradient",
        dict(POINTS, steps=300),
        numbed("discriminator", lambda step: 5.0),
        [WGAN_GP_OF_POINTS],
    ),
    "one point in a WGAN-GP": (
        "generator collapsed",
        USUAL_WGAN_GP,
        numbed("generator", lambda step: 2.0),
        [rates(1.7e-4, 3.3e-4)],
    ),
    "one point in a game with R1": (
        "generator collapsed",
        dict(POINTS, **R1, steps=300),
        numbed("generator", lambda step: 2.0),
        [WGAN_GP_OF_POINTS],
    ),
    "to and fro in a WGAN": (
        "oscillating",
        CLIPPED,
        numbed("generator", lambda step: 2.0 if (step + 50) // 100 % 2 else -2.0),
        [{**R1, "clip": None}],
    ),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_what_is_left_to_try_where_nothing_is_unusual_is_accepted_and_no_longer_ill(tmp_path, case):
    verdict, game, hook, expected = BY_HAND[case]
    recipe = recipe_of(game)
    ill = gan.train(recipe, tmp_path / "ill", hooks=hook, progress=False, results=False).diagnose()
    finding = of(ill, verdict)
    assert list(finding.changes) == [
        {name: value for name, value in changes.items() if getattr(recipe, name) != value}
        for changes in expected
    ]
    for number, changes in enumerate(finding.changes):
        again = diagnosed(tmp_path / f"{number}", recipe.changed(**changes))
        assert verdict not in named(again), again


@pytest.mark.parametrize(
    ("game", "expected"),
    [(dict(POINTS, steps=400), {"d_steps": 2}), (MOMENTUM, {"beta_1": 0.5})],
    ids=["nothing unusual", "momentum"],
)
def test_with_an_objective_of_ones_own_no_other_game_is_advised(tmp_path, game, expected):
    ill = diagnosed(tmp_path / "ill", recipe_of(game), objective=MINE)
    assert "generator collapsed" in named(ill) and "oscillating" in named(ill)
    for finding in ill.findings:
        assert finding.changes == (expected,)
    well = recipe_of(game).changed(**expected)
    assert diagnosed(tmp_path / "well", well, objective=MINE).healthy


def test_dead_data_are_alive_again_when_scaled_as_advised(tmp_path):
    once = load("glyphs", (14, 14, 1))
    twice = ImageSet("twice", (once.x_train / 255.0).astype(np.uint8))
    finding = diagnosed(tmp_path / "ill", recipe_of(DIGITS, steps=30), twice).findings[0]
    assert finding.verdict == "dead by data range" and finding.changes == ()
    assert finding.experiment.startswith("give the images as bytes 0 to 255, scaled once")
    again = diagnosed(tmp_path / "well", recipe_of(DIGITS, steps=30))
    assert "dead by data range" not in named(again)


# In the same folder.


def gone_on(run_diagnosis, folder, recipe, objective=None):
    """The diagnosis after the only experiment of the only finding, in the same folder."""
    (finding,) = run_diagnosis.findings
    (changes,) = finding.changes
    assert finding.experiment.startswith("go on in the same folder: ")
    return diagnosed(folder, recipe.changed(**changes), objective=objective)


def test_a_run_of_sixty_steps_goes_on_to_a_thousand_and_is_healthy(tmp_path):
    recipe = recipe_of(POINTS, steps=60)
    begun = diagnosed(tmp_path, recipe)
    assert begun.findings[0].experiment == "go on in the same folder: steps=1000"
    assert gone_on(begun, tmp_path, recipe).healthy


def test_a_slow_beginner_goes_on_until_it_has_learnt(tmp_path):
    recipe = recipe_of(DIGITS, **rates(5e-5), steps=300)
    slow = diagnosed(tmp_path, recipe)
    assert slow.findings[0].changes == ({"steps": 4800},)
    assert gone_on(slow, tmp_path, recipe).healthy


def test_a_healthy_run_may_go_on_in_its_folder_and_stays_healthy(tmp_path):
    recipe = recipe_of(GAMES["r1"])
    well = diagnosed(tmp_path, recipe)
    assert well.findings[0].experiment == (
        "go on in the same folder: steps=1000; or the next chapter"
    )
    assert gone_on(well, tmp_path, recipe).healthy


def test_grey_blobs_are_a_run_that_was_too_short(tmp_path):
    # Chapter 1, exercise 4: D ten times as fast as G. One checkpoint: no distance seems to fall.
    lines = ("Flatten", *(f"Dense {n} LReLU .2 Dropout .3" for n in (256, 128)), "Dense 1")
    game = dict(DIGITS, discriminator=lines, **rates(4e-4, 4e-3))
    recipe = recipe_of(game, steps=450, checkpoint_every=10_000)
    blobs = diagnosed(tmp_path, recipe)
    assert named(blobs) == ["not trained long enough"]
    assert blobs.symptoms.diversity < 0.3
    assert "the samples vary 0.2" in blobs.findings[0].evidence
    assert blobs.findings[0].changes == ({"steps": 1800},)
    longer = gone_on(blobs, tmp_path, recipe)  # it came nearer since the first checkpoint: no more
    assert "third" not in longer.findings[0].evidence and longer.symptoms.diversity > 0.6


def killed(folder, recipe, step):
    def kill(made, *_):
        if made == step:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        gan.train(recipe, folder, hooks=[kill], progress=False, results=False)
    return gan.open_run(folder).diagnose()


@pytest.mark.parametrize("final_rate", [1.0, 0.1])
def test_a_killed_run_needs_the_same_again_whatever_its_schedule(tmp_path, final_rate):
    recipe = recipe_of(GAMES["r1"], final_rate=final_rate)
    stopped = killed(tmp_path, recipe, step=200)
    assert stopped.findings[0].experiment == (
        "go on in the same folder: the same again, 300 to make"
    )
    assert stopped.findings[0].changes == ({},)
    assert gone_on(stopped, tmp_path, recipe).verdict == HEALTHY


def test_a_run_whose_rates_fall_is_not_sent_on_in_the_same_folder(tmp_path):
    recipe = recipe_of(GAMES["r1"], final_rate=0.1, steps=60)
    finding = diagnosed(tmp_path / "short", recipe).findings[0]
    assert finding.experiment == (
        "in another folder: steps=1000 (final_rate=0.1: with other steps the rates fall otherwise)"
    )
    longer = recipe.changed(**finding.changes[0])
    with pytest.raises(gan.InputError, match="holds another run"):
        gan.train(longer, tmp_path / "short", progress=False, results=False)
    assert diagnosed(tmp_path / "long", longer).healthy


def test_more_steps_are_a_multiple_of_the_steps_of_a_call(tmp_path):
    portions = dict(steps_per_call=7, log_every=7, sample_every=70, checkpoint_every=70)
    recipe = recipe_of(GAMES["r1"], steps=70, **portions)
    begun = diagnosed(tmp_path, recipe)
    assert begun.findings[0].changes == ({"steps": 1001},)
    assert gone_on(begun, tmp_path, recipe).healthy


def test_a_killed_run_whose_images_are_gone_is_not_called_healthy():
    s = Symptoms(steps=300, planned=900, epochs=5.0)
    (finding,) = findings(s, recipe_of(POINTS, steps=900))
    assert (finding.verdict, finding.evidence) == ("not trained long enough", "step 300 of 900")


# Valid for every recipe.

LOST = dict(gradient=0.0, distances=(60.0,) * 3)
ILL = {
    "not a number": dict(failure="g_loss is inf at step 7"),
    "dead by normalisation": dict(reach=(0.4, 0.6)),
    "dead by activation": dict(logits=(0.0, 0.9), game="hinge"),
    "vanishing gradient": LOST,
    "vanishing gradient, D fooled": dict(LOST, accuracy_fake=0.01),
    "discriminator too strong": dict(accuracy_real=0.99, accuracy_fake=0.99),
    "generator collapsed": dict(diversity=0.1),
    "oscillating": dict(distances=(36.0,) * 3, moves=(36.0,) * 2),
    "not trained long enough": dict(steps=100),
    "healthy": {},
}
UNKNOWN_OF_OWN = ("dead by activation", "vanishing gradient", "vanishing gradient, D fooled")
ODD = {
    "": {},
    "G faster": dict(g_learning_rate=0.02),
    "D faster": dict(d_learning_rate=0.02, g_learning_rate=1e-5),
    "minimax": dict(objective="minimax", penalty=None, penalty_weight=0, clip=None, d_steps=3,
                    order="alternating"),
    "BN in D": dict(discriminator=("Flatten", "Dense 8 BN .9 LReLU .2", "BN", "Dense 1")),
    "bounded D": dict(discriminator=("Flatten", "Dense 8 tanh", "Dense 1 LReLU .2", "sigmoid")),
    "calls of several": dict(steps_per_call=3, log_every=3, sample_every=6, early_sample=0,
                             checkpoint_every=6, steps=300),
}  # fmt: skip


def broken(recipe, verdict):
    """The recipe with the fault that a verdict about its lines names."""
    if verdict == "dead by normalisation":
        wrong = {"tanh": "sigmoid", "sigmoid": "tanh"}
        words = (" ".join(wrong.get(w, w) for w in line.split()) for line in recipe.generator)
        return recipe.changed(generator=tuple(words))
    if verdict == "dead by activation":
        return recipe.changed(discriminator=(*recipe.discriminator, "tanh"))
    return recipe


# That of translations is held in test_lost.py.
FROM_NOISE = [name for name, recipe in gan.RECIPES.items() if isinstance(recipe, Adversarial)]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", FROM_NOISE)
def test_all_advice_is_accepted_by_every_recipe(name, odd):
    odd_one = gan.recipe(name, **ODD[odd])
    for what, symptoms in ILL.items():
        recipe = broken(odd_one, what)
        for own in (False, True)[: 1 if what in UNKNOWN_OF_OWN else 2]:
            s = replace(WELL, planned=recipe.steps, steps=recipe.steps)
            finding = findings(replace(s, **symptoms), recipe, own)[0]
            assert finding.verdict == what.partition(",")[0]
            assert finding.changes and len(finding.changes) <= 2
            for changes in finding.changes:
                changed = recipe.changed(**changes)
                assert all(getattr(recipe, field) != value for field, value in changes.items())
                if own:
                    assert not changes.keys() & {"objective", "penalty", "penalty_weight", "clip"}
                else:
                    objectives.of_recipe(changed)  # which refuses real_label in a Wasserstein game
                if changed.penalty is not None and "penalty" in changes:
                    assert not any("BN" in line for line in changed.discriminator)


@pytest.mark.parametrize("odd", ["", "BN in D", "bounded D"])
@pytest.mark.parametrize("name", [name for name in FROM_NOISE if "ring" in name or "quick" in name])
def test_networks_that_are_advised_can_be_built(name, odd):
    recipe = gan.recipe(name, **ODD[odd])
    inputs = dict(generator=(recipe.latent_dim,), discriminator=recipe.image_shape)
    seen = set()
    for what, symptoms in ILL.items():
        for changes in findings(replace(WELL, **symptoms), broken(recipe, what))[0].changes:
            seen |= {(n, changes[n]) for n in inputs if n in changes}
    for part, lines in seen:
        shape = recipe.image_shape if part == "generator" else (1,)
        assert network(part, inputs[part], lines, 0).output_shape[1:] == shape


def advised(verdict: str, own: bool = False, **changes):
    recipe = recipe_of({**POINTS, "steps": 1000, **changes})
    return findings(replace(WELL, **ILL[verdict]), recipe, own)[0]


def test_an_even_game_with_momentum_is_told_about_its_momentum_and_not_about_its_rates():
    finding = advised("generator collapsed", beta_1=0.9)
    first = finding.experiment.partition("; or ")[0]
    assert first == "in another folder: beta_1=0.5 (beta_1=0.9 remembers the last 10 gradients)"
    assert "learning_rate" not in finding.experiment


def test_uneven_rates_are_named_with_their_ratio_and_the_mean_to_put_in():
    # by hand: 0.003 / 0.0003 = 10, and the root of their product is 0.00095
    finding = advised("generator collapsed", **rates(3e-3, 3e-4))
    assert finding.experiment == (
        "in another folder: g_learning_rate=0.00095, d_learning_rate=0.00095 (here G learns 10 "
        "times as fast as D); or objective='wasserstein', penalty='gradient', penalty_weight=1, "
        "d_steps=5, g_learning_rate=0.00095, d_learning_rate=0.00095 "
        "(a game whose losses measure a distance)"
    )


def test_rates_and_momentum_that_are_both_unusual_are_changed_together():
    first = advised("oscillating", **rates(3e-4, 3e-3), beta_1=0.9).changes[0]
    assert first == {**rates(9.5e-4), "beta_1": 0.5}


def test_a_wasserstein_game_takes_along_what_would_be_refused():
    smooth = dict(real_label=0.9, order="simultaneous")
    changes = advised("generator collapsed", **smooth).changes[-1]
    assert changes == {**WGAN_GP_OF_POINTS, "order": "alternating", "real_label": 1.0}


def test_of_a_long_network_only_the_line_that_changes_is_printed():
    lines = ("Flatten", "Dense 9 LReLU .2", "Dense 1 sigmoid")
    finding = advised("dead by activation", discriminator=lines)
    assert "discriminator=(..., 'Dense 1')" in finding.experiment
    assert finding.changes == ({"discriminator": (*lines[:-1], "Dense 1")},)


def test_with_a_loss_of_ones_own_that_diverged_its_usual_faults_are_named():
    assert advised("not a number", own=True).experiment.endswith("look for log(0), √0 and x/0 in your loss")  # fmt: skip  # noqa: E501
    assert "log(0)" not in advised("not a number").experiment


def test_after_a_fault_that_breaks_everything_only_that_is_to_be_mended():
    ill = dict(ILL["dead by activation"], diversity=0.1)
    recipe = broken(recipe_of(POINTS, steps=1000), "dead by activation")
    first, second = findings(replace(WELL, **ill), recipe)
    assert first.verdict == "dead by activation" and second.verdict == "generator collapsed"
    assert first.changes and second.changes == ()
    assert second.experiment == "what is said of the first finding"


# D's last activation.


@pytest.mark.parametrize(
    ("word", "evidence"),
    [
        ("sigmoid", "its logit in [0, 1], so D(x) in [0.5, 0.731], whatever it learns"),
        ("tanh", "its logit in [-1, 1], so D(x) in [0.269, 0.731], whatever it learns"),
        ("ReLU", "its logit in [0, inf], so D(x) in [0.5, 1], whatever it learns"),
    ],
)
def test_an_activation_that_bounds_ds_logit_is_the_first_finding_of_the_first_steps(
    tmp_path, word, evidence
):
    lines = ("Flatten", "Dense 16 LReLU .2", f"Dense 1 {word}")
    recipe = recipe_of(POINTS, discriminator=lines, steps=20)
    finding = diagnosed(tmp_path, recipe).findings[0]
    assert (finding.verdict, finding.evidence) == (
        "dead by activation",
        f"D's last activation keeps {evidence}",
    )
    inputs = np.random.default_rng(0).normal(size=(99, 1, 2, 1))
    logits = adversarial.start(recipe).discriminator(inputs)
    low, high = {"sigmoid": (0, 1), "tanh": (-1, 1), "ReLU": (0, np.inf)}[word]
    assert low <= logits.numpy().min() and logits.numpy().max() <= high


@pytest.mark.parametrize("ending", ["Dense 1", "Dense 1 LReLU .01", "Dense 1 SN"])
@pytest.mark.parametrize("game", ["non_saturating", "wasserstein"])
def test_an_ending_without_bounds_is_no_fault(tmp_path, ending, game):
    lines = ("Flatten", "Dense 16 LReLU .2", ending)
    recipe = recipe_of(POINTS, discriminator=lines, objective=game, steps=20)
    assert named(diagnosed(tmp_path, recipe)) == ["not trained long enough"]


def test_least_squares_may_end_in_a_sigmoid_and_an_own_objective_may_want_one(tmp_path):
    lines = ("Flatten", "Dense 16 LReLU .2", "Dense 1 sigmoid")
    recipe = recipe_of(POINTS, discriminator=lines, steps=20)
    squares = diagnosed(tmp_path / "squares", recipe.changed(objective="least_squares"))
    mine = diagnosed(tmp_path / "mine", recipe, objective=MINE)
    assert named(squares) == named(mine) == ["not trained long enough"]


def test_a_critic_with_bounds_is_told_that_it_measures_nothing():
    s = replace(WELL, logits=(-1.0, 1.0), game="wasserstein")
    assert findings(s)[0].evidence == (
        "D's last activation keeps its score in [-1, 1]: it cannot say how far apart real images "
        "and fakes are"
    )


# An objective of one's own whose recipe describes no game at all.


def test_a_run_whose_recipe_describes_no_game_can_be_diagnosed(tmp_path):
    recipe = e2e.tiny(
        **{**POINTS, "batch_size": 16}, objective="hinge", real_label=0.9, steps=20, d_steps=1
    )
    smoothed = objectives.NON_SATURATING
    diagnosis = diagnosed(tmp_path, recipe, objective=smoothed)
    assert named(diagnosis) == ["not trained long enough"]


def test_the_warning_about_a_second_sigmoid_comes_before_the_diagnosis():
    with pytest.warns(RunWarning, match="the discriminator ends in sigmoid"):
        recipe_of(POINTS, steps=9, discriminator=("Flatten", "Dense 1 sigmoid"))
