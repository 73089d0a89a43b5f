"""Downloads, through the real Keras and scikit-learn, from a server or a folder of the test."""

import functools
import hashlib
import io
import json
import sys
import tarfile
import threading
import urllib.error
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from gan_course.base.backend import keras
from gan_course.base.errors import DatasetUnavailable, InputError
from gan_course.data import Pairs, downloads, load, paired_downloads

RNG = np.random.default_rng(4)
X = RNG.integers(0, 256, (5, 6, 7)).astype(np.uint8)
Y = np.array([3, 1, 4, 1, 5])


@pytest.fixture(autouse=True)
def no_mirror(monkeypatch):
    monkeypatch.delenv("GAN_COURSE_DATA", raising=False)


def assert_says_three_ways_out(error, name, stand_in):
    said = str(error.value)
    assert "\n" not in said and said.startswith(f"dataset {name!r} cannot be had")
    for part in (
        "GAN_COURSE_DATA is not set", "connect to the internet once",
        f"put {name}.npz into a folder and set GAN_COURSE_DATA", f"stand-in {stand_in!r}",
    ):  # fmt: skip
        assert part in said


# Sets that Keras knows

FASHION = "T-shirt/top Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Ankle_boot"
CIFAR10 = "airplane automobile bird cat deer dog frog horse ship truck"


@pytest.mark.parametrize("shape", [(5,), (5, 1)], ids=["flat labels", "labels as a column"])
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
def test_keras_arrays_arrive_in_their_places(monkeypatch, name, shape):
    pairs = (X, Y.astype(np.uint8).reshape(shape)), (X[:2, ::-1], Y[:2])
    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", lambda: pairs)
    found = load(name)
    np.testing.assert_array_equal(found.x_train[..., 0], X)
    np.testing.assert_array_equal(found.y_train, [3, 1, 4, 1, 5])
    np.testing.assert_array_equal(found.x_test[..., 0], X[:2, ::-1])
    np.testing.assert_array_equal(found.y_test, [3, 1])
    assert found.name == name and f"keras.datasets.{name}" in found.source


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("mnist", "0 1 2 3 4 5 6 7 8 9"),
        ("fashion_mnist", FASHION),  # the table of zalandoresearch/fashion-mnist
        ("cifar10", CIFAR10),  # the list on the page of CIFAR-10
    ],
)
def test_the_classes_are_named_in_the_published_order_of_their_labels(monkeypatch, name, published):
    images = np.arange(10, dtype=np.uint8)[:, None, None] * np.ones((2, 3), np.uint8)
    labels = np.array([[4], [9], [0], [7], [1], [2], [8], [3], [6], [5]])
    pairs = (images, labels), (images, labels)
    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", lambda: pairs)
    names = [word.replace("_", " ") for word in published.split()]
    assert load(name).names == tuple(names)
    for label, name_of_class in enumerate(names):
        alone = load(f"{name}:{name_of_class}")
        at = labels.ravel().tolist().index(label)
        np.testing.assert_array_equal(alone.x_train[..., 0], images[at : at + 1])
        np.testing.assert_array_equal(alone.x_test, alone.x_train)


@pytest.mark.parametrize(
    ("name", "stand_in"),
    [("mnist", "glyphs"), ("fashion_mnist", "glyphs"), ("cifar10", "shapes")],
)
def test_a_set_that_keras_cannot_fetch_is_unavailable(monkeypatch, name, stand_in):
    def offline():
        raise Exception(f"URL fetch failure on https://x/{name}.npz: None -- no route")

    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", offline)
    with pytest.raises(DatasetUnavailable, match=r"no route") as error:
        load(name)
    assert_says_three_ways_out(error, name, stand_in)


# Quick, Draw!


class Server(ThreadingHTTPServer):
    """Serves `files` (a path as asked for -> bytes) on 127.0.0.1, and notes what was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.files, self.asked = {}, []
        self.origin = f"http://127.0.0.1:{self.server_port}"
        self.base = f"{self.origin}/full/numpy_bitmap/"


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_):
        pass


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Where the real `get_file` puts what it fetched, in place of ~/.keras."""
    real = functools.partial(keras.utils.get_file, cache_dir=str(tmp_path))
    monkeypatch.setattr(keras.utils, "get_file", real)
    return tmp_path / "datasets"


