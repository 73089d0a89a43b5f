"""The folder of a run: its paths, its lock, and files that are always whole.

In: a path. Out: files that are either the old or the new version, never half of one, whatever
kills the process. Nothing here knows networks or losses.
"""

import contextlib
import errno
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from gan_course.errors import InputError

_KEPT_CHECKPOINTS = 3  # the newest may be damaged; the one before is the way back


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """An open file that takes the place of `path` when the block ends well, and else vanishes.

    Raises:
      InputError: if it cannot be written (disk full, no permission): `path` is as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # the bytes are on the disk before the name points to them
        os.replace(temporary, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> InputError:
    """The error for a file that the disk refuses, with the remedy."""
    remedy = "free some space" if error.errno == errno.ENOSPC else "choose another folder"
    return InputError(
        f"cannot write {path}: {error.strerror or error}; {remedy} and run the same command again"
    )


class RunDir:
    """The paths of one run.

    recipe.json  history.csv  samples/step_000500.png  checkpoints/step_000500.npz, best.npz
    training.gif  history.png  generator.keras  (failure.json, if training diverged)
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.recipe = self.path / "recipe.json"
        self.history = self.path / "history.csv"
        self.samples = self.path / "samples"
        self.checkpoints = self.path / "checkpoints"
        self.best = self.checkpoints / "best.npz"
        self.failure = self.path / "failure.json"
        self.gif = self.path / "training.gif"
        self.curves = self.path / "history.png"
        self.generator = self.path / "generator.keras"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """The folder, made if need be, for this process alone.

        The lock belongs to the process: however that ends, the lock ends with it.

        Raises:
          InputError: if it is a file, cannot be written, or another process trains in it.
        """
        try:
            self._check_place()
            self.samples.mkdir(parents=True, exist_ok=True)
            self.checkpoints.mkdir(exist_ok=True)
            lock = open(self.path / ".lock", "ab")  # noqa: SIM115  (closed below)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(
                    f"{self.path} is in use: another process trains in it; "
                    "wait for it, stop it, or choose another folder"
                ) from None
            self._remove_leftovers()
            yield

    def _check_place(self) -> None:
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
        if not isinstance(content, dict) or not isinstance(content.get("recipe"), dict):
            raise InputError(f"{self.recipe} is damaged (no recipe in it); restore or remove it")
        return content

    def read_data(self) -> dict:
        """What recipe.json says of the images. Raises InputError if it says nothing."""
        data = self.read_recipe().get("data")
        if not isinstance(data, dict) or not {"fingerprint", "images"} <= set(data):
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
