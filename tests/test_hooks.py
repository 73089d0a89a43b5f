"""What happens between the steps: when, and what it leaves in the run folder."""

import math
import os
import signal
import threading

import numpy as np
import pytest
from PIL import Image

from gan_course.base import seeds
from gan_course.base.backend import tf
from gan_course.base.errors import TrainingDiverged
from gan_course.games import adversarial
from gan_course.games.game import game_of
from gan_course.runs import history, images
from gan_course.runs.rundir import RunDir, step_of
from gan_course.training import hooks

SCALARS = {"d_loss": 1.25, "g_loss": 0.1, "d_real": 0.5, "d_fake": 0.25,
           "accuracy_real": 0.75, "accuracy_fake": 1.0}  # fmt: skip


@pytest.fixture
def run(tmp_path):
    made = RunDir(tmp_path / "run")
    with made.locked():
        yield made


@pytest.fixture(scope="module")
def train_state(tiny):
    return adversarial.start(tiny)


def calls_of(hook, steps):
    for step in steps:
        hook(step, None, {})


def test_every_calls_at_multiples_and_at_the_last_step_once():
    made = []
    calls_of(hooks.every(3, lambda step, *_: made.append(step), last=10), range(1, 11))
    assert made == [3, 6, 9, 10]
    made.clear()
    calls_of(hooks.every(5, lambda step, *_: made.append(step), last=10), range(1, 11))
    assert made == [5, 10]


def test_every_without_a_last_step_calls_at_multiples_only():
    made = []
    calls_of(hooks.every(4, lambda step, *_: made.append(step)), range(1, 11))
    assert made == [4, 8]


def test_at_calls_at_each_moment_alone():
    made = []
    calls_of(hooks.at((4, 7), lambda step, *_: made.append(step)), range(1, 11))
    assert made == [4, 7]


def test_every_passes_step_state_and_scalars_on():
    made = []
    hooks.every(2, lambda *call: made.append(call))(4, "the state", {"d_loss": 0.5})
    assert made == [(4, "the state", {"d_loss": 0.5})]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_scalar_that_is_not_finite_stops_the_training_by_name(value):
    with pytest.raises(TrainingDiverged, match=f"g_loss is {value} at step 7"):
        hooks.nan_stop(7, None, {"d_loss": tf.constant(1.0), "g_loss": tf.constant(value)})


def test_finite_scalars_do_not_stop_the_training():
    assert hooks.nan_stop(7, None, {"d_loss": tf.constant(-3e38), "g_loss": 0.0}) is None


def test_a_history_row_has_the_scalars_the_step_the_images_and_the_time(run, tiny):
    history.restart(run.history, 0, list(SCALARS))
    log = hooks.log_history(run, tiny.changed(d_steps=2), seconds_before=100.0)
    for step in (3, 6):
        log(step, None, {name: tf.constant(value) for name, value in SCALARS.items()})
    rows = history.read(run.history)
    for row, step in zip(rows, (3, 6), strict=True):
        assert {name: row[name] for name in SCALARS} == pytest.approx(SCALARS, abs=1e-8)
        assert (row["step"], row["images"]) == (step, step * 2 * 5)
        assert 100 <= row["seconds"] < 130  # those of an earlier session, and a moment
    assert rows[0]["seconds"] <= rows[1]["seconds"]


def test_the_checkpoint_hook_saves_this_step_and_keeps_three(run, train_state):
    save = hooks.save_checkpoint(run)
    for step in (2, 4, 6, 8):
        save(step, train_state, {})
    assert [step_of(file) for file in run.checkpoint_files()] == [4, 6, 8]
    with np.load(run.checkpoint(8)) as archive:
        assert set(archive.files) == set(train_state.variables())


def test_a_state_that_diverged_leaves_the_last_healthy_checkpoint_alone(run, tiny):
    diverged = adversarial.start(tiny)
    save = hooks.save_checkpoint(run)
    save(2, diverged, {})
    diverged.generator.layers[0].bias.assign([np.nan] * 24)
    with pytest.raises(TrainingDiverged, match="NaN or infinity"):
        save(4, diverged, {})
    assert os.listdir(run.checkpoints) == ["step_000002.npz"]


