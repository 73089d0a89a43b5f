"""Generators for the tests of what leaves Python: of every quick recipe, untrained but disturbed,
so that no number in them is one that a wrong page would have, too."""

import json
from pathlib import Path
from types import SimpleNamespace

import e2e
import node
import numpy as np

import gan_course as gan
from gan_course.games.game import game_of
from gan_course.recipes import RECIPES

QUICK = [
    name
    for name, recipe in RECIPES.items()
    if recipe.game != "style" and (name.endswith("_quick") or recipe.cpu_minutes <= 2.5)
]


def disturb(network, seed: int = 0) -> None:
    """Every weight and every statistic becomes one that no initializer gives."""
    rng = np.random.default_rng(seed)
    for variable in network.variables:
        name, shape = variable.path.split("/")[-1], tuple(variable.shape)
        if name == "moving_variance":
            variable.assign(rng.uniform(0.3, 2.0, shape))
        elif name == "gamma":
            variable.assign(rng.uniform(0.5, 1.5, shape))
        elif len(shape) == 1 and "float" in str(variable.dtype):
            variable.assign(rng.normal(0, 0.3, shape))


def inputs_of(network, batch: int = 3) -> list[np.ndarray]:
    """Noise, and images and labels within [-1, 1]."""
    rng = np.random.default_rng(1)
    made = [rng.standard_normal((batch, *each.shape[1:])) for each in network.inputs]
    return [
        np.clip(each, -1, 1).astype(np.float32) if number or each.ndim > 2 else np.float32(each)
        for number, each in enumerate(made)
    ]


def by_keras(network, inputs, training: bool = False) -> np.ndarray:
    return network(inputs[0] if len(inputs) == 1 else inputs, training=training).numpy()


def with_all_kept(network):
    """The network with dropouts that keep all, and multiply as they do in training."""
    from gan_course.base.backend import keras

    def copied(layer):
        if isinstance(layer, keras.layers.Dropout):
            return keras.layers.Rescaling(1 / (1 - layer.rate), name=layer.name)
        return type(layer).from_config(layer.get_config())

    copy = keras.models.clone_model(network, clone_function=copied)
    for old, new in zip(network.layers, copy.layers, strict=True):
        if not isinstance(old, keras.layers.Dropout):
            new.set_weights(old.get_weights())
    return copy


def by_node(folder: Path, page: str, inputs, random: float = 0.5) -> np.ndarray:
    """What the script in a page computes; the numbers one after the other. Skips without node."""
    (folder / "page.html").write_text(page)
    asked = {"inputs": [each.ravel().tolist() for each in inputs], "batch": len(inputs[0])}
    (folder / "question.json").write_text(json.dumps({**asked, "random": random}))
    program = Path(__file__).with_name("node_page.js").read_text("utf-8")
    return np.array(node.run(program, folder / "page.html", folder / "question.json"))


def untrained(recipe):
    """A run as far as a page looks at it, with a disturbed generator and data of noise."""
    recipe = gan.recipe(recipe) if isinstance(recipe, str) else recipe
    translates = recipe.game in ("pix2pix", "cycle")
    game = game_of(recipe, e2e.two_kinds(recipe.game, recipe) if translates else None)
    state = game.start()
    disturb(game.way(state, False)[0] if translates else state.sampler)
    return SimpleNamespace(recipe=recipe, game=game, state=state, step=12_345, path=Path("runs/x"))
