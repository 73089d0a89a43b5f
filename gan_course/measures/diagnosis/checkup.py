"""A full examination of a run: its history, its networks, and its samples.

In: a run. Out: a `Diagnosis`. What cannot be had (the images, a checkpoint) is left out, and said.
"""

import contextlib
from dataclasses import dataclass

import numpy as np

from gan_course.base import seeds
from gan_course.base.errors import InputError
from gan_course.data import ImageSet
from gan_course.data.ranges import to_uint8
from gan_course.games import objectives, state
from gan_course.games.state import State
from gan_course.measures import metrics
from gan_course.measures.counting import modes_of, tells_classes
from gan_course.measures.diagnosis import symptoms as measured
from gan_course.measures.diagnosis.finding import HEALTHY, Finding
from gan_course.measures.diagnosis.journeys import on_the_way
from gan_course.measures.diagnosis.symptoms import Symptoms
from gan_course.measures.diagnosis.verdicts import findings
from gan_course.measures.features import Features, features_for
from gan_course.measures.references import FEWEST
from gan_course.runs import history
from gan_course.runs.rundir import step_of
from gan_course.runs.stored import StoredRun

_SAMPLES = 1_000  # of each moment; as many real images


@dataclass(frozen=True)
class Diagnosis:
    """What was found. `verdict` is the first finding's.

    left_out: what was not examined. note: what its distances were measured on, if they were.
    """

    subject: str
    findings: tuple[Finding, ...]
    symptoms: Symptoms
    left_out: tuple[str, ...] = ()
    note: str = ""

    @property
    def verdict(self) -> str:
        """That of the gravest finding, in the words of verdicts.py."""
        return self.findings[0].verdict

    @property
    def healthy(self) -> bool:
        """Whether nothing was found."""
        return self.verdict == HEALTHY

    def __repr__(self) -> str:
        notes = [self.note] if self.note else []
        notes += [f"not examined: {reason}" for reason in self.left_out]
        return "\n".join([f"{self.subject}:", *map(str, self.findings), *notes])


def examine(run: StoredRun, data: ImageSet | None = None) -> Diagnosis:
    """The health of a run.

    Args:
      data: what it was trained on, if that was given as arrays.
    """
    found, left_out, note = _of_files(run), [], ""
    own = _plays_another(run)
    if not hasattr(run.game, "judged"):
        left_out.append("networks and samples (nobody judges here: an image is what is trained)")
    elif run.dir.checkpoint_files():
        measured_on = None
        try:
            measured_on = run.data(data)
        except InputError as error:
            left_out.append(f"samples ({error})")
        if measured_on is not None or not hasattr(run.game, "translate"):
            found |= _of_networks(run, own)
        if measured_on is not None:
            try:
                found |= _of_samples(run, measured_on)
                note = _note(measured_on)
            except InputError as error:
                left_out.append(f"samples ({error})")
    else:
        left_out.append("networks and samples (there is no checkpoint yet)")
    symptoms = Symptoms(**found)
    subject = f"{run.path}, {run.recipe.name}, seed {run.recipe.seed}, step {symptoms.steps:,}"
    found = tuple(findings(symptoms, run.recipe, own))
    return Diagnosis(subject, found, symptoms, tuple(left_out), note)


def _plays_another(run: StoredRun) -> bool:
    """Whether it was trained with an objective other than the one that its recipe describes."""
    try:
        described = run.game.objective
    except InputError:  # no game at all: then it was another one
        return True
    return run.dir.read_recipe()["losses"] != objectives.fingerprint(described)


def _note(data: ImageSet) -> str:
    compared = f"{_SAMPLES:,} samples from {len(_spread(data)[::2]):,} training images"
    return (
        f"Fréchet distances here: of {compared}; evaluate's, of up to 10,000 and from test images "
        "where there are some, are smaller: the fewer images, the larger the distance (bias)"
    )


