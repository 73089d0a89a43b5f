"""What can be played with in the browser, beside the pages that Sphinx makes.

Out: play/two_dimensions.html, the live game of chapter 0, written at each build. A generator needs
TensorFlow, which is not loaded here (stand_ins.py): make_site.py exports it beside this page.
"""

from pathlib import Path

from gan_course.web import lab


def setup(app) -> dict:
    def write(app, error):
        if error is None:
            folder = Path(app.outdir) / "play"
            folder.mkdir(exist_ok=True)
            lab.write(folder / "two_dimensions.html")

    app.connect("build-finished", write)
    return {"parallel_read_safe": True}
