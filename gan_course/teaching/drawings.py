"""Drawings of what a layer does, computed from its definition.

In: small arrays. Out: matplotlib Figures. NumPy only, so that a notebook can hold the picture
against the Keras layer.
"""

import numpy as np
from matplotlib.figure import Figure

from gan_course.runs.plots import figure


def stamped(image: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """A transposed convolution by its definition: every pixel stamps `pixel * kernel`.

    Args:
      image: (H, W). kernel: (k, k). stride: distance between the stamps.

    Returns:
      (stride * (H - 1) + k, stride * (W - 1) + k): where stamps overlap they are added. This is
      Keras's Conv2DTranspose with padding "valid".

    Source: Dumoulin and Visin 2016, arXiv:1603.07285, chapter 4.
    """
    size = len(kernel)
    height, width = (stride * (side - 1) + size for side in image.shape)
    out = np.zeros((height, width))
    for row, column in np.ndindex(image.shape):
        top, left = stride * row, stride * column
        out[top : top + size, left : left + size] += image[row, column] * kernel
    return out


def transposed_convolution(image: np.ndarray, kernel: np.ndarray, stride: int = 2) -> Figure:
    """The image, the kernel, the first two stamps, and the sum of all stamps, with numbers."""
    first, second = np.zeros_like(image), np.zeros_like(image)
    first[0, 0], second[0, 1] = image[0, 0], image[0, 1]
    panels = {
        f"image {image.shape[0]}×{image.shape[1]}": image,
        f"kernel {len(kernel)}×{len(kernel)}": kernel,
        f"stamp of pixel (0, 0): {image[0, 0]:g} × kernel": stamped(first, kernel, stride),
        f"stamp of pixel (0, 1), {stride} to the right": stamped(second, kernel, stride),
        "the sum of all stamps": stamped(image, kernel, stride),
    }
    made, axes = figure(1, len(panels), width=15, height=3.4)
    top = panels["the sum of all stamps"].max()
    for axis, (title, values) in zip(axes, panels.items(), strict=True):
        _numbered(axis, values, title, top)
    return made


def overlap(kernel_sizes: tuple[int, ...], stride: int = 2, size: int = 6) -> Figure:
    """How many stamps fall on each output pixel: where it varies, the checkerboard begins.

    Source: Odena, Dumoulin and Olah 2016, "Deconvolution and Checkerboard Artifacts", Distill.
    """
    made, axes = figure(1, len(kernel_sizes), width=4.2 * len(kernel_sizes), height=4.2)
    for axis, kernel_size in zip(np.atleast_1d(axes), kernel_sizes, strict=True):
        counts = stamped(np.ones((size, size)), np.ones((kernel_size, kernel_size)), stride)
        inside = counts[kernel_size:-kernel_size, kernel_size:-kernel_size]
        title = (
            f"kernel {kernel_size}, stride {stride}: {inside.min():g} to {inside.max():g} inside"
        )
        _numbered(axis, counts, title, counts.max())
    return made


def _numbered(axis, values: np.ndarray, title: str, top: float) -> None:
    axis.imshow(values, cmap="Blues", vmin=0, vmax=1.6 * top)  # numbers stay readable in black
    for (row, column), value in np.ndenumerate(values):
        axis.text(column, row, f"{value:g}", ha="center", va="center", fontsize=8)
    axis.set_title(title, fontsize=9)
    axis.set_xticks([])
    axis.set_yticks([])
