"""The loop: what reaches the step, and in which order the hooks are called."""

import numpy as np
import pytest

from gan_course.games import state
from gan_course.games.objectives import NON_SATURATING
from gan_course.training import loop


@pytest.fixture
def echo(monkeypatch):
    """A train step that returns what it was given."""

    def echo(train_state, objective, order, reals, latents, seeds):
        train_state.step.assign_add(1)
        return {"reals": reals, "latents": latents, "seeds": seeds}

    monkeypatch.setattr(loop, "train_step", echo)


@pytest.mark.parametrize("low", [-1.0, 0.0])
def test_black_and_white_become_the_ends_of_the_value_range(tiny, echo, low):
    recipe = tiny.changed(image_shape=(16, 16, 1), batch_size=1, value_range=(low, 1.0),
                          generator=("Dense 256", "Reshape 16 16 1"))  # fmt: skip
    compiled = loop.compile_step(state.create(recipe), NON_SATURATING, recipe)
    every_grey = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16, 1)
    reals = compiled(every_grey)["reals"].numpy()
    assert reals.shape == (1, 1, 16, 16, 1)
    np.testing.assert_allclose(reals.ravel(), np.linspace(low, 1, 256), atol=1e-6)


def test_every_update_of_every_step_gets_latents_of_its_own(tiny, echo):
    recipe = tiny.changed(d_steps=2)
    train_state = state.create(recipe)
    compiled = loop.compile_step(train_state, NON_SATURATING, recipe)
    reals = np.zeros((2, 5, 4, 6, 1), np.uint8)
    drawn = np.stack([compiled(reals)["latents"] for _ in range(4)])
    assert drawn.shape == (4, 3, 5, 3)  # steps, updates, batch, latent_dim
    assert len(np.unique(drawn.round(6))) == drawn.size
    train_state.step.assign(2)  # gone back: the same noise as the first time
    np.testing.assert_array_equal(compiled(reals)["latents"], drawn[2])


def test_every_discriminator_update_of_every_step_gets_a_seed_of_its_own(tiny, echo):
    recipe = tiny.changed(d_steps=3)
    train_state = state.create(recipe)
    compiled = loop.compile_step(train_state, NON_SATURATING, recipe)
    reals = np.zeros((3, 5, 4, 6, 1), np.uint8)
    drawn = np.stack([compiled(reals)["seeds"] for _ in range(4)])
    assert drawn.shape == (4, 3, 2) and drawn.dtype == np.int32
    assert len({tuple(seed) for seed in drawn.reshape(-1, 2)}) == 12
    train_state.step.assign(2)
    np.testing.assert_array_equal(compiled(reals)["seeds"], drawn[2])


def test_uniform_latents_reach_the_step_as_such(tiny, echo):
    recipe = tiny.changed(latent="uniform", order="simultaneous", batch_size=400)
    compiled = loop.compile_step(state.create(recipe), NON_SATURATING, recipe)
    latents = compiled(np.zeros((1, 400, 4, 6, 1), np.uint8))["latents"].numpy()
    assert latents.shape == (1, 400, 3)
    assert -1 <= latents.min() < -0.95 and 0.95 < latents.max() < 1


def test_a_batch_of_another_shape_is_refused(tiny, echo):
    compiled = loop.compile_step(state.create(tiny), NON_SATURATING, tiny)
    with pytest.raises(TypeError):
        compiled(np.zeros((1, 4, 4, 6, 1), np.uint8))


def test_fit_calls_every_hook_after_every_step_with_the_steps_made():
    calls = []
    loop.fit(
        state="the state",
        compiled=lambda batch: {"loss": batch * 10},
        batches=lambda step: step + 0.5,
        steps=range(3, 5),
        hooks=[lambda *call: calls.append(("a", *call)), lambda *call: calls.append(("b", *call))],
    )
    assert calls == [
        ("a", 4, "the state", {"loss": 35.0}), ("b", 4, "the state", {"loss": 35.0}),
        ("a", 5, "the state", {"loss": 45.0}), ("b", 5, "the state", {"loss": 45.0}),
    ]  # fmt: skip


def test_fit_stops_between_steps_after_the_hooks():
    made = []
    loop.fit(
        state=None,
        compiled=lambda batch: {},
        batches=lambda step: step,
        steps=range(10),
        hooks=[lambda step, *_: made.append(step)],
        stop=lambda: len(made) == 3,
    )
    assert made == [1, 2, 3]
