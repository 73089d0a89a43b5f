"""The Fréchet distance that is taken while a GAN trains, and the checkpoint that it chooses."""

import dataclasses
import json
import math
import os
import shutil
import signal
from functools import partial

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course.base import seeds
from gan_course.base.errors import TrainingDiverged
from gan_course.data import ImageSet
from gan_course.games import adversarial, sampling, state
from gan_course.games.game import game_of
from gan_course.measures import features, metrics
from gan_course.measures.evaluation import DistanceMeter
from gan_course.measures.features import classifier_of
from gan_course.recipes import RECIPES
from gan_course.runs.rundir import RunDir
from gan_course.training import hooks

EVERY = 6  # steps between two distances
# G's rate is so high that its images get worse again: the best checkpoint is not the newest.
CHANGES = dict(
    steps=42,
    log_every=3,
    checkpoint_every=EVERY,
    distance_every=EVERY,
    g_learning_rate=0.03,
    seed=1,  # whose distance is smallest in the middle
)
train = partial(e2e.train, results=False)  # a second, and not compared
MEASURED = list(range(EVERY, 43, EVERY))


def arrays(file):
    with np.load(file) as archive:
        return {name: archive[name] for name in archive.files}


def same_arrays(one, other):
    """Whether two archives hold the same, bit for bit."""
    one, other = arrays(one), arrays(other)
    return one.keys() == other.keys() and e2e.same_bits(one.values(), map(other.get, one))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A run, and a folder with a copy of every checkpoint that it ever had."""
    out, kept = tmp_path_factory.mktemp("runs") / "run", tmp_path_factory.mktemp("kept")

    def keep(step, *_):
        if step % EVERY == 0:
            shutil.copy(RunDir(out).checkpoint(step), kept)

    return train(out, [keep], **CHANGES), kept


def distances(run):
    """step -> what its history says."""
    return {int(row["step"]): float(row["distance"]) for row in e2e.logged(run.path)}


def smallest(run):
    """The step of the smallest distance."""
    found = {step: value for step, value in distances(run).items() if not math.isnan(value)}
    return min(found, key=found.get)


# The history


def test_the_distance_is_the_last_column_and_nan_between_its_multiples(measured):
    text = (measured[0].path / "history.csv").read_text()
    heading, *lines = text.splitlines()
    assert heading.split(",")[-2:] == ["accuracy_fake", "distance"]
    assert len(lines) == 14  # 42 / log_every
    for line in lines:
        step, *_, distance = line.split(",")
        assert (distance == "nan") == (int(step) % EVERY != 0)
        assert distance == "nan" or 0 < float(distance) < math.inf


def test_the_history_as_a_frame_has_numbers_at_the_multiples(measured):
    frame = measured[0].history
    assert frame.columns[-1] == "distance" and frame["distance"].dtype == float
    assert list(frame["step"][frame["distance"].notna()]) == MEASURED
    assert frame.drop(columns="distance").notna().all(axis=None)


def test_a_last_step_between_the_multiples_is_logged_without_a_distance(tmp_path):
    run = train(tmp_path, **{**CHANGES, "steps": 10})
    found = distances(run)
    assert list(found) == [3, 6, 9, 10]
    assert [step for step, value in found.items() if not math.isnan(value)] == [6]


def test_a_run_that_measures_nothing_has_no_such_column_and_no_best_checkpoint(tmp_path):
    run = train(tmp_path, **{**CHANGES, "steps": 6, "distance_every": 0})
    assert "distance" not in run.history and not run.dir.best.exists()


def test_each_distance_is_that_of_the_checkpoint_of_its_step_from_the_training_images(measured):
    run, kept = measured
    train_state = adversarial.start(run.recipe)
    to_features = classifier_of(e2e.image_set())
    # all 50 training images, and as many samples of the noise that is there for measuring
    noise = seeds.latents("normal", 50, 4, seeds.derive(run.recipe.seed, seeds.DISTANCE_LATENTS, 0))
    real = to_features(e2e.pixels())
    for step in MEASURED:
        state.restore(train_state, kept / f"step_{step:06d}.npz")
        made = train_state.generator(noise, training=False).numpy()
        fake = to_features(np.rint(127.5 * (made + 1)).astype(np.uint8))
        expected = metrics.frechet_distance(fake, real)
        assert distances(run)[step] == pytest.approx(expected, rel=1e-4), step


def test_measuring_changes_nothing_that_is_learnt_or_logged_otherwise(measured, tmp_path):
    run = measured[0]
    without = train(tmp_path, **{**CHANGES, "distance_every": 0})
    assert e2e.same_weights(run, without)
    assert e2e.grids(run.path) == e2e.grids(tmp_path)
    rows = [{k: v for k, v in row.items() if k != "distance"} for row in e2e.logged(run.path)]
    assert rows == e2e.logged(tmp_path)


# The best checkpoint


def test_the_best_checkpoint_is_the_one_of_the_smallest_distance(measured):
    run, kept = measured
    assert 6 < smallest(run) < 42  # so neither the first nor the newest
    same = [step for step in MEASURED if same_arrays(run.dir.best, kept / f"step_{step:06d}.npz")]
    assert same == [smallest(run)]


def test_the_best_networks_are_opened_where_asked_for(measured):
    run, kept = measured
    best = gan.open_run(run.path, best=True)
    assert best.step == smallest(run) and gan.open_run(run.path).step == 42
    for name, array in arrays(kept / f"step_{best.step:06d}.npz").items():
        np.testing.assert_array_equal(best.state.variables()[name].numpy(), array)
    assert np.abs(best.samples(4) - run.samples(4)).max() > 0.01


def test_the_best_checkpoint_is_kept_beside_the_newest_three(measured):
    files = sorted(os.listdir(measured[0].path / "checkpoints"))
    assert files == ["best.npz", "step_000030.npz", "step_000036.npz", "step_000042.npz"]


def test_the_first_distance_makes_the_first_best_checkpoint(tmp_path):
    run = train(tmp_path, **{**CHANGES, "steps": 6})
    assert gan.open_run(tmp_path, best=True).step == 6
    assert same_arrays(run.dir.best, run.dir.checkpoint(6))


@pytest.fixture
def run_dir(tmp_path):
    made = RunDir(tmp_path / "run")
    with made.locked():
        yield made


def measure_at_steps(run_dir, recipe, found, best=math.inf):
    """The hook at steps 1, 2, ... with a meter that finds these: what it returns and saves."""
    train_state, saved, returned = adversarial.start(recipe), [], []
    meter = iter(found)
    measure = hooks.measure_distance(run_dir, lambda _: next(meter), best)
    for step in range(1, len(found) + 1):
        train_state.step.assign(step)
        returned.append(measure(step, train_state, {}))
        saved.append(int(arrays(run_dir.best)["step"]) if run_dir.best.exists() else None)
    return returned, saved


def test_only_a_smaller_distance_replaces_the_best_and_the_first_of_equals_stays(run_dir, tiny):
    returned, saved = measure_at_steps(run_dir, tiny, [3.0, 4.0, 2.0, 2.0, math.nan, 1.0])
    np.testing.assert_array_equal(returned, [3.0, 4.0, 2.0, 2.0, math.nan, 1.0])
    assert saved == [1, 1, 3, 3, 3, 6]


def test_the_best_of_an_earlier_session_stays_until_a_smaller_distance(run_dir, tiny):
    _, saved = measure_at_steps(run_dir, tiny, [3.0, 2.5, 2.4], best=2.5)
    assert saved == [None, None, 3]


def test_weights_that_are_not_finite_never_become_the_best(run_dir, tiny):
    train_state = adversarial.start(tiny)
    found = iter([2.0, 1.0])
    measure = hooks.measure_distance(run_dir, lambda _: next(found), math.inf)
    measure(1, train_state, {})
    before = e2e.contents(run_dir.path)
    train_state.generator.layers[0].bias.assign([np.nan] * 24)
    with pytest.raises(TrainingDiverged, match="NaN or infinity"):
        measure(2, train_state, {})
    assert e2e.contents(run_dir.path) == before


# The meter


def test_at_most_2000_training_images_are_compared_and_never_test_images(tiny):
    rng = np.random.default_rng(0)
    data = ImageSet(
        "noise",
        rng.integers(0, 128, (2500, 4, 6), dtype=np.uint8),
        x_test=rng.integers(128, 256, (2500, 4, 6), dtype=np.uint8),
    )
    looked = e2e.Statistics()
    DistanceMeter(game_of(tiny, data), looked)(adversarial.start(tiny))
    real, made = looked.seen
    assert len(real) == len(made) == 2000
    chosen = {image.tobytes() for image in real}
    assert len(chosen) == 2000 and chosen < {image.tobytes() for image in data.x_train}
    assert chosen != {image.tobytes() for image in data.x_train[:2000]}  # drawn


def test_the_meter_always_measures_with_the_same_noise_and_looks_at_the_images_once(tiny):
    data = ImageSet("noise", e2e.pixels(60, (4, 6)))
    train_state, looked = adversarial.start(tiny), e2e.Statistics()
    meter = DistanceMeter(game_of(tiny, data), looked)
    found = [meter(train_state), meter(train_state)]
    assert found[0] == found[1] > 0
    _, first, second = looked.seen
    np.testing.assert_array_equal(first, second)
    noise = sampling.latents(tiny, 60, seeds.derive(tiny.seed, seeds.DISTANCE_LATENTS, 0))
    made = train_state.generator(noise, training=False).numpy()
    np.testing.assert_allclose(first, 127.5 * (made + 1), atol=0.51)


def test_another_generator_has_another_distance(tiny):
    data = ImageSet("noise", e2e.pixels(60, (4, 6)))
    train_state = adversarial.start(tiny)
    meter = DistanceMeter(game_of(tiny, data), e2e.Statistics())
    before = meter(train_state)
    kernel = train_state.generator.layers[0].kernel
    kernel.assign(-3 * kernel)
    assert abs(meter(train_state) - before) > 1e-6


# Stopped, killed, resumed, continued

STOPPED = {**CHANGES, "checkpoint_every": 7}  # so that few distances fall on a checkpoint
MOMENTS = (5, 6, 24, 26, 38)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """The run that was never stopped, and its folder as it was at some steps: as kills leave it."""
    folder = tmp_path_factory.mktemp("stopped")

    def copy(step, *_):
        if step in MOMENTS:
            shutil.copytree(folder / "whole", folder / str(step))

    return train(folder / "whole", [copy], **STOPPED), folder


def assert_same_run(run, whole):
    assert e2e.same_weights(run, whole)
    assert e2e.logged(run.path) == e2e.logged(whole.path)
    assert same_arrays(run.dir.best, whole.dir.best)


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_what_a_kill_leaves_goes_on_to_the_same_distances_and_the_same_best(
    stopped, tmp_path, moment
):
    whole, folder = stopped
    left = RunDir(shutil.copytree(folder / str(moment), tmp_path / "run"))
    assert left.best.exists() == (moment >= EVERY)
    assert_same_run(train(left.path, **STOPPED), whole)


def test_the_moments_include_a_best_checkpoint_newer_than_any_other(stopped):
    whole, folder = stopped
    left = RunDir(folder / "24")
    assert smallest(whole) == 24 == int(arrays(left.best)["step"])
    assert [file.name for file in left.checkpoint_files()] == [
        "step_000007.npz",
        "step_000014.npz",
        "step_000021.npz",
    ]


@pytest.mark.slow
def test_a_run_stopped_by_ctrl_c_goes_on_to_the_same_best(stopped, tmp_path):
    def stop(step, *_):
        if step in (23, 25):
            os.kill(os.getpid(), signal.SIGINT)

    for moment in (23, 25):
        with pytest.raises(KeyboardInterrupt, match=f"step {moment},"):
            train(tmp_path, [stop], **STOPPED)
    assert gan.open_run(tmp_path, best=True).step == 24
    assert_same_run(train(tmp_path, **STOPPED), stopped[0])


@pytest.mark.slow
def test_a_run_killed_while_it_writes_its_best_goes_on_to_the_same_best(stopped, tmp_path):
    out = tmp_path / "run"
    process = e2e.trainer(out, tmp_path / "session", **STOPPED)

    def writes_its_best_of_step_24():
        return e2e.last_logged_step(out) >= 21 and any(out.rglob(".best.npz.*.tmp"))

    e2e.wait_until(writes_its_best_of_step_24, process)
    process.kill()
    assert e2e.finish(process)[0] == -signal.SIGKILL
    assert any(out.rglob(".best.npz.*.tmp"))  # half written, and beside it the one before
    assert gan.open_run(out, best=True).step < 24 and e2e.last_logged_step(out) == 21
    assert_same_run(train(out, **STOPPED), stopped[0])
    assert list(out.rglob(".*.tmp")) == []


@pytest.mark.slow
def test_a_run_continued_to_more_steps_keeps_its_best(stopped, tmp_path):
    train(tmp_path, **{**STOPPED, "steps": 21})
    assert_same_run(train(tmp_path, **STOPPED), stopped[0])


def test_training_a_finished_run_again_leaves_its_best_as_it_is(tmp_path):
    changes = {**CHANGES, "steps": 12}
    run = train(tmp_path, **changes)
    before = run.dir.best.read_bytes(), e2e.logged(tmp_path)
    train(tmp_path, **changes)
    assert (run.dir.best.read_bytes(), e2e.logged(tmp_path)) == before


def test_a_run_does_not_go_on_with_other_measurements(tmp_path):
    changes = {**CHANGES, "steps": 6}
    train(tmp_path, **changes)
    before = e2e.contents(tmp_path)
    for other in (0, 3):
        with pytest.raises(gan.InputError, match=f"distance_every: 6 there, {other} now"):
            train(tmp_path, **{**changes, "distance_every": other})
    assert e2e.contents(tmp_path) == before


# What is refused


@pytest.mark.parametrize(
    ("every", "message"),
    [
        (4, "distance_every=4 must be a multiple of log_every=3: the distance is a column"),
        (2, "distance_every=2 must be a multiple of log_every=3"),
        (-3, "distance_every must be >= 0, got -3"),
        (1.5, "distance_every must be a whole number, got 1.5"),
    ],
)
def test_a_distance_that_the_history_has_no_row_for_is_refused(every, message):
    with pytest.raises(gan.InputError, match=message):
        e2e.tiny(log_every=3, distance_every=every)


def test_without_a_best_checkpoint_it_is_said_what_to_do(tmp_path):
    train(tmp_path, steps=3)
    opened = gan.open_run(tmp_path, best=True)
    with pytest.raises(
        gan.InputError, match=r"has no best checkpoint.*train with distance_every, or .* newest"
    ):
        opened.samples(2)
    assert gan.open_run(tmp_path).step == 3


def shorter(file):
    file.write_bytes(file.read_bytes()[:-500])


def flipped(file):
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)


def of_other_networks(file):
    np.savez(file, **{**arrays(file), "step": np.float32(18)})


def no_archive(file):
    file.write_text("my essay")


@pytest.mark.parametrize("damage", [shorter, flipped, of_other_networks, no_archive])
def test_a_damaged_best_checkpoint_is_refused_by_name_and_the_newest_still_opens(
    measured, tmp_path, damage
):
    shutil.copytree(measured[0].path, tmp_path / "run")
    damage(RunDir(tmp_path / "run").best)
    with pytest.raises(gan.InputError, match=r"best\.npz (is damaged|is of different networks)"):
        _ = gan.open_run(tmp_path / "run", best=True).state
    assert gan.open_run(tmp_path / "run").step == 42


# The command line


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """A mirror folder whose `mnist` is 120 + 60 tiny images, and in the catalog our recipe."""
    folder = tmp_path_factory.mktemp("mirror")
    unseen = np.random.default_rng(2).integers(0, 256, (60, 8, 8), dtype=np.uint8)
    np.savez(
        folder / "mnist.npz",
        x_train=e2e.pixels(120), y_train=np.arange(120) % 10,
        x_test=unseen, y_test=np.arange(60) % 10,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_COURSE_DATA", str(folder))
        recipe = e2e.tiny(**{**CHANGES, "steps": 18, "distance_every": 0, "seed": 3})
        patch.setitem(RECIPES, "tiny", recipe)
        yield folder


@pytest.fixture(scope="module")
def folder(digits, tmp_path_factory):
    """A run with distances, trained by the command; its best checkpoint made another one."""
    from gan_course.cli import main

    out = tmp_path_factory.mktemp("cli") / "run"
    assert main(["train", "tiny", "--distance-every", "6", "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def older_best(folder, tmp_path_factory):
    """A copy of that run whose best checkpoint is of step 6, whatever the distances were."""
    copy = tmp_path_factory.mktemp("older") / "run"
    shutil.copytree(folder, copy)
    shutil.copy(RunDir(copy).checkpoint(6), RunDir(copy).best)
    return copy


def refused(capsys, *words):
    """The one line on stderr of a command that exits with 2."""
    code, out, err = e2e.cli(capsys, *words)
    assert (code, out) == (2, "") and err.count("\n") == 1 and err.startswith("gan_course")
    return err


def test_train_measures_as_often_as_told(folder):
    assert json.loads((folder / "recipe.json").read_text())["recipe"]["distance_every"] == 6
    found = distances(gan.open_run(folder))
    assert [step for step, value in found.items() if not math.isnan(value)] == [6, 12, 18]
    assert gan.open_run(folder, best=True).step == smallest(gan.open_run(folder))


@pytest.mark.parametrize(
    ("every", "message"), [(4, "multiple of log_every=3"), (-6, "must be >= 0, got -6")]
)
def test_train_refuses_such_distances_before_it_makes_a_folder(
    capsys, digits, tmp_path, every, message
):
    line = refused(
        capsys, "train", "tiny", f"--distance-every={every}", "--out", tmp_path / "run"
    )  # fmt: skip
    assert message in line and not (tmp_path / "run").exists()


def test_evaluate_prints_the_table_and_leaves_the_run_as_it_was(capsys, folder):
    before = e2e.contents(folder)
    code, out, err = e2e.cli(capsys, "evaluate", folder)
    assert (code, err) == (0, "")
    assert out.startswith(f"60 samples (seed 0) of {folder} at step 18\nagainst 60 test images")
    for name in ("frechet distance", "kernel distance", "recall", "classes covered", "novelty"):
        assert f"\n{name} " in out
    assert out == f"{gan.open_run(folder).evaluate()!r}\n"
    assert e2e.contents(folder) == before


def test_evaluate_takes_the_count_the_seed_the_best_and_a_file_for_the_numbers(
    capsys, older_best, tmp_path
):
    options = ("--count", 55, "--seed", 5, "--best", "--json", tmp_path / "numbers.json")
    code, out, _ = e2e.cli(capsys, "evaluate", older_best, *options)
    expected = gan.open_run(older_best, best=True).evaluate(count=55, seed=5)
    assert code == 0 and out == f"{expected!r}\n"
    assert expected.subject == f"55 samples (seed 5) of {older_best} at step 6"
    read = json.loads((tmp_path / "numbers.json").read_text("utf-8"))
    assert read == json.loads(json.dumps(dataclasses.asdict(expected)))
    assert os.listdir(tmp_path) == ["numbers.json"]


def test_evaluate_takes_the_features_of_inception_where_asked_for(capsys, folder, monkeypatch):
    monkeypatch.setattr(features, "inception", e2e.Statistics)  # 88 MB are not fetched for a test
    code, out, _ = e2e.cli(capsys, "evaluate", folder, "--features", "inception")
    assert code == 0 and "four statistics of the pixels" in out and "classes covered" not in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--json", "numbers.txt"), "--json must end in .json, got 'numbers.txt'"),
        (("--count", 0), "--count: must be >= 1, got 0"),
        (("--count", 49), "49 images say nothing; evaluate at least 50"),
        (("--count", "many"), "--count: must be a whole number, got 'many'"),
        (("--seed", -1), "--seed: must be in [0, 2**31), got -1"),
        (("--features", "vgg"), "--features must be course, inception or a file"),
        (("--json", "/not/there/numbers.json"), "cannot write /not/there/numbers.json"),
    ],
)
def test_evaluate_refuses_in_one_line_and_leaves_the_run_as_it_was(capsys, folder, words, message):
    before = e2e.contents(folder)
    line = refused(capsys, "evaluate", folder, *words)
    assert message in line
    assert e2e.contents(folder) == before


def test_evaluate_refuses_a_folder_without_a_run(capsys, tmp_path):
    line = refused(capsys, "evaluate", tmp_path / "nothing")
    assert f"{tmp_path / 'nothing'} holds no run" in line and os.listdir(tmp_path) == []


def test_sample_takes_the_images_of_the_best_checkpoint(capsys, older_best, tmp_path):
    for best, step in (((), 18), (("--best",), 6)):
        file = tmp_path / "new.npz"
        code, out, _ = e2e.cli(capsys, "sample", older_best, "--count", 5, "--out", file, *best)
        assert code == 0 and f"at step {step}" in out
        opened = gan.open_run(older_best, best=bool(best))
        made = np.rint(127.5 * (opened.samples(5) + 1)).astype(np.uint8)
        np.testing.assert_array_equal(arrays(file)["images"], made)


@pytest.mark.parametrize("command", ["evaluate", "sample"])
def test_best_is_refused_in_a_run_that_measured_nothing(capsys, digits, tmp_path, command):
    run = gan.train(e2e.tiny(steps=3), tmp_path / "run", progress=False, results=False)
    out = ("--out", tmp_path / "new.npz") if command == "sample" else ()
    line = refused(capsys, command, run.path, "--best", *out)
    assert "has no best checkpoint" in line and not (tmp_path / "new.npz").exists()