@pytest.fixture
def server(monkeypatch, cache):
    """Google's server, as far as the library can tell."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as google:
        monkeypatch.setattr(downloads, "BITMAPS", google.base)
        thread = threading.Thread(target=google.serve_forever, args=(0.01,))
        thread.start()
        yield google
        google.shutdown()
        thread.join()


DRAWINGS = RNG.integers(0, 256, (9, 784)).astype(np.uint8)


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("quickdraw_camel", "/full/numpy_bitmap/camel.npy"),
        ("quickdraw_ice_cream", "/full/numpy_bitmap/ice%20cream.npy"),
        ("quickdraw_The_Mona_Lisa", "/full/numpy_bitmap/The%20Mona%20Lisa.npy"),
    ],
)
def test_a_category_is_asked_for_with_blanks_and_arrives_as_images(server, cache, name, path):
    server.files[path] = npy(DRAWINGS)
    found = load(name)
    assert server.asked == [path]
    assert found.x_train.shape == (9, 28, 28, 1) and found.x_train.dtype == np.uint8
    # row after row, as the format says
    np.testing.assert_array_equal(found.x_train[3, 5, :, 0], DRAWINGS[3, 5 * 28 : 6 * 28])
    np.testing.assert_array_equal(found.x_train.reshape(9, 784), DRAWINGS)
    assert found.y_train is None and found.x_test is None and found.names == ()
    assert found.name == name and "Quick, Draw!" in found.source
    assert [file.name for file in cache.iterdir()] == [f"{name}.npy"]
    assert (cache / f"{name}.npy").read_bytes() == npy(DRAWINGS)


@pytest.mark.parametrize("category", ["t-shirt", "teddy-bear"])
def test_a_category_with_a_hyphen_can_be_had(server, category):
    server.files[f"/full/numpy_bitmap/{category}.npy"] = npy(DRAWINGS)
    assert load(f"quickdraw_{category}").x_train.shape == (9, 28, 28, 1)


def test_the_address_is_that_of_googles_bitmaps(monkeypatch):
    asked = []

    def get_file(*words, **named):
        asked.append((*words, *named.values()))
        raise OSError("no route")

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    with pytest.raises(DatasetUnavailable, match="no route") as error:
        load("quickdraw_ice_cream")
    # as in the README of googlecreativelab/quickdraw-dataset
    address = "https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/ice%20cream.npy"
    assert asked == [("quickdraw_ice_cream.npy", address)]
    assert_says_three_ways_out(error, "quickdraw_ice_cream", "glyphs")


def test_a_category_is_fetched_once_and_then_read_from_the_cache(server):
    server.files["/full/numpy_bitmap/camel.npy"] = npy(DRAWINGS)
    first = load("quickdraw_camel")
    server.files.clear()
    again = load("quickdraw_camel")
    np.testing.assert_array_equal(again.x_train, first.x_train)
    assert len(server.asked) == 1


def test_the_mirror_is_asked_before_google(server, monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path))
    np.savez(tmp_path / "quickdraw_ice_cream.npz", x_train=X)
    assert load("quickdraw_ice_cream").source == "from the mirror folder"
    assert server.asked == []


def test_a_category_that_google_does_not_have_is_unavailable(server, cache):
    with pytest.raises(DatasetUnavailable, match=r"camle\.npy: 404") as error:
        load("quickdraw_camle")
    assert_says_three_ways_out(error, "quickdraw_camle", "glyphs")
    assert list(cache.iterdir()) == []


def test_a_server_that_cannot_be_reached_is_unavailable(server):
    server.shutdown()
    server.server_close()  # nobody listens on its port any more
    with pytest.raises(DatasetUnavailable, match="URL fetch failure") as error:
        load("quickdraw_camel")
    assert_says_three_ways_out(error, "quickdraw_camel", "glyphs")


BAD = {
    "pickled": (npy(np.array([None, {"a": 1}], dtype=object)), "pickle|Object"),
    "a page": (b"<html>log in to the network of this hotel</html>", "pickle|header|magic"),
    "empty": (b"", "camel"),
    "cut short": (npy(DRAWINGS)[:3_000], "camel"),
    "a row too narrow": (npy(DRAWINGS[:, 1:]), "shape|783|784"),
    "four rows in one": (npy(DRAWINGS[:8, :196]), "shape|196|784"),  # 8 x 196 = 2 x 784
    "larger drawings": (npy(np.zeros((49, 64 * 64), np.uint8)), "shape|4096|784"),  # = 256 x 784
    "floats": (npy(DRAWINGS / 255), "float64"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_holds_no_drawings_is_refused_in_one_line(server, kind):
    content, said = BAD[kind]
    server.files["/full/numpy_bitmap/camel.npy"] = content
    with pytest.raises(InputError, match=said) as error:
        load("quickdraw_camel")
    assert "\n" not in str(error.value) and "quickdraw_camel" in str(error.value)


def test_a_pickled_file_is_never_opened(server, tmp_path):
    class Harm:
        def __reduce__(self):
            return open, (str(tmp_path / "harmed"), "w")

    server.files["/full/numpy_bitmap/camel.npy"] = npy(np.array([Harm()], dtype=object))
    with pytest.raises(DatasetUnavailable) as error:
        load("quickdraw_camel")
    assert_says_three_ways_out(error, "quickdraw_camel", "glyphs")
    assert not (tmp_path / "harmed").exists()


def test_a_file_that_was_refused_is_named_or_fetched_anew(server, cache):
    server.files["/full/numpy_bitmap/camel.npy"] = BAD["a page"][0]
    with pytest.raises(DatasetUnavailable) as error:
        load("quickdraw_camel")
    if str(cache / "quickdraw_camel.npy") in str(error.value):
        return  # then it can be removed by hand
    server.files["/full/numpy_bitmap/camel.npy"] = npy(DRAWINGS)
    assert len(load("quickdraw_camel").x_train) == 9


# Labeled Faces in the Wild

PEOPLE = {"Ada_Lovelace": 1, "Emmy_Noether": 2, "Lise_Meitner": 3}  # pictures of each


@pytest.fixture
def lfw(tmp_path, monkeypatch):
    """scikit-learn's data folder; any download would fail the test."""
    base = pytest.importorskip("sklearn.datasets._base", reason="scikit-learn is not installed")
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    tried = []

    def offline(url, *_):
        tried.append(url)
        raise urllib.error.URLError("no route to figshare")

    monkeypatch.setattr(base, "urlretrieve", offline)
    monkeypatch.setattr(base.time, "sleep", lambda _: None)
    return tmp_path / "lfw_home", tried


