"""What a field of a recipe may hold, said where the field is: `steps: Annotated[int, above(0)]`.

In: a class's type hints. Out: values in the field's own type, or an InputError that names the
field, what it must be and what it got. JSON has lists for tuples, and 1 may stand for 1.0. A
command line has text for all of them.
"""

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from gan_course.base.errors import InputError, unknown_name


@dataclass(frozen=True)
class Bound:
    """holds: value -> whether it may stand. words: "must be ...", for the error."""

    holds: Callable[[Any], bool]
    words: str


def above(low: float) -> Bound:
    """Larger than `low`."""
    return Bound(lambda value: value > low, f"> {low}")


def at_least(low: float) -> Bound:
    """`low` or larger."""
    return Bound(lambda value: value >= low, f">= {low}")


def within(low: float, high: float, ends: str = "[)") -> Bound:
    """Between two numbers; `ends` has a square bracket on the side that belongs to it."""
    least = at_least(low) if ends[0] == "[" else above(low)
    return Bound(
        lambda value: least.holds(value) and (value <= high if ends[1] == "]" else value < high),
        f"in {ends[0]}{low}, {high}{ends[1]}",
    )


def fitted(name: str, hint, value):
    """The value of the field `name` in the type that its hint names, checked.

    Raises:
      InputError: for another type, a value out of bounds, or a word that is none of the choices.
    """
    hint, bounds, optional = _apart(hint)
    if optional and value is None:
        return None
    if get_origin(hint) is Literal:
        if not isinstance(value, str):
            raise InputError(f"{name} must be a string{_or_none(optional)}, got {value!r}")
        if value not in get_args(hint):
            raise unknown_name(name, value, get_args(hint))
        return value
    convert, kind = _CONVERSIONS[hint]
    try:
        value = convert(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name} must be {kind}{_or_none(optional)}, got {value!r}") from None
    for bound in bounds:
        if not bound.holds(value):
            raise InputError(f"{name} must be {bound.words}{_or_none(optional)}, got {value}")
    return value


def described(hint) -> str:
    """What a field with that hint may hold, in words: "whole number > 0, or None"."""
    hint, bounds, optional = _apart(hint)
    if get_origin(hint) is Literal:
        return ", ".join(get_args(hint)) + (", or None" if optional else "")
    kind = _CONVERSIONS[hint][1].removeprefix("a ").removeprefix("finite ")
    words = " ".join(bound.words for bound in bounds)
    if get_origin(hint) is tuple and words:  # these name their parts
        kind = ""
    return f"{kind} {words}".strip() + (", or None" if optional else "")


def typed(hint, text: str):
    """A value as people type it, for `fitted` to check: `6,6` is (6, 6), `none` is None.

    Words need no quotes; of a tuple of them, such as the lines of a network, `;` is between two.
    """
    hint, _, optional = _apart(hint)
    text = text.strip()
    word = text.capitalize() if text.lower() in ("none", "true", "false") else text
    if optional and word == "None":
        return None
    if hint is str or get_origin(hint) is Literal:
        return text
    if hint == tuple[str, ...]:
        lines = () if text == "()" else text.split(";")
        return tuple(line.strip() for line in lines if line.strip())
    try:
        return ast.literal_eval(word)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text  # which is none of them, as `fitted` says


def _apart(hint) -> tuple[Any, tuple[Bound, ...], bool]:
    """A hint without its bounds and without None; the bounds; whether None was there."""
    hint, bounds = _parts(hint)
    if type(None) not in get_args(hint):
        return hint, bounds, False
    (kind,) = (kind for kind in get_args(hint) if kind is not type(None))
    hint, more = _parts(kind)
    return hint, bounds + more, True


def _parts(hint) -> tuple[Any, tuple[Bound, ...]]:
    """A hint without its bounds, and the bounds."""
    if get_origin(hint) is Annotated:
        return get_args(hint)[0], tuple(get_args(hint)[1:])
    return hint, ()


def _or_none(optional: bool) -> str:
    return " or None" if optional else ""


def _number(kind: type) -> Callable:
    def convert(value):
        if isinstance(value, bool | str) or not math.isfinite(value) or kind(value) != value:
            raise TypeError
        return kind(value)

    return convert


def _exactly(kind: type) -> Callable:
    def convert(value):
        if not isinstance(value, kind):
            raise TypeError
        return value

    return convert


def _row(convert: Callable, length: int | None = None) -> Callable:
    def convert_all(values) -> tuple:
        if not isinstance(values, list | tuple) or length not in (None, len(values)):
            raise TypeError
        return tuple(convert(value) for value in values)

    return convert_all


_whole, _real, _text = _number(int), _number(float), _exactly(str)
_CONVERSIONS = {
    int: (_whole, "a whole number"),
    float: (_real, "a finite number"),
    str: (_text, "a string"),
    bool: (_exactly(bool), "True, False"),
    tuple[str, ...]: (_row(_text), "a tuple of strings"),
    tuple[int, int]: (_row(_whole, 2), "two whole numbers"),
    tuple[float, float]: (_row(_real, 2), "two numbers"),
    tuple[int, int, int]: (_row(_whole, 3), "three whole numbers (height, width, channels)"),
}
