"""The train step from image to image (pix2pix, CycleGAN) against eager PyTorch, in one process.

python -m benchmarks.translations [RECIPE ...]

Both have the same networks and losses, and take their batches from the same game of ours, so that
jitter costs both alike: see torch_translation.py. The images are random. Where PyTorch is not
installed, ours is timed alone.
"""

import itertools
import statistics
import sys
import warnings
from collections.abc import Callable

import numpy as np

import gan_course as gan
from benchmarks.measure import in_turns, median_ratio, save
from gan_course.data import ImageSet
from gan_course.data.pairs import Pairs, Unpaired
from gan_course.games.game import Game, game_of
from gan_course.recipes.translating import Translating
from gan_course.training import loop

try:
    from benchmarks import torch_translation
except ImportError:  # PyTorch is optional
    torch_translation = None

KINDS = {"pix2pix": Pairs, "cycle": Unpaired}  # of data, by the recipe's game
RECIPES = tuple(
    name for name, recipe in gan.RECIPES.items() if recipe.game in KINDS and name.endswith("_quick")
)
IMAGES = 1000  # of each kind


def random_game(recipe: Translating) -> Game:
    """The recipe's game on random images of its shapes."""
    rng, count = np.random.default_rng(0), max(IMAGES, recipe.batch_size)
    inputs, targets = (
        ImageSet(name, rng.integers(0, 256, (count, *shape), np.uint8))
        for name, shape in (("inputs", recipe.input_shape), ("targets", recipe.image_shape))
    )
    return game_of(recipe, KINDS[recipe.game].of("random", inputs, targets))


def our_step(game: Game) -> Callable[[], float]:
    compiled, steps = loop.compile_step(game, game.start()), itertools.count()
    return lambda: float(compiled(game.batch(next(steps)))["g_loss"])


def parameters(recipe: Translating) -> int:
    """How many numbers the networks learn. Raises RuntimeError if PyTorch's learn not as many."""
    ours = sum(
        int(np.prod(weight.shape))
        for network in game_of(recipe).build()
        for weight in network.trainable_variables
    )
    theirs = ours if torch_translation is None else torch_translation.parameters(recipe)
    if ours != theirs:
        raise RuntimeError(f"{recipe.name}: {ours:,} parameters, but {theirs:,} in PyTorch")
    return ours


def contestants(recipe: Translating) -> dict[str, Callable[[], float]]:
    game = random_game(recipe)
    found = {"ours": our_step(game)}
    if torch_translation is not None:
        found["torch"] = torch_translation.STEPS[recipe.game](recipe, game.batch)
    return found


def main(names: tuple[str, ...] = RECIPES) -> None:
    results = {}
    warnings.filterwarnings("ignore", "Using padding='same' with even kernel")  # PyTorch's advice
    if torch_translation is None:
        print("PyTorch is not installed (pip install torch): ours alone")
    print(f"{'recipe':27} {'ours':>11} {'images/s':>9} {'torch':>11} {'ratio':>6}")
    for name in names:
        recipe = gan.recipe(name)
        if recipe.game not in KINDS:
            raise SystemExit(f"{name} does not translate images; choose of {', '.join(RECIPES)}")
        size, times = parameters(recipe), in_turns(contestants(recipe))
        ours = statistics.median(times["ours"])
        rate = recipe.images_per_step / ours * 1e3
        results[name] = {
            "images_per_step": recipe.images_per_step,
            "parameters": size,
            "ours_ms": round(ours, 2),
        }
        line = f"{name:27} {ours:8.1f} ms {rate:9,.0f}"
        if "torch" in times:
            theirs = statistics.median(times["torch"])
            ratio = median_ratio(times["torch"], times["ours"])
            results[name]["torch"] = {"ms": round(theirs, 2), "ratio": round(ratio, 2)}
            line += f" {theirs:8.1f} ms {ratio:5.2f}x"
        print(line, flush=True)
    save("translations", results)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or RECIPES)
