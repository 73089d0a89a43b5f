"""State: saved and restored bit for bit, or refused and left as it was."""

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from e2e import started

from gan_course.base.errors import InputError, TrainingDiverged
from gan_course.games import adversarial, state


@pytest.fixture(scope="module")
def trained(tiny):
    """A state that has made three steps, and the function that makes more."""
    return trainer(tiny, steps=3)


def trainer(recipe, steps=0):
    _, train_state, compiled = started(recipe)

    def train(count):
        for _ in range(count):
            rng = np.random.default_rng(int(train_state.step))
            shape = (recipe.d_steps, recipe.batch_size, *recipe.image_shape)
            compiled({"images": rng.integers(0, 256, shape).astype(np.uint8)})

    train(steps)
    return train_state, train


def saved(train_state):
    file = io.BytesIO()
    state.save(train_state, file)
    return file.getvalue()


def restore(train_state, content):
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        file.write(content)
        file.flush()
        state.restore(train_state, Path(file.name))


def values(train_state):
    return {name: variable.numpy() for name, variable in train_state.variables().items()}


def assert_same_bits(one, two):
    assert one.keys() == two.keys()
    for name, value in one.items():
        assert value.tobytes() == two[name].tobytes(), name


def refused(train_state, content, match=r"\.npz is damaged"):
    before = values(train_state)
    with pytest.raises(InputError, match=match):
        restore(train_state, content)
    assert_same_bits(before, values(train_state))


def test_a_fresh_state_of_the_same_recipe_is_the_same(tiny):
    one, two = adversarial.start(tiny), adversarial.start(tiny)
    assert_same_bits(values(one), values(two))
    assert int(one.step) == 0 and one.g_optimizer is not one.d_optimizer


def test_each_optimizer_has_the_rate_and_the_kind_of_the_recipe(tiny):
    adam = adversarial.start(tiny)
    assert float(adam.g_optimizer.learning_rate) == pytest.approx(0.01)
    assert float(adam.d_optimizer.learning_rate) == pytest.approx(0.02)
    assert (adam.g_optimizer.beta_1, adam.g_optimizer.beta_2) == (0.5, 0.999)
    for kind in ("RMSprop", "SGD"):
        other = adversarial.start(tiny.changed(optimizer=kind.lower(), beta_1=None))
        assert type(other.g_optimizer).__name__ == type(other.d_optimizer).__name__ == kind


def test_a_checkpoint_holds_everything_that_training_changes(tiny, trained):
    train_state, _ = trained
    fresh, used = values(adversarial.start(tiny)), values(train_state)
    changed = {name for name in used if (used[name] != fresh[name]).any()}
    kinds = ("kernel", "gamma", "moving_mean", "moving_variance", "seed_generator_state",
             "_momentum", "_velocity", "iteration", "step")  # fmt: skip
    for kind in kinds:
        assert any(name.endswith(kind) for name in changed), kind
    with np.load(io.BytesIO(saved(train_state))) as archive:
        count = sum(archive[name].size for name in archive.files)
    # by hand, G: 3*24+24 + BN 4*24 + 3*3+1, D: 3*3*2+2 + 12+1, and 2 for each Dropout's seed;
    # Adam: two moments for each of 154 + 33 trained weights, its steps and rate; our own step
    assert count == (202 + 33 + 2 * 2) + (2 * (154 + 33) + 2 * 2) + 1


def test_saved_and_restored_is_the_same_bit_for_bit(tiny, trained):
    train_state, _ = trained
    other = adversarial.start(tiny.changed(seed=99))
    restore(other, saved(train_state))
    assert_same_bits(values(other), values(train_state))


def test_training_goes_on_bit_for_bit_as_if_it_had_never_stopped(tiny):
    one, train_one = trainer(tiny, steps=2)
    content = saved(one)
    train_one(3)
    two, train_two = trainer(tiny)
    restore(two, content)
    train_two(3)
    assert_same_bits(values(one), values(two))
    assert int(two.step) == 5


def test_every_cut_is_damage_and_leaves_the_state(trained):
    train_state, _ = trained
    content = saved(train_state)
    for length in np.linspace(0, len(content) - 1, 20).astype(int):
        refused(train_state, content[:length])


def test_flipped_bits_are_damage_or_harmless(trained):
    train_state, _ = trained
    content, before, refusals = saved(train_state), values(train_state), 0
    for position in range(5, len(content), len(content) // 40):
        damaged = bytearray(content)
        damaged[position] ^= 1 << position % 8
        try:
            restore(train_state, damaged)
        except InputError:
            refusals += 1
        assert_same_bits(before, values(train_state))
    assert 20 <= refusals <= 41  # some bytes, such as the file's date, mean nothing


@pytest.mark.parametrize("name", ["generator/000_kernel", "d_optimizer"])
def test_a_flipped_bit_in_the_middle_of_a_weight_is_damage(trained, name):
    train_state, _ = trained
    content = bytearray(saved(train_state))
    content[content.index(name.encode()) + 300] ^= 16
    refused(train_state, bytes(content))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"latent_dim": 4},
            r"different networks: g.* is float32 \(4, 24\), expected float32 \(3, 24\)",
        ),
        ({"discriminator": ("Flatten", "Dense 1")}, "different networks: d.*/"),
        ({"optimizer": "sgd", "beta_1": None}, "different networks: [gd]_optimizer/"),
    ],
)
def test_a_checkpoint_of_other_networks_is_refused(tiny, trained, changes, message):
    refused(trained[0], saved(adversarial.start(tiny.changed(**changes))), message)


def test_a_variable_of_another_type_is_refused(trained):
    with np.load(io.BytesIO(saved(trained[0]))) as archive:
        arrays = dict(archive)
    for other in (np.float64, np.int32, "<U9"):
        file = io.BytesIO()
        name = "generator/000_kernel"
        np.savez(file, **{**arrays, "step": np.int64(77), name: arrays[name].astype(other)})
        refused(trained[0], file.getvalue(), name)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_weight_that_is_not_finite_is_never_written(tiny, value):
    diverged = adversarial.start(tiny)
    kernel = diverged.discriminator.layers[0].kernel
    kernel.assign(np.where(np.arange(kernel.numpy().size).reshape(kernel.shape) == 5, value, 1.0))
    file = io.BytesIO()
    with pytest.raises(TrainingDiverged, match="discriminator/000_kernel holds NaN or infinity"):
        state.save(diverged, file)
    assert file.getvalue() == b""


def test_names_of_variables_do_not_depend_on_what_was_built_before(tiny, trained):
    for _ in range(3):
        adversarial.start(tiny.changed(batch_size=2))
    assert list(adversarial.start(tiny).variables()) == list(trained[0].variables())