def test_a_sample_grid_shows_the_fixed_latents_of_the_run(run, tiny, train_state):
    hooks.save_samples(run, game_of(tiny))(4, train_state, {})
    picture, about = images.read_png(run.sample(4))
    latents = seeds.latents("normal", 6, 3, seeds.derive(3, seeds.FIXED_LATENTS, 0))
    fakes = train_state.generator(latents, training=False).numpy()
    assert picture.shape == (2 * 6 + 2, 3 * 8 + 2, 1)  # two rows, three columns, gaps of two
    for place, fake in enumerate(fakes):
        top, left = 2 + place // 3 * 6, 2 + place % 3 * 8
        np.testing.assert_allclose(
            picture[top : top + 4, left : left + 6], (fake + 1) * 127.5, atol=0.51
        )
    assert about == {"Recipe": "tiny", "Step": "4", "Seed": "3"}
    with Image.open(run.sample(4)) as file:  # 26 wide: 19 times, to 494
        assert file.size == (26 * 19, 14 * 19) and file.text["Enlarged"] == "19"
        np.testing.assert_array_equal(np.asarray(file)[9::19, 9::19], picture.squeeze())


def test_sample_grids_use_the_same_latents_at_every_step_and_session(run, tiny):
    train_state = adversarial.start(tiny)
    grid = hooks.save_samples(run, game_of(tiny))
    grid(2, train_state, {})
    train_state.step.assign(4)
    hooks.save_samples(run, game_of(tiny))(4, train_state, {})
    first, second = (images.read_png(run.sample(step))[0] for step in (2, 4))
    np.testing.assert_array_equal(first, second)
    kernel = train_state.generator.layers[0].kernel
    kernel.assign(-2 * kernel)
    grid(6, train_state, {})
    assert (images.read_png(run.sample(6))[0] != first).any()


def test_samples_of_a_zero_to_one_recipe_use_the_whole_grey_scale(run, tiny):
    recipe = tiny.changed(value_range=(0, 1), generator=("Dense 24 sigmoid", "Reshape 4 6 1"))
    train_state = adversarial.start(recipe)
    train_state.generator.layers[0].kernel.assign(np.full((3, 24), 0.0))
    train_state.generator.layers[0].bias.assign([-50.0, 50.0, 0.0] * 8)
    hooks.save_samples(run, game_of(recipe))(0, train_state, {})
    picture, _ = images.read_png(run.sample(0))
    np.testing.assert_array_equal(picture[2, 2:8, 0], [0, 255, 128, 0, 255, 128])


def test_hooks_leave_the_state_as_it_was(run, tiny):
    train_state = adversarial.start(tiny)
    before = {name: v.numpy() for name, v in train_state.variables().items()}
    history.restart(run.history, 0, list(SCALARS))
    for hook in (
        hooks.save_checkpoint(run), hooks.save_samples(run, game_of(tiny)),
        hooks.log_history(run, tiny, 0.0), hooks.nan_stop,
    ):  # fmt: skip
        hook(2, train_state, SCALARS)
    for name, variable in train_state.variables().items():
        np.testing.assert_array_equal(variable.numpy(), before[name])


def test_the_progress_bar_counts_from_the_first_to_the_last_step(capsys):
    with hooks.progress_bar(first=4, last=6) as advance:
        for step in (5, 6):
            advance(step, None, {"d_loss": tf.constant(1.25), "g_loss": tf.constant(0.5)})
    said = "".join(capsys.readouterr())  # on stdout in a notebook, otherwise on stderr
    assert "4/6" in said and "6/6" in said and "d_loss 1.250, g_loss 0.500" in said


def test_ctrl_c_sets_the_flag_and_a_second_one_stops_at_once():
    before = signal.getsignal(signal.SIGINT)
    with hooks.interrupt_flag() as interrupted:
        assert interrupted() is False
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupted() is True
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_old_signal_handler_comes_back_after_an_error():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(RuntimeError), hooks.interrupt_flag():
        raise RuntimeError("a bug")
    assert signal.getsignal(signal.SIGINT) is before


def test_outside_the_main_thread_the_flag_is_never_set():
    found = []

    def work():
        with hooks.interrupt_flag() as interrupted:
            found.append(interrupted())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False]
