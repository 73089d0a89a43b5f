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
    colors = iter(("tab:green", "tab:purple", "tab:red"))
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


def main(folder: Path = PICTURES) -> None:
    folder.mkdir(exist_ok=True)
    drawings = {"steps": draw_steps, "memory": draw_memory}
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
