"""An objective of a student's own: what its functions may return, and the lines of its curves."""

import math

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course.base.backend import tf
from gan_course.base.errors import InputError
from gan_course.games import contract
from gan_course.games.objectives import HINGE, OBJECTIVES, WASSERSTEIN, Objective, of_recipe
from gan_course.games.penalties import Penalty, gradient_penalty, r1
from gan_course.runs import history
from gan_course.training.keras_fit import FitGAN


def d_loss(real, fake):
    return tf.nn.relu(1.0 - real) + tf.nn.relu(1.0 + fake)


def g_loss(fake):
    return -fake


def nothing(fake):
    tf.reduce_mean(fake)


WRONG = {
    "a scalar": (lambda fake: tf.reduce_mean(-fake), ["float32 of shape ()", "the mean itself"]),
    "a vector": (lambda fake: -fake[:, 0], ["float32 of shape (3,)"]),
    "a matrix by broadcasting": (
        lambda fake: -fake[:, 0] + fake,
        ["float32 of shape (3, 3)", "(3,) against (3, 1) makes a matrix"],
    ),
    "none": (nothing, ["NoneType", "no tensor"]),
    "a tuple": (lambda fake: (-fake, fake), ["tuple", "no tensor"]),
    "a NumPy array": (lambda fake: -np.asarray(fake), ["ndarray", "no tensor"]),
    "double": (lambda fake: tf.cast(-fake, tf.float64), ["float64 of shape (3, 1)"]),
    "other arguments": (lambda real, fake: -fake, ["must take (fake_logits)", "'fake'"]),
    "no function": (-1.0, ["is no function"]),
}


@pytest.mark.parametrize("slip", WRONG)
@pytest.mark.parametrize("way", ["train", "fit"])
def test_a_wrong_g_loss_is_named_with_the_shape_found_and_the_shape_wanted(tmp_path, slip, way):
    wrong, parts = WRONG[slip]
    mine = Objective(d_loss, wrong, "mine")
    with pytest.raises(InputError) as refused:
        if way == "fit":
            FitGAN(e2e.tiny(), mine)
        else:
            gan.train(e2e.tiny(), tmp_path / "run", objective=mine, data=e2e.image_set())
    line = str(refused.value)
    assert line.startswith("g_loss of objective 'mine'") and "\n" not in line
    for part in parts:
        assert part in line
    assert not (tmp_path / "run").exists()


def test_a_wrong_d_loss_and_a_wrong_penalty_are_named():
    half = Objective(lambda real, fake: d_loss(real, fake)[:2], g_loss, "half")
    with pytest.raises(InputError, match=r"d_loss of objective 'half' gave float32 of shape \(2"):
        contract.check(half)
    for at, cost, name in (
        (lambda real, fake, seed: real[:, 0], lambda norm: norm, "penalty.at"),
        (lambda real, fake, seed: real, tf.reduce_mean, "penalty.cost"),
    ):
        mine = Objective(d_loss, g_loss, penalty=Penalty(at, cost), penalty_weight=1.0)
        with pytest.raises(InputError, match=f"{name} of objective 'custom' gave float32 of shape"):
            contract.check(mine)


def test_the_objectives_of_the_course_keep_the_contract():
    for name, objective in OBJECTIVES.items():
        contract.check(objective)
        contract.check(of_recipe(e2e.tiny(objective=name), objective))  # as graph functions


@pytest.mark.parametrize(
    "name", ["D(x)", "mean gap", "", "a,b", "1st", *history.FIRST, "d_loss", "distance", "penalty"]
)
def test_a_score_whose_name_cannot_be_read_back_is_refused_before_the_first_step(tmp_path, name):
    mine = Objective(d_loss, g_loss, scores=lambda real, fake: {name: tf.reduce_mean(real)})
    with pytest.raises(InputError, match="scores of objective 'custom' has the name") as refused:
        gan.train(e2e.tiny(), tmp_path / "run", objective=mine, data=e2e.image_set())
    assert repr(name) in str(refused.value)
    assert not (tmp_path / "run").exists()


def test_scores_that_are_no_numbers_are_refused():
    for scores, part in (
        (lambda real, fake: tf.reduce_mean(real), "dictionary"),
        (lambda real, fake: {"gap": real - fake}, r"'gap' the shape \(3, 1\)"),
    ):
        with pytest.raises(InputError, match=part):
            contract.check(Objective(d_loss, g_loss, scores=scores))