@pytest.fixture
def people(lfw):
    """A small LFW on disk. Red counts rows, green columns; blue tells the pictures apart."""
    home, tried = lfw
    rows, columns = np.mgrid[:250, :250].astype(np.uint8)
    blue = 0
    for person, count in PEOPLE.items():
        (home / "lfw_funneled" / person).mkdir(parents=True)
        for number in range(1, count + 1):
            blue += 40
            picture = np.stack([rows, columns, np.full_like(rows, blue)], axis=-1)
            file = home / "lfw_funneled" / person / f"{person}_{number:04d}.jpg"
            Image.fromarray(picture).save(file, quality=100, subsampling=0)
    for name in ("pairsDevTrain.txt", "pairsDevTest.txt", "pairs.txt"):
        (home / name).touch()
    yield
    assert tried == []


def test_faces_are_the_middle_of_each_picture_at_half_its_size(people):
    found = load("faces").x_train
    assert found.shape == (6, 64, 64, 3) and found.dtype == np.uint8
    # by hand: the 128 pixels from 61 on, two and two: (61 + 62) / 2, (63 + 64) / 2, ...
    expected = 61.5 + 2 * np.arange(64)
    off_rows = found[..., 0] - expected[:, None]
    off_columns = found[..., 1] - expected
    for off in (off_rows, off_columns):
        np.testing.assert_allclose(off, 0, atol=2.5)  # JPEG, and the resampling at the edges
        np.testing.assert_allclose(off.mean(axis=(1, 2)), 0, atol=0.3)  # 1 if a pixel aside


