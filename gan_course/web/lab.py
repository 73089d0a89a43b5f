"""A page that trains the two-dimensional game of chapter 0 in the browser, on its own.

In: recipes of points in the plane; their numbers and the centres of the clouds go into the page.
Out: one HTML file without a network, of plain JavaScript: assets/lab.engine.js has the maths,
lab.draw.js the pictures, lab.page.js and lab.controls.js the rest. Nothing here needs TensorFlow.

After GAN Lab, Kahng et al. 2018, arXiv:1809.01587, which showed that the plane is the picture to
play with.
"""

import json
import re
from pathlib import Path

from gan_course.base.errors import InputError
from gan_course.base.files import writable_file
from gan_course.data.painted import gaussians
from gan_course.recipes import RECIPES, as_recipe
from gan_course.recipes.adversarial import Adversarial
from gan_course.web.asset import asset, filled
from gan_course.web.frame import saved

_SCRIPTS = ("lab.engine.js", "lab.draw.js", "lab.page.js", "lab.controls.js")
_CLOUDS = {"ring": gaussians.RING, "grid": gaussians.GRID}
_CLIP = 0.1  # where the student chooses Wasserstein; WGAN's 0.01 makes these small networks flat
_HIDDEN = re.compile(r"Dense (\d+) (ReLU|LReLU \.2)")
_GENERATOR_ENDS = ("Dense 2 tanh", "Reshape 1 2 1")
_FIXED = {  # what the page knows one value of
    "image_shape": (1, 2, 1), "noise": "normal", "real_label": 1.0, "order": "alternating",
    "penalty": None, "optimizer": "adam", "final_rate": 1.0, "ema_decay": 0.0, "mirror": False,
}  # fmt: skip


def page(recipe: Adversarial | str | None = None) -> str:
    """The page as HTML; everything it needs is in it.

    Args:
      recipe: of the game that it opens with, or its name; that of chapter 0 if None.

    Raises:
      InputError: for a recipe that the page cannot play, with the field that says so.
    """
    presets = _presets()
    if recipe is not None:
        recipe = as_recipe(recipe)
        presets.insert(0, _preset(f"recipe {recipe.name}", recipe.about, recipe))
    given = {
        "presets": presets,
        "clouds": {name: centres.tolist() for name, centres in _CLOUDS.items()},
        "deviation": gaussians.DEVIATION,
        "default_clip": _CLIP,
    }
    parts = {
        "style": asset("lab.css"),
        "script": "\n".join(asset(name).replace('"use strict";\n', "") for name in _SCRIPTS),
        "settings": json.dumps(given, ensure_ascii=False).replace("</", "<\\/"),
    }
    return filled("lab.html", parts)


def write(path: str | Path, recipe: Adversarial | str | None = None) -> Path:
    """The page as a file, which opens with a double click. Raises InputError as `page` does."""
    return saved(page(recipe), writable_file(path))


def settings(recipe: Adversarial) -> dict:
    """The numbers of a recipe as the page's JavaScript takes them.

    Raises:
      InputError: for a recipe that the page cannot play.
    """
    for name, known in _FIXED.items():
        found = getattr(recipe, name, None)
        if found != known:
            raise InputError(
                f"recipe {recipe.name!r} has {name}={found!r}, and the page plays {name}={known!r} "
                "only; start from gan_plane, gan_grid or gan_ring"
            )
    if recipe.dataset not in _CLOUDS:
        raise InputError(
            f"recipe {recipe.name!r} has dataset={recipe.dataset!r}, and the page has "
            f"{' and '.join(_CLOUDS)}; points of one's own are drawn in the page"
        )
    names = ("objective", "latent_dim", "batch_size", "d_steps", "beta_1", "seed")
    return {
        **{name: getattr(recipe, name) for name in (*names, "d_learning_rate", "g_learning_rate")},
        "clip": recipe.clip or 0,
        "generator": _hidden(recipe, "generator", "ReLU", _GENERATOR_ENDS),
        "discriminator": _hidden(recipe, "discriminator", "LReLU .2", ("Dense 1",)),
    }


def _hidden(recipe: Adversarial, player: str, activation: str, end: tuple[str, ...]) -> list[int]:
    """The sizes of the hidden layers of that player."""
    lines = [line for line in getattr(recipe, player) if line != "Flatten"]
    found = [_HIDDEN.fullmatch(line) for line in lines[: -len(end)]]
    if tuple(lines[-len(end) :]) != end or not all(m and m[2] == activation for m in found):
        raise InputError(
            f"the {player} of recipe {recipe.name!r} is {lines}, and the page knows lines "
            f"'Dense N {activation}' before {list(end)}"
        )
    return [int(match[1]) for match in found]


def _presets() -> list[dict]:
    """What the page offers to try, each with a question."""
    plane = RECIPES["gan_plane"].changed(seed=1)
    return [
        _preset(
            "chapter 0: eight clouds",
            "What does G cover first: the whole square, or one cloud? When is D white?",
            plane,
        ),
        _preset(
            "a longer memory: β₁ = 0.9",
            "One number differs. Guess before you press Train: how many modes will be covered?",
            plane.changed(name="momentum", beta_1=0.9),
        ),
        _preset(
            "G ten times as fast as D",
            "As in chapter 3. Who runs after whom? Then slow G down while it plays.",
            RECIPES["gan_ring"],
        ),
        _preset(
            "Wasserstein, clipped",
            "A critic with clipped weights bends but gently. How near do the points come?",
            plane.changed(name="wgan_plane", objective="wasserstein", clip=_CLIP, d_steps=5),
        ),
        _preset(
            "25 clouds (wider networks, slower)",
            "Chapter 0's last game. Which clouds come last, and where do the threads run?",
            RECIPES["gan_grid"],
        ),
        _preset(
            "your own points",
            "Draw a letter, or two far islands. What does G do between them?",
            plane,
            data="drawn",
        ),
    ]


def _preset(name: str, question: str, recipe: Adversarial, data: str | None = None) -> dict:
    return {
        "name": name,
        "question": question,
        "data": data or recipe.dataset,
        "settings": settings(recipe),
    }
