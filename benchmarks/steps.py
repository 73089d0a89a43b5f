"""The train step against the classic loop, same networks, same batch, one process.

python -m benchmarks.steps [RECIPE ...]

The classic loop is that of many tutorials: `predict` makes the fakes, then `train_on_batch` twice,
once for D on real and fake images together, once for G through a frozen D.
"""

import itertools
import statistics
import sys

import numpy as np

import gan_course as gan
from benchmarks.measure import median_ratio, milliseconds_a_step, save
from gan_course import loop, objectives, state
from gan_course.backend import keras
from gan_course.data.batches import Batches
from gan_course.images import from_uint8

RECIPES = ("vanilla_mnist", "vanilla_mnist_quick", "vanilla_mnist_xavier", "dcgan_mnist_quick")


def our_step(recipe, images):
    train_state = state.create(recipe)
    objective = objectives.of_recipe(recipe)
    compiled = loop.compile_step(train_state, objective, recipe)
    batches = Batches(images, recipe.batch_size, recipe.d_steps, recipe.seed)
    steps = itertools.count()
    return lambda: float(compiled(batches(next(steps)))["d_loss"])


def classic_step(recipe, images):
    generator, discriminator = gan.models.build(recipe)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    discriminator.compile(keras.optimizers.Adam(recipe.d_learning_rate, recipe.beta_1), loss)
    discriminator.trainable = False
    latent = keras.Input((recipe.latent_dim,))
    both = keras.Model(latent, discriminator(generator(latent)))
    both.compile(keras.optimizers.Adam(recipe.g_learning_rate, recipe.beta_1), loss)
    discriminator.trainable = True
    rng, size = np.random.default_rng(0), recipe.batch_size
    labels = np.concatenate([np.full((size, 1), recipe.real_label), np.zeros((size, 1))])

    def step():
        noise = rng.normal(size=(size, recipe.latent_dim)).astype("float32")
        fakes = generator.predict(noise, verbose=0)
        chosen = images[rng.integers(0, len(images), size)].astype("float32")
        reals = from_uint8(chosen, recipe.value_range)
        discriminator.train_on_batch(np.concatenate([reals, fakes]), labels)
        both.train_on_batch(noise, np.ones((size, 1)))

    return step


def main(names: tuple[str, ...] = RECIPES) -> None:
    images = gan.data.load("glyphs").x_train  # the same shape as MNIST, and always there
    results = {}
    print(f"{'recipe':22} {'classic':>12} {'our step':>12} {'images/s':>10} {'ratio':>7}")
    for name in names:
        recipe = gan.recipe(name)
        times = milliseconds_a_step(
            {"classic": classic_step(recipe, images), "ours": our_step(recipe, images)}
        )
        classic, ours = (statistics.median(times[kind]) for kind in ("classic", "ours"))
        ratio = median_ratio(times["classic"], times["ours"])
        results[name] = {
            "batch_size": recipe.batch_size,
            "classic_ms": round(classic, 2),
            "ours_ms": round(ours, 2),
            "ratio": round(ratio, 2),
        }
        rate = recipe.batch_size / ours * 1e3
        print(f"{name:22} {classic:9.1f} ms {ours:9.1f} ms {rate:10,.0f} {ratio:6.2f}x", flush=True)
    save("steps", results)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or RECIPES)
