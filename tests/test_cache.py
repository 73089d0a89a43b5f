"""The cache of arrays: made once, mapped from the disk, whole or not there, whoever is killed."""

import errno
import os
import signal
import warnings
import zlib
from pathlib import Path
from types import SimpleNamespace

import e2e
import numpy as np
import pytest

from gan_course.base import files
from gan_course.base.errors import InputError, RunWarning
from gan_course.data import cache
from gan_course.data.cache import cache_folder, cached_array

SHAPE = (40, 5, 70, 3)
ARRAY = np.random.default_rng(8).integers(0, 256, SHAPE, dtype=np.uint8)
STATE = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The cache folder of one test; not made yet."""
    monkeypatch.setenv("GAN_COURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def make(array=ARRAY, notes=((1, 2), (0, 7))):
    return array.shape, ((row, notes[i % len(notes)]) for i, row in enumerate(array))


def not_again():
    raise AssertionError("made again")


def kept(folder):
    """What is in the cache folder, but for the locks: `[suffix of each file]`."""
    return sorted(file.suffix for file in folder.iterdir() if file.suffix != ".lock")


def the_file(folder, suffix=".npy"):
    (file,) = folder.glob(f"*{suffix}")
    return file


# What comes back


def test_the_array_and_the_different_notes_come_back_now_and_the_next_time():
    for maker in (make, not_again):
        array, notes = cached_array("pictures", STATE, maker)
        np.testing.assert_array_equal(array, ARRAY)
        assert array.dtype == np.uint8 and notes == [(0, 7), (1, 2)]


def test_the_array_is_mapped_from_the_disk_and_cannot_be_changed():
    array, _ = cached_array("pictures", STATE, make)
    assert isinstance(array, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 0


def test_the_file_is_one_that_numpy_reads(folder):
    cached_array("pictures", STATE, make)
    np.testing.assert_array_equal(np.load(the_file(folder)), ARRAY)


def test_a_new_state_takes_the_place_of_the_old_one_and_of_no_other_subject(folder):
    cached_array("pictures", STATE, make)
    old, _ = cached_array("drawings", STATE, make)
    new, _ = cached_array("drawings", STATE[::-1], lambda: make(255 - ARRAY))
    np.testing.assert_array_equal(new, 255 - ARRAY)
    np.testing.assert_array_equal(old, ARRAY)  # who has the old one mapped keeps it
    assert kept(folder) == [".json", ".json", ".npy", ".npy"]
    np.testing.assert_array_equal(cached_array("pictures", STATE, not_again)[0], ARRAY)


# Where it is


@pytest.mark.parametrize(
    ("named", "xdg", "found"),
    [
        ("/a", "/b", "/a"),
        ("~/a", "/b", "HOME/a"),
        ("", "/b", "/b/gan_course"),
        ("", "", "HOME/.cache/gan_course"),
    ],
)
def test_the_cache_folder_is_the_named_one_or_in_the_users_cache(
    monkeypatch, tmp_path, named, xdg, found
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GAN_COURSE_CACHE", named)
    monkeypatch.setenv("XDG_CACHE_HOME", xdg)
    assert cache_folder() == Path(found.replace("HOME", str(tmp_path)))


# Damage


def shorter(file):
    file.write_bytes(file.read_bytes()[:-1])


def longer(file):
    file.write_bytes(file.read_bytes() + b"\0")


def empty(file):
    file.write_bytes(b"")


def other_text(old, new):
    def replace(file):
        text = file.read_bytes()
        assert old in text and len(old) == len(new)
        file.write_bytes(text.replace(old, new, 1))

    return replace


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [
        (".npy", shorter),
        (".npy", longer),
        (".npy", empty),
        (".npy", Path.unlink),
        (".npy", other_text(b"NUMPY", b"NUMPX")),
        (".npy", other_text(b"(40, 5,", b"(40, 6,")),
        (".npy", other_text(b"(40, 5,", b"(20,10,")),
        (".npy", other_text(b"|u1", b"|i1")),
        (".npy", other_text(b"{'descr", b"{(descr")),
        (".json", shorter),
        (".json", empty),
        (".json", Path.unlink),
        (".json", other_text(b"[40, 5,", b"[40, 6,")),
        (".json", other_text(b'"notes"', b'"nodes"')),
    ],
)
def test_a_damaged_cache_is_made_anew(folder, suffix, damage):
    cached_array("pictures", STATE, make)
    whole = the_file(folder, suffix).read_bytes()
    damage(the_file(folder, suffix))
    for maker in (make, not_again):
        array, notes = cached_array("pictures", STATE, maker)
        np.testing.assert_array_equal(array, ARRAY)
        assert notes == [(0, 7), (1, 2)]
    assert kept(folder) == [".json", ".npy"]
    assert the_file(folder, suffix).read_bytes() == whole


def test_rows_are_closed_at_once_when_writing_fails():
    closed = []

    def rows():
        try:
            yield None, (1,)  # cannot be written
        finally:
            closed.append(True)

    with pytest.raises(TypeError) as error:  # and its traceback holds on to the rows
        cached_array("pictures", STATE, lambda: (SHAPE, rows()))
    assert closed and error


def test_a_failure_while_making_leaves_the_old_state_and_nothing_half(folder):
    def fails():
        def rows():
            yield from zip(ARRAY[:20], [(1, 2)] * 20, strict=True)
            raise InputError("zebra.png cannot be read")

        return SHAPE, rows()

    cached_array("pictures", STATE, make)
    with pytest.raises(InputError, match=r"^zebra\.png cannot be read$"):
        cached_array("pictures", STATE[::-1], fails)
    assert kept(folder) == [".json", ".npy"]
    np.testing.assert_array_equal(cached_array("pictures", STATE, not_again)[0], ARRAY)


# Several processes, some of them killed

PROCESS = """
import os, signal, sys, zlib
import numpy as np
from gan_course.data.cache import cached_array

