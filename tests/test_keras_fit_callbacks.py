"""FitGAN under Keras's callbacks: rates that move both networks, losses that end a run."""

from dataclasses import replace

import e2e
import numpy as np
import pytest

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.games.objectives import NON_SATURATING, Objective
from gan_course.training.keras_fit import FitGAN

UNREACHABLE = 1e9  # a min_delta that no loss ever improves by


def fit(model, epochs, *callbacks, **options):
    """Two steps an epoch."""
    return model.fit(
        model.batches(e2e.image_set()),
        epochs=epochs,
        steps_per_epoch=2,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
        **options,
    )


def by_hand(recipe, shares):
    """The same steps without Keras's loop, two at each share (of G's rate, of D's rate)."""
    game, players, step = e2e.started(recipe)
    for number, (g_share, d_share) in enumerate(np.repeat(shares, 2, axis=0)):
        players.g_optimizer.learning_rate = recipe.g_learning_rate * g_share
        players.d_optimizer.learning_rate = recipe.d_learning_rate * d_share
        step(game.batch(number))
    return players


def differing(one, other):
    """The variables that differ in a bit."""
    ones, others = one.variables(), other.variables()
    assert ones.keys() == others.keys()
    return [n for n in ones if ones[n].numpy().tobytes() != others[n].numpy().tobytes()]


def scheduler(rates):
    return keras.callbacks.LearningRateScheduler(lambda epoch, _: rates[epoch])


def test_a_rate_of_zero_stops_both_networks():
    model, untrained = FitGAN(e2e.tiny()), FitGAN(e2e.tiny())
    history = fit(model, 1, keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.0)).history
    for part in ("generator", "discriminator"):
        learnt, first = (getattr(m, part).trainable_variables for m in (model, untrained))
        for mine, theirs in zip(learnt, first, strict=True):
            np.testing.assert_array_equal(mine.numpy(), theirs.numpy())
    assert history["learning_rate"] == [0.0]


def test_a_schedule_moves_both_rates_in_the_recipe_s_proportion_and_back_from_zero():
    recipe = e2e.tiny()  # 1e-3 and 2e-3
    model = FitGAN(recipe)
    history = fit(model, 3, scheduler([5e-4, 0.0, 1e-3])).history
    assert differing(model.players, by_hand(recipe, [(0.5, 0.5), (0, 0), (1, 1)])) == []
    assert history["learning_rate"] == pytest.approx([5e-4, 0.0, 1e-3], rel=1e-6)


@pytest.mark.parametrize(("g_rate", "d_rate"), [(1e-3, 3e-4), (7e-5, 1.3e-3), (2e-4, 2e-4)])
def test_the_rate_that_was_there_gives_the_same_bits(g_rate, d_rate):
    model = FitGAN(e2e.tiny(g_learning_rate=g_rate, d_learning_rate=d_rate))
    for rate in (0.0, 0.1, g_rate, float(model.optimizer.learning_rate)):
        model.optimizer.learning_rate = rate
    assert model.g_optimizer.learning_rate.numpy() == np.float32(g_rate)
    assert model.d_optimizer.learning_rate.numpy() == np.float32(d_rate)


def test_reduce_on_plateau_halves_both_rates():
    recipe = e2e.tiny()
    model = FitGAN(recipe)
    plateau = keras.callbacks.ReduceLROnPlateau(
        "g_loss", 0.5, patience=1, mode="min", min_delta=UNREACHABLE
    )
    fit(model, 3, plateau)  # the first epoch is the best; after the second its patience is over
    players = by_hand(recipe, [(1, 1), (1, 1), (0.5, 0.5)])
    players.g_optimizer.learning_rate = 2.5e-4  # after the third
    players.d_optimizer.learning_rate = 5e-4
    assert differing(model.players, players) == []


def test_each_optimizer_takes_a_schedule_of_its_own():
    recipe = e2e.tiny()
    model = FitGAN(recipe)

    def rates(epoch, logs):
        model.d_optimizer.learning_rate = 2e-3 * 0.5**epoch

    fit(model, 2, keras.callbacks.LambdaCallback(on_epoch_begin=rates))
    assert differing(model.players, by_hand(recipe, [(1, 1), (1, 0.5)])) == []


