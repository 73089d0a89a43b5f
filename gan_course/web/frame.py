"""A whole page of HTML: in a frame of a notebook, or in a file.

In: the page. Out: the frame as a piece of HTML, or the file. What is on the page is known to those
who made it.
"""

import html
from pathlib import Path

from gan_course.base.files import atomic_write


def framed(page: str, title: str, height: int) -> str:
    """The page in a frame of its own, so that its styles and those of the notebook keep apart.

    Args:
      title: of the frame, for those who do not see it.
      height: of the frame, in pixels.
    """
    return (
        f'<iframe title="{html.escape(title)}" style="width: 100%; height: {height}px; '
        f'border: 0" srcdoc="{html.escape(page)}"></iframe>'
    )


def saved(page: str, file: Path) -> Path:
    """The file, with the page in it. Raises InputError where it cannot be written."""
    with atomic_write(file) as target:
        target.write(page.encode())
    return file
