"""Comparison: what translations are worth, beside the answers that cost nothing.

In: values. Out: text for people, dictionaries for programs. Nothing here measures.
"""

import json
import math
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One measure of several answers.

    values: one for each column of the comparison; NaN where it makes no sense.
    error: what other test images would change of the first value (one standard error); NaN where
      it is not known.
    best: the value to hope for: "low", "high" or "1".
    """

    name: str
    values: tuple[float, ...]
    error: float
    best: str


@dataclass(frozen=True)
class Comparison:
    """What was measured of what.

    columns: whose answers; the first are the run's own.
    """

    subject: str
    reference: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def __getitem__(self, name: str) -> dict[str, float]:
        """One measure, of each column. Raises KeyError if it was not taken."""
        values = {row.name: row.values for row in self.rows}[name]
        return dict(zip(self.columns, values, strict=True))

    def to_json(self) -> dict:
        """A dictionary that `json` can write; null where a measure makes no sense."""
        return json.loads(
            json.dumps(asdict(self)), parse_constant=lambda word: None if word == "NaN" else word
        )

    def parts(self) -> tuple[list[str], list[tuple[str, ...]], list[str]]:
        """For people: lines, the rows of a table, the first of them its head, and lines again."""
        rows = [("measure", self.columns[0], "error", *self.columns[1:], "best")]
        for row in self.rows:
            first, *others = map(_number, row.values)
            rows.append((row.name.replace("_", " "), first, _number(row.error), *others, row.best))
        return [self.subject, f"against {self.reference}"], rows, []

    def __repr__(self) -> str:
        above, rows, below = self.parts()
        wide = max(14, *(len(column) + 2 for column in self.columns))
        lines = [*above, ""]
        for name, first, error, *others, best in rows:
            rest = "".join(f"{value:>{wide}}" for value in others)
            lines.append(f"{name:<24}{first:>10}   ± {error:<9}{rest}   {best}")
        return "\n".join([*lines, *below])


def _number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.2f}"
