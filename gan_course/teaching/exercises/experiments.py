"""The experiments at the chapters' ends: run it, look, and say which sentence fits.

What the right answers say was found with three seeds or more, where luck has a part in it.
"""

import numpy as np

from gan_course.teaching.exercises.registry import choice, exercise
from gan_course.teaching.mismatch import Mismatch

choice(
    "0.9",
    "Which noise goes where?",
    right="b",
    wrong={
        "a": "play three seeds: the wheel of colours is turned, or turned over, each time",
        "c": "look at the widths of the parts: D asks for good points, not for equal shares",
    },
    hint="G is continuous: neighbours in the noise are neighbours in the plane",
    minutes=3,
)
choice(
    "0.10",
    "Where between 0.5 and 0.9?",
    right="b",
    wrong={
        "a": "with 0.7 all modes are still covered; look at the share of good points",
        "c": "with 0.7 one of the two has fallen, and the other has not",
    },
    hint="momentum makes G run past a cloud before it makes it forget one",
    minutes=3,
)


@exercise("0.11", "Your own data", 5, "np.stack([x, y], axis=1) makes a point a row of two numbers")
def _(curve) -> None:
    points = np.asarray(curve(400), dtype=float)
    if points.shape != (400, 2):
        raise Mismatch(f"curve(400) has shape {points.shape}, expected (400, 2): a point a row")
    if not np.isfinite(points).all() or np.abs(points).max() > 1:
        raise Mismatch(
            f"the numbers go from {points.min():.3g} to {points.max():.3g}; "
            "G ends in tanh, so it cannot leave [-1, 1]"
        )
    different = len(np.unique(points.round(6), axis=0))
    if different < 200:
        raise Mismatch(f"only {different} of 400 points differ: that is a few modes, and no curve")
