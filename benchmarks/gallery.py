"""The reference recipes, run to their end: pictures at the moments their sources show, curves, the
film, and measures beside their floors. And the recipes that are tuned for minutes.

python -m benchmarks.gallery [--minutes M] [RECIPE ...]

Each trains in runs/gallery/RECIPE and goes on where an earlier sitting stopped, to the bit: it may
take as many sittings of M minutes as it takes. Once it is at its end, docs/gallery/RECIPE gets
what is to be seen, and docs/gallery/README.md its row.
"""

import argparse
import json
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import gan_course as gan
from benchmarks.measure import machine
from gan_course.measures.comparison import Comparison

COUNT = 10_000  # samples that are measured
PAGE = 800  # dots across that a reader sees at once
RUNS, PAGES = Path("runs/gallery"), Path("docs/gallery")  # of the checkout, as all benchmarks


@dataclass(frozen=True)
class Entry:
    """epochs: the moments that are shown, those of the source. until: the step at which it stops
    here, if its end is too far for two cores; 0: its own last."""

    epochs: tuple[float, ...]
    until: int = 0


GALLERY = {
    "vanilla_mnist": Entry((1, 40, 400)),
    "vanilla_mnist_xavier": Entry((5, 50, 100)),
    "dcgan_mnist": Entry((1, 10, 30)),
    "dcgan_fashion": Entry((1, 10, 50)),
    # of the mirror's 3,970 cats; the source has many more drawings, and so fewer epochs
    "gan_quickdraw": Entry((4, 20, 97)),
    "wgan_cifar10": Entry((64, 640, 1920)),  # of the mirror's 2,000 horses
    "cgan_mnist": Entry((1, 5, 8, 20)),
    "wgan_gp_faces": Entry((5, 50, 200), until=1_600),
    "pix2pix_facades": Entry((10, 20, 50), until=20_000),
    "cyclegan_facades": Entry((1, 4, 8), until=1_600),
    # and those that are tuned for so many seconds
    "dcgan_mnist_1min": Entry((0.1, 0.5, 3)),
    "dcgan_fashion_1min": Entry((0.1, 0.5, 3)),
    "cgan_mnist_1min": Entry((0.1, 0.5, 3)),
    "cgan_fashion_1min": Entry((0.1, 0.5, 3)),
    "dcgan_horses_3min": Entry((5, 30, 100)),
    "wgan_gp_faces_3min": Entry((5, 20, 100)),
}


def end_of(name: str) -> int:
    """The step at which the pictures are taken."""
    return GALLERY[name].until or gan.recipe(name).steps


def sit(name: str, minutes: float) -> gan.Run:
    """Train on for so many minutes, or to the end."""
    last, over = end_of(name), time.monotonic() + 60 * minutes

    def stop(step: int, *_) -> None:
        if step >= last or time.monotonic() > over:
            signal.raise_signal(signal.SIGINT)  # as Ctrl-C: everything is saved

    try:
        return gan.train(name, RUNS / name, hooks=stop)
    except KeyboardInterrupt:
        return gan.open_run(RUNS / name)


def show(run: gan.Run) -> None:
    """Write what is to be seen of a run, and its row of the page."""
    recipe, folder = run.recipe, PAGES / run.recipe.name
    folder.mkdir(parents=True, exist_ok=True)
    per_epoch = len(run.data().x_train) / recipe.images_per_step
    arranged(moments(run, per_epoch)).savefig(folder / "moments.png")
    gan.plots.history(run.history, recipe).savefig(folder / "history.png", dpi=60)
    run.write_gif(folder / "training.gif")
    found = run.evaluate(COUNT)
    (folder / "measures.txt").write_text(f"{found}\n")
    row = {
        "step": run.step,
        "steps": recipe.steps,
        "epoch": round(run.step / per_epoch, 1),
        "seed": recipe.seed,
        "seconds": round(float(run.history["seconds"].iloc[-1])),
        "distance": distance(found),
        "commit": commit(),
        "machine": machine(),
    }
    (folder / "row.json").write_text(json.dumps(row, indent=1) + "\n")


