"""`train`: a recipe, with changes, becomes a run folder; or a run in a folder goes on."""

import argparse
from pathlib import Path

from gan_course.base.errors import InputError
from gan_course.commands import next_steps, words
from gan_course.commands.command import Command

_FIELDS = ("steps", "batch_size", "seed", "dataset", "distance_every")  # with options of their own


def arguments(parser: argparse.ArgumentParser) -> None:
    """The recipe, and what is changed in it."""
    parser.add_argument("recipe", metavar="RECIPE", help="a name from `recipes`")
    parser.add_argument("--out", type=Path, metavar="DIR", help="run folder (default: runs/RECIPE)")
    for option, metavar, about in (
        ("--steps", "N", "generator updates in all"),
        ("--batch-size", "N", "images per update"),
        ("--seed", "S", "of all that is random in the run"),
        ("--distance-every", "N", "log the Fréchet distance every N steps, and keep the best "
                                  "checkpoint"),
    ):  # fmt: skip
        about = f"{about} (default: the recipe's)"
        parser.add_argument(option, type=words.number, metavar=metavar, help=about)
    parser.add_argument(
        "--data", dest="dataset", metavar="NAME",
        help="a name from `datasets`, or folder:PATH (default: the recipe's)",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE",
        help="any number of the recipe, as `recipes RECIPE` shows it; lines of a network have ; "
        "between them, as in 'discriminator=Flatten; Dense 1' (default: the recipe's)",
    )  # fmt: skip
    parser.add_argument(
        "--strategy", metavar="NAME", choices=("mirrored", "multiworker"),
        help="mirrored: all GPUs of this machine; multiworker: all machines in TF_CONFIG "
        "(default: one device)",
    )  # fmt: skip
    words.quiet(parser)


def train(arguments: argparse.Namespace) -> None:
    """Train a recipe, or go on with the run in the folder."""
    from gan_course.data.sources import check_name
    from gan_course.recipes import recipe

    chosen = recipe(arguments.recipe)
    chosen = chosen.changed(**_changes(arguments, chosen))
    check_name(chosen.dataset)  # before TensorFlow is loaded
    from gan_course.base.backend import keras
    from gan_course.training import distributed, session

    several = distributed.strategy(arguments.strategy) if arguments.strategy else None
    out = arguments.out or Path("runs") / chosen.name
    run = session.train(chosen, out, progress=not arguments.quiet, strategy=several)
    print(f"samples    {run.dir.sample_files()[-1]}")
    print(f"animation  {run.gif}")
    print(f"curves     {run.dir.curves}")
    for name in run.state.networks():
        print(
            f"{name.replace('_', ' '):<11}{run.dir.network(name)}  "
            f"(keras.models.load_model reads it, in Keras {keras.__version__} or newer)"
        )
    if not arguments.quiet:
        next_steps.show(run)


def _changes(arguments: argparse.Namespace, recipe) -> dict:
    """Fields of the recipe: those with options of their own, and those of `--set`."""
    named = {name: getattr(arguments, name) for name in _FIELDS}
    changes = {name: value for name, value in named.items() if value is not None}
    for pair in arguments.set:
        name, equals, text = (part.strip() for part in pair.partition("="))
        if not equals:
            raise InputError(f"--set takes FIELD=VALUE, as in --set latent_dim=16; got {pair!r}")
        if name in changes:
            raise InputError(f"{name} is given twice: {changes[name]} and {text}; leave one out")
        changes[name] = recipe.typed(name, text)
    return changes


COMMAND = Command(
    "train",
    train,
    (
        ("two minutes on two cores, into runs/demo", "train demo"),
        ("longer: goes on where it stopped", "train demo --steps 8000"),
        ("other data, another seed", "train demo --data mnist --seed 1 --out runs/b"),
        ("any number of the recipe", "train demo --set batch_size=64 --set jit=true"),
    ),
    arguments,
)
