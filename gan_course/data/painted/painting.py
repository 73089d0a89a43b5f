"""A painting made by code: a night of swirls over dark hills, in long strokes of the brush.

In: nothing. Out: one picture in colour, always the same. Every stroke follows the wind, a field of
directions; its colour is that of the place where it began, a little off.

Source: strokes by averaging noise along a field of directions, Cabral and Leedom 1993, "Imaging
Vector Fields Using Line Integral Convolution".
"""

from functools import cache

import numpy as np

HEIGHT, WIDTH = 320, 480  # pixels
_LONG = 14  # pixels that a stroke goes on from its middle, either way
_THICK = 3  # pixels across a stroke

# x, y and size in heights of the picture, and which way it turns.
_SWIRLS = ((0.62, 0.38, 0.21, 1.0), (0.95, 0.52, 0.14, -1.0), (0.28, 0.62, 0.10, -1.0))
_LIGHTS = ((1.30, 0.17, 0.115), (0.16, 0.14, 0.06), (0.42, 0.12, 0.045), (0.80, 0.13, 0.05),
           (1.06, 0.24, 0.04), (0.10, 0.42, 0.045), (1.38, 0.45, 0.05))  # fmt: skip
# From the darkest to the lightest: 0 is the foot of the hills, 1 the middle of a light.
_PAINTS = np.array(
    [(10, 14, 30), (18, 32, 66), (28, 58, 122), (52, 98, 168), (104, 152, 190), (168, 196, 184),
     (226, 208, 112), (246, 186, 44), (255, 232, 150)], float
)  # fmt: skip


@cache
def make() -> np.ndarray:
    """The painting, uint8 (320, 480, 3), read-only."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] / HEIGHT
    wind, light, hills = _wind(x, y), _light(x, y), _hills(x, y)
    # Each cell of this noise is the end of a brush; drawn along the wind it becomes a stroke.
    rng = np.random.default_rng(1889)
    cells = rng.random((-(-HEIGHT // _THICK), -(-WIDTH // _THICK)))
    cells = cells.repeat(_THICK, axis=0).repeat(_THICK, axis=1)[:HEIGHT, :WIDTH]
    strokes = _along(wind, cells)
    strokes = (strokes - strokes.mean()) / strokes.std()
    tone = np.where(hills > 0, 0.02 + 0.16 * np.exp(-9 * hills), light) + 0.055 * strokes
    colours = _mixed(np.clip(tone, 0, 1))
    # Thick paint: a ridge is lit from the upper left.
    ridge = strokes - np.roll(strokes, (1, 1), axis=(0, 1))
    lit = colours * (1 + 0.10 * np.clip(ridge, -2.5, 2.5))[..., np.newaxis]
    painted = np.clip(np.rint(lit), 0, 255).astype(np.uint8)
    painted.flags.writeable = False
    return painted


def _wind(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The direction of the strokes, (2, H, W): dy and dx, of length 1."""
    across = 1.0 + 0.0 * x
    down = 0.35 * np.sin(5.0 * x + 2.5 * y) + 0.25 * np.sin(9.0 * x - 4.0 * y)
    for middle_x, middle_y, size, turn in (*_SWIRLS, *((*light, 1.0) for light in _LIGHTS)):
        dx, dy = x - middle_x, y - middle_y
        near = 9.0 * np.exp(-((dx**2 + dy**2) / (1.3 * size) ** 2)) / size
        across, down = across - turn * near * dy, down + turn * near * dx
    slope = np.gradient(_ridge(x), axis=1) * HEIGHT
    on_hills = _hills(x, y) > 0
    across, down = np.where(on_hills, 1.0, across), np.where(on_hills, slope, down)
    return np.stack([down, across]) / np.hypot(down, across)


def _light(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How light the sky is: darker above, rings around lights, arms in the swirls."""
    light = 0.24 + 0.16 * y + 0.05 * np.sin(7.0 * x + 9.0 * y + 2.0 * np.sin(4.0 * x))
    for middle_x, middle_y, size, turn in _SWIRLS:
        far = np.hypot(x - middle_x, y - middle_y) / size
        angle = np.arctan2(y - middle_y, x - middle_x)
        light = light + 0.24 * np.exp(-(far**2)) * np.cos(2 * angle - turn * 7.0 * far)
    for middle_x, middle_y, size in _LIGHTS:
        far = np.hypot(x - middle_x, y - middle_y) / size
        glow = np.maximum(0, 1.0 - 0.42 * far) + 0.10 * np.exp(-0.5 * far) * np.cos(6.0 * far)
        light = np.maximum(light, glow)
    return light


def _ridge(x: np.ndarray) -> np.ndarray:
    return 0.80 + 0.05 * np.sin(3.1 * x + 0.6) + 0.03 * np.sin(8.3 * x)


def _hills(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far below the ridge, in heights of the picture; above it negative."""
    return y - _ridge(x)


def _along(wind: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """At each place the mean of the noise along the wind, either way."""
    total = noise.copy()
    for way in (1.0, -1.0):
        place = np.mgrid[:HEIGHT, :WIDTH].astype(float)
        for _ in range(_LONG):
            row, column = _nearest(place)
            place += way * wind[:, row, column]
            total += noise[_nearest(place)]
    return total / (2 * _LONG + 1)


def _nearest(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.rint(place).astype(int)
    return np.clip(rows, 0, HEIGHT - 1), np.clip(columns, 0, WIDTH - 1)


def _mixed(tone: np.ndarray) -> np.ndarray:
    """Tones in [0, 1] as paints, float (H, W, 3), those between two mixed."""
    ends = np.linspace(0, 1, len(_PAINTS))
    return np.stack([np.interp(tone, ends, paint) for paint in _PAINTS.T], axis=-1)
