"""`street_digits`: 28x28 colour pictures of house numbers, made by code.

In: how many, and a seed. Out: uint8 images and labels. They look like the digits that are cut out
of photographs of houses (Netzer et al. 2011, SVHN): printed, in any colours, on an uneven ground,
with parts of the neighbours in view; the label is that of the digit in the middle. Nothing here
reads or writes a file, or scales to [-1, 1].
"""

import numpy as np

from gan_course.data.painted import glyphs
from gan_course.data.painted.chunks import paint_chunks
from gan_course.data.painted.shapes import LUMA, rgb
from gan_course.data.painted.warp import balanced_labels

NAMES = glyphs.NAMES
SIDE = glyphs.SIDE  # pixels
CHUNK = 500  # images painted at once, to bound memory
NEIGHBOUR = 0.5  # the chance of one, on each side
DARK_INK = 0.2  # the chance that the ink is darker than the ground


def make(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Paints a set of house numbers; the same call gives the same bytes.

    Args:
      count: how many images, at least 1.
      seed: not negative; another seed gives another set.

    Returns:
      Images uint8 (count, 28, 28, 3), RGB, and labels uint8 (count,), 0 to 9, shuffled,
      their counts differing by at most one.

    Raises:
      ValueError: if count is below 1 or seed is negative.
    """
    labels = balanced_labels(count, len(NAMES), np.random.default_rng([seed, 0]))
    coverage = numbers(labels, np.random.default_rng([seed, 1]), [seed, 2])
    ink, ground = random_colours(count, np.random.default_rng([seed, 3]))
    light, soft, grain = random_air(count, np.random.default_rng([seed, 4]))
    images = np.empty((count, SIDE, SIDE, 3), np.uint8)

    def lay(part: slice) -> None:
        covered = blurred(coverage[part], soft[part])[..., None]
        picture = ground[part] + covered * (ink[part] - ground[part])
        picture = picture * shade(light[part])[..., None] + grain[part]
        images[part] = np.rint(np.clip(picture, 0, 1) * 255)

    paint_chunks(lay, count, CHUNK)
    return images, labels


def numbers(labels: np.ndarray, rng: np.random.Generator, seed) -> np.ndarray:
    """Ink coverage (n, 28, 28) of the digits and of what can be seen of their neighbours."""
    count = len(labels)
    # One seed for all three: the same font, weight and warp, as on one plate.
    middle = glyphs.stamp(labels, np.random.default_rng(seed))
    whole = middle.copy()
    for side in (-1, 1):
        others = glyphs.stamp(rng.integers(10, size=count), np.random.default_rng(seed))
        gap = rng.integers(2, 6, count)  # pixels between the two
        there = rng.random(count) < NEIGHBOUR
        shift = side * (extent(middle, side) + extent(others, -side) + gap)
        whole = np.maximum(whole, there[:, None, None] * shifted(others, shift))
    return whole


def extent(coverage: np.ndarray, side: int) -> np.ndarray:
    """Pixels from the middle to the last ink on the left (-1) or right (1) of each image."""
    inked = (coverage > 0.2).any(axis=1)[:, ::side]  # its last column is the side's
    return SIDE // 2 - inked[:, ::-1].argmax(axis=1)


def shifted(coverage: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Each image moved to the right by its own whole number of pixels; paper follows."""
    from_ = np.arange(SIDE) - shift[:, None]
    inside = (from_ >= 0) & (from_ < SIDE)
    moved = np.take_along_axis(coverage, np.clip(from_, 0, SIDE - 1)[:, None], axis=2)
    return moved * inside[:, None]


def random_colours(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Ink and ground, float32 (n, 1, 1, 3) in [0, 1]: any hues, one dark and the other light."""
    dark, light = rng.uniform(0.1, 0.32, count), rng.uniform(0.6, 0.88, count)
    swap = rng.random(count) < DARK_INK
    lumas = np.where(swap, dark, light), np.where(swap, light, dark)
    ink, ground = (coloured(rng.random(count), rng.uniform(0.1, 0.8, count), y) for y in lumas)
    return ink, ground


def coloured(hue: np.ndarray, strength: np.ndarray, luma: np.ndarray) -> np.ndarray:
    """Colours of a brightness: from the grey of that luma towards the hue, by a share `strength`
    of the way to the end of what can be shown."""
    pure = rgb(hue, np.ones_like(hue), np.ones_like(hue))
    away = pure - (pure @ LUMA)[:, None]  # changes no luma
    grey = luma[:, None]
    room = np.where(away > 0, 1 - grey, grey) / np.maximum(np.abs(away), 1e-6)
    colour = grey + (strength * room.min(axis=1))[:, None] * away
    return colour.astype(np.float32)[:, None, None]


def random_air(count: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """What lies between a number and its picture: light, softness and grain."""
    light = rng.uniform(-0.16, 0.16, (count, 3)).astype(np.float32)
    soft = rng.uniform(0, 0.24, count).astype(np.float32)
    grain = rng.standard_normal((count, SIDE, SIDE, 1), np.float32)
    return light, soft, grain * rng.uniform(0.004, 0.025, (count, 1, 1, 1)).astype(np.float32)


def shade(light: np.ndarray) -> np.ndarray:
    """Brightness by which a picture is multiplied, (n, 28, 28): a slope, and a bend across it."""
    along = np.linspace(-1, 1, SIDE, dtype=np.float32)
    right, down, bend = (part[:, None, None] for part in light.T)
    return 1 + right * along + down * along[:, None] + bend * (along * along[:, None])


def blurred(coverage: np.ndarray, soft: np.ndarray) -> np.ndarray:
    """Mixes each pixel with its four neighbours; `soft` (n,) is the weight of each, below 1/4."""
    at = np.arange(SIDE)
    before, after = np.maximum(at - 1, 0), np.minimum(at + 1, SIDE - 1)
    for axis in (1, 2):
        beside = coverage.take(before, axis) + coverage.take(after, axis)
        coverage = coverage + soft[:, None, None] * (beside - 2 * coverage)
    return coverage
