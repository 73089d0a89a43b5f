"""Show in a notebook what is on the disk: the library's source, a training's animation.

The source is fetched when it is shown, so it cannot go stale.
"""

import base64
import inspect
import io
from collections.abc import Callable
from pathlib import Path

from gan_course.base.errors import InputError
from gan_course.base.files import user_path


def show(function: Callable):
    """The source of a function or class, highlighted in a notebook.

    Raises:
      TypeError: for something without Python source, such as an array.
    """
    from IPython.display import Code

    class Monospaced(Code):
        """An exported page would show it in the font of the text."""

        def _repr_html_(self) -> str:
            return super()._repr_html_().replace("<pre>", '<pre style="font-family: monospace">')

    return Monospaced(inspect.getsource(function), language="python")


def animation(gif: str | Path):
    """A GIF as part of the notebook itself: as HTML, since exported pages know no `image/gif`.

    The frames are packed anew, without loss, if that makes them smaller: in a GIF, pixels that were
    enlarged take three times the room, and a notebook is mailed and kept under version control.

    Raises:
      InputError: if the file cannot be read as pictures.
    """
    from IPython.display import HTML
    from PIL import Image, ImageSequence

    gif, packed = user_path(gif), io.BytesIO()
    frames, times = [], []
    try:
        with Image.open(gif) as film:
            for frame in ImageSequence.Iterator(film):
                frames.append(frame.convert("RGB"))
                times.append(frame.info.get("duration", 100))
    except OSError as error:
        raise InputError(
            f"{gif} cannot be shown: {error}; make it again, run.write_gif()"
        ) from None
    film = {"append_images": frames[1:], "duration": times, "save_all": True, "loop": 0}
    frames[0].save(packed, "WEBP", lossless=True, minimize_size=True, quality=60, **film)
    kinds = {"webp": packed.getvalue(), "gif": gif.read_bytes()}
    kind = min(kinds, key=lambda each: len(kinds[each]))
    data = base64.b64encode(kinds[kind]).decode()
    return HTML(f'<img alt="{gif.name}" src="data:image/{kind};base64,{data}">')
