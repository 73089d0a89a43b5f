"""From symptoms to verdicts: what is wrong, how we know, and what to try.

In: `Symptoms`. Out: findings, the cause before what follows from it. Every threshold is written
here, with why it lies where it does; none of them is proof, so each finding shows its evidence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gan_course.diagnosis.symptoms import Symptoms

HEALTHY = "healthy"


@dataclass(frozen=True)
class Finding:
    """A verdict with the numbers that speak for it, and one experiment to try."""

    verdict: str
    evidence: str
    experiment: str

    def __str__(self) -> str:
        return f"{self.verdict}\n  evidence    {self.evidence}\n  experiment  {self.experiment}"


def findings(symptoms: Symptoms) -> list[Finding]:
    """All that is wrong, the cause first; or that nothing is.

    Of a run that has hardly begun only what needs no patience is told; and that a run is still
    learning is told only where nothing else is wrong.
    """

    def fired(rules: Sequence[Callable]) -> list[Finding]:
        return [finding for rule in rules if (finding := rule(symptoms))]

    found = fired(AT_ONCE)
    if early := hardly_begun(symptoms):
        return found or [early]
    found += fired(IN_TIME)
    return found or fired([still_learning]) or [_healthy(symptoms)]


def not_a_number(s: Symptoms) -> Finding | None:
    """Training stopped by itself: a loss or a weight was NaN or infinite."""
    if s.failure is None:
        return None
    return Finding(
        "not a number",
        s.failure,
        "a tenth of both learning rates; with a loss of your own, look for log(0), √0 and x/0",
    )


def dead_by_data(s: Symptoms) -> Finding | None:
    """Pixels of [-1, 1] are 2 apart; images that were normalised twice keep 1/127 of that."""
    if s.pixels is None:
        return None
    low, high, deviation = s.pixels
    if high - low >= 16 and deviation >= 2:
        return None
    return Finding(
        "dead by data range",
        f"the training images use the bytes {low:.0f} to {high:.0f} of 0 to 255 "
        f"(deviation {deviation:.1f}): to D they all look the same",
        "give the images as bytes 0 to 255, scaled once, by the library: "
        "print x_train.min(), x_train.max()",
    )


def dead_by_output(s: Symptoms) -> Finding | None:
    """A generator whose last layer cannot give black or white is told from real by that alone."""
    if s.reach is None or s.value_range is None:
        return None
    (low, high), (black, white) = s.reach, s.value_range
    margin = 0.02 * (white - black)
    if low <= black + margin and high >= white - margin:
        return None
    return Finding(
        "dead by normalisation",
        f"the generator's last layer gives values in [{low:.3g}, {high:.3g}], but real images "
        f"are scaled to [{black:g}, {white:g}]: D needs one pixel to tell them apart",
        "end the generator in tanh for value_range (-1, 1), in sigmoid for (0, 1)",
    )


def hardly_begun(s: Symptoms) -> Finding | None:
    """The fastest recipe of the course shows first shapes after half an epoch."""
    if s.steps >= 200 and s.epochs >= 0.5:
        return None
    return Finding(
        "not trained long enough",
        f"{s.steps:,} steps made, each training image seen {s.epochs:.2g} times",
        f"go on: the same recipe with steps={max(4 * s.planned, 1000)}",
    )


def vanishing_gradient(s: Symptoms) -> Finding | None:
    """Healthy generators have longer gradients than untrained ones; these have next to none.

    At rest, near the real images, there is none either (R1 leads there), and all is well.
    """
    if s.gradient is None or s.first_gradient is None or s.answer is None:
        return None
    if s.gradient > 0.01 * s.first_gradient or _arrived(s):
        return None
    fooled = s.accuracy_fake is not None and s.accuracy_fake < 0.5
    return Finding(
        "vanishing gradient",
        f"the length of the generator's gradient is {s.gradient:.1e}; before training it was "
        f"{s.first_gradient:.1e}. Of D's answer {s.answer:.1e} reaches G",
        "D takes nearly all fakes for real: d_learning_rate four times what it is"
        if fooled
        else "objective='non_saturating' in place of 'minimax', or a Wasserstein game with a "
        "penalty; or d_learning_rate a quarter of what it is",
    )


def discriminator_too_strong(s: Symptoms) -> Finding | None:
    """In a level game D errs now and then: 0.6 to 0.9 is usual."""
    if s.accuracy_real is None or s.accuracy_fake is None:
        return None
    if min(s.accuracy_real, s.accuracy_fake) < 0.98:
        return None
    return Finding(
        "discriminator too strong",
        f"lately D is right about {s.accuracy_real:.1%} of the real images and "
        f"{s.accuracy_fake:.1%} of the fakes",
        "d_learning_rate a quarter of what it is; or Dropout .3 after each layer of D; "
        "or penalty='r1' with penalty_weight=1",
    )


def collapsed(s: Symptoms) -> Finding | None:
    """Whatever the noise, the same few images.

    Those of a beginner are alike, too, but near its untrained self: up to 0.49 of `first_distance`,
    as measured. Collapsed ones were 0.53 to 5 away from that self, or from their last checkpoint.
    """
    known = None not in (s.departed, s.first_distance)
    if known and max((s.departed, *s.moves)) < 0.5 * s.first_distance:
        return None
    evidence = []
    if s.diversity is not None and s.diversity < 0.25:
        evidence.append(
            f"the samples vary {s.diversity:.2g} times as much as real images do (variance)"
        )
    for covered, what in ((s.classes, "classes"), (s.modes, "modes")):
        if covered and covered[0] <= 0.5 * covered[1]:
            evidence.append(f"{covered[0]} of {covered[1]} {what} are made at all")
    if not evidence:
        return None
    return Finding(
        "generator collapsed",
        "; ".join(evidence),
        "g_learning_rate not above d_learning_rate; then objective='wasserstein', "
        "penalty='gradient', penalty_weight=10, d_steps=5",
    )


def oscillating(s: Symptoms) -> Finding | None:
    """The samples walk from checkpoint to checkpoint, and get nowhere.

    The root of a Fréchet distance is a length: a walk straight to the real images is as long as
    the distance that it saves. Here the walk is four times as long, with steps of more than half
    the way, and most of the time half the way is still to go: healthy runs are nearer.
    """
    if len(s.distances) < 3 or s.first_distance is None or s.floor is None:
        return None
    away, walked = np.sqrt(s.distances), np.sqrt(s.moves)
    far = np.median(s.distances) > max(10 * s.floor, 0.25 * s.first_distance)
    if not far or walked.sum() < 4 * (away[0] - away[-1]) or walked.mean() < 0.6 * away.mean():
        return None
    return Finding(
        "oscillating",
        f"between the kept checkpoints the samples move by {_list(s.moves)}, yet their distances "
        f"from real images are {_list(s.distances)} (Fréchet)",
        "beta_1 at most 0.5 and a third of both learning rates; or penalty='r1', "
        "penalty_weight=1: it damps the circling",
    )


def still_learning(s: Symptoms) -> Finding | None:
    """Stopped early, still near where it began, or coming nearer with some way to go.

    In lengths (the roots) these bounds are: half the way to go and nearer by a twentieth of what
    is left; or a quarter of the way to go, and nearer by a tenth of the whole way.
    """
    if s.first_distance is None or s.floor is None or not s.distances:
        return None
    before, now, first = s.distances[0], s.distances[-1], s.first_distance
    nearer = np.sqrt(before) - np.sqrt(now)
    reasons = []
    if s.steps < s.planned:
        reasons.append(f"step {s.steps:,} of {s.planned:,}")
    far = now > 0.25 * first and now < 0.9 * before
    if far or (not _arrived(s) and nearer > 0.1 * np.sqrt(first)):
        reasons.append(
            f"the distance from real images (Fréchet) fell from {before:.3g} to {now:.3g} "
            "between the kept checkpoints"
        )
    if now > 0.5 * first:
        reasons.append(
            f"the distance from real images (Fréchet) is {now:.3g}, not even half of that of the "
            f"untrained generator, {first:.3g}"
        )
    if not reasons:
        return None
    return Finding(
        "not trained long enough",
        "; ".join(reasons),
        f"go on in the same folder: the same recipe with steps={2 * s.planned}",
    )


Rule = Callable[[Symptoms], Finding | None]
AT_ONCE: tuple[Rule, ...] = (not_a_number, dead_by_data, dead_by_output)
IN_TIME: tuple[Rule, ...] = (vanishing_gradient, discriminator_too_strong, collapsed, oscillating)


def _healthy(s: Symptoms) -> Finding:
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
    return Finding(HEALTHY, "; ".join(evidence), "more steps, wider networks, or the next chapter")


def _arrived(s: Symptoms) -> bool:
    """Less than a quarter of the way (in length) to the real images is left."""
    if s.first_distance is None or s.floor is None or not s.distances:
        return False
    return s.distances[-1] <= max(0.05 * s.first_distance, 3 * s.floor)


def _list(values) -> str:
    return ", ".join(f"{value:.3g}" for value in values)
