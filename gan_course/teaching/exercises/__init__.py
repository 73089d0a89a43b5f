"""Exercises that answer back: what a student wrote is tried, and one line says how it went.

In: the number of an exercise and an answer. Out: a line with a tick; or a `Mismatch`, which a
notebook shows as one line: what differs, in the student's terms, and the first hint. The exercises
of a chapter are in the file of its number.
"""

import contextlib
import io
from importlib import import_module

from gan_course.base.errors import InputError, unknown_name
from gan_course.teaching.exercises.registry import EXERCISES, Exercise
from gan_course.teaching.mismatch import Mismatch, NotWritten, own_errors

__all__ = ["CHAPTERS", "EXERCISES", "Exercise", "check", "exercises_of"]

CHAPTERS = tuple(range(12))


def check(number: str, *answer) -> None:
    """Try an answer.

    Args:
      number: of the exercise, as "1.2" for the second of chapter 1.
      answer: what the student wrote: one or more functions, arrays, or the letter of a choice.

    Raises:
      Mismatch: if nothing is written yet, and if the answer is not right.
      InputError: for a number that there is not.
    """
    exercise = _find(number)
    try:
        if not answer or any(each is None or each is Ellipsis for each in answer):
            raise NotWritten
        with (
            own_errors(answer[0], exercise.title),
            contextlib.redirect_stdout(io.StringIO()),  # the comparisons say more than is asked
        ):
            exercise.verify(*answer)
    except NotWritten:
        time = "a minute" if exercise.minutes == 1 else f"{exercise.minutes} minutes"
        raise Mismatch(f"{exercise}: not written yet (about {time})") from None
    except Mismatch as error:
        raise Mismatch(f"{exercise}: {error} · Hint: {exercise.hint}") from None
    print(f"✓ {exercise}")


def exercises_of(chapter: int) -> list[Exercise]:
    """Those of a chapter, in their order; its experiments stand last."""
    for module in (f"chapter_{chapter:02d}", "experiments"):
        import_module(f"{__name__}.{module}")
    found = [each for each in EXERCISES.values() if each.chapter == chapter]
    return sorted(found, key=lambda each: int(each.number.partition(".")[2]))


def _find(number: str) -> Exercise:
    """Raises InputError for a number that there is not."""
    chapter, _, rest = str(number).partition(".")
    if not (chapter.isdecimal() and int(chapter) in CHAPTERS and rest):
        raise InputError(
            f"an exercise is named by chapter and number, as in check('1.2', answer), "
            f"got {number!r}"
        )
    known = [each.number for each in exercises_of(int(chapter))]
    if number not in known:
        raise unknown_name("exercise", str(number), known)
    return EXERCISES[number]
