"""The tricks by name, and which of them each layer of a network uses.

In: a built network and names of tricks. Out: the same network, whose layers compute with less work.
Which names are wanted is decided in `__init__.py`.
"""

from collections.abc import Iterable
from itertools import pairwise

from gan_course.base.backend import keras
from gan_course.models.fast.adam import FusedAdam
from gan_course.models.fast.convolve import use_spectra
from gan_course.models.fast.fused import fuse_norm, use_16_bits
from gan_course.models.fast.piecewise import drop_second_slopes
from gan_course.models.fast.subpixel import fold_upsampling

TRICKS = {  # name -> what it does, for the doctor
    "fold_upsampling": "a 5×5 convolution after Up on the small image",
    "fourier": "convolutions of small images as products of spectra",
    "fused_norm": "batch normalisation in one operation",
    "dropout16": "dropout from 16 random bits",
    "second_slopes": "ReLUs without a second derivative",
    "adam": "Adam in one operation",
}
_WAYS = {  # (layer, the Up before it or None, whether spectra may be used) -> does it gain?
    "fold_upsampling": lambda layer, up, spectra: bool(up) and fold_upsampling(up, layer, spectra),
    "fourier": lambda layer, up, spectra: use_spectra(layer),
    "fused_norm": lambda layer, up, spectra: fuse_norm(layer),
    "dropout16": lambda layer, up, spectra: use_16_bits(layer),
    "second_slopes": lambda layer, up, spectra: drop_second_slopes(layer),
}


def replace(network: keras.Model, names: Iterable[str]) -> dict[str, str]:
    """Let each layer use the first of the named tricks by which it gains.

    Returns:
      layer name -> trick, of the layers that use one.
    """
    names, used = set(names), {}
    for before, layer in pairwise([None, *network.layers]):
        up = before if _is_up_before(before, layer, network) else None
        for name, way in _WAYS.items():
            if name in names and way(layer, up, "fourier" in names):
                used[layer.name] = name
                break
    return used


def adam(names: Iterable[str]) -> type[keras.optimizers.Adam]:
    """The class of Adam if these tricks are used."""
    return FusedAdam if "adam" in names else keras.optimizers.Adam


def _is_up_before(
    before: keras.layers.Layer | None, layer: keras.layers.Layer, network: keras.Model
) -> bool:
    """Whether the layer takes what an upsampling makes: in a chain always, else as it is wired."""
    if not isinstance(before, keras.layers.UpSampling2D):
        return False
    return isinstance(network, keras.Sequential) or before.output is layer.input
