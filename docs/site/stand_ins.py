"""Stand-ins for TensorFlow and Keras: the library is imported for its docstrings alone.

Sphinx's own mocks are instances, and `tf.distribute.Strategy | None` in an annotation is an error
with them. Here every name is a class, made when it is first asked for: it can be annotated with,
inherited from, called, and used as a decorator.
"""

import inspect
import sys
from types import ModuleType


class _Named(type):
    """The class of stand-ins. Calling one gives what a decorator would: its only argument."""

    def __init__(cls, name: str, bases: tuple, inside: dict):
        super().__init__(name, bases, inside)
        if "__init__" in inside:  # else `__call__` below would be taken for its signature
            whole = inspect.signature(inside["__init__"])
            cls.__signature__ = whole.replace(parameters=list(whole.parameters.values())[1:])

    def __getattr__(cls, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return _made(cls, name, cls.__module__)

    def __call__(cls, *given, **named):
        if cls.__module__ not in _STANDING:  # a class of the library that inherits from one
            return super().__call__(*given, **named)
        return given[0] if len(given) == 1 and callable(given[0]) else cls

    def __iter__(cls):
        return iter(())


class _Module(ModuleType):
    __path__ = ()
    __version__ = "0"

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return _made(self, name, self.__name__)


def _made(owner, name: str, module: str) -> type:
    """A new stand-in, which its owner keeps."""
    setattr(owner, name, _Named(name, (), {"__module__": module}))
    return getattr(owner, name)


_STANDING = ("tensorflow", "keras")


def install() -> None:
    """From here on, `import tensorflow` and `import keras` give stand-ins."""
    sys.modules |= {name: _Module(name) for name in _STANDING}
