"""PyTorch in a process of its own, which makes steps when its turn comes.

In: a recipe and batches. Out: a contestant of `measure.in_turns`. Of two frameworks in one process
each may load libraries that break the other (PyTorch 2.14's optimizers beside TensorFlow end in a
segmentation fault); and here the machine may have any PyTorch. While it waits for its turn the
other process sleeps.

The batches are made beforehand, and come again in the same order: whatever our game does for each
of its own, such as crops, costs PyTorch nothing.
"""

import importlib.util
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gan_course.recipes.schema import Recipe

Batch = dict[str, np.ndarray]  # as the recipe's game makes it


def installed() -> bool:
    """Whether PyTorch is there to be compared with; it is not loaded."""
    return importlib.util.find_spec("torch") is not None


class TorchPlayer:
    """The other process; `with` ends it.

    Args:
      batches: as the game makes them for its first steps; of a painting the pictures, see
        torch_style.py.
      same_fakes: see torch_step.py.

    Raises:
      RuntimeError: if it ends before it is told to; its own words are on stderr.
    """

    def __init__(self, recipe: Recipe, batches: Sequence[Batch], same_fakes: bool = False):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.torch_player"],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._say(pickle.dumps((recipe, list(batches), same_fakes)))
        self.parameters, self.version = int(self._answer()), self._answer()

    def play(self, count: int) -> float:
        """So many steps; the seconds that they took there."""
        self._say(f"{count}\n".encode())
        return float(self._answer())

    def __enter__(self) -> "TorchPlayer":
        return self

    def __exit__(self, *_) -> None:
        self._process.stdin.close()  # the end of its orders
        self._process.stdout.close()
        self._process.wait()

    def _say(self, order: bytes) -> None:
        try:
            self._process.stdin.write(order)
            self._process.stdin.flush()
        except BrokenPipeError:
            self._gone()

    def _answer(self) -> str:
        line = self._process.stdout.readline().decode().strip()
        return line or self._gone()

    def _gone(self) -> str:
        code = self._process.wait()
        raise RuntimeError(f"the process of PyTorch ended with exit code {code}; see above")
