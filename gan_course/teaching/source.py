"""Show in a notebook what is on the disk: the library's source, a training's animation.

The source is fetched when it is shown, so it cannot go stale.
"""

import base64
import inspect
from collections.abc import Callable
from pathlib import Path

from gan_course.base.files import user_path
from gan_course.runs import images


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

    A notebook is mailed and kept under version control, so the frames are packed anew, without
    loss, if that makes them smaller.

    Raises:
      InputError: if the file cannot be read as pictures.
    """
    from IPython.display import HTML

    gif = user_path(gif)
    kind, packed = images.packed(gif)
    data = base64.b64encode(packed).decode()
    return HTML(f'<img alt="{gif.name}" src="data:image/{kind};base64,{data}">')
