"""Timing in turns: every contestant in every round, so that a slow minute hits all alike."""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gan_course.base.backend import keras, tf

RESULTS = Path(__file__).parent / "results"
ROUNDS = 9
SECONDS = 0.4  # of one contestant in one round
FEWEST = 2  # steps in one round: the first after another contestant finds no memory at hand


class Player(Protocol):
    """A contestant with a clock of its own."""

    def play(self, count: int) -> float:
        """Make so many steps; their seconds."""


def in_turns(
    steps: dict[str, "Callable[[], object] | Player"],
    rounds: int | None = None,
    seconds: float | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Milliseconds a step, one number a round; each plays for about the same time.

    Args:
      steps: calls that make a step each; or what has a `play`, which makes so many and returns
        their seconds by a clock of its own.
      rounds, seconds: in place of ROUNDS and SECONDS.
      clock: seconds since any moment.
    """
    rounds, seconds = rounds or ROUNDS, seconds or SECONDS
    plays = {name: getattr(step, "play", _timed(step, clock)) for name, step in steps.items()}
    counts = {}
    for name, play in plays.items():
        play(1)  # the first one compiles
        counts[name] = max(FEWEST, int(seconds / play(1)))
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, play in plays.items():
            times[name].append(play(counts[name]) / counts[name] * 1e3)
    return times


def _timed(step: Callable[[], object], clock: Callable[[], float]) -> Callable[[int], float]:
    def play(count: int) -> float:
        start = clock()
        for _ in range(count):
            step()
        return clock() - start

    return play


def median_ratio(slower: list[float], faster: list[float]) -> float:
    """The median of the ratios round by round."""
    return statistics.median(a / b for a, b in zip(slower, faster, strict=True))


def resident_megabytes() -> float:
    """Resident memory of this process now (Linux; 0 elsewhere)."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    lines = status.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def saved(name: str) -> dict:
    """What results/NAME.json holds; nothing where it is not there."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text())["results"] if path.exists() else {}


def save(name: str, results: dict) -> None:
    """Write results/NAME.json with what they were measured on."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": machine(), "results": results}, indent=2)
    (RESULTS / f"{name}.json").write_text(text + "\n")


def machine() -> dict:
    """What a measurement depends on, the hour apart."""
    gpus = [
        tf.config.experimental.get_device_details(g) for g in tf.config.list_physical_devices("GPU")
    ]
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "gpus": [details.get("device_name") for details in gpus],
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
