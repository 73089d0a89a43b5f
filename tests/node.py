"""JavaScript in node, for the tests of what computes in a page. Skips where there is no node."""

import json
import shutil
import subprocess

import pytest

PROGRAM = shutil.which("node")


def start(code: str, *arguments) -> subprocess.Popen:
    """Runs JavaScript, whose `process.argv` ends with the arguments; `answer` waits for it."""
    if PROGRAM is None:
        pytest.skip("no node on this machine: no JavaScript run")
    process = subprocess.Popen(
        [PROGRAM, "-", *map(str, arguments)], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with process.stdin as program:
        program.write(code)
    return process


def answer(process: subprocess.Popen):
    """What the JavaScript printed, as JSON."""
    with process:
        printed, complaint = process.stdout.read(), process.stderr.read()
    assert process.returncode == 0, complaint
    return json.loads(printed)


def run(code: str, *arguments):
    """The answer of JavaScript to its arguments."""
    return answer(start(code, *arguments))
