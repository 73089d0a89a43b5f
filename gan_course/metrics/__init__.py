"""Measures of generated data: functions of arrays, NumPy only.

In: points, images or features of two sets. Out: numbers. Nothing here trains or reads a file.
"""

from gan_course.metrics.frechet import frechet_distance
from gan_course.metrics.modes import Modes, count_modes, points
from gan_course.metrics.principal import PrincipalComponents

__all__ = ["Modes", "PrincipalComponents", "count_modes", "frechet_distance", "points"]
