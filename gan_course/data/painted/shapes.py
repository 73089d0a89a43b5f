"""`shapes`: 32x32 colour pictures of ten plain shapes, made by code.

In: how many, and a seed. Out: uint8 images and labels (an index into NAMES).
Every shape is a function of distance to its outline, so edges are smooth at
any size. Nothing here reads or writes a file, or scales to [-1, 1].

Distances follow Inigo Quilez, "2D distance functions" (iquilezles.org); those
built from half-planes are exact only near the outline, which is all we draw.
"""

import numpy as np

from gan_course.data.painted.chunks import paint_chunks
from gan_course.data.painted.warp import balanced_labels

SIDE = 32  # pixels
CHUNK = 500  # images painted at once, to bound memory
LUMA = np.array([0.299, 0.587, 0.114])  # how bright red, green and blue look (BT.601)


# Each shape takes x and y, float32 arrays of one shape, y up, with the shape about 1 in
# radius, and returns the distance to its outline, negative inside.


def polygon(x: np.ndarray, y: np.ndarray, sides: int) -> np.ndarray:
    """A regular polygon whose corners lie at distance 1, one of them at the top."""
    normals = np.pi / 2 + np.pi * (2 * np.arange(sides) + 1) / sides
    walls = (x * np.cos(a) + y * np.sin(a) for a in normals.astype(np.float32))
    farthest = next(walls)
    for wall in walls:
        farthest = np.maximum(farthest, wall)
    return farthest - np.cos(np.pi / sides)


def circle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.hypot(x, y) - 0.9


def square(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(x), np.abs(y)) - 0.78


def triangle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return polygon(x, y + 0.12, 3) - 0.06  # lowered: its corners balance, its looks do not


