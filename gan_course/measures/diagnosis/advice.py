"""From a verdict to experiments: what is unusual in the recipe, and the numbers to put in.

In: a verdict, the symptoms, the recipe. Out: trials, alternatives to each other: recipe fields with
new values, which `recipe.changed(**trial.changes)` accepts. Nothing here judges: see verdicts.py.
`tests/test_diagnosis_advice.py` and `tests/test_diagnosis_runs.py` try them out.
"""

import math
from dataclasses import dataclass, field

from gan_course.measures.diagnosis import cures, remedies
from gan_course.measures.diagnosis.symptoms import Symptoms
from gan_course.recipes.schema import Recipe
from gan_course.recipes.translating import Translating


@dataclass(frozen=True)
class Trial:
    """One thing to try.

    changes: recipe fields and their new values; none to go on with the same recipe.
    why: what they answer to.
    """

    changes: dict = field(default_factory=dict)
    why: str = ""


def trials(verdict: str, s: Symptoms, recipe: Recipe, own: bool) -> list[Trial]:
    """What to try against that verdict, the likeliest first; nothing if no number is at fault.

    Args:
      own: whether the run was trained with an objective other than the recipe's: then the recipe's
        objective, penalty and clip mean nothing.
    """
    table = _OF_TRANSLATIONS if isinstance(recipe, Translating) else _OFFERS
    offers = table[verdict](s, recipe, own) if verdict in table else []
    made = [
        Trial(remedies.differing(recipe, changes), why) for changes, why in filter(None, offers)
    ]
    going_on = verdict in ("not trained long enough", "healthy")
    return [trial for trial in made if trial.changes or going_on]


def sentence(tried: list[Trial], s: Symptoms, recipe: Recipe) -> str:
    """The trials in words: where to train, what to put in, and why."""
    here = [trial for trial in tried if goes_on(recipe, trial.changes)]
    parts = []
    for trial in here:
        with_what = _fields(trial, recipe) or f"the same again, {s.planned - s.steps:,} to make"
        parts.append(f"go on in the same folder: {with_what}")
    elsewhere = [trial for trial in tried if trial not in here]
    for trial in elsewhere:
        start = "in another folder: " if trial is elsewhere[0] else ""
        parts.append(start + _fields(trial, recipe) + (f" ({trial.why})" if trial.why else ""))
    return "; or ".join(parts)


def words(verdict: str, own: bool) -> str:
    """What there is to try besides numbers of the recipe."""
    if verdict == "not a number" and own:
        return "look for log(0), √0 and x/0 in your loss"
    return _WORDS.get(verdict, "")


def goes_on(recipe: Recipe, changes: dict) -> bool:
    """Whether these changes make the same run longer: `train` then takes the same folder.

    Where the learning rates fall to a share at the last step, another last step is another run.
    """
    return set(changes) <= {"steps"} and (not changes or recipe.final_rate == 1)


def _fields(trial: Trial, recipe: Recipe) -> str:
    return ", ".join(f"{n}={_value(v, getattr(recipe, n))}" for n, v in trial.changes.items())


def _value(value, before) -> str:
    """As Python writes it; of a network that differs in its last line alone, that line."""
    if isinstance(value, float):
        return f"{value:g}"
    is_network = isinstance(value, tuple) and isinstance(value[0], str)
    if is_network and len(value) > 1 and value[:-1] == before[: len(value) - 1]:
        return f"(..., {value[-1]!r})"
    return repr(value)


def _longer(s: Symptoms, recipe: Recipe, own: bool) -> list:
    enough = max(200, math.ceil(0.5 * s.epoch))  # see patience.hardly_begun
    if s.steps < s.planned >= enough:
        return [({}, "")]
    if s.steps < enough:
        return [_steps(max(4 * s.planned, 1000, math.ceil(s.epoch)), recipe)]
    left = s.distances[-1] / s.first_distance if s.distances and s.first_distance else 0.0
    times = 16 if left > 0.8 else 4 if left > 1 / 3 else 2  # measured on digits
    return [_steps(times * s.planned, recipe)]


