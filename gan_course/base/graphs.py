"""Functions of somebody else, inside a step that is compiled without autograph.

In: a function of tensors. Out: the same, with its `if` and `for` over tensors turned into
TensorFlow's where a graph is built.
"""

import functools
from collections.abc import Callable

from gan_course.base.backend import tf


def through_autograph(function: Callable) -> Callable:
    """The same function, as an eager call or as a part of the graph that is being traced.

    It is traced by name and not by a call: TensorFlow counts the calls that trace, and would warn
    of the sixth training of a notebook that its function is "retraced".
    """

    @functools.wraps(function)
    def called(*tensors, **named):
        if tf.executing_eagerly():
            return function(*tensors, **named)
        traced = tf.function(function).get_concrete_function(*tensors, **named)
        return traced(*tensors, **named)

    return called