def star(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Five points: fold the plane onto half a point, then measure its one straight edge."""
    fifth, tip = np.float32(2 * np.pi / 5), np.float32(1.08)
    angle, radius = np.arctan2(x, y), np.hypot(x, y)
    angle = np.abs(angle - fifth * np.rint(angle / fifth))
    # The edge runs from the tip (0, 1.08) to the notch, 0.5 away from the centre.
    notch = 0.5 * np.sin(fifth / 2), 0.5 * np.cos(fifth / 2)
    length = np.hypot(notch[0], tip - notch[1])
    across, up = (tip - notch[1]) / length, notch[0] / length
    return radius * np.sin(angle) * across + (radius * np.cos(angle) - tip) * up


def ring(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.abs(np.hypot(x, y) - 0.72) - 0.22


def cross(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    long, short = np.maximum(np.abs(x), np.abs(y)), np.minimum(np.abs(x), np.abs(y))
    return np.maximum(long - 0.95, short - 0.3)


def heart(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A square on its corner, and a disc on each of its two upper sides."""
    half, x = np.float32(0.55), np.abs(x)
    y = y + 0.15
    tilted = np.maximum(np.abs(x + y), np.abs(x - y)) / np.sqrt(np.float32(2)) - half
    centre = half / np.sqrt(np.float32(2))
    return np.minimum(tilted, np.hypot(x - centre, y - centre) - half)


def crescent(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    x = x - 0.2  # the bite leaves the weight on the left
    return np.maximum(np.hypot(x, y) - 0.95, 0.8 - np.hypot(x - 0.45, y))


def diamond(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (np.abs(x) * 1.05 + np.abs(y) * 0.62 - 0.65) / np.hypot(1.05, 0.62).astype(np.float32)


def hexagon(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return polygon(x, y, 6)


# How far each shape may turn, in degrees: a square turned by 45 would pass for a diamond, a
# cross turned by 45 for an X.
SHAPES = {
    circle: 0,
    square: 18,
    triangle: 180,
    star: 180,
    ring: 0,
    cross: 18,
    heart: 25,
    crescent: 180,
    diamond: 12,
    hexagon: 180,
}
NAMES = tuple(shape.__name__ for shape in SHAPES)


def make(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Paints a set of shapes; the same call gives the same bytes.

    Args:
      count: how many images, at least 1.
      seed: not negative; another seed gives another set.

    Returns:
      Images uint8 (count, 32, 32, 3), RGB, and labels uint8 (count,), indices into
      NAMES, shuffled, their counts differing by at most one.

    Raises:
      ValueError: if count is below 1 or seed is negative.
    """
    labels = balanced_labels(count, len(NAMES), np.random.default_rng([seed, 0]))
    pose = random_pose(labels, np.random.default_rng([seed, 1]))
    paint, paper, light = random_colours(count, np.random.default_rng([seed, 2]))
    images = np.empty((count, SIDE, SIDE, 3), np.uint8)

    def lay(part: slice) -> None:
        coverage = cover(labels[part], *(array[part] for array in pose))
        ground = paper[part] + gradient(light[part])
        mixed = ground + coverage[..., None] * (paint[part] - ground)
        images[part] = np.rint(np.clip(mixed, 0, 1) * 255)

    paint_chunks(lay, count, CHUNK)
    return images, labels


def random_pose(labels: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Where each shape stands: size (n,) and shift (n, 2) in pixels, turn (n,) in radians."""
    count = len(labels)
    size = rng.uniform(8.5, 12.0, count)
    # Larger shapes move less, so that none leaves the picture.
    room = np.clip(SIDE / 2 - 1 - 1.1 * size, 0, None)[:, None]
    shift = rng.uniform(-1, 1, (count, 2)) * room
    most = np.deg2rad(list(SHAPES.values()))[labels]
    return size.astype(np.float32), shift, rng.uniform(-1, 1, count) * most


def cover(labels: np.ndarray, size: np.ndarray, shift: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Coverage of each pixel by its image's shape, float32 (n, 32, 32) in [0, 1]."""
    centres = np.arange(SIDE) - (SIDE - 1) / 2
    x = (centres[None, None, :] - shift[:, 0, None, None]) / size[:, None, None]
    y = (-centres[None, :, None] - shift[:, 1, None, None]) / size[:, None, None]
    cos, sin = np.cos(turn)[:, None, None], np.sin(turn)[:, None, None]
    x, y = (cos * x + sin * y).astype(np.float32), (cos * y - sin * x).astype(np.float32)
    distance = np.empty_like(x)
    for label, shape in enumerate(SHAPES):
        mine = labels == label
        distance[mine] = shape(x[mine], y[mine])
    return np.clip(0.5 - distance * size[:, None, None], 0, 1)


def gradient(light: np.ndarray) -> np.ndarray:
    """Brightness added across each picture, float32 (n, 32, 32, 1), from a slope (n, 2)."""
    along = np.linspace(-1, 1, SIDE, dtype=np.float32)
    slope = light.astype(np.float32)
    return (slope[:, :1, None] * along + slope[:, 1:, None] * along[:, None])[..., None]


def random_colours(count: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """A saturated paint, a quiet paper far from it in brightness, and a slope of light.

    Returns:
      paint, paper: float32 (count, 1, 1, 3), RGB in [0, 1].
      light: (count, 2), brightness gained from the centre to the right and bottom edges.
    """
    # Even steps of HSV hue are mostly green; this gives red to yellow and blue to pink more.
    hue = np.interp(rng.random(count), [0, 0.3, 0.5, 0.62, 1], [0, 0.17, 0.4, 0.53, 1])
    paint = rgb(hue, rng.uniform(0.75, 0.95, count), rng.uniform(0.8, 1.0, count))
    # Dark paper under bright paint and light paper under dark paint keep every shape in view.
    dark = paint @ LUMA > 0.52
    value = np.where(dark, rng.uniform(0.14, 0.28, count), rng.uniform(0.9, 0.97, count))
    saturation = np.where(dark, rng.uniform(0.2, 0.6, count), rng.uniform(0.04, 0.18, count))
    paper = rgb(rng.random(count), saturation, value)
    light = rng.uniform(-0.04, 0.04, (count, 2))
    return *(c.astype(np.float32)[:, None, None] for c in (paint, paper)), light


def rgb(hue: np.ndarray, saturation: np.ndarray, value: np.ndarray) -> np.ndarray:
    """HSV in [0, 1], each (n,), to RGB (n, 3) in [0, 1]."""
    sextant = (hue[:, None] * 6 + np.array([5, 3, 1])) % 6
    fall = np.clip(np.minimum(sextant, 4 - sextant), 0, 1)
    return value[:, None] * (1 - saturation[:, None] * fall)
