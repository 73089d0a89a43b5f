"""Draw results/*.json as pictures/*.png.

python -m benchmarks.draw
"""

import json
from pathlib import Path

from benchmarks.measure import RESULTS
from gan_course.runs.plots import figure

PICTURES = RESULTS.parent / "pictures"


def draw_steps(results: dict) -> object:
    """How many times as fast our step is, recipe by recipe."""
    names = list(results)
    drawn, axis = figure(width=9, height=0.34 * len(names) + 1.2)
    for offset, other, label, color in (
        (-0.2, "classic", "predict + train_on_batch", "tab:blue"),
        (0.2, "torch", "eager PyTorch", "tab:orange"),
    ):
        rows = [i for i, name in enumerate(names) if other in results[name]]
        ratios = [results[names[i]][other]["ratio"] for i in rows]
        places = [i + offset for i in rows]
        axis.barh(places, ratios, height=0.38, label=label, color=color)
        for place, ratio in zip(places, ratios, strict=True):
            axis.text(ratio, place, f" {ratio:.2f}", va="center", fontsize=7)
    axis.axvline(1, color="grey", linewidth=0.8)
    axis.set_yticks(range(len(names)), names, fontsize=8)
    axis.invert_yaxis()
    axis.set(xlabel="images/s of our step, as a multiple of the other's", xscale="log")
    axis.legend(loc="lower right", fontsize=8)
    return drawn


def draw_quality(results: dict, dataset: str) -> object:
    """The distance from the test images against the seconds of training, one line a seed."""
    drawn, axis = figure(width=7, height=4)
    colors = iter(("tab:green", "tab:purple", "tab:red", "tab:blue", "tab:orange", "tab:brown"))
    for name, runs in results["runs"].items():
        color = "grey" if name == results["reference"] else next(colors)
        for number, rows in enumerate(run for run in runs if run):
            seconds, distances = zip(*((r["seconds"], r["distance"]) for r in rows), strict=True)
            axis.plot(seconds, distances, "o-", color=color, markersize=3, linewidth=1,
                      label=None if number else name)  # fmt: skip
    axis.set(
        xlabel="seconds of training", ylabel="Fréchet distance (course features)",
        xscale="log", yscale="log", title=dataset,
    )  # fmt: skip
    axis.legend(fontsize=8)
    return drawn


def draw_memory(results: dict) -> object:
    """Resident memory over the steps of one run."""
    drawn, axis = figure(width=6, height=3)
    seen = {int(step): value for step, value in results["over_steps"].items()}
    axis.plot(list(seen), list(seen.values()), "o-")
    axis.set(xlabel="step", ylabel="resident MB", ylim=(0, None), title=results["recipe"])
    return drawn


def draw_growth(results: dict) -> object:
    """Time and memory of a step against the side, and against the batch; a dotted line is what the
    number of pixels, or of images, would make of the last case."""
    drawn, axes = figure(2, 2, width=9, height=6)
    for row, (measure, label) in enumerate((("ms", "ms a step"), ("megabytes", "MB at the peak"))):
        for column, (varied, fixed, power) in enumerate(
            (("side", "batch", 2), ("batch", "side", 1))
        ):
            axis = axes[row, column]
            for game, color in (("pix2pix", "tab:blue"), ("cycle", "tab:orange")):
                cases = [c for c in results["cases"] if c["game"] == game]
                cases = [c for c in cases if c[fixed] == results[fixed]]
                places, values = zip(*sorted((c[varied], c[measure]) for c in cases), strict=True)
                axis.plot(places, values, "o-", color=color, label=game)
                even = [values[-1] * (place / places[-1]) ** power for place in places]
                axis.plot(places, even, ":", color=color, linewidth=0.8)
            axis.set(
                xscale="log", yscale="log", xlabel=varied, ylabel=label,
                title=f"{fixed} {results[fixed]}",
            )  # fmt: skip
            axis.minorticks_off()
            axis.set_xticks(places, [str(place) for place in places])
            axis.legend(fontsize=8)
    drawn.tight_layout()
    return drawn


def main(folder: Path = PICTURES) -> None:
    folder.mkdir(exist_ok=True)
    drawings = {"steps": draw_steps, "memory": draw_memory, "growth": draw_growth}
    for file in sorted(RESULTS.glob("*.json")):
        results = json.loads(file.read_text())["results"]
        if file.stem.startswith("quality_"):
            drawn = draw_quality(results, file.stem.removeprefix("quality_"))
        elif file.stem in drawings:
            drawn = drawings[file.stem](results)
        else:
            continue
        drawn.savefig(folder / f"{file.stem}.png", dpi=110, bbox_inches="tight")
        print(folder / f"{file.stem}.png")


if __name__ == "__main__":
    main()