subject, die_at = sys.argv[1:]
rename, renames = os.replace, []

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def replace(*names):
    renames.append(names)
    if die_at == f"rename {len(renames)}":
        die()
    rename(*names)

def rows():
    for number in range(40):
        if number == 20:
            print("half", flush=True)
            sys.stdin.readline()
            if die_at == "half":
                die()
        yield np.full((5, 70, 3), number, np.uint8), (number % 2,)

os.replace = replace
array, notes = cached_array(subject, "0123456789abcdef" * 2, lambda: ((40, 5, 70, 3), rows()))
print(zlib.crc32(array), notes)
"""
# what such a process makes, and prints about it
STAIRS = np.broadcast_to(np.arange(40, dtype=np.uint8).reshape(40, 1, 1, 1), SHAPE)
DONE = f"{zlib.crc32(np.ascontiguousarray(STAIRS))} [(0,), (1,)]\n"


@pytest.fixture
def process(folder):
    """Starts a process that makes the array of a subject, and waits for a line at half of it."""
    running = []

    def start(subject, die_at="never"):
        running.append(e2e.start("-c", PROCESS, subject, die_at, GAN_COURSE_CACHE=str(folder)))
        return running[-1]

    yield start
    for one in running:
        one.kill()
        one.communicate()


def go_on(process):
    out, err = process.communicate("go on\n", timeout=60)
    return process.returncode, out, err


@pytest.mark.parametrize("moment", ["half", "rename 1", "rename 2"])
def test_what_a_killed_process_leaves_is_not_used_and_is_removed(folder, process, moment):
    assert go_on(process("stairs", moment))[0] == -signal.SIGKILL
    assert ".tmp" in kept(folder)
    array, _ = cached_array("stairs", STATE, make)
    np.testing.assert_array_equal(array, ARRAY)  # of this process, not of the killed one
    assert kept(folder) == [".json", ".npy"]


def test_what_a_killed_process_leaves_is_removed_when_another_subject_is_made(folder, process):
    go_on(process("stairs", "half"))
    cached_array("pictures", STATE, make)
    assert kept(folder) == [".json", ".npy"]


def test_what_a_living_process_writes_is_not_removed(folder, process):
    other = process("stairs")
    assert other.stdout.readline() == "half\n"
    cached_array("pictures", STATE, make)
    assert kept(folder) == [".json", ".npy", ".tmp"]
    assert go_on(other) == (0, DONE, "")
    array, _ = cached_array("stairs", STATE, not_again)
    np.testing.assert_array_equal(array, STAIRS)


def test_of_two_processes_at_once_one_makes_the_array_and_both_have_it(folder, process):
    first = process("stairs")
    assert first.stdout.readline() == "half\n"
    second = process("stairs")
    assert "another process decodes stairs; waiting for it" in second.stderr.readline()
    assert go_on(first) == (0, DONE, "")
    code, out, _ = go_on(second)
    assert (code, out) == (0, DONE)  # no "half": it made nothing
    assert kept(folder) == [".json", ".npy"]


def test_a_process_that_waits_for_one_that_is_killed_makes_the_array_itself(folder, process):
    first = process("stairs")
    assert first.stdout.readline() == "half\n"
    second = process("stairs")
    assert "waiting" in second.stderr.readline()
    first.kill()
    code, out, _ = go_on(second)
    assert (code, out) == (0, "half\n" + DONE)
    assert kept(folder) == [".json", ".npy"]


def test_a_lock_in_the_same_process_says_so_too(tmp_path):
    with files.locked(tmp_path / "a.lock"):
        with pytest.raises(BlockingIOError), files.locked(tmp_path / "a.lock"):
            pass
        with (
            warnings.catch_warnings(),
            pytest.raises(RunWarning, match="busy; waiting for it"),
            files.locked(tmp_path / "a.lock", "busy"),
        ):
            pass


def test_files_of_others_in_the_cache_folder_are_left_alone(folder):
    folder.mkdir()
    others = {".run.npz.123.tmp", "notes.json", "x-y.npy"}
    for name in others:
        (folder / name).write_text("not ours")
    cached_array("pictures", STATE, make)
    assert others <= {file.name for file in folder.iterdir()}


# A disk that refuses


def assert_refused(folder, error, reason):
    assert str(error.value).startswith(f"cannot keep pictures in {folder}: {reason}")
    assert "set GAN_COURSE_CACHE to a folder with room for " in str(error.value)


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_in_place_of_the_cache_folder_is_refused_and_kept(folder, monkeypatch, below):
    folder.write_text("my essay")
    monkeypatch.setenv("GAN_COURSE_CACHE", str(folder / below))
    with pytest.raises(InputError) as error:
        cached_array("pictures", STATE, not_again)
    assert_refused(folder / below, error, "Not a directory" if below else "File exists")
    assert folder.read_text() == "my essay"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs the read-only folder /proc")
def test_a_place_where_nobody_may_write_is_refused(monkeypatch):
    monkeypatch.setenv("GAN_COURSE_CACHE", "/proc/cache")
    with pytest.raises(InputError) as error:
        cached_array("pictures", STATE, not_again)
    assert_refused(Path("/proc/cache"), error, "")  # the reason depends on the system


def test_too_little_room_is_seen_before_the_first_row_is_made(folder, monkeypatch):
    def rows():
        yield not_again()

    free = 200_000 * 64 * 64 * 3 - 1
    monkeypatch.setattr(cache.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    with pytest.raises(InputError) as error:
        cached_array("pictures", STATE, lambda: ((200_000, 64, 64, 3), rows()))
    assert_refused(folder, error, "No space left on device")
    assert str(error.value).endswith("room for 2,458 MB")  # 200,000 * 64 * 64 * 3 / 1e6
    assert kept(folder) == []


@pytest.mark.parametrize("file", [1, 2])
def test_a_disk_that_fills_up_while_writing_is_named_and_nothing_is_left(folder, monkeypatch, file):
    fsync, written = os.fsync, []

    def full(descriptor):
        written.append(descriptor)
        if len(written) == file:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(InputError) as error:
            cached_array("pictures", STATE, make)
    assert_refused(folder, error, "No space left on device")
    assert ".tmp" not in kept(folder)
    np.testing.assert_array_equal(cached_array("pictures", STATE, make)[0], ARRAY)
