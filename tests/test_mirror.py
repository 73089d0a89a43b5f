"""The classroom's mirror: `mirror DIR` fetches what is not whole, `mirror --check DIR` tells it."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import e2e
import numpy as np
import pytest
from PIL import Image

from gan_course.base.errors import InputError
from gan_course.base.files import locked
from gan_course.data import DATASETS, catalogue, load, mirroring
from gan_course.data.mirroring import COURSE, PAINTING
from gan_course.recipes import RECIPES

RNG = np.random.default_rng(4)
DIGITS = {
    "x_train": RNG.integers(0, 256, (7, 28, 28)).astype(np.uint8), "y_train": np.arange(7),
    "x_test": RNG.integers(0, 256, (3, 28, 28)).astype(np.uint8), "y_test": np.arange(3),
}  # fmt: skip
PAIRS = {
    key: RNG.integers(0, 256, (count, 8, 8, 3)).astype(np.uint8)
    for key, count in (("input_train", 5), ("target_train", 5), ("input_test", 2),
                       ("target_test", 2))
}  # fmt: skip
PAIRED = ("facades", "emoji")


@pytest.fixture
def asked(monkeypatch):
    """Sources of a few small images for every set; the list of what they were asked for."""
    names = []
    monkeypatch.delenv("GAN_COURSE_DATA", raising=False)

    def source(name):
        def fetch():
            names.append(name)
            return dict(PAIRS if name in PAIRED else DIGITS)

        return fetch

    for name, dataset in DATASETS.items():
        if dataset.stand_in is not None:
            monkeypatch.setitem(DATASETS, name, replace(dataset, fetch=source(name)))
    monkeypatch.setattr(catalogue.downloads, "quickdraw", lambda kind: source(f"quickdraw_{kind}"))
    return names


def fails(monkeypatch, name, error):
    def fetch():
        raise error

    monkeypatch.setitem(DATASETS, name, replace(DATASETS[name], fetch=fetch))


def sums(folder):
    return dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())


def test_a_mirror_holds_all_that_the_chapters_load(asked, tmp_path, capsys, monkeypatch):
    code, out, _ = e2e.cli(capsys, "mirror", tmp_path / "data")
    assert code == 0 and asked == list(COURSE)
    assert f"export GAN_COURSE_DATA={tmp_path / 'data'}" in out
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path / "data"))
    found = load("mnist")
    np.testing.assert_array_equal(found.x_test[..., 0], DIGITS["x_test"])
    np.testing.assert_array_equal(found.y_train, DIGITS["y_train"])
    np.testing.assert_array_equal(load("emoji").inputs.x_train, PAIRS["input_train"])
    assert "mirror" in found.source and asked == list(COURSE)  # nothing was asked again


def test_the_sets_of_the_mirror_are_those_of_the_recipes():
    parts = {
        part.partition(":")[0]
        for recipe in RECIPES.values()
        for part in re.sub(r"^(unpaired|pictures):", "", recipe.dataset).split("|")
    }
    by_code = {name for name, each in DATASETS.items() if each.stand_in is None}
    always_there = by_code | {"china", "painting"}
    assert parts - always_there == {*COURSE, Path(PAINTING).stem}


def test_sizes_counts_and_licences_are_printed(asked, tmp_path, capsys):
    _, out, _ = e2e.cli(capsys, "mirror", tmp_path, "mnist", "facades")
    size = (tmp_path / "mnist.npz").stat().st_size / 1e6
    assert re.search(rf"^mnist +new +{size:.1f} MB  7 \+ 3\n +licence: CC BY-SA 3\.0", out, re.M)
    assert re.search(r"^facades +new .* 5 \+ 2\n +licence: unstated; cite Tyleček", out, re.M)
    licences = (tmp_path / "LICENCES.txt").read_text("utf-8")
    assert licences.startswith("facades.npz: pairs: label maps") and "Yann LeCun" in licences


def test_the_licences_are_those_of_the_table_of_sources():
    """In data/README.md, word for word, or shorter where that has a sentence."""
    table = (e2e.ROOT / "data" / "README.md").read_text("utf-8")
    rows = {row.split("|")[1].strip(" `"): row for row in table.splitlines() if row[:1] == "|"}
    for name in COURSE:
        row = rows["quickdraw_CATEGORY" if name.startswith("quickdraw") else name]
        told = re.findall(r"CC BY(?:-SA)? \d\.0|MIT|Apache 2\.0|formal licence|unstated", row)
        licence = catalogue.find(name).licence
        assert told and any(each in licence for each in told), name
    assert all(DATASETS[name].licence == "MIT, as the course" for name in ("glyphs", "ring"))


def test_checksums_are_in_the_form_of_sha256sum(asked, tmp_path, capsys):
    e2e.cli(capsys, "mirror", tmp_path, "mnist", "emoji")
    expected = {
        name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in ("emoji.npz", "mnist.npz")
    }
    assert sums(tmp_path) == expected
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, check=True)


def test_what_is_whole_is_not_fetched_again(asked, tmp_path, capsys):
    e2e.cli(capsys, "mirror", tmp_path, "mnist")
    before = (tmp_path / "mnist.npz").stat().st_mtime_ns
    code, out, _ = e2e.cli(capsys, "mirror", tmp_path, "mnist", "cifar10")
    assert code == 0 and asked == ["mnist", "cifar10"]
    assert re.search(r"^mnist +whole", out, re.M) and re.search(r"^cifar10 +new", out, re.M)
    assert (tmp_path / "mnist.npz").stat().st_mtime_ns == before


def test_an_archive_of_the_teacher_s_own_stays_and_gets_its_checksum(asked, tmp_path, capsys):
    np.savez(tmp_path / "mnist.npz", x_train=DIGITS["x_train"][:2])
    own = (tmp_path / "mnist.npz").read_bytes()
    assert e2e.cli(capsys, "mirror", tmp_path, "mnist")[0] == 0
    assert (tmp_path / "mnist.npz").read_bytes() == own and asked == []
    assert sums(tmp_path) == {"mnist.npz": hashlib.sha256(own).hexdigest()}


def test_a_mirror_that_was_interrupted_goes_on(asked, tmp_path, capsys, monkeypatch):
    fetch = DATASETS["cifar10"].fetch
    fails(monkeypatch, "cifar10", KeyboardInterrupt())
    names = ("mnist", "cifar10", "faces")
    assert e2e.cli(capsys, "mirror", tmp_path, *names)[0] == 130
    assert sorted(file.name for file in tmp_path.glob("*.npz")) == ["mnist.npz"]
    monkeypatch.setitem(DATASETS, "cifar10", replace(DATASETS["cifar10"], fetch=fetch))
    assert e2e.cli(capsys, "mirror", tmp_path, *names)[0] == 0
    assert asked == list(names)  # each once
    assert e2e.cli(capsys, "mirror", "--check", tmp_path, *names)[0] == 0


STUCK = """
import sys, time
from dataclasses import replace
import numpy as np
from gan_course.cli import main
from gan_course.data import DATASETS, mirroring
images = {"x_train": np.zeros((9, 28, 28), np.uint8)}
mnist, fashion = DATASETS["mnist"], DATASETS["fashion_mnist"]
DATASETS["mnist"] = replace(mnist, fetch=lambda: images)
DATASETS["fashion_mnist"] = replace(fashion, fetch=lambda: images)
save = np.savez_compressed
def half(file, **arrays):
    if "fashion" in file.name:
        file.write(b"PK half of an archive")
        file.flush()
        print("half", flush=True)
        time.sleep(60)
    save(file, **arrays)
