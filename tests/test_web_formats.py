"""ONNX and TensorFlow Lite: other programs compute what Keras computes. The command `export`."""

import sys
import warnings

import e2e
import numpy as np
import pytest
from generators import by_keras, disturb, inputs_of

import gan_course as gan
from gan_course.base.backend import tf
from gan_course.base.errors import InputError
from gan_course.games.game import game_of
from gan_course.web import formats

SOME = {name: gan.recipe(name) for name in ("cgan_mnist_quick", "cyclegan_digits_quick")}
SOME["a U-Net"] = e2e.tiny(game="pix2pix")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return e2e.train(tmp_path_factory.mktemp("run"), results=False, steps=2, classes=3)


def disturbed(name):
    generator = game_of(SOME[name]).build()[0]
    disturb(generator)
    return generator, inputs_of(generator)


@pytest.mark.parametrize("name", SOME)
def test_onnx_runtime_computes_what_keras_computes(name):
    pytest.importorskip("tf2onnx", reason="tf2onnx is not installed (the extra `onnx`)")
    onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra `onnx`")
    generator, inputs = disturbed(name)
    session = onnxruntime.InferenceSession(formats.onnx(generator))
    (found,) = session.run(None, {f"input_{n}": each for n, each in enumerate(inputs)})
    np.testing.assert_allclose(found, by_keras(generator, inputs), atol=1e-4)


@pytest.mark.parametrize("name", SOME)
def test_tensorflow_lite_computes_what_keras_computes(name):
    generator, inputs = disturbed(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that its interpreter will move to another package
        interpreter = tf.lite.Interpreter(model_content=formats.tflite(generator))
    compute = interpreter.get_signature_runner()
    found = compute(**{f"input_{n}": each for n, each in enumerate(inputs)})["image"]
    np.testing.assert_allclose(found, by_keras(generator, inputs), atol=1e-4)


def test_onnx_that_is_not_installed_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(InputError, match=r"needs tf2onnx.*; `pip install tf2onnx`"):
        formats.onnx(None)


def test_export_writes_a_page_of_the_run(capsys, run, tmp_path):
    code, out, err = e2e.cli(capsys, "export", run.path, "--to", "web", tmp_path / "new" / "page")
    file = tmp_path / "new" / "page" / "index.html"
    assert (code, err) == (0, "") and out.startswith(f"{file}: {run.path} at step 2, ")
    assert file.read_text() == gan.page(run).html


def test_export_writes_tensorflow_lite(capsys, run, tmp_path):
    assert e2e.cli(capsys, "export", run.path, "--to", "tflite", tmp_path)[0] == 0
    assert (tmp_path / "generator.tflite").read_bytes()[4:8] == b"TFL3"  # the format's own mark


def test_export_refuses_what_it_cannot_do_in_one_line(capsys, run, tmp_path):
    code, _, err = e2e.cli(capsys, "export", run.path, "--to", "web", tmp_path, "--back")
    assert code == 2 and "knows no way back" in err and err.count("\n") == 1
    code, _, err = e2e.cli(capsys, "export", run.path, "--to", "gif", tmp_path)
    assert code == 2 and "invalid choice: 'gif'" in err


def test_a_page_in_a_notebook_is_a_frame_with_a_name(run):
    shown = gan.page(run)._repr_html_()
    assert shown.startswith('<iframe title="tiny: a generator to play with"')
    assert shown.count("<") == 2  # the page is an attribute, all of it escaped
