"""A run that is stopped, killed or damaged ends exactly as one that never was."""

import os
import random
import shutil
import signal
import time
from dataclasses import dataclass
from itertools import pairwise

import e2e
import pytest

import gan_course as gan
from gan_course.base.errors import RunWarning

STEPS = 300
# A conditional GAN draws all that a plain one draws, and labels besides.
TOLD = dict(steps=STEPS, classes=3)
CHECKPOINT_EVERY = 7  # as in e2e.tiny


@dataclass
class Kill:
    """A session, and what its kill met."""

    began: int | None  # its first step; None if it made none
    code: int
    wanted: int  # the step that was waited for
    logged: int  # the last step in the history
    saved: int  # the newest checkpoint
    half_written: list[str]


def moments_of_ten_kills(seed):
    """(file and step to wait for, seconds more): at the start, at a random step of each eighth
    of the run, and when the last checkpoint is saved but no result is written."""
    chance = random.Random(seed)
    steps = [chance.randrange(5 + 36 * eighth, 36 + 36 * eighth) for eighth in range(8)]
    waits = [("recipe.json", 0)] + [("history.csv", step) for step in steps]
    waits.append((f"checkpoints/step_{STEPS:06d}.npz", STEPS))
    return [(file, step, chance.uniform(0, 0.06)) for file, step in waits]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The run that was never stopped."""
    return e2e.train(tmp_path_factory.mktemp("whole"), **TOLD)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The same run, killed ten times: (run, the ten kills)."""
    folder = tmp_path_factory.mktemp("killed")
    out = folder / "run"
    kills = []
    for file, step, more in moments_of_ten_kills(seed=11):
        session = folder / f"session_{len(kills)}"
        process = e2e.trainer(out, session, **TOLD)

        def reached(file=file, step=step):
            return (out / file).exists() and e2e.last_logged_step(out) >= step

        e2e.wait_until(reached, process)
        time.sleep(more)
        process.kill()
        code, _, _ = e2e.finish(process)
        checkpoints = sorted((out / "checkpoints").glob("step_*.npz"))
        kills.append(
            Kill(
                began=int(session.read_text()) if session.exists() else None,
                code=code,
                wanted=step,
                logged=e2e.last_logged_step(out),
                saved=int(checkpoints[-1].stem.removeprefix("step_")) if checkpoints else 0,
                half_written=[half.name for half in out.rglob(".*.tmp")],
            )
        )
    code, _, errors = e2e.finish(e2e.trainer(out, folder / "last", **TOLD))
    assert code == 0, errors
    return gan.open_run(out), kills


def test_all_ten_kills_hit_a_run_on_its_way(killed):
    _, kills = killed
    assert [kill.code for kill in kills] == [-signal.SIGKILL] * 10
    for kill in kills:
        assert kill.wanted <= kill.logged <= STEPS
        assert kill.saved >= kill.logged - CHECKPOINT_EVERY
    between = {kill.saved for kill in kills} - {0, STEPS}
    assert len(between) >= 6


def test_kills_also_hit_half_written_files_and_nothing_of_them_stays(killed):
    run, kills = killed
    assert any(kill.half_written for kill in kills)
    assert list(run.path.rglob(".*.tmp")) == []


def test_a_killed_run_goes_on_with_the_step_after_its_newest_checkpoint(killed):
    _, kills = killed
    went_on = [(b.began, a.saved + 1) for a, b in pairwise(kills) if b.began is not None]
    assert len(went_on) >= 6
    assert all(began == expected for began, expected in went_on)


def test_a_run_killed_ten_times_ends_with_the_same_weights_and_moments(whole, killed):
    run, _ = killed
    assert run.step == STEPS
    assert e2e.same_weights(run, whole)


def test_a_run_killed_ten_times_has_the_same_history(whole, killed):
    history = e2e.logged(killed[0].path)
    assert [int(row["step"]) for row in history] == list(range(3, STEPS + 1, 3))
    assert history == e2e.logged(whole.path)


def test_a_run_killed_ten_times_has_the_same_sample_grids(whole, killed):
    grids = e2e.grids(killed[0].path)
    steps = sorted([3, 6, *range(0, STEPS + 1, 10)])  # log_every=3, sample_every=10
    assert sorted(grids) == [f"step_{step:06d}.png" for step in steps]
    assert grids == e2e.grids(whole.path)


def interrupt_at(step_to_stop):
    def hook(step, *_):
        if step == step_to_stop:
            os.kill(os.getpid(), signal.SIGINT)

    return hook


def test_a_simultaneous_run_stopped_by_ctrl_c_goes_on_as_if_it_had_not_been(tmp_path):
    whole = e2e.train(tmp_path / "whole", **e2e.CONVOLUTIONS)
    for moment in (11, 21):  # not a checkpoint's turn; one that is
        with pytest.raises(KeyboardInterrupt, match=f"step {moment},.*is saved"):
            e2e.train(tmp_path / "run", [interrupt_at(moment)], **e2e.CONVOLUTIONS)
        assert gan.open_run(tmp_path / "run").step == moment
    run = e2e.train(tmp_path / "run", **e2e.CONVOLUTIONS)
    assert e2e.same_weights(run, whole)
    assert e2e.logged(run.path) == e2e.logged(whole.path)
    assert e2e.grids(run.path) == e2e.grids(whole.path)


