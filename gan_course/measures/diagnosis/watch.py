"""The doctor at the bedside: what can be told while a run trains, at next to no cost.

In: what the loop gives a hook. Out: `concern`, a verdict for the progress line, or nothing.
"""

import numpy as np

from gan_course.base import seeds
from gan_course.data.ranges import from_uint8
from gan_course.games.game import Game
from gan_course.games.state import Scalars, State
from gan_course.measures.diagnosis.finding import HEALTHY
from gan_course.measures.diagnosis.patience import hardly_begun
from gan_course.measures.diagnosis.symptoms import (
    Symptoms,
    accuracies,
    diversity_of,
    images_of,
)
from gan_course.measures.diagnosis.verdicts import findings

_SAMPLES = 64
_REALS = 1_000
_BLUR = 0.57  # beginners, who draw the mean of all images, were up to 0.83 of the way in pixels


class Watch:
    """A hook that keeps an eye on D's accuracies and on the variance of the samples.

    It is called after every logged step; the samples are looked at every `recipe.sample_every`
    steps.

    Args:
      untrained: the state before the first step.
    """

    def __init__(self, game: Game, untrained: State):
        self.concern = ""
        images = game.data.x_train
        self._game, self._recipe, self._images = game, game.recipe, images_of(game.data)
        self._real = from_uint8(images[:: -(-len(images) // _REALS)] * 1.0, (-1.0, 1.0))
        self._first = self._made(untrained)
        self._rows: list[dict[str, float]] = []
        self._looked = 0  # the step at which the samples were looked at last

    def __call__(self, step: int, train_state: State, scalars: Scalars) -> None:
        named = {name: value for name, value in scalars.items() if name.startswith("accuracy_")}
        self._rows.append({name: float(value) for name, value in named.items()})
        if step - self._looked < self._recipe.sample_every:
            return
        self._looked = step
        fakes = self._made(train_state)
        symptoms = Symptoms(
            steps=step,
            planned=step,  # that it is not done yet worries nobody
            epochs=step * self._recipe.images_per_step / self._images,
            diversity=diversity_of(fakes, self._real),
            first_distance=_apart(self._real[np.arange(_SAMPLES) % len(self._real)], self._first),
            departed=_BLUR * _apart(fakes, self._first),
            **accuracies(self._rows),
        )
        worst = findings(symptoms)[0].verdict
        early = hardly_begun(symptoms) is not None
        self.concern = "" if early or worst == HEALTHY else worst

    def _made(self, train_state: State) -> np.ndarray:
        seed = seeds.derive(self._recipe.seed, seeds.CHECKUP, 1)
        return self._game.make(train_state, _SAMPLES, seed).images


def _apart(images: np.ndarray, others: np.ndarray) -> float:
    """The mean squared difference of the pixels: here it takes the place of Fréchet distances."""
    return float(np.mean((images - others) ** 2))
