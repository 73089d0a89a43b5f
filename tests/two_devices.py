"""Played by test_distributed.py in a process of its own: a processor seen as two devices.

  python tests/two_devices.py GAME FOLDER

Prints one line of JSON.
"""

import contextlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from e2e import CONVOLUTIONS, image_set, same_weights, tiny, weights

from gan_course.base import seeds
from gan_course.base.backend import tf
from gan_course.games import adversarial
from gan_course.games.dice import own_seed
from gan_course.training import session
from gan_course.training.session import train

PLAIN = dict(  # no batch normalisation and no dropout: a replica sees only its own images
    optimizer="sgd",
    beta_1=None,
    g_learning_rate=0.05,
    d_learning_rate=0.05,
    generator=("Dense 16 ReLU", "Dense 64 tanh", "Reshape 8 8 1"),
    discriminator=("Conv 4 k4 s2 LReLU .2", "Flatten", "Dense 1"),
    steps=20,
)
GAMES = {
    "alternating": PLAIN,
    "simultaneous": {**PLAIN, "order": "simultaneous", "d_steps": 1},
    "r1": {**PLAIN, "penalty": "r1", "penalty_weight": 1.0},
}


def two_devices():
    (processor,) = tf.config.list_physical_devices("CPU")
    halves = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(processor, halves)
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def play(folder: Path, strategy, hooks=(), **changes):
    recipe = tiny(**changes)
    out, data = folder, image_set()
    return train(recipe, out, data=data, hooks=hooks, progress=False, strategy=strategy)


def farthest(one, other) -> float:
    pairs = zip(weights(one), weights(other), strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def compare(folder: Path, strategy, changes: dict) -> dict:
    """How far the weights are apart after the same steps, and how far they went."""
    one = play(folder / "one", None, **changes)
    two = play(folder / "two", strategy, **changes)
    start = SimpleNamespace(state=adversarial.start(tiny(**changes)))
    columns = [name for name in one.history if name != "seconds"]
    logged = np.abs(one.history[columns] - two.history[columns]).to_numpy().max()
    return {"apart": farthest(one, two), "moved": farthest(one, start), "logged": float(logged)}


def with_batch_normalisation(folder: Path, strategy) -> dict:
    """BN, dropout, Adam, an averaged generator: stopped half way, resumed; and never stopped."""

    def stop_at_17(step, *_):
        if step == 17:
            raise KeyboardInterrupt

    changes = {**CONVOLUTIONS, "ema_decay": 0.9, "steps": 30, "batch_size": 8}
    whole = play(folder / "whole", strategy, **changes)
    with contextlib.suppress(KeyboardInterrupt):
        play(folder / "stopped", strategy, hooks=[stop_at_17], **changes)
    resumed = play(folder / "stopped", strategy, **changes)
    copies = [v.values for v in whole.state.variables().values()]
    on_one = session.Run(whole.path)
    return {
        "resumed_equal": same_weights(whole, resumed),
        "replicas": len(copies[0]),
        "replicas_apart": max(float(np.abs(a.numpy() - b.numpy()).max()) for a, b in copies),
        "samples_equal": bool((on_one.samples(5) == whole.samples(5)).all()),
        "rows": len(whole.history),
    }


def penalty_seeds(strategy) -> dict:
    seed = tf.constant([3, seeds.PENALTY])
    drawn = strategy.run(tf.function(lambda: own_seed(seed)))
    return {"seeds": [each.numpy().tolist() for each in strategy.experimental_local_results(drawn)]}


if __name__ == "__main__":
    game, where = sys.argv[1], Path(sys.argv[2])
    both = two_devices()
    if game == "batch_normalisation":
        found = with_batch_normalisation(where, both)
    elif game == "penalty_seeds":
        found = penalty_seeds(both)
    else:
        found = {name: compare(where / name, both, changes) for name, changes in GAMES.items()}
    print(json.dumps(found))
