"""The run folder: files that are whole, a lock that dies with its process, clear refusals."""

import contextlib
import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gan_course.base.errors import InputError
from gan_course.base.files import atomic_write
from gan_course.runs.rundir import RunDir, step_of

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run(tmp_path):
    made = RunDir(tmp_path / "run")
    with made.locked():
        pass
    return made


def names(folder):
    return sorted(os.listdir(folder))


def write(path, content=b"new"):
    with atomic_write(path) as file:
        file.write(content)


# Files that are always whole


def test_a_file_takes_its_place_only_when_the_block_has_ended(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with atomic_write(tmp_path / "a") as file:
        file.write(b"new")
        file.flush()
        assert (tmp_path / "a").read_bytes() == b"old"
    assert (tmp_path / "a").read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("error", [RuntimeError("bug"), KeyboardInterrupt(), SystemExit()])
def test_the_old_file_stays_when_the_block_raises(tmp_path, error):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(type(error)), atomic_write(tmp_path / "a") as file:
        file.write(b"half of the n")
        raise error
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_full_disk_is_an_input_error_and_the_old_file_stays(tmp_path, monkeypatch, function):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "a").write_bytes(b"old")
    monkeypatch.setattr(os, function, full)
    with pytest.raises(InputError, match=r"cannot write .*/a: No space left .*free some space"):
        write(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_a_write_that_the_system_refuses_half_way_leaves_the_old_file(tmp_path):
    """A real failure in the middle of a write: no file may grow beyond 100,000 bytes."""
    (tmp_path / "a").write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(InputError, match=r"cannot write .*/a: File too large"):
            write(tmp_path / "a", b"x" * 300_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize(
    "place", ["missing/a", "file/a", "folder", "x" * 300], ids=["missing", "file", "folder", "long"]
)
def test_a_place_that_cannot_be_written_is_an_input_error(tmp_path, place):
    (tmp_path / "file").write_bytes(b"in the way")
    (tmp_path / "folder").mkdir()
    before = names(tmp_path)
    with pytest.raises(InputError, match="cannot write "):
        write(tmp_path / place)
    assert names(tmp_path) == before


# The lock


def test_locking_makes_the_folder_with_its_parents(tmp_path):
    run = RunDir(tmp_path / "runs" / "deep" / "one")
    with run.locked():
        assert names(run.path) == [".lock", "checkpoints", "samples"]


LOCK_AND_WAIT = """
import sys, time
from gan_course.runs.rundir import RunDir
with RunDir(sys.argv[1]).locked():
    print("locked", flush=True)
    time.sleep(60)
"""


@contextlib.contextmanager
def another_process_trains_in(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", LOCK_AND_WAIT, str(folder)], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout.readline() == b"locked\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_second_process_is_refused_until_the_first_is_killed(tmp_path):
    run = RunDir(tmp_path / "run")
    with another_process_trains_in(run.path) as process:
        with pytest.raises(InputError, match="in use: another process trains in it"), run.locked():
            pytest.fail("two processes in one folder")
        process.send_signal(signal.SIGKILL)
        process.wait()
        with run.locked():
            pass


def test_the_same_process_is_refused_a_second_time_and_free_afterwards(run):
    with run.locked(), pytest.raises(InputError, match="in use"), run.locked():
        pytest.fail("two runs in one folder")
    with contextlib.suppress(RuntimeError), run.locked():
        raise RuntimeError("training failed")
    with run.locked():
        pass


def test_leftovers_of_a_killed_process_are_removed_and_nothing_else(run):
    (run.path / ".recipe.json.77.tmp").write_bytes(b"half")
    (run.checkpoints / ".step_000002.npz.77.tmp").write_bytes(b"half")
    for kept in (run.recipe, run.checkpoint(2), run.samples / "notes.tmp"):
        kept.write_bytes(b"{}")
    with run.locked():
        assert names(run.path) == [".lock", "checkpoints", "recipe.json", "samples"]
        assert names(run.checkpoints) == ["step_000002.npz"]
        assert names(run.samples) == ["notes.tmp"]


def test_leftovers_are_not_taken_from_a_run_that_is_going_on(tmp_path):
    run = RunDir(tmp_path / "run")
    with another_process_trains_in(run.path):
        (run.path / ".recipe.json.77.tmp").write_bytes(b"half")
        with contextlib.suppress(InputError), run.locked():
            pass
        assert ".recipe.json.77.tmp" in names(run.path)


# Folders that are refused


def test_a_path_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"mine")
    for path in (tmp_path / "file", tmp_path / "file" / "run"):
        with (
            pytest.raises(InputError, match=r"file; choose|Not a directory"),
            RunDir(path).locked(),
        ):
            pytest.fail("locked")
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_a_name_that_is_too_long_is_refused(tmp_path):
    with pytest.raises(InputError, match="too long"), RunDir(tmp_path / ("x" * 300)).locked():
        pytest.fail("locked")


def test_a_folder_of_somebody_elses_files_is_refused_untouched(tmp_path):
    (tmp_path / "thesis.tex").write_bytes(b"years of work")
    with pytest.raises(InputError, match=r"holds files, but no run"), RunDir(tmp_path).locked():
        pytest.fail("locked")
    assert names(tmp_path) == ["thesis.tex"]


def test_an_empty_folder_and_what_an_early_kill_left_are_accepted(tmp_path):
    for leftovers in ([], ["samples", "checkpoints"]):
        folder = tmp_path / f"{len(leftovers)}"
        folder.mkdir()
        for name in leftovers:
            (folder / name).mkdir()
        if leftovers:
            (folder / ".lock").touch()
            (folder / ".recipe.json.77.tmp").touch()
        with RunDir(folder).locked():
            assert names(folder) == [".lock", "checkpoints", "samples"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into every folder")
def test_a_folder_without_permission_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"), RunDir(tmp_path / "run").locked():
        pytest.fail("locked")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="/proc is a folder of Linux")
def test_a_folder_that_not_even_root_can_make_is_refused():
    with pytest.raises(InputError, match=r"cannot write /proc/run: "), RunDir("/proc/run").locked():
        pytest.fail("locked")


def test_a_read_only_disk_is_refused(tmp_path, monkeypatch):
    def read_only(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", read_only)
    with (
        pytest.raises(InputError, match="Read-only file system; choose another folder"),
        RunDir(tmp_path / "run").locked(),
    ):
        pytest.fail("locked")


# Recipe, checkpoints, samples


def test_a_recipe_is_read_back_as_it_was_written(run):
    content = {"recipe": {"name": "démo", "rate": 0.1}, "data": [1, None]}
    run.write_recipe(content)
    assert run.read_recipe() == content
    assert "démo" in run.recipe.read_text("utf-8")


def test_a_folder_without_recipe_holds_no_run(tmp_path):
    with pytest.raises(InputError, match=r"holds no run \(no recipe.json\)"):
        RunDir(tmp_path).read_recipe()


@pytest.mark.parametrize(
    "content", [b"", b'{"recipe": {"na', b"[]", b"{}", b'{"recipe": 3}', b"\xff\xfe", b"null"]
)
def test_a_damaged_recipe_is_named(run, content):
    run.recipe.write_bytes(content)
    with pytest.raises(InputError, match=r"recipe\.json is damaged .*; restore or remove it"):
        run.read_recipe()


def test_files_are_named_by_step_and_listed_oldest_first(run):
    assert run.checkpoint(500).name == "step_000500.npz"
    assert run.sample(500).name == "step_000500.png"
    for step in (1_000_000, 20, 999_999):  # more digits than the name has zeros
        run.checkpoint(step).touch()
        run.sample(step).touch()
    for files in (run.checkpoint_files(), run.sample_files()):
        assert [step_of(file) for file in files] == [20, 999_999, 1_000_000]


def test_the_newest_three_checkpoints_are_kept(run):
    for step in (9, 10, 100, 1_000_000, 11):
        run.checkpoint(step).touch()
    run.forget_old_checkpoints()
    assert [step_of(file) for file in run.checkpoint_files()] == [11, 100, 1_000_000]
    run.forget_old_checkpoints()
    assert len(run.checkpoint_files()) == 3


def test_what_comes_after_the_step_is_forgotten(run):
    for step in (0, 10, 20, 30):
        run.checkpoint(step).touch()
        run.sample(step).touch()
    run.forget_after(20)
    assert [step_of(file) for file in run.checkpoint_files()] == [0, 10, 20]
    assert [step_of(file) for file in run.sample_files()] == [0, 10, 20]


def test_files_of_another_name_survive(run):
    (run.samples / "step_best.png").touch()
    (run.checkpoints / "mine.npz").touch()
    run.forget_after(-1)
    run.forget_old_checkpoints()
    assert (run.samples / "step_best.png").exists() and (run.checkpoints / "mine.npz").exists()