def moments(run: gan.Run, per_epoch: float) -> dict[str, np.ndarray]:
    """The grids nearest to the epochs that are shown, and the last, by their names."""
    steps, epochs = run.sample_steps[1:], GALLERY[run.recipe.name].epochs
    near = {min(steps, key=lambda step: abs(step - epoch * per_epoch)) for epoch in epochs}
    return {
        f"epoch {shortly(step / per_epoch)}": run.sample_grid(step)
        for step in sorted(near | {steps[-1]})
    }


def arranged(grids: dict[str, np.ndarray]) -> Figure:
    """Grids side by side under their names; of too wide ones the upper halves, in one column."""
    if max(grid.shape[1] for grid in grids.values()) <= PAGE / 2:
        return gan.plots.pictures(grids)
    halves = np.concatenate([grid[: len(grid) // 2] for grid in grids.values()])
    return gan.plots.pictures({", ".join(grids): halves}, height=max(halves.shape[:2]) / 100)


def shortly(number: float) -> str:
    """Two digits of a small one, and no powers of ten: 0.13, 1, 93, 1,920."""
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def distance(found) -> tuple[float, float]:
    """The Fréchet distance of what was made, and of real images; of pairs L1, and the mean
    target's."""
    if not isinstance(found, Comparison):
        measure = found["frechet_distance"]
        return round(measure.value, 3), round(measure.real, 3)
    names = [row.name for row in found.rows]
    values = found["frechet_distance" if "frechet_distance" in names else "l1"]
    return tuple(round(values[who], 3) for who in (found.columns[0], found.columns[2]))


def commit() -> str:
    """Of the code that this is; with "-dirty" if it has been changed. What the gallery itself
    writes is no change of code."""

    def git(*words: str) -> str:
        return subprocess.run(("git", *words), capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", f":!{PAGES}")
    return git("describe", "--always") + ("-dirty" if changed else "")


def page() -> str:
    """The table of all rows that are there, as Markdown."""
    lines = [
        "# The reference recipes, run to their end",
        "",
        "Each by `python -m benchmarks.gallery RECIPE`. Distance: Fréchet, in the features of the",
        "course's classifier (pix2pix: L1), beside that of real images (pix2pix: of the mean of",
        "all targets); all measures are in the folders. Recipes named after minutes are no",
        "references: they are tuned for so many on two cores. Minutes are those of the clock, and",
        "the machine often did other work as well.",
    ]
    for name in GALLERY:
        file = PAGES / name / "row.json"
        if not file.exists():
            continue
        row = json.loads(file.read_text())
        value, floor = row["distance"]
        minutes = row["seconds"] / 60
        part = "" if row["step"] == row["steps"] else f" of {row['steps']:,}: no further"
        lines += [
            "",
            f"## {name}",
            "",
            f"{row['step']:,} steps{part} (epoch {row['epoch']:g}), seed {row['seed']}, "
            f"{minutes:,.{int(minutes < 10)}f} minutes on {row['machine']['cores']} cores "
            f"({row['machine']['processor']}), commit {row['commit']}. "
            f"Distance {value:g} (real images {floor:g}).",
            "",
            f"![samples]({name}/moments.png)",
            "",
            f"![curves]({name}/history.png)",
            "",
            f"[the film]({name}/training.gif) · [all measures]({name}/measures.txt)",
        ]
    return "\n".join(lines) + "\n"


def main(names: Sequence[str], minutes: float) -> None:
    for name in names:
        run = sit(name, minutes)
        if run.step < end_of(name):
            print(f"{name}: step {run.step:,} of {end_of(name):,}; the same command goes on")
            continue
        show(run)
        (PAGES / "README.md").write_text(page())
        print(f"{name}: in {PAGES / name}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help=", ".join(GALLERY))
    parser.add_argument("--minutes", type=float, default=1e6, help="of this sitting, for each")
    given = parser.parse_args()
    main(given.recipes or list(GALLERY), given.minutes)
