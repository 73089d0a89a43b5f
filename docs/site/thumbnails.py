"""A small square picture of each chapter, cut from the outputs that its notebook came with.

In: for each chapter the id of a cell that shows a picture, and the part of it to show. Out:
build/thumbnails/NN.png, which the home page shows. They are made at each build, so a chapter that
was run again has a new one. Only generated images, points and drawings: no photograph of anybody.
"""

import base64
import io
import json
import re
from pathlib import Path

from PIL import Image

SIDE = 320  # pixels

# Chapter: the cell, and the part of its picture as shares of width and height: left, top, right,
# bottom.
PARTS = {
    "00": ("cell-15", (0.107, 0.065, 0.79, 0.84)),
    "01": ("program-film", (0, 0, 1, 1)),
    "02": ("cell-39", (0, 0, 1, 1)),
    "03": ("cell-34c", (0.0, 0.1, 0.2, 1)),
    "04": ("w4-ring-fig", (0.33, 0.09, 0.54, 0.93)),
    "05": ("cell-36", (0, 0, 5 / 6, 1)),
    "06": ("cell-40", (0, 0, 1, 1)),
    "07": ("c07-balls", (0.53, 0.09, 0.98, 0.88)),
    "08": ("cell-19", (0.68, 0.08, 0.99, 0.98)),
    "09": ("cell-35", (0.085, 0.01, 0.5, 0.5)),
    "10": ("c10-mypic", (0.01, 0.1, 0.49, 0.99)),
    "11": ("c11-22", (0.68, 0.17, 1, 1)),
}


def picture(notebook: dict, cell_id: str) -> Image.Image:
    """The first picture among the outputs of a cell; of a film, the last frame.

    Raises:
      LookupError: naming the cell, where it is gone or shows no picture.
    """
    outputs = [
        output.get("data", {})
        for cell in notebook["cells"]
        if cell["id"] == cell_id
        for output in cell.get("outputs", [])
    ]
    for data in outputs:
        film = re.search(
            r"data:image/(?:gif|webp);base64,([^\"']+)", "".join(data.get("text/html", ""))
        )
        code = film[1] if film else data.get("image/png") or data.get("image/jpeg")
        if code:
            image = Image.open(io.BytesIO(base64.b64decode(code)))
            image.seek(getattr(image, "n_frames", 1) - 1)
            return image.convert("RGB")
    raise LookupError(f"no picture in the outputs of cell {cell_id!r}; see docs/site/thumbnails.py")


def cut(image: Image.Image, part: tuple[float, float, float, float]) -> Image.Image:
    """The largest square in the middle of a part of the image, SIDE pixels wide."""
    left, top, right, bottom = (
        round(share * side) for share, side in zip(part, 2 * image.size, strict=True)
    )
    side = min(right - left, bottom - top)
    left, top = left + (right - left - side) // 2, top + (bottom - top - side) // 2
    # Few pixels stay pixels; a plot gets smooth lines.
    method = Image.Resampling.NEAREST if side < SIDE else Image.Resampling.LANCZOS
    return image.crop((left, top, left + side, top + side)).resize((SIDE, SIDE), method)


def write(notebooks: Path, out: Path) -> None:
    """The thumbnails of all chapters, from the notebooks in one folder into another."""
    out.mkdir(parents=True, exist_ok=True)
    for chapter, (cell, part) in PARTS.items():
        (file,) = notebooks.glob(f"{chapter}_*.ipynb")
        image = picture(json.loads(file.read_text("utf-8")), cell)
        cut(image, part).save(out / f"{chapter}.png")


def setup(app) -> dict:
    def make(app):
        repository = Path(app.srcdir)
        write(repository / "notebooks", repository / "build/thumbnails")

    app.connect("builder-inited", make)
    return {"parallel_read_safe": True}
