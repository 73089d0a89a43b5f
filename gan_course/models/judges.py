"""The judges of a painting: networks that never change, seen through the maps of their layers.

In: a name, and layers. Out: a `Judge`, images -> feature maps. Three are known: filters drawn at
random; the course's own small network (`schooling`); VGG19, with Keras's weights. Nothing here
knows content or style, or changes an image.
"""

import os
import tempfile
import zlib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.data.mirror import MIRROR, mirror_folder
from gan_course.models import schooling
from gan_course.models.schooling import Filters
from gan_course.recipes.style import JUDGES, Style

VGG19_FILE = "vgg19.weights.h5"  # in the mirror folder
_VGG19_DOWNLOAD = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"  # as Keras names it
# What Keras's VGG19 expects: blue, green, red, less the means of ImageNet.
BGR_MEANS = (103.939, 116.779, 123.68)


@dataclass(frozen=True)
class Judge:
    """A network that looks at pictures.

    model: images (N, H, W, 3) in [-1, 1] -> the maps (N, h, w, filters) of each of `layers`, by
      its name.
    about: what it is, in words.
    """

    name: str
    layers: tuple[str, ...]
    model: keras.Model
    about: str

    def __call__(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """What it sees in the images."""
        return self.model(images, training=False)

    @cached_property
    def fingerprint(self) -> str:
        """The name, and eight hex digits of the weights: others would paint another picture."""
        checksum = zlib.crc32(repr(self.layers).encode())
        for weight in self.model.weights:
            checksum = zlib.crc32(np.ascontiguousarray(weight.numpy()), checksum)
        return f"{self.name} {checksum:08x}"

    def __str__(self) -> str:
        return f"{self.about}, seen at {', '.join(self.layers)} (fingerprint {self.fingerprint})"


def judge_of(recipe: Style) -> Judge:
    """The judge that a recipe names; made once in a process.

    The course's own is taught at the first call, and then kept in the cache folder.

    Raises:
      InputError: if the weights of VGG19 cannot be had, or the cache folder cannot be written.
    """
    lessons = (recipe.judge_data, recipe.judge_steps) if recipe.judge == "course" else ()
    return judge(recipe.judge, recipe.layers, recipe.pooling, *lessons)


@cache
def judge(
    name: str,
    layers: tuple[str, ...],
    pooling: str = "average",
    taught: str = "cifar10",
    steps: int = 600,
) -> Judge:
    """The judge of that name, seen at those layers.

    Args:
      layers: names as in `recipes.style.JUDGES`, from the pixels on.
      pooling: "average", as Gatys et al. advise (their section 2), or "max".
      taught, steps: the dataset that the course's own network is taught, and how long.
    """
    if name == "vgg19":
        model, about = _vgg19(layers, pooling)
    else:
        filters, about = _random() if name == "random" else _course(taught, steps)
        model = _chain(filters, layers, pooling)
    model.trainable = False
    return Judge(name, layers, model, about)


def available() -> tuple[str, ...]:
    """The judges that need no download now."""
    kept = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "models"
    there = _in_mirror() is not None or (kept / _VGG19_DOWNLOAD).is_file()
    return tuple(name for name in JUDGES if name != "vgg19" or there)


def for_vgg19(images: tf.Tensor) -> tf.Tensor:
    """Images in [-1, 1], red first, as VGG19 was taught to see them: bytes, blue first, less the
    means of ImageNet."""
    return (images[..., ::-1] + 1.0) * 127.5 - tf.constant(BGR_MEANS)


def _random() -> tuple[Filters, str]:
    return schooling.random_filters(), "filters drawn at random"


def _course(taught: str, steps: int) -> tuple[Filters, str]:
    found = schooling.taught_filters(taught, steps)
    about = f"a small network that tells {found.task} apart ({found.accuracy:.0%} right)"
    return found.filters, about


def _chain(filters: Filters, layers: tuple[str, ...], pooling: str) -> keras.Model:
    """Convolution, ReLU, pooling, as often as there are filters before the last layer."""
    image = features = keras.Input((None, None, 3))
    maps = {}
    for name, (kernel, bias) in zip(JUDGES["random"], filters, strict=False):
        convolution = keras.layers.Conv2D(
            kernel.shape[3], kernel.shape[0], padding="same", activation="relu", name=name
        )
        features = convolution(features)
        convolution.set_weights([kernel, bias])
        if name in layers:
            maps[name] = features
        features = _pool(pooling, f"{name}_pool")(features)
    return keras.Model(image, maps, name="judge")


def _pool(pooling: str, name: str) -> keras.layers.Layer:
    kinds = {"average": keras.layers.AveragePooling2D, "max": keras.layers.MaxPooling2D}
    return kinds[pooling](2, name=name)


def _vgg19(layers: tuple[str, ...], pooling: str) -> tuple[keras.Model, str]:
    """Keras's VGG19 up to the last layer that is asked.

    Source: Simonyan and Zisserman 2014, arXiv:1409.1556; the weights are Keras's.
    """
    whole = _loaded()
    image = keras.Input((None, None, 3))
    features, maps = keras.layers.Lambda(for_vgg19, name="for_vgg19")(image), {}
    for layer in whole.layers[1:]:
        is_pool = isinstance(layer, keras.layers.MaxPooling2D)
        features = (_pool(pooling, layer.name) if is_pool else layer)(features)
        if layer.name in layers:
            maps[layer.name] = features
        if len(maps) == len(layers):
            break
    return keras.Model(image, maps, name="judge"), "VGG19, taught on ImageNet"


def _loaded() -> keras.Model:
    """VGG19 with the weights of the mirror folder, or Keras's.

    Raises:
      InputError: with the ways out.
    """
    file = _in_mirror()
    if file is not None:
        model = keras.applications.VGG19(include_top=False, weights=None)
        _load(model, file)
        return model
    try:
        return keras.applications.VGG19(include_top=False, weights="imagenet")
    except Exception as error:  # a download fails in many ways, and Keras raises plain Exception
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(
            f"the weights of VGG19 cannot be had: {MIRROR} names no folder with {VGG19_FILE}, and "
            f"Keras's download failed ({reason}). Three ways out: connect to the internet once; "
            f"put {VGG19_FILE} into a folder and set {MIRROR} to it; or take a judge that is "
            "always there, judge='course' or judge='random' (recipe 'style_quick')"
        ) from None


def _load(model: keras.Model, file: Path) -> None:
    """Weights as Keras 3 saves them, or as `keras.applications` offers them, whatever the name.

    Raises:
      InputError: for a damaged file, and for weights of another network.
    """
    import h5py  # which Keras needs, too

    try:
        with h5py.File(file) as opened, tempfile.TemporaryDirectory() as elsewhere:
            if "layer_names" not in opened.attrs:
                model.load_weights(file)
                return
            older = Path(elsewhere) / "vgg19.h5"  # Keras goes by the ending
            older.symlink_to(file.resolve())
            model.load_weights(older)
    except Exception as error:  # of HDF5, of Keras: a damaged file fails in many ways
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(
            f"{file} holds no weights of VGG19 without its top ({reason}); "
            "save them with keras.applications.VGG19(include_top=False).save_weights(...)"
        ) from None


def _in_mirror() -> Path | None:
    folder = mirror_folder()
    file = folder and folder / VGG19_FILE
    return file if file and file.is_file() else None
