"""Predict, then run: a guess is written down before the number is known, and both are shown.

In: a guess, and later what came out. Out: the two beside each other, and all of them at the end.
"""

import numbers

import numpy as np

from gan_course.base.errors import unknown_name

_BLANK = "no guess"


class Guesses:
    """What a student expects, by question: guess["D(x) before training"] = 0.5.

    A guess is a number, or a word; None is no guess yet.
    """

    def __init__(self):
        self._guessed: dict[str, object] = {}
        self._found: dict[str, object] = {}

    def __setitem__(self, question: str, guess) -> None:
        self._guessed[question] = guess

    def reveal(self, question: str, found) -> None:
        """Print the guess and what came out.

        Args:
          found: a number, or a word.

        Raises:
          InputError: for a question that was not asked.
        """
        if question not in self._guessed:
            raise unknown_name("question", question, self._guessed)
        self._found[question] = found
        print(f"{question}: your guess {self._told(question)}, this run {_text(found)}")

    def look_back(self) -> None:
        """All guesses beside what came out, in the order of the questions."""
        width = max(map(len, self._guessed), default=0)
        print(f"{'':{width}}  {'guess':>12}  {'this run':>12}")
        for question in self._guessed:
            found = _text(self._found[question]) if question in self._found else "not run"
            print(f"{question:{width}}  {self._told(question):>12}  {found:>12}")

    def _told(self, question: str) -> str:
        guess = self._guessed[question]
        return _BLANK if guess is None or guess is Ellipsis else _text(guess)


def _text(value) -> str:
    if isinstance(value, str | bool | np.bool_):
        return str(value)
    number = float(value)
    if isinstance(value, numbers.Integral) or abs(number) >= 1000:
        return f"{number:,.0f}"
    return f"{number:.3g}"
