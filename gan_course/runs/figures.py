"""Empty figures to draw on.

In: how many axes, how large. Out: a matplotlib Figure. Nothing here draws.
"""

import contextlib
import sys

from matplotlib.figure import Figure

if "ipykernel" in sys.modules:  # a notebook shows figures once pyplot's backend has told it how
    with contextlib.suppress(Exception):  # of a backend that is not there
        from matplotlib import pyplot

        pyplot.close(pyplot.figure())


def figure(rows: int = 1, columns: int = 1, width: float = 9.0, height: float = 3.2):
    """An empty figure and its axes, unknown to pyplot: no window opens, whatever its backend is,
    and a notebook shows it once, where it is returned."""
    made = Figure(figsize=(width, height), layout="constrained")
    return made, made.subplots(rows, columns)
