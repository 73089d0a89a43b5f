"""What the notebooks use to explain: the library's own source, checks, drawings.

In: functions of the library and of the student. Out: something to look at, or a `Mismatch` that
says how far apart the two are. Nothing here is used by training.
"""

from gan_course.teaching import planted
from gan_course.teaching.checks import (
    Mismatch,
    same_objective,
    same_penalty,
    same_update,
    same_values,
)
from gan_course.teaching.drawings import overlap, transposed_convolution
from gan_course.teaching.exercises import check
from gan_course.teaching.explore import explore
from gan_course.teaching.guesses import Guesses
from gan_course.teaching.interactive import live, player
from gan_course.teaching.plane import Camera, field, film, pull
from gan_course.teaching.source import animation, show

__all__ = [
    "Camera",
    "Guesses",
    "Mismatch",
    "animation",
    "check",
    "explore",
    "field",
    "film",
    "live",
    "overlap",
    "planted",
    "player",
    "pull",
    "same_objective",
    "same_penalty",
    "same_update",
    "same_values",
    "show",
    "transposed_convolution",
]
