"""What FitGAN takes: names, arrays, datasets of uint8 batches; all else is refused in one line."""

import e2e
import numpy as np
import pytest

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.data import ImageSet
from gan_course.data.sources import MIRROR
from gan_course.games.objectives import HINGE
from gan_course.training.keras_fit import FitGAN


def one_line(error):
    return "\n" not in str(error.value)


def weights(model):
    return {name: variable.numpy() for name, variable in model.players.variables().items()}


def assert_same(one, other):
    ours, theirs = weights(one), weights(other)
    assert [n for n in ours if ours[n].tobytes() != theirs[n].tobytes()] == []


def no_more_than(count):
    """A callback that fails a `fit` without an end."""

    def check(batch, logs):
        assert batch < count, "the epoch did not end"

    return keras.callbacks.LambdaCallback(on_train_batch_end=check)


def test_an_epoch_is_as_many_whole_steps_as_the_images_suffice_for():
    model = FitGAN(e2e.tiny())  # 50 images, 16 a step
    history = model.fit(
        model.batches(e2e.image_set()), epochs=2, shuffle=False, verbose=0,
        callbacks=no_more_than(6),
    )  # fmt: skip
    assert int(model.players.step) == 6 and history.epoch == [0, 1]


def test_a_row_without_an_end_wants_a_number_of_steps():
    model = FitGAN(e2e.tiny())
    with pytest.raises(InputError, match=r"no end; say steps_per_epoch=") as error:
        model.fit(model.batches(e2e.image_set()).prefetch(1), callbacks=[no_more_than(6)])
    assert one_line(error)


@pytest.fixture(scope="module")
def after_three_steps():
    model = FitGAN(e2e.tiny())
    model.fit(model.batches(e2e.image_set()), steps_per_epoch=3, shuffle=False, verbose=0)
    return model


@pytest.mark.parametrize(
    "data",
    [e2e.pixels(), e2e.pixels()[..., 0], e2e.image_set(), "mnist", None],
    ids=["array", "without channels", "ImageSet", "name", "the recipe's"],
)
def test_fit_takes_the_images_themselves(after_three_steps, monkeypatch, tmp_path, data):
    monkeypatch.setenv(MIRROR, str(e2e.mirror(tmp_path / "mirror")))
    model = FitGAN(e2e.tiny())
    model.fit(data, verbose=0)
    assert_same(model, after_three_steps)


def test_batches_take_the_images_themselves(monkeypatch, tmp_path):
    monkeypatch.setenv(MIRROR, str(e2e.mirror(tmp_path / "mirror")))
    model = FitGAN(e2e.tiny())
    expected = next(iter(model.batches(e2e.image_set()))).numpy()
    for data in (e2e.pixels(), "mnist", None):
        np.testing.assert_array_equal(next(iter(model.batches(data))), expected)


def test_a_row_begins_at_the_step_at_which_it_is_begun():
    model = FitGAN(e2e.tiny())
    row = model.batches(e2e.image_set())
    first = [batch.numpy() for batch in row.take(3)]
    model.players.step.assign(2)
    np.testing.assert_array_equal(next(iter(row)), first[2])
    assert (first[2] != first[0]).any()


def test_a_recipe_and_an_objective_may_be_named():
    model = FitGAN("demo", "hinge")
    assert model.recipe.name == model.name == "demo"
    tiny, same = FitGAN(e2e.tiny(), "hinge"), FitGAN(e2e.tiny(), HINGE)
    for each in (tiny, same):
        each.fit(e2e.pixels(), steps_per_epoch=1, verbose=0)
    assert_same(tiny, same)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FitGAN("demoo"), "did you mean 'demo'"),
        (lambda: FitGAN(7), "expected a Recipe or the name of one, got int 7"),
        (lambda: FitGAN(e2e.tiny(), "hing"), "did you mean 'hinge'"),
        (lambda: FitGAN(e2e.tiny(), 7), "objective must be"),
        (lambda: FitGAN(e2e.tiny()).fit(7), "data must be an ImageSet"),
        (lambda: FitGAN(e2e.tiny()).batches("mnis"), "did you mean 'mnist'"),
        (
            lambda: FitGAN(e2e.tiny()).fit(np.zeros((50, 9, 9, 1), np.uint8)),
            r"makes images of \(8, 8, 1\), but the images of 'given' are \(9, 9, 1\)",
        ),
    ],
)
def test_anything_else_is_refused_in_one_line(make, message):
    with pytest.raises(InputError, match=message) as error:
        make()
    assert one_line(error)


