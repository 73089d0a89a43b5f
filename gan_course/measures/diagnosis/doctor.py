"""The doctor's report: what this machine has, or whether a run can be read and is healthy.

In: nothing, or the folder of a run. Out: findings, in words. Changes nothing.
"""

import os
import platform
from pathlib import Path

from gan_course.base import device
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.data.sources import MIRROR, mirrored
from gan_course.games import state
from gan_course.measures.diagnosis.checkup import Diagnosis, examine
from gan_course.models import fast
from gan_course.models.translation import receptive_field
from gan_course.runs import history
from gan_course.runs.stored import StoredRun


def findings(run_path: Path | None) -> dict[str, str]:
    """The machine's part and, given a folder, the run's, as name -> finding."""
    return machine() | (run_folder(run_path) if run_path else {})


def diagnosis(run_path: Path) -> Diagnosis:
    """Whether the run in that folder is healthy, and if not, what to try."""
    return examine(StoredRun(run_path))


def machine() -> dict[str, str]:
    """Versions, devices and data, as name -> finding."""
    devices = [
        tf.config.experimental.get_device_details(d) for d in tf.config.list_physical_devices("GPU")
    ]
    gpus = ", ".join(details.get("device_name", "GPU") for details in devices)
    known = mirrored()
    mirror = (
        f"{os.environ[MIRROR]}: {', '.join(known) or 'none of our datasets'}"
        if os.environ.get(MIRROR)
        else f"none ({MIRROR} is not set)"
    )
    return {
        "python": platform.python_version(),
        "tensorflow": f"{tf.__version__}, keras {keras.__version__}",
        "device": gpus or f"CPU, {os.cpu_count()} cores (no GPU found)",
        **device.choices(),
        "layers": fast.explain(),
        "mirror": mirror,
    }


def run_folder(path: Path) -> dict[str, str]:
    """Recipe, progress, the networks and the state of every checkpoint.

    Raises:
      InputError: if the folder holds no run.
    """
    run = StoredRun(path)
    rows = history.read(run.dir.history) if run.dir.history.exists() else []
    findings = {
        "run": f"{run.path}: recipe {run.recipe.name}, seed {run.recipe.seed}",
        "logged": f"step {rows[-1]['step']:,} of {run.recipe.steps:,}" if rows else "nothing yet",
    }
    train_state = run.game.start()
    for name, value in vars(train_state).items():
        if isinstance(value, keras.Model):
            findings[name] = network(value, judges=name.startswith("discriminator"))
    for file in run.dir.checkpoint_files():
        try:
            state.restore(train_state, file)
            findings[file.stem] = f"whole, {file.stat().st_size / 1e6:.1f} MB"
        except InputError as error:
            findings[file.stem] = str(error)
    return findings


def network(made: keras.Model, judges: bool) -> str:
    """Its size; and of a judge of patches how many there are, and how large each is."""
    told = f"{made.count_params():,} parameters"
    if judges and len(made.output_shape) == 4:
        (rows, columns), side = made.output_shape[1:3], receptive_field(made)
        told += f", {rows}×{columns} logits, each of a patch of {side}×{side} pixels"
    return told
