"""Predict, then run: guesses beside what came out."""

import pytest

from gan_course.base.errors import InputError
from gan_course.teaching.guesses import Guesses


def test_a_guess_is_shown_beside_what_came_out(capsys):
    guess = Guesses()
    guess["D(x)"] = 0.5
    guess["which is larger"] = "the first"
    guess.reveal("D(x)", 0.49713)
    guess.reveal("which is larger", "the second")
    assert capsys.readouterr().out.splitlines() == [
        "D(x): your guess 0.5, this run 0.497",
        "which is larger: your guess the first, this run the second",
    ]


def test_a_blank_is_no_guess_and_what_was_not_run_says_so(capsys):
    guess = Guesses()
    guess["modes"] = None
    guess["parameters"] = 1_000
    guess.reveal("modes", 8)
    guess.look_back()
    _, head, modes, parameters = capsys.readouterr().out.splitlines()
    assert head.split() == ["guess", "this", "run"]
    assert modes.split() == ["modes", "no", "guess", "8"]
    assert parameters.split() == ["parameters", "1,000", "not", "run"]


def test_a_guess_may_be_changed_and_looking_back_without_any_is_no_error(capsys):
    guess = Guesses()
    guess.look_back()
    guess["a"] = 1
    guess["a"] = 2
    guess.reveal("a", 3)
    assert capsys.readouterr().out.splitlines()[-1] == "a: your guess 2, this run 3"


def test_a_question_that_was_not_asked_gets_a_did_you_mean():
    guess = Guesses()
    guess["mean D(x)"] = 0.5
    with pytest.raises(InputError, match=r"unknown question 'mean D\(X\)'; did you mean"):
        guess.reveal("mean D(X)", 0.4)
