"""The averaged generator, against NumPy."""

import numpy as np
import pytest
from e2e import CONVOLUTIONS, logged, same_weights, started, tiny, train

import gan_course as gan
from gan_course.base.errors import InputError
from gan_course.games import adversarial
from gan_course.training import loop


def played(recipe, steps, watch=lambda made: None):
    game, made, compiled = started(recipe)
    loop.fit(game, made, compiled, range(steps), [lambda *_: watch(made)])
    return made


def values(network) -> list[np.ndarray]:
    return [variable.value.numpy() for variable in network.variables]


def test_the_mean_follows_the_weights_as_the_formula_says():
    seen = []
    recipe = tiny(ema_decay=0.8)
    end = played(recipe, 25, lambda made: seen.append(values(made.generator)))
    expected = [value.astype(np.float64) for value in values(adversarial.start(recipe).generator)]
    for step, now in enumerate(seen, start=1):
        decay = min(0.8, (1 + step) / (10 + step))  # 0.18 at first; 0.8 from step 35 on
        expected = [decay * e + (1 - decay) * n for e, n in zip(expected, now, strict=True)]
    compared = 0
    for mean, wanted, last in zip(values(end.sampler), expected, seen[-1], strict=True):
        if mean.dtype == np.float32:
            np.testing.assert_allclose(mean, wanted, rtol=1e-4, atol=1e-5)
            compared += not np.allclose(mean, last, atol=1e-4)
        else:  # the state of the dropout layer
            np.testing.assert_array_equal(mean, last)
    assert compared >= 4  # a mean that equals the last weights would be no mean


def test_later_the_decay_is_the_recipe_s():
    recipe, seen = tiny(ema_decay=0.5), []
    played(recipe, 12, lambda made: seen.append((values(made.generator), values(made.sampler))))
    (_, before), (now, after) = seen[-2:]
    for old, weight, mean in zip(before, now, after, strict=True):
        if mean.dtype == np.float32:
            np.testing.assert_allclose(mean, (old + weight) / 2, rtol=1e-5, atol=1e-6)


def test_averaging_does_not_change_the_game():
    plain, averaged = played(tiny(), 10), played(tiny(ema_decay=0.9), 10)
    assert plain.sampler is plain.generator
    for a, b in zip(values(plain.generator), values(averaged.generator), strict=True):
        np.testing.assert_array_equal(a, b)


def test_pictures_and_samples_are_those_of_the_averaged_generator(tmp_path):
    run = train(tmp_path / "run", ema_decay=0.9)
    noise = run.latents(6, seed=4)
    made = run.state.average.network(noise, training=False).numpy()
    np.testing.assert_allclose(run.samples(6, seed=4), made, atol=1e-6)
    assert np.abs(made - run.state.generator(noise, training=False).numpy()).max() > 1e-3
    exported = gan.keras.models.load_model(run.dir.generator)
    np.testing.assert_allclose(exported(noise).numpy(), made, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("networks", [{}, CONVOLUTIONS], ids=["dense", "convolutions"])
def test_a_run_with_all_that_changes_slowly_resumes_bit_for_bit(networks, tmp_path):
    changes = {**networks, "ema_decay": 0.99, "final_rate": 0.1}

    def stop(step, *_):
        if step == 17:
            raise KeyboardInterrupt

    whole = train(tmp_path / "whole", results=False, **changes)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "stopped", hooks=[stop], results=False, **changes)
    resumed = train(tmp_path / "stopped", results=False, **changes)
    assert same_weights(whole, resumed)
    assert logged(whole.path) == logged(resumed.path)


@pytest.mark.parametrize("decay", [-0.1, 1.0, 1.5])
def test_a_decay_outside_0_to_1_is_refused(decay):
    with pytest.raises(InputError, match=rf"ema_decay must be in \[0, 1\), got {decay}"):
        tiny(ema_decay=decay)
