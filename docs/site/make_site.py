"""Build the site in all its languages: `python docs/site/make_site.py [OUT]`; `make site` calls it.

In: the repository. Out: OUT/LANGUAGE/ (build/site without a word), and OUT/index.html, which leads
to the first language. A warning is an error. After `make demo` the site has its generator, too.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
DEMO = REPOSITORY / "runs/demo"  # where `make demo` trains


class Language(NamedTuple):
    name: str  # in its own words
    pages: str  # the folder of its Markdown pages, with the home page `index.md`
    notebooks: str  # the folder of its notebooks


# Another language joins with a line here. Pages that it does not have, it does not show.
LANGUAGES = {"en": Language("English", "docs", "notebooks")}

_FORWARD = """<!doctype html>
<html lang="{code}"><meta charset="utf-8"><title>gan_course</title>
<meta http-equiv="refresh" content="0; url={home}"><a href="{home}">gan_course</a></html>
"""


def export(run: Path, folder: Path) -> bool:
    """A run's generator as a page in that folder; whether there was one to export."""
    if not (run / "recipe.json").exists():
        return False
    words = ["export", run, "--to", "web", folder.resolve(), "--quiet"]
    made = subprocess.run([sys.executable, "-m", "gan_course", *words], cwd=REPOSITORY)
    return made.returncode == 0


def build(code: str, out: Path, work: Path) -> None:
    """One language, by Sphinx; `work` is for what it remembers between two builds.

    Raises:
      CalledProcessError: where Sphinx warns.
    """
    words = ["-W", "--keep-going", "-q", "-j", "auto", "-c", HERE, "-d", work / code, "-b", "html"]
    if export(DEMO, out / code / "play/demo"):
        words += ["-t", "demo"]  # the pages then lead to it
    subprocess.run(
        [sys.executable, "-m", "sphinx", *words, REPOSITORY, out / code],
        env={**os.environ, "SITE_LANGUAGE": code}, check=True,
    )  # fmt: skip


def build_all(out: Path, work: Path) -> None:
    """All languages, and the page in front of them."""
    for code in LANGUAGES:
        build(code, out, work)
    code, first = next(iter(LANGUAGES.items()))
    home = f"{code}/{first.pages}/index.html"
    (out / "index.html").write_text(_FORWARD.format(code=code, home=home), "utf-8")


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "build/site"
    try:
        build_all(out, REPOSITORY / "build/doctrees")
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.returncode)
    print(f"the site: {out / 'index.html'}")
