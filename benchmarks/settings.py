"""What our train step gains by what `gan_course` sets, and by each trick of its layers.

python -m benchmarks.settings [RECIPE ...]    oneDNN and the threads
python -m benchmarks.settings layers [RECIPE ...]    the tricks of gan_course/models/fast/

TensorFlow reads its settings once, so each side is a process of its own; they take turns. On
another number of cores than two the sides "ours" and "TensorFlow's threads" are the same.

Of the tricks one after the other is left out, then all of them, by the switch GAN_COURSE_LAYERS;
all sides take turns in one process. What is counted is processor time, of all cores, which other
programs disturb less than the clock on the wall. A trick that a recipe does not use has no number.
"ours again" is the same step a second time: so far from 1 a ratio can be by chance.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial

CORES = str(os.cpu_count())
SETTINGS = {
    "ours": {},
    "without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "TensorFlow's threads": {"TF_NUM_INTRAOP_THREADS": CORES, "TF_NUM_INTEROP_THREADS": CORES},
}
QUICK = (
    "vanilla_mnist_quick",
    "dcgan_mnist_quick",
    "wgan_gp_faces_quick",
    "wgan_cifar10_quick",
    "gan_quickdraw_quick",
)
REFERENCE = ("dcgan_fashion", "gan_quickdraw", "dcgan_mnist", "wgan_cifar10", "wgan_gp_faces")
TURN, ROOM = 0.1, 40.0  # seconds of a turn, unless two steps take longer; of one recipe
FEWEST_ROUNDS, MOST_ROUNDS = 3, 40
EARNS = {QUICK: 1.03, REFERENCE: 1.10}  # times as long without it, in one recipe at least
ROUNDS = 3
SECONDS, FEWEST = 2.0, 5  # of steps in one process; at least so many steps


def one_call(name: str):
    """A function that makes a step as users of the recipe make it, and the number of its steps."""
    import numpy as np

    import gan_course as gan
    from gan_course.data import ImageSet
    from gan_course.games.game import game_of
    from gan_course.training import loop

    recipe = gan.recipe(name)
    shape = (recipe.batch_size * recipe.d_steps, *recipe.image_shape)
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    game, several = game_of(recipe, ImageSet("noise", noise)), loop.steps_per_call(recipe)
    compiled = loop.compile_step(game, game.start(), steps_per_call=several)
    batch = game.batch(0)
    if several > 1:
        batch = {key: np.stack([array] * several) for key, array in batch.items()}
    return lambda: float(compiled(batch)["d_loss"]), several


def milliseconds(name: str) -> float:
    """The median time of a step, in this process."""
    call, several = one_call(name)
    for _ in range(FEWEST):
        call()
    times = []
    while sum(times) < SECONDS * 1e3 or len(times) < FEWEST:
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times) / several


def in_a_process(side: str, name: str) -> float:
    words = [sys.executable, "-m", "benchmarks.settings", "--one", name]
    return float(subprocess.check_output(words, env=os.environ | SETTINGS[side], text=True))


def settings(name: str) -> dict[str, float]:
    """Milliseconds of our step, and how many times as long it takes without each setting."""
    from benchmarks.measure import median_ratio

    times: dict[str, list[float]] = {side: [] for side in SETTINGS}
    for _ in range(ROUNDS):
        for side in SETTINGS:
            times[side].append(in_a_process(side, name))
    found = {"ours_ms": round(statistics.median(times["ours"]), 2)}
    for side in list(SETTINGS)[1:]:
        found[side] = round(median_ratio(times[side], times["ours"]), 2)
    return found


@contextmanager
def switched(said: str) -> Iterator[None]:
    """Inside, networks are built with these tricks."""
    from gan_course.models.fast import SWITCH

    before = os.environ.get(SWITCH, "")
    os.environ[SWITCH] = said
    try:
        yield
    finally:
        os.environ[SWITCH] = before


def without(trick: str) -> str:
    """What the switch says to leave one trick out."""
    from gan_course.models.fast import TRICKS

    return ",".join(name for name in TRICKS if name != trick)


def operations(recipe, said: str) -> Counter:
    """The kinds of operations in the graphs of both networks, built with these tricks, as a penalty
    sees them where there is one."""
    from gan_course.base.backend import tf
    from gan_course.models import build, fast

    kinds = Counter()
    with switched(said), fast.without_second_slopes() if recipe.penalty else nullcontext():
        for network in build(recipe):
            example = tf.TensorSpec([recipe.batch_size, *network.input_shape[1:]])
            traced = tf.function(partial(network, training=True)).get_concrete_function(example)
            kinds.update(operation.type for operation in traced.graph.get_operations())
    return kinds


def used_tricks(name: str) -> list[str]:
    """The tricks without which the recipe's networks, or its optimizer, would be others."""
    import gan_course as gan
    from gan_course.models.fast import TRICKS

    recipe = gan.recipe(name)
    whole = operations(recipe, "fast")
    return [
        trick
        for trick in TRICKS
        if trick == recipe.optimizer or operations(recipe, without(trick)) != whole
    ]


def layers(name: str) -> dict[str, float]:
    """Processor milliseconds of our step, and how many times as many without each trick."""
    from benchmarks.measure import FEWEST, in_turns, median_ratio

    left_out = {trick: without(trick) for trick in used_tricks(name)}
    calls = {}
    for side, said in {"ours": "fast", "ours again": "fast", **left_out, "all": "keras"}.items():
        with switched(said):
            calls[side], several = one_call(name)
    calls["ours"]()
    start = time.process_time()
    calls["ours"]()
    turn = max(TURN, FEWEST * (time.process_time() - start))
    rounds = int(min(MOST_ROUNDS, max(FEWEST_ROUNDS, ROOM / turn / len(calls))))
    times = in_turns(calls, rounds, TURN, time.process_time)
    ours = times.pop("ours")
    found = {"ours_ms": round(statistics.median(ours) / several, 2)}
    return found | {side: round(median_ratio(slower, ours), 3) for side, slower in times.items()}


def earning(results: dict[str, dict[str, float]]) -> dict[str, bool]:
    """Whether each trick that was measured earns its place in one of the recipes."""
    least = {name: ratio for names, ratio in EARNS.items() for name in names}
    tricks = {side for found in results.values() for side in found} - {"ours_ms", "ours again"}
    return {
        trick: any(found.get(trick, 0) >= least[name] for name, found in results.items())
        for trick in sorted(tricks - {"all"})
    }


def main(kind: str, names: tuple[str, ...]) -> None:
    from benchmarks.measure import save

    results = {}
    for name in names:
        results[name] = {"settings": settings, "layers": layers}[kind](name)
        print(f"{name:22}", *(f"{k} {v:g}" for k, v in results[name].items()), sep="  ", flush=True)
    save(kind, results)
    if kind == "layers":
        print("earns its place:", earning(results))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(milliseconds(sys.argv[2])))
    else:
        kind = "layers" if sys.argv[1:2] == ["layers"] else "settings"
        main(kind, tuple(sys.argv[1 + (kind == "layers") :]) or QUICK + REFERENCE)