def test_a_recipe_with_a_schedule_of_its_own_refuses_another():
    model = FitGAN(e2e.tiny(final_rate=0.1))
    with pytest.raises(InputError, match=r"final_rate=0.1\); set final_rate=1") as error:
        fit(model, 1, scheduler([1e-3]))
    assert "\n" not in str(error.value) and int(model.players.step) == 0


def test_a_rate_is_a_number():
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 10)
    with pytest.raises(InputError, match=r"set to a number, got .*LearningRateScheduler"):
        FitGAN(e2e.tiny()).optimizer.learning_rate = schedule


def test_keras_finds_the_state_of_both_optimizers():
    model = FitGAN(e2e.tiny())
    fit(model, 1)
    both = [*model.players.g_optimizer.variables, *model.players.d_optimizer.variables]
    assert [id(v) for v in model.optimizer.variables] == [id(v) for v in both]
    assert int(model.optimizer.iterations) == 2  # two steps, with four updates of D


@pytest.mark.parametrize("given", [dict(optimizer="adam"), dict(loss="mse")])
def test_compile_refuses_an_optimizer_that_nobody_would_use(given):
    with pytest.raises(InputError, match=r"got optimizer=.*FitGAN\(recipe.changed"):
        FitGAN(e2e.tiny()).compile(**given)


def test_two_steps_in_one_execution_are_the_same_steps():
    recipe = e2e.tiny()
    model = FitGAN(recipe)
    model.compile(steps_per_execution=2)
    fit(model, 2)
    assert differing(model.players, by_hand(recipe, [(1, 1), (1, 1)])) == []
    model.fit(e2e.pixels(), verbose=0)  # 3 steps to an epoch would be 4 in two executions
    assert int(model.players.step) == 6
    with pytest.raises(InputError, match="steps_per_epoch=3 must be a positive multiple"):
        model.fit(e2e.pixels(), steps_per_epoch=3)


def spoiled(value):
    """The first game with a loss of G that is no number from the start."""
    return Objective(NON_SATURATING.d_loss, lambda fake: fake * 0 + value, name="spoiled")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_terminate_on_nan_stops_after_the_first_bad_step(value):
    model = FitGAN(e2e.tiny(), spoiled(value))
    fit(model, 3, keras.callbacks.TerminateOnNaN())
    assert int(model.players.step) == 1


def test_terminate_on_nan_stops_when_weights_become_nan():
    model = FitGAN(e2e.tiny())

    def spoil(epoch, logs):
        if epoch == 1:
            model.discriminator.trainable_variables[0].assign(tf.fill([64, 16], np.nan))

    spoiler = keras.callbacks.LambdaCallback(on_epoch_begin=spoil)
    fit(model, 3, spoiler, keras.callbacks.TerminateOnNaN())
    assert int(model.players.step) == 3  # two whole ones, and the first of the second epoch


def test_early_stopping_sees_the_means():
    model = FitGAN(e2e.tiny())
    stop = keras.callbacks.EarlyStopping("g_loss", patience=2, mode="min", min_delta=UNREACHABLE)
    assert fit(model, 9, stop).epoch == [0, 1, 2]


def test_tensorboard_writes_the_generator_s_rate(tmp_path):
    pytest.importorskip("tensorboard", reason="TensorBoard is not installed")
    fit(FitGAN(e2e.tiny()), 1, keras.callbacks.TensorBoard(str(tmp_path)))
    (events,) = tmp_path.rglob("events.out.tfevents.*")
    assert b"epoch_learning_rate" in events.read_bytes()


def test_a_score_of_one_s_own_is_averaged_too():
    mine = replace(NON_SATURATING, name="mine", scores=lambda real, fake: {"gap": real[0, 0] * 0})
    assert fit(FitGAN(e2e.tiny(), mine), 2).history["gap"] == [0.0, 0.0]