def test_every_picture_of_every_person_is_there(people):
    blue = np.sort(load("faces").x_train[..., 2].mean(axis=(1, 2)))
    np.testing.assert_allclose(blue, [40, 80, 120, 160, 200, 240], atol=1)


def test_faces_have_no_labels_and_nobodys_name(people):
    found = load("faces")
    assert found.y_train is None and found.x_test is None and found.y_test is None
    assert found.names == () and found.name == "faces" and "fetch_lfw_people" in found.source
    kept = repr(vars(found))
    assert not any(word in kept for person in PEOPLE for word in person.split("_"))


def test_faces_are_the_same_in_the_same_order_each_time(people):
    assert load("faces").fingerprint() == load("faces").fingerprint()


def test_faces_are_shrunk_to_the_size_of_the_recipe(people):
    found, whole = load("faces", (32, 32, 3)), load("faces")
    np.testing.assert_allclose(
        found.x_train, whole.x_train.reshape(6, 32, 2, 32, 2, 3).mean(axis=(2, 4)), atol=0.5
    )
    assert found.source.endswith(", shrunk from 64×64 to 32×32")


@pytest.mark.filterwarnings("ignore:Retry downloading")
def test_faces_without_a_network_are_unavailable(lfw):
    _, tried = lfw
    with pytest.raises(DatasetUnavailable, match="no route to figshare") as error:
        load("faces")
    assert_says_three_ways_out(error, "faces", "faces_toy")
    assert "scikit-learn" in str(error.value) and tried


def test_a_failed_download_of_faces_warns_of_nothing_besides(lfw, recwarn):
    with pytest.raises(DatasetUnavailable):
        load("faces")
    # scikit-learn announces each retry; on the command line the error is one line
    assert [str(warning.message) for warning in recwarn] == []


def test_faces_without_scikit_learn_say_what_is_missing(monkeypatch):
    for name in list(sys.modules):
        if name.split(".")[0] == "sklearn":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(DatasetUnavailable, match=r"scikit-learn.*sklearn") as error:
        load("faces")
    assert_says_three_ways_out(error, "faces", "faces_toy")


# Pairs: facades and emoji


