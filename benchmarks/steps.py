"""The train step against two others with the same networks and batch sizes, in turns.

python -m benchmarks.steps [RECIPE ...]

The classic loop is that of many tutorials: `predict` makes the fakes, then `train_on_batch` twice,
once for D on real and fake images together, once for G through a frozen D. (It has no gradient
penalty.) PyTorch, where it is installed, plays the same game eagerly, in a process of its own: see
torch_step.py. Where the recipe's order is alternating, it makes new fakes for G, as we do; the last
column is without them, as in PyTorch's own tutorial. Conditional recipes have no classic loop.
"""

import itertools
import statistics
import sys
from collections.abc import Callable
from contextlib import ExitStack

import numpy as np

import gan_course as gan
from benchmarks.measure import in_turns, median_ratio, save
from benchmarks.torch_process import TorchPlayer, installed
from gan_course.base.backend import keras, tf
from gan_course.data import ImageSet
from gan_course.data.ranges import from_uint8
from gan_course.games.game import Game, game_of
from gan_course.recipes.adversarial import Adversarial
from gan_course.training import loop

BATCHES = 8  # made beforehand for PyTorch
CLASSIC = ("non_saturating", "wasserstein")  # the losses that `classic_step` knows
RECIPES = tuple(name for name, recipe in gan.RECIPES.items() if isinstance(recipe, Adversarial))


def our_steps(game: Game):
    """A call of ours; it makes `loop.steps_per_call` steps."""
    several = loop.steps_per_call(game.recipe)
    compiled = loop.compile_step(game, game.start(), steps_per_call=several)
    steps = itertools.count()

    def call():
        found = [game.batch(next(steps)) for _ in range(several)]
        together = {name: np.stack([batch[name] for batch in found]) for name in found[0]}
        return float(compiled(found[0] if several == 1 else together)["d_loss"])

    return call


def classic_step(recipe, images):
    generator, discriminator = (
        keras.Sequential.from_config(network.get_config())  # as Keras computes them
        for network in gan.models.build(recipe)
    )
    loss, real_label, fake_label = _classic_loss(recipe)
    discriminator.compile(_classic_optimizer(recipe, recipe.d_learning_rate), loss)
    discriminator.trainable = False
    latent = keras.Input((recipe.latent_dim,))
    both = keras.Model(latent, discriminator(generator(latent)))
    both.compile(_classic_optimizer(recipe, recipe.g_learning_rate), loss)
    discriminator.trainable = True
    rng, size = np.random.default_rng(0), recipe.batch_size
    labels = np.concatenate([np.full((size, 1), real_label), np.full((size, 1), fake_label)])

    def step():
        for _ in range(recipe.d_steps):
            noise = rng.normal(size=(size, recipe.latent_dim)).astype("float32")
            fakes = generator.predict(noise, verbose=0)
            chosen = images[rng.integers(0, len(images), size)].astype("float32")
            reals = from_uint8(chosen, recipe.value_range)
            discriminator.train_on_batch(np.concatenate([reals, fakes]), labels)
            if recipe.clip is not None:
                weights = discriminator.get_weights()
                discriminator.set_weights([np.clip(w, -recipe.clip, recipe.clip) for w in weights])
        both.train_on_batch(noise, np.full((size, 1), real_label))

    return step


def _classic_loss(recipe) -> tuple[Callable, float, float]:
    """The loss, and what it wants to see for real and for fake images."""
    if recipe.objective == "wasserstein":
        return (lambda wanted, logits: -tf.reduce_mean(wanted * logits)), 1.0, -1.0
    return keras.losses.BinaryCrossentropy(from_logits=True), recipe.real_label, 0.0


def _classic_optimizer(recipe, rate: float) -> keras.optimizers.Optimizer:
    if recipe.optimizer == "adam":
        return keras.optimizers.Adam(rate, recipe.beta_1)
    return keras.optimizers.RMSprop(rate)


def random_images(recipe: Adversarial) -> ImageSet:
    """Noise of the recipe's shape, and labels where it reads some."""
    rng, count = np.random.default_rng(0), max(2000, recipe.batch_size)
    pixels = rng.integers(0, 256, (count, *recipe.image_shape), np.uint8)
    told = recipe.game == "conditional"
    return ImageSet("noise", pixels, rng.integers(0, recipe.classes, count) if told else None)


def contestants(recipe: Adversarial, opened: ExitStack) -> dict[str, Callable | TorchPlayer]:
    """opened: what ends the processes of the contestants that have one."""
    game = game_of(recipe, random_images(recipe))
    found = {"ours": our_steps(game)}
    plain = recipe.penalty is None and recipe.game == "adversarial"
    if plain and recipe.objective in CLASSIC:
        found["classic"] = classic_step(recipe, game.data.x_train)
    if installed():
        made = [game.batch(step) for step in range(BATCHES)]
        shared = recipe.order == "simultaneous"
        kinds = {"torch": shared} if shared else {"torch": False, "torch, same fakes": True}
        for name, same_fakes in kinds.items():
            found[name] = opened.enter_context(TorchPlayer(recipe, made, same_fakes))
    return found


def main(names: tuple[str, ...]) -> None:
    results = {}
    others = ("classic", "torch", "torch, same fakes")
    print(f"{'recipe':27} {'ours':>11} {'images/s':>9}" + "".join(f"{o:>19}" for o in others))
    for name in names:
        recipe = gan.recipe(name)
        with ExitStack() as opened:
            times = in_turns(contestants(recipe, opened))
        times["ours"] = [time / loop.steps_per_call(recipe) for time in times["ours"]]
        ours = statistics.median(times["ours"])
        rate = recipe.images_per_step / ours * 1e3
        results[name] = {"images_per_step": recipe.images_per_step, "ours_ms": round(ours, 2)}
        line = f"{name:27} {ours:8.1f} ms {rate:9,.0f}"
        for other in others:
            if other not in times:
                line += f"{'–':>19}"
                continue
            ratio = median_ratio(times[other], times["ours"])
            results[name][other] = {
                "ms": round(statistics.median(times[other]), 2),
                "ratio": round(ratio, 2),
            }
            line += f"{statistics.median(times[other]):10.1f} ms {ratio:4.2f}x"
        print(line, flush=True)
    save("steps", results)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or RECIPES)
