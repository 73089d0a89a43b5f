"""One page that holds a generator: HTML with its weights, its runtime and its controls inside.

In: a run. Out: text that a browser opens from the disk, without a network; or that a notebook shows
in a frame. What the page computes is in `assets/network.js`, what it shows in the files beside it.
"""

import html
import json
from pathlib import Path

from gan_course.base.files import writable_folder
from gan_course.runs.stored import StoredRun
from gan_course.web.asset import asset, filled
from gan_course.web.facts import facts
from gan_course.web.frame import framed, saved

_HEIGHT = 860  # of the frame, until the page in it says how high it is


class Page:
    """A page; in a notebook its own picture.

    html: the whole of it.
    """

    def __init__(self, text: str, title: str):
        self.html, self._title = text, title

    def write(self, folder: str | Path) -> Path:
        """Put it into a folder, as index.html. Raises InputError where that cannot be."""
        return saved(self.html, writable_folder(folder) / "index.html")

    def _repr_html_(self) -> str:
        return framed(self.html, self._title, _HEIGHT)

    def __repr__(self) -> str:
        return f"Page {self._title!r}, {len(self.html) / 1e3:,.0f} kB; write(FOLDER) keeps it"


def page(run: StoredRun, back: bool = False) -> Page:
    """A run's generator as a page to play with, in a notebook's cell or a file.

    Noise has sliders, new samples and a walk between two; classes can be chosen; a translation
    answers what is drawn.

    Args:
      back: a CycleGAN's other way, from targets to inputs.

    Raises:
      InputError: for a painting, a way that there is not, and a layer that the page does not know.
    """
    return page_of(facts(run, back))


def page_of(known: dict) -> Page:
    """The page of what `facts` tells."""
    kind = "drawing" if "drawing" in known else "latent"
    network = known["network"]
    title = f"{known['name']}: a generator to play with"
    about = known["about"].rpartition(": ")[2].replace("`", "")
    said = {
        "title": title,
        "heading": known["name"],
        "about": about[:1].upper() + about[1:],
        "recipe": known["name"],
        "step": f"{known['step']:,}",
        "seed": str(known["seed"]),
        "weights": f"{known['weights']:,}",
        "size": f"{(len(network['kernels']) + len(network['vectors'])) / 1e3:,.0f} kB",
    }
    parts = {
        "style": asset("page.css"),
        "body": asset(f"{kind}.html"),
        "network": asset("network.js"),
        "script": asset("page.js") + asset(f"{kind}.js"),
        # A script ends where "</" begins a tag, whatever is around it.
        "model": json.dumps(known, separators=(",", ":")).replace("</", "<\\/"),
    }
    said = {name: html.escape(each) for name, each in said.items()}
    return Page(filled("page.html", {**said, **parts}), title)
