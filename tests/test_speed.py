"""What makes a step faster must not make it another step."""

import os
import subprocess
import sys

import numpy as np
import pytest
from e2e import CONVOLUTIONS, grids, image_set, logged, same_weights, tiny, train, weights

import gan_course as gan
from gan_course import models
from gan_course.base import backend, device
from gan_course.base.errors import InputError
from gan_course.games.game import game_of
from gan_course.measures.diagnosis import doctor
from gan_course.training import loop

CALLS_OF_5 = dict(steps_per_call=5, log_every=5, sample_every=10, checkpoint_every=10)
OPTIONS = {
    "steps_per_call": CALLS_OF_5,
    "jit": {"jit": True},
    "bfloat16": {"layer_dtype": "mixed_bfloat16"},
    "all": {**CALLS_OF_5, "jit": True, "layer_dtype": "mixed_bfloat16"},
}


@pytest.mark.slow
@pytest.mark.parametrize("networks", [{}, CONVOLUTIONS], ids=["dense", "convolutions"])
@pytest.mark.parametrize("option", OPTIONS)
def test_a_stopped_run_ends_bit_for_bit_as_one_that_was_not(option, networks, tmp_path):
    changes = {**networks, **OPTIONS[option]}

    def stop(step, *_):
        if step == 25:
            raise KeyboardInterrupt

    whole = train(tmp_path / "whole", **changes)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "stopped", hooks=[stop], **changes)
    resumed = train(tmp_path / "stopped", **changes)
    assert resumed.step == 40
    assert same_weights(whole, resumed)
    assert logged(whole.path) == logged(resumed.path)
    assert grids(whole.path) == grids(resumed.path)


@pytest.mark.slow
@pytest.mark.parametrize("networks", [{}, CONVOLUTIONS], ids=["dense", "convolutions"])
def test_several_steps_in_one_call_are_the_same_steps(networks, tmp_path):
    cadences = {**networks, **CALLS_OF_5}
    several = train(tmp_path / "several", **cadences)
    single = train(tmp_path / "single", **{**cadences, "steps_per_call": 1})
    assert same_weights(several, single)
    assert logged(several.path) == logged(single.path)


def test_hooks_come_after_a_call():
    moments = []
    recipe = tiny(**CALLS_OF_5)
    game = game_of(recipe, image_set())
    made = game.start()
    compiled = loop.compile_step(game, made, steps_per_call=5)
    note = [lambda step, made, _: moments.append((step, int(made.step)))]
    loop.fit(game, made, compiled, range(10, 30), note, steps_per_call=5)
    assert moments == [(15, 5), (20, 10), (25, 15), (30, 20)]


@pytest.mark.parametrize(
    "field", ["steps", "log_every", "sample_every", "early_sample", "checkpoint_every"]
)
def test_nothing_may_be_due_between_the_steps_of_a_call(field):
    with pytest.raises(InputError, match=f"{field}=23 must be a multiple of steps_per_call=5"):
        tiny(**{**CALLS_OF_5, field: 23})


PLANE = dict(
    image_shape=(1, 2, 1), generator=("Dense 8 ReLU", "Dense 2 tanh", "Reshape 1 2 1"),
    discriminator=("Flatten", "Dense 8 LReLU .2", "Dense 1"), grid=(2, 3),
)  # fmt: skip


def test_left_open_dense_networks_take_as_many_steps_a_call_as_fit_between_what_is_due():
    due = dict(steps=60, log_every=20, sample_every=20, checkpoint_every=40)
    recipe = tiny(**PLANE, **due)
    assert loop.steps_per_call(recipe) == 10
    assert loop.steps_per_call(recipe, done=15) == 5
    assert loop.steps_per_call(recipe, done=33) == 1
    assert loop.steps_per_call(recipe.changed(early_sample=12)) == 4
    assert loop.steps_per_call(recipe.changed(log_every=18, steps=72)) == 2
    assert loop.steps_per_call(recipe.changed(steps_per_call=1)) == 1
    assert loop.steps_per_call(tiny(**CONVOLUTIONS, **due)) == 1


