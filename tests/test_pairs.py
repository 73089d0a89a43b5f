"""Images of two kinds: pairs, their archives and folders; two sets without pairs; line drawings."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from gan_course.base.errors import DatasetUnavailable, InputError
from gan_course.data import DATASETS, ImageSet, Pairs, Unpaired, class_names, load, stand_in
from gan_course.data.painted import faces_toy, outlines, shapes

RNG = np.random.default_rng(3)
ASKED = RNG.integers(0, 256, (6, 4, 8, 3)).astype(np.uint8)
WANTED = RNG.integers(0, 256, (6, 4, 8, 3)).astype(np.uint8)
ARRAYS = {
    "input_train": ASKED, "target_train": WANTED,
    "input_test": ASKED[:2, ::-1], "target_test": WANTED[:2, ::-1],
}  # fmt: skip


@pytest.fixture(autouse=True)
def mirror(tmp_path, tmp_path_factory, monkeypatch):
    """A mirror with small pairs under the name of each set that the course knows."""
    monkeypatch.setenv("GAN_COURSE_CACHE", str(tmp_path_factory.mktemp("cache")))
    folder = tmp_path_factory.mktemp("mirror")
    monkeypatch.setenv("GAN_COURSE_DATA", str(folder))
    for name in ("facades", "emoji"):
        np.savez(folder / f"{name}.npz", **ARRAYS)
    grey = ASKED[:5, ..., 0]
    np.savez(folder / "mnist.npz", x_train=grey, y_train=np.arange(5), x_test=grey[:3])
    np.savez(folder / "cifar10.npz", x_train=WANTED[:4], y_train=np.array([7, 0, 7, 2]))
    return folder


def halves(images):
    """The mean of each 2x2 pixels, in floats."""
    count, height, width, channels = images.shape
    return images.reshape(count, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))


# Pairs


@pytest.mark.parametrize("name", ["facades", "emoji"])
def test_an_archive_of_pairs_gives_targets_and_their_inputs(name):
    found = load(name)
    assert isinstance(found, Pairs) and found.name == name
    np.testing.assert_array_equal(found.x_train, WANTED)
    np.testing.assert_array_equal(found.inputs.x_train, ASKED)
    np.testing.assert_array_equal(found.x_test, WANTED[:2, ::-1])
    np.testing.assert_array_equal(found.inputs.x_test, ASKED[:2, ::-1])
    assert found.source == "from the mirror folder" and found.names == ()


def test_pairs_shrink_together():
    found = load("facades", (2, 4, 3))
    for images, whole in ((found, WANTED), (found.inputs, ASKED)):
        np.testing.assert_allclose(images.x_train, halves(whole), rtol=0, atol=0.5)
        np.testing.assert_allclose(images.x_test, halves(whole[:2, ::-1]), rtol=0, atol=0.5)
        assert images.source == "from the mirror folder, shrunk from 4×8 to 2×4"


def test_inputs_keep_their_channels_when_pairs_shrink():
    pairs = Pairs("p", WANTED[..., :1], inputs=ImageSet("i", ASKED))
    found = pairs.shrunk((4, 4, 1))
    assert found.image_shape == (4, 4, 1) and found.inputs.image_shape == (4, 4, 3)


@pytest.mark.parametrize("shape", [(4, 8, 3), (3, 8, 3), (8, 16, 3), (2, 4, 1)])
def test_pairs_that_do_not_fit_stay_as_they_are(shape):
    found = load("facades", shape)
    np.testing.assert_array_equal(found.x_train, WANTED)
    np.testing.assert_array_equal(found.inputs.x_train, ASKED)


def test_pairs_describe_themselves_in_one_line():
    assert repr(load("facades")) == (
        "Pairs 'facades': 6 training and 2 test images of 4×8×3, 0 classes; from the mirror "
        "folder; made of 'inputs of facades', 6 training images of 4×8×3"
    )


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (("input_train", "target_train"), "'input_train', 'target_train'"),
        (("input_train", "input_test"), "'input_test', 'input_train'"),
        (("input_train", "target_train", "input_test"), "'input_train', 'target_train'"),
        ((), ""),
    ],
    ids=["no test pairs", "no targets", "no test targets", "nothing"],
)
def test_an_archive_with_a_part_of_the_keys_is_refused(mirror, keys, found):
    np.savez(mirror / "facades.npz", **{key: ARRAYS[key] for key in keys})
    with pytest.raises(InputError, match=rf"facades\.npz has the keys \[.*{found}\]; pairs need"):
        load("facades")


def test_an_archive_of_one_set_under_the_name_of_pairs_is_refused(mirror):
    np.savez(mirror / "emoji.npz", x_train=ASKED)
    with pytest.raises(InputError, match=r"\['x_train'\]; pairs need input_train, target_train"):
        load("emoji")


def test_an_archive_of_pairs_under_the_name_of_one_set_is_refused(mirror):
    np.savez(mirror / "mnist.npz", **ARRAYS)
    with pytest.raises(InputError, match=r"mnist\.npz has the keys .*; expected x_train"):
        load("mnist")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"target_train": WANTED / 255}, "facades: x_train must hold uint8"),
        ({"input_test": ASKED[:2] / 255}, "inputs of facades: x_test must hold uint8"),
        ({"input_train": ASKED[:5]}, "facades: 5 inputs but 6 targets to train with"),
        ({"input_train": ASKED[:, :2], "input_test": ASKED[:2, :2]}, "one height and one width"),
    ],
    ids=["floats", "float inputs", "an input too few", "inputs of another size"],
)
def test_an_archive_whose_arrays_are_no_pairs_is_refused(mirror, changed, message):
    np.savez(mirror / "facades.npz", **ARRAYS | changed)
    with pytest.raises(InputError, match=message):
        load("facades")


def test_pairs_have_no_class_to_ask_for():
    with pytest.raises(InputError, match="two kinds, and no class 'window' of both"):
        load("facades:window")
    assert class_names("facades") == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("facades", "faces_toy_outlines"),
        ("emoji", "shapes_outlines"),
        ("unpaired:emoji", "unpaired:shapes_outlines"),
        ("unpaired:street_digits|mnist", "unpaired:street_digits|glyphs"),
        ("unpaired:cifar10:horse|cifar10:deer", "unpaired:shapes|shapes"),
        ("unpaired:folder:a|mnist", "unpaired:folder:a|glyphs"),
        ("unpaired:folder:a|folder:b", "unpaired:folder:a|folder:b"),
        ("folder:a|b", "folder:a|b"),
    ],
)
def test_two_kinds_of_images_have_stand_ins(name, expected):
    assert stand_in(name) == expected


@pytest.mark.parametrize(
    ("name", "shape"), [("shapes_outlines", (32, 32, 3)), ("faces_toy_outlines", (128, 128, 3))]
)
def test_embedded_pairs_have_the_shape_of_what_they_stand_in_for(name, shape):
    make = {"shapes_outlines": outlines.of_shapes, "faces_toy_outlines": outlines.of_faces}[name]
    inputs, targets = make(3, seed=0)
    assert inputs.shape == targets.shape == (3, *shape)
    assert inputs.dtype == targets.dtype == np.uint8


def test_pairs_that_cannot_be_had_name_their_stand_in(mirror, monkeypatch):
    def offline():
        raise OSError("no route")

    (mirror / "facades.npz").unlink()
    monkeypatch.setitem(DATASETS, "facades", replace(DATASETS["facades"], fetch=offline))
    with pytest.raises(DatasetUnavailable, match=r"put facades\.npz .*'faces_toy_outlines'"):
        load("facades", (64, 64, 3))


# Pairs made of two folders


def put(folder, **images):
    for name, pixels in images.items():
        file = folder / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        suffix = "" if file.suffix else ".png"
        Image.fromarray(pixels).save(f"{file}{suffix}")


@pytest.fixture
def folders(tmp_path):
    return tmp_path / "a", tmp_path / "b"


def load_pairs(folders, image_shape=None):
    return load(f"folder:{folders[0]}|{folders[1]}", image_shape)


def test_two_folders_are_matched_by_the_paths_of_their_files(folders):
    put(folders[0], x=ASKED[0], deep__y=ASKED[1])
    put(folders[1], deep__y=WANTED[1], x=WANTED[0])
    found = load_pairs(folders)
    assert isinstance(found, Pairs) and found.name == f"folder:{folders[0]}|{folders[1]}"
    np.testing.assert_array_equal(found.inputs.x_train, ASKED[[1, 0]])  # deep/y, x
    np.testing.assert_array_equal(found.x_train, WANTED[[1, 0]])
    assert found.source == f"inputs from {folders[0]}; targets from {folders[1]}"
    assert found.x_test is None


def test_partners_may_have_another_suffix_and_so_another_order(folders):
    put(folders[0], **{"a.b.png": ASKED[0], "a.jpeg.png": ASKED[1]})
    for name, pixels in (("a.b.PNG", WANTED[0]), ("a.jpeg.bmp", WANTED[1]), ("a.bmp", WANTED[2])):
        put(folders[1], **{name: pixels})
    put(folders[0], **{"a.tif": ASKED[2]})
    found = load_pairs(folders)
    # in the order of the inputs: a.b.png, a.jpeg.png, a.tif; of the targets: a.b.PNG, a.bmp, ...
    np.testing.assert_array_equal(found.inputs.x_train, ASKED[:3])
    np.testing.assert_array_equal(found.x_train, WANTED[:3])


def test_files_without_a_partner_are_named(folders):
    put(folders[0], x=ASKED[0], only_a=ASKED[1])
    put(folders[1], x=WANTED[0], only_b=WANTED[1])
    with pytest.raises(InputError) as error:
        load_pairs(folders)
    said = str(error.value)
    assert "2 image(s) without a partner" in said
    assert str(folders[0] / "only_a.png") in said and str(folders[1] / "only_b.png") in said
    assert "x.png" not in said and "add the partners" in said


def test_of_many_files_without_a_partner_ten_are_named_and_the_others_counted(folders):
    put(folders[0], **{f"n{number:02}": ASKED[0] for number in range(13)})
    put(folders[1], n00=WANTED[0])
    with pytest.raises(InputError, match=r"12 image.* and 2 more") as error:
        load_pairs(folders)
    assert str(error.value).count(".png") == 10


def test_two_files_of_one_name_are_refused(folders):
    put(folders[0], x=ASKED[0])
    put(folders[1], x=WANTED[0])
    put(folders[1], **{"x.bmp": WANTED[1]})
    with pytest.raises(InputError, match=r"b/x\.bmp and .*b/x\.png have one name but for the suf"):
        load_pairs(folders)


def test_folders_of_different_sizes_become_squares_of_the_shortest_side_of_all(folders):
    put(folders[0], x=ASKED[0], y=ASKED[1])
    put(folders[1], x=RNG.integers(0, 256, (3, 5, 3)).astype(np.uint8), y=WANTED[1])
    found = load_pairs(folders)
    assert found.image_shape == found.inputs.image_shape == (3, 3, 3)


def test_folders_are_brought_to_the_size_asked_for(folders):
    put(folders[0], x=ASKED[0])
    put(folders[1], x=WANTED[0])
    found = load_pairs(folders, (4, 8, 3))
    np.testing.assert_array_equal(found.x_train, WANTED[:1])
    np.testing.assert_array_equal(found.inputs.x_train, ASKED[:1])
    small = load_pairs(folders, (2, 2, 3))
    assert small.image_shape == small.inputs.image_shape == (2, 2, 3)


def test_inputs_are_grey_only_where_the_targets_are(folders):
    put(folders[0], x=ASKED[0])
    put(folders[1], x=WANTED[0])
    assert load_pairs(folders, (4, 8, 1)).inputs.image_shape == (4, 8, 1)
    assert load_pairs(folders, (4, 8, 3)).inputs.image_shape == (4, 8, 3)


def test_a_broken_image_of_a_pair_is_named_as_of_any_folder(folders):
    put(folders[0], x=ASKED[0])
    folders[1].mkdir()
    (folders[1] / "x.png").write_bytes(b"no image")
    with pytest.raises(InputError, match=r"b/x\.png cannot be read as an image"):
        load_pairs(folders)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("folder:", "'folder:' does not name one or two; write folder:PATH, or folder:A"),
        ("folder:a|", "does not name one or two"),
        ("folder:|a", "does not name one or two"),
        ("folder:a|b|c", "does not name one or two"),
        ("folder:/no/such|/folder", "/no/such is not a folder"),
        ("mnist|glyphs", "'mnist|glyphs' is no dataset; .* written unpaired:A|B"),
        ("unpaired:", "'unpaired:' does not name one or two; write unpaired:A|B for two"),
        ("unpaired:mnist|", "does not name one or two"),
        ("unpaired:a|b|c", "does not name one or two"),
        ("unpaired:mnist", "'mnist' is one set, not pairs; .* as in unpaired:mnist|NAME"),
        ("unpaired:folder:a", "'folder:a' is one set, not pairs"),
        ("unpaired:facades|mnist", "'facades' holds pairs; write unpaired:facades alone"),
        ("unpaired:unpaired:facades", "is unpaired twice"),
        ("unpaired:mnsit|mnist", "unknown dataset 'mnsit'; did you mean 'mnist'"),
        ("unpaired:folder:a|b", "unknown dataset 'b'.* second folder is written folder:b"),
        ("unpaired:mnist|shapes", "inputs of .4, 8, 1., targets of .32, 32, 3.; both need one"),
    ],
)
def test_a_name_of_a_wrong_form_says_how_to_write_it(name, message):
    with pytest.raises(InputError, match=message.replace("|", r"\|")):
        load(name)


# Two sets without pairs


def test_two_sets_keep_their_images_and_labels():
    found = load("unpaired:mnist|cifar10")
    assert isinstance(found, Unpaired) and found.name == "unpaired:mnist|cifar10"
    assert not found.truth
    np.testing.assert_array_equal(found.inputs.x_train[..., 0], ASKED[:5, ..., 0])
    np.testing.assert_array_equal(found.inputs.y_train, np.arange(5))
    np.testing.assert_array_equal(found.x_train, WANTED[:4])
    np.testing.assert_array_equal(found.y_train, [7, 0, 7, 2])
    assert len(found.inputs.x_test) == 3 and found.x_test is None
    assert found.inputs.names == tuple("0123456789") and found.names[7] == "horse"
    assert found.source == "inputs from the mirror folder; targets from the mirror folder"


def test_the_class_names_of_two_sets_are_those_of_the_targets():
    assert class_names("unpaired:cifar10|mnist") == tuple("0123456789")
    assert class_names("unpaired:facades") == class_names("unpaired:mnist|cifar10:horse") == ()
    assert class_names("folder:a|b") == ()


def test_both_sets_shrink_to_the_height_and_width_asked_for():
    found = load("unpaired:cifar10|mnist", (2, 4, 1))
    np.testing.assert_allclose(found.inputs.x_train, halves(WANTED[:4]), rtol=0, atol=0.5)
    np.testing.assert_allclose(found.x_train, halves(ASKED[:5, ..., :1]), rtol=0, atol=0.5)


def test_only_the_side_that_is_too_large_shrinks(mirror):
    np.savez(mirror / "mnist.npz", x_train=halves(ASKED)[..., 0].astype(np.uint8))
    found = load("unpaired:cifar10|mnist", (2, 4, 1))
    assert found.inputs.image_shape == (2, 4, 3) and found.image_shape == (2, 4, 1)


def test_one_class_of_a_set_can_be_a_side():
    found = load("unpaired:cifar10:horse|mnist")
    np.testing.assert_array_equal(found.inputs.x_train, WANTED[[0, 2]])


def test_two_folders_need_no_common_names_without_pairs(folders):
    put(folders[0], x=ASKED[0], y=ASKED[1])
    put(folders[1], z=WANTED[0])
    name = f"unpaired:folder:{folders[0]}|folder:{folders[1]}"
    found = load(name)
    np.testing.assert_array_equal(found.inputs.x_train, ASKED[:2])
    np.testing.assert_array_equal(found.x_train, WANTED[:1])
    grey = load(name, (2, 2, 1))
    assert grey.inputs.image_shape == grey.image_shape == (2, 2, 1)


def test_parted_pairs_have_no_partners_in_training_and_all_in_the_test():
    found, whole = load("unpaired:facades"), load("facades")
    assert isinstance(found, Unpaired) and found.truth and found.name == "unpaired:facades"
    places = [
        [int(np.flatnonzero((known == one).all(axis=(1, 2, 3)))[0]) for one in part]
        for part, known in ((found.inputs.x_train, ASKED), (found.x_train, WANTED))
    ]
    assert sorted(places[0] + places[1]) == [0, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(found.x_test, whole.x_test)
    np.testing.assert_array_equal(found.inputs.x_test, whole.inputs.x_test)


def test_parted_pairs_shrink_as_the_pairs_do():
    found = load("unpaired:facades", (2, 4, 3))
    assert found.image_shape == found.inputs.image_shape == (2, 4, 3)


def test_an_embedded_set_of_pairs_is_parted_without_a_mirror(monkeypatch):
    monkeypatch.delenv("GAN_COURSE_DATA")
    few = {key: array.copy() for key, array in ARRAYS.items()}
    changed = replace(DATASETS["shapes_outlines"], fetch=lambda: few)
    monkeypatch.setitem(DATASETS, "shapes_outlines", changed)
    assert len(load("unpaired:shapes_outlines").x_train) == 3


# Line drawings


def test_a_slope_is_that_of_sobel_in_the_channel_that_changes_most():
    pictures = RNG.integers(0, 256, (3, 9, 7, 3)).astype(np.uint8)
    planes = np.moveaxis(pictures, -1, 1).astype(float)
    # SciPy does not divide by the sum of its kernel's weights, times two pixels
    down, right = (
        np.array(
            [[ndimage.sobel(plane, axis, mode="nearest") / 8 for plane in one] for one in planes]
        )
        for axis in (0, 1)
    )
    expected = np.hypot(down, right).max(axis=1)
    np.testing.assert_allclose(outlines.slopes(pictures), expected, rtol=1e-4, atol=1e-3)


def test_a_drawing_is_black_beside_a_step_and_white_elsewhere_whatever_the_colours():
    step = np.full((2, 6, 8, 3), 90, np.uint8)
    step[0, :, 4:] = (90, 160, 90)
    step[1, :, 4:] = (20, 90, 90)
    expected = np.full((2, 6, 8, 3), 255)
    expected[:, :, 3:5] = 0
    np.testing.assert_array_equal(outlines.drawings(step), expected)


def test_gentle_slopes_are_shading_and_no_lines():
    ramp = np.zeros((1, 6, 16, 3), np.uint8)
    ramp += np.arange(0, 128, 8, dtype=np.uint8)[:, None]  # of 8 levels a pixel
    assert (outlines.drawings(ramp) == 255).all()


def test_targets_of_shapes_are_the_shapes():
    drawings, pictures = outlines.of_shapes(40, seed=5)
    np.testing.assert_array_equal(pictures, shapes.make(40, seed=5)[0])
    np.testing.assert_array_equal(drawings, outlines.drawings(pictures))


def test_large_faces_are_the_faces_of_faces_toy_painted_finer():
    _, large = outlines.of_faces(20, seed=5)
    small, _ = faces_toy.make(20, seed=5)
    difference = np.abs(halves(large) - small)
    assert difference.mean() < 1.5  # levels; measured 1.0, from lids and frames
    blown_up = small.repeat(2, axis=1).repeat(2, axis=2)
    assert np.abs(np.float32(large) - blown_up).mean() > 1  # more than each pixel twice


@pytest.mark.parametrize("make", [outlines.of_shapes, outlines.of_faces])
def test_a_drawing_is_lines_on_paper_also_at_half_its_size(make):
    drawings, _ = make(30, seed=6)
    for pictures in (drawings, halves(drawings)):
        paper, dark = (pictures > 250).mean(axis=(1, 2, 3)), (pictures < 64).mean(axis=(1, 2, 3))
        assert paper.min() > 0.5 and dark.min() > 0.01 and dark.max() < 0.35


@pytest.mark.parametrize("make", [outlines.of_shapes, outlines.of_faces])
def test_the_chunk_size_and_a_second_call_leave_drawings_as_they_are(make, monkeypatch):
    whole = make(9, seed=4)
    for module in (outlines, shapes, faces_toy):
        monkeypatch.setattr(module, "CHUNK", 4)
    for one, again in zip(whole, make(9, seed=4), strict=True):
        np.testing.assert_array_equal(one, again)
