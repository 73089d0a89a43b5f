"""Recipe: every number of a run, in one frozen, JSON-able record.

In: numbers, strings and tuples of strings. Out: a record that is checked once, here, so that
nothing behind it has to check again. No TensorFlow: reading recipes stays instant.
"""

import dataclasses
import json
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from gan_course.base.errors import InputError, RunWarning, unknown_name
from gan_course.recipes.endings import mistaken_endings

Shape = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One GAN, its data and its training.

    The networks are written one layer a line, in the notation of `gan_course.models`:
    "Conv 64 k5 s2 LReLU .2 Dropout .4".
    """

    name: str
    about: str  # one line for the list of recipes
    cpu_minutes: float  # what training takes on two CPU cores, measured

    dataset: str  # a name for `gan.data.load`
    image_shape: Shape  # height, width, channels
    value_range: tuple[float, float] = (-1.0, 1.0)  # what black and white become: tanh, or (0, 1)

    latent_dim: int = 100
    latent: str = "normal"  # N(0, 1), or "uniform": U(-1, 1)
    generator: tuple[str, ...]
    discriminator: tuple[str, ...]

    objective: str = "non_saturating"  # a key of `objectives.OBJECTIVES`
    real_label: float = 1.0  # below 1: one-sided label smoothing
    order: str = "alternating"  # discriminator first, or "simultaneous"
    d_steps: int = 1  # discriminator updates per generator update
    penalty: str | None = None  # on D's gradient: "gradient" (WGAN-GP) or "r1"
    penalty_weight: float = 0.0  # λ of WGAN-GP, γ of R1
    clip: float | None = None  # D's weights stay in [-clip, clip]

    optimizer: str = "adam"  # or "rmsprop", "sgd"; one object for each network
    g_learning_rate: float
    d_learning_rate: float
    beta_1: float | None = None  # Adam's, and only Adam's
    final_rate: float = 1.0  # share of both rates that is left at the last step: a straight line
    ema_decay: float = 0.0  # samples come from a running mean of G's weights; 0: from G itself

    precision: str = "float32"  # of the layers; or "mixed_bfloat16", or "auto": see speed.py
    jit: bool | None = None  # whether XLA compiles the step; None: where it helps
    steps_per_call: int | None = None  # that one call of the graph makes; hooks come after them

    batch_size: int  # real images per discriminator update
    steps: int  # generator updates
    seed: int = 0

    grid: tuple[int, int] = (4, 4)  # rows and columns of the sample grids
    log_every: int = 10  # steps between rows of the history
    sample_every: int  # steps between sample grids: the frames of the GIF
    first_sample: int = 0  # one more grid after this step; 0: only the untrained generator's
    checkpoint_every: int
    distance_every: int = 0  # steps between measurements of the Fréchet distance; 0: none

    def __post_init__(self):
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, _coerced(field, getattr(self, field.name)))
        for name in _POSITIVE:
            _check(getattr(self, name) > 0, f"{name} must be > 0, got {getattr(self, name)}")
        _check(
            self.steps_per_call is None or self.steps_per_call > 0,
            f"steps_per_call must be > 0 or None, got {self.steps_per_call}",
        )
        _check(0 <= self.seed < 2**31, f"seed must be in [0, 2**31), got {self.seed}")
        _check(
            min(self.image_shape) > 0 and self.image_shape[2] in (1, 3),
            f"image_shape must be (height, width, 1 or 3 channels), got {self.image_shape}",
        )
        _check(
            self.value_range in ((-1.0, 1.0), (0.0, 1.0)),
            f"value_range must be (-1, 1) or (0, 1), got {self.value_range}",
        )
        _check(min(self.grid) > 0, f"grid must be (rows, columns), got {self.grid}")
        _check(0 < self.final_rate <= 1, f"final_rate must be in (0, 1], got {self.final_rate}")
        _check(0 <= self.ema_decay < 1, f"ema_decay must be in [0, 1), got {self.ema_decay}")
        _check(0 < self.real_label <= 1, f"real_label must be in (0, 1], got {self.real_label}")
        for name in ("first_sample", "distance_every"):
            _check(getattr(self, name) >= 0, f"{name} must be >= 0, got {getattr(self, name)}")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                known = [choice for choice in choices if choice is not None]
                raise unknown_name(name, getattr(self, name), known)
        self._check_combinations()
        for mistake in mistaken_endings(self):
            warnings.warn(mistake, RunWarning, stacklevel=4)

    def _check_combinations(self):
        _check(
            self.order == "alternating" or self.d_steps == 1,
            f"order='simultaneous' plays one discriminator update, got d_steps={self.d_steps}; "
            "use order='alternating'",
        )
        _check(
            (self.penalty is not None) == (self.penalty_weight > 0) and self.penalty_weight >= 0,
            f"penalty={self.penalty!r} with penalty_weight={self.penalty_weight}: "
            "a penalty needs a weight > 0, and without one the weight is 0",
        )
        _check(
            self.distance_every % self.log_every == 0,
            f"distance_every={self.distance_every} must be a multiple of "
            f"log_every={self.log_every}: the distance is a column of the history",
        )
        for name in ("steps", *_CADENCES):
            _check(
                getattr(self, name) % (self.steps_per_call or 1) == 0,
                f"{name}={getattr(self, name)} must be a multiple of "
                f"steps_per_call={self.steps_per_call}: nothing happens between steps of one call",
            )
        _check(self.clip is None or self.clip > 0, f"clip must be > 0 or None, got {self.clip}")
        _check(
            (self.beta_1 is not None) == (self.optimizer == "adam"),
            f"beta_1={self.beta_1} with optimizer={self.optimizer!r}: "
            "Adam needs a beta_1 and the others have none",
        )
        _check(
            self.beta_1 is None or 0 <= self.beta_1 < 1,
            f"beta_1 must be in [0, 1), got {self.beta_1}",
        )

    @property
    def images_per_step(self) -> int:
        """Real images that one step looks at: a batch for every update of the discriminator."""
        return self.batch_size * self.d_steps

    def to_json(self) -> dict:
        """A dictionary that `json` can write, and `from_json` can read."""
        return json.loads(json.dumps(dataclasses.asdict(self)))

    @classmethod
    def from_json(cls, fields: dict) -> "Recipe":
        """Raises InputError for a field that is missing, unknown or out of range."""
        if not isinstance(fields, dict):
            raise InputError(f"a recipe's fields are a dictionary, got {type(fields).__name__}")
        known = {field.name for field in dataclasses.fields(cls)}
        for name in fields:
            if name not in known:
                raise unknown_name("recipe field", name, known)
        needed = {f.name for f in dataclasses.fields(cls) if f.default is dataclasses.MISSING}
        if missing := sorted(needed - set(fields)):
            raise InputError(f"the recipe has no {', '.join(missing)}")
        return cls(**fields)

    def changed(self, **changes) -> "Recipe":
        """A copy with changes, checked again; an unknown field gets a "did you mean"."""
        return Recipe.from_json({**self._fields(), **changes})

    def differences(self, other: "Recipe") -> dict[str, tuple]:
        """The fields in which two recipes train differently: name -> (mine, other's)."""
        mine, theirs = self._fields(), other._fields()
        return {
            name: (mine[name], theirs[name])
            for name in mine
            if mine[name] != theirs[name] and name not in ("about", "cpu_minutes")
        }

    def _fields(self) -> dict:
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


_POSITIVE = (
    "latent_dim", "d_steps", "g_learning_rate", "d_learning_rate", "batch_size", "steps",
    "log_every", "sample_every", "checkpoint_every",
)  # fmt: skip
_CADENCES = ("log_every", "sample_every", "first_sample", "checkpoint_every", "distance_every")
_CHOICES = {
    "latent": ("normal", "uniform"),
    "objective": ("non_saturating", "minimax", "least_squares", "hinge", "wasserstein"),
    "penalty": (None, "gradient", "r1"),
    "order": ("alternating", "simultaneous"),
    "precision": ("float32", "mixed_bfloat16", "auto"),
    "optimizer": ("adam", "rmsprop", "sgd"),
}


def _check(holds: bool, message: str) -> None:
    if not holds:
        raise InputError(message)


def _coerced(field: dataclasses.Field, value):
    """The value in the field's own type: JSON has lists for tuples, and 1 may stand for 1.0."""
    convert, kind = _CONVERSIONS[field.type]
    try:
        return convert(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{field.name} must be {kind}, got {value!r}") from None


def _number(kind: type) -> Callable:
    def convert(value):
        if isinstance(value, bool | str) or not math.isfinite(value) or kind(value) != value:
            raise TypeError
        return kind(value)

    return convert


def _text(value) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _row(convert: Callable, length: int | None = None) -> Callable:
    def convert_all(values) -> tuple:
        if not isinstance(values, list | tuple) or length not in (None, len(values)):
            raise TypeError
        return tuple(convert(value) for value in values)

    return convert_all


def _yes_or_no(value) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise TypeError
    return value


_whole, _real = _number(int), _number(float)
_CONVERSIONS = {
    int: (_whole, "a whole number"),
    int | None: (lambda value: None if value is None else _whole(value), "a whole number or None"),
    float: (_real, "a finite number"),
    float | None: (lambda value: None if value is None else _real(value), "a number or None"),
    str: (_text, "a string"),
    str | None: (lambda value: None if value is None else _text(value), "a string or None"),
    bool | None: (_yes_or_no, "True, False or None"),
    tuple[str, ...]: (_row(_text), "a tuple of strings"),
    tuple[int, int]: (_row(_whole, 2), "two whole numbers"),
    tuple[float, float]: (_row(_real, 2), "two numbers"),
    Shape: (_row(_whole, 3), "three whole numbers (height, width, channels)"),
}
