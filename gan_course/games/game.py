"""What a game is: seven questions, which the loop, the hooks and the run folder ask.

In: a recipe, and data. Out: a `Game`, by the recipe's `game`, which is the name of a file in this
room. A game holds no variable and writes no file: what changes is its `State`, what is random comes
from `Dice`. So a run of any game is resumed, shown and measured in the same way.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import ClassVar, Protocol

import numpy as np

from gan_course.base.backend import tf
from gan_course.base.errors import InputError
from gan_course.data import ImageSet
from gan_course.games.dice import Dice
from gan_course.games.state import Scalars, State
from gan_course.recipes.schema import Recipe

Arrays = dict[str, np.ndarray]
Tensors = dict[str, tf.Tensor]


@dataclass(frozen=True)
class Made:
    """New images, and what each was to be.

    images: float32 (N, H, W, C) in [-1, 1].
    wanted: labels (N,), or images like them; None where nothing was asked for.
    """

    images: np.ndarray
    wanted: np.ndarray | None = None


class Game(Protocol):
    """The rules of one recipe on its data.

    recipe, data: what it was made of; without data it can start, make and show, but not train.
    parts: what one may give in place of the recipe's, by name.
    """

    parts: ClassVar[tuple[str, ...]]
    recipe: Recipe
    data: ImageSet | None

    def start(self) -> State:
        """A fresh state: the same recipe and seed, the same weights."""

    def batch(self, step: int) -> Arrays:
        """What a step sees, a pure function of (seed, step); {} if it sees nothing.

        The first axis of each array counts the updates of the step, the second one examples.
        """

    def draw(self, dice: Dice) -> Tensors:
        """All that is random in a step."""

    def play(self, state: State, batch: Tensors, drawn: Tensors) -> Scalars:
        """One step; reads as the paper's algorithm.

        Args:
          batch: as `batch` gives it, this replica's share.
          drawn: as `draw` gives it.

        Returns:
          float32 scalars for the history; the first two are shown while it trains.
        """

    def show(self, state: State) -> np.ndarray:
        """The sample picture, uint8 (H, W, C), always of the same inputs."""

    def make(self, state: State, count: int, seed: tf.Tensor, **wish) -> Made:
        """New images.

        Args:
          seed: int32 (2,), stateless: the same seed, the same images.
          wish: what they should be, in a game where one can ask for something.

        Raises:
          InputError: for a wish that this game does not know, or cannot fulfil.
        """

    def identity(self) -> dict:
        """What makes this run this run, for recipe.json."""


def game_of(recipe: Recipe, data: ImageSet | None = None, **own) -> Game:
    """The game that the recipe describes.

    Args:
      data: what it is played on; without it the game cannot train.
      own: parts of one's own, in place of the recipe's: `objective`, `networks`, `d_update`,
        `g_update`, where the game has them; None: the recipe's.

    Raises:
      InputError: if the data do not fit the recipe, or a part does not fit the game.
    """
    kind = import_module(f"gan_course.games.{recipe.game}").Game
    given = {name: part for name, part in own.items() if part is not None}
    for name in given:
        if name not in kind.parts:
            raise InputError(
                f"recipe {recipe.name!r} plays {recipe.game!r}, which takes no {name} of your own"
                + (f", only {' and '.join(kind.parts)}" if kind.parts else "")
            )
    return kind(recipe, data, **given)


def refuse_wishes(recipe: Recipe, wish: dict) -> None:
    """Raises InputError if something is asked for: what a game does that knows no wishes."""
    if asked := sorted(name for name, value in wish.items() if value is not None):
        raise InputError(
            f"recipe {recipe.name!r} makes images of noise alone, and takes no {', '.join(asked)}; "
            "leave it out, or train a recipe that does (`python -m gan_course recipes`)"
        )
