"""The folder of a run: its paths, its lock, and what it says about itself.

In: a path. Out: paths, and the JSON files read and written. Nothing here knows networks or losses.
"""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from gan_course.base.errors import InputError
from gan_course.base.files import atomic_write, cannot_write, locked, user_path
from gan_course.base.run_folder import (
    CHECKPOINTS,
    LOCK,
    RECIPE,
    SAMPLES,
    is_description,
    is_of_data,
)

_KEPT_CHECKPOINTS = 3  # the newest may be damaged; the one before is the way back


class RunDir:
    """The paths of one run.

    recipe.json  history.csv  samples/step_000500.png  checkpoints/step_000500.npz, best.npz
    training.gif  history.png  generator.keras  (failure.json, if training diverged)
    """

    def __init__(self, path: str | Path):
        self.path = user_path(path)
        self.recipe = self.path / RECIPE
        self.history = self.path / "history.csv"
        self.samples = self.path / SAMPLES
        self.checkpoints = self.path / CHECKPOINTS
        self.best = self.checkpoints / "best.npz"
        self.failure = self.path / "failure.json"
        self.gif = self.path / "training.gif"
        self.curves = self.path / "history.png"
        self.generator = self.network("generator")

    def network(self, name: str) -> Path:
        """Where a finished run keeps that network for plain Keras."""
        return self.path / f"{name}.keras"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """The folder, made if need be, for this process alone.

        The lock belongs to the process: however that ends, the lock ends with it.

        Raises:
          InputError: if it is a file, cannot be written, or another process trains in it.
        """
        with contextlib.ExitStack() as made:
            try:
                self._refuse_other_folders()
                existed = self.path.exists()
                self.samples.mkdir(parents=True, exist_ok=True)
                self.checkpoints.mkdir(exist_ok=True)
                made.enter_context(locked(self.path / LOCK))
            except BlockingIOError:
                raise InputError(
                    f"{self.path} is in use: another process trains in it; "
                    "wait for it, stop it, or choose another folder"
                ) from None
            except OSError as error:
                raise cannot_write(self.path, error) from error
            self._remove_leftovers()
            try:
                yield
            except BaseException:
                self._remove_if_unused(existed)  # while the lock is ours
                raise

    def _remove_if_unused(self, existed: bool) -> None:
        """A mistake that shows before there is a run leaves no folder behind."""
        if self.recipe.exists() or not self.path.is_dir():
            return
        with contextlib.suppress(OSError):  # not empty: then it stays
            self.samples.rmdir()
            self.checkpoints.rmdir()
            (self.path / LOCK).unlink(missing_ok=True)
            if not existed:
                self.path.rmdir()

    def _refuse_other_folders(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise InputError(f"{self.path} is a file; choose another folder for the run")
        if self.path.is_dir() and not self.recipe.exists() and _holds_other_files(self.path):
            raise InputError(
                f"{self.path} holds files, but no run (no recipe.json); choose another folder"
            )

    def _remove_leftovers(self) -> None:
        """What a killed process left half written. Nobody else writes here: we have the lock."""
        for leftover in self.path.rglob(".*.tmp"):
            leftover.unlink(missing_ok=True)

    def write_recipe(self, content: dict) -> None:
        """What this run is: its recipe, objective and data, as JSON."""
        with atomic_write(self.recipe) as file:
            file.write(json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n")

    def read_recipe(self) -> dict:
        """What `write_recipe` wrote.

        Raises:
          InputError: if there is no run here, or its recipe.json is damaged.
        """
        try:
            content = json.loads(self.recipe.read_text("utf-8"))
        except FileNotFoundError:
            raise InputError(
                f"{self.path} holds no run (no recipe.json); name the folder that `train` wrote"
            ) from None
        except (OSError, ValueError) as error:
            raise InputError(f"{self.recipe} is damaged ({error}); restore or remove it") from None
        if not is_description(content):
            raise InputError(f"{self.recipe} is damaged (no recipe in it); restore or remove it")
        return content

    def read_data(self) -> dict:
        """What recipe.json says of the images. Raises InputError if it says nothing."""
        data = self.read_recipe().get("data")
        if not is_of_data(data):
            raise InputError(f"{self.recipe} is damaged (no data in it); restore or remove it")
        return data

    def write_failure(self, reason: str | None) -> None:
        """Note why training stopped by itself; None removes an older note."""
        if reason is None:
            self.failure.unlink(missing_ok=True)
            return
        with atomic_write(self.failure) as file:
            file.write(json.dumps({"reason": reason}, ensure_ascii=False).encode() + b"\n")

    def read_failure(self) -> str | None:
        """What `write_failure` noted last, if anything. Raises InputError if it is damaged."""
        try:
            return json.loads(self.failure.read_text("utf-8"))["reason"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{self.failure} is damaged ({error}); remove it") from None

    def checkpoint(self, step: int) -> Path:
        """Where the checkpoint of that step is, or would be."""
        return self.checkpoints / f"step_{step:06d}.npz"

    def sample(self, step: int) -> Path:
        """Where the sample grid of that step is, or would be."""
        return self.samples / f"step_{step:06d}.png"

    def checkpoint_files(self) -> list[Path]:
        """Oldest first."""
        return sorted(self.checkpoints.glob("step_*.npz"), key=step_of)

    def sample_files(self) -> list[Path]:
        """Oldest first."""
        return sorted(self.samples.glob("step_*.png"), key=step_of)

    def forget_old_checkpoints(self) -> None:
        """Remove all but the newest few."""
        for old in self.checkpoint_files()[:-_KEPT_CHECKPOINTS]:
            old.unlink(missing_ok=True)

    def forget_after(self, step: int) -> None:
        """Remove checkpoints and sample grids of later steps: the run goes on from `step`."""
        for file in (*self.checkpoint_files(), *self.sample_files()):
            if step_of(file) > step:
                file.unlink(missing_ok=True)


def step_of(file: Path) -> int:
    """The step in the name of a checkpoint or of a sample grid; -1 for a name of another form."""
    digits = file.stem.removeprefix("step_")
    return int(digits) if digits.isdigit() else -1


def _holds_other_files(folder: Path) -> bool:
    ours = {"samples", "checkpoints", ".lock"}  # all that an early kill can leave
    return any(
        item.name not in ours and not item.name.endswith(".tmp") for item in folder.iterdir()
    )
