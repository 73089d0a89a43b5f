"""What a game is: seven answers. A game of twenty lines is played, saved and resumed like any."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import e2e
import numpy as np
import pytest

import gan_course.games
from gan_course import tf
from gan_course.base import seeds
from gan_course.base.errors import InputError
from gan_course.games import adversarial, state
from gan_course.games.dice import Dice
from gan_course.games.game import Game, Made, game_of
from gan_course.games.state import State, first_step
from gan_course.runs.identity import describe
from gan_course.runs.rundir import RunDir
from gan_course.training import hooks, loop
from gan_course.training.session import Session

QUESTIONS = {"start", "batch", "draw", "play", "show", "make", "identity"}
GAMES = sorted(
    file.stem
    for file in Path(gan_course.games.__file__).parent.glob("*.py")
    if file.stem != "game" and "\nclass Game" in file.read_text("utf-8")
)


def test_the_protocol_asks_seven_questions():
    assert {name for name in vars(Game) if not name.startswith("_")} == QUESTIONS


@pytest.mark.parametrize("name", GAMES)
def test_every_game_answers_them_and_has_a_recipe_of_its_name(name):
    answers = import_module(f"gan_course.games.{name}").Game
    assert all(callable(getattr(answers, question)) for question in QUESTIONS)
    assert any(recipe.game == name for recipe in gan_course.RECIPES.values())


def test_the_games_are_found():
    assert {"adversarial", "conditional"} <= set(GAMES)


# A game of one number that walks to a target: no network, no data


@dataclass
class Walker(State):
    place: tf.Variable
    pace: tf.Variable | None = None


class Walk:
    """Each step halves the way to 1 and adds some noise."""

    data = None

    def __init__(self, recipe):
        self.recipe = recipe

    def start(self):
        return Walker(step=first_step(), place=tf.Variable([3.0, -2.0]))

    def batch(self, step):
        return {}

    def draw(self, dice):
        return {"noise": seeds.uniform([2], dice.seed(seeds.LATENTS), -0.1, 0.1)}

    def play(self, state, batch, drawn):
        state.place.assign(0.5 * (state.place + 1.0) + drawn["noise"])
        return {"way": tf.reduce_sum(tf.abs(state.place - 1.0)), "first": state.place[0]}

    def show(self, state):
        return np.zeros((4, 4, 1), np.uint8)

    def make(self, state, count, seed, **wish):
        return Made(np.zeros((count, 1, 1, 1), np.float32))

    def identity(self):
        return {}


def walked(steps, begin=None, steps_per_call=1, notes=None):
    game = Walk(e2e.tiny())
    walker = game.start()
    if begin is not None:
        state.restore(walker, begin)
    compiled = loop.compile_step(game, walker, steps_per_call=steps_per_call)
    note = [] if notes is None else [lambda step, _, scalars: notes.append((step, scalars))]
    loop.fit(game, walker, compiled, steps, note, steps_per_call=steps_per_call)
    return walker


def test_a_game_without_data_or_networks_is_played_by_the_loop():
    notes = []
    walker = walked(range(30), notes=notes)
    assert [step for step, _ in notes] == list(range(1, 31)) and int(walker.step) == 30
    assert list(notes[-1][1]) == ["way", "first"]
    np.testing.assert_allclose(walker.place, [1, 1], atol=0.2 + 1e-6)  # 0.1 + 0.05 + ... < 0.2
    assert np.abs(walker.place.numpy() - 1).max() > 1e-3  # there is noise


def test_it_goes_on_from_what_was_saved_with_the_same_bits(tmp_path):
    with open(tmp_path / "saved.npz", "wb") as file:
        state.save(walked(range(7)), file)
    whole, parts = walked(range(20)), walked(range(7, 20), begin=tmp_path / "saved.npz")
    assert int(parts.step) == 20
    np.testing.assert_array_equal(parts.place, whole.place)


def sat(folder, steps, hooks=()):
    """One sitting of the walk in a run folder, as `train` has it."""
    game = Walk(e2e.tiny(steps=steps))
    sitting = Session(RunDir(folder), game, game.start(), describe(game), list(hooks))
    with sitting.run_dir.locked():
        sitting.resume()
        sitting.drive()
    return sitting


def test_it_has_a_run_folder_like_any_and_is_resumed_in_it(tmp_path):
    def stop(step, *_):
        if step == 17:
            raise KeyboardInterrupt

    whole = sat(tmp_path / "whole", 20)
    with pytest.raises(KeyboardInterrupt):
        sat(tmp_path / "stopped", 20, [stop])
    resumed = sat(tmp_path / "stopped", 20)
    assert (whole.done, resumed.done) == (0, 14)  # there is a checkpoint every 7 steps
    np.testing.assert_array_equal(resumed.state.place, whole.state.place)
    rows = e2e.logged(tmp_path / "whole")
    assert rows == e2e.logged(tmp_path / "stopped")
    assert list(rows[0]) == ["step", "images", "way", "first"]
    assert [row["step"] for row in rows] == ["3", "6", "9", "12", "15", "18", "20"]
    grids = e2e.grids(tmp_path / "whole")
    assert grids == e2e.grids(tmp_path / "stopped")
    assert list(sorted(grids)) == [f"step_{step:06d}.png" for step in (0, 3, 6, 10, 20)]


def test_several_steps_a_call_are_the_same_steps():
    np.testing.assert_array_equal(
        walked(range(20), steps_per_call=5).place, walked(range(20)).place
    )


def test_the_progress_bar_shows_the_first_two_scalars_of_any_game(capsys):
    with hooks.progress_bar(first=0, last=1) as advance:
        advance(1, None, {"way": 0.25, "first": 1.5, "third": 9.0})
    said = "".join(capsys.readouterr())
    assert "way 0.250, first 1.500" in said and "third" not in said


def test_a_state_is_what_its_fields_hold():
    walker = Walk(e2e.tiny()).start()
    assert list(walker.variables()) == ["step", "place"]  # a field that is None has none
    players = adversarial.start(e2e.tiny(ema_decay=0.9))
    names = list(players.variables())
    assert names[0] == "step" and "generator/000_kernel" in names
    order = [name.split("/")[0] for name in names]
    assert list(dict.fromkeys(order)) == [
        "step", "generator", "discriminator", "g_optimizer", "d_optimizer", "average",
    ]  # fmt: skip
    assert list(players.networks()) == ["generator"] and walker.networks() == {}


def test_dice_fall_alike_for_the_same_step_and_differently_for_another():
    first, again, later = (Dice(3, tf.constant(step, tf.int64)) for step in (5, 5, 6))
    np.testing.assert_array_equal(first.seed(seeds.LATENTS), again.seed(seeds.LATENTS))
    thrown = [first.seed(seeds.LATENTS), first.seed(seeds.LATENTS, 1), first.seed(seeds.PENALTY),
              later.seed(seeds.LATENTS), Dice(4, first.step).seed(seeds.LATENTS)]  # fmt: skip
    assert len({tuple(seed.numpy()) for seed in thrown}) == 5
    np.testing.assert_array_equal(first.own_seed(seeds.PENALTY), first.seed(seeds.PENALTY))


def test_a_game_without_data_starts_and_makes_but_says_what_it_cannot():
    game = game_of(e2e.tiny())
    made = game.make(game.start(), 3, seeds.derive(0, seeds.SAMPLES, 0))
    assert made.images.shape == (3, 8, 8, 1) and made.wanted is None
    with pytest.raises(InputError, match="takes no labels"):
        game.make(game.start(), 3, seeds.derive(0, seeds.SAMPLES, 0), labels=1)


def test_the_names_of_objectives_and_penalties_are_looked_up_when_a_game_is_made():
    with pytest.raises(InputError, match="did you mean 'hinge'"):
        game_of(e2e.tiny(objective="hing"), e2e.image_set()).identity()
    with pytest.raises(InputError, match="did you mean 'gradient'"):
        game_of(e2e.tiny(penalty="gradent", penalty_weight=1.0), e2e.image_set()).identity()


# Mirrored batches


def batches(step: int, **changes) -> np.ndarray:
    classes = changes.get("classes")
    game = game_of(e2e.tiny(d_steps=2, **changes), e2e.image_set(classes))
    return game.batch(step)["images"]


@pytest.mark.parametrize("kind", [{}, {"classes": 3}])
def test_half_of_the_images_of_a_mirrored_batch_are_turned_left_to_right(kind):
    turned = []
    for step in range(40):
        plain, mirrored = batches(step, **kind), batches(step, mirror=True, **kind)
        assert mirrored.shape == plain.shape and mirrored.dtype == np.uint8
        stays = (mirrored == plain).all(axis=(2, 3, 4))
        turns = (mirrored == plain[..., ::-1, :]).all(axis=(2, 3, 4))
        assert (stays ^ turns).all()  # each is one or the other, and none of the noise both
        turned.append(turns.mean())
    assert 0.4 < np.mean(turned) < 0.6
    assert len(set(turned)) > 3  # drawn anew in each batch


def test_a_mirrored_batch_is_a_function_of_seed_and_step():
    np.testing.assert_array_equal(batches(5, mirror=True), batches(5, mirror=True))
    assert not np.array_equal(batches(5, mirror=True), batches(5, mirror=True, seed=4))
