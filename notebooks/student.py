"""Make the student's edition of the notebooks: the same chapters, with blanks for the answers.

python notebooks/student.py     (writes notebooks/student/)

The notebooks in this folder are the solved edition. Tags of their cells say what becomes of them:

  answer    the body of each function becomes a blank; its signature and docstring stay. Of a line
            `name = value` the value becomes None
  guess     likewise, for lines `guess["…"] = value`
  check     asks whether the answer is right: "Run all" goes on when it is not
  teacher   is left out

All outputs go.
"""

import ast
import copy
from pathlib import Path

import nbformat

FOLDER = Path(__file__).parent
STUDENT = FOLDER / "student"
BLANK = "raise NotImplementedError  # your code"
TAGS = ("answer", "guess", "check", "teacher", "nbval-check-output")


def student_edition(book: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy of the solved notebook with blanks."""
    book = copy.deepcopy(book)
    book.cells = [cell for cell in book.cells if "teacher" not in tags(cell)]
    for cell in book.cells:
        if cell.cell_type != "code":
            cell.source = cell.source.replace("](../", "](../../")  # it lies one folder deeper
            continue
        cell.outputs, cell.execution_count = [], None
        if {"answer", "guess"} & set(tags(cell)):
            cell.source = with_blanks(cell.source, "guess" if "guess" in tags(cell) else "answer")
        if "check" in tags(cell):
            cell.metadata["tags"] = [*tags(cell), "raises-exception"]
    return book


def tags(cell) -> list[str]:
    """Those of a cell; none is seen in it."""
    return cell.metadata.get("tags", [])


def with_blanks(source: str, kind: str = "answer") -> str:
    """The code of a cell without its answers.

    Raises:
      ValueError: for a cell in which there is nothing to leave out.
    """
    lines, tree = source.splitlines(), ast.parse(source)
    places = [place for node in tree.body for place in _answers(node)]
    if not places:
        raise ValueError(f"nothing to leave out of this answer:\n{source}")
    for node, first in reversed(places):
        if isinstance(node, ast.Assign):
            target = ast.get_source_segment(source, node.targets[0])
            blank = f"{target} = None  # your {kind}"
        else:
            blank = " " * (node.body[0].col_offset) + BLANK
        lines[first - 1 : node.end_lineno] = [blank]
    return "\n".join(lines)


def _answers(node: ast.stmt) -> list[tuple[ast.stmt, int]]:
    """The answers in a statement, each with the line on which it begins. A docstring is none."""
    if isinstance(node, ast.Assign):
        return [(node, node.lineno)]
    if isinstance(node, ast.ClassDef):  # methods are written, the class around them is given
        return [place for each in node.body for place in _answers(each)]
    if not isinstance(node, ast.FunctionDef):
        return []
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return [(node, body[0].lineno)] if body else []


def write_all() -> None:
    """Write each student's notebook anew, and remove those of chapters that are gone."""
    STUDENT.mkdir(exist_ok=True)
    solved = sorted(FOLDER.glob("*.ipynb"))
    for path in solved:
        made = student_edition(nbformat.read(path, as_version=4))
        (STUDENT / path.name).write_text(text_of(made), "utf-8")
    for old in {path.name for path in STUDENT.glob("*.ipynb")} - {path.name for path in solved}:
        (STUDENT / old).unlink()
    print(f"{len(solved)} notebooks in {STUDENT}")


def text_of(book: nbformat.NotebookNode) -> str:
    """A notebook as it is kept."""
    return nbformat.writes(book, version=4, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write_all()
