"""Layers that compute what Keras's own compute, with less work, on a CPU. One door, one switch.

In: a finished network. Out: the same network: the same layers, weights, summary and file, and the
same numbers up to rounding (from dropout: of the same distribution). A network that is loaded from
its file computes in Keras's way. On a GPU nothing is replaced: XLA joins the operations there.

The switch is the environment variable GAN_COURSE_LAYERS: "fast" or nothing (all tricks), "keras"
(none), or names of `TRICKS` with commas between them. It is read when a network is built.
`python -m benchmarks.settings` shows what each trick brings.
"""

import os

from gan_course.base import device
from gan_course.base.backend import keras
from gan_course.base.errors import unknown_name
from gan_course.models.fast import guard, tricks
from gan_course.models.fast.piecewise import without_second_slopes
from gan_course.models.fast.tricks import TRICKS

__all__ = [
    "SWITCH", "TRICKS", "active", "adam", "explain", "speed_up", "without_second_slopes",
]  # fmt: skip

SWITCH = "GAN_COURSE_LAYERS"
_ALL = tuple(TRICKS)
_WHOLE = {"": _ALL, "fast": _ALL, "keras": ()}


def speed_up(network: keras.Model) -> keras.Model:
    """Let the layers of a built network compute with less work, where they gain by it.

    Returns:
      the network, changed in place.

    Raises:
      InputError: if GAN_COURSE_LAYERS says something else.
    """
    tricks.replace(network, active())
    return network


def adam() -> type[keras.optimizers.Adam]:
    """The class of Adam to use now. Raises as `speed_up` does."""
    return tricks.adam(active())


def active() -> tuple[str, ...]:
    """The tricks that a network built now will use. Raises as `speed_up` does."""
    return _choice()[0]


def explain() -> str:
    """Which tricks are used here, and why: a line for the doctor. Raises as `speed_up` does."""
    names, why = _choice()
    done = f"with less work than Keras's own: {', '.join(TRICKS[name] for name in names)}"
    return f"{done if names else 'those of Keras'}{why} (environment: {SWITCH})"


def _choice() -> tuple[tuple[str, ...], str]:
    """The active tricks, and the reason as the end of a sentence."""
    names = _wanted(os.environ.get(SWITCH, ""))
    if not device.own_kernels():
        return (), ", whose operations XLA joins on a GPU"
    if names and not guard.trusted(names, keras.__version__):
        return (), f" {keras.__version__}, with which the faster ones do not agree"
    return names, "" if names == _ALL else ", as you have set it"


def _wanted(said: str) -> tuple[str, ...]:
    """The tricks that the value of the switch names, in the order of `TRICKS`."""
    words = [word.strip() for word in said.split(",")]
    if len(words) == 1 and words[0] in _WHOLE:
        return _WHOLE[words[0]]
    for word in words:
        if word not in TRICKS:
            raise unknown_name(f"word in {SWITCH}", word, [*TRICKS, "fast", "keras"])
    return tuple(name for name in TRICKS if name in words)