def _spread(data: ImageSet) -> np.ndarray:
    """Twice as many training images as are compared, from all over the set."""
    return data.x_train[:: -(-len(data.x_train) // (2 * _SAMPLES))]


def _of_files(run: StoredRun) -> dict:
    """What recipe.json and history.csv tell."""
    content, recipe = run.dir.read_recipe(), run.recipe
    rows = history.read(run.dir.history) if run.dir.history.exists() else []
    images, pixels = run.dir.read_data()["images"], content.get("pixels")
    steps = rows[-1]["step"] if rows else 0
    return {
        "steps": steps,
        "planned": recipe.steps,
        "epoch": images / recipe.images_per_step,
        "epochs": steps * recipe.images_per_step / images,
        "failure": run.dir.read_failure(),
        "pixels": pixels and (pixels["min"], pixels["max"], pixels["deviation"]),
        **measured.accuracies(rows),
    }


def _of_networks(run: StoredRun, own: bool) -> dict:
    recipe, now = run.recipe, run.state
    found = {
        "value_range": recipe.value_range,
        "reach": measured.reach_of(now.generator),
        "logits": measured.reach_of(now.discriminator),
    }
    if own:
        return found  # its gradient is not known, nor what it does to D's answer
    gradient, answer = measured.generator_gradient(run.game, now)
    first_gradient, _ = measured.generator_gradient(run.game, run.game.start())
    return {
        **found,
        "game": recipe.objective,
        "gradient": gradient,
        "answer": answer,
        "first_gradient": first_gradient,
    }


def _of_samples(run: StoredRun, data: ImageSet) -> dict:
    """How samples compare with real images, and with samples of the kept checkpoints.

    Not `evaluate`: its error bars take a minute, and no verdict looks at them.
    """
    if len(data.x_train) < 2 * FEWEST:
        raise InputError(f"{data.name!r} has {len(data.x_train)} images; too few to compare with")
    features = features_for(data)
    spread = _spread(data)
    real, others = spread[::2], spread[1::2]
    (first, *moments), asked = _samples(run)
    real_features, first_features = features(real), features(first)
    seen = [features(made) for made in moments]
    return {
        "diversity": measured.diversity_of(moments[-1], real),
        "modes": _modes(data, moments[-1], real),
        "classes": _classes(data, features, moments[-1], real),
        "floor": metrics.frechet_distance(features(others), real_features),
        "first_distance": metrics.frechet_distance(first_features, real_features),
        "departed": metrics.frechet_distance(seen[-1], first_features),
        **_as_told(data, features, moments[-1], asked),
        **on_the_way(run, data, features),
        **measured.travelled(seen, real_features),
    }


def _samples(run: StoredRun) -> tuple[list[np.ndarray], np.ndarray | None]:
    """Samples of the untrained generator and of every kept checkpoint, the oldest first, the
    run's own last; from the same noise. And what all of them were to be."""
    past, seed = run.game.start(), seeds.derive(run.recipe.seed, seeds.CHECKUP, 0)
    now = run.game.make(run.state, _SAMPLES, seed)

    def samples(train_state: State) -> np.ndarray:
        return to_uint8(run.game.make(train_state, _SAMPLES, seed).images)

    moments = [samples(past)]
    for file in run.dir.checkpoint_files():
        if step_of(file) < run.step:
            with contextlib.suppress(InputError):  # `doctor` names damaged ones
                state.restore(past, file)
                moments.append(samples(past))
    return [*moments, to_uint8(now.images)], now.wanted


def _as_told(
    data: ImageSet, features: Features, fake: np.ndarray, asked: np.ndarray | None
) -> dict:
    """Whether samples are what was asked for, and how different those of one class are."""
    if asked is None or not tells_classes(features, data):
        return {}
    rows = slice(None, None, 2 * -(-len(data.x_train) // (2 * _SAMPLES)))
    of_fakes, seen = features.look(fake)
    told = {
        "classes_asked": len(data.names),
        "named": features.accuracy,
        "as_asked": metrics.share_as_asked(asked, seen),
    }
    with contextlib.suppress(ValueError):  # too few real images of a class
        told["within"] = metrics.diversity_in_class(
            of_fakes, asked, features(data.x_train[rows]), data.y_train[rows]
        )
    return told


def _modes(data: ImageSet, fake: np.ndarray, real: np.ndarray) -> tuple[int, int] | None:
    """How many modes of a mixture whose centres are known the samples have, and real images."""
    if data.centres is None:
        return None
    return modes_of(fake, data).covered, modes_of(real, data).covered


def _classes(
    data: ImageSet, features: Features, fake: np.ndarray, real: np.ndarray
) -> tuple[int, int] | None:
    """How many classes the samples have, and real images, as a classifier of them sees it."""
    if not tells_classes(features, data):
        return None
    seen = [features.look(images)[1] for images in (fake, real)]
    return tuple(metrics.classes_covered(labels, len(data.names)) for labels in seen)
