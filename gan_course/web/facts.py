"""What a page is told of a run: its generator, what it takes, and where it comes from.

In: a run. Out: a dictionary for JSON. Noise comes with the directions that change the pictures
most, classes with their names, a translation with test images to draw on and with their colours.
"""

import base64

import numpy as np

from gan_course.base.backend import keras
from gan_course.base.errors import DatasetUnavailable, InputError
from gan_course.base.tiles import are_points
from gan_course.runs.latent import LatentSpace
from gan_course.runs.stored import StoredRun
from gan_course.web.network import as_steps

_DIRECTIONS = 6
_EXAMPLES = 12  # to draw on
_COLOURS = 12
_SHARE = 0.01  # of the pixels, from which on a colour is one to draw with
_APART = 60  # between two colours of the palette, 0 to 441


def generator_of(run: StoredRun, back: bool = False) -> keras.Model:
    """The network that makes the run's pictures.

    Args:
      back: a CycleGAN's other way.

    Raises:
      InputError: for a painting, which no network made, and for a way that there is not.
    """
    if hasattr(run.game, "way"):
        return run.game.way(run.state, back)[0]
    if not hasattr(run.state, "sampler"):
        raise InputError(
            f"{run.path} holds one painting, made without a generator; export a run that has one"
        )
    if back:
        raise InputError(
            f"recipe {run.recipe.name!r} makes images of noise and knows no way back; leave `back` "
            "out"
        )
    return run.state.sampler


def facts(run: StoredRun, back: bool = False) -> dict:
    """All that the page shows and computes.

    Raises:
      InputError: as `generator_of` does, and for a layer that the page does not know.
    """
    network, recipe = generator_of(run, back), run.recipe
    known = {
        "name": recipe.name,
        "about": recipe.about,
        "step": run.step,
        "seed": recipe.seed,
        "weights": network.count_params(),
        "image": list(network.output_shape[1:]),
        "range": list(recipe.value_range),
        "network": as_steps(network, getattr(run.game, "as_trained", False)),
    }
    return {**known, **(_drawing(run, back, known) if hasattr(run.game, "way") else _noise(run))}


def _noise(run: StoredRun) -> dict:
    recipe = run.recipe
    found = LatentSpace(run, min(_DIRECTIONS, recipe.latent_dim)).directions
    return {
        "points": are_points(recipe.image_shape),
        "classes": _classes(run),
        "latent": {
            "dim": recipe.latent_dim,
            "noise": recipe.noise,
            "directions": np.round(found, 4).astype(float).tolist(),
        },
    }


def _classes(run: StoredRun) -> list[str]:
    count = getattr(run.recipe, "classes", 0)
    names = list(getattr(run.game, "names", ())) if count else []
    return names if len(names) == count else [str(number) for number in range(count)]


def _drawing(run: StoredRun, back: bool, known: dict) -> dict:
    """Test images, their colours, and whether an answer draws random numbers."""
    try:
        examples = run.game.questions(_EXAMPLES, back)
    except DatasetUnavailable:  # drawings need none
        examples = None
    shown = [] if examples is None else examples
    texts = [base64.b64encode(np.ascontiguousarray(each)).decode() for each in shown]
    random = any(step["op"] == "dropout" for step in known["network"]["steps"])
    return {"drawing": {"examples": texts, "palette": _palette(examples), "random": random}}


def _palette(examples: np.ndarray | None) -> list[str]:
    """The colours of the examples, the most frequent first and each clearly another one; black and
    white are always there. Colours that are almost alike are counted together."""
    ends = np.array([[0, 0, 0], [255, 255, 255]])
    if examples is None or examples.shape[-1] == 1:
        return _hex([*ends, np.array([128, 128, 128])])
    colours, counts = np.unique(examples.reshape(-1, 3), axis=0, return_counts=True)
    _, bins = np.unique(colours // 32, axis=0, return_inverse=True)
    shares = np.bincount(bins.ravel(), counts)[bins.ravel()] / counts.sum()
    order = np.lexsort((-counts, -shares))
    chosen: list[np.ndarray] = []
    for colour in [*colours[order[shares[order] > _SHARE]].astype(int), *ends]:
        if all(np.linalg.norm(colour - other) > _APART for other in chosen):
            chosen.append(colour)
    return _hex(chosen[:_COLOURS])


def _hex(colours: list[np.ndarray]) -> list[str]:
    return ["#" + bytes(colour.tolist()).hex() for colour in colours]
