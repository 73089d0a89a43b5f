"""What several test files share: a GAN that builds in a tenth of a second, a cache folder."""

import pytest

from gan_course.recipes.adversarial import Adversarial

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
def tiny() -> Adversarial:
    """Images of 4x6x1, and in both networks all that a checkpoint must hold."""
    return Adversarial(
        name="tiny",
        about="for tests",
        cpu_minutes=2.0,
        dataset="glyphs",
        image_shape=(4, 6, 1),
        latent_dim=3,
        generator=("Dense 24 BN .9 ReLU Dropout .3", "Reshape 4 6 1", "ConvT 1 k3 tanh"),
        discriminator=("Conv 2 k3 s2 LReLU .2 Dropout .3", "Flatten", "Dense 1"),
        g_learning_rate=0.01,
        d_learning_rate=0.02,
        beta_1=0.5,
        batch_size=5,
        steps=6,
        seed=3,
        grid=(2, 3),
        log_every=1,
        sample_every=2,
        checkpoint_every=2,
    )


@pytest.fixture(scope="session", autouse=True)
def _cache_folder(tmp_path_factory):
    """No test writes into the cache of the person who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_COURSE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
