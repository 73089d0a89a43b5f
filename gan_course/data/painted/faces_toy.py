"""`faces_toy`: 64x64 colour cartoon faces with five expressions, made by code.

In: how many, and a seed. Out: uint8 images and labels (an index into NAMES).
They stand in for aligned photographs: the eyes near one place, the rest by chance.
Nothing here reads or writes a file, or scales to [-1, 1].
"""

from collections.abc import Iterator
from types import SimpleNamespace as Traits  # float32 (n, 1, 1), or a colour (3, n, 1, 1)

import numpy as np

from gan_course.data.painted.chunks import paint_chunks
from gan_course.data.painted.shapes import rgb
from gan_course.data.painted.warp import balanced_labels

SIDE = 64  # pixels
CHUNK = 20  # faces painted at once: their planes stay in the processor's cache

# What an expression fixes, in pixels: half the mouth's width, rise of its corners, opening,
# teeth; rise and slant of the brows (+ lifts their inner ends); last, how wide the eyes open.
MOOD = ("lips", "bend", "gape", "teeth", "lift", "slant", "lids")
EXPRESSIONS = {
    "neutral": (5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    "smile": (6.6, 2.6, 0.0, 0.0, 0.4, 0.0, 0.9),
    "laugh": (7.2, 2.6, 5.2, 2.0, 0.8, 0.0, 0.7),
    "surprise": (3.6, 0.0, 6.0, 0.0, 2.2, 0.0, 1.3),
    "sad": (5.2, -2.6, 0.0, 0.0, 0.6, 1.6, 0.85),
}
NAMES = tuple(EXPRESSIONS)

# What a hair style fixes, in pixels: volume on top and at the sides; height of the hairline,
# its drop towards the temples, its tilt; how far the sides come in and down, and the hair
# behind the head down; waves in the outline; radius of a bun (0.1: none).
HAIR = ("top", "side", "line", "drop", "tilt", "inset", "reach", "back", "wave", "bun")
STYLES = {
    "bald": (-3.0, -3.0, -50, 0, 0, 0.0, -9, 5, 0.0, 0.1),
    "receding": (0.3, 1.2, -50, 0, 0, 2.0, 3, 8, 0.1, 0.1),
    "buzz": (0.9, 0.7, -11, 7, 0, 0.8, 1, 8, 0.0, 0.1),
    "short": (3.0, 1.3, -11, 5, 3, 1.0, 2, 8, 0.2, 0.1),
    "fringe": (3.0, 1.9, -7.5, 1, 1, 1.4, 4, 10, 0.1, 0.1),
    "curly": (4.5, 3.0, -10, 4, 1, 1.2, 4, 12, 1.0, 0.1),
    "afro": (6.5, 6.5, -11, 5, 0, 1.0, 4, 18, 0.6, 0.1),
    "bun": (1.6, 1.0, -12, 8, 2, 1.2, 1, 8, 0.0, 5.0),
    "bob": (3.0, 3.6, -8, 2, 2, 1.8, 17, 21, 0.2, 0.1),
    "long": (3.0, 3.6, -15, 12, 0, 2.2, 40, 60, 0.2, 0.1),
    "wavy": (4.0, 5.0, -13, 8, 3, 2.0, 26, 34, 1.2, 0.1),
}

# What chance decides, evenly from low to high; "glasses" and the like are there if above 0.
CHANCE = """
angle -.09 .09, size 1.0 1.12, right -1.2 1.2, down -1 1, turn -2 2, light -1 1, slope 0 6.28,
wide 14.6 17, tall 19 21, jaw 0 .24, gap 6.4 7.6, eye 1 1.25, gaze -.8 .8, almond -.14 .06,
brow .6 1.3, arch .4 2, nose 2.3 3.6, long 7.8 9.6, mood .85 1.15, full .9 1.7, part -6 6,
strap 3 9, glasses -.75 .25, square -1 1, beard -.6 .4, tache -.9 .1
"""
SKIN = "fbdcc4 f2c6a4 e3ac82 c98d60 a96f45 7d4d30 573424"
LOCKS = "1b1718 38251c 5c3b22 7a3d1e b5793c dfb968"
IRIS = "2f1d14 5a371d 5d7340 4c83b5 7d93a0"
WHITE = np.float32(0.97)


def make(count: int, seed: int = 0, fine: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Paints `count` >= 1 faces; the same call gives the same bytes, another seed other faces.

    Returns:
      Images uint8 (count, 64 fine, 64 fine, 3), RGB, and labels uint8 (count,), indices into
      NAMES, shuffled, their counts differing by at most one.

    Raises:
      ValueError: if count is below 1 or seed is negative.
    """
    labels = balanced_labels(count, len(NAMES), np.random.default_rng([seed, 0]))
    traits = random_traits(labels, np.random.default_rng([seed, 1]))
    traits |= random_colours(count, np.random.default_rng([seed, 2]))
    images = np.empty((count, SIDE * fine, SIDE * fine, 3), np.uint8)
    np.empty(2**21)  # freed at once: after that glibc keeps freed memory, which halves the time

    def portray(part: slice) -> None:
        some = Traits(**{name: array[..., part, :, :] for name, array in traits.items()})
        images[part] = np.moveaxis(np.rint(np.clip(paint(some, fine), 0, 1) * 255), 0, -1)

    paint_chunks(portray, count, CHUNK)
    return images, labels


def random_traits(labels: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """What each face looks like: float32 (n, 1, 1) under the names of the tables above."""
    style = rng.integers(len(STYLES), size=len(labels))
    traits = dict(zip(MOOD, np.array(list(EXPRESSIONS.values()))[labels].T, strict=True))
    traits |= zip(HAIR, np.array(list(STYLES.values()))[style].T, strict=True)
    for name, low, high in (entry.split() for entry in CHANCE.split(",")):
        traits[name] = rng.uniform(float(low), float(high), len(labels))
    return {name: array.astype(np.float32)[:, None, None] for name, array in traits.items()}


def random_colours(count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """What is painted in what: float32 (3, n, 1, 1), RGB in [0, 1]."""
    tone, age, hue = rng.random(count), rng.random((count, 1)), rng.random((3, count))
    skin = palette(SKIN, tone)
    # The darker the skin, the rarer are fair hair and pale eyes.
    locks = palette(LOCKS, rng.random(count) * (1 - 0.75 * tone))
    colours = {
        "skin": skin,
        "shadow": skin * [0.72, 0.6, 0.56],
        "mouth": skin * [0.9, 0.62, 0.6] + [0.06, 0, 0.01],
        "locks": np.where(age < 0.88, locks, 4 * age - 3.1),  # else grey to white
        "iris": palette(IRIS, rng.random(count) * (1 - 0.7 * tone)),
        "sky": rgb(hue[0], rng.uniform(0.05, 0.35, count), rng.uniform(0.75, 1, count)),
        "ground": rgb(hue[0], rng.uniform(0.05, 0.35, count), rng.uniform(0.45, 0.8, count)),
        "cloth": rgb(hue[1], rng.uniform(0.2, 0.75, count), rng.uniform(0.25, 0.9, count)),
        "frame": rgb(hue[2], rng.uniform(0, 0.7, count), rng.uniform(0.08, 0.4, count)),
    }
    return {name: c.T.astype(np.float32)[..., None, None] for name, c in colours.items()}


def palette(colours: str, at: np.ndarray) -> np.ndarray:
    """Colours (n, 3) in [0, 1] at places (n,) in [0, 1] along a row of them."""
    stops = np.array([list(bytes.fromhex(colour)) for colour in colours.split()]) / 255
    return np.stack([np.interp(at, np.linspace(0, 1, len(stops)), c) for c in stops.T], axis=-1)


def paint(t: Traits, fine: int = 1) -> np.ndarray:
    """Lays the parts of n faces on their backdrops; float32 (3, n, 64 fine, 64 fine)."""
    along = (np.arange(SIDE * fine, dtype=np.float32) - (SIDE * fine - 1) / 2) / fine
    across = np.cos(t.slope) * along + np.sin(t.slope) * along[:, None]
    picture = t.ground + (across / 90 + 0.5) * (t.sky - t.ground)
    cos, sin = np.cos(t.angle) / t.size, np.sin(t.angle) / t.size
    x, y = along - t.right, along[:, None] - t.down
    x, y = cos * x + sin * y, cos * y - sin * x
    for part, (top, bottom) in PARTS.items():
        rows = slice(top * fine, bottom * fine)
        band = picture[:, :, rows]  # a view: what is laid there stays
        for coverage, colour in part(x[:, rows], y[:, rows], t):
            band += coverage * (colour - band)
    return picture


def ellipse(x: np.ndarray, y: np.ndarray, wide: np.ndarray, tall: np.ndarray) -> np.ndarray:
    """Distance to an ellipse about 0, negative inside; from "ellipsoids", iquilezles.org."""
    u, v = x / wide, y / tall
    squared = u * u + v * v + 1e-6
    u, v = u / wide, v / tall
    return (squared - np.sqrt(squared)) / np.sqrt(u * u + v * v + 1e-6)


def cover(distance: np.ndarray, blur: float = 1.0) -> np.ndarray:
    """1 inside and 0 outside, with an edge `blur` pixels wide."""
    return np.clip(0.5 - distance / blur, 0, 1)


def hair_outline(x: np.ndarray, y: np.ndarray, t: Traits) -> np.ndarray:
    """Pixels from the edge of the hair, with its waves and bun; below 0 inside."""
    y = y - 3
    top = t.tall + t.top
    outline = ellipse(x, y, t.wide + t.side, t.back + (top - t.back) * (y < 0))
    outline -= t.wave * 0.7 * (np.sin(0.7 * x + t.part) + np.sin(0.7 * y + t.part))
    return np.minimum(outline, ellipse(x, y + top + t.bun / 2, t.bun, t.bun))


# Each part takes x and y, float32 (n, h, w), pixels to the right of and below the point between
# the eyes, and yields what to lay there, the lowest first: a coverage in [0, 1] and its colour.


def behind(x: np.ndarray, y: np.ndarray, t: Traits) -> Iterator:
    """Hair behind the head, a shirt, and the neck in the chin's shadow."""
    yield cover(hair_outline(x, y, t)), t.locks * 0.72
    yield cover(ellipse(x, y - 41, 25, 16)), t.cloth * (0.9 + 0.2 * t.light * x / SIDE)
    neck = np.maximum(np.abs(x) - 7.5, np.abs(y - 19) - 8)
    chin = cover(ellipse(x, y - 6, t.wide * 0.8, t.tall + 1), 5)
    skin = t.skin + chin * (t.shadow * 0.9 - t.skin)
    yield cover(np.minimum(neck, ellipse(x, y - 25, 9, t.strap))), skin


def head(x: np.ndarray, y: np.ndarray, t: Traits) -> Iterator:
    """Ears, and a face that is darker towards its rim and away from the light."""
    y = y - 3
    ear = ellipse(np.abs(x) - t.wide, y, 2.8, 4.2)
    yield cover(ear), t.shadow + 0.4 * cover(ear + 1.2) * (t.mouth - t.shadow)
    wide = t.wide * (1 - t.jaw * np.maximum(y / t.tall, 0) ** 2)
    rim = (x / wide) ** 2 + (y / t.tall) ** 2  # 1 where the head turns away
    lit = np.clip(1.06 + 0.35 * t.light * x / t.wide - 0.1 * y / t.tall - 0.42 * rim, 0, 1.2)
    yield cover(ellipse(x, y, wide, t.tall)), t.shadow + lit * (t.skin - t.shadow)


def low_face(x: np.ndarray, y: np.ndarray, t: Traits) -> Iterator:
    """Blush, the beard and moustache of some, nose, lips, and what opens between them."""
    wide, grown = t.wide * (1 - t.jaw * ((y - 3) / t.tall) ** 2), t.back < 20  # no long hair
    jaw, x = ellipse(x, y - 3, wide, t.tall), x - t.turn
    yield 0.3 * np.exp(-((np.abs(x) - 9) ** 2 + (y - 8) ** 2) / 14), t.mouth
    jaw = np.maximum(jaw, (13 - 0.055 * x * x - y) / 3)
    yield 0.9 * cover(jaw) * grown * (t.beard > 0), t.locks
    y = y - t.long
    lip = cover(ellipse(x, y - 3.4, 7, 1.8), 1.5)
    yield 0.9 * lip * grown * (np.maximum(t.beard, t.tache) > 0), t.locks
    yield 0.4 * np.exp(-((x + 2 * t.light) ** 2) / 3 - (y + 4) ** 2 / 14), t.shadow
    yield 0.6 * cover(ellipse(x, y, t.nose, 2), 2), t.shadow
    yield 0.8 * cover(ellipse(x, y + 0.9, t.nose * 0.75, 1.8), 2), t.skin * 1.04
    yield 0.5 * cover(ellipse(np.abs(x) - 1.5, y - 1, 1.1, 0.7)), t.shadow * 0.5
    y, gape = y - 6.2 + t.bend * t.mood * ((x / t.lips) ** 2 - 0.4), t.gape * t.mood
    half = 0.45 + gape * (y > 0)
    yield cover(ellipse(x, y, t.lips, half + t.full)), t.mouth
    inner = cover(ellipse(x, y, t.lips - 0.7, half))
    tongue = cover(ellipse(x, y - gape, t.lips * 0.6, gape * 0.5 + 0.1))
    yield inner, t.mouth * (0.35 + 0.65 * tongue)
    yield inner * cover(y - t.teeth) * (t.teeth > 0), WHITE


def eyes(x: np.ndarray, y: np.ndarray, t: Traits) -> Iterator:
    """Both at once, by folding the face: lids, white, iris, pupil, glint; brows; glasses."""
    x = x - t.turn
    side, x, lids = np.sign(x), np.abs(x) - t.gap, t.lids * t.eye
    level = y - (t.almond + 0.05 * t.slant) * x
    tall = 1.8 * lids + (0.6 * lids) * (level < 0)
    yield 0.35 * cover(ellipse(x, level + 0.5, 4.5 * t.eye, tall + 1.2), 2), t.shadow
    yield cover(ellipse(x, level + 0.7, 4 * t.eye, tall)), t.shadow * 0.3
    white = cover(ellipse(x, level, 3.7 * t.eye, tall))
    yield white, WHITE
    look = ellipse(x - side * t.gaze, y + 0.1, t.eye, t.eye)
    yield white * cover(look - t.eye), t.iris
    yield white * cover(look - 0.1), t.iris * 0.15
    yield white * cover(ellipse(x - side * (t.gaze + 0.8 * t.light), y + 0.9, 0.5, 0.5)), WHITE
    brow = y + 5.4 + t.lift + t.arch * (0.5 - (x / 5) ** 2) - t.slant * x / 4
    yield cover(ellipse(x - 0.4, brow, 4.7, t.brow)), t.locks * 0.7
    x, y = np.abs(x), np.abs(y - 0.5)
    lens = np.where(t.square > 0, np.maximum(x - 5.2, y - 4.2), ellipse(x, y, 5.2, 5.2))
    yield 0.12 * cover(lens) * (t.glasses > 0), WHITE
    arms = np.maximum(np.maximum(y - 0.3, -lens), x - 9)
    yield cover(np.minimum(np.abs(lens), arms) - 0.6) * (t.glasses > 0), t.frame


def fringe(x: np.ndarray, y: np.ndarray, t: Traits) -> Iterator:
    """Hair before the head: the outline less an opening for the face, which it shades."""
    outline, away = hair_outline(x, y, t), (x - t.part) / t.wide
    line = t.line + t.drop * away * away + t.tilt * away * np.sign(t.part)
    opening = np.minimum(y - line, t.wide - t.inset - np.abs(x))
    hair = np.maximum(np.maximum(outline, opening), y - t.reach)
    yield 0.35 * cover(hair - 1.5, 4) * cover(ellipse(x, y - 3, t.wide, t.tall)), t.shadow
    gloss = cover(np.abs(outline + 5) - 1, 4) * np.clip(0.6 + t.light * away, 0, 1)
    strands = np.sin(800 * away / (y + 45))
    yield cover(hair), t.locks * (0.82 + 0.08 * strands + 0.3 * gloss - 0.01 * y)


# In the order of painting: the rows, from the first to the last, that each can reach.
PARTS = {behind: (0, 64), head: (4, 64), low_face: (25, 64), eyes: (16, 42), fringe: (0, 64)}
