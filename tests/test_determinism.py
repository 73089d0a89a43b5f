"""Same seed, same machine, same weights: a race would show only now and then, so play it often."""

import gan_course as gan
from gan_course.games.game import game_of
from gan_course.training import loop


def test_an_r1_game_ends_with_the_same_weights_however_often_it_is_played():
    recipe = gan.recipe("gan_plane", penalty="r1", penalty_weight=1.0, steps=300)
    game, ends = game_of(recipe, gan.data.load("ring")), set()
    for _ in range(8):
        played = game.start()
        loop.fit(game, played, loop.compile_step(game, played), range(recipe.steps), [])
        ends.add(b"".join(v.numpy().tobytes() for v in played.variables().values()))
    assert len(ends) == 1
