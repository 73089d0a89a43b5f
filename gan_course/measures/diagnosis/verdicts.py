"""From symptoms to verdicts: what is wrong, and how we know.

In: `Symptoms`. Out: findings, the cause before what follows from it. Every threshold is written
here, with why it lies where it does; none of them is proof, so each finding shows its evidence.
What to try is in advice.py.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from gan_course.measures.diagnosis import advice
from gan_course.measures.diagnosis.finding import Finding
from gan_course.measures.diagnosis.lost import ON_THE_WAY
from gan_course.measures.diagnosis.patience import arrived, hardly_begun, healthy, still_learning
from gan_course.measures.diagnosis.symptoms import Symptoms
from gan_course.recipes.schema import Recipe

_FAR = 5.0  # of a logit: D is sure to 0.7%, and no activation with a bound reaches it


def findings(symptoms: Symptoms, recipe: Recipe | None = None, own: bool = False) -> list[Finding]:
    """All that is wrong, the cause first; or that nothing is.

    Of a run that has hardly begun only what needs no patience is told; and that a run is still
    learning is told only where nothing else is wrong.

    Args:
      recipe: the run's; without it no experiment is computed.
      own: whether the run played an objective of its own, not the recipe's.
    """
    found = _judged(symptoms)
    if recipe is None:
        return found
    broken = any(rule(symptoms) for rule in AT_ONCE)  # then all else may follow from it
    return [
        replace(each, experiment="what is said of the first finding")
        if broken and number
        else _advised(each, symptoms, recipe, own)
        for number, each in enumerate(found)
    ]


def _judged(symptoms: Symptoms) -> list[Finding]:
    def fired(rules: Sequence[Callable]) -> list[Finding]:
        return [finding for rule in rules if (finding := rule(symptoms))]

    found = fired(AT_ONCE)
    if early := hardly_begun(symptoms):
        return found or [early]
    found += fired(IN_TIME)
    return found or fired([still_learning]) or [healthy(symptoms)]


def _advised(finding: Finding, symptoms: Symptoms, recipe: Recipe, own: bool) -> Finding:
    trials = advice.trials(finding.verdict, symptoms, recipe, own)
    words = [advice.sentence(trials, symptoms, recipe), advice.words(finding.verdict, own)]
    return replace(
        finding,
        experiment="; or ".join(filter(None, words)),
        changes=tuple(trial.changes for trial in trials),
    )


def not_a_number(s: Symptoms) -> Finding | None:
    """Training stopped by itself: a loss or a weight was NaN or infinite."""
    if s.failure is None:
        return None
    return Finding("not a number", s.failure)


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
    )


def dead_by_activation(s: Symptoms) -> Finding | None:
    """A logit, or a critic's score, has no bounds; the one exception aims at 0 and 1."""
    if s.logits is None or s.game is None or (s.logits[0] < -_FAR and s.logits[1] > _FAR):
        return None
    low, high = (math.copysign(math.inf, end) if abs(end) > _FAR else end + 0.0 for end in s.logits)
    if s.game == "least_squares" and low <= 0 and high >= 1:
        return None
    if s.game in ("non_saturating", "minimax"):
        sure = [1 / (1 + math.exp(-logit)) for logit in (low, high)]
        what, so = "logit", f", so D(x) in [{sure[0]:.3g}, {sure[1]:.3g}], whatever it learns"
    else:
        what, so = "score", ": it cannot say how far apart real images and fakes are"
    return Finding(
        "dead by activation", f"D's last activation keeps its {what} in [{low:.3g}, {high:.3g}]{so}"
    )


def vanishing_gradient(s: Symptoms) -> Finding | None:
    """Healthy generators have longer gradients than untrained ones; these have next to none.

    At rest, near the real images, there is none either (R1 leads there), and all is well.
    """
    if s.gradient is None or s.first_gradient is None or s.answer is None:
        return None
    if s.gradient > 0.01 * s.first_gradient or arrived(s):
        return None
    return Finding(
        "vanishing gradient",
        f"the length of the generator's gradient is {s.gradient:.1e}; before training it was "
        f"{s.first_gradient:.1e}. Of D's answer {s.answer:.1e} reaches G",
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
    )


def collapsed(s: Symptoms) -> Finding | None:
    """Whatever the noise, the same few images.

    Those of a beginner are alike, too, but near its untrained self: up to 0.49 of `first_distance`,
    as measured. Collapsed ones were 0.53 to 5 away from that self, or from their last checkpoint.
    """
    if s.translates:
        return None  # see lost.input_ignored
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
    return Finding("generator collapsed", "; ".join(evidence))


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
    )


def label_ignored(s: Symptoms) -> Finding | None:
    """Asked for a class, it makes any: hardly more often the asked one than by chance.

    Healthy runs are at 0.97 and more, those with shuffled labels at chance; a fifth of the way is
    far from both.
    """
    if s.as_asked is None:
        return None
    chance = 1 / s.classes_asked
    if s.as_asked - chance > 0.2 * (1 - chance):
        return None
    evidence = (
        f"{s.as_asked:.1%} of the samples show the class that was asked for; "
        f"by chance it would be {chance:.1%}"
    )
    if s.named is not None and s.named - chance < 0.2 * (1 - chance):
        evidence += (
            f". A classifier that learns these labels is right on {s.named:.1%} of unseen images: "
            "they do not belong to the images"
        )
    return Finding("label ignored", evidence)


def noise_ignored(s: Symptoms) -> Finding | None:
    """One picture a class, whatever the noise: healthy runs are at 0.8 and more."""
    if s.within is None or s.within > 0.3:
        return None
    return Finding(
        "noise ignored",
        f"two samples of one class are {s.within:.2g} times as far apart as two real images of it",
    )


Rule = Callable[[Symptoms], Finding | None]
AT_ONCE: tuple[Rule, ...] = (not_a_number, dead_by_data, dead_by_output, dead_by_activation)
IN_TIME: tuple[Rule, ...] = (
    vanishing_gradient,
    discriminator_too_strong,
    collapsed,
    label_ignored,
    noise_ignored,
    *ON_THE_WAY,
    oscillating,
)


def _list(values) -> str:
    return ", ".join(f"{value:.3g}" for value in values)
