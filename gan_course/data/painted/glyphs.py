"""`glyphs`: 28x28 digits made by code, half from fonts, half written by a pen.

In: how many, and a seed. Out: uint8 images, white ink on black, and labels.
The fonts are the free ones that matplotlib ships. Nothing here reads the
network, writes a file, scales to [-1, 1] or splits into train and test.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np

from gan_course.data.painted.chunks import paint_chunks
from gan_course.data.painted.strokes import draw
from gan_course.data.painted.warp import balanced_labels, random_warp

NAMES = tuple("0123456789")
SIDE = 28  # pixels
TALL = 20  # pixels, height of an unwarped digit, as in MNIST
CELLS = 4  # mask cells per pixel
REACH = 8  # cells: distances are exact up to here, and cut beyond
CHUNK = 500  # images sampled at once, to bound memory

# Font file -> pixels by which its outline may shrink (-) or grow (+).
FONTS = {
    "DejaVuSans.ttf": (-0.2, 0.45),
    "DejaVuSans-Oblique.ttf": (-0.2, 0.45),
    "DejaVuSans-Bold.ttf": (-0.5, 0.05),
    "DejaVuSerif.ttf": (-0.1, 0.45),
    "DejaVuSerif-Italic.ttf": (-0.1, 0.45),
    "DejaVuSerif-Bold.ttf": (-0.3, 0.1),
    "STIXGeneral.ttf": (0.1, 0.6),
    "STIXGeneralBol.ttf": (-0.1, 0.3),
    "cmr10.ttf": (0.1, 0.6),
    "cmss10.ttf": (-0.1, 0.5),
    "cmtt10.ttf": (0.0, 0.5),
    "cmb10.ttf": (-0.2, 0.3),
}


def make(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draws a set of digits; the same call gives the same bytes in every process.

    (Under one version of NumPy, Pillow and matplotlib: another may round differently.)

    Args:
      count: how many images, at least 1.
      seed: not negative; another seed gives another set.

    Returns:
      Images uint8 (count, 28, 28), 0 is paper and 255 full ink, and labels
      uint8 (count,), 0 to 9, shuffled, their counts differing by at most one.

    Raises:
      ValueError: if count is below 1 or seed is negative.
    """
    labels = balanced_labels(count, len(NAMES), np.random.default_rng([seed, 0]))
    printed = np.random.default_rng([seed, 1]).random(count) < 0.5
    coverage = np.empty((count, SIDE, SIDE), np.float32)
    coverage[printed] = stamp(labels[printed], np.random.default_rng([seed, 2]))
    coverage[~printed] = draw(labels[~printed], np.random.default_rng([seed, 3]))
    return np.rint(coverage * 255).astype(np.uint8), labels


def stamp(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Prints one digit per label, in a font, weight and warp of the rng's choice.

    Args:
      labels: (n,), values 0 to 9.

    Returns:
      float32 (n, 28, 28), ink coverage in [0, 1].
    """
    count = len(labels)
    font = rng.integers(len(FONTS), size=count)
    low, high = np.array(list(FONTS.values()))[font].T
    growth = rng.uniform(low, high).astype(np.float32)[:, None]
    back = random_warp(count, rng).inverse()  # from a pixel to the mask point it shows
    centres = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    grid = np.stack(np.meshgrid(centres, centres), axis=-1).reshape(-1, 2)
    coverage = np.empty((count, SIDE * SIDE), np.float32)
    depths = printed_depths()

    def print_part(part: slice) -> None:
        sheet = font[part] * len(NAMES) + labels[part]
        depth = sample(depths, sheet, back[part](grid)) / back[part].scale[:, None]
        coverage[part] = np.clip(depth + growth[part] + 0.5, 0, 1)

    paint_chunks(print_part, count, CHUNK)
    return coverage.reshape(count, SIDE, SIDE)


def sample(depths: np.ndarray, sheet: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Reads the printed digits between their cells, bilinearly.

    Args:
      depths: `printed_depths()`.
      sheet: int (n,), which row of it.
      points: float32 (n, k, 2), pixels from the centre.

    Returns:
      float32 (n, k), pixels inside (+) or outside (-) the outline.
    """
    side = depths.shape[1]
    at = np.clip(points * CELLS + (side - 1) / 2, 0, side - 1.001)
    corner = at.astype(np.int32)
    x, y = np.moveaxis(at - corner, -1, 0)
    index = sheet[:, None] * side**2 + corner[..., 1] * side + corner[..., 0]
    flat = depths.reshape(-1)
    upper = flat[index] * (1 - x) + flat[index + 1] * x
    lower = flat[index + side] * (1 - x) + flat[index + side + 1] * x
    return upper * (1 - y) + lower * y


@lru_cache(maxsize=1)
def printed_depths() -> np.ndarray:
    """Every digit of every font as a field of signed distances to its outline.

    Returns:
      float32 (fonts * 10, 112, 112), pixels, positive inside, cut at +-2.
    """
    masks = np.concatenate([digit_masks(name) for name in FONTS])
    # An edge cell half covered lies on the outline; this places edges within a fraction of
    # a cell. The scheme is that of mapbox/tiny-sdf (index.js).
    far = np.float32(REACH**2)
    outside = np.where(masks > 0, np.maximum(0.5 - masks, 0) ** 2, far)
    inside = np.where(masks < 1, np.maximum(masks - 0.5, 0) ** 2, far)
    depth = (np.sqrt(nearest(inside)) - np.sqrt(nearest(outside))) / CELLS
    depth.setflags(write=False)
    return depth


def nearest(squared: np.ndarray) -> np.ndarray:
    """Squared distance, in cells and cut at REACH, to the nearest seed.

    Args:
      squared: float32 (n, side, side), the squared distance a seed cell starts
        with; REACH**2 elsewhere.
    """
    for axis in (1, 2):
        best = squared.copy()
        for step in range(1, REACH):
            ahead, behind = [slice(None)] * 3, [slice(None)] * 3
            ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
            for here, there in ((ahead, behind), (behind, ahead)):
                view = best[tuple(here)]
                np.minimum(view, squared[tuple(there)] + step**2, out=view)
        squared = best
    return squared


def digit_masks(font_file: str) -> np.ndarray:
    """One font's ten digits, each centred by its bounding box.

    Returns:
      float32 (10, 112, 112), coverage in [0, 1], CELLS cells to the pixel.

    Raises:
      FileNotFoundError: if the installed matplotlib lacks its fonts.
    """
    import matplotlib  # here, not above: slow to import, and wanted for its data path only
    from PIL import Image, ImageDraw, ImageFont

    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / font_file
    if not path.exists():
        raise FileNotFoundError(f"no {path}: install matplotlib from PyPI, which ships its fonts")
    # The basic layout is in every build of Pillow; the other depends on a system library.
    trial = ImageFont.truetype(path, 200, layout_engine=ImageFont.Layout.BASIC)
    _, top, _, bottom = trial.getbbox("0")
    font = trial.font_variant(size=200 * TALL * CELLS / (bottom - top))
    side = SIDE * CELLS
    masks = np.zeros((len(NAMES), side, side), np.float32)
    for digit, name in enumerate(NAMES):
        sheet = Image.new("L", (2 * side, 2 * side))
        ImageDraw.Draw(sheet).text((side, side), name, fill=255, font=font, anchor="mm")
        inked = np.asarray(sheet.crop(sheet.getbbox()))
        tall, wide = inked.shape
        top, left = (side - tall) // 2, (side - wide) // 2
        masks[digit, top : top + tall, left : left + wide] = inked
    return masks / 255
