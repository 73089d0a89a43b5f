"""Image sets and where they come from: the mirror folder, the real source, or neither."""

import inspect
import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gan_course.base.errors import DatasetUnavailable, InputError
from gan_course.data import DATASETS, ImageSet, catalogue, downloads, load, stand_in
from gan_course.data.painted import faces_toy, gaussians, glyphs, outlines, shapes, street_digits

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

    for name, dataset in DATASETS.items():
        if dataset.stand_in is not None:
            monkeypatch.setitem(DATASETS, name, replace(dataset, fetch=fetch))
    monkeypatch.setattr(downloads, "quickdraw", lambda category: fetch)


def archive(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


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


@pytest.mark.parametrize("name", ["fashion_mnist", "cifar10", "faces", "quickdraw_ice_cream"])
def test_each_set_has_an_archive_of_its_name_in_the_mirror(mirror, name):
    (mirror / f"{name}.npz").write_bytes(archive(x_train=X))
    found = load(name)
    np.testing.assert_array_equal(found.x_train[..., 0], X)
    assert found.name == name and found.source == "from the mirror folder"


# One class of a set, and another size

PHOTOS = RNG.integers(0, 256, (6, 4, 8, 3)).astype(np.uint8)
CLASSES = np.array([[7], [0], [7], [9], [0], [7]], np.uint8)  # 7: horse, 9: truck


@pytest.fixture
def cifar10(mirror):
    content = archive(x_train=PHOTOS, y_train=CLASSES, x_test=PHOTOS[::-1], y_test=CLASSES)
    (mirror / "cifar10.npz").write_bytes(content)


def test_one_class_comes_from_the_archive_of_the_whole_set(cifar10):
    found = load("cifar10:horse")
    np.testing.assert_array_equal(found.x_train, PHOTOS[[0, 2, 5]])
    np.testing.assert_array_equal(found.x_test, PHOTOS[[5, 3, 0]])
    assert found.name == "cifar10:horse"
    assert found.source == "from the mirror folder, class 'horse' alone"
    assert found.y_train is None and found.y_test is None and found.names == ()


def test_an_archive_under_the_name_of_a_class_is_not_read(mirror, cifar10):
    (mirror / "cifar10:horse.npz").write_bytes(b"never read")
    assert len(load("cifar10:horse").x_train) == 3


def test_one_class_is_other_data_than_its_set(cifar10):
    assert load("cifar10:horse").fingerprint() != load("cifar10").fingerprint()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cifar10:hrose", "unknown class of 'cifar10' 'hrose'; did you mean 'horse'"),
        ("cifar10:", "unknown class of 'cifar10' ''; known: airplane, automobile, bird"),
        ("cifar10:7", "unknown class of 'cifar10' '7'; known: airplane"),
        ("cifar10:horse:truck", "unknown class of 'cifar10' 'horse:truck'; did you mean"),
        ("cifar:horse", "unknown dataset 'cifar'; did you mean 'cifar10'"),
    ],
)
def test_a_class_that_is_none_is_refused(cifar10, name, message):
    with pytest.raises(InputError, match=message):
        load(name)


@pytest.mark.parametrize("name", ["faces", "quickdraw_cat", "mnist"])
def test_a_class_of_images_without_labels_is_refused(mirror, name):
    (mirror / f"{name}.npz").write_bytes(archive(x_train=X))
    with pytest.raises(InputError, match=rf"'{name}'.*label"):
        load(f"{name}:7")


def test_a_class_of_a_set_that_cannot_be_had_asks_for_the_whole_set(monkeypatch):
    monkeypatch.delenv("GAN_COURSE_DATA", raising=False)
    unreachable(monkeypatch, OSError("no route"))
    with pytest.raises(DatasetUnavailable, match=r"put cifar10\.npz into a folder .* 'shapes'"):
        load("cifar10:horse")


def test_a_class_of_an_embedded_set_is_made_by_code():
    whole, east = load("ring"), load("ring:0°")
    np.testing.assert_array_equal(east.x_train, whole.x_train[whole.y_train == 0])
    assert east.source == "made by code, class '0°' alone" and len(east.x_test) == 250


