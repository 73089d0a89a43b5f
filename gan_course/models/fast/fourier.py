"""A convolution of a small image as a product of spectra.

In: images and a kernel. Out: what `tf.nn.conv2d` and `tf.nn.conv2d_transpose` with padding "SAME"
make of them, up to rounding.

In the discrete Fourier transform a convolution is one complex product a frequency. A 5×5 kernel on
7×7 pixels has 81 frequencies, so 1 real and 40 pairs of complex products, of which one a pair
follows from the other; three real ones make a complex one (Gauss): 121 products, where the
convolution itself has 49 · 25 = 1225. All channels share the transforms, which are matrices, so
what is left is matrix products, and TensorFlow can differentiate it as often as it wants. On large
images the transforms cost more than they save.

With a stride, each phase of the large image (its pixels `stride` apart) is a channel of its own.

Source: Mathieu, Henaff and LeCun 2013, arXiv:1312.5851; in the form A[(G kernel) · (B images)] of
Lavin and Gray 2015, arXiv:1509.09308, section 4.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from gan_course.base.backend import tf

_WORTH = 2  # at least so many times fewer multiplications, as memory is passed over more often


class Transforms(NamedTuple):
    """The three matrices of a convolution of H × W pixels (large) to h × w (small).

    images: (products, stride², H · W)
    kernel: (products, stride², size²)
    back: (h · w, products)
    """

    images: np.ndarray
    kernel: np.ndarray
    back: np.ndarray


def gains(large: tuple[int, int], channels: int, filters: int, size: int, stride: int) -> bool:
    """Whether a convolution of large images of so many channels is cheaper in this way.

    A transposed convolution from `filters` to `channels` has the same products.
    """
    if size < 2 or stride > size:
        return False
    phases, pixels = stride**2, math.prod(large)
    small = math.prod(_small(length, stride) for length in large)
    products = count_products(large, size, stride)
    ours = products * (phases * channels * filters + phases * pixels * channels + small * filters)
    return _WORTH * ours <= small * size**2 * channels * filters


def count_products(large: tuple[int, int], size: int, stride: int) -> int:
    """Real products for each channel of each phase and each filter."""
    counts = [_count_frequencies(length, size, stride) for length in large]
    real = math.prod(2 - count % 2 for count in counts)  # 0, and the half of an even count
    return real + 3 * (math.prod(counts) - real) // 2


def convolution(images: tf.Tensor, kernel: tf.Tensor, stride: int = 1) -> tf.Tensor:
    """What `tf.nn.conv2d(images, kernel, stride, "SAME")` makes.

    Args:
      images: (batch, H, W, channels), float32.
      kernel: (size, size, channels, filters).

    Returns:
      (batch, ⌈H / stride⌉, ⌈W / stride⌉, filters).
    """
    _, height, width, channels = images.shape
    found = transforms((height, width), kernel.shape[0], stride)
    products, phases, _ = found.images.shape
    spectra = tf.transpose(_transformed(found.images, _pixels_first(images)), [0, 2, 1, 3])
    spectra = tf.reshape(spectra, [products, -1, phases * channels])
    made = spectra @ _of_kernel(found, kernel)
    small = _small(height, stride), _small(width, stride)
    return _pixels_last(_transformed(found.back, made), small)


def transposed_convolution(images: tf.Tensor, kernel: tf.Tensor, stride: int = 1) -> tf.Tensor:
    """What `tf.nn.conv2d_transpose` with padding "SAME" makes: the same matrices, transposed.

    Args:
      images: (batch, h, w, channels), float32.
      kernel: (size, size, filters, channels).

    Returns:
      (batch, stride · h, stride · w, filters).
    """
    _, height, width, _ = images.shape
    filters = kernel.shape[2]
    large = stride * height, stride * width
    found = transforms(large, kernel.shape[0], stride)
    products, phases, _ = found.images.shape
    spectra = _transformed(found.back.T, _pixels_first(images))
    made = tf.matmul(spectra, _of_kernel(found, kernel), transpose_b=True)
    made = tf.transpose(tf.reshape(made, [products, -1, phases, filters]), [0, 2, 1, 3])
    made = tf.reshape(made, [products * phases, -1, filters])
    back = found.images.reshape(products * phases, -1).T
    return _pixels_last(_transformed(back, made), large)


def _pixels_first(images: tf.Tensor) -> tf.Tensor:
    """(batch, H, W, channels) -> (H · W, batch, channels)"""
    _, height, width, channels = images.shape
    return tf.reshape(tf.transpose(images, [1, 2, 0, 3]), [height * width, -1, channels])


def _pixels_last(made: tf.Tensor, size: tuple[int, int]) -> tf.Tensor:
    """(h · w, batch, filters) -> (batch, h, w, filters)"""
    return tf.transpose(tf.reshape(made, [*size, -1, made.shape[-1]]), [2, 0, 1, 3])


def _transformed(matrix: np.ndarray, values: tf.Tensor) -> tf.Tensor:
    """(..., n) times (n, batch, channels) -> (..., batch, channels)"""
    count, _, channels = values.shape
    made = tf.constant(matrix.reshape(-1, count)) @ tf.reshape(values, [count, -1])
    return tf.reshape(made, [*matrix.shape[:-1], -1, channels])


def _of_kernel(found: Transforms, kernel: tf.Tensor) -> tf.Tensor:
    """(products, stride² · channels, filters)"""
    size, _, channels, filters = kernel.shape
    spectra = _transformed(found.kernel, tf.reshape(kernel, [size**2, channels, filters]))
    return tf.reshape(spectra, [len(found.kernel), -1, filters])


@lru_cache(maxsize=64)
def transforms(large: tuple[int, int], size: int, stride: int) -> Transforms:
    """The matrices for images of `large` pixels and a kernel of size × size."""
    rows, columns = (_of_axis(length, size, stride) for length in large)
    parts = [
        np.einsum("fap,gbq->fgabpq", down, across)
        for down, across in zip(rows, columns, strict=True)
    ]
    counts = parts[0].shape[:2]
    products = []
    for frequency in np.ndindex(*counts):
        mirrored = tuple(-f % count for f, count in zip(frequency, counts, strict=True))
        images, kernel, back = (part[frequency] for part in parts)
        if frequency == mirrored:  # real
            products.append((images.real, kernel.real, back.real))
        elif frequency < mirrored:  # the other is its conjugate: twice the real part of this one
            products += [
                (images.real + images.imag, kernel.real, 2 * (back.real - back.imag)),
                (images.real, kernel.imag - kernel.real, -2 * back.imag),
                (images.imag, kernel.real + kernel.imag, -2 * back.real),
            ]
    found = zip(*products, strict=True)
    images, kernel, back = (np.stack(part).astype(np.float32) for part in found)
    return Transforms(
        images.reshape(len(products), stride**2, -1),
        kernel.reshape(len(products), stride**2, -1),
        np.ascontiguousarray(back.reshape(len(products), -1).T),
    )


def _of_axis(length: int, size: int, stride: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same three of one axis, complex: (frequencies, phases, pixels or weights)."""
    frequencies = np.arange(_count_frequencies(length, size, stride))
    shift, phase = _shifts(length, size, stride)

    def waves(places: np.ndarray, phases: np.ndarray | int, count: int) -> np.ndarray:
        angles = 2j * np.pi / len(frequencies) * np.multiply.outer(frequencies, places)
        made = np.zeros((len(frequencies), count, len(places)), complex)
        made[:, phases, np.arange(len(places))] = np.exp(angles)
        return made

    pixel, pixel_phase = np.divmod(np.arange(length), stride)
    return (
        waves(-pixel, pixel_phase, stride),
        waves(shift, phase, stride),
        waves(np.arange(_small(length, stride)), 0, 1) / len(frequencies),
    )


def _count_frequencies(length: int, size: int, stride: int) -> int:
    """As many as small pixels, and so many more that nothing wraps around."""
    shift, _ = _shifts(length, size, stride)
    return _small(length, stride) + int(np.abs(shift).max())


def _shifts(length: int, size: int, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """How far from a small pixel each weight looks, and at which phase."""
    zeros = max((_small(length, stride) - 1) * stride + size - length, 0)  # those of "SAME"
    return np.divmod(np.arange(size) - zeros // 2, stride)


def _small(length: int, stride: int) -> int:
    return -(-length // stride)