def rows(images, batch=8):
    if not isinstance(images, tf.data.Dataset):
        images = tf.data.Dataset.from_tensor_slices(images)
    return images.batch(batch, drop_remainder=True)


@pytest.mark.parametrize(
    "images",
    [
        (e2e.pixels() / 127.5 - 1).astype(np.float32),
        (e2e.pixels() / 255).astype(np.float32),
        e2e.pixels().astype(np.float32),
        e2e.pixels().astype(np.int32),
    ],
    ids=["[-1, 1]", "[0, 1]", "[0, 255]", "int32"],
)
@pytest.mark.parametrize("wrap", [lambda images: images, rows], ids=["array", "dataset"])
def test_images_that_are_not_uint8_are_refused_before_anything_moves(images, wrap):
    model = FitGAN(e2e.tiny(d_steps=1))
    before = weights(model)
    with pytest.raises(InputError, match=f"uint8.* got {images.dtype}") as error:
        model.fit(wrap(images), verbose=0, steps_per_epoch=1)
    assert one_line(error)
    assert all((before[name] == value).all() for name, value in weights(model).items())


@pytest.mark.parametrize(
    ("dataset", "found"),
    [
        (rows(e2e.pixels()), r"uint8 \(8, 8, 8, 1\)"),  # two batches a step are wanted
        (rows(e2e.pixels(), 2), r"uint8 \(2, 8, 8, 1\)"),
        (tf.data.Dataset.from_tensor_slices(e2e.pixels()), r"uint8 \(8, 8, 1\)"),
        (
            tf.data.Dataset.from_tensor_slices((e2e.pixels(), np.zeros(50))).batch(8),
            r"uint8 \(None, 8, 8, 1\), float64 \(None,\)",
        ),
    ],
    ids=["one batch", "other size", "no batch", "with labels"],
)
def test_batches_of_another_shape_are_refused(dataset, found):
    with pytest.raises(InputError, match=rf"\(2, 8, 8, 8, 1\), .* got {found}; ") as error:
        FitGAN(e2e.tiny()).fit(dataset, verbose=0)
    assert one_line(error)


def test_after_a_refusal_the_right_images_train():
    model, other = (FitGAN(e2e.tiny(d_steps=1)) for _ in range(2))
    with pytest.raises(InputError):
        model.fit(rows(e2e.pixels(), 7), verbose=0)
    for each in (model, other):
        each.fit(e2e.pixels(), verbose=0)
    assert int(model.players.step) == 6  # 50 images, 8 a step
    assert_same(model, other)


def test_a_plain_batch_does_for_one_update_a_step():
    plain, stacked = (FitGAN(e2e.tiny(d_steps=1)) for _ in range(2))
    plain.fit(rows(e2e.pixels()), verbose=0)
    stacked.fit(rows(rows(e2e.pixels()), 1), verbose=0)
    assert int(plain.players.step) == 6
    assert_same(plain, stacked)


def test_a_strategy_is_refused():
    with tf.distribute.OneDeviceStrategy("cpu:0").scope(), pytest.raises(InputError) as error:
        FitGAN(e2e.tiny())
    assert "gan.train(..., strategy=...)" in str(error.value) and one_line(error)


def test_an_image_set_keeps_its_name_in_the_complaint():
    cats = ImageSet("cats", np.zeros((50, 16, 16, 3), np.uint8))
    with pytest.raises(InputError, match="the images of 'cats' are"):
        FitGAN(e2e.tiny()).batches(cats)