def test_a_set_is_shrunk_to_the_shape_asked_for(cifar10):
    found = load("cifar10", (2, 4, 3))
    # in float, so that the sum of four bytes does not overflow
    quarters = [PHOTOS[:, i::2, j::2].astype(float) for i in (0, 1) for j in (0, 1)]
    np.testing.assert_allclose(found.x_train, sum(quarters) / 4, rtol=0, atol=0.5)
    assert found.x_test.shape == (6, 2, 4, 3)
    assert found.source == "from the mirror folder, shrunk from 4×8 to 2×4"
    np.testing.assert_array_equal(found.y_train, CLASSES[:, 0])


def test_one_class_is_shrunk_as_the_set_is(cifar10):
    found = load("cifar10:horse", (4, 2, 3))
    whole = load("cifar10", (4, 2, 3))
    np.testing.assert_array_equal(found.x_train, whole.x_train[[0, 2, 5]])
    assert found.name == "cifar10:horse"
    assert found.source.endswith("class 'horse' alone, shrunk from 4×8 to 4×2")


@pytest.mark.parametrize("shape", [None, (4, 8, 3), (8, 16, 3), (3, 8, 3), (4, 8, 1), (2, 4, 1)])
def test_a_set_that_does_not_fit_stays_as_it_is(cifar10, shape):
    found = load("cifar10", shape)
    np.testing.assert_array_equal(found.x_train, PHOTOS)
    assert found.source == "from the mirror folder"


# The source


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


# Embedded sets

MADE = {
    "glyphs": glyphs.make,
    "shapes": shapes.make,
    "faces_toy": faces_toy.make,
    "street_digits": street_digits.make,
    "ring": gaussians.ring,
    "grid": gaussians.grid,
}
MADE_PAIRS = {"shapes_outlines": outlines.of_shapes, "faces_toy_outlines": outlines.of_faces}


def test_these_sets_are_embedded_and_made_as_many_as_they_say():
    made = MADE | MADE_PAIRS
    assert {name for name, dataset in DATASETS.items() if dataset.stand_in is None} == set(made)
    for name, make in made.items():  # asked of the function: to paint them all takes a minute
        asked = inspect.getclosurevars(inspect.unwrap(DATASETS[name].fetch)).nonlocals
        assert asked["make"] is make
        assert f"{asked['train']:,} + {asked['test']:,}, made by code" in DATASETS[name].about


def test_an_embedded_set_is_made_once_and_nobody_can_change_it():
    first, again = load("grid"), load("grid")
    assert np.shares_memory(first.x_train, again.x_train)
    for array in (first.x_train, first.y_train, first.x_test, first.y_test):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize("name", MADE)
def test_an_embedded_set_needs_neither_mirror_nor_network(mirror, monkeypatch, name):
    (mirror / f"{name}.npz").write_bytes(b"never read")
    asked = []

    def make(count, seed):
        asked.append((count, seed))
        return X[:4] + np.uint8(seed), Y[:4]

    fetch = catalogue.embedded(make)
    changed = replace(DATASETS[name], fetch=fetch, centres=None)  # pictures, also for points
    monkeypatch.setitem(DATASETS, name, changed)
    found = load(name)
    np.testing.assert_array_equal(found.x_train[..., 0], X[:4])
    np.testing.assert_array_equal(found.x_test[..., 0], X[:4] + np.uint8(1))
    np.testing.assert_array_equal(found.y_test, Y[:4])
    assert found.source == "made by code" and asked == [(10_000, 0), (2_000, 1)]