def _steps(count: int, recipe: Recipe) -> tuple[dict, str]:
    portion = recipe.steps_per_call or 1
    why = f"final_rate={recipe.final_rate:g}: with other steps the rates fall otherwise"
    return {"steps": -(-count // portion) * portion}, "" if recipe.final_rate == 1 else why


def _not_a_number(s: Symptoms, recipe: Recipe, own: bool) -> list:
    if not own and recipe.objective == "wasserstein" and recipe.penalty is recipe.clip is None:
        changes, why = remedies.wasserstein(recipe)
        return [({**changes, **remedies.slower(recipe, 0.1)[0]}, why)]
    return [remedies.slower(recipe, 0.1)]


def _gradient_is_lost(s: Symptoms, recipe: Recipe, own: bool) -> list:
    if s.accuracy_fake is not None and s.accuracy_fake < 0.5:
        # D takes nearly all fakes for real
        found = [remedies.stronger_d(recipe), remedies.leaky_d(recipe)]
    else:
        weaker = remedies.weaker_d(recipe) or remedies.lower_rates(recipe)
        found = [remedies.not_saturating(recipe), weaker]
    return found if any(found) else [remedies.wasserstein(recipe) or remedies.slower_d(recipe)]


def _d_is_too_strong(s: Symptoms, recipe: Recipe, own: bool) -> list:
    answers = (remedies.weaker_d, remedies.lower_rates, remedies.slower_d)
    return [next(filter(None, (remedy(recipe) for remedy in answers)))]


def _collapsed(s: Symptoms, recipe: Recipe, own: bool) -> list:
    return _calmed(recipe, own, remedies.wasserstein(recipe))


def _oscillating(s: Symptoms, recipe: Recipe, own: bool) -> list:
    return _calmed(recipe, own, remedies.r1(recipe))


def _calmed(recipe: Recipe, own: bool, other_game: remedies.Remedy | None) -> list:
    """What is unusual in the recipe, and another game; or else a stronger D, or lower rates."""
    found = [remedies.unusual(recipe), None if own else other_game]
    if own and not any(found):
        return [remedies.more_d_steps(recipe)]
    return found if any(found) else [remedies.slower(recipe, 1 / 3)]


_OFFERS = {
    "not a number": _not_a_number,
    "dead by normalisation": lambda s, recipe, own: remedies.endings_of_g(recipe),
    "dead by activation": lambda s, recipe, own: [remedies.unbounded_d(recipe)],
    "vanishing gradient": _gradient_is_lost,
    "discriminator too strong": _d_is_too_strong,
    "generator collapsed": _collapsed,
    "label ignored": lambda s, recipe, own: [remedies.louder_labels(recipe)],
    "noise ignored": lambda s, recipe, own: [remedies.lighter_head(recipe) or remedies.r1(recipe)],
    "oscillating": _oscillating,
    "not trained long enough": _longer,
    "healthy": lambda s, recipe, own: [_steps(2 * s.planned, recipe)],
}
_OF_TRANSLATIONS = {
    "not a number": lambda s, recipe, own: [remedies.slower(recipe, 0.1)],
    "discriminator too strong": lambda s, recipe, own: [remedies.slower_d(recipe)],
    "input ignored": lambda s, recipe, own: [cures.truer(recipe)],
    "copying": lambda s, recipe, own: [cures.bolder(recipe)],
    "classes exchanged": lambda s, recipe, own: [cures.another_start(recipe)],
    "hidden signal": lambda s, recipe, own: [cures.noise_on_the_way(recipe)],
    "not trained long enough": _longer,
    "healthy": lambda s, recipe, own: [_steps(2 * s.planned, recipe)],
}
_WORDS = {
    "input ignored": "look at ten questions beside their answers, do they belong together?",
    "dead by data range": "give the images as bytes 0 to 255, scaled once, by the library: "
    "print x_train.min(), x_train.max()",
    "label ignored": "look at ten images of one label, gan.plots.grid(x[y == 3][:10]): "
    "do they show it?",
    "healthy": "the next chapter",
}
