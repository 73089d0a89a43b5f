"""Features: coordinates, a classifier that is trained once, and a network of Keras's."""

import contextlib
import io
import os
import zlib
from dataclasses import replace
from functools import partial

import e2e
import numpy as np
import pytest

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.data import ImageSet, load
from gan_course.measures.features import (
    Classifier,
    Coordinates,
    Inception,
    classifier,
    classifier_of,
    features_for,
    inception,
)
from gan_course.measures.features.tasks import Task, examples, task_of

# Keras, when it reads a file of weights
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

short = partial(classifier_of, steps=30)  # instead of many hundreds


def pictures(count, seed, shape=(8, 8, 1)):
    """Noise that is brighter in the upper half (class 0) or in the lower half (class 1)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    images = rng.integers(0, 120, (count, *shape))
    half = shape[0] // 2
    images[labels == 0, :half] += 130
    images[labels == 1, half:] += 130
    return images.astype(np.uint8), labels


def upright(count, seed, shape=(8, 8, 1)):
    """Noise that is always brighter in the upper half."""
    images, labels = pictures(count, seed, shape)
    images[labels == 1] = images[labels == 1, ::-1]
    return images


def labelled(name="toy", test=True):
    """Two classes; every eighth label of the test images is wrong, so nobody can be right on it."""
    unseen, labels = pictures(80, seed=2)
    labels[::8] = 1 - labels[::8]
    tests = dict(x_test=unseen, y_test=labels) if test else {}
    x_train, y_train = pictures(203, seed=1)
    return ImageSet(name, x_train, y_train, names=("upper", "lower"), **tests)


def weights(found):
    return [variable.numpy() for variable in found.model.variables]


def same_weights(one, other):
    return e2e.same_bits(weights(one), weights(other))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder."""
    monkeypatch.setenv("GAN_COURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "classifiers"


@pytest.fixture
def learnt(cache, monkeypatch):
    """What classifiers would learn from, images and labels: nothing is trained."""
    tasks = []
    monkeypatch.setattr(classifier, "fit", lambda model, x, y, steps: tasks.append((x, y)))
    return tasks


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A trained classifier, the cache folder that it is in, and what was printed."""
    folder, printed = tmp_path_factory.mktemp("kept"), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setenv("GAN_COURSE_CACHE", str(folder))
        found = short(labelled())
    return found, folder, printed.getvalue()


@pytest.fixture
def copied(cache, kept):
    """The file of the trained classifier, in the cache folder of this test."""
    (whole,) = (kept[1] / "classifiers").iterdir()
    cache.mkdir(parents=True)
    copy = cache / whole.name
    copy.write_bytes(whole.read_bytes())
    return copy


# Coordinates


def test_points_of_the_plane_are_their_own_features():
    images = np.array([[0, 255], [51, 204], [255, 0]], np.uint8).reshape(3, 1, 2, 1)
    expected = [[-1, 1], [-0.6, 0.6], [1, -1]]  # 51 / 127.5 = 0.4
    np.testing.assert_allclose(Coordinates()(images), expected, atol=1e-12)


def test_coordinates_tell_no_classes_apart():
    assert Coordinates().names == ()
    assert str(Coordinates()) == "the coordinates of the points"


# The choice


@pytest.mark.parametrize("name", ["ring", "grid", "ring:45°"])
def test_points_are_compared_by_their_coordinates(name):
    assert features_for(load(name)) == Coordinates()


def test_images_are_compared_by_a_classifier_of_their_classes(learnt):
    found = features_for(labelled())
    assert isinstance(found, Classifier) and found.names == ("upper", "lower")
    np.testing.assert_array_equal(learnt[0][0], labelled().x_train)


@pytest.fixture
def digits(tmp_path, monkeypatch):
    """A mirror whose `mnist` is twelve images of each of ten classes, one grey level a class."""
    x_train = np.repeat(np.arange(10), 12)[:, np.newaxis, np.newaxis] * np.ones((8, 8))
    arrays = dict(x_train=(20 * x_train).astype(np.uint8), y_train=np.repeat(np.arange(10), 12))
    np.savez(tmp_path / "mnist.npz", **arrays)
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path))


def test_one_class_is_compared_by_the_classifier_of_the_whole_set(learnt, digits):
    found = features_for(load("mnist:7"))
    assert found.names == tuple("0123456789")
    assert found.task == "the 10 classes of mnist"
    images, labels = learnt[0]
    assert len(images) == 108 and set(labels) == set(range(10))
    assert found.fingerprint == features_for(load("mnist")).fingerprint
    assert len(learnt) == 1  # the second time it is in the cache


def test_one_class_of_shrunk_images_is_compared_by_a_classifier_of_that_size(learnt, digits):
    found = features_for(load("mnist:7", (4, 4, 1)))
    assert found(load("mnist:3", (4, 4, 1)).x_train).shape == (12, 64)
    assert learnt[0][0].shape == (108, 4, 4, 1)


def test_a_folder_is_no_class_of_a_set(learnt):
    found = features_for(ImageSet("folder:~/cats", upright(30, 0)))
    assert found.task == "turned folder:~/cats"


# What a classifier learns from


def learnt_of(data):
    """The images and labels that a classifier of that set learns from."""
    return examples(data, task_of(data))[0]


def test_all_training_images_are_learnt_where_there_are_test_images():
    images, labels = learnt_of(labelled())
    np.testing.assert_array_equal(images, labelled().x_train)
    np.testing.assert_array_equal(labels, labelled().y_train)


@pytest.mark.parametrize("x_test", [None, pictures(9, 5)[0]], ids=["none", "without labels"])
def test_nine_tenths_of_the_training_images_are_learnt_without_labelled_test_images(x_test):
    images, labels = pictures(203, 1)
    learnt = learnt_of(ImageSet("toy", images, labels, x_test, names=("upper", "lower")))
    seen = {image.tobytes() for image in learnt[0]}
    assert len(learnt[0]) == 203 - 20
    assert sum(image.tobytes() not in seen for image in images) == 20
    known = dict(zip([image.tobytes() for image in images], labels, strict=True))
    assert [known[image.tobytes()] for image in learnt[0]] == list(learnt[1])


def turned_by_hand(image, quarters):
    """Counter-clockwise: the last column becomes the first row."""
    for _ in range(quarters):
        image = np.stack([image[:, column] for column in reversed(range(image.shape[1]))])
    return image


@pytest.mark.parametrize(
    ("shape", "quarters"), [((6, 6, 3), (0, 1, 2, 3)), ((4, 6, 1), (0, 2)), ((6, 4, 3), (0, 2))]
)
def test_images_without_labels_are_learnt_at_every_turn_that_keeps_their_shape(shape, quarters):
    images = np.random.default_rng(0).integers(0, 256, (40, *shape)).astype(np.uint8)
    data = ImageSet("toy", images)
    assert task_of(data) == Task("turned toy", len(quarters))
    all_turns = [
        {(turned_by_hand(image, quarter).tobytes(), turn) for turn, quarter in enumerate(quarters)}
        for image in images
    ]
    learnt_images, turns = learnt_of(data)
    pairs = [(i.tobytes(), t) for i, t in zip(learnt_images, turns.tolist(), strict=True)]
    seen = [turns for turns in all_turns if turns & set(pairs)]
    # four of the forty are kept unseen, at all their turns
    assert len(seen) == 36 and set(pairs) == set().union(*seen)
    assert len(pairs) == 36 * len(quarters)


@pytest.mark.parametrize("names", [(), ("cats",)], ids=["no names", "one name"])
def test_labels_that_tell_nothing_apart_are_not_learnt(names):
    data = ImageSet("toy", upright(30, 0), np.zeros(30, int), names=names)
    assert task_of(data).names == ()
    assert set(learnt_of(data)[1]) == {0, 1, 2, 3}


def test_a_very_large_set_without_labels_is_thinned_evenly():
    numbers = np.arange(44_001)  # the three nearest are 80 grey levels apart, far ones up to 79
    levels = 80 * (numbers % 3) + numbers * 80 // 44_001
    images = np.repeat(levels, 4).reshape(-1, 2, 2).astype(np.uint8)
    learnt, _ = learnt_of(ImageSet("toy", images))
    # every third is 14,667 images; a tenth of these is kept unseen; the others at four turns
    assert len(learnt) == 4 * (14_667 - 1_466)
    counts = np.bincount(learnt[:, 0, 0, 0], minlength=240)
    assert (counts[80:] == 0).all()
    np.testing.assert_allclose(counts[:80], len(learnt) / 80, rtol=0.2)


# What it is worth


def test_the_accuracy_is_the_share_of_test_images_whose_class_it_predicts(kept):
    found, data = kept[0], labelled()
    right = found.look(data.x_test)[1] == data.y_test
    assert found.accuracy == right.mean()
    # ten of the eighty labels are wrong, and the two classes are easy to tell apart
    assert found.accuracy == pytest.approx(70 / 80, abs=1.5 / 80)


def test_without_test_images_the_accuracy_is_that_on_a_tenth_kept_unseen():
    data = labelled(test=False)
    (images, _), (unseen, _) = examples(data, task_of(data))
    assert (len(images), len(unseen), len(data.x_train)) == (183, 20, 203)
    assert sorted(i.tobytes() for i in np.concatenate([images, unseen])) == sorted(
        image.tobytes() for image in data.x_train
    )


def test_labels_that_come_in_an_order_leave_no_class_unlearnt():
    labels = np.arange(200) % 10  # a tenth at even steps would be one whole class
    images = np.repeat(labels * 25, 64).reshape(200, 8, 8, 1).astype(np.uint8)
    data = ImageSet("toy", images, labels, names=tuple("0123456789"))
    assert set(learnt_of(data)[1]) == set(range(10))


def test_other_labels_of_the_same_images_make_another_classifier(learnt, cache):
    data = labelled()
    short(data)
    short(data)
    assert len(learnt) == 1
    short(replace(data, y_train=1 - data.y_train))
    short(replace(data, y_test=1 - data.y_test))
    short(replace(data, names=data.names[::-1]))
    short(ImageSet(data.name, data.x_train))
    assert len(learnt) == 5


def test_too_few_images_are_refused(cache):
    with pytest.raises(InputError, match=r"^'few' has 19 training images, .* it takes 20$"):
        short(ImageSet("few", upright(19, 0)))


def test_a_label_without_a_name_is_refused(cache):
    labels = np.arange(30) % 3
    with pytest.raises(InputError, match=r"^'toy' has labels up to 2, but 2 names; "):
        short(ImageSet("toy", upright(30, 0), labels, names=("up", "down")))


def test_a_set_of_one_s_own_with_a_colon_in_its_name_is_its_own_set(learnt, cache):
    found = features_for(ImageSet("my:set", upright(30, 0)))
    assert found.task == "turned my:set"


def test_the_turns_of_images_with_a_clear_top_are_told_apart(cache):
    found = short(ImageSet("toy", upright(200, 3)))
    assert found.accuracy == pytest.approx(1, abs=0.05)
    unseen = upright(50, 4)
    for turn in range(4):
        seen = found.look(np.stack([turned_by_hand(image, turn) for image in unseen]))[1]
        assert (seen == turn).mean() == pytest.approx(1, abs=0.05)


def test_the_turns_of_images_without_a_top_cannot_be_told_apart(cache):
    greys = np.random.default_rng(0).integers(0, 256, (200, 1, 1, 1)).astype(np.uint8)
    found = short(ImageSet("toy", np.tile(greys, (1, 8, 8, 1))))
    # whatever it says of an image, it says of all four turns, a tie apart that rounding decides
    assert found.accuracy == pytest.approx(1 / 4, abs=0.02)


def test_images_that_are_not_square_are_turned_upside_down(cache):
    found = short(ImageSet("toy", upright(200, 3, (6, 9, 3))))
    assert found.accuracy == pytest.approx(1, abs=0.05)
    unseen = upright(30, 4, (6, 9, 3))
    assert (found.look(unseen)[1] == 0).all() and (found.look(unseen[:, ::-1])[1] == 1).all()


def test_a_classifier_says_what_it_is_and_how_good(kept):
    found = kept[0]
    assert str(found) == (
        "64 features of a classifier of the 2 classes of toy, right on "
        f"{100 * found.accuracy:.1f}% of unseen images (fingerprint {found.fingerprint})"
    )


def test_the_fingerprint_is_a_checksum_of_all_weights(kept):
    joined = b"".join(array.tobytes() for array in weights(kept[0]))
    assert kept[0].fingerprint == f"{zlib.crc32(joined):08x}"


# Its features


def test_features_are_the_last_hidden_layer(kept):
    found, images = kept[0], labelled().x_test
    features, classes = found.look(images)
    assert features.shape == (80, 64) and features.dtype == np.float32
    by_shape = {array.shape: array for array in weights(found)}
    logits = features @ by_shape[64, 2] + by_shape[2,]
    np.testing.assert_array_equal(logits.argmax(axis=1), classes)
    np.testing.assert_array_equal(found(images), features)


def test_features_agree_with_keras_on_images_between_minus_one_and_one(kept):
    found, images = kept[0], labelled().x_test
    expected = found.model.predict(images / np.float32(127.5) - 1, verbose=0)[0]
    np.testing.assert_allclose(found(images), expected, atol=1e-5)
    assert expected.min() == 0 and expected.std() > 0.05


@pytest.mark.parametrize("batch", [1, 7, 79, 80, 500])
def test_the_batch_size_does_not_change_features(kept, batch):
    found, images = kept[0], labelled().x_test
    features, classes = found.look(images, batch)
    np.testing.assert_allclose(features, found(images), atol=1e-5)
    np.testing.assert_array_equal(classes, found.look(images)[1])


def test_the_order_of_images_does_not_change_their_features(kept):
    found, images = kept[0], labelled().x_test
    order = np.random.default_rng(0).permutation(80)
    np.testing.assert_allclose(found(images[order]), found(images)[order], atol=1e-5)


def test_more_images_than_a_batch_has_all_get_features(kept):
    images = np.tile(labelled().x_test, (7, 1, 1, 1))[:507]
    expected = np.tile(kept[0](labelled().x_test), (7, 1))[:507]
    np.testing.assert_allclose(kept[0](images), expected, atol=1e-5)


def test_images_mapped_from_a_file_have_the_same_features(kept, tmp_path):
    np.save(tmp_path / "images.npy", labelled().x_test)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    np.testing.assert_array_equal(kept[0](mapped), kept[0](labelled().x_test))


@pytest.mark.parametrize(
    ("images", "got"),
    [
        (np.zeros((3, 8, 8, 3), np.uint8), "uint8 of (8, 8, 3)"),
        (np.zeros((3, 8, 8), np.uint8), "uint8 of (8, 8)"),
        (np.zeros((3, 9, 8, 1), np.uint8), "uint8 of (9, 8, 1)"),
        (np.zeros((3, 8, 8, 1), np.float32), "float32 of (8, 8, 1)"),
        (np.zeros((3, 8, 8, 1), np.int64), "int64 of (8, 8, 1)"),
    ],
)
def test_other_images_are_refused_with_their_type_and_size(kept, images, got):
    expected = "a classifier of the 2 classes of toy takes uint8 images of (8, 8, 1)"
    with pytest.raises(InputError) as error:
        kept[0](images)
    assert str(error.value) == f"{expected}, got {got}"


# The cache


def test_the_first_training_says_what_it_is_for(kept):
    (line,) = kept[2].splitlines()
    assert line.startswith("Training a classifier of the 2 classes of toy to measure with, once, ")


def test_the_second_time_the_classifier_is_read_from_the_cache(kept, copied, learnt, capsys):
    before = copied.read_bytes(), copied.stat().st_mtime_ns
    again = short(labelled())
    assert capsys.readouterr().out == "" and learnt == []
    assert same_weights(again, kept[0]) and again.accuracy == kept[0].accuracy
    assert again.names == kept[0].names and str(again) == str(kept[0])
    assert (copied.read_bytes(), copied.stat().st_mtime_ns) == before


def test_features_from_the_cache_are_those_after_training(kept, copied):
    images = labelled().x_test
    np.testing.assert_array_equal(short(labelled())(images), kept[0](images))


def test_another_cache_folder_gets_the_same_weights(kept, cache, capsys):
    assert same_weights(short(labelled()), kept[0])
    assert capsys.readouterr().out == kept[2]
    assert [file.name for file in cache.iterdir()] == os.listdir(kept[1] / "classifiers")


def test_a_network_of_one_s_own_is_taught_the_same_and_kept_beside_the_course_s(cache, kept):
    found = short(labelled(), body=("Conv 4 k5 s2 tanh", "Flatten", "Dense 9 tanh"))
    images, labels = pictures(200, seed=5)
    seen, named = found.look(images)
    assert seen.shape == (200, 9) and np.abs(seen).max() <= 1
    assert (named == labels).mean() > 0.9
    assert str(found).startswith("9 features of a classifier of the 2 classes of toy")
    assert found.fingerprint != kept[0].fingerprint
    assert short(labelled(), body=("Flatten", "Dense 9 tanh")).fingerprint != found.fingerprint
    assert len(list(cache.iterdir())) == 2


def test_other_data_are_not_measured_by_the_kept_classifier(kept, copied, learnt):
    images, labels = pictures(203, seed=9)
    others = [
        labelled("other name"),
        ImageSet("toy", images, labels, names=("upper", "lower")),
        ImageSet("toy", labelled().x_train[:100]),
        ImageSet("toy", pictures(203, 1)[0][:, :, :6], labels, names=("upper", "lower")),
    ]
    for data in others:
        assert short(data).fingerprint != kept[0].fingerprint
    assert len(learnt) == 4 and len(list(copied.parent.iterdir())) == 5


def shorter(file):
    file.write_bytes(file.read_bytes()[:-40])


def half(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flipped(file):
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)


def empty(file):
    file.write_bytes(b"")


def no_archive(file):
    file.write_text("my essay")


def rewritten(change):
    def rewrite(file):
        with np.load(file) as archive:
            arrays = dict(archive)
        change(arrays)
        np.savez(file, **arrays)

    return rewrite


def of_another_shape(arrays):
    arrays["02"] = np.repeat(arrays["02"], 2)


def transposed(arrays):
    matrix = next(name for name, array in arrays.items() if array.ndim == 2)
    arrays[matrix] = arrays[matrix].T


DAMAGES = {
    "shorter": shorter,
    "half": half,
    "flipped bit": flipped,
    "empty": empty,
    "no archive": no_archive,
    "no accuracy": rewritten(lambda arrays: arrays.pop("accuracy")),
    "a weight missing": rewritten(lambda arrays: arrays.pop("03")),
    "a longer weight": rewritten(of_another_shape),
    "a transposed weight": rewritten(transposed),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_written_anew(kept, copied, learnt, capsys, damage):
    damage(copied)
    damaged = copied.read_bytes()
    anew = short(labelled())
    assert len(learnt) == 1 and capsys.readouterr().out == kept[2]
    assert copied.read_bytes() != damaged and len(list(copied.parent.iterdir())) == 1
    assert same_weights(short(labelled()), anew) and len(learnt) == 1


def test_after_damage_the_weights_are_those_of_the_first_training(kept, copied):
    transposing = rewritten(transposed)
    transposing(copied)  # no weight of the file may be taken over before all are known to fit
    assert same_weights(short(labelled()), kept[0])


@pytest.mark.parametrize("place", ["cache", "cache/classifiers"])
def test_a_file_in_place_of_a_folder_is_refused_and_kept(learnt, tmp_path, place):
    file = tmp_path / place
    file.parent.mkdir(exist_ok=True)
    file.write_text("my essay")
    with pytest.raises(
        InputError, match=r"^cannot keep a classifier in .*classifiers: .*GAN_COURSE_CACHE"
    ):
        short(labelled())
    assert file.read_text() == "my essay"


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="needs the read-only folder /proc")
def test_a_place_where_nobody_may_write_is_refused(learnt, monkeypatch):
    monkeypatch.setenv("GAN_COURSE_CACHE", "/proc/cache")
    with pytest.raises(InputError, match=r"^cannot keep a classifier in /proc/cache/classifiers: "):
        short(labelled())


# Inception


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """InceptionV3 with random weights, large enough that images differ, and the file of these."""
    keras.utils.set_random_seed(1)
    model = keras.applications.InceptionV3(include_top=False, weights=None, pooling="avg")
    for variable in model.trainable_variables:
        if variable.value.shape.rank == 4:
            variable.assign(1.7 * variable)
    file = tmp_path_factory.mktemp("inception") / "inception.weights.h5"
    model.save_weights(file)
    return model, file


@pytest.fixture(scope="module")
def loaded(network):
    return inception(str(network[1]))


@pytest.mark.parametrize("shape", [(12, 10, 1), (9, 14, 3)], ids=["grey", "colour"])
def test_inception_agrees_with_the_preprocessing_of_keras(network, loaded, shape):
    images = np.random.default_rng(0).integers(0, 256, (2, *shape)).astype(np.uint8)
    colour = np.concatenate([images] * 3, axis=3) if shape[2] == 1 else images
    large = tf.image.resize(colour, (299, 299)).numpy()
    expected = network[0](keras.applications.inception_v3.preprocess_input(large)).numpy()
    found = loaded(images, batch=1)
    assert found.shape == (2, 2048) and found.dtype == np.float32
    assert expected.std(axis=0).mean() > 0.02 * expected.mean() > 0  # the images differ
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4 * expected.max())


def test_inception_tells_its_weights_and_no_classes(network, loaded):
    joined = b"".join(variable.numpy().tobytes() for variable in network[0].variables)
    assert loaded.fingerprint == f"{zlib.crc32(joined):08x}"
    assert isinstance(loaded, Inception) and loaded.names == ()
    assert loaded.fingerprint in str(loaded)


def assert_refused(weights, reason):
    with pytest.raises(InputError) as error:
        inception(weights)
    message = str(error.value)
    assert message.startswith(f"the weights {weights!r} of InceptionV3 cannot be had ({reason}")
    assert message.endswith(
        "connect to the internet once, or give the path of a copy (`--features FILE.h5` on the "
        "command line, `inception(weights=FILE)` in Python), or use the course's own features"
    )
    assert "\n" not in message


def test_without_a_network_inception_names_the_ways_out(monkeypatch):
    def no_network(*args, **kwargs):
        raise Exception(
            "URL fetch failure on https://storage.googleapis.com/...: None -- [Errno -2]"
        )

    module = keras.src.applications.inception_v3
    monkeypatch.setattr(module.file_utils, "get_file", no_network)
    assert_refused("imagenet", "URL fetch failure on https://storage.googleapis.com/")


def test_a_damaged_file_of_weights_is_refused(network, tmp_path):
    damaged = tmp_path / "inception.weights.h5"
    damaged.write_bytes(network[1].read_bytes()[:1_000_000])
    assert_refused(str(damaged), "Unable to ")


def keras_is_not_asked(monkeypatch):
    def asked(*args, **kwargs):
        raise AssertionError("Keras was asked")

    monkeypatch.setattr(keras.applications, "InceptionV3", asked)


def test_weights_that_do_not_exist_are_refused_before_keras_is_asked(monkeypatch, tmp_path):
    keras_is_not_asked(monkeypatch)
    assert_refused("/nowhere/inception.weights.h5", "there is no such file)")
    assert_refused("imagenett", "there is no such file)")
    assert_refused(str(tmp_path), "it is no file)")


def test_the_home_folder_may_be_a_tilde_in_the_path_of_the_weights(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "copy.h5").write_bytes(b"")
    asked = []
    monkeypatch.setattr(keras.applications, "InceptionV3", lambda **given: asked.append(given))
    inception("~/copy.h5")
    assert asked[0]["weights"] == str(tmp_path / "copy.h5")
    keras_is_not_asked(monkeypatch)
    with pytest.raises(InputError, match=f"the weights '{tmp_path}/other.h5' of InceptionV3"):
        inception("~/other.h5")
