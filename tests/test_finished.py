"""What `train` says of a run that has all its steps, and at the end of one."""

import re
import zipfile

import e2e
import pytest

import gan_course as gan


@pytest.fixture
def words(monkeypatch, tmp_path):
    """`train tiny`, of ten steps, in one folder."""
    monkeypatch.setitem(gan.RECIPES, "tiny", e2e.tiny(steps=10))
    monkeypatch.setenv("GAN_COURSE_DATA", str(e2e.mirror(tmp_path / "mirror")))
    return ("train", "tiny", "--out", tmp_path / "run")


def test_a_finished_run_says_that_nothing_is_left_and_shows_no_bar(capsys, words):
    code, out, err = e2e.cli(capsys, *words)
    assert code == 0 and "10/10" in out + err and "going on" not in out
    code, out, err = e2e.cli(capsys, *words)
    assert code == 0 and "all steps are made already" in out
    assert "going on" not in out and "10/10" not in out + err and "%" not in out + err
    assert "animation" in out and "generator" in out  # where everything is


def test_more_steps_go_on_and_say_from_where(capsys, words):
    e2e.cli(capsys, *words)
    code, out, _ = e2e.cli(capsys, *words, "--steps", 14)
    assert code == 0 and "going on after step 10" in out and "all steps" not in out


def test_the_last_line_says_which_keras_reads_the_generator(capsys, words):
    _, out, _ = e2e.cli(capsys, *words)
    last = out.splitlines()[-1]
    (version,) = re.findall(r"in Keras (\d+\.\d+\.\d+) or newer", last)
    path = last.split()[1]
    with zipfile.ZipFile(path) as archive:  # what the file itself says
        assert f'"keras_version": "{version}"' in archive.read("metadata.json").decode()
