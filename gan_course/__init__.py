"""Learn GANs by doing: the public names, nothing else.

Importing this package is cheap: a name is loaded when it is first used, and TensorFlow with it.
"""

from importlib import import_module

# Where the public names are at home.
_MODULES = {
    "data": "data",
    "diagnosis": "measures.diagnosis",
    "evaluation": "measures.evaluation",
    "features": "measures.features",
    "hooks": "training.hooks",
    "images": "runs.images",
    "keras_fit": "training.keras_fit",
    "loop": "training.loop",
    "metrics": "measures.metrics",
    "models": "models",
    "objectives": "games.objectives",
    "penalties": "games.penalties",
    "plots": "runs.plots",
    "scores": "games.scores",
    "seeds": "base.seeds",
    "step": "games.step",
    "teaching": "teaching",
}
_NAMES = {
    "FitGAN": "training.keras_fit",
    "InputError": "base.errors",
    "RECIPES": "recipes",
    "Recipe": "recipes.schema",
    "Run": "run",
    "keras": "base.backend",
    "lesson": "teaching.lessons",
    "open_run": "run",
    "page": "web.pages",
    "recipe": "recipes",
    "style": "training.style",
    "tf": "base.backend",
    "train": "training.session",
}
__all__ = ["__version__", *_NAMES, *_MODULES]


def __getattr__(name: str):
    if name == "__version__":
        return _version()
    if name in _MODULES:
        return import_module(f".{_MODULES[name]}", __name__)
    if name in _NAMES:
        return getattr(import_module(f".{_NAMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _version() -> str:
    """That of the installed package, which the tags of its repository say."""
    from importlib import metadata

    try:
        return metadata.version(__name__)
    except metadata.PackageNotFoundError:
        return "0+unknown"  # a checkout on the path, never installed


def __dir__() -> list[str]:
    return sorted(__all__)
