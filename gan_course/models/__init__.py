"""Networks from a recipe: plain `tf.keras` models, written one layer a line.

In: a Recipe. Out: (generator, discriminator), with their initial weights drawn from its seed.
Nothing here knows data, losses or training. The notation of the layers is in `notation.py`; how
they save work on a CPU, in `fast/`.
"""

import re

from gan_course.base import device
from gan_course.base.backend import check_settings, keras
from gan_course.base.errors import InputError
from gan_course.base.seeds import layer_seed
from gan_course.models import fast
from gan_course.models.notation import layers_of
from gan_course.recipes.adversarial import Adversarial

__all__ = ["build", "check_output", "network"]


def build(recipe: Adversarial) -> tuple[keras.Sequential, keras.Sequential]:
    """The two networks of a recipe.

    Returns:
      generator: latents (batch, latent_dim) -> images (batch, H, W, C) in recipe.value_range.
      discriminator: such images -> logits (batch, 1).

    Raises:
      InputError: for a line that cannot be read, layers that do not fit together, and networks
        whose output has another shape than the game needs.
    """
    seed, policy = recipe.seed, device.policy(recipe.layer_dtype)
    generator = network("generator", (recipe.latent_dim,), recipe.generator, seed, policy)
    discriminator = network("discriminator", recipe.image_shape, recipe.discriminator, seed, policy)
    check_output(generator, recipe.image_shape, "an image")
    check_output(discriminator, (1,), "one logit")
    return generator, discriminator


def network(
    name: str, input_shape: tuple, lines: tuple[str, ...], seed: int, policy: str = "float32"
) -> keras.Sequential:
    """One network from its lines. `build` makes the two of a game; errors as there.

    Args:
      policy: Keras's dtype policy of all layers but the last line and those of normalisation,
        which compute in float32 always: what a loss is made of must not be rounded.
    """
    check_settings()
    if not lines:
        raise InputError(f"the {name} has no layers")
    made = keras.Sequential([keras.Input(input_shape)], name=name)
    for number, line in enumerate(lines, start=1):
        dtype = "float32" if number == len(lines) else policy
        try:
            for layer in layers_of(line, f"{name}_{number}", seed, dtype):
                made.add(layer)  # builds it
                _seed_power_iteration(layer, seed)
        except InputError as error:
            raise InputError(f"{name}, layer {number} ({line!r}): {error}") from None
        except ValueError as error:  # Keras: this layer does not take what the last one gives
            reason = _reason(error)
            raise InputError(f"{name}, layer {number} ({line!r}) does not fit: {reason}") from None
    return fast.speed_up(made)


def _seed_power_iteration(layer: keras.layers.Layer, seed: int) -> None:
    """Keras draws the first vector of a spectral normalization from its global state: draw ours."""
    if isinstance(layer, keras.layers.SpectralNormalization):
        vector = layer.vector_u
        drawn = keras.random.normal(vector.shape, seed=layer_seed(seed, f"{layer.name}/u"))
        vector.assign(drawn / keras.ops.norm(drawn))


def _reason(error: ValueError) -> str:
    """What Keras says in bold, or else its first line: the rest is a list of arguments."""
    bold = re.search(r"\x1b\[1m(.+?)\x1b", str(error))
    return bold[1] if bold else str(error).splitlines()[0]


def check_output(network: keras.Sequential, expected: tuple, what: str) -> None:
    """Raises InputError if the network ends in another shape than the game needs."""
    found = tuple(network.output_shape[1:])
    if found != tuple(expected):
        raise InputError(
            f"the {network.name} must end in {what} of shape {tuple(expected)}, "
            f"but its last layer gives {found}"
        )
