"""A film as a piece of HTML: play, pause, a slider, a step forward and back.

In: pictures, a caption of each. Out: HTML with the pictures in it, for a cell or for a page. Where
no JavaScript runs (on GitHub, in a mail) the last picture stands there, and how many there are.
"""

import base64
import hashlib
import html
import io
import json
from collections.abc import Sequence

import numpy as np

from gan_course.base.errors import InputError
from gan_course.web.asset import asset, filled

_QUALITY = 80  # of the WebP pictures, of 100
_SMALL = 480  # pixels: what is not as wide is shown enlarged, without smoothing


def player(
    frames: Sequence[np.ndarray],
    captions: Sequence[str],
    about: str = "a film",
    frame_ms: int = 150,
    kilobytes: int = 600,
) -> str:
    """The film as HTML.

    Args:
      frames: uint8 pictures (H, W, 1 or 3) of one shape.
      captions: of each picture, such as "step 500".
      about: what the film shows, for those who do not see it.
      frame_ms: how long each picture stands while the film plays.
      kilobytes: at most, of the HTML; pictures in between are left out until it is not larger.

    Raises:
      InputError: for fewer than two pictures, pictures of other types or several shapes, another
        number of captions, and for a size that not even two pictures fit into.
    """
    frames = [np.asarray(frame) for frame in frames]
    _check(frames, captions)
    told = list(map(str, captions))
    kept = _fitting([*zip(map(_webp, frames), told, strict=True)], 1000 * kilobytes, len(about))
    pictures, captions = map(list, zip(*kept, strict=True))
    film = json.dumps({"frames": pictures, "captions": captions, "wait": frame_ms})
    parts = {
        "id": hashlib.sha256(film.encode()).hexdigest()[:16],
        "width": str(max(_SMALL, frames[0].shape[1])),
        "rendering": "pixelated" if frames[0].shape[1] < _SMALL else "auto",
        "letters": str(max(map(len, captions))),
        "about": html.escape(about),
        "still": pictures[-1],
        "caption": html.escape(f"{captions[-1]}, the last of {len(kept)}"),
        "film": film.replace("</", "<\\/"),
    }
    return filled("player.html", parts)


def _check(frames: list[np.ndarray], captions: Sequence[str]) -> None:
    if len(frames) < 2:
        raise InputError(f"a film needs two pictures at least, got {len(frames)}")
    if len(captions) != len(frames):
        raise InputError(f"{len(frames)} pictures have {len(captions)} captions; give each its own")
    found = sorted({(str(frame.dtype), *frame.shape) for frame in frames}, key=str)
    if len(found) > 1 or found[0][0] != "uint8" or found[0][3:] not in ((1,), (3,)):
        raise InputError(
            f"the pictures of a film are uint8 (H, W, 1 or 3) of one shape, got {found[:3]}; "
            "gan.images.to_uint8 makes them of floats in [-1, 1]"
        )


def _webp(frame: np.ndarray) -> str:
    """The picture as an address that holds it."""
    from PIL import Image

    file = io.BytesIO()
    pixels = frame[..., 0] if frame.shape[-1] == 1 else frame
    Image.fromarray(pixels).save(file, "WEBP", quality=_QUALITY, method=4)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()


def _fitting(scenes: list[tuple[str, str]], size: int, letters: int) -> list[tuple[str, str]]:
    """The first and the last, and as many in between, evenly, as there is room for.

    The last picture counts twice, since it is the still, too; `letters` are those of the title.
    """
    lengths = np.array([len(json.dumps(scene)) for scene in scenes])
    besides = len(asset("player.html")) + int(lengths[-1]) + 12 * letters + 200
    for count in range(len(scenes), 1, -1):
        numbers = np.linspace(0, len(scenes) - 1, count).round().astype(int)
        needed = besides + int(lengths[numbers].sum())
        if needed <= size:
            return [scenes[number] for number in numbers]
    raise InputError(
        f"two pictures of this film need {needed // 1000 + 1} kB, and there is room for "
        f"{size // 1000}; give more kilobytes or smaller pictures"
    )
