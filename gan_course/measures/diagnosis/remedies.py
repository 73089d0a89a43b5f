"""Changes of a recipe that answer to something in it, each with the reason in a few words.

In: a recipe. Out: (fields with new values, why), or None where the recipe has no such thing. All of
them together are valid for every recipe: what excludes the new value is changed along with it.
"""

import math

from gan_course.recipes.schema import Recipe

Remedy = tuple[dict, str]

_BOUNDED = ("tanh", "sigmoid", "ReLU", "LReLU")
_WEIGHTED = ("Dense", "Conv", "ConvT")
_HIGHEST = {"adam": 1e-3, "rmsprop": 1e-3, "sgd": 0.1}  # rates that seldom diverge


def differing(recipe: Recipe, changes: dict) -> dict:
    """Without the fields that have that value already."""
    return {name: value for name, value in changes.items() if getattr(recipe, name) != value}


def level(recipe: Recipe) -> Remedy | None:
    """Both rates at the geometric mean, if one is more than twice the other."""
    g, d = recipe.g_learning_rate, recipe.d_learning_rate
    if max(g, d) <= 2 * min(g, d):
        return None
    fast, slow = ("G", "D") if g > d else ("D", "G")
    why = f"here {fast} learns {max(g, d) / min(g, d):.3g} times as fast as {slow}"
    return _rates(math.sqrt(g * d), math.sqrt(g * d)), why


def less_memory(recipe: Recipe) -> Remedy | None:
    """Adam's mean of past gradients answers a position that the other player has left."""
    if recipe.beta_1 is None or recipe.beta_1 <= 0.5:
        return None
    steps = 1 / (1 - recipe.beta_1)
    return {"beta_1": 0.5}, f"beta_1={recipe.beta_1:g} remembers the last {steps:.0f} gradients"


def unusual(recipe: Recipe) -> Remedy | None:
    """Rates that are uneven or high, and a long memory: all of it at once."""
    rates = level(recipe)
    if rates is None and _are_high(recipe):
        rates = slower(recipe, 1 / 3)
    found = [remedy for remedy in (rates, less_memory(recipe)) if remedy]
    changes = {name: value for fields, _ in found for name, value in fields.items()}
    return (changes, ", and ".join(why for _, why in found)) if found else None


def lower_rates(recipe: Recipe) -> Remedy | None:
    """A tenth of rates that are high, or less."""
    return slower(recipe, 0.1) if _are_high(recipe) else None


def slower(recipe: Recipe, share: float) -> Remedy:
    """A share of both rates, or less where they are far from anything that is usual."""
    highest = _HIGHEST[recipe.optimizer] * (2 if share > 0.2 else 1)
    rates = (recipe.g_learning_rate, recipe.d_learning_rate)
    why = f"here the rates are {rates[0]:g} and {rates[1]:g}"
    return _rates(*(min(share * rate, highest) for rate in rates)), why


def slower_d(recipe: Recipe) -> Remedy:
    """A quarter of D's rate."""
    return {"d_learning_rate": _rounded(recipe.d_learning_rate / 4)}, "a quarter of D's rate"


def stronger_d(recipe: Recipe) -> Remedy | None:
    """A D that takes nearly all fakes for real has to catch up."""
    return level(recipe) if recipe.g_learning_rate > 2 * recipe.d_learning_rate else None


def leaky_d(recipe: Recipe) -> Remedy | None:
    """Units of D that are off for every image, and let no gradient through, are on again."""
    lines = tuple(" ".join("LReLU .2" if word == "ReLU" else word for word in line.split())
                  for line in recipe.discriminator)  # fmt: skip
    if lines == recipe.discriminator:
        return None
    return {"discriminator": lines}, "a ReLU of D that is off for all images lets nothing through"


def weaker_d(recipe: Recipe) -> Remedy | None:
    """What makes D stronger than G: a higher rate, or more updates."""
    changes, reasons = {}, []
    if recipe.d_learning_rate > 2 * recipe.g_learning_rate:
        changes, why = level(recipe)
        reasons.append(why)
    if recipe.d_steps > 1 and recipe.objective != "wasserstein":  # a critic may be ahead
        changes = {**changes, "d_steps": 1}
        reasons.append(f"D makes {recipe.d_steps} updates for each of G's")
    return (changes, ", and ".join(reasons)) if reasons else None


def more_d_steps(recipe: Recipe) -> Remedy:
    """A D that keeps up with G."""
    return {"d_steps": 2 * recipe.d_steps, "order": "alternating"}, "a D that keeps up with G"


def not_saturating(recipe: Recipe) -> Remedy | None:
    """The loss of G that is steep where D is sure."""
    if recipe.objective != "minimax":
        return None
    return {"objective": "non_saturating"}, "G's minimax loss is flat where D is sure"


def r1(recipe: Recipe) -> Remedy | None:
    """A penalty on D's slope at the real images, where there is none yet."""
    if recipe.penalty is not None:
        return None
    changes = {"penalty": "r1", "penalty_weight": 1.0, "clip": None}
    changes |= _of_single_images(recipe) | _of_one_logit(recipe)
    rates = level(recipe)
    return changes | (rates[0] if rates else {}), "it damps the circling"