def test_faces_toy_are_colour_images_of_five_expressions(monkeypatch):
    fetch = catalogue.embedded(lambda count, seed: faces_toy.make(count // 400, seed))
    monkeypatch.setitem(DATASETS, "faces_toy", replace(DATASETS["faces_toy"], fetch=fetch))
    found = load("faces_toy")
    assert found.x_train.shape == (25, 64, 64, 3) and found.x_test.shape == (5, 64, 64, 3)
    assert found.names == ("neutral", "smile", "laugh", "surprise", "sad")
    np.testing.assert_array_equal(np.bincount(found.y_train), [5] * 5)
    assert load("faces_toy", (32, 32, 3)).image_shape == (32, 32, 3)


# by hand: in level x + 1 over 2 of 255; the ring has radius 3/4, the grid a spacing of 2/5
DIAGONAL = 0.75 * 0.5**0.5
RING = [
    (0.75, 0), (DIAGONAL, DIAGONAL), (0, 0.75), (-DIAGONAL, DIAGONAL),
    (-0.75, 0), (-DIAGONAL, -DIAGONAL), (0, -0.75), (DIAGONAL, -DIAGONAL),
]  # fmt: skip
GRID = [(x, y) for y in (-0.8, -0.4, 0, 0.4, 0.8) for x in (-0.8, -0.4, 0, 0.4, 0.8)]


@pytest.mark.parametrize(("name", "centres"), [("ring", RING), ("grid", GRID)])
def test_points_are_images_of_two_pixels_around_the_centre_that_their_label_names(name, centres):
    found = load(name)
    assert found.x_train.shape == (10_000, 1, 2, 1) and found.x_test.shape == (2_000, 1, 2, 1)
    for points, labels in ((found.x_train, found.y_train), (found.x_test, found.y_test)):
        each = len(points) // len(centres)
        np.testing.assert_array_equal(np.bincount(labels), [each] * len(centres))
        points = points.reshape(-1, 2) / 127.5 - 1
        clouds = [points[labels == label] for label in range(len(centres))]
        # 0.03 is the deviation of a point; four times that of a mean of `each`
        means = np.mean(clouds, axis=1)
        np.testing.assert_allclose(means, centres, rtol=0, atol=4 * 0.03 / each**0.5 + 1e-3)
        spread = np.mean(np.var(clouds, axis=1), axis=0) ** 0.5
        np.testing.assert_allclose(spread, [0.03, 0.03], rtol=0.06)
    assert not np.array_equal(found.x_train[:2_000], found.x_test)


def test_the_classes_of_the_points_are_named_by_where_they_are():
    assert load("ring").names == ("0°", "45°", "90°", "135°", "180°", "225°", "270°", "315°")
    names = load("grid").names
    assert [tuple(map(float, name.strip("()").split(", "))) for name in names] == GRID
    assert names[:2] == ("(-0.8, -0.8)", "(-0.4, -0.8)") and names[12] == "(0.0, 0.0)"


# Stand-ins


@pytest.mark.parametrize(
    ("name", "expected", "shape"),
    [
        ("mnist", "glyphs", (28, 28, 1)),
        ("fashion_mnist", "glyphs", (28, 28, 1)),
        ("cifar10", "shapes", (32, 32, 3)),
        ("cifar10:horse", "shapes", (32, 32, 3)),
        ("faces", "faces_toy", (64, 64, 3)),
        ("quickdraw_camel", "glyphs", (28, 28, 1)),
        ("quickdraw_ice_cream", "glyphs", (28, 28, 1)),
    ],
)
def test_the_stand_in_has_the_shape_of_the_set(name, expected, shape):
    assert stand_in(name) == expected
    images, labels = MADE[expected](3, seed=0)
    assert ImageSet("a", images, labels).image_shape == shape


def test_every_stand_in_is_embedded():
    assert all(stand_in(name) in MADE | MADE_PAIRS for name in DATASETS)


@pytest.mark.parametrize(
    "name", [*MADE, *MADE_PAIRS, "shapes:star", "ring:45°", "folder:pictures", "folder:"]
)
def test_local_data_stands_in_for_itself(name):
    assert stand_in(name) == name


@pytest.mark.parametrize("name", ["mnits", "mnits:3", "quickdraw_", ""])
def test_an_unknown_name_has_no_stand_in(name):
    with pytest.raises(InputError, match="unknown dataset"):
        stand_in(name)


# Names


def test_an_unknown_dataset_gets_the_nearest_name():
    with pytest.raises(InputError, match=r"unknown dataset 'mnsit'; did you mean 'mnist'\?"):
        load("mnsit")
    with pytest.raises(InputError, match=r"did you mean 'folder:PATH'\?"):
        load("folder;PATH")


@pytest.mark.parametrize(
    "name", ["quickdraw_", "quickdraw", "quickdraw-cat", "quickdraw cat", "quickdraw_a/b"]
)
def test_a_name_that_is_almost_one_of_quickdraw_says_how_they_are_written(name):
    with pytest.raises(InputError, match=f"'{name}'; did you mean 'quickdraw_CATEGORY'"):
        load(name)


@pytest.mark.parametrize("category", ["t-shirt", "teddy-bear", "The_Mona_Lisa", "hot_air_balloon"])
def test_every_category_of_quickdraw_can_be_named(mirror, category):
    # as in categories.txt of googlecreativelab/quickdraw-dataset, with _ for a blank
    (mirror / f"quickdraw_{category}.npz").write_bytes(archive(x_train=X))
    np.testing.assert_array_equal(load(f"quickdraw_{category}").x_train[..., 0], X)


# The mirror folder of the person who runs the tests


def real(name, size=None):
    """An archive opened by NumPy alone, which reads each array when it is asked for."""
    file = Path(os.environ.get("GAN_COURSE_DATA") or "/not/set") / f"{name}.npz"
    if not file.is_file():
        pytest.skip(f"GAN_COURSE_DATA names no folder with {name}.npz")
    if size not in (None, file.stat().st_size):
        pytest.skip(f"{file} is another {name}.npz than the one described here")
    return np.load(file)


def test_the_real_fashion_mnist_is_whole_and_balanced():
    with real("fashion_mnist") as arrays:
        x_test, y_train = arrays["x_test"], arrays["y_train"]
    found = load("fashion_mnist")
    assert found.x_train.shape == (60_000, 28, 28, 1) and found.x_test.shape == (10_000, 28, 28, 1)
    np.testing.assert_array_equal(np.bincount(found.y_train), [6_000] * 10)
    np.testing.assert_array_equal(np.bincount(found.y_test), [1_000] * 10)
    np.testing.assert_array_equal(found.x_test[..., 0], x_test)
    np.testing.assert_array_equal(found.y_train, y_train.ravel())


def test_the_real_horses_of_cifar10_are_all_its_horses():
    with real("cifar10") as arrays:
        expected = arrays["x_test"][arrays["y_test"].ravel() == 7]
        count = (arrays["y_train"] == 7).sum()
    found = load("cifar10:horse")
    assert found.x_train.shape == (count, 32, 32, 3) and count >= 1_000
    np.testing.assert_array_equal(found.x_test, expected)


@pytest.mark.parametrize(
    ("name", "size", "shape"),
    [
        ("quickdraw_cat", 1_240_051, (3_970, 28, 28, 1)),
        ("faces", 34_566_577, (3_000, 64, 64, 3)),
    ],
)
def test_the_real_drawings_and_faces_come_without_labels(name, size, shape):
    real(name, size).close()
    found = load(name)
    assert found.x_train.shape == shape and found.x_train.dtype == np.uint8
    assert 0 < found.x_train.mean() < 255 and len(np.unique(found.x_train)) == 256
    assert found.y_train is None and found.x_test is None and found.names == ()


@pytest.mark.parametrize(
    ("name", "size", "train", "test", "side"),
    [("facades", 30_947_297, 400, 106, 128), ("emoji", 4_089_476, 1_448, 200, 32)],
)
def test_the_real_pairs_are_inputs_and_targets_of_one_size(name, size, train, test, side):
    with real(name, size) as arrays:
        expected = arrays["target_test"]
    found = load(name)
    for images in (found, found.inputs):
        assert images.x_train.shape == (train, side, side, 3)
        assert images.x_test.shape == (test, side, side, 3)
    np.testing.assert_array_equal(found.x_test, expected)
    small = load(name, (side // 2, side // 2, 3))
    assert small.image_shape == small.inputs.image_shape == (side // 2, side // 2, 3)