np.savez_compressed = half
main(["mirror", sys.argv[1], "mnist", "fashion_mnist"])
"""


def test_a_killed_mirror_leaves_no_half_archive_behind(asked, tmp_path, capsys):
    working = e2e.start("-c", STUCK, tmp_path)
    for line in working.stdout:
        if line.strip() == "half":
            break
    working.send_signal(signal.SIGKILL)
    e2e.finish(working)
    assert [file.name for file in tmp_path.glob("*.npz")] == ["mnist.npz"]
    assert len(list(tmp_path.glob(".fashion_mnist.npz.*.tmp"))) == 1
    code, out, _ = e2e.cli(capsys, "mirror", tmp_path, "mnist", "fashion_mnist")
    assert code == 0 and asked == ["fashion_mnist"] and re.search(r"^mnist +whole", out, re.M)
    assert not list(tmp_path.glob(".*.tmp"))


def test_two_mirrors_of_one_folder_take_turns(whole):
    with locked(whole / ".lock"):
        waiting = e2e.start("-m", "gan_course", "mirror", whole, "mnist")
        assert f"another process fills {whole}; waiting for it" in waiting.stderr.readline()
        assert waiting.poll() is None
    code, out, _ = e2e.finish(waiting)
    assert code == 0 and re.search(r"^mnist +whole", out, re.M)


# --check


@pytest.fixture
def whole(asked, tmp_path, capsys):
    e2e.cli(capsys, "mirror", tmp_path, "mnist", "emoji", "cifar10")
    asked.clear()
    return tmp_path


def checked(capsys, folder, *names):
    before = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    found = e2e.cli(capsys, "mirror", "--check", folder, *names)
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == before
    return found


def test_check_says_that_all_is_whole_and_writes_nothing(whole, capsys, asked):
    code, out, err = checked(capsys, whole, "mnist", "emoji", "cifar10")
    assert (code, err, asked) == (0, "", [])
    assert re.findall(r"^(\w+) +whole ", out, re.M) == ["mnist", "emoji", "cifar10"]


def test_check_names_what_is_missing_and_exits_with_2(whole, capsys):
    code, out, err = checked(capsys, whole)
    assert code == 2 and f"{whole}: 3 of 8" in out and len(err.splitlines()) == 1
    assert "lacks fashion_mnist, faces, facades, quickdraw_cat; the next" in err


def flip(content):
    return content[:200] + bytes([content[200] ^ 1]) + content[201:]


@pytest.mark.parametrize("harm", [flip, lambda content: content[:-50], lambda _: b""])
def test_check_finds_a_damaged_archive_and_the_next_mirror_mends_it(whole, capsys, asked, harm):
    file = whole / "mnist.npz"
    right = np.load(file)["x_train"]
    file.write_bytes(harm(file.read_bytes()))
    code, out, err = checked(capsys, whole, "mnist", "emoji")
    assert code == 2 and "lacks mnist;" in err
    assert re.search(rf"^mnist +damaged +{re.escape(str(file))} has not the checksum", out, re.M)
    code, out, _ = e2e.cli(capsys, "mirror", whole, "mnist", "emoji")
    assert code == 0 and asked == ["mnist"]
    np.testing.assert_array_equal(np.load(file)["x_train"], right)
    assert checked(capsys, whole, "mnist", "emoji")[0] == 0


def test_check_loads_an_archive_that_nobody_has_a_checksum_of(whole, capsys):
    (whole / "SHA256SUMS").unlink()
    np.savez(whole / "mnist.npz", x_train=np.zeros((3, 28, 28), np.float32))
    np.savez(whole / "emoji.npz", **DIGITS)
    (whole / "cifar10.npz").write_bytes(b"<html>log in to the network of this hotel</html>")
    code, out, _ = checked(capsys, whole, "mnist", "emoji", "cifar10")
    assert code == 2
    for name, why in (("mnist", "must hold uint8"), ("emoji", "pairs need"), ("cifar10", "damage")):
        assert re.search(rf"^{name} +damaged .*{why}", out, re.M), out


def test_a_damaged_archive_that_cannot_be_had_anew_stays_damaged(whole, capsys, monkeypatch):
    (whole / "mnist.npz").write_bytes(b"PK")
    fails(monkeypatch, "mnist", OSError("no route"))
    noted = sums(whole)
    code, out, err = e2e.cli(capsys, "mirror", whole, "mnist", "emoji")
    assert (
        code == 2 and re.search(r"^mnist +damaged .*no route", out, re.M) and "lacks mnist" in err
    )
    assert sums(whole) == noted  # the damage got no checksum


def test_one_set_that_cannot_be_had_does_not_stop_the_others(asked, tmp_path, capsys, monkeypatch):
    fails(monkeypatch, "mnist", OSError("no route"))
    code, out, err = e2e.cli(capsys, "mirror", tmp_path, "mnist", "emoji")
    assert code == 2 and "lacks mnist;" in err and re.search(r"^emoji +new", out, re.M)


# From a mirror into another


def test_a_mirror_is_copied_from_the_one_that_is_there(whole, capsys, asked, monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_COURSE_DATA", str(whole))
    other = tmp_path / "other"
    assert e2e.cli(capsys, "mirror", other, "mnist", "faces")[0] == 0
    assert asked == ["faces"]  # this alone was not there
    assert (other / "mnist.npz").read_bytes() == (whole / "mnist.npz").read_bytes()


def test_what_is_damaged_in_the_other_mirror_is_not_copied(whole, capsys, monkeypatch, tmp_path):
    (whole / "mnist.npz").write_bytes(flip((whole / "mnist.npz").read_bytes()))
    monkeypatch.setenv("GAN_COURSE_DATA", str(whole))
    other = tmp_path / "other"
    code, out, _ = e2e.cli(capsys, "mirror", other, "mnist")
    assert code == 2 and f"{whole / 'mnist.npz'} has not the checksum" in out
    assert not list(other.glob("*.npz"))


def test_the_mirror_that_is_in_use_is_mended_from_the_source(whole, capsys, asked, monkeypatch):
    monkeypatch.setenv("GAN_COURSE_DATA", str(whole))
    (whole / "mnist.npz").write_bytes(b"PK")
    assert e2e.cli(capsys, "mirror", whole, "mnist", "emoji")[0] == 0
    assert asked == ["mnist"] and len(load("mnist").x_train) == 7


# The painting


def test_the_painting_is_copied_and_a_chapter_can_do_without(asked, tmp_path, capsys, monkeypatch):
    code, out, _ = e2e.cli(capsys, "mirror", tmp_path / "a", "mnist", PAINTING)
    assert code == 0 and re.search(r"^starry_night.jpg +missing .* it has no source", out, re.M)
    Image.fromarray(RNG.integers(0, 256, (40, 60, 3)).astype(np.uint8)).save(
        tmp_path / "a" / PAINTING
    )
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path / "a"))
    code, out, _ = e2e.cli(capsys, "mirror", tmp_path / "b", PAINTING)
    assert code == 0 and re.search(r"^starry_night.jpg +new", out, re.M)
    assert (tmp_path / "b" / PAINTING).read_bytes() == (tmp_path / "a" / PAINTING).read_bytes()
    (tmp_path / "b" / PAINTING).write_bytes(b"no picture")
    assert checked(capsys, tmp_path / "b", PAINTING)[0] == 2


# Words that cannot be


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("{folder}/data", "mnits"), "did you mean 'mnist'"),
        (("{folder}/data", "glyphs"), "'glyphs' is made by code"),
        (("--check", "{folder}/data"), "is not a folder; make it with"),
        (("{folder}/file",), "is a file; name a folder"),
        (("{folder}/data", "cifar10:horse"), "unknown dataset 'cifar10:horse'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_fetched(asked, tmp_path, capsys, words, says):
    (tmp_path / "file").touch()
    words = [word.format(folder=tmp_path) for word in words]
    code, out, err = e2e.cli(capsys, "mirror", *words)
    assert (code, out, asked) == (2, "", []) and says in err and len(err.splitlines()) == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(asked, tmp_path, capsys):
    tmp_path.chmod(0o500)
    code, _, err = e2e.cli(capsys, "mirror", tmp_path, "mnist")
    assert code == 2 and "cannot write" in err


def test_a_full_disk_ends_the_mirror_in_words(asked, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mirroring.np, "savez_compressed", full)
    with pytest.raises(InputError, match=r"No space left on device; free some space"):
        list(mirroring.fill(tmp_path, ("mnist",)))
    assert not list(tmp_path.glob("*.npz"))
