"""The commands around a run: recipes, datasets, train, sample, evaluate, gif, doctor.

In: an `argparse` parser to fill; then its arguments. Out: lines on the screen, and files. What a
command needs is imported when it runs, so that `--help` and wrong words answer at once.
"""

import argparse
from pathlib import Path

from gan_course.base.errors import InputError
from gan_course.base.files import user_path, writable_file

_BEST = "the checkpoint of the smallest distance, not the newest"


def recipes(_: argparse.Namespace) -> None:
    """List the recipes."""
    from gan_course.recipes import RECIPES

    width = max(map(len, RECIPES))
    for name, recipe in sorted(RECIPES.items()):
        size = f"{recipe.steps:>7,} steps on {recipe.dataset}, ~{recipe.cpu_minutes:g} min"
        tuned = f", tuned for {recipe.tuned_for:g} s" if recipe.tuned_for else ""
        print(f"{name:<{width}}  {recipe.about}\n{'':<{width}}  {size} on two CPU cores{tuned}")


def datasets(_: argparse.Namespace) -> None:
    """List the datasets and where each would come from."""
    from gan_course.data.sources import DATASETS, find, mirror_file, mirrored

    width = len("quickdraw_CATEGORY")
    drawings = [name for name in mirrored() if name not in DATASETS]
    for name in (*DATASETS, "quickdraw_CATEGORY", *drawings):
        dataset = find(name)
        archive = mirror_file(name) if dataset.stand_in is not None else None
        origin = f"mirror {archive}" if archive else dataset.origin
        print(f"{name:<{width}}  {dataset.about}\n{'':<{width}}  {origin}")
    for form, meaning in {
        "NAME:CLASS": "one class of a set alone, as in cifar10:horse",
        "folder:PATH": "any folder of images",
        "folder:A|B": "pairs: the images of folder A are the inputs of those of B with their names",
        "unpaired:A|B": "two sets, inputs and targets, as in 'unpaired:street_digits|mnist'",
        "unpaired:NAME": "half of the inputs of a set of pairs, and the targets of the others",
    }.items():
        print(f"{form:<{width}}  {meaning}")


def train_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `train`."""
    parser.add_argument("recipe", metavar="RECIPE", help="a name from `recipes`")
    parser.add_argument("--out", type=Path, metavar="DIR", help="run folder (runs/RECIPE)")
    parser.add_argument("--steps", type=int, metavar="N", help="generator updates in all")
    parser.add_argument("--batch-size", type=int, metavar="N", help="images per update")
    parser.add_argument("--seed", type=int, metavar="S", help="of all that is random in the run")
    parser.add_argument("--data", metavar="NAME", help="a dataset, or folder:PATH")
    parser.add_argument(
        "--distance-every", type=int, metavar="N",
        help="log the Fréchet distance every N steps, and keep the best checkpoint",
    )  # fmt: skip
    parser.add_argument(
        "--strategy", metavar="NAME",
        help="mirrored: all GPUs of this machine; multiworker: all machines in TF_CONFIG",
    )  # fmt: skip


def train(arguments: argparse.Namespace) -> None:
    """Train a recipe, or go on with the run in the folder."""
    from gan_course.recipes import recipe

    named = {
        "steps": arguments.steps,
        "batch_size": arguments.batch_size,
        "seed": arguments.seed,
        "dataset": arguments.data,
        "distance_every": arguments.distance_every,
    }
    changes = {name: value for name, value in named.items() if value is not None}
    chosen = recipe(arguments.recipe, **changes)
    from gan_course.base.backend import keras
    from gan_course.training import distributed, session

    several = distributed.strategy(arguments.strategy) if arguments.strategy else None
    run = session.train(chosen, arguments.out or Path("runs") / chosen.name, strategy=several)
    print(f"samples    {run.dir.sample_files()[-1]}")
    print(f"animation  {run.gif}")
    print(f"curves     {run.dir.curves}")
    for name in run.state.networks():
        print(
            f"{name.replace('_', ' '):<11}{run.dir.network(name)}  "
            f"(keras.models.load_model reads it, in Keras {keras.__version__} or newer)"
        )


def sample_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `sample`."""
    parser.add_argument("run", metavar="RUN", type=Path)
    parser.add_argument("--count", type=int, default=64, metavar="N", help="images (64)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the latents (0)")
    parser.add_argument(
        "--label", metavar="CLASS",
        help="what a conditional run draws: a number or a name (each class in turn)",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE",
        help="FILE.npz (key `images`, uint8 (N, H, W, C); `labels`, of a conditional run) or "
        "FILE.png (one tiled picture)",
    )  # fmt: skip
    parser.add_argument("--best", action="store_true", help=_BEST)


