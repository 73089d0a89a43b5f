"""Pictures painted a few at a time, on every core.

In: a function that paints one part of a set. Nothing here knows what it paints.
A part has its own slice of the result and no random numbers, so the order does not matter.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def paint_chunks(paint: Callable[[slice], None], count: int, size: int) -> None:
    """Calls `paint` with slices that cover range(count), of `size` images each (the last: fewer).

    Threads suffice: NumPy lets go of Python's lock while it computes.
    """
    parts = [slice(begin, min(begin + size, count)) for begin in range(0, count, size)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(paint, parts):  # raises here what a part raised
            pass
