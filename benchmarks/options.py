"""What each speed option brings on this machine: `gan_course/base/device.py` chooses by that.

python -m benchmarks.options [RECIPE ...]

Milliseconds of a step, and how many times as fast as the plain step (float32, no XLA, one step a
call, images gathered by NumPy) it is.
"""

import statistics
import sys

import numpy as np

import gan_course as gan
from benchmarks.measure import in_turns, median_ratio, save
from gan_course.base.backend import tf
from gan_course.data import ImageSet
from gan_course.data.batches import Batches
from gan_course.games.game import game_of
from gan_course.recipes.schema import Recipe
from gan_course.training import loop

RECIPES = ("gan_plane", "vanilla_mnist_quick", "dcgan_mnist_quick", "wgan_gp_faces_quick")
_CADENCES = dict.fromkeys(("steps", "log_every", "sample_every", "checkpoint_every"), 1000)
OPTIONS = {
    "plain": {},
    "XLA": {"jit": True},
    "bfloat16": {"layer_dtype": "mixed_bfloat16"},
    "10 steps a call": {"steps_per_call": 10, **_CADENCES, "early_sample": 0},
    "gather in the graph": {},
}
PLAIN = {"jit": False, "layer_dtype": "float32", "steps_per_call": 1}


def one_call(name: str, recipe: Recipe, images: np.ndarray):
    """A function that makes as many steps as the recipe says."""
    game, several = game_of(recipe, ImageSet("images", images)), recipe.steps_per_call or 1
    made = game.start()
    compiled = loop.compile_step(game, made, steps_per_call=several)
    batches = Batches(images, recipe.batch_size, recipe.d_steps, recipe.seed)
    count = 0

    def call():
        nonlocal count
        images = [batches(count + i) for i in range(several)]
        count += several
        batch = {"images": images[0] if several == 1 else np.stack(images)}
        return float(compiled(batch)["d_loss"])

    if name != "gather in the graph":
        return call
    on_device = tf.constant(images)
    shape = tf.TensorSpec([recipe.d_steps, recipe.batch_size], tf.int64)

    def gathered(numbers):
        return compiled({"images": tf.gather(on_device, numbers)})

    inside = tf.function(gathered).get_concrete_function(shape)

    def by_index():
        nonlocal count
        numbers = range(count * recipe.d_steps, (count + 1) * recipe.d_steps)
        count += 1
        return float(inside(np.stack([batches.indices(n) for n in numbers]))["d_loss"])

    return by_index


def main(names: tuple[str, ...] = RECIPES) -> None:
    results = {}
    print(f"{'recipe':22} {'option':20} {'ms a step':>10} {'ratio':>7}")
    for name in names:
        base = gan.recipe(name, **PLAIN)
        images = np.random.default_rng(0).integers(0, 256, (2000, *base.image_shape), np.uint8)
        recipes = {option: base.changed(**changes) for option, changes in OPTIONS.items()}
        calls = {option: one_call(option, recipe, images) for option, recipe in recipes.items()}
        times = in_turns(calls)
        steps = {option: recipe.steps_per_call for option, recipe in recipes.items()}
        results[name] = {}
        for option, found in times.items():
            each = [time / steps[option] for time in found]
            ratio = median_ratio(times["plain"], each)
            results[name][option] = {
                "ms": round(statistics.median(each), 2),
                "ratio": round(ratio, 2),
            }
            print(
                f"{name:22} {option:20} {statistics.median(each):10.2f} {ratio:6.2f}x", flush=True
            )
    save("options", results)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or RECIPES)
