"""Measure and Evaluation: numbers with their error bars, as a table and as JSON.

In: values. Out: text for people, dictionaries for programs. Nothing here measures.
"""

import json
import math
from dataclasses import asdict, dataclass, replace

from gan_course.base.errors import unknown_name


@dataclass(frozen=True)
class Measure:
    """One number.

    value ± error: of the samples; the error is what other samples would change (one standard
    error; for the kernel distance the standard deviation over subsets).
    real: the same measure of real images in place of the samples.
    best: the value to hope for: "low", "high" or "1".
    """

    name: str
    value: float
    error: float
    real: float
    best: str
    note: str = ""  # what the name leaves open, such as which class

    def __str__(self) -> str:
        return "{} ± {} (real images {})".format(*_with_decimals(self))


@dataclass(frozen=True)
class Evaluation:
    """What was measured of what.

    subject: the samples, in words. reference: the real images, in words.
    features, fingerprint: what was compared; numbers of other fingerprints cannot be compared.
    """

    subject: str
    reference: str
    features: str
    fingerprint: str
    count: int
    measures: tuple[Measure, ...]

    def __getitem__(self, name: str) -> Measure:
        """The measure of that name. Raises KeyError if it was not taken."""
        return {measure.name: measure for measure in self.measures}[name]

    def only(self, *names: str) -> "Evaluation":
        """The same, with these measures alone, in this order.

        Raises:
          InputError: for a measure that was not taken.
        """
        known = {measure.name: measure for measure in self.measures}
        for name in names:
            if name not in known:
                raise unknown_name("measure", name, known)
        return replace(self, measures=tuple(known[name] for name in names))

    def to_json(self) -> dict:
        """A dictionary that `json` can write."""
        return json.loads(json.dumps(asdict(self)))

    def parts(self) -> tuple[list[str], list[tuple[str, ...]], list[str]]:
        """For people: lines, the rows of a table, the first of them its head, and lines again."""
        rows = [("measure", "value", "error", "real", "best")]
        for m in self.measures:
            name = m.name.replace("_", " ") + (f" ({m.note})" if m.note else "")
            rows.append((name, *_with_decimals(m), m.best))
        above = [self.subject, f"against {self.reference}", f"by {self.features}"]
        if "frechet_distance" not in [m.name for m in self.measures]:
            return above, rows, []
        not_fid = "These distances are in the features named above: not the FID of papers."
        return above, rows, ["", not_fid]

    def __repr__(self) -> str:
        above, rows, below = self.parts()
        wide = max(20, *(len(name) + 1 for name, *_ in rows))
        table = [
            f"{name:<{wide}}{value:>10}   ± {error:<9}{real:>9}   {best}"
            for name, value, error, real, best in rows
        ]
        return "\n".join([*above, "", *table, *below])


def _with_decimals(measure: Measure) -> tuple[str, str, str]:
    """Value, error and the value of real images, to the second digit of the error."""
    numbers = (measure.value, measure.error, measure.real)
    if math.isfinite(measure.error) and measure.error > 0:
        decimals = max(0, 1 - math.floor(math.log10(measure.error)))
    else:
        decimals = 0 if all(float(number).is_integer() for number in numbers) else 3
    return tuple(f"{number:.{decimals}f}" for number in numbers)
