"""Same seed, same machine, same weights: a race would show only now and then, so play it often."""

import gan_course as gan
from gan_course.data.batches import Batches
from gan_course.games import state
from gan_course.games.objectives import of_recipe
from gan_course.training import loop


def test_an_r1_game_ends_with_the_same_weights_however_often_it_is_played():
    recipe = gan.recipe("gan_plane", penalty="r1", penalty_weight=1.0, steps=300)
    data, ends = gan.data.load("ring"), set()
    for _ in range(8):
        played = state.create(recipe)
        compiled = loop.compile_step(played, of_recipe(recipe), recipe)
        batches = Batches(data.x_train, recipe.batch_size, recipe.d_steps, recipe.seed)
        loop.fit(played, compiled, batches, range(recipe.steps), [])
        ends.add(b"".join(v.numpy().tobytes() for v in played.variables().values()))
    assert len(ends) == 1
