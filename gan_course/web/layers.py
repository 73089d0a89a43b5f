"""What each Keras layer is in the page: one step or two, with its numbers.

In: a built layer, and the values that it takes. Out: the value that it makes, written as steps for
`assets/network.js`. A layer without an entry here is refused by name; sizes and paddings are worked
out here, so that the page need not know Keras's rules.
"""

from collections.abc import Callable

from gan_course.base.backend import keras
from gan_course.base.errors import InputError
from gan_course.web.steps import Steps

_ACTIVATIONS = ("relu", "leaky_relu", "elu", "silu", "tanh", "sigmoid")


def written(steps: Steps, layer: keras.Operation, config: dict, of: list[int]) -> int:
    """The number of the value that a layer makes of the values numbered `of`.

    Args:
      config: the layer's own, as `get_config` gives it.

    Raises:
      InputError: for a layer, or an option of one, that the page does not know.
    """
    kind = type(layer).__name__
    if kind not in _KNOWN:
        raise InputError(
            f"the page does not know layer {layer.name!r} ({kind}); it knows {', '.join(_KNOWN)}"
        )
    for option, usual in _USUAL.items():
        if (found := config.get(option, usual)) not in (usual, [usual] * 2, (usual,) * 2):
            raise InputError(
                f"the page does not know {option}={found!r} of layer {layer.name!r} ({kind}), "
                f"only {usual!r}"
            )
    return _KNOWN[kind](steps, layer, config, of)


# Options that change what a layer computes, and the one value of each that the page knows.
_USUAL = {
    "data_format": "channels_last", "dilation_rate": 1,
    "output_padding": None, "interpolation": "nearest", "max_value": None, "threshold": 0.0,
}  # fmt: skip


def _dense(steps: Steps, layer, config: dict, of: list[int]) -> int:
    made = steps.add(
        "dense", of, (*steps.shapes[of[0]][:-1], layer.units), kernel=steps.array(layer.kernel),
        bias=steps.array(layer.bias),
    )  # fmt: skip
    return _activated(steps, layer, made)


