"""Hand-drawn digits: pen paths, jittered, warped and inked.

In: digit labels and a NumPy generator. Out: ink coverage in [0, 1].
The paths are this file's own, not traced from any data set. Nothing here
knows fonts, and no ready picture is kept: every digit is written afresh.
"""

from functools import lru_cache

import numpy as np

from gan_course.data.painted.chunks import paint_chunks
from gan_course.data.painted.warp import Warp, random_warp

SIDE = 28  # pixels
TALL = 18.0  # pixels from the first to the last pen centre; the pen adds about 2
JITTER = 0.36  # pixels, standard deviation of a control point
SEGMENTS = 48  # straight pieces per digit, each about one pixel long
REACH = 3  # pixels around a piece that its ink can touch
MARGIN = 8  # spare pixels around the canvas, so that no write needs clipping
CHUNK = 400  # images inked at once: their canvases fit the processor's cache

# One string per way of writing the digit. "x y" points on a grid 100 tall, y down,
# joined by a smooth curve; "/" lifts the pen or turns a corner. Two equal points are
# the same point, so jitter never tears a corner open.
WRITINGS = {
    0: (
        "38 1, 20 5, 7 22, 1 46, 3 72, 13 94, 30 100, 46 91, 57 68, 57 40, 50 16, 38 1, 20 5",
        "30 0, 13 7, 3 27, 0 50, 3 73, 13 93, 30 100, 47 93, 57 73, 60 50, 57 27, 47 7, 30 0, 13 7",
        "52 15, 38 1, 20 6, 7 28, 2 54, 5 82, 18 100, 35 95, 48 75, 54 48, 52 22, 42 5, 28 3",
    ),
    1: (
        "34 0, 31 50, 28 100",
        "8 26, 21 16, 34 0 / 34 0, 34 50, 33 100",
        "8 24, 21 15, 34 0 / 34 0, 34 50, 34 100 / 10 100, 34 100, 57 100",
    ),
    2: (
        "4 22, 14 5, 32 0, 50 10, 52 30, 38 56, 20 78, 2 99 / 2 99, 30 98, 60 99",
        "4 20, 18 2, 40 1, 53 19, 46 44, 27 72, 9 95, 2 88, 13 80, 31 90, 46 99, 63 92",
        "2 14, 22 0, 46 6, 54 26, 44 48, 22 66, 6 82, 2 100 / 2 100, 30 99, 58 100",
    ),
    3: (
        "4 14, 18 1, 38 2, 50 16, 44 35, 22 46 / 22 46, 47 52, 58 71, 48 92, 26 100, 2 88",
        "5 2, 30 2, 54 1 / 54 1, 41 20, 26 40 / 26 40, 49 46, 59 67, 50 91, 27 100, 2 90",
        "5 10, 24 0, 46 8, 48 28, 34 43, 22 47, 40 52, 55 66, 52 88, 30 100, 2 92",
    ),
    4: (
        "10 2, 6 30, 3 57 / 3 57, 30 58, 64 55 / 48 10, 46 50, 43 100",
        "44 0, 22 36, 0 70 / 0 70, 30 70, 64 70 / 44 0, 44 50, 44 100",
        "9 2, 5 26, 4 48, 13 58, 34 58, 54 55 / 58 0, 54 50, 48 100",
    ),
    5: (
        "12 2, 9 22, 7 43 / 7 43, 28 37, 49 47, 58 68, 48 92, 24 100, 2 90 / 12 2, 34 2, 57 1",
        "56 3, 36 2, 15 4 / 15 4, 11 24, 8 45 / 8 45, 33 38, 54 54, 54 80, 34 98, 4 95",
    ),
    6: (
        "46 1, 25 16, 9 43, 3 70, 13 94, 33 100, 53 87, 54 66, 38 53, 18 59, 4 76",
        "34 0, 18 26, 5 56, 4 82, 22 100, 46 94, 56 74, 44 54, 22 56, 6 74",
        "54 8, 36 0, 14 16, 2 50, 8 88, 30 100, 52 88, 54 64, 34 50, 14 58, 3 74",
    ),
    7: (
        "2 4, 30 3, 58 2 / 58 2, 38 44, 22 100",
        "2 3, 30 3, 58 2 / 58 2, 40 46, 26 100 / 16 51, 34 50, 54 48",
        "4 20, 4 12, 5 2 / 5 2, 30 4, 58 1 / 58 1, 34 46, 27 100",
    ),
    8: (
        "48 12, 30 0, 10 9, 10 29, 30 46, 52 64, 54 87, 30 100, 5 87, 8 64, 30 46, 48 29, 48 12,"
        " 30 0",
        "30 46, 10 34, 10 10, 30 0, 50 10, 50 34, 30 46, 10 34"
        " / 30 46, 6 60, 3 84, 30 100, 57 84, 54 60, 30 46, 6 60",
    ),
    9: (
        "52 20, 38 3, 18 2, 4 19, 7 40, 24 49, 42 41, 52 20 / 52 20, 53 56, 50 100",
        "52 18, 34 0, 11 7, 4 29, 18 48, 40 43, 52 18 / 52 18, 55 50, 46 83, 25 100, 7 93",
        "50 12, 28 0, 6 12, 6 38, 26 49, 46 36, 50 12 / 50 12, 45 52, 34 100",
    ),
}


