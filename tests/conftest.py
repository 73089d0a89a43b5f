"""What all test files share: the order of the files, a tiny GAN, a browser, a cache folder."""

import os

import browser
import e2e
import pytest

LONGEST = (
    "test_notebooks.py", "test_pix2pix.py", "test_lost.py", "test_recorded.py", "test_style.py",
    "test_cycle.py", "test_resume.py", "test_distributed.py", "test_benchmarks.py",
    "test_diagnosis_runs.py", "test_diagnosis_advice.py",
    "test_keras_fit.py", "test_keras_fit_callbacks.py", "test_keras_fit_data.py",
    "test_keras_fit_resume.py", "test_modes.py", "test_determinism.py",
)  # fmt: skip
# Those that train run after run in folders; test_cli.py, which does the same in the user's words,
# stays among the quick ones.
TRAINING = (
    "test_conditional.py", "test_distance.py", "test_run.py", "test_plain_slips.py",
    "test_bad_input.py", "test_files.py", "test_finished.py", "test_averaging.py",
    "test_same_bits.py", "test_old_runs.py", "test_rate_decay.py", "test_evaluation.py",
    "test_endings.py", "test_translate.py", "test_teaching.py", "test_features.py",
)  # fmt: skip


@pytest.hookimpl(tryfirst=True)  # before pytest looks at the marks
def pytest_collection_modifyitems(items):
    """The longest files first: two at a time, and none is left over at the end. They and the files
    that train are slow; `pytest -m "not slow"` leaves them out."""
    for item in items:
        if item.path.name in LONGEST + TRAINING:
            item.add_marker(pytest.mark.slow)
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


@pytest.fixture(scope="session")
def tiny():
    """The tiny GAN on images of uneven sides, which builds in a tenth of a second."""
    return e2e.tiny(**e2e.UNEVEN)


@pytest.fixture(scope="module")
def chromium():
    """One browser for all tests of a file; they are skipped where there is none."""
    with browser.started() as opened:
        yield opened


@pytest.fixture(scope="session", autouse=True)
def _cache_folder(tmp_path_factory):
    """No test writes into the cache of the person who runs it. The workers of one run share one:
    what is made by code or taught is made once."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_COURSE_CACHE", str(folder / "cache"))
        yield
