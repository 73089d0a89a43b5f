"""What all test files share: the order of the files, a tiny GAN, a cache folder."""

import e2e
import pytest

LONGEST = (
    "test_notebooks.py", "test_resume.py", "test_distributed.py", "test_benchmarks.py",
    "test_diagnosis_runs.py", "test_diagnosis_advice.py", "test_every_recipe.py",
    "test_keras_fit.py", "test_keras_fit_callbacks.py", "test_keras_fit_data.py",
    "test_keras_fit_resume.py", "test_modes.py", "test_determinism.py",
)  # fmt: skip


@pytest.hookimpl(tryfirst=True)  # before pytest looks at the marks
def pytest_collection_modifyitems(items):
    """The longest files first: two at a time, and none is left over at the end. All of them are
    slow; `pytest -m "not slow"` leaves them out."""
    for item in items:
        if item.path.name in LONGEST:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session")
def tiny():
    """The tiny GAN on images of uneven sides, which builds in a tenth of a second."""
    return e2e.tiny(**e2e.UNEVEN)


@pytest.fixture(scope="session", autouse=True)
def _cache_folder(tmp_path_factory):
    """No test writes into the cache of the person who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_COURSE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