def spline(controls: int, at: np.ndarray) -> np.ndarray:
    """Weights of a uniform Catmull-Rom curve, so that points = weights @ controls.

    Args:
      controls: how many control points, at least 2.
      at: (k,), position along the curve in [0, controls - 1].

    Returns:
      float64 (k, controls). The ends are mirrored: p[-1] = 2 p[0] - p[1].
    """
    left = np.minimum(at.astype(int), controls - 2)
    t = (at - left)[:, None]
    basis = np.hstack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3])
    basis = np.hstack([basis, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3]) / 2
    weights = np.zeros((len(at), controls + 2))
    np.put_along_axis(weights, left[:, None] + np.arange(4), basis, axis=1)
    weights[:, [1, 2]] += weights[:, [0]] * [2, -1]
    weights[:, [-2, -3]] += weights[:, [-1]] * [2, -1]
    return weights[:, 1:-1]


def even_positions(points: np.ndarray, pieces: int) -> np.ndarray:
    """Curve positions (pieces + 1,) that cut the curve into pieces of equal length."""
    dense = np.linspace(0, len(points) - 1, 200)
    steps = np.linalg.norm(np.diff(spline(len(points), dense) @ points, axis=0), axis=1)
    travelled = np.concatenate([[0], np.cumsum(steps)])
    return np.interp(np.linspace(0, travelled[-1], pieces + 1), travelled, dense)


def compile_writing(text: str) -> tuple[np.ndarray, np.ndarray]:
    """One writing as distinct control points and the weights of its pieces.

    Returns:
      Controls (c, 2) in pixels from the centre, and weights (2, SEGMENTS, c) that
      turn them into the pieces' starts and ends.
    """
    strokes = [[tuple(map(float, p.split())) for p in s.split(",")] for s in text.split("/")]
    distinct = list(dict.fromkeys(point for stroke in strokes for point in stroke))
    lengths = [np.linalg.norm(np.diff(s, axis=0), axis=1).sum() for s in strokes]
    shares = np.round(np.cumsum([0, *lengths]) / sum(lengths) * SEGMENTS).astype(int)
    weights = np.zeros((2, SEGMENTS, len(distinct)))
    for stroke, first, last in zip(strokes, shares[:-1], shares[1:], strict=True):
        curve = spline(len(stroke), even_positions(np.array(stroke), last - first))
        for column, point in enumerate(stroke):
            weights[0, first:last, distinct.index(point)] += curve[:-1, column]
            weights[1, first:last, distinct.index(point)] += curve[1:, column]
    controls = np.array(distinct)
    centre = (controls.min(axis=0) + controls.max(axis=0)) / 2
    return (controls - centre) * TALL / 100, weights


