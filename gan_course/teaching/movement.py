"""How an update moves the two networks: the steps that a check compares.

In: an update and a recipe. Out: every variable before and after each of a few steps.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gan_course.base import seeds
from gan_course.base.backend import tf
from gan_course.games.adversarial import Players, start
from gan_course.games.objectives import Objective, of_recipe
from gan_course.recipes.adversarial import Adversarial
from gan_course.teaching.mismatch import Mismatch, name_of

STEPS = 3  # one is not enough: an update that forgets the last one shows at the second
NETWORKS = ("generator", "discriminator")
_NAMES = {3: "latent", 4: "real, latent", 5: "real, latent, seed"}


@dataclass(frozen=True)
class Walk:
    """trainable: names of the weights that may learn.

    moments: every variable by name, before the first step and after each.
    """

    trainable: tuple[str, ...]
    moments: tuple[dict[str, np.ndarray], ...]

    @property
    def end(self) -> dict[str, np.ndarray]:
        """Weights, moving averages and learning rates after the last step, no counters."""
        return {n: v for n, v in self.moments[-1].items() if np.issubdtype(v.dtype, np.floating)}

    def weights(self, network: str) -> list[str]:
        """The names of a network's trainable weights."""
        return [name for name in self.trainable if name.startswith(network)]

    def movement(self, *names: str, step: int = 1) -> np.ndarray:
        """After minus before that step, of these variables one after the other."""
        before, after = self.moments[step - 1 : step + 1]
        return np.concatenate([(after[n].astype(float) - before[n]).ravel() for n in names])


def walk(update: Callable, recipe: Adversarial) -> Walk:
    """A few compiled steps from the recipe's first weights, on fixed images and noise."""
    train_state = start(recipe)
    objective = of_recipe(recipe)

    def step(real, latent, seed):
        call(update, train_state, objective, real, latent, seed)

    shapes = [tf.TensorSpec(i.shape, i.dtype) for i in inputs(recipe, 0)]
    compiled = tf.function(step).get_concrete_function(*shapes)
    moments = [arrays(train_state)]
    for number in range(STEPS):
        compiled(*inputs(recipe, number))
        moments.append(arrays(train_state))
    return Walk(trainable(train_state), tuple(moments))


def call(update: Callable, train_state: Players, objective: Objective, *given) -> None:
    """Call an update with as many of real, latent and seed as it takes; with three arguments it is
    the generator's, and takes the latent alone."""
    count = _arguments(update)
    real, latent, seed = given
    arguments = [latent] if count == 3 else [real, latent, seed][: count - 2]
    update(train_state, objective, *arguments)


def check_signature(update: Callable) -> None:
    """Refuse what cannot be called as an update.

    Raises:
      Mismatch: if it is no function of three to five arguments.
    """
    wanted = " or ".join(f"(state, objective, {names})" for names in _NAMES.values())
    if not callable(update):
        raise Mismatch(f"expected a function of {wanted}, got {update!r}")
    if _arguments(update) not in _NAMES:
        raise Mismatch(f"{name_of(update)} takes {_arguments(update)} arguments, expected {wanted}")


def _arguments(update: Callable) -> int:
    """Those that must be given, and a seed even where it has a default."""
    found = inspect.signature(update).parameters.values()
    return sum(each.default is each.empty or each.name == "seed" for each in found)


def inputs(recipe: Adversarial, step: int) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """real, latent and the penalty's seed of a step: always the same."""
    seed = seeds.derive(recipe.seed, seeds.LATENTS, step)
    low, high = recipe.value_range
    images = [recipe.batch_size, *recipe.image_shape]
    real = tf.random.stateless_uniform(images, seed, minval=low, maxval=high)
    latent = seeds.latents(recipe.noise, recipe.batch_size, recipe.latent_dim, seed)
    return real, latent, tf.convert_to_tensor(seeds.derive(recipe.seed, seeds.PENALTY, step))


def arrays(train_state: Players) -> dict[str, np.ndarray]:
    """A copy of every variable by name."""
    return {name: np.array(v.numpy()) for name, v in train_state.variables().items()}


def trainable(train_state: Players) -> tuple[str, ...]:
    """The names of the weights that may learn, as in `State.variables`."""
    learning = {
        id(variable.value)
        for part in NETWORKS
        for variable in getattr(train_state, part).trainable_variables
    }
    return tuple(name for name, v in train_state.variables().items() if id(v) in learning)


def ratio(ours: np.ndarray, theirs: np.ndarray, error: float = 3e-3) -> float | None:
    """The number that `theirs` must be multiplied by to give `ours`, None if no number does.

    `error` allows for the digits that a difference of two nearly equal weights has lost.
    """
    if not ours.any() or not theirs.any():
        return None
    factor = float(ours @ theirs / (theirs @ theirs))
    if np.linalg.norm(ours - factor * theirs) > error * np.linalg.norm(ours):
        return None
    return factor
