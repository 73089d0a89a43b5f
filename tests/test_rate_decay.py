"""Learning rates that fall in a straight line to the end of the run."""

from functools import partial

import e2e
import numpy as np
import pytest
from e2e import started, tiny

from gan_course.base.errors import InputError
from gan_course.training import loop

SGD = dict(
    optimizer="sgd", beta_1=None, g_learning_rate=0.1, d_learning_rate=0.2, d_steps=2, steps=8,
    generator=("Dense 64 tanh", "Reshape 8 8 1"), discriminator=("Flatten", "Dense 1"),
)  # fmt: skip


def rates(recipe) -> list[tuple[float, float]]:
    """The rates of the next update, after each step: (generator's, discriminator's)."""
    (game, made, compiled), seen = started(recipe), []

    def note(*_):
        seen.append((float(made.g_optimizer.learning_rate), float(made.d_optimizer.learning_rate)))

    loop.fit(game, made, compiled, range(recipe.steps), [note])
    return seen


def test_both_rates_fall_in_a_straight_line_to_the_share_that_the_recipe_names():
    expected = [1 - (1 - 0.25) * step / 8 for step in range(1, 9)]  # of the first rate
    found = rates(tiny(**SGD, final_rate=0.25))
    np.testing.assert_allclose([g / 0.1 for g, _ in found], expected, rtol=1e-5)
    np.testing.assert_allclose([d / 0.2 for _, d in found], expected, rtol=1e-5)


def test_without_it_the_rates_stay():
    np.testing.assert_allclose(rates(tiny(**SGD)), [(0.1, 0.2)] * 8, rtol=1e-6)


def test_the_update_is_made_with_the_rate_of_its_own_step():
    """SGD in the last step: weights move by rate x gradient; the same gradient, a tenth the way."""
    moves = []
    for final in (1.0, 0.1):
        recipe = tiny(**{**SGD, "steps": 1000, "d_steps": 1}, final_rate=final)
        game, made, compiled = started(recipe)
        made.g_optimizer.iterations.assign(999)
        made.d_optimizer.iterations.assign(999)
        before = [v.numpy() for v in made.discriminator.trainable_variables]
        compiled(game.batch(0))
        after = [v.numpy() for v in made.discriminator.trainable_variables]
        moves.append([b - a for a, b in zip(before, after, strict=True)])
    for whole, tenth in zip(*moves, strict=True):
        assert np.abs(whole).max() > 1e-4
        np.testing.assert_allclose(tenth, 0.1009 * whole, rtol=2e-3, atol=1e-7)


def test_more_steps_would_be_another_run(tmp_path):
    train = partial(e2e.train, results=False)
    train(tmp_path / "run", steps=14, final_rate=0.1)
    with pytest.raises(InputError, match="steps: 14 there, 21 now"):
        train(tmp_path / "run", steps=21, final_rate=0.1)
    train(tmp_path / "other", steps=14)
    assert train(tmp_path / "other", steps=21).step == 21


@pytest.mark.parametrize("share", [0.0, -1.0, 1.1])
def test_a_share_outside_0_to_1_is_refused(share):
    with pytest.raises(InputError, match=rf"final_rate must be in \(0, 1\], got {share}"):
        tiny(final_rate=share)