def tar_gz(files):
    """An archive of files (a path -> bytes), in this order."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, content in files.items():
            about = tarfile.TarInfo(path)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return packed.getvalue()


def encoded(pixels, kind, **how):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **how)
    return file.getvalue()


def facade(number):
    """A file of the real archive: 256 pixels of photograph, and right of it as many of labels."""
    halves = np.zeros((256, 512, 3), np.uint8)
    halves[:, :256, 0], halves[:, 256:, 2] = 10 + number, 110 + number
    halves[:128, :, 1] = 200  # the upper half, of both
    return encoded(halves, "JPEG", quality=100, subsampling=0)


FACADES = {  # path -> tone; listed in no order, as in an archive
    "facades/train/10.jpg": 10, "facades/test/2.jpg": 52, "facades/train/9.jpg": 9,
    "facades/val/1.jpg": 90, "facades/test/1.jpg": 51, "facades/train/1.jpg": 1,
}  # fmt: skip


@pytest.fixture
def berkeley(server, monkeypatch):
    """The server of the facades, with 3 + 2 of them."""
    files = {path: facade(tone) for path, tone in FACADES.items()}
    server.files["/facades.tar.gz"] = tar_gz(files)
    monkeypatch.setattr(paired_downloads, "FACADES", f"{server.origin}/facades.tar.gz")
    monkeypatch.setattr(paired_downloads, "COUNTS", {"train": 3, "test": 2})
    return server


def test_facades_are_label_maps_and_photographs_in_the_order_of_their_numbers(berkeley, cache):
    found = load("facades")
    assert isinstance(found, Pairs) and found.image_shape == (128, 128, 3)
    for photographs, maps, tones in (
        (found.x_train, found.inputs.x_train, [1, 9, 10]),
        (found.x_test, found.inputs.x_test, [51, 52]),
    ):
        tones = np.array(tones, float)
        np.testing.assert_allclose(photographs[..., 0].mean(axis=(1, 2)), 10 + tones, atol=1.5)
        np.testing.assert_allclose(maps[..., 2].mean(axis=(1, 2)), 110 + tones, atol=1.5)
        assert photographs[..., 2].max() < 10 and maps[..., 0].max() < 10
    green = found.x_train[..., 1].astype(float), found.inputs.x_train[..., 1].astype(float)
    for kind in green:  # upright, and at half the size
        assert kind[:, :62].min() > 190 and kind[:, 66:].max() < 10
    assert "pix2pix" in found.source
    assert [file.name for file in cache.iterdir()] == ["facades.tar.gz"]


def test_facades_are_fetched_once(berkeley):
    first, again = load("facades"), load("facades")
    assert first.fingerprint() == again.fingerprint() and berkeley.asked == ["/facades.tar.gz"]


def test_the_published_facades_are_400_and_106():
    assert paired_downloads.COUNTS == {"train": 400, "test": 106}
    # as in TensorFlow's tutorial on pix2pix
    address = "http://efrosgans.eecs.berkeley.edu/pix2pix/datasets/facades.tar.gz"
    assert address == paired_downloads.FACADES


@pytest.mark.parametrize("kind", ["a page", "cut short", "a facade too few", "no image"])
def test_facades_that_are_none_are_removed_from_the_cache(berkeley, cache, kind):
    whole = berkeley.files["/facades.tar.gz"]
    few = {f"facades/train/{number}.jpg": facade(number) for number in (1, 2)}
    berkeley.files["/facades.tar.gz"] = {
        "a page": b"<html>log in to the network of this hotel</html>",
        "cut short": whole[: len(whole) // 2],
        "a facade too few": tar_gz(few),
        "no image": tar_gz({"facades/train/1.jpg": b"no image"}),
    }[kind]
    with pytest.raises(DatasetUnavailable, match=r"facades\.tar\.gz .* is removed") as error:
        load("facades")
    assert_says_three_ways_out(error, "facades", "faces_toy_outlines")
    assert list(cache.iterdir()) == []


def test_nothing_of_an_archive_is_written_to_the_disk(berkeley, cache, tmp_path):
    files = {path: facade(tone) for path, tone in FACADES.items()}
    harm = {"../../facades/train/77.txt": b"harm", "../harm.jpg": b"harm", "/harm/train/x.jpg": b""}
    berkeley.files["/facades.tar.gz"] = tar_gz(files | harm)
    load("facades")
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["facades.tar.gz"]


# Of the real list, as in emoji.json of emoji-datasource 15.1.2: without what nobody needs here
EMOJI_LIST = [
    {"image": "1f600.png", "category": "Smileys & Emotion"},
    {"image": "1f44b.png", "category": "People & Body",
     "skin_variations": {"1F3FB": {"image": "1f44b-1f3fb.png"}}},
    {"image": "1f3fb.png", "category": "Component"},
    {"image": "1f1fa-1f1f2.png", "category": "Flags"},
    {"image": "1f1fa-1f1f8.png", "category": "Flags"},  # the same flag again
    {"image": "1f6de.png", "category": "Travel & Places"},
    {"image": "2764.png", "category": "Smileys & Emotion"},
]  # fmt: skip
TONES = {
    "1f600": 10, "1f44b": 20, "1f44b-1f3fb": 30, "1f3fb": 40, "1f1fa-1f1f2": 50,
    "1f1fa-1f1f8": 50, "1f6de": 60, "2764": 70,
}  # fmt: skip


def package(artist, without=()):
    """A package of npm: each emoji a square of its tone, of 32 pixels on 64 that are clear."""
    files = {"package/package.json": b"{}", "package/emoji.json": json.dumps(EMOJI_LIST).encode()}
    for name, tone in TONES.items():
        if name not in without:
            drawn = np.zeros((64, 64, 4), np.uint8)
            drawn[16:48, 16:48] = (tone, 100 if artist == "google" else 0, 0, 255)
            files[f"package/img/{artist}/64/{name}.png"] = encoded(drawn, "PNG")
    files[f"package/img/{artist}/sheets/64.png"] = b"never read"
    return tar_gz(files)


@pytest.fixture
def npm(server, monkeypatch):
    """The registry of npm; Twitter has never drawn one of the emoji."""
    origin = server.origin + "/{package}/-/{package}-15.1.2.tgz"
    monkeypatch.setattr(paired_downloads, "EMOJI", origin)
    monkeypatch.setattr(paired_downloads, "EMOJI_TESTS", 1)
    for artist, without in (("google", ()), ("twitter", ("1f6de",))):
        content, name = package(artist, without), f"emoji-datasource-{artist}"
        server.files[f"/{name}/-/{name}-15.1.2.tgz"] = content
        checksum = hashlib.sha256(content).hexdigest()
        monkeypatch.setitem(paired_downloads.ARTISTS, artist, checksum)
    return server


def test_emoji_are_those_that_both_have_drawn_once_and_without_skin_tones(npm, cache):
    found = load("emoji")
    assert isinstance(found, Pairs) and found.image_shape == (32, 32, 3)
    twemoji, noto = (np.concatenate([kind.x_train, kind.x_test]) for kind in (found.inputs, found))
    assert len(found.x_test) == 1
    middle = noto[:, 16, 16].astype(int)
    order = np.argsort(middle[:, 0])
    np.testing.assert_array_equal(middle[order], [[tone, 100, 0] for tone in (10, 20, 50, 70)])
    np.testing.assert_array_equal(twemoji[:, 16, 16], middle * [1, 0, 1])  # the same, without green
    assert (noto[:, :5] == 255).all() and (twemoji[:, :, -5:] == 255).all()  # on white
    assert sorted(file.name for file in cache.iterdir()) == [
        "emoji-datasource-google-15.1.2.tgz", "emoji-datasource-twitter-15.1.2.tgz",
    ]  # fmt: skip


def test_emoji_are_parted_into_training_and_test_the_same_way_each_time(npm):
    first, again = load("emoji"), load("emoji")
    assert first.fingerprint() == again.fingerprint() and len(npm.asked) == 2
    np.testing.assert_array_equal(first.x_test, again.x_test)


def test_a_package_of_another_content_is_refused(npm, cache):
    name = "emoji-datasource-twitter"
    npm.files[f"/{name}/-/{name}-15.1.2.tgz"] = package("twitter", ("2764",))
    with pytest.raises(DatasetUnavailable, match="hash does not match") as error:
        load("emoji")
    assert_says_three_ways_out(error, "emoji", "shapes_outlines")


def test_the_address_of_the_emoji_is_that_of_npms_registry():
    assert paired_downloads.EMOJI.format(package="emoji-datasource-google") == (
        # dist.tarball, as `npm view emoji-datasource-google@15.1.2` says
        "https://registry.npmjs.org/emoji-datasource-google/-/emoji-datasource-google-15.1.2.tgz"
    )
    assert paired_downloads.EMOJI_TESTS == 200
    assert {len(checksum) for checksum in paired_downloads.ARTISTS.values()} == {64}


@pytest.mark.parametrize(
    ("name", "stand_in"), [("facades", "faces_toy_outlines"), ("emoji", "shapes_outlines")]
)
def test_pairs_without_a_network_are_unavailable(monkeypatch, name, stand_in):
    def offline(*_, **__):
        raise Exception("URL fetch failure on https://x: None -- no route")

    monkeypatch.setattr(keras.utils, "get_file", offline)
    with pytest.raises(DatasetUnavailable, match="no route") as error:
        load(name)
    assert_says_three_ways_out(error, name, stand_in)
