"""Symptoms of a run that makes images of images.

In: a run and its data. Out: symptoms by name; none of a run whose images are made of noise.
"""

import numpy as np

from gan_course.data import ImageSet
from gan_course.data.pairs import Pairs, Unpaired
from gan_course.measures.diagnosis.symptoms import images_of
from gan_course.measures.features import Features
from gan_course.measures.travelled import compare_travels
from gan_course.runs.stored import StoredRun

_TRAVELLERS = 500  # images that go there and back


def on_the_way(run: StoredRun, data: ImageSet, features: Features) -> dict:
    """What is lost between an image and what becomes of it."""
    if isinstance(data, Pairs):
        return {"translates": True}
    if not isinstance(data, Unpaired):
        return {}

    def translate(images: np.ndarray, back: bool) -> np.ndarray:
        return run.game.translate(run.state, images, back)

    seen = compare_travels(translate, data, features, _TRAVELLERS, "answers")
    copied, distances = seen["distance_from_input"], seen["frechet_distance"]
    per_step, images = run.recipe.images_per_step, images_of(data)
    found = {
        "translates": True,
        "epoch": images / per_step,
        "epochs": run.step * per_step / images,
        "copied": (copied["answers"], copied["real targets"]),
        "unlike": (distances["answers"], distances["untranslated"]),
        "home": (seen["cycle_error"]["answers"], seen["cycle_error_noise"]["answers"]),
    }
    if "class_survived" in [row.name for row in seen.rows]:
        both = seen["class_survived"], seen["class_matched"]
        found["survived"] = tuple(each["answers"] for each in both)
    return found
