"""Image sets and where they come from: the mirror folder, the real source, or neither."""

import io
from dataclasses import replace

import numpy as np
import pytest

from gan_course.data import DATASETS, ImageSet, load, sources, stand_in
from gan_course.errors import DatasetUnavailable, InputError

RNG = np.random.default_rng(2)
X = RNG.integers(0, 256, (5, 6, 7)).astype(np.uint8)
Y = np.array([3, 1, 4, 1, 5])


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """An empty mirror folder; a download would fail the test."""
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path))
    unreachable(monkeypatch, AssertionError("asked the network"))
    return tmp_path


def unreachable(monkeypatch, error):
    def fetch():
        raise error

    monkeypatch.setitem(DATASETS, "mnist", replace(DATASETS["mnist"], fetch=fetch))


def archive(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


# The checks of an image set


def test_grey_images_get_a_channel_axis_and_colour_images_keep_theirs():
    grey = ImageSet("a", X, x_test=X[:2])
    assert grey.x_train.shape == (5, 6, 7, 1) and grey.x_test.shape == (2, 6, 7, 1)
    np.testing.assert_array_equal(grey.x_train[..., 0], X)
    assert grey.image_shape == (6, 7, 1)
    assert ImageSet("a", np.zeros((2, 4, 5, 3), np.uint8)).image_shape == (4, 5, 3)


def test_labels_as_a_column_are_flattened():
    found = ImageSet("a", X, Y.reshape(5, 1).astype(np.uint8))
    np.testing.assert_array_equal(found.y_train, [3, 1, 4, 1, 5])
    assert found.y_train.shape == (5,)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x_train": X / 255}, "a: x_train must hold uint8 .*, got float64"),
        ({"x_train": X.astype(np.int64)}, "got int64"),
        ({"x_train": X[0]}, r"got \(6, 7\)"),
        ({"x_train": X.reshape(1, 5, 2, 3, 7)}, r"got \(1, 5, 2, 3, 7\)"),
        ({"x_train": X.reshape(5, 3, 7, 2)}, r"got \(5, 3, 7, 2\)"),
        ({"x_train": X[:0]}, r"at least one image, got \(0, 6, 7, 1\)"),
        ({"x_train": X, "x_test": X / 2}, "a: x_test must hold uint8"),
        ({"x_train": X, "y_train": Y[:4]}, r"each of the 5 images, got int64 of shape \(4,\)"),
        ({"x_train": X, "y_train": Y / 2}, "y_train must hold one integer .*, got float64"),
        ({"x_train": X, "x_test": X[:3], "y_test": Y}, "y_test must hold .* of the 3 images"),
    ],
)
def test_arrays_that_are_no_images_or_labels_are_named(arrays, message):
    with pytest.raises(InputError, match=message):
        ImageSet("a", **arrays)


def test_an_image_set_tells_its_sizes_and_source():
    found = ImageSet("toys", X, Y, X[:2], names=("a", "b"), source="from a friend")
    assert repr(found) == (
        "ImageSet 'toys': 5 training and 2 test images of 6×7×1, 2 classes; from a friend"
    )


def test_the_fingerprint_changes_with_any_pixel_order_size_or_shape():
    changed = X.copy()
    changed[4, 5, 6] ^= 1
    others = [changed, X[[1, 0, 2, 3, 4]], X[:4], X.reshape(5, 7, 6), X.repeat(2, axis=0)]
    prints = [ImageSet("a", images).fingerprint() for images in (X, *others)]
    assert len(set(prints)) == 6
    assert ImageSet("b", X.copy(), Y).fingerprint() == prints[0]
    assert all(len(p) == 8 and int(p, 16) >= 0 for p in prints)


def test_the_fingerprint_of_a_large_set_still_sees_its_order():
    many = RNG.integers(0, 256, (5000, 2, 2)).astype(np.uint8)
    assert ImageSet("a", many).fingerprint() != ImageSet("a", many[::-1]).fingerprint()


# The mirror folder


def test_the_mirror_is_asked_before_the_source(mirror):
    (mirror / "mnist.npz").write_bytes(archive(x_train=X, y_train=Y[:, None], x_test=X[:2]))
    found = load("mnist")
    np.testing.assert_array_equal(found.x_train[..., 0], X)
    np.testing.assert_array_equal(found.y_train, Y)
    np.testing.assert_array_equal(found.x_test[..., 0], X[:2])
    assert found.y_test is None and found.names == tuple("0123456789")
    assert "mirror" in found.source


