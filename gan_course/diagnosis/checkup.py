"""A full examination of a run: its history, networks, samples, and their measures.

In: a run. Out: a `Diagnosis`. What cannot be had (the images, a checkpoint) is left out, and said.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gan_course import history, objectives, sampling, seeds, state
from gan_course.data import ImageSet
from gan_course.diagnosis import symptoms as measured
from gan_course.diagnosis.symptoms import Symptoms
from gan_course.diagnosis.verdicts import HEALTHY, Finding, findings
from gan_course.errors import InputError
from gan_course.evaluation import evaluate
from gan_course.features import features_for
from gan_course.images import to_uint8
from gan_course.state import TrainState

if TYPE_CHECKING:
    from gan_course.run import Run

_SAMPLES = 1_000  # of each moment; as many real images


@dataclass(frozen=True)
class Diagnosis:
    """What was found. `verdict` is the first finding's; `left_out` says what was not examined."""

    subject: str
    findings: tuple[Finding, ...]
    symptoms: Symptoms
    left_out: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        return self.findings[0].verdict

    @property
    def healthy(self) -> bool:
        return self.verdict == HEALTHY

    def __repr__(self) -> str:
        notes = [f"not examined: {reason}" for reason in self.left_out]
        return "\n".join([f"{self.subject}:", *map(str, self.findings), *notes])


def examine(run: "Run", data: ImageSet | None = None) -> Diagnosis:
    """The health of a run.

    Args:
      data: what it was trained on, if that was given as arrays.
    """
    found, left_out = _of_files(run), []
    if run.dir.checkpoint_files():
        found |= _of_networks(run)
        try:
            found |= _of_samples(run, run.data(data))
        except InputError as error:
            left_out.append(f"samples and measures ({error})")
    else:
        left_out.append("networks, samples and measures (there is no checkpoint yet)")
    symptoms = Symptoms(**found)
    subject = f"{run.path}, {run.recipe.name}, seed {run.recipe.seed}, step {symptoms.steps:,}"
    return Diagnosis(subject, tuple(findings(symptoms)), symptoms, tuple(left_out))


def _of_files(run: "Run") -> dict:
    """What recipe.json and history.csv tell."""
    content, recipe = run.dir.read_recipe(), run.recipe
    rows = history.read(run.dir.history) if run.dir.history.exists() else []
    images, pixels = content["data"]["images"], content.get("pixels")
    steps = rows[-1]["step"] if rows else 0
    return {
        "steps": steps,
        "planned": recipe.steps,
        "epochs": steps * recipe.images_per_step / images,
        "failure": run.dir.read_failure(),
        "pixels": pixels and (pixels["min"], pixels["max"], pixels["deviation"]),
        **measured.accuracies(rows),
    }


def _of_networks(run: "Run") -> dict:
    recipe, now = run.recipe, run.state
    found = {
        "value_range": recipe.value_range,
        "reach": measured.reach_of(now.generator),
    }
    objective = objectives.of_recipe(recipe)
    if run.dir.read_recipe()["losses"] != objectives.fingerprint(objective):
        return found  # trained with an objective of the user's own: its gradient is not known
    gradient, answer = measured.generator_gradient(recipe, objective, now)
    first_gradient, _ = measured.generator_gradient(recipe, objective, state.create(recipe))
    return {**found, "gradient": gradient, "answer": answer, "first_gradient": first_gradient}


def _of_samples(run: "Run", data: ImageSet) -> dict:
    """Samples of the untrained generator and of every kept checkpoint, from the same noise."""
    recipe, features = run.recipe, features_for(data)
    noise = sampling.latents(recipe, _SAMPLES, seeds.derive(recipe.seed, seeds.CHECKUP, 0))

    def samples(train_state: TrainState) -> np.ndarray:
        return to_uint8(sampling.generate(recipe, train_state.generator, noise))

    real = data.x_train[:: -(-len(data.x_train) // _SAMPLES)]
    moments = [samples(train_state) for train_state in _kept(run)]
    seen = [features(made) for made in moments]
    real_features = features(real)
    first = features(samples(state.create(recipe)))
    return {
        "diversity": measured.diversity_of(moments[-1], real),
        "evaluation": evaluate(moments[-1], data, features),
        "first_distance": measured.travelled([first], real_features)["distances"][0],
        **measured.travelled(seen, real_features),
    }


def _kept(run: "Run") -> list[TrainState]:
    """The states at the kept checkpoints that are whole, the oldest first; the run's own last."""
    older = []
    for file in run.dir.checkpoint_files()[:-1]:
        train_state = state.create(run.recipe)
        try:
            state.restore(train_state, file)
        except InputError:
            continue  # `doctor` names damaged ones
        older.append(train_state)
    return [*older, run.state]
