"""What a finished run shows: the curves, the animation, and its networks for plain Keras.

In: a run. Out: files in its folder.
"""

import tempfile
from pathlib import Path

from gan_course.base.files import atomic_write
from gan_course.run import Run
from gan_course.runs import plots


def write_results(run: Run) -> None:
    """Write them all anew."""
    with atomic_write(run.dir.curves) as file:
        about = {"Recipe": run.recipe.name, "Step": str(run.step), "Seed": str(run.recipe.seed)}
        curves = plots.history(run.history, run.recipe)
        curves.savefig(file, format="png", dpi=110, metadata=about)
    run.write_gif()
    for name, network in run.state.networks().items():
        with (
            tempfile.TemporaryDirectory() as elsewhere,
            atomic_write(run.dir.network(name)) as file,
        ):
            saved = Path(elsewhere) / f"{name}.keras"  # Keras wants a path, with this ending
            network.save(saved)
            file.write(saved.read_bytes())
