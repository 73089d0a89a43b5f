"""Run folders of the version before there were games, at commit 041c6dd: they open and go on.

`old_runs/` holds two of them, stopped after 21 steps, and how runs of 42 steps ended there.
"""

import hashlib
import json
import shutil
from pathlib import Path

import e2e
import numpy as np
import pytest
from recorded import machine

import gan_course as gan
from gan_course.runs.identity import session

OLD = Path(__file__).parent / "old_runs"
ENDS = json.loads((OLD / "ends.json").read_text())


@pytest.fixture(params=ENDS["ends"])
def old(request, tmp_path):
    """A copy of the folder, what it was made with, and how it should end."""
    shutil.copytree(OLD / request.param, tmp_path / "run")
    end = ENDS["ends"][request.param]
    return tmp_path / "run", end["changes"], end


def test_an_old_run_opens_with_its_recipe_under_the_present_names(old):
    folder, changes, _ = old
    fields = json.loads((folder / "recipe.json").read_text())["recipe"]
    assert "game" not in fields and fields["latent"] == "normal" and fields["first_sample"] == 0
    run = gan.open_run(folder)
    assert run.recipe == e2e.tiny(**changes, steps=21)
    assert (run.recipe.game, run.recipe.noise, run.step) == ("adversarial", "normal", 21)
    assert len(run.history) == 7
    assert run.samples(3).shape == (3, 8, 8, 1) and np.ptp(run.samples(3)) > 0.1


def test_its_networks_are_those_of_the_checkpoint(old):
    folder, _, _ = old
    with np.load(folder / "checkpoints" / "step_000021.npz") as arrays:
        variables = gan.open_run(folder).state.variables()
        assert set(arrays.files) == set(variables)
        for name in arrays.files:
            np.testing.assert_array_equal(variables[name].numpy(), arrays[name])


@pytest.mark.filterwarnings("ignore:.*goes on with something else:UserWarning")
@pytest.mark.filterwarnings(
    "ignore:.*goes on with something else:gan_course.base.errors.RunWarning"
)
def test_it_goes_on_and_ends_as_the_old_version_would_have_ended_it(old):
    folder, changes, end = old
    run = e2e.train(folder, results=False, **changes, steps=42)
    assert run.step == 42
    last = {name: float(value) for name, value in e2e.logged(folder)[-1].items()}
    assert last == pytest.approx(end["last"], rel=0.02, abs=0.02)
    if machine() == ENDS["machine"]:
        digest = hashlib.sha256()
        for name, variable in sorted(run.state.variables().items()):
            digest.update(name.encode() + variable.numpy().tobytes())
        assert digest.hexdigest()[:16] == end["variables"] and last == end["last"]


def test_what_only_the_present_version_writes_down_is_no_change_of_the_machine(old):
    """Had it been made on this machine: of what its last session knew, all is the same."""
    folder, changes, _ = old
    told = json.loads((folder / "recipe.json").read_text())
    now = session(e2e.tiny(**changes), None, 21)
    last = told["made_with"][-1]
    assert "layer_dtype" in now and "layer_dtype" not in last
    told["made_with"][-1] = {name: now.get(name, value) for name, value in last.items()}
    (folder / "recipe.json").write_text(json.dumps(told))
    e2e.train(folder, results=False, **changes, steps=28)  # a RunWarning is an error in tests
    kept = json.loads((folder / "recipe.json").read_text())["made_with"]
    assert kept[:-1] == told["made_with"] and kept[-1]["from_step"] == 21


def test_a_different_recipe_is_still_refused_in_an_old_folder(old):
    folder, changes, _ = old
    with pytest.raises(gan.InputError, match=r"holds another run .*batch_size: 8 there, 4 now"):
        e2e.train(folder, **changes, steps=42, batch_size=4)
