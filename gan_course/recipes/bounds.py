"""What a field of a recipe may hold, said where the field is: `steps: Annotated[int, above(0)]`.

In: a class's type hints. Out: values in the field's own type, or an InputError that names the
field, what it must be and what it got. JSON has lists for tuples, and 1 may stand for 1.0.
"""

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
    hint, bounds = _parts(hint)
    optional = type(None) in get_args(hint)
    if optional:
        if value is None:
            return None
        kinds = [kind for kind in get_args(hint) if kind is not type(None)]
        hint, more = _parts(kinds[0])
        bounds += more
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
