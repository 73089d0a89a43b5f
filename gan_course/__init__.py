"""Learn GANs by doing: the public names, nothing else.

Importing this package is cheap: a name is loaded when it is first used, and TensorFlow with it.
"""

from importlib import import_module

__version__ = "0.1.0"

_SUBMODULES = (
    "data",
    "diagnosis",
    "evaluation",
    "features",
    "hooks",
    "images",
    "keras_fit",
    "loop",
    "metrics",
    "models",
    "objectives",
    "penalties",
    "plots",
    "scores",
    "seeds",
    "step",
    "teaching",
)
_NAMES = {
    "InputError": "errors",
    "RECIPES": "recipes",
    "Recipe": "schema",
    "Run": "run",
    "lesson": "lessons",
    "open_run": "run",
    "recipe": "recipes",
    "train": "training",
}
__all__ = ["__version__", *_NAMES, *_SUBMODULES]


def __getattr__(name: str):
    if name in _SUBMODULES:
        return import_module(f".{name}", __name__)
    if name in _NAMES:
        return getattr(import_module(f".{_NAMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