@lru_cache(maxsize=1)
def compiled_writings() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All writings, padded to one size.

    Returns:
      Controls (v, c, 2), weights (v, 2, SEGMENTS, c), both float32, and the digit
      that each writing shows, (v,), ascending.
    """
    digits = [digit for digit, texts in WRITINGS.items() for _ in texts]
    parts = [compile_writing(text) for texts in WRITINGS.values() for text in texts]
    most = max(len(controls) for controls, _ in parts)
    controls = np.zeros((len(parts), most, 2), np.float32)
    weights = np.zeros((len(parts), 2, SEGMENTS, most), np.float32)
    for row, (some, their_weights) in enumerate(parts):
        controls[row, : len(some)] = some
        weights[row, :, :, : len(some)] = their_weights
    return controls, weights, np.array(digits)


def ink(start: np.ndarray, end: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Draws straight pieces with a round pen.

    Args:
      start, end: float32 (n, k, 2), pixels from the image centre.
      radius: float32 (n, k), pixels, at most 2 (see REACH).

    Returns:
      float32 (n, SIDE, SIDE), coverage in [0, 1].
    """
    wide = SIDE + 2 * MARGIN
    depth = np.full(len(start) * wide * wide, -1.0, np.float32)  # pixels inside the ink
    first = (np.arange(len(start)) * wide * wide)[:, None]
    dy, dx = (a.reshape(-1) for a in np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1])
    offset = np.stack([dx, dy], axis=-1).astype(np.float32)
    to_cell = np.float32(wide / 2 - 0.5)
    # Piece by piece: within one piece every pixel of a window is written once, so plain
    # indexing is exact, and only 49 pixels a piece are touched instead of all 784.
    for piece in range(start.shape[1]):
        a, along = start[:, piece] + to_cell, end[:, piece] - start[:, piece]
        near = np.rint(a + along / 2)
        near = np.clip(near, REACH, wide - 1 - REACH)
        gap = (near - a)[:, None, :] + offset
        squared = np.maximum((along * along).sum(axis=-1), 1e-6)
        part = np.clip((gap @ along[:, :, None])[..., 0] / squared[:, None], 0, 1)
        gap -= part[..., None] * along[:, None, :]
        distance = np.sqrt(gap[..., 0] ** 2 + gap[..., 1] ** 2)
        cell = near.astype(np.int64) @ np.array([1, wide])
        cells = first + cell[:, None] + (dx + dy * wide)
        depth[cells] = np.maximum(depth[cells], radius[:, piece, None] - distance)
    inner = slice(MARGIN, MARGIN + SIDE)
    return np.clip(depth.reshape(-1, wide, wide)[:, inner, inner] + 0.5, 0, 1)


def pen_radius(count: int, rng: np.random.Generator) -> np.ndarray:
    """Pen radius along each digit, float32 (count, SEGMENTS), 0.7 to 1.8 pixels."""
    mean = rng.uniform(0.85, 1.55, (count, 1))
    turns = rng.uniform(0.5, 1.5, (count, 1)) * np.linspace(0, 2 * np.pi, SEGMENTS)
    pressure = rng.uniform(0, 0.16, (count, 1))
    phase = rng.uniform(0, 2 * np.pi, (count, 1))
    return (mean * (1 + pressure * np.sin(turns + phase))).astype(np.float32)


def draw(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Writes one digit per label by hand.

    Args:
      labels: (n,), values 0 to 9.
      rng: decides the writing, the jitter, the pen and the warp.

    Returns:
      float32 (n, 28, 28), ink coverage in [0, 1].
    """
    count = len(labels)
    controls, weights, digits = compiled_writings()
    choices = np.bincount(digits)[labels]
    writing = np.searchsorted(digits, labels) + (rng.random(count) * choices).astype(int)
    jitter = rng.normal(0, JITTER, (count, controls.shape[1], 2)).astype(np.float32)
    radius, warp = pen_radius(count, rng), random_warp(count, rng)
    coverage = np.empty((count, SIDE, SIDE), np.float32)

    def write(part: slice) -> None:
        which = writing[part]
        hand = controls[which] + jitter[part]
        coverage[part] = ink(*ends(weights[which], hand, warp[part]), radius[part])

    paint_chunks(write, count, CHUNK)
    return coverage


def ends(weights: np.ndarray, hand: np.ndarray, warp: Warp) -> tuple[np.ndarray, np.ndarray]:
    """Warped starts and ends, each (n, SEGMENTS, 2), of the pieces that hand controls."""
    return warp(weights[:, 0] @ hand), warp(weights[:, 1] @ hand)
