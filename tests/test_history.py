"""history.csv: what is written reads back, whatever a kill has left."""

import csv
import math
import os

import numpy as np
import pytest

from gan_course.base.errors import InputError
from gan_course.runs import history

SCALARS = ("d_loss", "g_loss", "d_real", "d_fake", "accuracy_real", "accuracy_fake")


def row(step, **changes):
    odd = dict(d_loss=1 / 3, g_loss=-math.pi, d_real=1e-300, accuracy_real=5e-324)
    odd |= dict(seconds=0.125 * step, d_fake=float(np.float32(0.1)), accuracy_fake=1e22)
    odd |= {"step": step, "images": 5 * step, **changes}
    return {name: odd[name] for name in (*history.FIRST, *SCALARS)}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "history.csv"
    history.restart(path, 0, SCALARS)
    return path


def test_a_new_history_is_a_header(file):
    assert history.read(file) == []
    assert file.read_text() == (
        "step,images,seconds,d_loss,g_loss,d_real,d_fake,accuracy_real,accuracy_fake\n"
    )


def test_numbers_come_back_bit_for_bit_with_whole_steps(file):
    for step in (1, 1234567):
        history.append(file, row(step))
    found = history.read(file)
    assert found == [row(1), row(1234567)]
    for name, value in found[1].items():
        assert type(value) is (int if name in ("step", "images") else float)


def test_any_program_reads_the_file_as_csv(file):
    history.append(file, row(7))
    with open(file, newline="") as opened:
        (found,) = csv.DictReader(opened)
    assert {name: float(text) for name, text in found.items()} == row(7)


def test_a_line_cut_short_is_left_out_wherever_the_cut_is(file):
    history.append(file, row(1))
    before = file.read_bytes()
    history.append(file, row(2))
    after = file.read_bytes()
    for length in range(len(before), len(after)):
        file.write_bytes(after[:length])
        assert history.read(file) == [row(1)]
    file.write_bytes(after)
    assert history.read(file) == [row(1), row(2)]


def test_restart_cuts_the_rows_after_the_step_and_the_cut_line(file):
    for step in (2, 4, 6, 8):
        history.append(file, row(step))
    with open(file, "a") as opened:
        opened.write("10,50,1.")
    assert history.restart(file, 6, SCALARS) == [row(2), row(4), row(6)]
    history.append(file, row(8, g_loss=0.5))
    assert history.read(file) == [row(2), row(4), row(6), row(8, g_loss=0.5)]


def test_restart_leaves_the_bytes_of_the_rows_that_stay(file):
    for step in (2, 4):
        history.append(file, row(step))
    before = file.read_bytes()
    history.append(file, row(6))
    history.restart(file, 4, SCALARS)
    assert file.read_bytes() == before
    assert os.listdir(file.parent) == ["history.csv"]


def test_restart_from_nothing_makes_the_file_anew(file):
    history.append(file, row(1))
    assert history.restart(file, 0, SCALARS) == []
    assert history.read(file) == []


def test_nan_and_infinity_can_be_read_back(file):
    history.append(file, row(3, d_loss=math.nan, g_loss=-math.inf))
    (found,) = history.read(file)
    assert math.isnan(found["d_loss"]) and found["g_loss"] == -math.inf


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"step,loss\n1,2\n",
        b"\xff\xfe\x00",
        b"1,5,0.1,0.5,0.5,0.5,0.5,0.5,0.5\n",
        b"step,images,seconds,d_loss,g_lo",
        b"step,images,seconds,d_loss,d_loss\n",
        b"step,images,seconds,0.5\n",
    ],
)
def test_a_file_that_does_not_begin_as_ours_is_named(file, content):
    file.write_bytes(content)
    for use in (history.read, lambda path: history.restart(path, 0, SCALARS)):
        with pytest.raises(InputError, match=r"history\.csv"):
            use(file)
    assert file.read_bytes() == content


@pytest.mark.parametrize("line", ["1,2,3\n", "1,5,x,0.5,0.5,0.5,0.5,0.5,0.5\n", "\n"])
def test_a_whole_line_that_is_no_row_is_named(file, line):
    with open(file, "a") as opened:
        opened.write(line)
    with pytest.raises(InputError, match=r"history\.csv has a row that is not numbers"):
        history.read(file)


def test_a_missing_history_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*none\.csv"):
        history.read(tmp_path / "none.csv")


def test_the_columns_are_those_of_the_objective_and_stay_so(tmp_path):
    path = tmp_path / "history.csv"
    history.restart(path, 0, ["d_loss", "wasserstein"])
    history.append(path, {"step": 1, "images": 5, "seconds": 0.5, "d_loss": -2.5, "w": 2.5})
    assert history.columns(path) == ["step", "images", "seconds", "d_loss", "wasserstein"]
    assert history.read(path)[0]["wasserstein"] == 2.5
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"d_loss,wasserstein, but this run logs .*,d_loss,g_loss"):
        history.restart(path, 1, ["d_loss", "g_loss"])
    assert path.read_bytes() == before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is a device of Linux")
def test_a_full_disk_is_an_input_error():
    from pathlib import Path

    with pytest.raises(InputError, match="cannot write /dev/full: No space left on device"):
        history.append(Path("/dev/full"), row(1))


def test_a_row_of_numpy_numbers_reads_back(file):
    numbers = {name: np.float32(0.1) for name in ("seconds", *SCALARS)}
    history.append(file, {"step": 3, "images": 24, **numbers})
    (found,) = history.read(file)
    assert (found["step"], found["d_loss"]) == (3, float(np.float32(0.1)))
