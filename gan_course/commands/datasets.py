"""`datasets`: what can be trained on, and where each set would come from."""

import argparse

from gan_course.commands import screen
from gan_course.commands.command import Command

_FORMS = {
    "NAME:CLASS": "one class of a set alone, as in cifar10:horse",
    "folder:PATH": "any folder of images",
    "folder:A|B": "pairs: the images of folder A are the inputs of those of B with their names",
    "unpaired:A|B": "two sets, inputs and targets, as in 'unpaired:street_digits|mnist'",
    "unpaired:NAME": "half of the inputs of a set of pairs, and the targets of the others",
}


def datasets(_: argparse.Namespace) -> None:
    """List the datasets and where each would come from."""
    from gan_course.data.sources import DATASETS, find, mirror_file, mirrored

    drawings = [name for name in mirrored() if name not in DATASETS]
    found = []
    for name in (*DATASETS, "quickdraw_CATEGORY", *drawings):
        dataset = find(name)
        archive = mirror_file(name) if dataset.stand_in is not None else None
        found.append((name, dataset.about, f"mirror {archive}" if archive else dataset.origin))
    screen.show(screen.entries([*found, *((form, about, "") for form, about in _FORMS.items())]))


COMMAND = Command(
    "datasets",
    datasets,
    (
        ("what there is", "datasets"),
        ("one of them to train on", "train demo --data mnist"),
        ("one class of it alone", "train demo --data mnist:7"),
        ("a folder of your own images", "train demo --data folder:photos"),
    ),
)
