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


def imports(file, everywhere=True):
    """The modules of the package that a file imports; `everywhere`: also inside functions."""
    tree = ast.parse(file.read_text("utf-8"))
    nodes = ast.walk(tree) if everywhere else tree.body
    found = set()
    for node in nodes:
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


def test_the_package_is_imported_in_a_third_of_a_second_without_tensorflow_or_numpy():
    code = """
import sys, time
start = time.perf_counter()
import gan_course
print(time.perf_counter() - start, {"tensorflow", "keras", "numpy"} & set(sys.modules))
"""
    seconds, loaded = min(python(code).stdout.split(maxsplit=1) for _ in range(3))
    assert float(seconds) < 0.3 and loaded.strip() == "set()"


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
from gan_course.backend import keras
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


def test_imports_run_one_way_only():
    graph = {name: imports(file, everywhere=False) for name, file in MODULES.items()}
    assert sum(map(len, graph.values())) > 30  # the reader of imports sees them
    # a package imports its parts, and a part does not import its package
    TopologicalSorter(graph).prepare()  # raises CycleError


@pytest.mark.parametrize(
    ("module", "may_import"),
    [
        ("errors", set()),
        ("schema", {"endings", "errors"}),
        ("catalog.dcgan", {"schema"}),
        ("backend", {"errors"}),
        ("step", {"backend", "penalties"}),
        ("penalties", {"backend", "seeds"}),
        ("scores", {"backend"}),
        ("endings", set()),
        ("contract", {"backend", "errors"}),
        ("objectives", {"backend", "contract", "errors", "penalties", "schema", "scores"}),
        ("files", {"errors"}),
        ("seeds", {"backend"}),
        ("images", {"errors", "tiles"}),
        ("tiles", set()),
        ("rundir", {"errors", "files"}),
        ("history", {"errors", "files"}),
        ("plots", {"contract", "images", "objectives", "schema"}),
        (
            "loop",
            {
                "seeds",
                "backend",
                "distributed",
                "images",
                "objectives",
                "schema",
                "speed",
                "state",
                "step",
            },
        ),
        ("state", {"archives", "averaging", "backend", "errors", "models", "optimizers", "schema"}),
        ("averaging", {"backend"}),
        ("distributed", {"backend", "errors", "seeds"}),
        ("speed", {"backend", "schema"}),
        ("optimizers", {"backend", "schema"}),
        ("archives", {"errors"}),
    ],
)
def test_rooms_know_only_their_neighbours(module, may_import):
    found = {name.removeprefix("gan_course.") for name in imports(MODULES[f"gan_course.{module}"])}
    assert found <= may_import


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
        "from gan_course.errors import InputError\n"
        "try:\n    import gan_course.backend\nexcept InputError as error:\n    print(error)",
        KERAS_BACKEND="torch",
    )
    assert found.stdout.startswith("KERAS_BACKEND is 'torch'") and "unset it" in found.stdout


def test_modules_stay_rooms_and_say_what_they_are():
    for file in FILES:
        text = file.read_text("utf-8")
        assert len(text.splitlines()) <= 260, file
        if file.name != "__main__.py":
            assert ast.get_docstring(ast.parse(text)), file
