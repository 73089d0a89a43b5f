"""FitGAN after an interruption: weights files hold all that changes, and a killed run goes on."""

import json
import signal
from functools import cache

import e2e
import fit_worker
import h5py
import numpy as np
import pytest

import gan_course as gan
from gan_course.base.errors import InputError
from gan_course.training.keras_fit import FitGAN

GAMES = {
    "BN, dropout, Adam, mean of the weights": dict(ema_decay=0.9),
    "spectral, RMSprop": dict(
        discriminator=("Flatten", "Dense 16 SN LReLU .2 Dropout .3", "Dense 1 SN"),
        optimizer="rmsprop",
        beta_1=None,
    ),
    "convolutions": e2e.CONVOLUTIONS,
}


def values(state):
    """Every variable of a state, copied."""
    return {name: variable.numpy() for name, variable in state.variables().items()}


def assert_same(ours, theirs):
    """Every variable, bit for bit."""
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name].tobytes() != theirs[name].tobytes()] == []


def fresh():
    return FitGAN(e2e.tiny(**fit_worker.CHANGES))


@pytest.fixture(scope="module")
def undisturbed():
    """Model and history of the run that nothing interrupts, as `fit_worker.fit` makes it."""

    @cache
    def make(kind):
        model = fresh()
        return model, fit_worker.fit(model, None, kind).history

    return lambda save_freq: make("epoch" if save_freq == "epoch" else None)


@pytest.fixture(scope="module")
def plain_run(tmp_path_factory):
    """The same run under `train`, at the recipe's rates."""
    recipe = e2e.tiny(**fit_worker.CHANGES)
    folder = tmp_path_factory.mktemp("run")
    return gan.train(recipe, folder, data=e2e.image_set(), progress=False)


@pytest.mark.parametrize("name", GAMES)
def test_a_weights_file_holds_every_variable(tmp_path, name):
    one, other = FitGAN(e2e.tiny(**GAMES[name])), FitGAN(e2e.tiny(**GAMES[name], seed=4))
    one.fit(one.batches(e2e.image_set()), steps_per_epoch=3, shuffle=False, verbose=0)
    one.save_weights(tmp_path / "x.weights.h5")
    assert values(one.players)["step"] == 3
    other.load_weights(tmp_path / "x.weights.h5")
    assert_same(values(other.players), values(one.players))


def test_weights_that_were_saved_without_the_step_are_refused(tmp_path):
    model = fresh()
    model.save_weights(tmp_path / "x.weights.h5")
    with h5py.File(tmp_path / "x.weights.h5", "a") as file:
        del file["vars"]["step"]
    with pytest.raises(ValueError, match=r"saved without step, by .* an earlier gan_course"):
        model.load_weights(tmp_path / "x.weights.h5")


@pytest.mark.parametrize("recipe", ["demo", e2e.tiny()], ids=["name", "recipe"])
def test_a_keras_file_is_refused_in_one_line(tmp_path, recipe):
    with pytest.raises(InputError, match=r"use save_weights, or save_weights_only=True") as error:
        FitGAN(recipe).save(tmp_path / "x.keras")
    assert "\n" not in str(error.value)


# After eight steps: the third epoch has two of its three. Backups lie after step 6, or after 8.
@pytest.mark.parametrize(("save_freq", "kept"), [("epoch", 6), (2, 8)])
def test_a_killed_process_goes_on_to_the_same_bits(undisturbed, tmp_path, save_freq, kept):
    backup = tmp_path / "backup"
    code, _, err = e2e.finish(e2e.start("tests/fit_worker.py", backup, save_freq, 8))
    assert code == -signal.SIGKILL, err
    model, first = fresh(), []
    look = fit_worker.at(kept + 1, model, lambda: first.append(kept + 1))
    history = fit_worker.fit(model, backup, save_freq, [look]).history
    expected, whole = undisturbed(save_freq)
    assert first == [kept + 1] and int(model.players.step) == 12
    assert_same(values(model.players), values(expected.players))
    if kept == 6:  # the means of whole epochs are the same, too
        for column in ("d_loss", "g_loss", "loss"):
            np.testing.assert_array_equal(history[column], whole[column][2:])
    assert not backup.exists()  # Keras removes it at the end


def test_the_undisturbed_run_is_that_of_train(undisturbed, plain_run):
    assert_same(values(undisturbed(2)[0].players), values(plain_run.state))


class Interrupted(Exception):
    pass


def interrupt(model, backup, step, save_freq):
    """Train until an error after that step, in this process."""

    def fail():
        raise Interrupted

    with pytest.raises(Interrupted):
        fit_worker.fit(model, backup, save_freq, [fit_worker.at(step, model, fail)])


def test_the_same_model_goes_on_after_an_error(undisturbed, tmp_path):
    model = fresh()
    interrupt(model, tmp_path / "backup", 8, save_freq=1)
    for part in (model.generator, model.discriminator):  # what is left of them is of no use
        part.set_weights([0 * weight for weight in part.get_weights()])
    fit_worker.fit(model, tmp_path / "backup", 1)
    assert_same(values(model.players), values(undisturbed(1)[0].players))


def test_a_kill_between_the_two_files_of_a_backup_changes_nothing(undisturbed, tmp_path):
    interrupt(fresh(), tmp_path / "backup", 7, "epoch")
    epoch = tmp_path / "backup" / "training_metadata.json"
    assert json.loads(epoch.read_text())["epoch"] == 2
    epoch.write_text('{"epoch": 1, "batch": 0}')  # the weights are those after two epochs
    model = fresh()
    fit_worker.fit(model, tmp_path / "backup", "epoch")
    assert_same(values(model.players), values(undisturbed("epoch")[0].players))


def test_a_run_that_had_ended_makes_no_step_more(undisturbed, tmp_path):
    backup = tmp_path / "backup"
    fit_worker.fit(fresh(), backup, 3, delete_checkpoint=False)
    metadata = json.loads((backup / "training_metadata.json").read_text())
    assert metadata["epoch"] == 3  # Keras would begin the last epoch again
    model = fresh()
    fit_worker.fit(model, backup, 3, delete_checkpoint=False)
    assert_same(values(model.players), values(undisturbed(3)[0].players))


def test_a_fit_after_one_that_was_brought_back_begins_with_its_own_first_epoch(tmp_path):
    interrupt(fresh(), tmp_path / "backup", 7, "epoch")
    model = fresh()
    fit_worker.fit(model, tmp_path / "backup", "epoch")
    model.fit(e2e.pixels(), steps_per_epoch=2, verbose=0)
    assert int(model.players.step) == 14


def test_the_first_epoch_may_have_another_number():
    model = fresh()
    history = model.fit(e2e.pixels(), epochs=5, initial_epoch=3, steps_per_epoch=2, verbose=0)
    assert int(model.players.step) == 4 and history.epoch == [3, 4]