def _convolution(steps: Steps, layer, config: dict, of: list[int]) -> int:
    """The kernel as a matrix: a row for each number of a patch, a column for each filter."""
    if layer.groups != 1:
        raise InputError(f"the page does not know groups={layer.groups} of layer {layer.name!r}")
    kernel = layer.kernel.numpy()
    shape, size = _shape(steps, layer, of), kernel.shape[:2]
    before = [0, 0]
    if layer.padding == "same":  # TensorFlow: what is uneven goes to the end
        inside = zip(shape[:2], layer.strides, size, steps.shapes[of[0]][:2], strict=True)
        before = [max((out - 1) * stride + k - n, 0) // 2 for out, stride, k, n in inside]
    elif layer.padding != "valid":
        raise InputError(f"the page does not know padding={layer.padding!r} of {layer.name!r}")
    made = steps.add(
        "conv", of, shape, size=size, stride=layer.strides, before=before,
        kernel=steps.array(kernel.reshape(-1, kernel.shape[3])), bias=steps.array(layer.bias),
    )  # fmt: skip
    return _activated(steps, layer, made)


def _transposed(steps: Steps, layer, config: dict, of: list[int]) -> int:
    """The kernel as a matrix: a row for each channel that comes in, a column for each number of
    the patch that it is spread over."""
    kernel = layer.kernel.numpy()  # (height, width, filters, channels)
    size, same = kernel.shape[:2], layer.padding == "same"
    before = [
        max(k - stride, 0) // 2 if same else 0
        for k, stride in zip(size, layer.strides, strict=True)
    ]
    matrix = kernel.transpose(3, 0, 1, 2).reshape(kernel.shape[3], -1)
    made = steps.add(
        "spread", of, _shape(steps, layer, of), size=size, stride=layer.strides, before=before,
        kernel=steps.array(matrix), bias=steps.array(layer.bias),
    )  # fmt: skip
    return _activated(steps, layer, made)


def _batch_norm(steps: Steps, layer, config: dict, of: list[int]) -> int:
    """With the moving statistics it is a factor and a number to add for each channel; as trained,
    on one image, it is an instance normalisation."""
    if layer.axis not in (-1, len(steps.shapes[of[0]])):
        raise InputError(f"the page does not know axis={layer.axis} of layer {layer.name!r}")
    if steps.as_trained:
        return _normalised(steps, layer, of, steps.shapes[of[0]][-1])
    mean, variance = layer.moving_mean.numpy(), layer.moving_variance.numpy()
    factor = (variance + layer.epsilon) ** -0.5
    if layer.gamma is not None:
        factor = factor * layer.gamma.numpy()
    shift = -mean * factor
    if layer.beta is not None:
        shift = shift + layer.beta.numpy()
    shape = steps.shapes[of[0]]
    return steps.add("affine", of, shape, factor=steps.array(factor), shift=steps.array(shift))


def _group_norm(steps: Steps, layer, config: dict, of: list[int]) -> int:
    channels = steps.shapes[of[0]][-1]
    if layer.axis not in (-1, len(steps.shapes[of[0]])):
        raise InputError(f"the page does not know axis={layer.axis} of layer {layer.name!r}")
    return _normalised(steps, layer, of, channels if layer.groups == -1 else layer.groups)


def _normalised(steps: Steps, layer, of: list[int], groups: int) -> int:
    return steps.add(
        "norm", of, steps.shapes[of[0]], groups=groups, epsilon=layer.epsilon,
        factor=steps.array(layer.gamma), shift=steps.array(layer.beta),
    )  # fmt: skip


def _leaky(steps: Steps, layer, config: dict, of: list[int]) -> int:
    slope = config["negative_slope"]  # of a ReLU: 0
    return steps.add("leaky_relu", of, steps.shapes[of[0]], slope=slope)


def _activation(steps: Steps, layer, config: dict, of: list[int]) -> int:
    return _activated(steps, layer, of[0])


def _activated(steps: Steps, layer, at: int) -> int:
    """What the layer's activation makes of a value. A leaky ReLU by name has Keras's slope .2."""
    name = layer.activation.__name__
    if name == "linear":
        return at
    if name not in _ACTIVATIONS:
        raise InputError(
            f"the page does not know the activation {name!r} of layer {layer.name!r}; it knows "
            f"{', '.join(_ACTIVATIONS)}"
        )
    slope = {"slope": {"relu": 0.0, "leaky_relu": 0.2}[name]} if name.endswith("relu") else {}
    return steps.add("leaky_relu" if slope else name, [at], steps.shapes[at], **slope)


def _dropout(steps: Steps, layer, config: dict, of: list[int]) -> int:
    if not steps.as_trained or not layer.rate:
        return of[0]
    return steps.add("dropout", of, steps.shapes[of[0]], rate=layer.rate)


def _up(steps: Steps, layer, config: dict, of: list[int]) -> int:
    return steps.add("up", of, _shape(steps, layer, of), size=layer.size)


def _zero_pad(steps: Steps, layer, config: dict, of: list[int]) -> int:
    before = [side[0] for side in layer.padding]
    return steps.add("pad", of, _shape(steps, layer, of), before=before, mirror=False)


def _pad(steps: Steps, operation, config: dict, of: list[int]) -> int:
    """`keras.ops.pad`, an operation and no layer."""
    batch, *sides = config["pad_width"]
    if config["mode"] not in ("reflect", "constant") or any(batch) or any(sides[-1]):
        raise InputError(f"the page does not know mode={config['mode']!r}, pad_width={sides!r}")
    grown = zip(steps.shapes[of[0]], sides, strict=True)
    shape = tuple(length + before + after for length, (before, after) in grown)
    before = [side[0] for side in sides[:2]]
    return steps.add("pad", of, shape, before=before, mirror=config["mode"] == "reflect")


def _reshape(steps: Steps, layer, config: dict, of: list[int]) -> int:
    return steps.add("reshape", of, _shape(steps, layer, of))


def _joined(steps: Steps, layer, config: dict, of: list[int]) -> int:
    shapes = [steps.shapes[each] for each in of]
    if config["axis"] not in (-1, len(shapes[0])):
        raise InputError(f"the page does not know axis={config['axis']} of layer {layer.name!r}")
    return steps.add("join", of, (*shapes[0][:-1], sum(shape[-1] for shape in shapes)))


def _sum(steps: Steps, layer, config: dict, of: list[int]) -> int:
    if len({steps.shapes[each] for each in of}) > 1:
        raise InputError(f"the page adds values of one shape; layer {layer.name!r} has others")
    return steps.add("sum", of, steps.shapes[of[0]])


def _normed_kernel(steps: Steps, layer, config: dict, of: list[int]) -> int:
    """A spectral normalisation divides its layer's kernel while it trains, and not after."""
    return written(steps, layer.layer, layer.layer.get_config(), of)


def _shape(steps: Steps, layer, of: list[int]) -> tuple[int, ...]:
    return tuple(layer.compute_output_shape((None, *steps.shapes[of[0]]))[1:])


_KNOWN: dict[str, Callable] = {
    "Dense": _dense,
    "Conv2D": _convolution,
    "Conv2DTranspose": _transposed,
    "BatchNormalization": _batch_norm,
    "GroupNormalization": _group_norm,
    "SpectralNormalization": _normed_kernel,
    "ReLU": _leaky,
    "LeakyReLU": _leaky,
    "Activation": _activation,
    "Dropout": _dropout,
    "UpSampling2D": _up,
    "ZeroPadding2D": _zero_pad,
    "Pad": _pad,
    "Reshape": _reshape,
    "Flatten": _reshape,
    "Concatenate": _joined,
    "Add": _sum,
}
