"""Every notebook runs top to bottom on any machine: nbval, profile `smoke`, no network needed.

Cells tagged nbval-check-output must print what is committed; the others must run without an error.
"""

import importlib.util
import inspect
import os
import re
import shutil
import subprocess
import sys
from operator import attrgetter
from pathlib import Path

import nbformat
import pytest

import gan_course as gan

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS_PER_CELL = 120
MEGABYTES = 1.5


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_in_the_smoke_profile_and_its_checked_outputs_hold(notebook, tmp_path):
    shutil.copy(notebook, tmp_path)  # its runs go there too, and never meet a student's
    environment = {**os.environ, "GAN_COURSE_PROFILE": "smoke", "PYTHONPATH": str(ROOT)}
    environment.pop("GAN_COURSE_DATA", None)  # smoke needs no data but the embedded
    command = [
        sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider",
        f"--nbval-cell-timeout={SECONDS_PER_CELL}", notebook.name,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_with_the_outputs_of_a_clean_quick_run(notebook):
    book = nbformat.read(notebook, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    outputs = [output for cell in code for output in cell.outputs]
    printed = "".join(o.text for o in outputs if o.output_type == "stream")
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert "Profile 'quick'" in printed
    assert [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"] == []
    assert max(len(cell.source.splitlines()) for cell in code) <= 20
    assert 0.05 < notebook.stat().st_size / 1e6 < MEGABYTES


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_ends_with_its_run_s_measures_and_the_doctor_s_opinion(notebook):
    """Floors and error bars are columns of the table; chapter 7 is about nothing else. Of one
    painting, chapter 11's, there is no measure, and nobody judges it."""
    if notebook.stem == "11_style_transfer":
        pytest.skip("one painting is no set of images")
    cells = nbformat.read(notebook, as_version=4).cells
    texts = [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for cell in cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    head = r"measure +(value +± error +real +best|answers +± error .* best)"
    tables = [text for text in texts if re.search(head, text)]
    assert tables and re.search(r"^(frechet distance|l1) ", tables[-1], re.MULTILINE)
    if notebook.stem != "07_evaluating_gans":
        assert [text for text in texts if re.search(r"^healthy\n  evidence ", text, re.MULTILINE)]


def shown(cell) -> str | None:
    """The name of what a cell shows the source of."""
    match = cell.cell_type == "code" and re.fullmatch(
        r"gan\.teaching\.show\(([\w.]+)\)", cell.source.strip()
    )
    return match[1] if match else None


def found(name: str):
    first, _, rest = name.partition(".")
    if first == "gan":
        return attrgetter(rest)(gan)
    if importlib.util.find_spec(f"gan_course.games.{first}"):
        return attrgetter(rest)(importlib.import_module(f"gan_course.games.{first}"))
    return attrgetter(name)(gan.keras_fit)


def test_the_source_that_committed_notebooks_show_is_the_library_s_of_today():
    books = [nbformat.read(notebook, as_version=4) for notebook in NOTEBOOKS]
    cells = [cell for book in books for cell in book.cells if shown(cell)]
    assert len(cells) >= 6
    for cell in cells:
        assert cell.outputs[0].data["text/plain"] == inspect.getsource(found(shown(cell))).rstrip()


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_text_waits_to_be_written(notebook):
    """A place held for a number or a paragraph of the next run: TODO, WALKTEXT, ⟦…⟧."""
    for cell in nbformat.read(notebook, as_version=4).cells:
        assert not re.search(r"TODO|FIXME|\b[A-Z]{3,}TEXT\b|[⟦⟧]", cell.source), cell.source


def test_there_is_a_notebook_for_each_chapter():
    assert [path.stem for path in NOTEBOOKS] == [
        "00_two_dimensions", "01_vanilla_gan", "02_dcgan", "03_drawings_and_failures", "04_wgan",
        "05_wgan_gp", "06_project_fashion", "07_evaluating_gans", "08_conditional",
        "09_pix2pix", "10_cyclegan", "11_style_transfer",
    ]  # fmt: skip


# The first cell


def first_cell() -> str:
    cells = nbformat.read(NOTEBOOKS[0], as_version=4).cells
    return next(cell.source for cell in cells if cell.cell_type == "code")


def set_up(folder, installed: bool, url: str | None = None):
    """The first code cell, run in `folder` by a Python that has the library installed or not;
    `%pip`, which only a notebook knows, says that it would install."""
    code = re.sub(r"%pip .*", "print('would install', COURSE_URL)", first_cell())
    code = code if url is None else code.replace("https://github.com/YOUR-ORG/gan_course", url)
    if not installed:
        code = (
            "import importlib.util\n"
            "find = importlib.util.find_spec\n"
            "importlib.util.find_spec = lambda name: None if name == 'gan_course' else find(name)\n"
        ) + code
    code += "\nprint(os.getcwd())"
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)


def test_all_notebooks_begin_with_the_same_cell():
    books = [nbformat.read(notebook, as_version=4) for notebook in NOTEBOOKS]
    first = {next(c.source for c in book.cells if c.cell_type == "code") for book in books}
    assert len(first) == 1


def test_a_notebook_in_a_checkout_has_the_runs_of_the_command_line(tmp_path):
    (tmp_path / "gan_course").mkdir()
    (tmp_path / "gan_course" / "__init__.py").touch()
    (tmp_path / "notebooks").mkdir()
    done = set_up(tmp_path / "notebooks", installed=True)
    assert done.stdout.split() == [str(tmp_path.resolve())], done.stderr


def test_a_course_url_left_unset_is_told_in_words_and_no_git_is_called(tmp_path):
    done = set_up(tmp_path, installed=False)
    assert done.returncode == 1 and "would install" not in done.stdout
    assert done.stderr.splitlines()[-1].startswith("ValueError: COURSE_URL, above, is not set: ")


def test_a_course_url_that_is_set_is_installed_from_where_there_is_no_checkout(tmp_path):
    done = set_up(tmp_path, installed=False, url="https://example.org/me/mine")
    assert done.stdout.split("\n")[:2] == [
        "would install git+https://example.org/me/mine", str(tmp_path.resolve()),
    ], done.stderr  # fmt: skip


@pytest.mark.parametrize("folder", [".", "notebooks", "notebooks/student"])
def test_a_kernel_takes_the_checkout_and_no_other_course_that_is_installed(tmp_path, folder):
    """As JupyterLab starts it: in the notebook's folder, with nothing in PYTHONPATH."""
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / "gan_course").mkdir()
    (tmp_path / "gan_course" / "__init__.py").write_text("here = 'the checkout'")
    elsewhere = tmp_path / "site-packages"
    (elsewhere / "gan_course").mkdir(parents=True)
    (elsewhere / "gan_course" / "__init__.py").write_text("here = 'site-packages'")
    add = f"import sys; sys.path.append({str(elsewhere)!r})"
    show = "import os, gan_course; print(gan_course.here, os.getcwd(), sep='\\n')"
    assert printed_by(add, first_cell(), show, folder=tmp_path / folder) == (
        f"the checkout\n{tmp_path.resolve()}\n"
    )


def printed_by(*cells, folder) -> str:
    """What the last of these cells prints in a kernel of its own."""
    from nbclient import NotebookClient

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    where = {"metadata": {"path": str(folder)}}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONPATH", raising=False)
        NotebookClient(book, timeout=120, kernel_name="python3", resources=where).execute()
    return "".join(output.text for output in book.cells[-1].outputs)


# One place for the address of the course

_spec = importlib.util.spec_from_file_location("course_url", ROOT / "notebooks/course_url.py")
course_url = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(course_url)


def test_the_address_of_the_course_is_the_same_everywhere():
    address = re.escape(course_url.course_url())
    for notebook in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        text = notebook.read_text("utf-8")
        assert len(re.findall(r"COURSE_URL = ", text)) == 1, notebook
        assert re.search(rf'COURSE_URL = \\"git\+{address}\\"', text), notebook
    for file in course_url.FILES:
        found = set(re.findall(r"https://[\w.-]+/[\w.-]+/gan_course(?![\w-])",
                               (ROOT / file).read_text("utf-8")))  # fmt: skip
        assert {re.escape(each) for each in found} == {address}, file


@pytest.fixture
def copied(tmp_path):
    for file in course_url.FILES:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    (tmp_path / "notebooks" / "student").mkdir(parents=True)
    for name in (NOTEBOOKS[0].name, f"student/{NOTEBOOKS[0].name}"):
        shutil.copy(ROOT / "notebooks" / name, tmp_path / "notebooks" / name)
    return tmp_path


def test_one_command_sets_the_address_everywhere_and_touches_nothing_else(copied):
    before = {file: file.read_text("utf-8") for file in copied.rglob("*") if file.is_file()}
    old, new = course_url.course_url(copied), "https://git.example.org/school/gans-2027"
    changed = course_url.set_url(f"{new}.git", copied)
    assert len(changed) == len(course_url.FILES) + 2 and course_url.course_url(copied) == new
    for file, text in before.items():
        now = file.read_text("utf-8")
        assert old not in now and new in now and now.replace(new, old) == text
    assert course_url.set_url(new, copied) == []  # again: nothing to do


@pytest.mark.parametrize("url", ["", "me/gan_course", "git@x.org:me/x", "https://x.org", "a b"])
def test_what_is_no_address_is_refused_and_nothing_is_written(copied, url):
    old = course_url.course_url(copied)
    with pytest.raises(ValueError, match=r"is no address; write it as https://github\.com/me/gan"):
        course_url.set_url(url, copied)
    assert course_url.course_url(copied) == old


def test_no_chapter_prints_nan_in_the_smoke_profile():
    """A table over the last tenth of eight rows was a table of nothing."""
    import pandas

    (source,) = (
        cell.source
        for cell in nbformat.read(ROOT / "notebooks" / "01_vanilla_gan.ipynb", as_version=4).cells
        if "means over the last tenth of the run" in cell.source and cell.cell_type == "code"
    )
    frame = pandas.DataFrame(
        {"step": range(1, 9), "images": 8, "seconds": 1.0, "d_loss": [0.0] * 7 + [0.5]}
    )
    printed = []
    table = source[: source.index("guess.")]  # then the two means, beside what was guessed
    exec(table, {"run": type("Run", (), {"history": frame}), "print": printed.append})
    assert "0.5" in printed[-1] and "NaN" not in printed[-1]


def test_a_notebook_shows_the_figures_that_the_library_returns(tmp_path):
    from nbclient import NotebookClient

    cells = ["import numpy as np, gan_course as gan", "gan.plots.grid(np.zeros((4, 8, 8, 1)))"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    where = {"metadata": {"path": str(ROOT)}}
    NotebookClient(book, timeout=120, kernel_name="python3", resources=where).execute()
    (shown,) = book.cells[1].outputs  # once, and as a picture
    assert shown.output_type == "execute_result" and "image/png" in shown.data
