"""The history of a run: one row for each logged step, in a CSV file that only grows.

In: named numbers. Out: `history.csv`, and the rows read back. The first three columns are always
the same; the others are what the objective's step returns, and the file's first line names them.
A line that a kill has cut short is left out on reading, and the rows after a checkpoint are cut
off when the run goes on from it.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

from gan_course.base.errors import InputError
from gan_course.base.files import atomic_write, cannot_write

FIRST = ("step", "images", "seconds")  # of every history


def append(path: Path, row: dict[str, float]) -> None:
    """Add one row, in a single write. Floats are written so that they read back bit for bit.

    The values come in the order of the file's columns: `step`, `images`, `seconds`, the scalars.
    """
    values = [_text(value) for value in row.values()]
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(",".join(values) + "\n")
    except OSError as error:
        raise cannot_write(path, error) from error


def _text(value: float) -> str:
    return str(value) if isinstance(value, int) else repr(float(value))


def restart(path: Path, last_step: int, scalars: Sequence[str]) -> list[dict[str, float]]:
    """Cut the file off after `last_step` (0: make it anew) and return the rows that stay.

    Args:
      scalars: the names of the columns after the first three.

    Raises:
      InputError: if the file has other columns.
    """
    columns = (*FIRST, *scalars)
    rows = [row for row in read(path) if row["step"] <= last_step] if path.exists() else []
    if rows and tuple(rows[0]) != columns:
        raise InputError(
            f"{path} has the columns {','.join(rows[0])}, but this run logs {','.join(columns)}; "
            "restore or remove it"
        )
    with atomic_write(path) as file:
        lines = [columns, *([_text(value) for value in row.values()] for row in rows)]
        file.write("".join(",".join(line) + "\n" for line in lines).encode())
    return rows


def read(path: Path) -> list[dict[str, float]]:
    """All whole rows; `step` and `images` are integers.

    Raises:
      InputError: if the file is missing, or its header is not ours.
    """
    header, *lines = _lines(path)
    columns = header.strip().split(",")
    rows = []
    for fields in csv.reader(line for line in lines if line.endswith("\n")):
        try:
            numbers = [int(text) if text.isdigit() else float(text) for text in fields]
            rows.append(dict(zip(columns, numbers, strict=True)))
        except ValueError:
            raise InputError(f"{path} has a row that is not numbers: {fields}") from None
    return rows


def columns(path: Path) -> list[str]:
    """The names in the first line of the file. Raises InputError as `read` does."""
    return _lines(path)[0].strip().split(",")


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text("utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from None
    names = lines[0].rstrip("\n").split(",") if lines else []
    whole = len(set(names)) == len(names) and all(name.isidentifier() for name in names)
    if tuple(names[: len(FIRST)]) != FIRST or not whole or not lines[0].endswith("\n"):
        raise InputError(f"{path} does not begin with {','.join(FIRST)},...; restore or remove it")
    return lines
