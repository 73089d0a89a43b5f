"""MathJax, from npm into the site, so that formulas are drawn without a network."""

import shutil
from pathlib import Path

from sphinx.errors import ConfigError

WHERE = "build/npm/node_modules/mathjax/es5"
NEEDED = ("tex-mml-chtml.js", "output/chtml/fonts")  # 1.7 of its 24 MB


def setup(app) -> dict:
    source = Path(app.srcdir) / WHERE
    if not source.exists():
        raise ConfigError(
            f"MathJax is not in {WHERE}; `make site` fetches it, or: "
            "npm install --prefix build/npm mathjax@3"
        )

    def copy(app, error):
        for name in NEEDED if error is None else ():
            target = Path(app.outdir) / "_static/mathjax" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (source / name).is_dir():
                shutil.copytree(source / name, target, dirs_exist_ok=True)
            else:
                shutil.copy(source / name, target)

    app.connect("build-finished", copy)
    return {"parallel_read_safe": True}
