"""The site: how Sphinx makes pages of the repository. `make site` runs it.

In: the notebooks as they are committed, the Markdown pages, the docstrings. Out: HTML. The source
folder is the repository itself, so nothing is copied. No notebook is executed, and TensorFlow is
not loaded (stand_ins.py).
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
sys.path[:0] = [str(HERE), str(REPOSITORY)]

import stand_ins  # noqa: E402

stand_ins.install()

from make_site import LANGUAGES  # noqa: E402

from gan_course import __version__  # noqa: E402

language = os.environ.get("SITE_LANGUAGE", "en")
_, pages, notebooks = LANGUAGES[language]

project = "gan_course"
author = "the authors of gan_course"
copyright = "the authors of gan_course, MIT licence"
release = version = __version__

root_doc = f"{pages}/index"
include_patterns = [
    f"{pages}/*.md",
    f"{pages}/library/*.md",
    f"{notebooks}/*.ipynb",
    "docs/gallery/README.md",
    "benchmarks/README.md",
    "data/README.md",
]
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_design",
    "sphinx_copybutton",
    "thumbnails",
    "docstrings",
    "fields",
    "printed",
    "output_pictures",
    "formulas",
    "playable",
]

# The notebooks, as committed.
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js = {}  # sliders need a kernel; without one they would only load scripts from afar
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # chapters step from ## to the heading of a folded hint

# The API. A default value is shown as it is written; `name` is a link where it is a public name.
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_default_options = {"members": True}
add_module_names = False
default_role = "py:obj"
napoleon_use_ivar = True
toc_object_entries_show_parents = "hide"

mathjax_path = "mathjax/tex-mml-chtml.js"  # see formulas.py
html_static_path = ["static"]

html_theme = "sphinx_book_theme"
html_title = "gan_course"
html_favicon = "static/favicon.svg"
templates_path = ["templates"]
html_sidebars = {
    "**": ["navbar-logo.html", "search-button-field.html", "languages.html", "sbt-sidebar-nav.html"]
}
html_context = {
    "default_mode": "auto",  # light or dark, as the reader's system is
    "languages": [(code, its.name, f"{its.pages}/index") for code, its in LANGUAGES.items()],
}
html_css_files = ["course.css"]
html_show_sourcelink = False
html_copy_source = True  # what the download button hands out
html_last_updated_fmt = None  # the same sources make the same site
html_theme_options = {
    "show_toc_level": 2,
    "use_download_button": True,
    "use_fullscreen_button": False,
    "home_page_in_toc": True,
    # One search field is enough: that of the sidebar.
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
}
# On GitHub: buttons that open a page's source, an issue, a chapter in Colab.
if repository := os.environ.get("GITHUB_REPOSITORY"):
    html_theme_options |= {
        "repository_url": f"https://github.com/{repository}",
        "repository_branch": os.environ.get("GITHUB_REF_NAME", "main"),
        "use_repository_button": True,
        "use_issues_button": True,
        "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    }
