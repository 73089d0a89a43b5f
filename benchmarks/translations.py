"""The train step from image to image (pix2pix, CycleGAN, style) against eager PyTorch, in turns.

python -m benchmarks.translations [RECIPE ...]

Both have the same networks and losses: see torch_translation.py and torch_style.py. PyTorch plays
in a process of its own, on batches that our game made beforehand; ours makes its own as it goes,
crops and all. The images are random. (So are the filters of the judge of paintings, which cost what
the taught ones cost.) Where PyTorch is not installed, ours is timed alone.
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
from gan_course.data import ImageSet
from gan_course.data.pairs import Pairs, Unpaired
from gan_course.games.game import Game, game_of
from gan_course.recipes.style import Style
from gan_course.recipes.translating import Translating
from gan_course.training import loop

KINDS = {"pix2pix": Pairs, "cycle": Unpaired, "style": Unpaired}  # of data, by the recipe's game
RECIPES = tuple(
    name for name, recipe in gan.RECIPES.items() if recipe.game in KINDS and name.endswith("_quick")
)
IMAGES = 1000  # of each kind
BATCHES = 32  # made beforehand for PyTorch


def random_game(recipe: Translating | Style) -> Game:
    """The recipe's game on random images of its shapes; two, where one is painted."""
    rng, count = np.random.default_rng(0), max(IMAGES, recipe.batch_size)
    if isinstance(recipe, Style):
        recipe, count = recipe.changed(judge="random"), 1
    from_ = getattr(recipe, "input_shape", recipe.image_shape)
    inputs, targets = (
        ImageSet(name, rng.integers(0, 256, (count, *shape), np.uint8))
        for name, shape in (("inputs", from_), ("targets", recipe.image_shape))
    )
    return game_of(recipe, KINDS[recipe.game].of("random", inputs, targets))


def our_step(game: Game) -> Callable[[], float]:
    compiled, steps = loop.compile_step(game, game.start()), itertools.count()
    loss = "total" if isinstance(game.recipe, Style) else "g_loss"
    return lambda: float(compiled(game.batch(next(steps)))[loss])


def batches(game: Game) -> list[dict[str, np.ndarray]]:
    """What PyTorch's process is given."""
    if not isinstance(game.recipe, Style):
        return [game.batch(step) for step in range(BATCHES)]
    pictures = {"content": game.data.x_train, "style": game.data.inputs.x_train}
    weights = [layer.get_weights() for layer in game.judge.model.layers if layer.weights]
    for number, (kernel, bias) in enumerate(weights):
        pictures |= {f"kernel{number}": kernel, f"bias{number}": bias}
    return [pictures]


def parameters(recipe: Translating | Style) -> int:
    """How many numbers are learnt: those of the networks, or of the picture."""
    if isinstance(recipe, Style):
        return int(np.prod(recipe.image_shape))
    return sum(
        int(np.prod(weight.shape))
        for network in game_of(recipe).build()
        for weight in network.trainable_variables
    )


def contestants(
    recipe: Translating | Style, opened: ExitStack
) -> dict[str, Callable | TorchPlayer]:
    """opened: what ends PyTorch's process.

    Raises:
      RuntimeError: if PyTorch's networks do not learn as many numbers as ours.
    """
    game, ours = random_game(recipe), parameters(recipe)
    found = {"ours": our_step(game)}
    if installed():
        found["torch"] = opened.enter_context(TorchPlayer(recipe, batches(game)))
        theirs = found["torch"].parameters
        if theirs != ours:
            raise RuntimeError(f"{recipe.name}: {ours:,} parameters, but {theirs:,} in PyTorch")
    return found


def main(names: tuple[str, ...] = RECIPES) -> None:
    results = {}
    if not installed():
        print("PyTorch is not installed (pip install torch): ours alone")
    print(f"{'recipe':27} {'ours':>11} {'images/s':>9} {'torch':>11} {'ratio':>6}")
    for name in names:
        recipe = gan.recipe(name)
        if recipe.game not in KINDS:
            raise SystemExit(f"{name} does not translate images; choose of {', '.join(RECIPES)}")
        with ExitStack() as opened:
            times = in_turns(contestants(recipe, opened))
        ours = statistics.median(times["ours"])
        rate = recipe.images_per_step / ours * 1e3
        results[name] = {
            "images_per_step": recipe.images_per_step,
            "parameters": parameters(recipe),
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
