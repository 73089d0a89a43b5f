"""Recipe: every number of a run, in one frozen, JSON-able record.

In: numbers, strings and tuples of strings. Out: a record that is checked once, here, so that
nothing behind it has to check again. What every run has is here; what its game adds stands in a
subclass of its own. No TensorFlow: reading recipes stays instant.
"""

import dataclasses
import functools
import json
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, get_type_hints

from gan_course.base.errors import InputError, unknown_name
from gan_course.recipes.bounds import Bound, above, at_least, described, fitted, typed

Shape = tuple[int, int, int]
Range = tuple[float, float]

_GAMES: dict[str, type["Recipe"]] = {}  # by the name of the game
_RENAMED = {"precision": "layer_dtype", "latent": "noise", "first_sample": "early_sample"}
_TOLD = ("about", "cpu_minutes", "tuned_for")  # no number of these is trained with
_CADENCES = ("log_every", "sample_every", "early_sample", "checkpoint_every", "distance_every")
IMAGE = Bound(
    lambda shape: min(shape) > 0 and shape[2] in (1, 3), "(height, width, 1 or 3 channels)"
)
_BLACK_TO_WHITE = Bound(
    lambda ends: ends in ((-1.0, 1.0), (0.0, 1.0)),
    "(-1, 1) or (0, 1)",
)
ROWS_AND_COLUMNS = Bound(lambda grid: min(grid) > 0, "(rows, columns)")
_SEED = Bound(lambda seed: 0 <= seed < 2**31, "in [0, 2**31)")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What every run has: its data, its length, and when what is written.

    Each game has a subclass with the fields of its own, under the name of its file in `games`.
    """

    game: ClassVar[str]
    smoke: ClassVar[dict] = {}  # what makes a run of this game tiny, besides few steps

    name: str
    about: str  # one line for the list of recipes
    cpu_minutes: float  # what training takes on two CPU cores, measured
    # seconds on two CPU cores for which its numbers were chosen; 0: for none, they are its source's
    tuned_for: Annotated[float, at_least(0)] = 0.0

    dataset: str  # a name for `gan.data.load`
    image_shape: Annotated[Shape, IMAGE]  # height, width, channels
    value_range: Annotated[Range, _BLACK_TO_WHITE] = (-1.0, 1.0)  # what black and white become

    batch_size: Annotated[int, above(0)]  # examples per update
    steps: Annotated[int, above(0)]
    seed: Annotated[int, _SEED] = 0

    layer_dtype: Literal["float32", "mixed_bfloat16", "auto"] = "float32"  # see base/device.py
    jit: bool | None = None  # whether XLA compiles the step; None: where it helps
    steps_per_call: Annotated[int, above(0)] | None = None  # in one call of the graph; then hooks

    grid: Annotated[tuple[int, int], ROWS_AND_COLUMNS] = (
        4,
        4,
    )  # rows and columns of the sample grids
    log_every: Annotated[int, above(0)] = 10  # steps between rows of the history
    sample_every: Annotated[int, above(0)]  # steps between sample grids: the frames of the GIF
    early_sample: Annotated[int, at_least(0)] = 0  # the first grid before that; 0: log_every
    checkpoint_every: Annotated[int, above(0)]
    distance_every: Annotated[int, at_least(0)] = 0  # between Fréchet distances; 0: none

    def __init_subclass__(cls):
        if "game" in vars(cls):  # else it holds what several games have in common
            _GAMES[cls.game] = cls

    def __post_init__(self):
        for name, hint in _hints(type(self)).items():
            object.__setattr__(self, name, fitted(name, hint, getattr(self, name)))
        check(
            self.distance_every % self.log_every == 0,
            f"distance_every={self.distance_every} must be a multiple of "
            f"log_every={self.log_every}: the distance is a column of the history",
        )
        for name in ("steps", *_CADENCES):
            check(
                getattr(self, name) % (self.steps_per_call or 1) == 0,
                f"{name}={getattr(self, name)} must be a multiple of "
                f"steps_per_call={self.steps_per_call}: nothing happens between steps of one call",
            )

    @property
    def images_per_step(self) -> int:
        """Training images that one step looks at."""
        return self.batch_size

    @property
    def early_samples(self) -> tuple[int, ...]:
        """The steps of the sample grids before `sample_every`: twice as many each time.

        A GAN changes most at the start. They are multiples of what is due anyway, so that a call
        of several steps never has to end for them.
        """
        first, last = self.early_sample or self.log_every, min(self.sample_every, self.steps)
        doubled = (first * 2**times for times in range(last.bit_length()))
        return tuple(step for step in doubled if step < last)

    @property
    def can_go_on(self) -> bool:
        """Whether more steps make a longer run, and not another one."""
        return True

    @property
    def has_convolutions(self) -> bool:
        """Whether a line of its networks holds one: then a step is long."""
        rows = (getattr(self, field.name) for field in dataclasses.fields(self))
        lines = (line for row in rows if isinstance(row, tuple) for line in row)
        return any(isinstance(line, str) and "Conv" in line for line in lines)

    def to_json(self) -> dict:
        """A dictionary that `json` can write, and `from_json` can read."""
        return json.loads(json.dumps({"game": self.game, **dataclasses.asdict(self)}))

    @staticmethod
    def from_json(fields: dict) -> "Recipe":
        """The recipe that `to_json` has written, today or before fields had their present names.

        Raises InputError for a field that is missing, unknown or out of range.
        """
        if not isinstance(fields, dict):
            raise InputError(f"a recipe's fields are a dictionary, got {type(fields).__name__}")
        fields = {_RENAMED.get(name, name): value for name, value in fields.items()}
        game = fields.pop("game", "adversarial")  # of a run from before there were others
        if game not in _GAMES:
            raise unknown_name("game", game, _GAMES)
        return _GAMES[game]._made(fields)

    def changed(self, **changes) -> "Recipe":
        """A copy with changes, checked again; an unknown field gets a "did you mean"."""
        return self._made({**self._fields(), **changes})

    def typed(self, name: str, text: str):
        """The value of a field as people type it on a command line, for `changed` to check.

        Raises InputError for an unknown field, with the nearest one that there is.
        """
        hints = _hints(type(self))
        if name not in hints:
            raise unknown_name("recipe field", name, hints)
        return typed(hints[name], text)

    def described(self) -> dict[str, str]:
        """What each field may hold, in words."""
        return {name: described(hint) for name, hint in _hints(type(self)).items()}

    def lines(self) -> dict[str, tuple[str, ...]]:
        """The fields that are rows of words: its networks, a layer a line."""
        return {
            name: value
            for name, value in self._fields().items()
            if isinstance(value, tuple) and value and isinstance(value[0], str)
        }

    def differences(self, other: "Recipe") -> dict[str, tuple]:
        """The fields in which two recipes train differently: name -> (mine, other's)."""
        mine = {"game": self.game, **self._fields()}
        theirs = {"game": other.game, **other._fields()}
        return {
            name: (mine.get(name), theirs.get(name))
            for name in {**mine, **theirs}
            if mine.get(name) != theirs.get(name) and name not in _TOLD
        }

    def _fields(self) -> dict:
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @classmethod
    def _made(cls, fields: dict) -> "Recipe":
        known = {field.name: field for field in dataclasses.fields(cls)}
        for name in fields:
            if name not in known:
                raise unknown_name("recipe field", name, known)
        needed = {name for name, f in known.items() if f.default is dataclasses.MISSING}
        if missing := sorted(needed - set(fields)):
            raise InputError(f"the recipe has no {', '.join(missing)}")
        return cls(**fields)


@functools.cache
def _hints(cls: type[Recipe]) -> dict:
    """The type hints of its fields, with their bounds."""
    hints = get_type_hints(cls, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def check(holds: bool, message: str) -> None:
    """Raises InputError with the message unless it holds."""
    if not holds:
        raise InputError(message)
