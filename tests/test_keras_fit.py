"""FitGAN: `fit` makes the steps of `train`, and Keras's callbacks do what they always do."""

import csv
import warnings
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course.base.backend import keras
from gan_course.games.objectives import NON_SATURATING, WASSERSTEIN
from gan_course.games.penalties import gradient_penalty
from gan_course.training.keras_fit import FitGAN

GAMES = {
    "BN, dropout, Adam, two updates of D": {},
    "wasserstein, gradient": dict(objective="wasserstein", penalty="gradient", penalty_weight=10),
    "hinge, spectral, RMSprop, uniform": dict(
        objective="hinge",
        discriminator=("Flatten", "Dense 16 SN LReLU .2 Dropout .3", "Dense 1 SN"),
        optimizer="rmsprop",
        beta_1=None,
        noise="uniform",
        d_steps=1,
    ),
    "compiled by XLA": dict(jit=True, ema_decay=0.9),
}


def recipe_of(name):
    return e2e.tiny(**GAMES[name], steps=4, log_every=1)


def train(recipe, out, objective=None):
    return gan.train(recipe, out, data=e2e.image_set(), objective=objective, progress=False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The run of each game, after four steps of `train`."""
    return cache(lambda name: train(recipe_of(name), tmp_path_factory.mktemp("run")))


@pytest.fixture
def tiny_run(trained):
    return trained("BN, dropout, Adam, two updates of D")


def fit(model, epochs=2, callbacks=()):
    """Two steps an epoch."""
    return model.fit(
        model.batches(e2e.image_set()),
        epochs=epochs,
        steps_per_epoch=2,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
    )


@dataclass(frozen=True)
class Fitted:
    model: FitGAN
    history: dict
    folder: Path  # of the callbacks' files


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """Each game after four steps of `fit`, with Keras's callbacks."""

    def make(name):
        folder, model = tmp_path_factory.mktemp("fit"), FitGAN(recipe_of(name))
        weights = str(folder / "{epoch}.weights.h5")
        callbacks = [
            keras.callbacks.CSVLogger(str(folder / "log.csv")),
            keras.callbacks.ModelCheckpoint(weights, save_weights_only=True),
        ]
        return Fitted(model, fit(model, callbacks=callbacks).history, folder)

    return cache(make)


@pytest.fixture
def tiny_fit(fitted):
    return fitted("BN, dropout, Adam, two updates of D")


def assert_same_state(model, run):
    """Every variable, bit for bit."""
    ours = {name: v.numpy() for name, v in model.players.variables().items()}
    theirs = {name: v.numpy() for name, v in run.state.variables().items()}
    assert ours.keys() == theirs.keys()
    differing = [name for name in ours if ours[name].tobytes() != theirs[name].tobytes()]
    assert differing == []


@pytest.mark.parametrize("name", GAMES)
def test_four_steps_of_fit_are_four_steps_of_train_bit_for_bit(trained, fitted, name):
    model, run = fitted(name).model, trained(name)
    assert int(model.players.step) == run.step == 4
    assert_same_state(model, run)
    fresh, used = (m.players.variables() for m in (FitGAN(recipe_of(name)), model))
    changed = {n for n in fresh if (fresh[n].numpy() != used[n].numpy()).any()}
    assert {"generator/000_kernel", "discriminator/000_kernel"} <= changed  # both did learn


def test_an_objective_of_one_s_own_replaces_that_of_the_recipe(trained):
    mine = replace(WASSERSTEIN, name="mine", penalty=gradient_penalty, penalty_weight=10.0)
    model = FitGAN(e2e.tiny(steps=4), mine)
    fit(model)
    assert_same_state(model, trained("wasserstein, gradient"))


def test_an_objective_of_one_s_own_is_smoothed_by_both(tmp_path):
    recipe = e2e.tiny(steps=2, real_label=0.8)
    model = FitGAN(recipe, NON_SATURATING)
    fit(model, epochs=1)
    assert_same_state(model, train(recipe, tmp_path, NON_SATURATING))


def test_a_second_fit_goes_on_after_the_first_and_none_warns(tiny_run):
    model = FitGAN(tiny_run.recipe)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(model, epochs=1)
        fit(model, epochs=1)
    assert_same_state(model, tiny_run)


def test_batches_are_those_of_the_steps_to_come():
    model = FitGAN(e2e.tiny())
    row = np.stack([batch.numpy() for batch in model.batches(e2e.image_set()).take(5)])
    assert row.shape == (5, 2, 8, 8, 8, 1) and row.dtype == np.uint8
    # batches.py by hand: a permutation an epoch, cut into batches of 8, two of them a step
    orders = np.concatenate([np.random.default_rng([3, 4, e]).permutation(50) for e in range(2)])
    np.testing.assert_array_equal(row, e2e.pixels()[orders[:80]].reshape(row.shape))
    model.players.step.assign(2)
    later = np.stack([batch.numpy() for batch in model.batches(e2e.image_set()).take(3)])
    np.testing.assert_array_equal(later, row[2:])


@pytest.mark.parametrize("name", GAMES)
def test_csv_logger_writes_the_means_over_the_steps_of_each_epoch(trained, fitted, name):
    with open(fitted(name).folder / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    logged = trained(name).history  # a row a step
    logged["loss"] = logged["d_loss"] + logged["g_loss"]
    assert [row["epoch"] for row in rows] == ["0", "1"] and "d_loss" in rows[0]
    for scalar in fitted(name).history:
        written = [float(row[scalar]) for row in rows]
        steps = np.array(logged[scalar]).reshape(2, 2)
        assert written == pytest.approx(list(steps.mean(axis=1)), rel=1e-6)


def test_history_has_the_scalars_of_the_step_and_the_sum_of_the_losses(fitted):
    history = fitted("wasserstein, gradient").history
    assert set(history) == {
        "loss", "d_loss", "g_loss", "penalty", "gradient_norm", "wasserstein", "score_real",
        "score_fake",
    }  # fmt: skip
    assert all(len(values) == 2 and np.isfinite(values).all() for values in history.values())


def test_tensorboard_writes_the_losses_into_an_event_file(tmp_path):
    pytest.importorskip("tensorboard", reason="TensorBoard is not installed")
    fit(FitGAN(e2e.tiny()), epochs=1, callbacks=[keras.callbacks.TensorBoard(str(tmp_path))])
    (events,) = tmp_path.rglob("events.out.tfevents.*")
    content = events.read_bytes()
    assert b"epoch_d_loss" in content and b"epoch_g_loss" in content


def test_model_checkpoint_writes_weights_that_another_model_reads(tiny_fit):
    files = sorted(file.name for file in tiny_fit.folder.glob("*.h5"))
    assert files == ["1.weights.h5", "2.weights.h5"]
    other = FitGAN(e2e.tiny(seed=4))
    other.load_weights(tiny_fit.folder / "2.weights.h5")
    for part in ("generator", "discriminator"):
        one, two = (getattr(model, part).get_weights() for model in (tiny_fit.model, other))
        for mine, theirs in zip(one, two, strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_calling_the_model_makes_the_images_of_its_generator(tiny_fit, tiny_run):
    latents = np.random.default_rng(0).normal(0, 1, (5, 4)).astype(np.float32)
    images = tiny_fit.model(latents).numpy()
    assert images.shape == (5, 8, 8, 1) and -1 <= images.min() < images.max() <= 1
    np.testing.assert_array_equal(images, tiny_run.state.generator(latents, training=False))
    np.testing.assert_array_equal(images, tiny_fit.model(latents))  # no dropout, no averages
    np.testing.assert_allclose(tiny_fit.model.predict(latents, verbose=0), images, atol=1e-6)
