"""Which images a step sees: a pure function of (run seed, step).

The training images are laid out epoch after epoch, each epoch in an order of its own, and the
batches are cut from that endless row. So each image comes once an epoch, no batch is short (one
may reach over the end of an epoch), and any step can be asked for first.
"""

import mmap
from functools import lru_cache

import numpy as np

from gan_course.base.errors import InputError
from gan_course.base.seeds import BATCH_ORDER

MAPPED = 2**28  # bytes read through a memory-map before its pages are given back


class Batches:
    """`batches(step)` -> uint8 (d_steps, batch, H, W, C): fresh images for every update.

    Discriminator update k of step s takes batch number s * d_steps + k of the row. Two sets that
    know nothing of each other each have a `stream` of random numbers of their own.

    Raises:
      InputError: if a batch is larger than the data.
    """

    def __init__(
        self,
        images: np.ndarray,
        batch_size: int,
        d_steps: int,
        seed: int,
        stream: int = BATCH_ORDER,
    ):
        if batch_size > len(images):
            raise InputError(
                f"batch_size {batch_size} is larger than the data ({len(images)} images); "
                f"use at most {len(images)}"
            )
        self.images = images
        self.batch_size = batch_size
        self.d_steps = d_steps
        self._read = 0  # bytes since pages were given back
        # `tf.random.experimental.index_shuffle` would need no memory, but the orders that it
        # gives two epochs of 60,000 images correlate by 0.9; a permutation costs 1 ms an epoch.
        self._order = lru_cache(maxsize=2)(
            lambda epoch: np.random.default_rng([seed, stream, epoch]).permutation(len(images))
        )

    def indices(self, number: int) -> np.ndarray:
        """The indices (batch_size,) of batch `number`, counted from 0 at the start of the run."""
        positions = np.arange(number * self.batch_size, (number + 1) * self.batch_size)
        epochs, offsets = np.divmod(positions, len(self.images))
        first = epochs == epochs[0]
        return np.concatenate(
            [self._order(epochs[0])[offsets[first]], self._order(epochs[-1])[offsets[~first]]]
        )

    def __call__(self, step: int) -> np.ndarray:
        numbers = range(step * self.d_steps, (step + 1) * self.d_steps)
        chosen = np.stack([self.images[self.indices(number)] for number in numbers])
        self._give_back(chosen.nbytes)
        return chosen

    def _give_back(self, read: int) -> None:
        """Pages of a memory-mapped file count as memory in use once they have been read. The
        system keeps them for the next time, as long as it has no better use for the memory."""
        mapped = self.images.base
        if not isinstance(mapped, mmap.mmap) or not hasattr(mapped, "madvise"):
            return
        self._read += read
        if self._read > MAPPED:
            mapped.madvise(mmap.MADV_DONTNEED)
            self._read = 0
