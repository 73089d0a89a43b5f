"""How the networks of a recipe end: the mistakes that train without an error, and to no end.

In: a recipe. Out: what to tell its author. Read from the lines alone: no TensorFlow.
"""

import math

_BOUNDS = {"tanh": (-1, 1), "sigmoid": (0, 1), "ReLU": (0, math.inf)}
_UNBOUNDED = (-math.inf, math.inf)
_CROSS_ENTROPY = ("non_saturating", "minimax")


def mistaken_endings(recipe) -> list[str]:
    """A line, with its remedy, for each network whose last activation does not fit the game."""
    return [line for line in (_of_discriminator(recipe), _of_generator(recipe)) if line]


def _of_discriminator(recipe) -> str | None:
    """A loss takes a logit, or a score, of any size."""
    word, low, high = _ending(recipe.discriminator)
    aims = recipe.objective == "least_squares" and word == "sigmoid"  # that aims at 0 and at 1
    if not word or aims:
        return None
    if recipe.objective in _CROSS_ENTROPY:
        return (
            f"the discriminator ends in {word}, but the loss takes a logit and applies the sigmoid "
            f"itself: D(x) stays in [{_sigmoid(low):.3g}, {_sigmoid(high):.3g}] for ever; "
            "end it in 'Dense 1'"
        )
    return (
        f"the discriminator ends in {word}, but a score is not bounded, and this one stays in "
        f"[{low:g}, {high:g}]; end it in 'Dense 1'"
    )


def _of_generator(recipe) -> str | None:
    """Black and white must be within its reach, and it should make nothing darker than black."""
    word, low, high = _ending(recipe.generator)
    black, white = recipe.value_range
    if not word or (low == black and high >= white):
        return None
    return (
        f"the generator ends in {word}, with values in [{low:g}, {high:g}], but value_range is "
        f"({black:g}, {white:g}); end it in {'tanh' if black < 0 else 'sigmoid'}, "
        "or change value_range"
    )


def _ending(lines: tuple[str, ...]) -> tuple[str, float, float]:
    """The activation after a network's last weights, if any, and the values that it gives."""
    words = " ".join(lines).split()
    weights = [at for at, word in enumerate(words) if word in ("Dense", "Conv", "ConvT")]
    after = [word for word in words[weights[-1] if weights else 0 :] if word in _BOUNDS]
    return (after[-1], *_BOUNDS[after[-1]]) if after else ("", *_UNBOUNDED)


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
