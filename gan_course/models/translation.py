"""Networks from image to image: the U-Net, and judges that see the question with the answer.

In: lines of the notation. Out: plain `tf.keras` models. A chain of lines with residual blocks is
`models.network`; here is what a chain cannot say.
"""

from gan_course.base import device
from gan_course.base.backend import check_settings, keras
from gan_course.base.errors import InputError
from gan_course.models import check_output, fast, network
from gan_course.models.wiring import applied
from gan_course.recipes.translating import Translating


def unet(
    name: str,
    input_shape: tuple[int, int, int],
    down: tuple[str, ...],
    up: tuple[str, ...],
    seed: int,
    policy: str = "float32",
) -> keras.Model:
    """A chain that goes down and up again, with a bridge from each size to the same size.

    Every line of `down` halves the image, every line of `up` doubles it. Before each line of `up`
    but the first, what `down` made of that size joins as further channels: where things are need
    not pass through the narrow middle.

    Raises:
      InputError: for a line that cannot be read or does not fit, for lists of two lengths, for
        sides that cannot be halved so often, and for a norm of a 1x1 map.

    Source: Ronneberger et al. 2015, arXiv:1505.04597; as in Isola et al. 2017, arXiv:1611.07004,
    section 6.1.1.
    """
    check_settings()
    _check_lines(name, input_shape, down, up)
    side = min(input_shape[:2])
    inputs = made = keras.Input(input_shape)
    sizes = []
    for number, line in enumerate(down, start=1):
        made = applied(made, line, f"{name}_{number}", seed, policy, lone=True)
        _check_size(made, side >> number, name, line)
        sizes.append(made)
    made = sizes.pop()
    for number, line in enumerate(up, start=len(down) + 1):
        dtype = "float32" if number == 2 * len(down) else policy
        made = applied(made, line, f"{name}_{number}", seed, dtype, lone=True)
        _check_size(made, side >> (2 * len(down) - number), name, line)
        if sizes:
            made = keras.layers.Concatenate(name=f"{name}_{number}_bridge")([made, sizes.pop()])
    return fast.speed_up(keras.Model(inputs, made, name=name))


def _check_lines(name: str, input_shape: tuple, down: tuple[str, ...], up: tuple[str, ...]) -> None:
    if not down or len(down) != len(up):
        raise InputError(
            f"the {name} goes down {len(down)} times and up {len(up)} times; "
            "give as many lines for the one as for the other, and at least one"
        )
    times = 2 ** len(down)
    if any(length % times for length in input_shape[:2]):
        raise InputError(
            f"the {name} halves images of {input_shape[:2]} {len(down)} times, so both sides must "
            f"be multiples of {times}; use other images, or fewer lines (down and up)"
        )


def _check_size(made, expected: int, name: str, line: str) -> None:
    found = min(made.shape[1:3])
    if found != expected:
        raise InputError(
            f"the {name} needs lines that halve the image, and then lines that double it, but "
            f"{line!r} gives a side of {found} where {expected} was due; use s2, or Up"
        )


def judge(recipe: Translating, seen: tuple[int, int, int] | None, name: str = "discriminator"):
    """A discriminator that answers with one logit, or with a map of logits, one for each patch.

    Args:
      seen: the shape of the question that it sees beside the answer, as further channels; None:
        it sees the answer alone.
    """
    policy, (height, width, channels) = device.policy(recipe.layer_dtype), recipe.image_shape
    if seen is None:
        made = network(name, recipe.image_shape, recipe.discriminator, recipe.seed, policy)
        check_patches(made)
        return made
    both = (height, width, channels + seen[2])
    chain = network(name, both, recipe.discriminator, recipe.seed, policy)
    check_patches(chain)
    answer, question = (
        keras.Input(recipe.image_shape, name="answer"),
        keras.Input(seen, name="seen"),
    )
    joined = keras.layers.Concatenate(name="joined")([answer, question])
    return keras.Model([answer, question], chain(joined), name=name)


def check_patches(made: keras.Model, name: str | None = None) -> None:
    """Raises InputError if a discriminator ends in anything but one logit, or a map of them."""
    shape = tuple(made.output_shape[1:])
    if len(shape) == 3 and shape[2] == 1:
        return
    check_output(made, (1,), "one logit, or a map (rows, columns, 1) of logits,", name)


def receptive_field(network: keras.Model) -> int:
    """How many pixels of a side one number at the end of a chain of convolutions sees.

    r = 1 at the end; going back through a convolution of size k and stride s, r becomes
    (r - 1) · s + k. The patches of a discriminator overlap, and each is of this size.

    Returns:
      the number of pixels; 0 where a layer sees everything (Flatten, a pooling of the whole).
    """
    layers = [each for layer in network.layers for each in getattr(layer, "layers", [layer])]
    if any(type(layer).__name__ in ("Flatten", "Dense", "GlobalMaxPooling2D") for layer in layers):
        return 0
    seen = 1
    for layer in reversed(layers):
        layer = getattr(layer, "layer", layer)  # of a spectral normalisation
        if isinstance(layer, keras.layers.UpSampling2D):
            seen = -(-seen // 2) + 1 if seen > 1 else 1
        elif type(layer) is keras.layers.Conv2D:
            seen = (seen - 1) * layer.strides[0] + layer.kernel_size[0]
    return seen
