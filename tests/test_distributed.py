"""Two devices and two workers play the game of one."""

import json
import socket
import subprocess
import sys
from contextlib import ExitStack
from types import SimpleNamespace

import numpy as np
import pytest
from e2e import ENVIRONMENT, ROOT, image_set, tiny, train, weights
from two_devices import GAMES, PLAIN

import gan_course as gan
from gan_course.base.backend import tf
from gan_course.base.errors import InputError
from gan_course.games import dice
from gan_course.training import distributed

ALONE = {**ENVIRONMENT, "CUDA_VISIBLE_DEVICES": "-1"}


def on_two_devices(game, folder) -> dict:
    words = [sys.executable, "tests/two_devices.py", game, str(folder)]
    done = subprocess.run(words, cwd=ROOT, env=ALONE, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def games(tmp_path_factory) -> dict:
    return on_two_devices("games", tmp_path_factory.mktemp("games"))


@pytest.mark.parametrize("game", GAMES)
def test_two_replicas_end_with_the_weights_of_one_device(game, games):
    found = games[game]
    assert found["apart"] <= 1e-6
    assert found["logged"] <= 1e-5
    assert found["moved"] > 1e-3  # or it would be no news


def test_with_batch_normalisation_two_replicas_train_resume_and_sample(tmp_path):
    found = on_two_devices("batch_normalisation", tmp_path)
    assert found["replicas"] == 2
    assert found["replicas_apart"] == 0
    assert found["resumed_equal"]
    assert found["samples_equal"]
    assert found["rows"] == 10


def test_each_replica_looks_at_places_of_its_own_for_the_penalty(tmp_path):
    first, second = on_two_devices("penalty_seeds", tmp_path)["seeds"]
    assert first == [3, 5]
    assert second != first


def test_without_a_strategy_nothing_is_shared_out():
    batch = tf.reshape(tf.range(12), [2, 6])
    assert dice.replicas() == 1
    assert dice.own_share(batch, axis=1) is batch
    assert distributed.is_chief(None)


def test_a_batch_that_cannot_be_shared_out_evenly_is_refused(tmp_path):
    class Three:
        num_replicas_in_sync = 3

    with pytest.raises(InputError, match=r"batch_size 8 .* 3 replicas; use a multiple of 3"):
        gan.train(tiny(), tmp_path / "run", data=image_set(), strategy=Three())
    assert not (tmp_path / "run").exists()


def test_an_unknown_strategy_is_named_with_the_nearest():
    with pytest.raises(InputError, match=r"mirrord.*mirrored"):
        distributed.strategy("mirrord")


# -- two workers -----------------------------------------------------------------------------


def free_ports(count: int) -> list[int]:
    with ExitStack() as sockets:
        opened = [sockets.enter_context(socket.socket()) for _ in range(count)]
        for each in opened:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in opened]


def two_workers(folders, outs, **changes) -> list[subprocess.CompletedProcess]:
    """Start both, wait for both."""
    cluster = {"worker": [f"127.0.0.1:{port}" for port in free_ports(2)]}
    started = []
    for index in (0, 1):
        config = json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}})
        words = [sys.executable, "tests/worker.py", folders[index], outs[index]]
        started.append(
            subprocess.Popen(
                [*map(str, words), json.dumps(changes)],
                cwd=ROOT,
                env={**ALONE, "TF_CONFIG": config},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    try:
        texts = [worker.communicate(timeout=240) for worker in started]
    finally:
        for worker in started:
            worker.kill()
    return [
        subprocess.CompletedProcess(worker.args, worker.returncode, *text)
        for worker, text in zip(started, texts, strict=True)
    ]


def test_two_workers_end_with_the_weights_of_one_and_only_the_chief_writes(tmp_path):
    one = train(tmp_path / "one", **PLAIN)
    folder, outs = tmp_path / "both", [tmp_path / "0.npz", tmp_path / "1.npz"]
    for steps in (13, 20):  # the second call goes on from the folder that both can read
        for worker in two_workers([folder, folder], outs, **{**PLAIN, "steps": steps}):
            assert worker.returncode == 0, worker.stderr[-3000:]
    ends = [list(np.load(out).values()) for out in outs]
    for first, second, alone in zip(*ends, weights(one), strict=True):
        np.testing.assert_array_equal(first, second)
        np.testing.assert_allclose(first, alone, rtol=0, atol=1e-6)
    run = gan.open_run(folder)
    assert run.history["step"].tolist() == [
        3,
        6,
        9,
        12,
        13,
        15,
        18,
        20,
    ]  # 13: an end
    assert run.step == 20 and run.gif.exists()


def test_workers_that_see_different_folders_are_told_so(tmp_path):
    train(tmp_path / "mine", **{**PLAIN, "steps": 7})
    folders, outs = [tmp_path / "mine", tmp_path / "empty"], [tmp_path / "0", tmp_path / "1"]
    for worker, step in zip(two_workers(folders, outs, **PLAIN), (7, 0), strict=True):
        assert worker.returncode == 1
        assert f"after step {step}, others after another one" in worker.stderr
    assert gan.open_run(tmp_path / "mine").step == 7
    assert not (tmp_path / "empty").exists()


def test_a_worker_is_chief_by_its_place_in_the_cluster():
    workers = {"worker": ["a:1", "b:1"]}
    for jobs, task, chief in (
        (workers, ("worker", 0), True),
        (workers, ("worker", 1), False),
        ({"chief": ["c:1"], **workers}, ("chief", 0), True),
        ({"chief": ["c:1"], **workers}, ("worker", 0), False),
        ({}, (None, None), True),
    ):
        cluster = tf.distribute.cluster_resolver.SimpleClusterResolver(
            tf.train.ClusterSpec(jobs), task_type=task[0], task_id=task[1]
        )
        assert distributed.is_chief(SimpleNamespace(cluster_resolver=cluster)) == chief
