"""Every exercise answers back: red on the blank, red on each known slip for its own reason, green
on the solution; in one kernel a chapter. The solutions are the answers of the solved notebooks,
the slips are in tests/slips/NN.py:

  # %% 1.2 | what the check says of it
  the code of a cell, in place of the answer
"""

import ast
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from gan_course.base.errors import InputError
from gan_course.teaching import exercises
from gan_course.teaching.exercises import exercises_of, experiments
from gan_course.teaching.mismatch import Mismatch

ROOT = Path(__file__).parent.parent
NOTEBOOKS = {int(path.name[:2]): path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
CHECK = re.compile(r'gan\.teaching\.check\("(\d+\.\d+)", (.+)\)')
IMPORTS = ("import ", "from ", "layers = ")
CHAPTERS = range(12)

_spec = importlib.util.spec_from_file_location("student", ROOT / "notebooks" / "student.py")
student = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(student)


@dataclass(frozen=True)
class Asked:
    """One exercise as a notebook has it: the answer's code, and the cell that checks it."""

    number: str
    answer: str
    check: str


def asked(chapter: int) -> list[Asked]:
    """The exercises of a solved notebook, in their order."""
    found, answers = [], []
    for cell in nbformat.read(NOTEBOOKS[chapter], as_version=4).cells:
        if "answer" in student.tags(cell):
            answers.append(cell.source)
        if match := CHECK.fullmatch(cell.source.strip()):
            assert "check" in student.tags(cell), cell.source
            found.append(Asked(match[1], "\n\n\n".join(answers), cell.source))
            answers = []
    assert not answers, f"chapter {chapter}: an answer without a check"
    return found


def imported(chapter: int) -> str:
    """Lines of the cell that imports and of the next one: all that an answer may lean on."""
    cells = nbformat.read(NOTEBOOKS[chapter], as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    at = next(n for n, source in enumerate(code) if "import gan_course as gan" in source)
    lines = "\n".join(code[at : at + 2]).splitlines()
    return "\n".join(line for line in lines if line.startswith(IMPORTS))


def slips(chapter: int) -> list[tuple[str, str, str]]:
    """number, what the check must say, code."""
    file = ROOT / "tests" / "slips" / f"{chapter:02d}.py"
    if not file.exists():
        return []
    parts = re.split(r"^# %% (\d+\.\d+) \| (.+)\n", file.read_text("utf-8"), flags=re.MULTILINE)
    return list(zip(parts[1::3], parts[2::3], parts[3::3], strict=True))


def outcomes(cells: list[str]) -> list[str]:
    """What each cell printed, or the one line that a notebook shows of its error."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(
        book, timeout=300, kernel_name="python3", allow_errors=True,
        resources={"metadata": {"path": str(ROOT)}},
    ).execute()  # fmt: skip
    return [
        "".join(o.get("text", "") + "\n".join(o.get("traceback", [])) for o in cell.outputs
                if o.output_type == "error" or o.get("name") == "stdout")
        for cell in book.cells
    ]  # fmt: skip


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_check_is_red_on_the_blank_and_on_each_slip_and_green_on_the_solution(chapter):
    wrong = slips(chapter)
    cells, expected = [imported(chapter)], [("the imports", "")]
    for exercise in asked(chapter):
        rounds = [(student.with_blanks(exercise.answer), "not written yet")]
        rounds += [(exercise.answer, f"✓ {exercise.number} ")]
        rounds += [(code, says) for number, says, code in wrong if number == exercise.number]
        rounds += [(exercise.answer, f"✓ {exercise.number} ")]  # later answers may need it
        for code, says in rounds:
            cells += [code, exercise.check]
            expected += [("the answer", ""), (exercise.number, says)]
    found = outcomes(cells)
    for (what, says), told, code in zip(expected, found, [None, *cells[:-1]], strict=True):
        if what[0].isdecimal():
            mark = "✓" if says.startswith("✓") else "✗"
            assert told.startswith(f"{mark} {what} ") and says in told, f"{code}\n\n{told}"
            assert len(told.strip().splitlines()) == 1, told
        else:
            assert told == "", told


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_exercises_of_a_chapter_are_those_that_the_library_knows(chapter):
    numbers = [exercise.number for exercise in asked(chapter)]
    assert numbers == [each.number for each in exercises_of(chapter)]
    in_the_flow = [n for n in numbers if n not in experiments.NUMBERS]
    assert 4 <= len(in_the_flow) <= 8 and in_the_flow == numbers[: len(in_the_flow)]
    assert 1 <= len(numbers) - len(in_the_flow) <= 3
    for number in numbers:
        assert sum(slip[0] == number for slip in slips(chapter)) >= 2, f"{number}: too few slips"
    assert {number for number, *_ in slips(chapter)} <= set(numbers)


@pytest.mark.parametrize("chapter", NOTEBOOKS)
def test_the_student_edition_is_made_of_the_notebook_of_today(chapter):
    path = NOTEBOOKS[chapter]
    made = student.text_of(student.student_edition(nbformat.read(path, as_version=4)))
    assert (path.parent / "student" / path.name).read_text("utf-8") == made, "make student"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_student_s_cell_has_signatures_and_docstrings_and_no_answer(chapter):
    for exercise in asked(chapter):
        blank = student.with_blanks(exercise.answer)
        assert "raise NotImplementedError  # your code" in blank or "= None  # your" in blank
        functions = {
            node.name: ast.get_docstring(node)
            for node in ast.walk(ast.parse(exercise.answer))
            if isinstance(node, ast.FunctionDef)
        }
        kept = {
            node.name: ast.get_docstring(node)
            for node in ast.walk(ast.parse(blank))
            if isinstance(node, ast.FunctionDef)
        }
        top = {n: d for n, d in functions.items() if n in kept}
        assert kept == top and all(kept.values()), f"{exercise.number}: a docstring is missing"


# The blanks


def test_a_blank_keeps_signature_docstring_and_the_comments_that_follow():
    answer = (
        "def f(x, y=2):\n"
        '    """Add them.\n\n    Both are numbers.\n    """\n'
        "    # first the sum\n"
        "    z = x + y\n"
        "    return z\n"
        "\n"
        "a = 3\n"
        "class K:\n"
        "    def call(self, x):\n"
        '        """As Keras calls it."""\n'
        "        return x\n"
    )
    assert student.with_blanks(answer) == (
        "def f(x, y=2):\n"
        '    """Add them.\n\n    Both are numbers.\n    """\n'
        "    # first the sum\n"
        "    raise NotImplementedError  # your code\n"
        "\n"
        "a = None  # your answer\n"
        "class K:\n"
        "    def call(self, x):\n"
        '        """As Keras calls it."""\n'
        "        raise NotImplementedError  # your code"
    )


def test_a_guess_becomes_none():
    assert student.with_blanks('guess["D"] = 0.5', "guess") == 'guess["D"] = None  # your guess'


def test_an_answer_with_nothing_to_leave_out_is_refused():
    with pytest.raises(ValueError, match="nothing to leave out"):
        student.with_blanks("print(3)")


def test_teachers_cells_and_outputs_are_left_out_and_a_check_lets_the_rest_run():
    cell = nbformat.v4.new_code_cell
    book = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("for you", metadata={"tags": ["teacher"]}),
            cell("a = 1", metadata={"tags": ["answer"]}, execution_count=3),
            cell('gan.teaching.check("1.1", a)', metadata={"tags": ["check"]}),
        ]
    )
    book.cells[2].outputs = [nbformat.v4.new_output("stream", text="✓")]
    made = student.student_edition(book)
    assert [each.source for each in made.cells] == ["a = None  # your answer", book.cells[2].source]
    assert made.cells[1].metadata.tags == ["check", "raises-exception"]
    assert not any(each.outputs or each.execution_count for each in made.cells)
    assert book.cells[2].outputs  # the solved one stays as it was


# What a check says


def test_an_unknown_exercise_gets_a_did_you_mean():
    with pytest.raises(InputError, match=r"unknown exercise '1\.99'"):
        exercises.check("1.99", 3)
    with pytest.raises(InputError, match=r"check\('1\.2', answer\)"):
        exercises.check("99.1", 3)
    with pytest.raises(InputError, match=r"check\('1\.2', answer\)"):
        exercises.check("one", 3)


def test_what_a_notebook_shows_of_a_mismatch_is_one_line():
    assert Mismatch("3 is not 4")._render_traceback_() == ["✗ 3 is not 4"]
