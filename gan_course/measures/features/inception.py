"""InceptionV3 from `keras.applications`, for colour photographs.

In: uint8 images of any size. Out: 2,048 features an image, the means over the last feature maps.
With these the Fréchet distance is *like* the FID of papers, but not equal to it: that is defined
by the weights of another training (TensorFlow's of 2015), by its own resizing, and by 50,000
images. On MNIST it means little: the network has learnt from photographs of a thousand kinds of
things, and among them there are no digits.
"""

import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError

_SIDE = 299  # pixels; what the network was trained on


@dataclass(frozen=True)
class Inception:
    """uint8 images (N, H, W, 1 or 3) -> features, float32 (N, 2048)."""

    model: keras.Model
    names: tuple[str, ...] = ()

    def __call__(self, images: np.ndarray, batch: int = 50) -> np.ndarray:
        parts = [self._features(images[at : at + batch]) for at in range(0, len(images), batch)]
        return np.concatenate([part.numpy() for part in parts])

    def _features(self, images: np.ndarray) -> tf.Tensor:
        colour = np.repeat(images, 3, axis=3) if images.shape[3] == 1 else images
        large = tf.image.resize(tf.cast(colour, tf.float32), (_SIDE, _SIDE))
        return self.model(large / 127.5 - 1.0, training=False)

    @cached_property
    def fingerprint(self) -> str:
        """Eight hex digits of the weights."""
        checksum = 0
        for weight in self.model.variables:
            checksum = zlib.crc32(np.ascontiguousarray(weight.numpy()), checksum)
        return f"{checksum:08x}"

    def __str__(self) -> str:
        return f"2048 features of keras.applications.InceptionV3 (fingerprint {self.fingerprint})"


def inception(weights: str | Path = "imagenet") -> Inception:
    """The network, without its last layer.

    Args:
      weights: "imagenet" (downloaded once by Keras, 88 MB), or the path of such a file; "~" is
        the home folder.

    Raises:
      InputError: if the weights cannot be had.
    """
    if weights != "imagenet":
        weights = str(Path(weights).expanduser())
        if not Path(weights).is_file():
            reason = "there is no such file" if not Path(weights).exists() else "it is no file"
            raise _unavailable(weights, reason)
    try:
        model = keras.applications.InceptionV3(include_top=False, weights=weights, pooling="avg")
    except Exception as error:  # a download fails in many ways, and so does a damaged file
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise _unavailable(weights, reason) from None
    return Inception(model)


def _unavailable(weights: str, reason: str) -> InputError:
    return InputError(
        f"the weights {weights!r} of InceptionV3 cannot be had ({reason}); connect to the internet "
        "once, or give the path of a copy (`--features FILE.h5` on the command line, "
        "`inception(weights=FILE)` in Python), or use the course's own features"
    )
