"""Show a function of the library as it is now, so that what a notebook shows cannot go stale."""

import inspect
from collections.abc import Callable


def show(function: Callable):
    """The source of a function or class, highlighted in a notebook.

    Raises:
      TypeError: for something without Python source, such as an array.
    """
    from IPython.display import Code

    return Code(inspect.getsource(function), language="python")
