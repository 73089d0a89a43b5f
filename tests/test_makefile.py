"""The Makefile checks the version of Python first, in words, and nothing wrong sticks."""

import os
import shutil
import subprocess
from pathlib import Path

import e2e
import pytest

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def checkout(tmp_path):
    """The files that setting up looks at, and a package that installs at once."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(e2e.ROOT / name, tmp_path / name)
    (tmp_path / "requirements.txt").write_text("")
    return tmp_path


def python(folder: Path, version: tuple, name: str = "python") -> Path:
    """A stand-in for an interpreter of that version; its venv is a folder with a copy of itself."""
    text = ".".join(map(str, version))
    script = folder / name
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(
        "#!/bin/sh\n"
        f'case "$1 $2 $3" in\n'
        f'"--version  ") echo "Python {text}";;\n'
        f'"-c "*) exec python3 -c "import sys; sys.version_info = {version}; $2";;\n'
        f'"-m venv "*) for last; do :; done; echo made by {text}; rm -rf "$last/bin"\n'
        '  mkdir -p "$last/bin"; cp "$0" "$last/bin/python";;\n'
        "*) ;;\n"
        "esac\n"
    )
    script.chmod(0o755)
    return script


def make(checkout, interpreter, target=".venv/.ready"):
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL")}
    return subprocess.run(
        ["make", target, f"PYTHON={interpreter}"], cwd=checkout, env=environment,
        capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("version", [(3, 9, 1), (3, 14, 0), (2, 7, 18)])
def test_a_python_that_is_not_supported_is_named_with_the_remedy(checkout, version):
    found = make(checkout, python(checkout, version), "demo")
    line = found.stderr.splitlines()[0]
    assert found.returncode == 2
    assert "needs Python 3.10 to 3.13" in line and "Python " + ".".join(map(str, version)) in line
    assert "make demo PYTHON=python3.12" in line
    assert not (checkout / ".venv").exists()


def test_a_python_that_is_not_there_is_told_too(checkout):
    found = make(checkout, "python3.99", "demo")
    assert found.returncode == 2 and "needs Python 3.10 to 3.13, but python3.99 is" in found.stderr


@pytest.mark.parametrize("version", [(3, 10, 0), (3, 13, 7)])
def test_a_supported_python_sets_up(checkout, version):
    found = make(checkout, python(checkout, version))
    assert found.returncode == 0, found.stderr
    assert (checkout / ".venv" / ".ready").exists()


def test_what_a_wrong_python_has_left_is_made_anew_by_a_right_one(checkout):
    old = python(checkout / "old", (3, 9, 1))
    subprocess.run([old, "-m", "venv", checkout / ".venv"], check=True, capture_output=True)
    assert make(checkout, old).returncode == 2
    found = make(checkout, python(checkout / "new", (3, 12, 4)))
    assert found.returncode == 0 and "made by 3.12.4" in found.stdout
    assert (checkout / ".venv" / ".ready").exists()


def test_a_venv_that_is_right_is_not_made_again(checkout):
    interpreter = python(checkout, (3, 11, 7))
    assert "made by" in make(checkout, interpreter).stdout
    os.utime(checkout / "pyproject.toml")  # a requirement has changed
    (checkout / ".venv" / ".ready").unlink()
    assert "made by" not in make(checkout, interpreter).stdout
