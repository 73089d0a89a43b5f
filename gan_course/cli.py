"""The command line: recipes, datasets, train, sample, evaluate, gif, doctor.

In: words. Out: an exit code: 0 done, 1 failed, 2 bad usage or input (one line on stderr), 130
after Ctrl-C. TensorFlow is loaded by the commands that compute, not by the others.
"""

import argparse
import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from gan_course import __version__
from gan_course.base.errors import InputError, RunWarning, check_system
from gan_course.base.files import user_path, writable_file

_PROGRAM = "gan_course"
_BEST = "the checkpoint of the smallest distance, not the newest"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(words: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(words)
    try:
        check_system()
        with _warnings_in_one_line():
            arguments.command(arguments)
        sys.stdout.flush()
    except InputError as error:
        print(f"{_PROGRAM}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stopped:
        print(f"\n{_PROGRAM}: {str(stopped) or 'stopped'}", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=_PROGRAM, description="Train GANs and see what they learn.")
    parser.add_argument("--version", action="version", version=f"{_PROGRAM} {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, function, about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
        made.set_defaults(command=function)
        return made

    command("recipes", _recipes, "list the recipes")
    command("datasets", _datasets, "list the datasets and where each would come from")

    train = command("train", _train, "train a recipe, or go on with the run in the folder")
    train.add_argument("recipe", metavar="RECIPE", help="a name from `recipes`")
    train.add_argument("--out", type=Path, metavar="DIR", help="run folder (runs/RECIPE)")
    train.add_argument("--steps", type=int, metavar="N", help="generator updates in all")
    train.add_argument("--batch-size", type=int, metavar="N", help="images per update")
    train.add_argument("--seed", type=int, metavar="S", help="of all that is random in the run")
    train.add_argument("--data", metavar="NAME", help="a dataset, or folder:PATH")
    train.add_argument(
        "--distance-every", type=int, metavar="N",
        help="log the Fréchet distance every N steps, and keep the best checkpoint",
    )  # fmt: skip

    train.add_argument(
        "--strategy", metavar="NAME",
        help="mirrored: all GPUs of this machine; multiworker: all machines in TF_CONFIG",
    )  # fmt: skip

    sample = command("sample", _sample, "generate new images from a run")
    sample.add_argument("run", metavar="RUN", type=Path)
    sample.add_argument("--count", type=int, default=64, metavar="N", help="images (64)")
    sample.add_argument("--seed", type=int, default=0, metavar="S", help="of the latents (0)")
    sample.add_argument(
        "--out", type=Path, required=True, metavar="FILE",
        help="FILE.npz (key `images`, uint8 (N, H, W, C)) or FILE.png (one tiled picture)",
    )  # fmt: skip

    sample.add_argument("--best", action="store_true", help=_BEST)

    evaluate = command("evaluate", _evaluate, "measure how good a run's images are")
    evaluate.add_argument("run", metavar="RUN", type=Path)
    evaluate.add_argument("--count", type=int, default=10_000, metavar="N", help="samples (10000)")
    evaluate.add_argument("--seed", type=int, default=0, metavar="S", help="of the latents (0)")
    evaluate.add_argument("--best", action="store_true", help=_BEST)
    evaluate.add_argument(
        "--features", default="course", metavar="NAME",
        help="course: of a small classifier of the dataset; inception: of InceptionV3; or the "
        "path of a copy of InceptionV3's weights, FILE.h5",
    )  # fmt: skip
    evaluate.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")

    gif = command("gif", _gif, "make the animation of a run again from its sample grids")
    gif.add_argument("run", metavar="RUN", type=Path)
    gif.add_argument("--out", type=Path, metavar="FILE.gif", help="(RUN/training.gif)")

    doctor = command("doctor", _doctor, "report on this machine and, given one, on a run's health")
    doctor.add_argument("run", metavar="RUN", type=Path, nargs="?")
    return parser


def _recipes(_: argparse.Namespace) -> None:
    from gan_course.recipes import RECIPES

    width = max(map(len, RECIPES))
    for name, recipe in sorted(RECIPES.items()):
        size = f"{recipe.steps:>7,} steps on {recipe.dataset}, ~{recipe.cpu_minutes:g} min"
        print(f"{name:<{width}}  {recipe.about}\n{'':<{width}}  {size} on two CPU cores")


def _datasets(_: argparse.Namespace) -> None:
    from gan_course.data.sources import DATASETS, find, mirror_file, mirrored

    width = len("quickdraw_CATEGORY")
    drawings = [name for name in mirrored() if name not in DATASETS]
    for name in (*DATASETS, "quickdraw_CATEGORY", *drawings):
        dataset = find(name)
        archive = mirror_file(name) if dataset.stand_in is not None else None
        origin = f"mirror {archive}" if archive else dataset.origin
        print(f"{name:<{width}}  {dataset.about}\n{'':<{width}}  {origin}")
    print(f"{'NAME:CLASS':<{width}}  one class of a set alone, as in cifar10:horse")
    print(f"{'folder:PATH':<{width}}  any folder of images")


def _train(arguments: argparse.Namespace) -> None:
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
    from gan_course.training import distributed
    from gan_course.training.session import train

    several = distributed.strategy(arguments.strategy) if arguments.strategy else None
    run = train(chosen, arguments.out or Path("runs") / chosen.name, strategy=several)
    print(f"samples    {run.dir.sample_files()[-1]}")
    print(f"animation  {run.gif}")
    print(f"curves     {run.dir.curves}")
    print(
        f"generator  {run.dir.generator}  "
        f"(keras.models.load_model reads it, in Keras {keras.__version__} or newer)"
    )


def _sample(arguments: argparse.Namespace) -> None:
    import numpy as np

    from gan_course import run
    from gan_course.base.files import atomic_write
    from gan_course.runs import images

    out = _checked("--out", arguments.out, ".npz", ".png")
    opened = run.open_run(arguments.run, arguments.best)
    made = images.to_uint8(opened.samples(arguments.count, arguments.seed))
    with atomic_write(out) as file:
        if out.suffix.lower() == ".npz":
            np.savez_compressed(file, images=made)
        else:
            rows, columns = images.square(len(made))
            about = {
                "Recipe": opened.recipe.name, "Step": opened.step, "Seed": opened.recipe.seed,
                "Sample seed": arguments.seed,
            }  # fmt: skip
            images.write_png(file, images.overview(made, rows, columns), about)
    print(f"{out}: {len(made)} images of {opened.path} at step {opened.step:,}")


def _evaluate(arguments: argparse.Namespace) -> None:
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


def _gif(arguments: argparse.Namespace) -> None:
    from gan_course import run

    print(run.open_run(arguments.run).write_gif(_checked("--out", arguments.out, ".gif")))


def _doctor(arguments: argparse.Namespace) -> None:
    from gan_course.measures.diagnosis import doctor

    doctor.report(arguments.run)


def _checked(option: str, path: Path | None, *suffixes: str) -> Path | None:
    """Where to write in the end: what is wrong with it is told before the work."""
    if path is None:
        return None
    if path.suffix.lower() not in suffixes:
        raise InputError(f"{option} must end in {' or '.join(suffixes)}, got {str(path)!r}")
    return writable_file(path)


@contextlib.contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Our own warnings as a line like the errors; those of other libraries as ever."""
    with warnings.catch_warnings():
        as_ever = warnings.showwarning

        def show(message, category, *where, **more):
            if issubclass(category, RunWarning):
                print(f"{_PROGRAM}: {message}", file=sys.stderr)
            else:
                as_ever(message, category, *where, **more)

        warnings.showwarning = show
        yield
