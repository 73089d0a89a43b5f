"""Say in one place where your copy of the course lives.

make url URL=https://github.com/me/gan_course     (or: python notebooks/course_url.py URL)

The address is kept in pyproject.toml, [project.urls]; this writes it there and wherever it stands
besides: into the first code cell of every notebook, from which Colab installs the course, and into
the files below. Nothing else in them changes, and outputs stay.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = (
    "pyproject.toml", "CITATION.cff", "CHANGELOG.md", ".github/ISSUE_TEMPLATE/config.yml",
)  # fmt: skip
UNSET = "https://github.com/YOUR-ORG/gan_course"


def course_url(root: Path = ROOT) -> str:
    """The address in pyproject.toml."""
    text = (root / "pyproject.toml").read_text("utf-8")
    return re.search(r'^Repository = "(.+)"$', text, re.MULTILINE)[1]


def set_url(url: str, root: Path = ROOT) -> list[Path]:
    """Write the address everywhere; returns the files that had another.

    Raises:
      ValueError: if it is not the address of a repository.
    """
    url = url.removesuffix("/").removesuffix(".git")
    if not re.fullmatch(r"https://[\w.-]+(/[\w.-]+){2,}", url):
        raise ValueError(f"{url!r} is no address; write it as https://github.com/me/gan_course")
    old, changed = course_url(root), []
    for file in (*map(root.joinpath, FILES), *sorted((root / "notebooks").rglob("*.ipynb"))):
        text = file.read_text("utf-8")
        new = re.sub(re.escape(old) + r"(?![\w-])", url, text)
        if new != text:
            file.write_text(new, "utf-8")
            changed.append(file)
    return changed


def main(url: str = "") -> None:
    """Set the address, or say what it is."""
    if url:
        try:
            print(f"{len(set_url(url))} files changed")
        except ValueError as error:
            sys.exit(str(error))
    elif course_url() == UNSET:
        print("the address of the course is not set; say: make url URL=https://github.com/me/NAME")
    else:
        print(course_url())


if __name__ == "__main__":
    main(*sys.argv[1:2])
