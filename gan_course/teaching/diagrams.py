"""The diagram of a game: who sees what, who pays for what, and along which way each one learns.

In: boxes and paths, with their places. Out: a matplotlib Figure. Nothing here is computed: what is
drawn is what the caller says.
"""

from collections.abc import Iterable

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch

from gan_course.runs.plots import figure

_BOXES = {  # kind -> colour, outline
    "image": ("white", "square,pad=0.4"),
    "network": ("lightsteelblue", "round,pad=0.5"),
    "loss": ("moccasin", "square,pad=0.4"),
}
_PATHS = {  # kind -> colour, line, how much it bends
    "seen": ("black", "-", 0.0),
    "G learns": ("tab:red", "--", 0.25),
    "D learns": ("tab:blue", "--", 0.25),
    "the picture learns": ("tab:red", "--", 0.25),
}


def diagram(
    boxes: dict[str, tuple[str, float, float]],
    paths: dict[str, Iterable[str]],
    bends: dict[str, float] | None = None,
) -> Figure:
    """Boxes, and arrows between them.

    Args:
      boxes: name -> (kind, x, y), kind "image", "network" or "loss"; the middle of the box lies
        at (x, y), in inches. A name may have several lines.
      paths: kind -> arrows, each "FROM > TO"; kind "seen", "G learns" or "D learns".
      bends: how much an arrow bends, where it should be another bend than that of its kind; from
        -1 to 1, 0 is straight.

    Raises:
      ValueError: for a kind, a name or an arrow that is not there.
    """
    paths = {_known(kind, _PATHS): list(arrows) for kind, arrows in paths.items()}
    every = [arrow for arrows in paths.values() for arrow in arrows]
    bends = {_known(arrow, every): bend for arrow, bend in (bends or {}).items()}
    across, up = ([place[axis] for place in boxes.values()] for axis in (1, 2))
    left, right, low, high = min(across) - 0.9, max(across) + 0.9, min(up) - 0.6, max(up) + 0.6
    made, axes = figure(width=right - left, height=high - low)
    drawn = {name: _box(axes, name, *place) for name, place in boxes.items()}
    lines = []
    for kind, arrows in paths.items():
        colour, style, bend = _PATHS[kind]
        lines.append(Line2D([], [], color=colour, linestyle=style, label=kind))
        for arrow in arrows:
            start, end = (drawn[_known(name.strip(), drawn)] for name in arrow.split(">"))
            axes.add_patch(_arrow(start, end, colour, style, bends.get(arrow, bend)))
    axes.legend(handles=lines, loc="lower left", fontsize=8, frameon=False)
    axes.set(xlim=(left, right), ylim=(low, high), aspect="equal")
    axes.set_axis_off()
    return made


def _box(axes, name: str, kind: str, x: float, y: float):
    colour, outline = _BOXES[_known(kind, _BOXES)]
    box = {"boxstyle": outline, "facecolor": colour, "edgecolor": "grey"}
    return axes.text(x, y, name, ha="center", va="center", fontsize=9, bbox=box)


def _arrow(start, end, colour: str, style: str, bend: float) -> FancyArrowPatch:
    """From the edge of one box to the edge of another."""
    return FancyArrowPatch(
        start.get_position(), end.get_position(),
        patchA=start.get_bbox_patch(), patchB=end.get_bbox_patch(),
        arrowstyle="-|>", mutation_scale=13, linestyle=style, color=colour,
        connectionstyle=f"arc3,rad={bend}",
    )  # fmt: skip


def _known(name: str, names: Iterable[str]) -> str:
    if name not in names:
        raise ValueError(f"{name!r} is none of {', '.join(map(repr, names))}")
    return name
