"""What the promise of the same bits depends on: set, refused, or told; and written down."""

import json
import sys
import warnings

import e2e
import pytest

import gan_course as gan
from gan_course.base import backend
from gan_course.base.backend import keras
from gan_course.base.errors import InputError, RunWarning
from gan_course.training import session


def sessions(folder):
    return json.loads((folder / "recipe.json").read_text())["made_with"]


@pytest.fixture
def restored():
    """Keras's settings are of the whole process."""
    yield
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("floatx", "float64", "float32"),
        ("floatx", "float16", "float32"),
        ("image_data_format", "channels_first", "channels_last"),
    ],
)
@pytest.mark.parametrize("recipe", ["demo", "vanilla_mnist_quick"])
def test_another_setting_of_keras_is_refused_and_not_the_recipe(
    tmp_path, restored, name, value, wanted, recipe
):
    getattr(keras.config, f"set_{name}")(value)
    with pytest.raises(InputError) as refused:
        gan.train(recipe, tmp_path / "run", data="glyphs", progress=False)
    line = str(refused.value)
    assert repr(value) in line and f"keras.config.set_{name}({wanted!r})" in line
    assert "layer" not in line and not (tmp_path / "run").exists()


@pytest.mark.slow
def test_keras_json_is_refused_in_one_line_by_the_command(tmp_path):
    (tmp_path / "keras.json").write_text(
        json.dumps(
            {"floatx": "float32", "backend": "tensorflow", "image_data_format": "channels_first"}
        )
    )
    words = ("-m", "gan_course", "train", "demo", "--steps", "2", "--out", tmp_path / "run")
    code, _, err = e2e.finish(e2e.start(*words, KERAS_HOME=str(tmp_path)))
    assert code == 2 and err.count("\n") == 1 and "'channels_first'" in err and "keras.json" in err
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_tensorflow_1_is_told_that_tensorflow_2_is_needed(tmp_path):
    code = (
        "import sys, tensorflow as tf; tf.compat.v1.disable_v2_behavior()\n"
        "import gan_course as gan\n"
        "try: gan.train('demo', sys.argv[1])\n"
        "except gan.InputError as error: print(error)"
    )
    code, out, err = e2e.finish(e2e.start("-c", code, tmp_path / "run"))
    assert code == 0 and "disable_v2_behavior" in out and out.count("\n") == 1, err
    assert not (tmp_path / "run").exists()


FIRST = """
import os, sys, warnings
sys.path.insert(0, "tests")
if "early" in sys.argv: import tensorflow as tf; tf.constant(1.0) + 1
import e2e, hashlib
import gan_course as gan
from gan_course.base import backend
from gan_course.base.errors import RunWarning
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    steps = 2 if "early" in sys.argv else 4
    run = gan.train(e2e.tiny(steps=steps), sys.argv[1], data=e2e.image_set(), progress=False)
print([str(w.message) for w in said if issubclass(w.category, RunWarning)])
"""


@pytest.mark.slow
@pytest.mark.skipif(backend.usable_cores() != 2, reason="threads are only set on two cores")
def test_tensorflow_that_has_computed_before_is_told_and_so_is_the_resume(tmp_path):
    code, out, err = e2e.finish(e2e.start("-c", FIRST, tmp_path / "run", "early"))
    assert code == 0, err
    assert "TensorFlow had computed before gan_course" in out and "Restart Python" in out
    code, out, err = e2e.finish(e2e.start("-c", FIRST, tmp_path / "run"))
    assert code == 0 and "threads_an_operation 0 then, 1 now" in out, err
    assert "had computed" not in out
    early, late = sessions(tmp_path / "run")
    assert [s["threads_an_operation"] for s in (early, late)] == [0, 1]


def test_every_session_is_written_down_with_what_it_computed_with(tmp_path):
    e2e.train(tmp_path, steps=7)
    e2e.train(tmp_path, steps=14)
    first, second = sessions(tmp_path)
    assert (first.pop("from_step"), second.pop("from_step")) == (0, 7)
    assert first == second
    assert first["tensorflow"] == backend.tf.__version__
    assert first["python"] == ".".join(map(str, sys.version_info[:3]))
    assert first["layer_dtype"] == "float32" and first["xla"] is False and first["replicas"] == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "then"),
    [("tensorflow", "2.18.0"), ("threads_an_operation", 64), ("onednn", "0"), ("xla", True),
     ("processor", "another"), ("replicas", 2)],
)  # fmt: skip
def test_a_resume_under_another_setting_says_so_and_goes_on(tmp_path, name, then):
    e2e.train(tmp_path, steps=7)
    file = tmp_path / "recipe.json"
    content = json.loads(file.read_text())
    content["made_with"][-1][name] = then
    file.write_text(json.dumps(content))
    with pytest.warns(RunWarning, match=f"{name} {then} then, .* now.*last digits"):
        assert e2e.train(tmp_path, steps=14).step == 14


def test_a_run_of_an_older_version_knows_its_last_session_alone(tmp_path):
    e2e.train(tmp_path, steps=7)
    file = tmp_path / "recipe.json"
    content = json.loads(file.read_text())
    kept = ("gan_course", "tensorflow", "keras", "numpy", "python")
    content["made_with"] = {name: content["made_with"][0][name] for name in kept}
    del content["reference_lines"]
    file.write_text(json.dumps(content))
    with warnings.catch_warnings():
        warnings.simplefilter("error", RunWarning)
        run = e2e.train(tmp_path, steps=14)
    assert run.step == 14 and len(sessions(tmp_path)) == 2
    assert gan.plots.history(run.history, run.recipe).axes


def test_a_late_start_is_told_before_the_folder_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(session, "late_start", lambda: "too late")
    with pytest.raises(RunWarning, match="too late"):  # warnings of ours are errors in tests
        e2e.train(tmp_path / "run", steps=2)
    assert not (tmp_path / "run").exists()
