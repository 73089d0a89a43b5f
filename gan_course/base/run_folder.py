"""How a run's folder is known: the names of what every run leaves in it.

In: a folder. Out: whether a training run wrote it. `runs.rundir` has the rest; this much must be
known to whoever looks for images, so that a run's pictures are not taken for data.
"""

import json
from pathlib import Path

RECIPE, SAMPLES, CHECKPOINTS, LOCK = "recipe.json", "samples", "checkpoints", ".lock"


def is_run_folder(folder: Path) -> bool:
    """Whether a training run wrote it: by what all runs have, also those killed at once."""
    recipe = folder / RECIPE
    if (folder / SAMPLES).is_dir() and (folder / CHECKPOINTS).is_dir():
        return recipe.is_file() or (folder / LOCK).is_file()
    try:
        content = json.loads(recipe.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return is_description(content) and is_of_data(content.get("data"))


def is_description(content) -> bool:
    """Whether this is what a recipe.json of a run holds, and not a recipe of something else."""
    return isinstance(content, dict) and isinstance(content.get("recipe"), dict)


def is_of_data(data) -> bool:
    """Whether this is what a recipe.json says of the images."""
    return isinstance(data, dict) and {"fingerprint", "images"} <= set(data)