def sample(arguments: argparse.Namespace) -> None:
    """Generate new images from a run."""
    import numpy as np

    from gan_course import run
    from gan_course.base.files import atomic_write
    from gan_course.runs import images

    out = _checked("--out", arguments.out, ".npz", ".png")
    opened = run.open_run(arguments.run, arguments.best)
    made = opened.made(arguments.count, arguments.seed, labels=arguments.label)
    pictures = images.to_uint8(made.images)
    with atomic_write(out) as file:
        if out.suffix.lower() == ".npz":
            labels = {} if made.wanted is None else {"labels": made.wanted}
            np.savez_compressed(file, images=pictures, **labels)
        else:
            rows, columns = images.square(len(pictures))
            about = {
                "Recipe": opened.recipe.name, "Step": opened.step, "Seed": opened.recipe.seed,
                "Sample seed": arguments.seed,
            }  # fmt: skip
            images.write_png(file, images.overview(pictures, rows, columns), about)
    print(f"{out}: {len(pictures)} images of {opened.path} at step {opened.step:,}")


def evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `evaluate`."""
    parser.add_argument("run", metavar="RUN", type=Path)
    parser.add_argument("--count", type=int, default=10_000, metavar="N", help="samples (10000)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the latents (0)")
    parser.add_argument("--best", action="store_true", help=_BEST)
    parser.add_argument(
        "--features", default="course", metavar="NAME",
        help="course: of a small classifier of the dataset; inception: of InceptionV3; or the "
        "path of a copy of InceptionV3's weights, FILE.h5",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")


def evaluate(arguments: argparse.Namespace) -> None:
    """Measure how good a run's images are."""
    import json

    from gan_course import run
    from gan_course.base.files import atomic_write
    from gan_course.measures import features

    out = _checked("--json", arguments.json, ".json")
    opened = run.open_run(arguments.run, arguments.best)
    chosen = None
    if arguments.features == "inception":
        chosen = features.inception()
    elif arguments.features != "course":
        if not user_path(arguments.features).is_file():
            raise InputError(
                f"--features must be course, inception or a file of InceptionV3's weights; "
                f"{arguments.features!r} is none of them"
            )
        chosen = features.inception(arguments.features)
    found = opened.evaluate(arguments.count, arguments.seed, features=chosen)
    print(found)
    if out is not None:
        with atomic_write(out) as file:
            file.write(json.dumps(found.to_json(), indent=2, ensure_ascii=False).encode() + b"\n")


def gif_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `gif`."""
    parser.add_argument("run", metavar="RUN", type=Path)
    parser.add_argument("--out", type=Path, metavar="FILE.gif", help="(RUN/training.gif)")


def gif(arguments: argparse.Namespace) -> None:
    """Make the animation of a run again from its sample grids."""
    from gan_course import run

    print(run.open_run(arguments.run).write_gif(_checked("--out", arguments.out, ".gif")))


def doctor_arguments(parser: argparse.ArgumentParser) -> None:
    """That of `doctor`."""
    parser.add_argument("run", metavar="RUN", type=Path, nargs="?")


def doctor(arguments: argparse.Namespace) -> None:
    """Report on this machine and, given one, on a run's health."""
    from gan_course.measures.diagnosis import doctor as report

    report.report(arguments.run)


def _checked(option: str, path: Path | None, *suffixes: str) -> Path | None:
    """Where to write in the end: what is wrong with it is told before the work."""
    if path is None:
        return None
    if path.suffix.lower() not in suffixes:
        raise InputError(f"{option} must end in {' or '.join(suffixes)}, got {str(path)!r}")
    return writable_file(path)
