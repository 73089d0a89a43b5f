"""Every recipe at its smoke size computes what it computed when `recorded.json` was written.

Where the machine and the versions are the same, to the bit; anywhere else up to rounding, which one
update cannot blow up. And `sample` and `gif` work on what it made.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import recorded
from e2e import cli

from gan_course.recipes import RECIPES
from gan_course.runs.images import gif_frames

FILE = json.loads((Path(__file__).parent / "recorded.json").read_text())
RECORDS = FILE["records"]


def test_there_is_a_record_of_every_recipe():
    assert set(RECORDS) == {n for n in RECIPES if recorded.is_recorded(RECIPES[n])}
    assert set(FILE["machine"]) == set(recorded.machine())


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORDS)
def test_a_recipe_computes_what_it_did_and_its_run_can_be_shown(name, tmp_path, capsys):
    if name == "demo":
        pytest.skip("its networks, and so its record, are those of dcgan_mnist_quick")
    expected, found = RECORDS[name], recorded.record(recorded.smoke(name), tmp_path / "run")
    assert found["second"] == pytest.approx(expected["second"], rel=0.03, abs=0.03)
    if recorded.machine() == FILE["machine"]:
        assert found == expected
    if RECIPES[name].game != "style":  # a painting has no generator: see test_style.py
        samples_and_animation_can_be_made(tmp_path / "run", RECIPES[name].image_shape, capsys)


def samples_and_animation_can_be_made(run, image_shape, capsys):
    file = run.parent / "made.npz"
    code, _, err = cli(capsys, "sample", run, "--count", 3, "--out", file)
    assert code == 0, err
    with np.load(file) as made:
        assert made["images"].shape == (3, *image_shape) and made["images"].dtype == np.uint8
    (run / "training.gif").unlink()
    code, _, err = cli(capsys, "gif", run)
    assert code == 0, err
    assert gif_frames(run / "training.gif")[0] == len(list((run / "samples").iterdir()))
