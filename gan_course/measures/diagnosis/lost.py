"""What can be lost when an image becomes another one, as verdicts.

In: `Symptoms`. Out: findings, or None. The thresholds stand here with why they lie where they do.
"""

from collections.abc import Callable

from gan_course.measures.diagnosis.finding import Finding
from gan_course.measures.diagnosis.symptoms import Symptoms


def input_ignored(s: Symptoms) -> Finding | None:
    """Whatever the question, the same answer: what a network learns from pairs that are none."""
    if not s.translates or s.diversity is None or s.diversity > 0.1:
        return None
    return Finding(
        "input ignored",
        f"the answers to different inputs vary {s.diversity:.2g} times as much as the targets do",
    )


def copying(s: Symptoms) -> Finding | None:
    """The answer is the question: nearer to it than a quarter of what strangers are apart, and no
    more like the targets than the inputs are."""
    if s.copied is None or s.unlike is None:
        return None
    near = s.copied[0] < 0.25 * s.copied[1]
    if not near or s.unlike[0] < 0.7 * s.unlike[1]:
        return None
    return Finding(
        "copying",
        f"answers are {s.copied[0]:.2g} from their inputs a pixel (an input and a target picked at "
        f"random: {s.copied[1]:.2g}), and their distance from the targets (Fréchet) is "
        f"{s.unlike[0]:.3g}, that of the inputs themselves {s.unlike[1]:.3g}",
    )


def classes_exchanged(s: Symptoms) -> Finding | None:
    """Each class becomes another one: the way back undoes it, so no loss minds."""
    if s.survived is None:
        return None
    same, renamed = s.survived
    if same > 0.5 or renamed < same + 0.2:
        return None
    return Finding(
        "classes exchanged",
        f"{same:.0%} of the answers show the class of their input, and {renamed:.0%} once the "
        "classes are renamed in the best way",
    )


def hidden_signal(s: Symptoms) -> Finding | None:
    """The way back reads what no eye sees: a little noise, and it no longer finds home.

    Pictures that learnt to become fog were 2.6 times as far off after 300 steps; those that were
    trained with noise on the way, 1.1 times.
    """
    if s.home is None or s.home[1] < 1.5 * s.home[0]:
        return None
    return Finding(
        "hidden signal",
        f"there and back, a pixel is {s.home[0]:.2g} off; with noise of deviation 0.1 on the way, "
        f"{s.home[1]:.2g}: what leads home is written in faint pixels",
    )


ON_THE_WAY: tuple[Callable[[Symptoms], Finding | None], ...] = (
    input_ignored,
    copying,
    classes_exchanged,
    hidden_signal,
)
