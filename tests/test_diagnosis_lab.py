"""The lab of chapter 3: six cases, each with the disease that the exercise has in its key."""

import time

import numpy as np
import pytest

import gan_course as gan
from gan_course.base.errors import InputError
from gan_course.teaching.exercises.cases_03 import AGAINST, KEY
from gan_course.teaching.mismatch import Mismatch
from gan_course.training.lab import diagnosis_lab

NAMES = ["case_a", "case_b", "case_c", "case_d", "case_e", "case_f"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The folder, and the cases as chapter 3 makes them."""
    folder = tmp_path_factory.mktemp("lab")
    return folder, diagnosis_lab(folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_doctor_agrees_with_the_key(lab, name):
    found = [finding.verdict for finding in lab[1][name].diagnose().findings]
    assert found[0] == KEY[name], found


@pytest.mark.slow
def test_a_second_call_opens_what_is_there(lab):
    folder, cases = lab
    start = time.monotonic()
    again = diagnosis_lab(folder)
    assert time.monotonic() - start < 10  # six games are built; not one step is made
    assert list(again) == NAMES
    for name in NAMES:
        assert again[name].step == cases[name].step == cases[name].recipe.steps
        np.testing.assert_array_equal(again[name].samples(3), cases[name].samples(3))


@pytest.mark.slow
def test_what_speaks_for_each_case_is_seen_in_its_curves(lab):
    """The sentences of the exercise, as numbers."""
    late = {n: run.history.tail(10)[["accuracy_real", "accuracy_fake"]].mean()
            for n, run in lab[1].items()}  # fmt: skip
    assert late["case_a"]["accuracy_fake"] < 0.5
    assert min(late["case_b"]) > 0.98 and min(late["case_e"]) > 0.98
    assert max(late["case_c"]) < 0.85
    assert late["case_f"]["accuracy_fake"] < 0.1
    darkest = {n: run.sample_grid(run.recipe.steps)[2:16, 2:16].min()
               for n, run in lab[1].items()}  # fmt: skip
    assert darkest["case_e"] >= 127 and max(darkest[n] for n in NAMES if n != "case_e") < 100


def test_a_quick_look_makes_few_steps_and_says_no_word(tmp_path, capsys, recwarn):
    cases = diagnosis_lab(tmp_path, steps=4)
    assert list(cases) == NAMES and {run.step for run in cases.values()} == {4}
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES
    told = "".join(capsys.readouterr()) + "".join(str(each.message) for each in recwarn)
    assert not any(verdict in told for verdict in KEY.values()) and "sigmoid" not in told


def test_other_numbers_of_steps_are_not_mixed_in_one_folder(tmp_path):
    diagnosis_lab(tmp_path, steps=4)
    with pytest.raises(InputError):
        diagnosis_lab(tmp_path, steps=2)


def test_each_wrong_verdict_has_a_sentence_of_its_own():
    for case, right in KEY.items():
        assert set(AGAINST[case]) == {*KEY.values()} - {right}
        assert len({*AGAINST[case].values()}) == 5
        for wrong, why in AGAINST[case].items():
            verdicts = [wrong if name == case else good for name, good in KEY.items()]
            with pytest.raises(Mismatch) as raised:
                gan.teaching.check("3.7", *verdicts)
            assert why in str(raised.value) and str(raised.value).count("not '") == 1
