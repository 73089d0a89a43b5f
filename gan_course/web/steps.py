"""The steps of a network for the page, and its weights as text.

In: steps and arrays, one after the other. Out: one dictionary for JSON. Weights become whole
numbers times one factor for each kernel: of 16 bits, nearer than float16 of the same size; of 14
bits in large kernels, whose many small errors cancel, and whose last bits zlib cannot compress.
What multiplies or shifts a whole channel stays float32.
"""

import base64
import zlib
from dataclasses import dataclass, field

import numpy as np

LEVELS = 2**15 - 1  # of a number, to either side of 0
LEVELS_OF_LARGE = 2**13 - 1
LARGE = 100_000  # numbers in a kernel


@dataclass
class Steps:
    """What a network computes, in order; every value has a number, the first are the inputs.

    as_trained: whether dropout draws and batch norms take the statistics of the image alone.
    shapes: of each value, without the batch.
    """

    as_trained: bool = False
    shapes: list[tuple[int, ...]] = field(default_factory=list)
    steps: list[dict] = field(default_factory=list)
    arrays: list[np.ndarray] = field(default_factory=list)

    def input(self, shape: tuple[int, ...]) -> int:
        """The number of one more input, before the first step."""
        self.shapes.append(tuple(shape))
        return len(self.shapes) - 1

    def add(self, op: str, of: list[int], shape: tuple[int, ...], **numbers) -> int:
        """One step more; the number of the value that it makes."""
        plain = {name: _plain(value) for name, value in numbers.items() if value is not None}
        self.steps.append({"op": op, "of": list(of), "shape": _plain(shape), **plain})
        return self.input(shape)

    def array(self, tensor) -> int | None:
        """The number of an array of weights; None for a bias that is not there."""
        if tensor is None:
            return None
        self.arrays.append(np.asarray(tensor, np.float32))
        return len(self.arrays) - 1

    def packed(self, output: int) -> dict:
        """All of it, for JSON.

        Returns:
          inputs: their shapes; steps; output: its number; arrays: the length of each, and the
          factor of a kernel; kernels, vectors: base64 of what zlib made of the bytes.
        """
        kernels = [each for each in self.arrays if each.ndim > 1]
        vectors = [each for each in self.arrays if each.ndim == 1]
        levels = [_levels(each) for each in kernels]
        scales = iter([scale for _, scale in levels])
        whole = np.concatenate([each for each, _ in levels] or [np.zeros(0, np.int16)])
        # All high bytes, then all low ones: alike beside alike can be compressed.
        high_and_low = whole.astype(">i2").view(np.uint8).reshape(-1, 2).T
        return {
            "inputs": _plain(self.shapes[: len(self.shapes) - len(self.steps)]),
            "steps": self.steps,
            "output": output,
            "arrays": [
                {"length": each.size, **({"scale": next(scales)} if each.ndim > 1 else {})}
                for each in self.arrays
            ],
            "kernels": _text(high_and_low.tobytes()),
            "vectors": _text(np.concatenate([np.zeros(0), *vectors]).astype("<f4").tobytes()),
        }


def _levels(kernel: np.ndarray) -> tuple[np.ndarray, float]:
    levels = LEVELS if kernel.size < LARGE else LEVELS_OF_LARGE
    scale = float(np.abs(kernel).max()) / levels or 1.0  # where all are 0, any will do
    return np.rint(kernel.ravel() / scale).astype(np.int16), scale


def _text(raw: bytes) -> str:
    return base64.b64encode(zlib.compress(raw, 9)).decode()


def _plain(value):
    """NumPy's and Keras's numbers and tuples as JSON knows them."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value
