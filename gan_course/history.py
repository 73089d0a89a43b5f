"""The history of a run: one row for each logged step, in a CSV file that only grows.

In: named numbers. Out: `history.csv`, and the rows read back. A line that a kill has cut short is
left out on reading, and the rows after a checkpoint are cut off when the run goes on from it.
"""

import csv
from pathlib import Path

from gan_course.errors import InputError
from gan_course.rundir import atomic_write, cannot_write

COLUMNS = (
    "step", "images", "seconds", "d_loss", "g_loss",
    "d_real", "d_fake", "accuracy_real", "accuracy_fake",
)  # fmt: skip


def append(path: Path, row: dict[str, float]) -> None:
    """Add one row, in a single write. Floats are written so that they read back bit for bit."""
    values = [_text(row[column]) for column in COLUMNS]
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(",".join(values) + "\n")
    except OSError as error:
        raise cannot_write(path, error) from error


def _text(value: float) -> str:
    return str(value) if isinstance(value, int) else repr(float(value))


def restart(path: Path, last_step: int) -> list[dict[str, float]]:
    """Cut the file off after `last_step` (0: make it anew) and return the rows that stay."""
    rows = [row for row in read(path) if row["step"] <= last_step] if path.exists() else []
    with atomic_write(path) as file:
        lines = [COLUMNS, *([_text(row[column]) for column in COLUMNS] for row in rows)]
        file.write("".join(",".join(line) + "\n" for line in lines).encode())
    return rows


def read(path: Path) -> list[dict[str, float]]:
    """All whole rows; `step` and `images` are integers.

    Raises:
      InputError: if the file is missing, or its header is not ours.
    """
    try:
        lines = path.read_text("utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from None
    if not lines or tuple(lines[0].strip().split(",")) != COLUMNS:
        raise InputError(f"{path} does not begin with {','.join(COLUMNS)}; restore or remove it")
    rows = []
    for fields in csv.reader(line for line in lines[1:] if line.endswith("\n")):
        try:
            numbers = [int(text) if text.isdigit() else float(text) for text in fields]
            rows.append(dict(zip(COLUMNS, numbers, strict=True)))
        except ValueError:
            raise InputError(f"{path} has a row that is not numbers: {fields}") from None
    return rows
