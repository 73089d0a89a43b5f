"""FitGAN: `fit` makes the steps of `train`, and Keras's callbacks do what they always do."""

import csv
import warnings
from dataclasses import replace

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course.backend import keras
from gan_course.keras_fit import FitGAN
from gan_course.objectives import NON_SATURATING, WASSERSTEIN
from gan_course.penalties import gradient_penalty

GAMES = {
    "BN, dropout, Adam, two updates of D": {},
    "wasserstein, gradient": dict(objective="wasserstein", penalty="gradient", penalty_weight=10),
    "hinge, spectral, RMSprop, uniform": dict(
        objective="hinge",
        discriminator=("Flatten", "Dense 16 SN LReLU .2 Dropout .3", "Dense 1 SN"),
        optimizer="rmsprop",
        beta_1=None,
        latent="uniform",
    ),
}


def fit(model, epochs=2, callbacks=()):
    return model.fit(
        model.batches(e2e.image_set()),
        epochs=epochs,
        steps_per_epoch=2,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
    )


def fitted(recipe, objective=None, **keywords):
    model = FitGAN(recipe, objective)
    fit(model, **keywords)
    return model


def trained(recipe, out, objective=None):
    return gan.train(recipe, out, data=e2e.image_set(), objective=objective, progress=False)


def assert_same_state(model, run):
    """Every variable, bit for bit."""
    ours = {name: v.numpy() for name, v in model.game.variables().items()}
    theirs = {name: v.numpy() for name, v in run.state.variables().items()}
    assert ours.keys() == theirs.keys()
    differing = [name for name in ours if ours[name].tobytes() != theirs[name].tobytes()]
    assert differing == []


@pytest.mark.parametrize("name", GAMES)
def test_four_steps_of_fit_are_four_steps_of_train_bit_for_bit(tmp_path, name):
    recipe = e2e.tiny(**GAMES[name], steps=4)
    model, run = fitted(recipe), trained(recipe, tmp_path)
    assert int(model.game.step) == run.step == 4
    assert_same_state(model, run)
    untrained = FitGAN(recipe).game.variables()  # the comparison is not one of two fresh states
    moved = [name for name, v in untrained.items() if (v.numpy() != 0).any()]
    trained_too = model.game.variables()
    changed = [n for n in moved if (untrained[n].numpy() != trained_too[n].numpy()).any()]
    assert {"generator/000_kernel", "discriminator/000_kernel"} <= set(changed)


def test_an_objective_of_one_s_own_is_played_by_both(tmp_path):
    mine = replace(WASSERSTEIN, name="mine", penalty=gradient_penalty, penalty_weight=3.0)
    recipe = e2e.tiny(steps=4)
    model, run = fitted(recipe, mine), trained(recipe, tmp_path, mine)
    assert_same_state(model, run)
    assert "penalty" in run.history


def test_an_objective_of_one_s_own_is_smoothed_by_both(tmp_path):
    recipe = e2e.tiny(steps=4, real_label=0.8)
    model = fitted(recipe, NON_SATURATING)
    assert_same_state(model, trained(recipe, tmp_path, NON_SATURATING))


def test_a_second_fit_goes_on_after_the_first(tmp_path):
    recipe = e2e.tiny(steps=6)
    model = FitGAN(recipe)
    for epochs in (1, 2):
        fit(model, epochs=epochs)
    assert_same_state(model, trained(recipe, tmp_path))


def test_batches_are_those_of_the_steps_to_come():
    recipe = e2e.tiny(steps=6)
    model = FitGAN(recipe)
    row = [batch.numpy() for batch in model.batches(e2e.image_set()).take(5)]
    assert row[0].shape == (2, 8, 8, 8, 1) and row[0].dtype == np.uint8
    # the module's order, by hand: a permutation an epoch, cut into batches of 8
    orders = [np.random.default_rng([3, 4, epoch]).permutation(50) for epoch in range(2)]
    expected = e2e.pixels()[np.concatenate(orders)[:80]].reshape(5, 2, 8, 8, 8, 1)
    np.testing.assert_array_equal(row, expected)
    fit(model, epochs=1)  # two steps
    later = [batch.numpy() for batch in model.batches(e2e.image_set()).take(3)]
    np.testing.assert_array_equal(later, expected[2:])


def test_fit_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted(e2e.tiny())


def test_csv_logger_writes_the_losses_of_the_last_step_of_every_epoch(tmp_path):
    recipe = e2e.tiny(steps=6, log_every=1, objective="wasserstein", clip=0.05)
    fitted(recipe, epochs=3, callbacks=[keras.callbacks.CSVLogger(str(tmp_path / "log.csv"))])
    with open(tmp_path / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    history = trained(recipe, tmp_path / "run").history
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    for name in ("d_loss", "g_loss", "wasserstein"):
        written = [float(row[name]) for row in rows]
        assert written == pytest.approx(list(history[name])[1::2], rel=1e-6)  # steps 2, 4, 6


def test_history_has_the_scalars_of_the_step():
    history = fit(FitGAN(e2e.tiny(penalty="r1", penalty_weight=2))).history
    assert set(history) == {
        "d_loss", "g_loss", "penalty", "gradient_norm",
        "d_real", "d_fake", "accuracy_real", "accuracy_fake",
    }  # fmt: skip
    assert all(len(values) == 2 and np.isfinite(values).all() for values in history.values())


def test_tensorboard_writes_the_losses_into_an_event_file(tmp_path):
    pytest.importorskip("tensorboard", reason="TensorBoard is not installed")
    fitted(e2e.tiny(), callbacks=[keras.callbacks.TensorBoard(str(tmp_path))])
    (events,) = tmp_path.rglob("events.out.tfevents.*")
    content = events.read_bytes()
    assert b"epoch_d_loss" in content and b"epoch_g_loss" in content


def test_model_checkpoint_writes_weights_that_another_model_reads(tmp_path):
    file = str(tmp_path / "{epoch}.weights.h5")
    save = keras.callbacks.ModelCheckpoint(file, save_weights_only=True)
    model = fitted(e2e.tiny(), callbacks=[save])
    assert sorted(f.name for f in tmp_path.iterdir()) == ["1.weights.h5", "2.weights.h5"]
    other = FitGAN(e2e.tiny(seed=4))
    other.load_weights(tmp_path / "2.weights.h5")
    for mine, theirs in ((model.generator, other.generator),
                         (model.discriminator, other.discriminator)):  # fmt: skip
        for one, two in zip(mine.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)


def test_model_checkpoint_writes_the_whole_model_as_it_always_does(tmp_path):
    save = keras.callbacks.ModelCheckpoint(str(tmp_path / "model.keras"))
    fitted(e2e.tiny(), epochs=1, callbacks=[save])
    assert (tmp_path / "model.keras").exists()


def test_calling_the_model_makes_the_images_of_its_generator(tmp_path):
    recipe = e2e.tiny(steps=4)
    model, run = fitted(recipe), trained(recipe, tmp_path)
    latents = np.random.default_rng(0).normal(0, 1, (5, 4)).astype(np.float32)
    images = model(latents).numpy()
    assert images.shape == (5, 8, 8, 1) and -1 <= images.min() < images.max() <= 1
    np.testing.assert_array_equal(images, run.state.generator(latents, training=False))
    np.testing.assert_array_equal(images, model(latents))  # no dropout, no moving average
    np.testing.assert_allclose(model.predict(latents, verbose=0), images, atol=1e-6)
