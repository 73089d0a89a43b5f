"""Compare what a student writes with what the library does: by behaviour, not by text.

In: the student's function and the library's. Out: one printed line with the largest difference,
or a `Mismatch` with where it is. Names, comments and order of the code stay free.
"""

import inspect
from collections.abc import Callable

import numpy as np

from gan_course import seeds, state
from gan_course.backend import keras, tf
from gan_course.objectives import Objective, of_recipe
from gan_course.penalties import Penalty
from gan_course.schema import Recipe

_STEPS = 3  # one is not enough: an update that forgets the last one shows at the second


class Mismatch(AssertionError):
    """The two functions behave differently."""


def same_objective(mine: Objective, library: Objective, tolerance: float = 1e-5) -> None:
    """Compare two objectives on a grid of logits from -8 to 8.

    Raises:
      Mismatch: with the logits at which they differ most.
    """
    axis = np.linspace(-8, 8, 33, dtype=np.float32)
    real, fake = (tf.constant(axes.reshape(-1, 1)) for axes in np.meshgrid(axis, axis))
    for name, arguments in (("d_loss", (real, fake)), ("g_loss", (fake,))):
        ours, theirs = (getattr(o, name)(*arguments).numpy() for o in (mine, library))
        if ours.shape != theirs.shape:
            raise Mismatch(f"{name} has shape {ours.shape}, expected {theirs.shape}")
        difference = np.abs(ours - theirs).ravel()
        worst = int(difference.argmax())
        if not difference[worst] <= tolerance:
            where = ", ".join(f"{float(a[worst, 0]):g}" for a in arguments)
            raise Mismatch(
                f"{name} at logits ({where}) is {ours[worst, 0]:.6g}, "
                f"expected {theirs[worst, 0]:.6g}"
            )
        print(f"{name}: the same, largest difference {difference[worst]:.1e}")


def same_penalty(mine: Penalty, library: Penalty, tolerance: float = 1e-5) -> None:
    """Compare two penalties on a small convolutional critic with random weights and images.

    Raises:
      Mismatch: with the first example at which they differ.
    """
    weights = keras.initializers.RandomNormal(stddev=0.3, seed=0)
    critic = keras.Sequential(
        [
            keras.Input((8, 6, 3)),
            keras.layers.Conv2D(4, 3, activation="tanh", kernel_initializer=weights),
            keras.layers.Flatten(),
            keras.layers.Dense(1, kernel_initializer=weights),
        ]
    )
    real, fake = tf.random.stateless_uniform([2, 16, 8, 6, 3], [1, 2], minval=-1.0)
    ours, theirs = (p(critic, real, fake, tf.constant([3, 4])).numpy() for p in (mine, library))
    if ours.shape != theirs.shape:
        raise Mismatch(f"the penalty has shape {ours.shape}, expected {theirs.shape}")
    for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if not abs(one - other) <= tolerance:
            raise Mismatch(f"the penalty of example {number} is {one:.6g}, expected {other:.6g}")
    print(f"the same penalty, largest difference {np.abs(ours - theirs).max():.1e}")


def same_update(mine: Callable, library: Callable, recipe: Recipe, tolerance: float = 1e-6) -> None:
    """Compare two updates of one of the networks: weights equal after three steps.

    Both start from the same weights, with the same images and noise, and both are compiled (eager
    and compiled arithmetic differ in the last digits). The optimizers are plain SGD: Adam divides
    a gradient by its size, and would hide a loss that is wrong by a factor. Labels are not
    smoothed, so that the loss is the paper's; penalty and clipping are those of the recipe.

    Args:
      mine, library: take (state, objective, latent) as `step.generator_update` does, or
        (state, objective, real, latent), or these and a seed for the penalty.

    Raises:
      Mismatch: with the variable in which they differ most.
    """
    plain = recipe.changed(
        optimizer="sgd", beta_1=None, g_learning_rate=0.05, d_learning_rate=0.05, real_label=1.0
    )
    ours, theirs = (_after_steps(update, plain) for update in (mine, library))
    differences = {name: float(np.abs(ours[name] - theirs[name]).max()) for name in theirs}
    worst = max(differences, key=differences.get)
    if not differences[worst] <= tolerance:
        raise Mismatch(
            f"after {_STEPS} steps {worst} differs by {differences[worst]:.2g}, "
            f"more than {tolerance:g}; {_count_differing(differences, tolerance)}"
        )
    print(
        f"the same update: after {_STEPS} steps the largest difference in "
        f"{len(differences)} variables is {differences[worst]:.1e}"
    )


def _after_steps(update: Callable, recipe: Recipe) -> dict[str, np.ndarray]:
    """The variables after a few compiled calls on fixed images and noise."""
    train_state = state.create(recipe)
    objective = of_recipe(recipe)
    count = len(inspect.signature(update).parameters)

    def call(real, latent, seed):
        arguments = [latent] if count == 3 else [real, latent, seed][: count - 2]
        update(train_state, objective, *arguments)

    images = tf.TensorSpec([recipe.batch_size, *recipe.image_shape])
    noise = tf.TensorSpec([recipe.batch_size, recipe.latent_dim])
    seeds_of = tf.TensorSpec([2], tf.int32)
    compiled = tf.function(call).get_concrete_function(images, noise, seeds_of)
    for step in range(_STEPS):
        seed = seeds.derive(recipe.seed, seeds.LATENTS, step)
        low, high = recipe.value_range
        real = tf.random.stateless_uniform(images.shape, seed, minval=low, maxval=high)
        latent = seeds.latents(recipe.latent, recipe.batch_size, recipe.latent_dim, seed)
        compiled(real, latent, seeds.derive(recipe.seed, seeds.PENALTY, step))
    named = train_state.variables().items()
    return {name: v.numpy() for name, v in named if v.dtype.is_floating}  # weights, no counters


def _count_differing(differences: dict[str, float], tolerance: float) -> str:
    wrong = [name for name, difference in differences.items() if not difference <= tolerance]
    return f"{len(wrong)} of {len(differences)} variables differ"