@pytest.mark.slow
@pytest.mark.parametrize("game", ["hinge", "wasserstein, gradient", "non_saturating"])
def test_the_names_known_beforehand_are_those_that_a_run_logs(tmp_path, game):
    changes = {
        "hinge": dict(objective="hinge"),
        "wasserstein, gradient": dict(
            objective="wasserstein", penalty="gradient", penalty_weight=10
        ),
        "non_saturating": {},
    }[game]
    run = e2e.train(tmp_path, results=False, steps=3, **changes)
    names = contract.scalar_names(of_recipe(e2e.tiny(**changes)))
    assert [*history.FIRST, *names] == list(run.history.columns)


LN2 = math.log(2)
LINES = {  # by hand, at logit 0; at 1/2 for least squares
    "non_saturating": (2 * LN2, LN2),
    "minimax": (2 * LN2, -LN2),
    "least_squares": (1 / 4, 1 / 8),
    "hinge": (2, 0),
    "wasserstein": (0, 0),
}


@pytest.mark.parametrize("name", LINES)
def test_the_lines_of_a_game_are_its_losses_when_d_cannot_tell(name):
    lines = contract.reference_lines(OBJECTIVES[name])
    np.testing.assert_allclose([lines["d_loss"], lines["g_loss"]], LINES[name], atol=1e-6)
    assert set(lines) == {"d_loss", "g_loss"}


def test_the_line_of_a_penalty_is_where_it_costs_least():
    for penalty, norm in ((gradient_penalty, 1), (r1, 0)):
        mine = Objective(d_loss, g_loss, penalty=penalty, penalty_weight=1.0)
        assert contract.reference_lines(mine)["gradient_norm"] == norm


def test_a_relativistic_loss_which_looks_at_the_batch_has_its_own_lines():
    # Jolicoeur-Martineau 2018, arXiv:1807.00734: D(x) against the mean of the fakes
    mine = Objective(
        d_loss=lambda real, fake: (
            tf.nn.softplus(tf.reduce_mean(fake) - real)
            + tf.nn.softplus(fake - tf.reduce_mean(real))
        ),
        g_loss=lambda fake: tf.nn.softplus(-fake),
    )
    lines = contract.reference_lines(mine)
    np.testing.assert_allclose([lines["d_loss"], lines["g_loss"]], [2 * LN2, LN2], rtol=1e-6)


def test_a_loss_that_is_never_undecided_has_no_lines():
    lines = contract.reference_lines(Objective(lambda real, fake: -real, lambda fake: -fake))
    assert lines == {}


def drawn_lines(run):
    """The dashed lines of the loss panel, by their labels."""
    axes = gan.plots.history(run.history, run.recipe).axes[0]
    dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
    return sorted({float(line.get_ydata()[0]) for line in dashed})


@pytest.mark.slow
def test_the_loss_plot_of_an_own_objective_has_its_lines_also_when_the_run_is_read_back(tmp_path):
    run = gan.train(
        e2e.tiny(steps=3), tmp_path, objective=WASSERSTEIN, data=e2e.image_set(), progress=False
    )
    assert drawn_lines(run) == drawn_lines(gan.open_run(tmp_path)) == [0.0]
    other = gan.train(
        e2e.tiny(steps=3), tmp_path / "hinge", objective=HINGE, data=e2e.image_set(), progress=False
    )
    assert drawn_lines(other) == [0.0, 2.0]


def test_smoothed_labels_leave_the_lines_at_a_guess(tmp_path):
    run = e2e.train(tmp_path, steps=3, real_label=0.8)
    np.testing.assert_allclose(drawn_lines(run), [LN2, 2 * LN2], rtol=1e-6)


ABSENT = """
import sys
import gan_course as gan
sys.path.insert(0, "tests")
import e2e
run = e2e.train(sys.argv[1], steps=3)
gan.plots.grid(run.samples(4)).savefig(sys.argv[1] + "/grid.png")
print("done")
"""


@pytest.mark.slow
def test_a_matplotlib_backend_that_is_not_there_does_not_matter(tmp_path):
    process = e2e.start("-c", ABSENT, tmp_path / "run", MPLBACKEND="module://absent.x")
    code, out, err = e2e.finish(process)
    assert (code, out) == (0, "done\n"), err
    for name in ("history.png", "training.gif", "generator.keras", "grid.png"):
        assert (tmp_path / "run" / name).stat().st_size > 0


def test_a_matplotlib_that_cannot_be_loaded_is_told_before_the_first_step(tmp_path):
    words = ("-m", "gan_course", "train", "demo", "--steps", "2", "--out", tmp_path / "run")
    code, _, err = e2e.finish(e2e.start(*words, MPLBACKEND="nonsense"))
    assert code == 2 and err.count("\n") == 1 and "'nonsense'" in err and "or unset it" in err
    assert not (tmp_path / "run").exists()
