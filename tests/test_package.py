"""The package: cheap to import, every public name there, arrows one way only."""

import ast
import os
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import gan_course

PACKAGE = Path(gan_course.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


def module_name(file):
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(file): file for file in FILES}


def imports(file):
    """The modules of the package that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inside & MODULES.keys()) | (
                {node.module} if inside - MODULES.keys() else set()
            )
    return {name for name in found if name in MODULES}


def python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, env={**os.environ, **environment},
        capture_output=True, text=True,
    )  # fmt: skip


def test_the_package_is_imported_without_tensorflow_or_numpy():
    code = """
import sys
import gan_course
print({"tensorflow", "keras", "numpy"} & set(sys.modules))
"""
    assert python(code).stdout.strip() == "set()"


def test_recipes_and_errors_are_read_without_tensorflow():
    code = """
import sys
import gan_course
gan_course.recipe("demo", steps=5)
gan_course.InputError
print({"tensorflow", "keras"} & set(sys.modules))
"""
    assert python(code).stdout.strip() == "set()"


def test_keras_does_not_load_scikit_learn_which_can_be_had_all_the_same():
    code = """
import sys
from gan_course.base.backend import keras
print("sklearn" in sys.modules)
import sklearn.datasets
print("sklearn" in sys.modules)
"""
    assert python(code).stdout.split() == ["False", "True"]


@pytest.mark.parametrize("name", dir(gan_course))
def test_every_public_name_can_be_used(name):
    assert getattr(gan_course, name) is not None


def test_the_public_names_are_those_of_the_design():
    promised = {
        "RECIPES", "recipe", "lesson", "train", "open_run", "data", "objectives", "plots",
        "teaching",
    }  # fmt: skip
    assert promised <= set(dir(gan_course)) == set(gan_course.__all__)


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'gan_course' has no attribute 'trian'"):
        gan_course.trian  # noqa: B018


# The rooms, the lowest first: a room imports only rooms below it. `run.py` stands for all faces but
# the command line, since `train` returns a Run.
ROOMS = (
    "base", "data", "recipes", "models", "games", "runs", "web", "teaching", "measures",
    "run", "training", "commands", "cli",
)  # fmt: skip


def room(module):
    """The room of a module; the two files that only open doors belong to the highest."""
    first = module.removeprefix("gan_course").lstrip(".").split(".")[0]
    return "cli" if first in ("", "__main__") else first


def test_every_file_is_in_a_room_and_every_room_is_named():
    assert {room(module) for module in MODULES} == set(ROOMS)


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_imports_only_rooms_below_it(name):
    below = ROOMS[: ROOMS.index(name) + 1]
    upwards = {
        (module, other)
        for module in MODULES
        if room(module) == name
        for other in imports(MODULES[module]) - {"gan_course"}
        if room(other) not in below
    }
    assert not upwards


def test_imports_run_one_way_only():
    """Also those under TYPE_CHECKING and inside functions."""
    graph = {name: imports(file) - {"gan_course"} for name, file in MODULES.items()}
    assert sum(map(len, graph.values())) > 100  # the reader of imports sees them
    TopologicalSorter(graph).prepare()  # raises CycleError


def test_the_reader_of_imports_sees_type_checking_and_functions(tmp_path):
    file = tmp_path / "some.py"
    file.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from gan_course.run import Run\n"
        "def f():\n    from gan_course.training import loop\n"
    )
    assert imports(file) == {"gan_course.run", "gan_course.training.loop"}


@pytest.mark.slow
def test_every_module_can_be_imported_first():
    code = """
import importlib, sys
for name in sys.argv[1:] or NAMES:
    for loaded in [n for n in sys.modules if n.split(".")[0] == "gan_course"]:
        del sys.modules[loaded]
    importlib.import_module(name)
    print(name)
"""
    names = [name for name in MODULES if not name.endswith("__main__")]
    found = python(f"NAMES = {names!r}\n{code}")
    assert found.stdout.split() == names, found.stderr


def test_another_keras_backend_is_refused_with_the_remedy():
    found = python(
        "from gan_course.base.errors import InputError\n"
        "try:\n    import gan_course.base.backend\nexcept InputError as error:\n    print(error)",
        KERAS_BACKEND="torch",
    )
    assert found.stdout.startswith("KERAS_BACKEND is 'torch'") and "unset it" in found.stdout


def test_modules_and_functions_stay_small_and_say_what_they_are():
    for file in FILES:
        text = file.read_text("utf-8")
        tree = ast.parse(text)
        assert len(text.splitlines()) <= 250, file
        assert file.name == "__main__.py" or ast.get_docstring(tree), file
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 40, (file, node.name)


def test_few_arrows_join_the_rooms():
    arrows = {
        (room(module), room(other))
        for module in MODULES
        for other in imports(MODULES[module]) - {"gan_course"}
        if room(other) != room(module)
    }
    assert len(ROOMS) == 13 and 40 <= len(arrows) <= 52
