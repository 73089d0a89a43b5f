"""Every recipe, from the command line: one step, then `sample` and `gif` on what it made.

Paintings have no generator and no batch: see test_style.py.
"""

from dataclasses import replace

import numpy as np
import pytest
from e2e import cli

from gan_course import RECIPES
from gan_course.data import DATASETS, stand_in
from gan_course.runs.images import gif_frames


@pytest.fixture
def few_images(monkeypatch):
    """The embedded sets, 16 images each: painting all of them takes seconds."""
    for name, dataset in DATASETS.items():
        if dataset.stand_in is None:
            arrays = dataset.fetch()
            few = {key: array[:16] for key, array in arrays.items()}  # pairs stay pairs
            monkeypatch.setitem(DATASETS, name, replace(dataset, fetch=lambda few=few: few))


@pytest.mark.parametrize("name", [n for n in RECIPES if RECIPES[n].game != "style"])
def test_train_sample_and_gif_work_for_every_recipe(name, tmp_path, capsys, few_images):
    recipe, run = RECIPES[name], tmp_path / "run"
    words = ["--steps", 1, "--batch-size", 2, "--data", stand_in(recipe.dataset)]
    code, out, err = cli(capsys, "train", name, *words, "--out", run)
    assert code == 0, err
    assert str(run / "generator.keras") in out
    code, _, err = cli(capsys, "sample", run, "--count", 3, "--out", tmp_path / "made.npz")
    assert code == 0, err
    with np.load(tmp_path / "made.npz") as made:
        assert made["images"].shape == (3, *recipe.image_shape) and made["images"].dtype == np.uint8
    code, out, err = cli(capsys, "gif", run)
    assert code == 0, err
    assert gif_frames(run / "training.gif")[0] in (1, 2)  # equal frames are merged