def wasserstein(recipe: Recipe) -> Remedy | None:
    """The game of WGAN-GP (arXiv:1704.00028), with level rates and little momentum."""
    changes = {
        "objective": "wasserstein",
        "penalty": "gradient",
        "penalty_weight": _weight_of_gradient_penalty(recipe),
        "clip": None,
        "d_steps": max(5, recipe.d_steps),
        "order": "alternating",
        "real_label": 1.0,
        **_of_single_images(recipe),
        **_of_one_logit(recipe),
    }
    if not differing(recipe, changes):
        return None
    for more in (level(recipe), less_memory(recipe)):
        changes |= more[0] if more else {}
    return changes, "a game whose losses measure a distance"


def louder_labels(recipe: Recipe) -> Remedy | None:
    """A second head, from which G hears of nothing but the label; or one that is heard more."""
    condition = getattr(recipe, "condition", None)
    if condition is None:
        return None
    if condition == "auxiliary":
        return {"auxiliary_weight": 4 * recipe.auxiliary_weight}, "the second head is heard more"
    if recipe.penalty is not None or recipe.objective == "wasserstein":
        other = "projection" if condition == "planes" else "planes"
        return {"condition": other}, "another way to tell D"
    return {"condition": "auxiliary"}, "a second head that names the class"


def lighter_head(recipe: Recipe) -> Remedy | None:
    """A head that is heard more than the game itself wants the one most typical picture."""
    if getattr(recipe, "condition", None) != "auxiliary" or recipe.auxiliary_weight <= 1:
        return None
    why = f"auxiliary_weight={recipe.auxiliary_weight:g} drowns the game"
    return {"auxiliary_weight": 1.0}, why


def unbounded_d(recipe: Recipe) -> Remedy:
    """The lines of D without an activation after the last weights."""
    lines = _ended(recipe.discriminator, "")
    return {"discriminator": lines}, "the loss applies the sigmoid itself"


def endings_of_g(recipe: Recipe) -> list[Remedy]:
    """G with the activation that gives black and white; or the range of the one that it has."""
    wanted, other = ("tanh", "sigmoid") if recipe.value_range[0] < 0 else ("sigmoid", "tanh")
    found = [({"generator": _ended(recipe.generator, wanted)}, f"{wanted} reaches both ends")]
    if _ended(recipe.generator, other) == recipe.generator:
        black = (0.0, 1.0) if other == "sigmoid" else (-1.0, 1.0)
        found.append(({"value_range": black}, f"the range of {other}"))
    return found


def _are_high(recipe: Recipe) -> bool:
    return max(recipe.g_learning_rate, recipe.d_learning_rate) > 2 * _HIGHEST[recipe.optimizer]


def _rates(g: float, d: float) -> dict:
    return {"g_learning_rate": _rounded(g), "d_learning_rate": _rounded(d)}


def _rounded(rate: float) -> float:
    return float(f"{rate:.2g}")


def _of_single_images(recipe: Recipe) -> dict:
    """A penalty asks for D's slope at each image; batch normalisation mixes the images of a batch.

    Source: Gulrajani et al. 2017, arXiv:1704.00028, section 4 (no critic batch normalization).
    """
    lines = tuple(_without(line, ("BN",)) for line in recipe.discriminator)
    return {"discriminator": tuple(line for line in lines if line)}


def _of_one_logit(recipe: Recipe) -> dict:
    """A penalty is taken of one logit: the label by projection, where there was a second head."""
    two = getattr(recipe, "condition", None) == "auxiliary"
    return {"condition": "projection"} if two else {}


def _weight_of_gradient_penalty(recipe: Recipe) -> float:
    """The paper's 10; 1 for points, whose D has a slope in two directions alone."""
    if recipe.penalty == "gradient":
        return recipe.penalty_weight
    return 1.0 if math.prod(recipe.image_shape) == 2 else 10.0


def _is_weighted(line: str) -> bool:
    return line.split()[0] in _WEIGHTED


def _last_weights(lines: tuple[str, ...]) -> int:
    return max(number for number, line in enumerate(lines) if _is_weighted(line))


def _ended(lines: tuple[str, ...], activation: str) -> tuple[str, ...]:
    """The lines with that activation, or none, after the last weights and no other."""
    last = _last_weights(lines)
    ended = [_without(line, _BOUNDED) for line in lines[last:]]
    ended[0] = f"{ended[0]} {activation}".strip()
    return (*lines[:last], *(line for line in ended if line))


def _without(line: str, names: tuple[str, ...]) -> str:
    """The line without these words and the numbers that belong to them."""
    kept, dropping = [], False
    for word in line.split():
        is_name = word[0].isalpha()
        dropping = word in names or (dropping and not is_name)
        if not dropping:
            kept.append(word)
    return " ".join(kept)
