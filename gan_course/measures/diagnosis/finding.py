"""Finding: one verdict, what speaks for it, and what to try."""

from dataclasses import dataclass

HEALTHY = "healthy"


@dataclass(frozen=True)
class Finding:
    """A verdict with the numbers that speak for it, and what to try.

    experiment: in words.
    changes: the same as recipe fields, one dictionary for each alternative, for `recipe.changed`;
      an empty one is to go on with the same recipe.
    """

    verdict: str
    evidence: str
    experiment: str = ""
    changes: tuple[dict, ...] = ()

    def __str__(self) -> str:
        return f"{self.verdict}\n  evidence    {self.evidence}\n  experiment  {self.experiment}"
