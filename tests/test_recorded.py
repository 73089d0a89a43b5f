"""Every recipe at its smoke size computes what it computed when `recorded.json` was written.

Where the machine and the versions are the same, to the bit; anywhere else up to rounding, which one
update cannot blow up.
"""

import json
from pathlib import Path

import pytest
import recorded

from gan_course.recipes import RECIPES

FILE = json.loads((Path(__file__).parent / "recorded.json").read_text())
RECORDS = FILE["records"]


def test_there_is_a_record_of_every_recipe():
    assert set(RECORDS) == {n for n in RECIPES if recorded.is_recorded(RECIPES[n])}
    assert set(FILE["machine"]) == set(recorded.machine())


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORDS)
def test_a_recipe_computes_what_it_did(name):
    if name == "demo":
        pytest.skip("its networks, and so its record, are those of dcgan_mnist_quick")
    expected, found = RECORDS[name], recorded.record(recorded.smoke(name))
    assert found["second"] == pytest.approx(expected["second"], rel=0.03, abs=0.03)
    if recorded.machine() == FILE["machine"]:
        assert found == expected
