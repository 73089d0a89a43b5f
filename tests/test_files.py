"""Paths as people write them, and locks on disks that have none."""

import errno
import fcntl
from pathlib import Path

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course.base import files
from gan_course.base.errors import InputError, RunWarning
from gan_course.runs.rundir import RunDir


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Another home folder and another working folder, both empty."""
    for name, folder in (("HOME", tmp_path / "home"), (None, tmp_path / "work")):
        folder.mkdir()
        if name:
            monkeypatch.setenv(name, str(folder))
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "home"


def nothing_is_called_tilde():
    return not any("~" in file.name for file in Path.cwd().rglob("*"))


def test_a_tilde_is_the_home_folder_for_train_open_run_and_whatever_a_run_writes(home):
    run = gan.train(
        e2e.tiny(steps=2), "~/runs/x", data=e2e.image_set(), objective="hinge", progress=False
    )
    assert run.path == home / "runs" / "x" and run.gif.is_file()
    assert gan.open_run("~/runs/x").step == 2
    assert run.write_gif("~/other.gif") == home / "other.gif"
    assert (home / "other.gif").is_file() and nothing_is_called_tilde()


def test_a_tilde_is_the_home_folder_for_every_option_of_the_command_line(home, capsys, monkeypatch):
    monkeypatch.setitem(gan.RECIPES, "tiny", e2e.tiny(steps=2))
    monkeypatch.setenv("GAN_COURSE_DATA", str(e2e.mirror(home / "mirror")))
    for words in (
        ("train", "tiny", "--out", "~/run"),
        ("sample", "~/run", "--out", "~/new.npz", "--count", 4),
        ("sample", "~/run", "--out", "~/new.png", "--count", 4),
        ("gif", "~/run", "--out", "~/new.gif"),
        ("doctor", "~/run"),
    ):
        code, _, err = e2e.cli(capsys, *words)
        assert code == 0, err
    assert {"run", "new.npz", "new.png", "new.gif"} <= {file.name for file in home.iterdir()}
    assert nothing_is_called_tilde()


def test_a_tilde_is_the_home_folder_for_the_mirror(home, monkeypatch):
    e2e.mirror(home / "mirror")
    monkeypatch.setenv("GAN_COURSE_DATA", "~/mirror")
    np.testing.assert_array_equal(gan.data.load("mnist").x_train, e2e.pixels())


def test_the_home_of_nobody_and_what_is_no_path_are_refused_in_words(home):
    with pytest.raises(InputError, match="'~nobody-here/x' names the home folder of an unknown"):
        RunDir("~nobody-here/x")
    for wrong in (None, 7, ["runs"]):
        with pytest.raises(InputError, match="expected a path, got"):
            gan.open_run(wrong)


@pytest.mark.parametrize("number", ["ENOLCK", "ENOSYS", "EOPNOTSUPP"])
def test_a_disk_without_locks_is_trained_on_after_a_warning(tmp_path, monkeypatch, number):
    def no_locks(*_):
        raise OSError(getattr(errno, number), "no locks here")

    expected = e2e.train(tmp_path / "other", results=False, steps=4)
    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.warns(RunWarning, match="has no locks .no locks here.*no other process"):
        run = e2e.train(tmp_path / "run", results=False, steps=4)
    assert e2e.same_weights(run, expected)


def test_a_disk_without_locks_keeps_decoded_images_after_a_warning(tmp_path, monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOLCK, "no locks here")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    monkeypatch.setenv("GAN_COURSE_CACHE", str(tmp_path / "cache"))
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    with pytest.warns(RunWarning, match="has no locks"):
        kept, _ = gan.data.cache.cached_array(
            "numbers", "0" * 32, lambda: (array.shape, ((row, (1,)) for row in array))
        )
    np.testing.assert_array_equal(kept, array)


def test_another_failure_of_a_lock_is_not_taken_for_a_disk_without_locks(tmp_path, monkeypatch):
    def broken(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", broken)
    with pytest.raises(OSError, match="Input/output"), files.locked(tmp_path / "lock"):
        pass
    with pytest.raises(InputError, match="Input/output"), RunDir(tmp_path / "run").locked():
        pass


WINDOWS = """
import sys
from gan_course.cli import main
sys.platform, sys.modules["fcntl"] = "win32", None
sys.exit(main({words}))
"""


@pytest.mark.parametrize("words", [["recipes"], ["train", "demo"], ["doctor"]])
def test_windows_is_told_in_one_line_what_is_supported(words, tmp_path):
    code, out, err = e2e.finish(e2e.start("-c", WINDOWS.format(words=words)))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and "Linux and macOS; on Windows use WSL 2" in err


def test_a_notebook_on_windows_is_told_so_too():
    code = (
        "import sys, tempfile, numpy\n"  # what has other files on Windows
        "sys.platform, sys.modules['fcntl'] = 'win32', None\n"
        "import gan_course as gan\n"
        "try: gan.train('demo', 'runs/x')\n"
        "except gan.InputError as error: print(error)"
    )
    code, out, err = e2e.finish(e2e.start("-c", code))
    assert code == 0 and "on Windows use WSL 2" in out, err


def test_an_exception_before_there_is_a_run_leaves_no_folder(tmp_path):
    for made_before in (False, True):
        if made_before:
            (tmp_path / "run").mkdir()
        with pytest.raises(KeyError), RunDir(tmp_path / "run").locked():
            raise KeyError
        assert (tmp_path / "run").exists() == made_before
        assert list(tmp_path.rglob("*")) == ([tmp_path / "run"] if made_before else [])


def test_a_process_that_is_refused_removes_nothing_of_the_one_that_trains(tmp_path):
    with RunDir(tmp_path / "run").locked():
        code = "import sys; from gan_course.runs.rundir import RunDir\nRunDir(sys.argv[1]).locked().__enter__()"  # noqa: E501
        _, _, err = e2e.finish(e2e.start("-c", code, tmp_path / "run"))
        assert "is in use" in err
        assert {file.name for file in (tmp_path / "run").iterdir()} == {
            ".lock", "samples", "checkpoints",
        }  # fmt: skip
