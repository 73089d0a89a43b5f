"""Has it trained long enough? And what is said of a run in which nothing is wrong.

In: `Symptoms`. Out: a `Finding`, or None. The thresholds are measured, as those of verdicts.py.
"""

import numpy as np

from gan_course.measures.diagnosis.finding import HEALTHY, Finding
from gan_course.measures.diagnosis.symptoms import Symptoms


def hardly_begun(s: Symptoms) -> Finding | None:
    """The fastest recipe of the course shows first shapes after half an epoch."""
    if s.steps >= 200 and s.epochs >= 0.5:
        return None
    return Finding(
        "not trained long enough",
        f"{s.steps:,} steps made, each training image seen {s.epochs:.2g} times",
    )


def still_learning(s: Symptoms) -> Finding | None:
    """Stopped early, still near where it began, or coming nearer with some way to go.

    In lengths (the roots) these bounds are: half the way to go and nearer by a twentieth of what
    is left; or a quarter of the way to go, and nearer by a tenth of the whole way. Grey blobs that
    hint at a digit were at 0.40 to 0.49 of the first distance, the worst healthy run at 0.25.
    """
    reasons = [f"step {s.steps:,} of {s.planned:,}"] if s.steps < s.planned else []
    reasons += _far_away(s)
    return Finding("not trained long enough", "; ".join(reasons)) if reasons else None


def _far_away(s: Symptoms) -> list[str]:
    if s.first_distance is None or s.floor is None or not s.distances:
        return []
    before, now, first = s.distances[0], s.distances[-1], s.first_distance
    nearer = np.sqrt(before) - np.sqrt(now)
    reasons = []
    far = now > 0.25 * first and now < 0.9 * before
    if far or (not arrived(s) and nearer > 0.1 * np.sqrt(first)):
        reasons.append(
            f"the distance from real images (Fréchet) fell from {before:.3g} to {now:.3g} "
            "between the kept checkpoints"
        )
    if now > first / 3:
        few = s.diversity is not None and s.diversity < 0.5
        vary = f"the samples vary {s.diversity:.2g} times as much as real images, " if few else ""
        reasons.append(
            f"{vary}the distance from real images (Fréchet) is {now:.3g}, more than a third of "
            f"that of the untrained generator, {first:.3g}; real images have {s.floor:.2g}"
        )
    return reasons


def healthy(s: Symptoms) -> Finding:
    """Nothing is wrong: what speaks for it."""
    evidence = []
    if s.accuracy_real is not None and s.accuracy_fake is not None:
        evidence.append(
            f"D is right about {s.accuracy_real:.0%} of the real images and "
            f"{s.accuracy_fake:.0%} of the fakes"
        )
    if s.diversity is not None:
        evidence.append(f"the samples vary {s.diversity:.2f} times as much as real images")
    if s.floor is not None and s.first_distance is not None:
        evidence.append(
            f"Fréchet distance {s.distances[-1]:.3g} (untrained {s.first_distance:.3g}, "
            f"real images {s.floor:.2g})"
        )
    return Finding(HEALTHY, "; ".join(evidence))


def arrived(s: Symptoms) -> bool:
    """Less than a quarter of the way (in length) to the real images is left."""
    if s.first_distance is None or s.floor is None or not s.distances:
        return False
    return s.distances[-1] <= max(0.05 * s.first_distance, 3 * s.floor)
