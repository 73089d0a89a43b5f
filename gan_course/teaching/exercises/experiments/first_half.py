"""The experiments of chapters 0 to 5."""

import numpy as np

from gan_course.teaching.checks import same_values
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


@exercise(
    "1.7", "Between two noise vectors", 5, "vector n is start + (end - start) · n / (count - 1)"
)
def _(walk) -> None:
    rng = np.random.default_rng(0)
    start, end = rng.standard_normal((2, 7)).astype(np.float32)
    expected = np.linspace(start, end, 5)
    slips = {
        "end is not reached: divide by count - 1": np.linspace(start, end, 6)[:-1],
        "it goes from end to start": expected[::-1],
        "start and end are left out": np.linspace(start, end, 7)[1:-1],
    }
    same_values(walk(start, end, 5), expected, "walk(start, end, 5)", slips)


choice(
    "1.8",
    "Without dropout in D",
    right="b",
    wrong={
        "a": "compare the two Fréchet distances: how far are they apart?",
        "c": "it trains; only the lines of D are different",
    },
    hint="each of 60,000 images is seen ten times; chapter 7 shows what 200 images do",
    minutes=4,
)
choice(
    "2.9",
    "β₁",
    right="b",
    wrong={
        "a": "in ordinary training the target stands still; here it is the other player",
        "c": "print all three seeds of each: the ranges do not overlap",
    },
    hint="chapter 0, section 7, shows the same in the plane",
    minutes=3,
)
choice(
    "2.10",
    "The slow G, with more time",
    right="b",
    wrong={
        "a": "compare the first two lines that are printed",
        "c": "compare the first and the last line that are printed",
    },
    hint="a tenth of the learning rate needs more steps for the same way",
    minutes=2,
)
choice(
    "2.11",
    "Upsampling",
    right="b",
    wrong={
        "a": "a transposed convolution with a kernel of 3 has the pattern too (section 3)",
        "c": "it repeats each pixel; nothing is there yet that could be blurred",
    },
    hint="count the stamps on each place (exercise 2.4), for stride 1",
    minutes=2,
)
choice(
    "3.8",
    "The learning rate of the two numbers",
    right="b",
    wrong={
        "a": "in simultaneous order each step goes a little outwards, however short it is",
        "c": "print the distance for 0.1 and 0.05 beside that for 0.2",
    },
    hint="a step along the tangent of a circle ends outside of it, by about the step squared",
    minutes=3,
)

choice(
    "4.7",
    "The bound c",
    right="b",
    wrong={
        "a": "compare the distances of the samples, seed by seed",
        "c": "look at the correlations",
    },
    hint="an estimate in a unit that changes during the run cannot be compared with itself",
    minutes=2,
)
choice(
    "4.8",
    "Fewer updates of the critic",
    right="a",
    wrong={
        "b": "compare the distances, seed by seed",
        "c": "look at the correlations",
    },
    hint="the estimate is a distance only for a critic that is near its best",
    minutes=2,
)
choice(
    "4.9",
    "Momentum",
    right="c",
    wrong={
        "a": "compare the distances, seed by seed",
        "b": "the clip bounds the weights, and not how long G runs in an old direction",
    },
    hint="chapter 0, section 7",
    minutes=2,
)
choice(
    "5.8",
    "The weight λ",
    right="b",
    wrong={
        "a": "count the modes with 100, and with 10,000",
        "c": "compare 1 and 100",
    },
    hint="the penalty asks for slope 1 also where a good critic would be flat",
    minutes=3,
)
choice(
    "5.9",
    "Batch normalisation in the critic",
    right="a",
    wrong={
        "b": "print the last rows of the history and look at the column `gradient_norm`",
        "c": "compare both numbers with the row *penalty*",
    },
    hint="the norm adds up the gradients on all images of the batch (section 7)",
    minutes=3,
)