@pytest.mark.slow
def test_a_run_of_points_is_the_same_run_watched_or_not_and_goes_on_from_any_step(tmp_path):
    cadences = {"log_every": 10, "sample_every": 20, "checkpoint_every": 20, "steps": 40}
    recipe = tiny(**PLANE, **cadences, dataset="ring")
    seen = []

    def stop(step, *_):
        seen.append(step)
        if step == 23:
            raise KeyboardInterrupt

    alone = gan.train(recipe, tmp_path / "alone", progress=False)
    with pytest.raises(KeyboardInterrupt):
        gan.train(recipe, tmp_path / "stopped", hooks=[stop], progress=False)
    assert seen == list(range(1, 24))  # a hook of one's own sees every step
    resumed = gan.train(recipe, tmp_path / "stopped", progress=False)
    assert same_weights(alone, resumed)
    assert logged(alone.path) == logged(resumed.path)
    same = gan.train(recipe.changed(steps_per_call=5), tmp_path / "alone", progress=False)
    assert same.step == 40  # the folder's run, not another one


SMOOTH = dict(
    optimizer="sgd", beta_1=None, g_learning_rate=0.05, d_learning_rate=0.05, steps=10,
    generator=("Dense 16 ReLU", "Dense 64 tanh", "Reshape 8 8 1"),
    discriminator=("Conv 4 k4 s2 LReLU .2", "Flatten", "Dense 1"),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("penalty", [None, "r1"])
def test_xla_makes_the_same_steps_up_to_rounding(penalty, tmp_path):
    changes = {**SMOOTH, "penalty": penalty, "penalty_weight": 1.0 if penalty else 0.0}
    off = train(tmp_path / "off", **changes, jit=False)
    on = train(tmp_path / "on", **changes, jit=True)
    for a, b in zip(weights(off), weights(on), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-5)


def test_bfloat16_is_near_float32_and_not_it(tmp_path):
    exact = train(tmp_path / "float32", **SMOOTH)
    mixed = train(tmp_path / "bfloat16", **SMOOTH, layer_dtype="mixed_bfloat16")
    apart = max(np.abs(a - b).max() for a, b in zip(weights(exact), weights(mixed), strict=True))
    assert 1e-6 < apart < 0.02  # eight bits of mantissa: a rounding error of 0.4% of each factor


def test_in_bfloat16_losses_and_normalisation_and_weights_stay_float32():
    recipe = tiny(**CONVOLUTIONS, layer_dtype="mixed_bfloat16")
    for network in models.build(recipe):
        computed = {layer.name: layer.compute_dtype for layer in network.layers}
        last = f"_{len(recipe.generator if network.name == 'generator' else recipe.discriminator)}"
        for name, dtype in computed.items():
            full = name.endswith("_bn") or last in name
            assert dtype == ("float32" if full else "bfloat16"), name
        assert "bfloat16" in computed.values()
        assert {variable.dtype for variable in network.trainable_variables} == {"float32"}
        assert network.outputs[0].dtype == "float32"


PROCESSORS = {
    "GenuineIntel avx2": ("float32", "no bfloat16"),
    "GenuineIntel avx2 avx512_bf16": ("float32", "slower"),
    "GenuineIntel avx2 avx512_bf16 amx_bf16": ("mixed_bfloat16", "amx_bf16"),
    "AuthenticAMD avx2 avx512_bf16": ("mixed_bfloat16", "avx512_bf16"),
    "AuthenticAMD avx2": ("float32", "no bfloat16"),
    "asimd bf16": ("mixed_bfloat16", "Arm"),
    "": ("float32", "no bfloat16"),
}


@pytest.mark.parametrize(("words", "expected"), PROCESSORS.items())
def test_auto_follows_the_device_and_a_recipe_overrides_it(words, expected, monkeypatch):
    monkeypatch.setattr(device.tf.config, "list_physical_devices", lambda kind=None: [])
    monkeypatch.setattr(device, "processor_words", lambda: set(words.split()))
    precision, why = expected
    assert device.policy(tiny(layer_dtype="auto").layer_dtype) == precision
    assert why in device.choices()["precision"]
    for chosen in ("float32", "mixed_bfloat16"):
        assert device.policy(tiny(layer_dtype=chosen).layer_dtype) == chosen


def test_on_a_cpu_xla_is_left_out_and_a_recipe_overrides_it(monkeypatch):
    monkeypatch.setattr(device.tf.config, "list_physical_devices", lambda kind=None: [])
    assert not device.jit(tiny().jit)
    assert device.jit(tiny(jit=True).jit)


def test_a_gpu_is_given_xla_and_if_it_is_new_enough_bfloat16(monkeypatch):
    config = device.tf.config
    monkeypatch.setattr(config, "list_physical_devices", lambda kind=None: ["a GPU"])
    assert device.jit(tiny().jit)
    assert not device.jit(tiny(jit=False).jit)
    for capability, expected in (
        ((7, 5), "float32"),
        ((8, 0), "mixed_bfloat16"),
        (None, "float32"),
    ):
        details = {"compute_capability": capability} if capability else {}
        monkeypatch.setattr(config.experimental, "get_device_details", lambda _, d=details: d)
        assert device.policy(tiny(layer_dtype="auto").layer_dtype) == expected


def test_the_doctor_says_what_was_chosen_and_why():
    found = doctor.machine()
    assert found["xla"].startswith(("on: ", "off: "))
    assert found["threads"].startswith(("one an operation, two ", "as TensorFlow "))
    assert "auto" in found["precision"] and "recipe: layer_dtype" in found["precision"]


@pytest.fixture
def threads(monkeypatch):
    """TensorFlow's two numbers of threads, as if it had not begun to compute; 0 is its own way."""
    numbers = {"intra": 0, "inter": 0}
    for kind in numbers:
        name = f"{kind}_op_parallelism_threads"
        monkeypatch.setattr(
            backend.tf.config.threading, f"get_{name}", lambda kind=kind: numbers[kind]
        )
        monkeypatch.setattr(
            backend.tf.config.threading,
            f"set_{name}",
            lambda n, kind=kind: numbers.update({kind: n}),
        )
        monkeypatch.delenv(f"TF_NUM_{kind.upper()}OP_THREADS", raising=False)
    monkeypatch.setattr(backend.tf.config, "list_physical_devices", lambda kind=None: [])
    monkeypatch.setattr(backend, "usable_cores", lambda: 2)
    return numbers


def test_with_two_cores_an_operation_gets_one_thread_and_the_doctor_says_so(threads):
    backend._one_thread_an_operation()
    assert threads == {"intra": 1, "inter": 2}
    assert doctor.machine()["threads"].startswith("one an operation, two operations at a time")


@pytest.mark.parametrize("cores", [1, 4])
def test_with_more_or_fewer_cores_tensorflow_shares_them_out(cores, threads, monkeypatch):
    monkeypatch.setattr(backend, "usable_cores", lambda: cores)
    backend._one_thread_an_operation()
    assert threads == {"intra": 0, "inter": 0}
    assert doctor.machine()["threads"].startswith("as TensorFlow shares them out")


def test_with_a_gpu_tensorflow_shares_the_cores_out(threads, monkeypatch):
    monkeypatch.setattr(backend.tf.config, "list_physical_devices", lambda kind: ["a GPU"])
    backend._one_thread_an_operation()
    assert threads == {"intra": 0, "inter": 0}


@pytest.mark.parametrize("variable", ["TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"])
def test_threads_chosen_in_the_environment_stay(variable, threads, monkeypatch):
    monkeypatch.setenv(variable, "2")
    backend._one_thread_an_operation()
    assert threads == {"intra": 0, "inter": 0}


@pytest.mark.parametrize("kind", ["intra", "inter"])
def test_threads_chosen_in_the_program_stay(kind, threads):
    threads[kind] = 3
    backend._one_thread_an_operation()
    assert sorted(threads.values()) == [0, 3]
    assert doctor.machine()["threads"].endswith(
        "as you have set it (environment: TF_NUM_INTRAOP_THREADS, TF_NUM_INTEROP_THREADS)"
    )


@pytest.mark.slow
def test_two_cores_are_shared_out_when_the_course_is_imported_before_tensorflow_computes():
    code = """
import os
os.sched_getaffinity = lambda process: {0, 1}
from gan_course.base.backend import tf
threading = tf.config.threading
print(threading.get_intra_op_parallelism_threads(), threading.get_inter_op_parallelism_threads())
"""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_NUM_")}
    environment["CUDA_VISIBLE_DEVICES"] = "-1"

    def printed(before: str) -> str:
        command = [sys.executable, "-c", before + code]
        return subprocess.check_output(command, env=environment, text=True).strip()

    assert printed("") == "1 2"
    assert printed("import tensorflow; tensorflow.zeros(1)") == "0 0"


def test_the_words_about_the_processor_are_read():
    words = device.processor_words()
    assert words == set() or len(words) > 5


@pytest.mark.parametrize(("field", "value"), [("jit", 1), ("jit", "yes"), ("layer_dtype", "half")])
def test_other_values_are_refused(field, value):
    with pytest.raises(InputError, match=field):
        tiny(**{field: value})
