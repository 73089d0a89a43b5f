"""Networks from a recipe: plain `tf.keras` models, written one layer a line.

In: a Recipe. Out: (generator, discriminator), with their initial weights drawn from its seed.
Nothing here knows data, losses or training. The notation of the layers is in `notation.py`; how
they save work on a CPU, in `fast/`.
"""

from gan_course.base import device
from gan_course.base.backend import check_settings, keras
from gan_course.base.errors import InputError
from gan_course.base.seeds import layer_seed
from gan_course.models import fast
from gan_course.models.notation import layers_of
from gan_course.models.wiring import applied, is_wired, unfit
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
    dtypes = [policy] * (len(lines) - 1) + ["float32"]
    numbered = [(f"{name}_{n}", line) for n, line in enumerate(lines, start=1)]
    if any(map(is_wired, lines)):
        return fast.speed_up(_wired(name, input_shape, numbered, seed, dtypes))
    made = keras.Sequential([keras.Input(input_shape)], name=name)
    for (own_name, line), dtype in zip(numbered, dtypes, strict=True):
        with unfit(own_name, line):
            for layer in layers_of(line, own_name, seed, dtype):
                made.add(layer)  # builds it
                _seed_power_iteration(layer, seed)
    return fast.speed_up(made)


def _wired(
    name: str, input_shape: tuple, numbered: list[tuple[str, str]], seed: int, dtypes: list[str]
) -> keras.Model:
    """A chain in which some lines are more than a row of layers."""
    inputs = made = keras.Input(input_shape)
    for (own_name, line), dtype in zip(numbered, dtypes, strict=True):
        made = applied(made, line, own_name, seed, dtype)
    return keras.Model(inputs, made, name=name)


def _seed_power_iteration(layer: keras.layers.Layer, seed: int) -> None:
    """Keras draws the first vector of a spectral normalization from its global state: draw ours."""
    if isinstance(layer, keras.layers.SpectralNormalization):
        vector = layer.vector_u
        drawn = keras.random.normal(vector.shape, seed=layer_seed(seed, f"{layer.name}/u"))
        vector.assign(drawn / keras.ops.norm(drawn))


def check_output(network: keras.Model, expected: tuple, what: str, name: str | None = None) -> None:
    """Raises InputError if the network ends in another shape than the game needs."""
    found = tuple(network.output_shape[1:])
    if found != tuple(expected):
        raise InputError(
            f"the {name or network.name} must end in {what} of shape {tuple(expected)}, "
            f"but its last layer gives {found}"
        )
