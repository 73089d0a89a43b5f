"""`doctor`: what this machine has, and whether a run is healthy."""

import argparse

from gan_course.commands import screen, words
from gan_course.commands.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """A run, perhaps."""
    words.run(parser, nargs="?", help="a run folder (default: only this machine)")


def doctor(arguments: argparse.Namespace) -> None:
    """Report on this machine and, given one, on a run's health."""
    if arguments.run is not None:
        words.check_run(arguments.run)
    from gan_course.measures.diagnosis import doctor

    screen.show(screen.columns(doctor.findings(arguments.run).items(), ("name", "text")))
    if arguments.run is not None:
        screen.show("", screen.paragraphs(str(doctor.diagnosis(arguments.run))))


COMMAND = Command(
    "doctor",
    doctor,
    (
        ("versions, devices, settings, data", "doctor"),
        ("does this run learn, and what to try?", "doctor runs/demo"),
    ),
    arguments,
)
