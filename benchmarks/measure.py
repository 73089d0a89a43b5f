"""Timing in turns: every contestant in every round, so that a slow minute hits all alike."""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from gan_course.base.backend import keras, tf

RESULTS = Path(__file__).parent / "results"
ROUNDS = 9
SECONDS = 0.4  # of one contestant in one round
FEWEST = 2  # steps in one round: the first after another contestant finds no memory at hand


def in_turns(
    steps: dict[str, Callable[[], object]],
    rounds: int | None = None,
    seconds: float | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Milliseconds a step, one number a round; each plays for about the same time.

    Args:
      rounds, seconds: in place of ROUNDS and SECONDS.
      clock: seconds since any moment.
    """
    rounds, seconds = rounds or ROUNDS, seconds or SECONDS
    counts = {}
    for name, step in steps.items():
        step()  # the first one compiles
        start = clock()
        step()
        counts[name] = max(FEWEST, int(seconds / (clock() - start)))
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            start = clock()
            for _ in range(counts[name]):
                step()
            times[name].append((clock() - start) / counts[name] * 1e3)
    return times


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
    gpus = [
        tf.config.experimental.get_device_details(g) for g in tf.config.list_physical_devices("GPU")
    ]
    machine = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "gpus": [details.get("device_name") for details in gpus],
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
    }
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": machine, "results": results}, indent=2)
    (RESULTS / f"{name}.json").write_text(text + "\n")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
