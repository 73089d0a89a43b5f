"""How an exercise is written down: its number, what is wanted, a hint, and how an answer is tried.

In: a function that raises `Mismatch` for a wrong answer. Out: an entry in `EXERCISES`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gan_course.teaching.mismatch import Mismatch


@dataclass(frozen=True)
class Exercise:
    """minutes: that a student takes, about. verify: raises Mismatch for a wrong answer."""

    number: str
    title: str
    minutes: int
    hint: str
    verify: Callable

    @property
    def chapter(self) -> int:
        """The first part of its number."""
        return int(self.number.partition(".")[0])

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


EXERCISES: dict[str, Exercise] = {}


def exercise(number: str, title: str, minutes: int, hint: str) -> Callable:
    """Around the function that tries an answer: it is called with what the student wrote.

    A wrong answer raises `Mismatch`; an error in the student's own code becomes one by itself.
    """

    def keep(verify: Callable) -> Callable:
        if number in EXERCISES and EXERCISES[number].verify.__module__ != verify.__module__:
            raise ValueError(f"exercise {number} is there twice")
        EXERCISES[number] = Exercise(number, title, minutes, hint, verify)
        return verify

    return keep


def choice(
    number: str, title: str, right: str, wrong: dict[str, str], hint: str, minutes: int = 1
) -> None:
    """A question with answers to choose from.

    Args:
      right: the letter of the right one.
      wrong: letter -> why not.
    """

    @exercise(number, title, minutes, hint)
    def verify(answer) -> None:
        letter = str(answer).strip().lower()
        if letter in wrong:
            raise Mismatch(f"not {letter!r}: {wrong[letter]}")
        if letter != right:
            letters = ", ".join(sorted([right, *wrong]))
            raise Mismatch(f"{answer!r} is none of the answers; choose one of {letters}")
