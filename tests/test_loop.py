"""The loop: what reaches a game's step, and in which order the hooks are called."""

import numpy as np
import pytest
from e2e import on_noise

from gan_course.base.backend import tf
from gan_course.games import adversarial
from gan_course.games.state import State, first_step
from gan_course.training import loop


class Echo:
    """A game whose steps return what they were given; nothing changes but the count of steps."""

    def __init__(self, recipe):
        self.recipe = recipe

    def start(self):
        return State(first_step())

    def batch(self, step):
        return {"numbers": np.arange(6, dtype=np.int32).reshape(2, 3) + 100 * step}

    def draw(self, dice):
        return {"seed": dice.seed(9), "step": tf.convert_to_tensor(dice.step)}

    def play(self, state, batch, drawn):
        return {**batch, **drawn}


@pytest.fixture
def echo(tiny):
    """The game, its state, and its compiled step."""
    game = Echo(tiny.changed(jit=False))
    state = game.start()
    return game, state, loop.compile_step(game, state)


def test_a_step_gets_the_batch_and_what_was_drawn_for_its_number(echo):
    game, state, compiled = echo
    for step in range(3):
        given = compiled(game.batch(step))
        np.testing.assert_array_equal(given["numbers"], np.arange(6).reshape(2, 3) + 100 * step)
        assert int(given["step"]) == step
        np.testing.assert_array_equal(
            given["seed"], loop.Dice(3, tf.constant(step, tf.int64)).seed(9)
        )
    assert int(state.step) == 3


def test_a_batch_of_another_shape_is_refused(echo):
    game, _, compiled = echo
    for wrong in (game.batch(0)["numbers"][:, :2], game.batch(0)["numbers"][:1]):
        with pytest.raises(TypeError, match="Can not cast"):
            compiled({"numbers": wrong})


def test_several_steps_a_call_get_the_same_and_return_what_the_last_one_got(tiny):
    game = Echo(tiny.changed(jit=False))
    state, seen = game.start(), []
    compiled = loop.compile_step(game, state, steps_per_call=3)
    loop.fit(game, state, compiled, range(6), [lambda *call: seen.append(call)], steps_per_call=3)
    assert [step for step, _, _ in seen] == [3, 6] and int(state.step) == 6
    for (_, _, scalars), last in zip(seen, (2, 5), strict=True):
        assert int(scalars["step"]) == last
        np.testing.assert_array_equal(scalars["numbers"], game.batch(last)["numbers"])


# What the adversarial game gives its step


@pytest.mark.parametrize("low", [-1.0, 0.0])
def test_black_and_white_become_the_ends_of_the_value_range(tiny, monkeypatch, low):
    monkeypatch.setattr(adversarial, "train_step", lambda *given: {"reals": given[3]})
    recipe = tiny.changed(image_shape=(16, 16, 1), batch_size=1, value_range=(low, 1.0),
                          generator=("Dense 256", "Reshape 16 16 1"))  # fmt: skip
    game = adversarial.Game(recipe)
    every_grey = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16, 1)
    reals = game.play(game.start(), {"images": every_grey}, {"latents": None, "seeds": None})
    assert reals["reals"].shape == (1, 1, 16, 16, 1)
    np.testing.assert_allclose(reals["reals"].numpy().ravel(), np.linspace(low, 1, 256), atol=1e-6)


class AdversarialEcho(adversarial.Game):
    """The adversarial game's noise, returned by its steps."""

    def play(self, state, batch, drawn):
        return drawn


def drawn(recipe):
    """What each of four steps draws, and what the third one draws when it is made again."""
    game = AdversarialEcho(recipe, on_noise(recipe).data)
    state = game.start()
    compiled = loop.compile_step(game, state)
    steps = [compiled(game.batch(step)) for step in range(4)]
    state.step.assign(2)
    return steps, compiled(game.batch(2))


def test_every_update_of_every_step_gets_latents_of_its_own(tiny):
    steps, again = drawn(tiny.changed(d_steps=2))
    latents = np.stack([step["latents"] for step in steps])
    assert latents.shape == (4, 3, 5, 3)  # steps, updates, batch, latent_dim
    assert len(np.unique(latents.round(6))) == latents.size
    np.testing.assert_array_equal(again["latents"], latents[2])


def test_every_discriminator_update_of_every_step_gets_a_seed_of_its_own(tiny):
    steps, again = drawn(tiny.changed(d_steps=3))
    seeds = np.stack([step["seeds"] for step in steps])
    assert seeds.shape == (4, 3, 2) and seeds.dtype == np.int32
    assert len({tuple(seed) for seed in seeds.reshape(-1, 2)}) == 12
    np.testing.assert_array_equal(again["seeds"], seeds[2])


def test_uniform_latents_reach_the_step_as_such(tiny):
    steps, _ = drawn(tiny.changed(noise="uniform", order="simultaneous", batch_size=400))
    latents = steps[0]["latents"].numpy()
    assert latents.shape == (1, 400, 3)
    assert -1 <= latents.min() < -0.95 and 0.95 < latents.max() < 1


# The order of things


class Numbers:
    """A game of which only the batches are asked."""

    def batch(self, step):
        return step + 0.5


def test_fit_calls_every_hook_after_every_step_with_the_steps_made():
    calls = []
    loop.fit(
        game=Numbers(),
        state="the state",
        compiled=lambda batch: {"loss": batch * 10},
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
        game=Numbers(),
        state=None,
        compiled=lambda batch: {},
        steps=range(10),
        hooks=[lambda step, *_: made.append(step)],
        stop=lambda: len(made) == 3,
    )
    assert made == [1, 2, 3]