def test_a_mirror_that_is_no_folder_is_named(monkeypatch):
    monkeypatch.setenv("GAN_COURSE_DATA", "/no/such/folder")
    with pytest.raises(InputError, match="GAN_COURSE_DATA='/no/such/folder' is not a folder"):
        load("mnist")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (archive(x_train=X / 255), "x_train must hold uint8 values 0..255, got float64"),
        (archive(x_train=X[0]), r"got \(6, 7\)"),
        (archive(x_train=X, y_train=Y[:3]), r"5 images, got int64 of shape \(3,\)"),
        (archive(images=X), r"has the keys \['images'\]; expected x_train"),
        (archive(x_train=X, x_extra=X), r"\['x_extra', 'x_train'\]; expected x_train"),
        (archive(x_train=np.array([None, {}])), "holds pickled objects"),
        (b"", "is damaged"),
        (b"a text file, not an archive", "pickled|damaged"),
        (archive(x_train=X)[:-100], "is damaged"),
        (archive(x_train=X)[:60], "is damaged"),
    ],
    ids=["floats", "one image", "few labels", "keys", "extra key", "objects", "empty", "text",
         "cut at the end", "cut at the start"],
)  # fmt: skip
def test_a_mirror_archive_that_cannot_be_used_is_an_input_error(mirror, content, message):
    (mirror / "mnist.npz").write_bytes(content)
    with pytest.raises(InputError, match=message):
        load("mnist")


def test_the_file_of_a_damaged_archive_is_named(mirror):
    (mirror / "mnist.npz").write_bytes(archive(x_train=X)[:200])
    with pytest.raises(InputError, match=r"mnist\.npz is damaged .*; copy it again"):
        load("mnist")


def test_a_plain_npy_under_the_name_of_an_archive_is_an_input_error(mirror):
    with open(mirror / "mnist.npz", "wb") as file:
        np.save(file, X)
    with pytest.raises(InputError, match=r"mnist\.npz"):
        load("mnist")


# The source


def test_keras_arrays_arrive_in_their_places(monkeypatch):
    from gan_course.backend import keras

    monkeypatch.delenv("GAN_COURSE_DATA", raising=False)
    pairs = (X, Y), (X[:2, ::-1], Y[:2])
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: pairs)
    found = load("mnist")
    np.testing.assert_array_equal(found.x_train[..., 0], X)
    np.testing.assert_array_equal(found.y_train, Y)
    np.testing.assert_array_equal(found.x_test[..., 0], X[:2, ::-1])
    np.testing.assert_array_equal(found.y_test, Y[:2])
    assert "keras.datasets.mnist" in found.source


def test_an_unavailable_dataset_says_what_was_tried_and_three_ways_out(monkeypatch):
    monkeypatch.delenv("GAN_COURSE_DATA", raising=False)
    unreachable(monkeypatch, Exception("URL fetch failure: no route\nand a long tail"))
    with pytest.raises(DatasetUnavailable) as caught:
        load("mnist")
    said = str(caught.value)
    for part in (
        "'mnist' cannot be had", "GAN_COURSE_DATA is not set", "keras.datasets.mnist",
        "URL fetch failure: no route", "internet", "put mnist.npz into a folder", "'glyphs'",
    ):  # fmt: skip
        assert part in said
    assert "long tail" not in said and "\n" not in said


def test_a_mirror_without_the_file_is_named_as_tried(mirror, monkeypatch):
    unreachable(monkeypatch, OSError("no route"))
    (mirror / "cifar10.npz").write_bytes(b"something else")
    with pytest.raises(DatasetUnavailable, match=f"{mirror}' has no mnist.npz"):
        load("mnist")


def test_a_download_that_fails_without_a_word_is_still_explained(mirror, monkeypatch):
    unreachable(monkeypatch, TimeoutError())
    with pytest.raises(DatasetUnavailable, match="TimeoutError"):
        load("mnist")


def test_an_embedded_set_needs_neither_mirror_nor_network(mirror, monkeypatch):
    (mirror / "glyphs.npz").write_bytes(b"never read")
    small = sources._embedded(lambda count, seed: (X[:4] + np.uint8(seed), Y[:4]))
    monkeypatch.setitem(DATASETS, "glyphs", replace(DATASETS["glyphs"], fetch=small))
    found = load("glyphs")
    np.testing.assert_array_equal(found.x_train[..., 0], X[:4])
    np.testing.assert_array_equal(found.x_test[..., 0], X[:4] + np.uint8(1))
    assert found.source == "made by code"


def test_every_stand_in_is_embedded_and_local_data_needs_none():
    assert all(DATASETS[stand_in(name)].stand_in is None for name in DATASETS)
    assert stand_in("mnist") == stand_in("glyphs") == "glyphs"
    assert stand_in("folder:pictures") == "folder:pictures"


def test_an_unknown_dataset_gets_the_nearest_name():
    with pytest.raises(InputError, match=r"unknown dataset 'mnsit'; did you mean 'mnist'\?"):
        load("mnsit")
    with pytest.raises(InputError, match=r"did you mean 'folder:PATH'\?"):
        load("folder;PATH")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"y_test": np.arange(3)}, "y_test without x_test"),
        ({"y_train": np.zeros((2, 2), int)}, r"each of the 4 images, got int64 of shape \(2, 2\)"),
        ({"x_test": np.zeros((2, 9, 6), np.uint8)}, r"of \(5, 6, 1\), test images of \(9, 6, 1\)"),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(arrays, message):
    with pytest.raises(InputError, match=message):
        ImageSet("mine", np.zeros((4, 5, 6), np.uint8), **arrays)
