"""style: a picture painted in the manner of another, as a run like any other.

In: two pictures and a folder. Out: a `Run`. It is `train` on a recipe whose pictures are these.
"""

from pathlib import Path

from gan_course.base.errors import InputError
from gan_course.data.pairs import Unpaired
from gan_course.data.pictures import Picture, pictures
from gan_course.recipes import recipe
from gan_course.recipes.style import Style
from gan_course.run import Run
from gan_course.training.session import train


def style(
    content: Picture,
    style: Picture,
    out: str | Path,
    *,
    side: int | None = None,
    progress: bool = True,
    **changes,
) -> Run:
    """Paint `content` in the manner of `style` in the folder `out`, or go on with it.

    Memory: 1.7 GB in all for 1024×1024 pixels with the small judges, 0.9 GB for 384×384, of which
    TensorFlow alone takes 0.6; with VGG19 1.5 GB for 512×512 (measured on a CPU), and about 3.6 GB
    for 1024×1024.

    Args:
      content, style: names of pictures ("china", "flower", "painting", "starry_night"), paths of
        image files, or uint8 (H, W, 3).
      side: the longest side of either picture in pixels, at most 1024; larger ones are shrunk.
        None: that of the recipe.
      progress: show what is painted, and a progress bar.
      changes: fields of the recipe `style_quick`, or of `style_vgg19` where judge="vgg19".

    Raises:
      InputError: for pictures that cannot be used, and as `train` does.
    """
    chosen, pair = recipe_for(content, style, side, **changes)
    return train(chosen, out, data=pair, progress=progress)


def recipe_for(
    content: Picture, style: Picture, side: int | None = None, **changes
) -> tuple[Style, Unpaired]:
    """The recipe with which these pictures are painted, and the two as a dataset."""
    for field in ("dataset", "image_shape"):
        if field in changes:
            raise InputError(f"{field} follows from the two pictures; leave it out (or give side)")
    base = recipe("style_vgg19" if changes.get("judge") == "vgg19" else "style_quick")
    pair = pictures(content, style, max(base.image_shape) if side is None else side)
    return base.changed(dataset=pair.name, image_shape=pair.image_shape, **changes), pair
