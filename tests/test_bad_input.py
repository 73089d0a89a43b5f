"""What a user can get wrong: exit code 2, one line that names the value and the remedy, no loss."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import e2e
import numpy as np
import pytest
from PIL import Image

import gan_course as gan
from gan_course.base.backend import keras
from gan_course.base.errors import TrainingDiverged
from gan_course.recipes import RECIPES

warnings_are_lines = pytest.mark.filterwarnings("always::gan_course.base.errors.RunWarning")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of `tiny` that nothing ever disturbed, on the images of `mirror`."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_COURSE_DATA", str(e2e.mirror(folder / "mirror")))
        return gan.train(e2e.tiny(), folder / "run", progress=False)


@pytest.fixture(autouse=True)
def mirror(monkeypatch, tmp_path):
    """Every test has `tiny` on its command line, and its images in a mirror folder of its own."""
    monkeypatch.setitem(RECIPES, "tiny", e2e.tiny())
    folder = e2e.mirror(tmp_path / "mirror")
    monkeypatch.setenv("GAN_COURSE_DATA", str(folder))
    return folder


@pytest.fixture
def run(finished, tmp_path):
    """A copy of the finished run, to do harm to."""
    return Path(shutil.copytree(finished.path, tmp_path / "run"))


@pytest.fixture
def refused(capsys):
    """Runs a command that must be refused, and gives its one line on stderr."""

    def refuse(*words) -> str:
        code, _, err = e2e.cli(capsys, *words)
        assert code == 2, err
        assert err.startswith("gan_course") and err.endswith("\n") and err.count("\n") == 1, err
        return err

    return refuse


@pytest.fixture
def failed_midway(capsys):
    """Runs a training that must fail after its progress bar began, and gives its last line."""

    def fail(*words) -> str:
        code, _, err = e2e.cli(capsys, *words)
        assert code == 2, err
        assert "Traceback" not in err and "Exception ignored" not in err
        line = err.splitlines()[-1]
        assert line.startswith("gan_course: "), err
        return line

    return fail


def assert_says(line: str, *parts: str) -> None:
    for part in parts:
        assert part in line


# Words and numbers


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["trian"], ["'trian'", "'train'", "--help"]),
        (["trian", "demo"], ["'trian'", "did you mean 'train'"]),
        (["train"], ["RECIPE", "--help"]),
        (["train", "dem"], ["'dem'", "did you mean 'demo'"]),
        (["train", "zzzzzz"], ["'zzzzzz'", "demo", "vanilla_mnist"]),
        (["train", "tiny", "--data", "mnits"], ["'mnits'", "did you mean 'mnist'"]),
        (["train", "tiny", "--data", "folder:/not/there"], ["/not/there", "not a folder"]),
        (["train", "tiny", "--data", "mnits:7"], ["'mnits'", "did you mean 'mnist'"]),
        (["train", "tiny", "--data", "mnist:7"], ["'mnist'", "label"]),  # none in the mirror's
        (["train", "tiny", "--data", "ring:46°"], ["'ring' '46°'", "did you mean '45°'"]),
        (["train", "tiny", "--data", "ring:"], ["'ring' ''", "known: ", "0°", "315°"]),
        (["train", "tiny", "--data", "quickdraw-cat"], ["did you mean 'quickdraw_CATEGORY'"]),
        (["train", "tiny", "--data", "quickdraw_a/b"], ["did you mean 'quickdraw_CATEGORY'"]),
        (["train", "tiny", "--steps", "0"], ["steps", "> 0", "got 0"]),
        (["train", "tiny", "--steps", "ten"], ["--steps", "'ten'", "--help"]),
        (["train", "tiny", "--batch-size", "-8"], ["batch_size", "> 0", "got -8"]),
        (["train", "tiny", "--seed", "-1"], ["seed", "[0, 2**31)", "got -1"]),
        (["train", "tiny", "--seed", "2147483648"], ["seed", "[0, 2**31)", "got 2147483648"]),
        (["train", "tiny", "--batch-size", "51"], ["51", "50 images", "at most 50"]),
    ],
)
def test_a_wrong_word_or_number_is_named_with_its_remedy(
    refused, monkeypatch, tmp_path, words, parts
):
    monkeypatch.chdir(tmp_path)
    assert_says(refused(*words), *parts)
    assert not (tmp_path / "runs").exists()


def test_the_process_itself_exits_with_2_and_one_line():
    code, out, err = e2e.finish(e2e.start("-m", "gan_course", "train", "dem"))
    assert (code, out) == (2, "")
    assert err == "gan_course: unknown recipe 'dem'; did you mean 'demo'?\n"


def test_another_keras_backend_is_refused(tmp_path):
    words = ("-m", "gan_course", "train", "demo", "--out", tmp_path / "run")
    code, _, err = e2e.finish(e2e.start(*words, KERAS_BACKEND="jax"))
    assert code == 2 and err.count("\n") == 1
    assert_says(err, "'jax'", "KERAS_BACKEND=tensorflow")
    assert not (tmp_path / "run").exists()


# Folders of images


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, image in enumerate(e2e.pixels(12, (20, 20, 3))):
        Image.fromarray(image).save(folder / f"{number:02d}.png")
    return folder


def test_a_folder_without_images_is_refused(refused, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "readme.txt").write_text("no image")
    line = refused("train", "tiny", "--data", f"folder:{tmp_path / 'notes'}")
    assert_says(line, str(tmp_path / "notes"), "no image", ".png", ".jpg")


@pytest.mark.parametrize("damage", ["cut short", "no image at all", "empty"])
def test_a_broken_image_is_named(refused, pictures, tmp_path, damage):
    broken = pictures / "07.png"
    whole = broken.read_bytes()
    broken.write_bytes(
        {"cut short": whole[:300], "no image at all": b"hello", "empty": b""}[damage]
    )
    line = refused("train", "tiny", "--data", f"folder:{pictures}", "--out", tmp_path / "run")
    assert_says(line, str(broken), "repair or remove")
    assert not (tmp_path / "run").exists()


def test_images_of_mixed_sizes_are_cropped_and_the_command_says_so(capsys, pictures, tmp_path):
    Image.fromarray(e2e.pixels(1, (31, 50, 3))[0]).save(pictures / "wide.jpg")
    code, out, err = e2e.cli(
        capsys, "train", "tiny", "--data", f"folder:{pictures}", "--steps", 2,
        "--out", tmp_path / "run",
    )  # fmt: skip
    assert code == 0, err
    assert_says(out, "13 images", "2 size(s)", "resized and centre-cropped to 8×8")
    assert gan.open_run(tmp_path / "run").step == 2


# The mirror folder


def bad_archive(file: Path, kind: str) -> None:
    images, whole = e2e.pixels(), file.read_bytes()
    encrypted = bytearray(whole)
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1  # the flag in the zip directory
    contents = {
        "cut short": whole[:700],
        "empty": b"",
        "text": b"404: not found",
        "encrypted": bytes(encrypted),
    }
    arrays = {
        "pickled": dict(x_train=np.array([{"a": 1}, None], dtype=object)),
        "wrong keys": dict(images=images),
        "one key too many": dict(x_train=images, pictures=images),
        "floats": dict(x_train=images / 255.0),
        "flat": dict(x_train=images.reshape(50, 64)),
        "four channels": dict(x_train=np.zeros((9, 8, 8, 4), np.uint8)),
        "no image": dict(x_train=images[:0]),
        "other size": dict(x_train=np.zeros((9, 9, 7), np.uint8)),
        "too few labels": dict(x_train=images, y_train=np.zeros(49, np.int64)),
        "labels with a point": dict(x_train=images, y_train=np.zeros(50)),
    }
    if kind == "npy":
        with open(file, "wb") as opened:
            np.save(opened, images)
    elif kind in contents:
        file.write_bytes(contents[kind])
    else:
        np.savez_compressed(file, **arrays[kind])


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("cut short", ["mnist.npz", "damaged", "copy it again"]),
        ("empty", ["mnist.npz", "damaged", "copy it again"]),
        ("text", ["mnist.npz", "copy it again"]),
        ("encrypted", ["mnist.npz"]),
        ("npy", ["mnist.npz"]),
        ("pickled", ["mnist.npz", "pickled objects", "make it anew"]),
        ("wrong keys", ["mnist.npz", "['images']", "expected x_train"]),
        ("one key too many", ["mnist.npz", "pictures", "expected x_train"]),
        ("floats", ["mnist", "x_train", "uint8", "float64"]),
        ("flat", ["mnist", "x_train", "(images, height, width)", "(50, 64)"]),
        ("four channels", ["mnist", "x_train", "1 or 3", "(9, 8, 8, 4)"]),
        ("no image", ["mnist", "x_train", "at least one image", "(0, 8, 8, 1)"]),
        ("other size", ["mnist", "(8, 8, 1)", "(9, 7, 1)", "another dataset or recipe"]),
        ("too few labels", ["mnist", "y_train", "50 images", "(49,)"]),
        ("labels with a point", ["mnist", "y_train", "integer", "float64"]),
    ],
)
def test_a_bad_archive_in_the_mirror_is_refused(refused, mirror, tmp_path, kind, parts):
    bad_archive(mirror / "mnist.npz", kind)
    line = refused("train", "tiny", "--batch-size", 2, "--out", tmp_path / "run")
    assert_says(line, *parts)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("cifar10:hrose", ["class of 'cifar10' 'hrose'", "did you mean 'horse'"]),
        ("cifar10:", ["class of 'cifar10' ''", "airplane, automobile, bird"]),
        ("cifar10:truck", ["cifar10:truck", "image"]),  # none in this archive
        ("faces:smile", ["'faces'", "label"]),
        ("cifar10:horse", ["(8, 8, 1)", "(32, 32, 3)", "another dataset or recipe"]),
    ],
)
def test_a_class_that_cannot_be_had_is_refused(refused, mirror, tmp_path, name, parts):
    photos = e2e.pixels(4, (32, 32, 3))
    np.savez(mirror / "cifar10.npz", x_train=photos, y_train=np.array([[7], [0], [7], [3]]))
    np.savez(mirror / "faces.npz", x_train=photos)
    line = refused("train", "tiny", "--data", name, "--batch-size", 2, "--out", tmp_path / "run")
    assert_says(line, *parts)
    assert not (tmp_path / "run").exists()


def test_a_mirror_that_is_no_folder_is_refused(refused, monkeypatch):
    monkeypatch.setenv("GAN_COURSE_DATA", "/not/there")
    assert_says(refused("train", "tiny"), "GAN_COURSE_DATA", "'/not/there'", "unset it")


@pytest.mark.parametrize("mirror_is", ["unset", "without the set"])
def test_without_network_and_mirror_three_ways_out_are_named(
    refused, monkeypatch, tmp_path, mirror_is
):
    def offline(*_, **__):
        raise Exception(
            "URL fetch failure on https://storage.googleapis.com/mnist.npz: None -- "
            "[Errno -3] Temporary failure in name resolution"
        )

    monkeypatch.setattr(keras.datasets.mnist, "load_data", offline)
    (tmp_path / "bare").mkdir()
    if mirror_is == "unset":
        monkeypatch.delenv("GAN_COURSE_DATA")
    else:
        monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path / "bare"))
    line = refused("train", "tiny", "--out", tmp_path / "run")
    assert_says(line, "'mnist'", "name resolution")
    assert_says(line, "internet", "put mnist.npz into a folder and set GAN_COURSE_DATA", "'glyphs'")
    assert ("is not set" in line) == (mirror_is == "unset")
    assert not (tmp_path / "run").exists()


# The run folder


def test_a_file_in_place_of_the_run_folder_is_refused_and_kept(refused, tmp_path):
    (tmp_path / "essay.txt").write_text("my essay")
    line = refused("train", "tiny", "--out", tmp_path / "essay.txt")
    assert_says(line, str(tmp_path / "essay.txt"), "is a file", "another folder")
    assert (tmp_path / "essay.txt").read_text() == "my essay"


def test_a_folder_of_other_files_is_refused_and_kept(refused, tmp_path):
    (tmp_path / "essays").mkdir()
    (tmp_path / "essays" / "one.txt").write_text("my essay")
    line = refused("train", "tiny", "--out", tmp_path / "essays")
    assert_says(line, str(tmp_path / "essays"), "no recipe.json", "another folder")
    assert [file.name for file in (tmp_path / "essays").iterdir()] == ["one.txt"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs the read-only folder /proc")
def test_a_place_where_nobody_may_write_is_refused(refused):
    assert_says(refused("train", "tiny", "--out", "/proc/run"), "/proc/run", "another folder")


def test_a_name_too_long_for_the_disk_is_refused(refused, tmp_path):
    line = refused("train", "tiny", "--out", tmp_path / ("x" * 300))
    assert_says(line, "xxx", "too long", "another folder")


def test_a_folder_that_one_may_not_enter_is_refused(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o000)
    # root may enter any folder: then the claim is made as the user `nobody`
    code, out, err = e2e.finish(
        e2e.start(
            "-c",
            "import os, sys; from gan_course.base.errors import InputError\n"
            "from gan_course.runs.rundir import RunDir\n"
            "if os.geteuid() == 0: os.setuid(65534)\n"
            "try: RunDir(sys.argv[1]).locked().__enter__()\n"
            "except InputError as error: print(error)",
            tmp_path / "closed" / "run",
        )
    )
    assert code == 0, err
    assert_says(out, str(tmp_path / "closed" / "run"), "Permission denied", "another folder")


def test_the_folder_of_another_recipe_lists_what_differs(refused, run):
    before = e2e.contents(run)
    line = refused("train", "tiny", "--seed", 4, "--batch-size", 9, "--out", run)
    assert_says(
        line, str(run), "seed: 3 there, 4 now", "batch_size: 8 there, 9 now", "another folder"
    )
    assert "steps" not in line
    assert e2e.contents(run) == before


def test_a_run_does_not_go_on_with_other_images(refused, run, mirror):
    before = e2e.contents(run)
    np.savez_compressed(mirror / "mnist.npz", x_train=255 - e2e.pixels())
    assert_says(refused("train", "tiny", "--out", run), str(run), "data", "another folder")
    assert e2e.contents(run) == before


def test_fewer_steps_than_made_are_refused(refused, run):
    before = e2e.contents(run)
    line = refused("train", "tiny", "--steps", 10, "--out", run)
    assert_says(line, "40 steps", "steps=10", "another folder")
    assert e2e.contents(run) == before


HOLD = "import sys; from gan_course.runs.rundir import RunDir\nwith RunDir(sys.argv[1]).locked(): "


def test_a_folder_in_use_by_another_process_is_refused(refused, run):
    other = e2e.start("-c", HOLD + "print('mine', flush=True); sys.stdin.read()", run)
    assert other.stdout.readline() == "mine\n"
    before = e2e.contents(run)
    line = refused("train", "tiny", "--steps", 50, "--out", run)
    assert_says(line, str(run), "in use", "another folder")
    assert e2e.contents(run) == before
    e2e.finish(other)


@pytest.mark.slow
def test_a_training_run_keeps_other_processes_out_until_it_ends(tmp_path):
    answers = []

    def intrude(step, *_):
        answers.append(e2e.finish(e2e.start("-c", HOLD + "print('got in')", tmp_path / "run")))

    e2e.train(tmp_path / "run", [intrude], steps=1)
    intrude(step=2)
    (_, during, complaint), (_, after, _) = answers
    assert during == "" and "in use" in complaint
    assert after == "got in\n"


def test_a_layer_can_be_corrected_and_trained_in_the_same_folder(tmp_path):
    good = e2e.tiny(steps=2)
    wrong = good.changed(generator=("Dens 16", *good.generator[1:]))
    with pytest.raises(gan.InputError, match="'Dens'; did you mean 'Dense'"):
        gan.train(wrong, tmp_path / "run", progress=False)
    assert gan.train(good, tmp_path / "run", progress=False).step == 2


# Damaged files of a run


def damaged(kind: str, whole: str) -> str:
    content = json.loads(whole)
    recipe = content["recipe"]
    if kind == "cut short":
        return whole[: len(whole) // 2]
    changes = {
        "empty": None,
        "a list": [1, 2],
        "without recipe": {"objective": "minimax"},
        "a field missing": {"recipe": {k: v for k, v in recipe.items() if k != "steps"}},
        "a field unknown": {"recipe": {**recipe, "colour": "red"}},
        "a value out of range": {"recipe": {**recipe, "steps": -40}},
        "a value of another kind": {"recipe": {**recipe, "generator": 7}},
        "infinity": {"recipe": {**recipe, "steps": float("inf")}},
    }
    return "" if kind == "empty" else json.dumps(changes[kind])


@pytest.mark.parametrize("command", ["sample", "train"])
@pytest.mark.parametrize(
    "kind",
    [
        "cut short", "empty", "a list", "without recipe", "a field missing", "a field unknown",
        "a value out of range", "a value of another kind", "infinity",
    ],
)  # fmt: skip
def test_a_damaged_recipe_file_is_named(refused, run, tmp_path, command, kind):
    file = run / "recipe.json"
    file.write_text(damaged(kind, file.read_text()))
    before = e2e.contents(run)
    words = {
        "sample": ("sample", run, "--out", tmp_path / "new.npz"),
        "train": ("train", "tiny", "--out", run),
    }
    assert_says(refused(*words[command]), str(file))
    assert e2e.contents(run) == before


CHECKPOINT_DAMAGE = {
    "cut short": lambda whole: whole[: len(whole) // 2],
    "empty": lambda whole: b"",
    "one bit of a weight": lambda whole: whole[:400] + bytes([whole[400] ^ 4]) + whole[401:],
    "a flag of the archive": lambda whole: with_flag(whole),
    "another kind of file": lambda whole: b"\x93NUMPY\x01\x00" + whole[:2000],
}


def with_flag(whole: bytes) -> bytes:
    at = whole.index(b"PK\x01\x02") + 8  # "encrypted" in the zip directory
    return whole[:at] + bytes([whole[at] | 1]) + whole[at + 1 :]


@warnings_are_lines
@pytest.mark.parametrize("kind", CHECKPOINT_DAMAGE)
def test_a_damaged_newest_checkpoint_is_named_and_the_one_before_used(capsys, run, tmp_path, kind):
    newest = run / "checkpoints" / "step_000040.npz"
    newest.write_bytes(CHECKPOINT_DAMAGE[kind](newest.read_bytes()))
    code, out, err = e2e.cli(capsys, "sample", run, "--out", tmp_path / "new.npz")
    assert code == 0, err
    assert err.count("\n") == 1 and err.startswith("gan_course: ")
    assert_says(err, str(newest), "the one before")
    assert "step 35" in out  # checkpoints every 7 steps, and the last


@warnings_are_lines
def test_training_goes_on_from_the_checkpoint_before_a_damaged_one(capsys, run, finished):
    newest = run / "checkpoints" / "step_000040.npz"
    newest.write_bytes(newest.read_bytes()[:-100])
    code, out, err = e2e.cli(capsys, "train", "tiny", "--out", run)
    assert code == 0 and "going on after step 35" in out
    assert_says(err.splitlines()[0], "gan_course: ", str(newest), "damaged", "the one before")
    assert e2e.same_weights(gan.open_run(run), finished)


@warnings_are_lines
def test_a_run_without_any_readable_checkpoint_is_not_started_anew(capsys, run):
    for file in (run / "checkpoints").iterdir():
        file.write_bytes(b"")
    before = e2e.contents(run)
    code, _, err = e2e.cli(capsys, "train", "tiny", "--out", run)
    assert code == 2 and err.count("\n") == 4  # a warning for each of three, and the error
    assert_says(
        err.splitlines()[-1], str(run / "checkpoints"), "none of the 3", "remove the folder"
    )
    assert e2e.contents(run) == before


def test_a_damaged_sample_grid_is_named(refused, run):
    grid = run / "samples" / "step_000020.png"
    grid.write_bytes(b"no picture")
    line = refused("gif", run)
    assert str(grid) in line and "cannot write" not in line


def test_a_damaged_history_is_named(refused, run):
    (run / "history.csv").write_text("step,loss\n1,2\n")
    before = e2e.contents(run)
    line = refused("train", "tiny", "--steps", 50, "--out", run)
    assert_says(line, str(run / "history.csv"), "restore or remove")
    assert e2e.contents(run) == before


# Reading a run


@pytest.mark.parametrize(
    "words",
    [("sample", "RUN", "--out", "new.npz"), ("gif", "RUN"), ("doctor", "RUN")],
    ids=["sample", "gif", "doctor"],
)
@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_that_is_no_run_is_refused(refused, monkeypatch, tmp_path, words, exists):
    monkeypatch.chdir(tmp_path)
    if exists:
        (tmp_path / "nothing").mkdir()
    line = refused(*(str(tmp_path / "nothing") if word == "RUN" else word for word in words))
    assert_says(line, str(tmp_path / "nothing"), "no run")
    assert re.search("train|choose", line)  # the remedy
    assert not (tmp_path / "new.npz").exists()


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--out", "new.jpg"], ["'new.jpg'", ".npz or .png"]),
        (["--out", "new"], ["'new'", ".npz or .png"]),
        (["--out", "no/such/folder/new.npz"], ["no/such/folder/new.npz", "another folder"]),
        (["--out", "new.npz", "--count", "0"], ["count", ">= 1", "got 0"]),
        (["--out", "new.npz", "--count", "-3"], ["count", ">= 1", "got -3"]),
        (["--out", "new.npz", "--seed", "-1"], ["seed", "-1"]),
        (["--out", "new.npz", "--seed", "4294967296"], ["seed", "4294967296"]),
        (["--out", "new.npz", "--seed", "9" * 30], ["seed", "9" * 30]),
        ([], ["--out", "--help"]),
    ],
)
def test_a_wrong_option_of_sample_is_refused(refused, monkeypatch, run, tmp_path, options, parts):
    monkeypatch.chdir(tmp_path)
    before = e2e.contents(tmp_path)
    assert_says(refused("sample", run, *options), *parts)
    assert e2e.contents(tmp_path) == before


# A full disk


NO_SPACE = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.slow
def test_a_disk_full_while_saving_loses_nothing(
    capsys, failed_midway, monkeypatch, tmp_path, finished
):
    out, written, fsync = tmp_path / "run", [], os.fsync

    def full_after_nine_files(descriptor):
        written.append(descriptor)
        if len(written) > 9:
            raise NO_SPACE
        fsync(descriptor)

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full_after_nine_files)
        line = failed_midway("train", "tiny", "--out", out)
    assert_says(line, str(out), "No space left on device", "free some space")
    assert list(out.rglob(".*.tmp")) == []
    halfway = gan.open_run(out)
    assert 0 < halfway.step < 40 and halfway.samples(3).shape == (3, 8, 8, 1)

    code, printed, err = e2e.cli(capsys, "train", "tiny", "--out", out)
    assert code == 0 and f"going on after step {halfway.step}" in printed, err
    assert e2e.same_weights(gan.open_run(out), finished)
    assert e2e.logged(out) == e2e.logged(finished.path)
    assert e2e.grids(out) == e2e.grids(finished.path)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 1 MiB: (its folder, a function that leaves so many KiB of it free)."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", disk]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")

    def leave_free(kibibytes):
        (disk / "filler").unlink(missing_ok=True)
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize // 1024
        (disk / "filler").write_bytes(bytes(1024 * (free - kibibytes)))

    yield disk, leave_free
    subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("kibibytes", [80, 180, 240])  # early, late, among the results
def test_a_really_full_disk_loses_nothing(capsys, failed_midway, small_disk, finished, kibibytes):
    disk, leave_free = small_disk
    leave_free(kibibytes)
    line = failed_midway("train", "tiny", "--out", disk / "run")
    assert_says(line, str(disk / "run"), "No space left on device", "free some space")
    assert list((disk / "run").rglob(".*.tmp")) == []
    halfway = gan.open_run(disk / "run")
    assert halfway.step > 0 and halfway.samples(3).shape == (3, 8, 8, 1)

    (disk / "filler").unlink()
    code, _, err = e2e.cli(capsys, "train", "tiny", "--out", disk / "run")
    assert code == 0, err
    assert e2e.same_weights(gan.open_run(disk / "run"), finished)
    assert e2e.logged(disk / "run") == e2e.logged(finished.path)
    assert e2e.grids(disk / "run") == e2e.grids(finished.path)


def test_a_disk_too_full_for_the_next_row_of_the_history_says_what_to_do(small_disk):
    disk, leave_free = small_disk

    def fill(step, *_):
        if step == 100:
            leave_free(0)

    # A row has about 100 bytes, so one of the next 200 needs a new block of the disk.
    with pytest.raises(gan.InputError, match=r"history\.csv.*No space left.*free some space"):
        e2e.train(
            disk / "run", [fill], steps=200, log_every=1, sample_every=500, checkpoint_every=500
        )


# Training that explodes


def test_training_that_explodes_stops_and_keeps_the_last_healthy_checkpoint(
    failed_midway, monkeypatch, tmp_path
):
    wild = dict(optimizer="sgd", beta_1=None, g_learning_rate=1e3, d_learning_rate=1e3)
    monkeypatch.setitem(RECIPES, "wild", e2e.tiny(**wild, log_every=1, checkpoint_every=1, seed=4))
    line = failed_midway("train", "wild", "--out", tmp_path / "run")
    assert re.search(r"_loss is (nan|-?inf) at step \d+", line)
    assert_says(line, "last healthy checkpoint", "lower learning rate")
    run = gan.open_run(tmp_path / "run")
    assert str(run.dir.checkpoint(run.step)) in line
    assert run.step < 40 and np.isfinite(run.samples(5)).all()


def test_nothing_infinite_is_logged_or_saved(tmp_path):
    def explode(step, state, _):
        if step == 20:
            state.d_optimizer.learning_rate = 1e30

    with pytest.raises(
        TrainingDiverged, match=r"step 2\d; .*step_000014\.npz.*lower learning rate"
    ):
        e2e.train(tmp_path / "run", [explode])
    run = gan.open_run(tmp_path / "run")
    assert run.step == 14
    assert list(run.history["step"]) == [3, 6, 9, 12, 15, 18]
    assert np.isfinite(run.history.to_numpy()).all()
    for array in e2e.weights(run):
        assert np.isfinite(array).all()


def test_an_explosion_before_the_first_checkpoint_says_that_nothing_was_saved(
    failed_midway, monkeypatch, tmp_path
):
    wild = dict(optimizer="sgd", beta_1=None, g_learning_rate=1e30, d_learning_rate=1e30)
    monkeypatch.setitem(RECIPES, "wild", e2e.tiny(**wild))
    line = failed_midway("train", "wild", "--out", tmp_path / "run")
    assert_says(line, "none was saved yet", "lower learning rate")
    assert list((tmp_path / "run" / "checkpoints").iterdir()) == []


def test_the_reader_of_a_pipe_may_leave_early():
    command = f"{sys.executable} -m gan_course recipes | head -n 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], cwd=e2e.ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