GAMES = {
    "non_saturating": dict(),
    "minimax": dict(objective="minimax"),
    "least_squares": dict(objective="least_squares"),
    "hinge": dict(objective="hinge"),
    "wasserstein, clip": dict(
        objective="wasserstein", clip=0.05, optimizer="rmsprop", beta_1=None, d_steps=2
    ),
    "wasserstein, gradient": dict(
        objective="wasserstein", penalty="gradient", penalty_weight=10, d_steps=2
    ),
    "hinge, spectral": dict(
        objective="hinge",
        discriminator=("Flatten", "Dense 16 SN LReLU .2 Dropout .3", "Dense 1 SN"),
    ),
    "non_saturating, r1": dict(penalty="r1", penalty_weight=2),
}


@pytest.mark.parametrize("name", GAMES)
def test_every_game_goes_on_from_what_a_kill_leaves(tmp_path, name):
    changes = {"d_steps": 1, **GAMES[name], "steps": 10, "checkpoint_every": 4, "sample_every": 5}
    out, copy = tmp_path / "whole", tmp_path / "copy"

    def copy_at_6(step, *_):
        """The folder two steps after a checkpoint, with a logged row and a grid too many."""
        if step == 6:
            shutil.copytree(out, copy)

    whole = e2e.train(out, [copy_at_6], results=False, **changes)
    assert e2e.last_logged_step(copy) == 6 and len(e2e.grids(copy)) == 3  # at 0, 3 and 5
    made = []
    run = e2e.train(copy, [lambda step, *_: made.append(step)], results=False, **changes)
    assert made == [5, 6, 7, 8, 9, 10]
    assert e2e.same_weights(run, whole)
    assert e2e.logged(copy) == e2e.logged(out)
    assert [row["step"] for row in e2e.logged(copy)] == ["3", "6", "9", "10"]
    assert ("penalty" in e2e.logged(copy)[0]) == ("penalty" in changes)
    assert e2e.grids(copy) == e2e.grids(out)


def test_a_critic_trained_for_four_and_then_for_six_steps_is_that_of_ten(tmp_path):
    changes = dict(**GAMES["wasserstein, gradient"], log_every=2)
    e2e.train(tmp_path / "run", **changes, steps=4)
    run = e2e.train(tmp_path / "run", **changes, steps=10)
    whole = e2e.train(tmp_path / "whole", **changes, steps=10)
    assert run.step == 10 and e2e.same_weights(run, whole)
    assert e2e.logged(run.path) == e2e.logged(whole.path)


def test_ctrl_c_at_the_last_step_still_finishes_the_run(tmp_path):
    run = e2e.train(tmp_path, [interrupt_at(6)], steps=6)
    assert run.step == 6 and run.gif.exists() and run.dir.generator.exists()


def test_a_newest_checkpoint_cut_short_is_named_and_the_one_before_used(tmp_path):
    whole = e2e.train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        e2e.train(tmp_path / "run", [interrupt_at(33)])
    newest = tmp_path / "run" / "checkpoints" / "step_000033.npz"
    newest.write_bytes(newest.read_bytes()[:-500])
    with pytest.warns(RunWarning, match="step_000033.npz"):
        assert gan.open_run(tmp_path / "run").step == 28
    with pytest.warns(RunWarning, match="step_000033.npz"):
        run = e2e.train(tmp_path / "run")
    assert e2e.same_weights(run, whole)
    assert e2e.logged(run.path) == e2e.logged(whole.path)
    assert e2e.grids(run.path) == e2e.grids(whole.path)


def test_fifty_steps_and_then_thirty_more_equal_eighty(tmp_path):
    e2e.train(tmp_path / "run", steps=50)
    longer = e2e.train(tmp_path / "run", steps=80)
    assert longer.step == 80
    assert e2e.same_weights(longer, e2e.train(tmp_path / "whole", steps=80))


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path):
    one, again, other = (
        e2e.train(tmp_path / name, steps=9, seed=seed)
        for name, seed in (("one", 3), ("again", 3), ("other", 4))
    )
    assert e2e.same_weights(one, again)
    assert not e2e.same_weights(one, other)
    assert e2e.logged(one.path)[0] != e2e.logged(other.path)[0]


def test_another_process_gives_the_same_weights(tmp_path):
    here = e2e.train(tmp_path / "here", **e2e.CONVOLUTIONS)
    process = e2e.trainer(tmp_path / "there", tmp_path / "sessions", **e2e.CONVOLUTIONS)
    code, _, errors = e2e.finish(process)
    assert code == 0, errors
    assert e2e.same_weights(gan.open_run(tmp_path / "there"), here)
    assert e2e.grids(tmp_path / "there") == e2e.grids(tmp_path / "here")


def test_training_a_finished_run_again_changes_nothing_that_it_learnt(tmp_path):
    once = e2e.train(tmp_path, steps=9)
    before = e2e.contents(tmp_path)
    made = []
    again = e2e.train(tmp_path, [lambda step, *_: made.append(step)], steps=9)
    assert made == [] and e2e.same_weights(again, once)
    after = e2e.contents(tmp_path)
    after["generator.keras"] = before["generator.keras"]  # Keras writes the date into it
    assert after == before
