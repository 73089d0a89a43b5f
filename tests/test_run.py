"""What `gan.train` returns and `gan.open_run` reads back, and what a student may bring."""

import gc
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import e2e
import numpy as np
import pytest
from PIL import Image

import gan_course as gan
from gan_course.base.backend import keras, tf
from gan_course.data import ImageSet
from gan_course.runs import images

COLUMNS = (
    "step", "images", "seconds", "d_loss", "g_loss",
    "d_real", "d_fake", "accuracy_real", "accuracy_fake",
)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return e2e.train(tmp_path_factory.mktemp("run"))


def test_train_returns_a_history_of_every_logged_step_and_the_last(run):
    history = run.history
    assert tuple(history.columns) == COLUMNS
    # log_every=3, steps=40
    assert list(history["step"]) == [*range(3, 40, 3), 40]
    # by hand: step * batch 8 * 2 discriminator updates
    assert list(history["images"]) == [16 * step for step in history["step"]]
    assert all(before <= after for before, after in pairwise(history["seconds"]))
    assert np.isfinite(history.to_numpy()).all()


def test_scores_and_accuracies_are_shares(run):
    shares = run.history[["d_real", "d_fake", "accuracy_real", "accuracy_fake"]].to_numpy()
    assert shares.min() >= 0 and shares.max() <= 1
    accuracies = run.history[["accuracy_real", "accuracy_fake"]].to_numpy() * 8  # images right
    np.testing.assert_array_equal(accuracies, np.rint(accuracies))


def test_samples_are_float32_images_in_the_unit_range(run):
    samples = run.samples(11, seed=5)
    assert samples.shape == (11, 8, 8, 1) and samples.dtype == np.float32
    assert samples.min() >= -1 and samples.max() <= 1
    assert samples.std(axis=0).max() > 0.01  # not eleven times the same


def test_the_same_seed_gives_the_same_samples_and_another_others(run):
    np.testing.assert_array_equal(run.samples(4, seed=5), run.samples(4, seed=5))
    assert np.abs(run.samples(4, seed=5) - run.samples(4, seed=6)).max() > 0.01


def test_fewer_samples_are_the_first_of_more(run):
    np.testing.assert_allclose(run.samples(7, seed=5)[:3], run.samples(3, seed=5), atol=1e-5)


def test_many_samples_are_what_the_generator_makes_of_the_latents_at_once(run):
    latents = run.latents(600, seed=2)
    at_once = run.generator(latents, training=False).numpy()
    np.testing.assert_allclose(run.samples(600, seed=2), at_once, atol=1e-5)


def test_latents_follow_the_normal_distribution(run):
    latents = run.latents(10_000, seed=1).numpy()
    assert latents.shape == (10_000, 4) and latents.dtype == np.float32
    # 40,000 numbers: the mean is off by 0.005 and the deviation by 0.0035 (1 sigma)
    assert abs(latents.mean()) < 0.025 and abs(latents.std() - 1) < 0.02


def test_uniform_latents_reach_from_minus_one_to_one(tmp_path):
    run = e2e.train(tmp_path, noise="uniform", steps=1)
    latents = run.latents(10_000, seed=1).numpy()
    assert -1 <= latents.min() < -0.999 and 0.999 < latents.max() <= 1
    # the variance of U(-1, 1) is 1/3
    assert abs(latents.var() - 1 / 3) < 0.01


def test_open_run_reads_the_very_weights_that_train_returned(run):
    opened = gan.open_run(run.path)
    assert opened.step == 40
    assert e2e.same_weights(opened, run)
    assert opened.history.equals(run.history)
    np.testing.assert_array_equal(opened.samples(5), run.samples(5))


def test_generator_and_discriminator_are_plain_keras_models(run):
    assert isinstance(run.generator, keras.Model) and isinstance(run.discriminator, keras.Model)
    logits = run.discriminator(run.generator(run.latents(3)))
    assert logits.shape == (3, 1)


def test_the_animation_has_a_frame_for_every_sample_grid_and_holds_early_ones_and_the_last(run):
    assert run.sample_steps == [0, 3, 6, 10, 20, 30, 40]  # log_every=3, sample_every=10
    assert images.gif_frames(run.gif) == (7, [500, 500, 500, 250, 250, 250, 2000])


def test_an_animation_shows_every_early_grid_and_ten_of_many_later_ones(tmp_path):
    run = e2e.train(tmp_path, steps=56, log_every=1, sample_every=2)
    assert run.sample_steps == [0, 1, *range(2, 57, 2)]
    frames, times = images.gif_frames(run.gif)
    assert frames == 12 and times == [500] * 2 + [250] * 9 + [2000]
    with Image.open(run.gif) as gif:
        told = gif.info["comment"].decode()
    # by hand: 28 later ones; ten of them, 3 apart, from the first, 2, to the last, 56
    assert told.endswith("steps [0, 1, 2, 8, 14, 20, 26, 32, 38, 44, 50, 56]")


def test_the_frames_of_an_animation_are_the_grids_enlarged_over_a_strip_with_the_step(run):
    with Image.open(run.gif) as gif:
        for frame, step in enumerate(run.sample_steps):
            gif.seek(frame)
            found = np.asarray(gif.convert("L")).astype(int)
            picture = run.sample_grid(step).squeeze()
            times = -(-480 // picture.shape[1])  # it is wider than high
            height = picture.shape[0] * times
            large = np.kron(picture, np.ones((times, times)))
            assert found.shape[1] == picture.shape[1] * times >= 480
            # greys are tenths of the scale: off by half a tenth at most
            assert np.abs(found[:height] - large).max() <= 13
            strip = found[height:]
            assert len(strip) >= 30 and strip.max() > 200  # letters, 20 pixels high
            assert strip[:2].max() == strip[-2:].max() == 0  # none is cut
            rows = np.flatnonzero(strip.max(axis=1) > 100)
            assert rows[-1] - rows[0] >= 12


def test_a_run_folder_of_before_with_small_grids_opens_and_makes_the_same_animation(run, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(run.path, old)
    for file in (old / "samples").iterdir():
        Image.fromarray(images.read_png(file)[0].squeeze()).save(file)  # as they were written then
    opened = gan.open_run(old)
    for step in run.sample_steps:
        np.testing.assert_array_equal(opened.sample_grid(step), run.sample_grid(step))
    assert opened.write_gif(tmp_path / "a.gif").read_bytes() == run.gif.read_bytes()


def test_learning_changes_the_discriminators_and_the_generators_weights(run, tmp_path):
    shorter = e2e.train(tmp_path, steps=1)
    for part in ("generator", "discriminator"):
        for before, after in zip(
            getattr(shorter, part).trainable_variables,
            getattr(run, part).trainable_variables,
            strict=True,
        ):
            assert np.abs(after.value.numpy() - before.value.numpy()).max() > 1e-4


def scaled_by_3_and_5(name="mine"):
    standard = gan.objectives.NON_SATURATING
    return gan.objectives.Objective(
        d_loss=lambda real, fake: 3.0 * standard.d_loss(real, fake),
        g_loss=lambda fake: 5.0 * standard.g_loss(fake),
        name=name,
    )


def one_step(out, objective=None):
    """The first row of the history: losses of untrained networks, both before any update."""
    recipe = e2e.tiny(**e2e.CONVOLUTIONS).changed(steps=1, log_every=1)
    data = e2e.image_set()
    return gan.train(recipe, out, objective=objective, data=data, progress=False)


def test_a_students_own_objective_is_what_the_players_minimise(tmp_path):
    usual = one_step(tmp_path / "usual")
    mine = one_step(tmp_path / "mine", scaled_by_3_and_5())
    expected, found = usual.history.iloc[0], mine.history.iloc[0]
    np.testing.assert_allclose(found["d_loss"], 3 * expected["d_loss"], rtol=1e-6)
    np.testing.assert_allclose(found["g_loss"], 5 * expected["g_loss"], rtol=1e-6)
    assert found["d_real"] == expected["d_real"]


def test_a_hinge_objective_trains_to_other_weights(tmp_path):
    hinge = gan.objectives.Objective(
        d_loss=lambda real, fake: tf.nn.relu(1 - real) + tf.nn.relu(1 + fake),
        g_loss=lambda fake: -fake,
        name="hinge",
    )
    usual, mine = one_step(tmp_path / "usual"), one_step(tmp_path / "mine", hinge)
    assert not e2e.same_weights(usual, mine)
    assert mine.history["d_loss"][0] != usual.history["d_loss"][0]


def test_a_run_does_not_go_on_with_another_objective(tmp_path):
    one_step(tmp_path, scaled_by_3_and_5())
    before = e2e.contents(tmp_path)
    with pytest.raises(gan.InputError, match="objective: 'mine' there, 'non_saturating' now"):
        one_step(tmp_path)
    with pytest.raises(gan.InputError, match="objective: 'mine' there, 'other' now"):
        one_step(tmp_path, scaled_by_3_and_5(name="other"))
    assert e2e.contents(tmp_path) == before


def test_own_arrays_are_the_data_and_other_arrays_are_another_run(tmp_path):
    recipe = e2e.tiny(steps=2)
    dark = ImageSet("dark", np.zeros((20, 8, 8), np.uint8))
    gan.train(recipe, tmp_path, data=dark, progress=False)
    before = e2e.contents(tmp_path)
    with pytest.raises(gan.InputError, match=r"holds another run \(data"):
        gan.train(recipe, tmp_path, data=e2e.image_set(), progress=False)
    assert e2e.contents(tmp_path) == before


def first_d_real(out, pixel, value_range):
    """What an untrained discriminator with one weight a pixel thinks of images of one grey."""
    recipe = e2e.tiny(**e2e.CONVOLUTIONS).changed(
        discriminator=("Flatten", "Dense 1"), steps=1, log_every=1, value_range=value_range
    )
    grey = ImageSet("grey", np.full((20, 8, 8), pixel, np.uint8))
    return gan.train(recipe, out, data=grey, progress=False).history["d_real"][0]


@pytest.mark.filterwarnings("ignore:the generator ends in tanh")
def test_own_arrays_reach_the_discriminator_in_the_recipes_value_range(tmp_path):
    # By hand: black is 0 in (0, 1), so the logit is 0 and D answers sigmoid(0) = 1/2. In (-1, 1)
    # black is minus white, the logits are a and -a, and sigmoid(a) + sigmoid(-a) = 1.
    assert first_d_real(tmp_path / "zero", 0, (0, 1)) == 0.5
    black = first_d_real(tmp_path / "black", 0, (-1, 1))
    white = first_d_real(tmp_path / "white", 255, (-1, 1))
    np.testing.assert_allclose(black + white, 1.0, atol=1e-6)
    assert abs(black - 0.5) > 0.01


def test_a_recipe_in_zero_to_one_still_gives_samples_in_minus_one_to_one(tmp_path):
    sigmoid = ("Dense 16 BN .9 ReLU Dropout .2", "Dense 64 sigmoid", "Reshape 8 8 1")
    run = e2e.train(tmp_path, value_range=(0, 1), generator=sigmoid, steps=20)
    made = run.generator(run.latents(50), training=False).numpy()
    assert made.min() >= 0 and made.max() <= 1
    samples = run.samples(50)
    np.testing.assert_allclose(samples, 2 * made - 1, atol=1e-6)
    assert samples.min() < 0  # [0, 1] handed on unchanged would have no value below 0


def test_own_hooks_are_called_after_every_step_with_the_state(tmp_path):
    calls = []

    def hook(step, state, scalars):
        calls.append((step, int(state.step), "d_loss" in scalars))

    e2e.train(tmp_path, [hook], steps=5)
    e2e.train(tmp_path, [hook], steps=8)
    assert calls == [(step, step, True) for step in range(1, 9)]


def test_without_progress_nothing_is_printed(tmp_path, capfd):
    e2e.train(tmp_path, steps=3)
    assert capfd.readouterr() == ("", "")


GROWTH = """
import resource, sys
from pathlib import Path
sys.path.insert(0, "tests")
import e2e

resident = {}

def measure(step, *_):
    if step in (300, 2000):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        resident[step] = pages * resource.getpagesize() / 2**20

e2e.train(Path(sys.argv[1]), [measure], steps=2000, sample_every=20, checkpoint_every=50)
print(resident[2000] - resident[300])
"""


def graphs() -> int:
    gc.collect()
    return sum(type(each).__name__ == "FuncGraph" for each in gc.get_objects())


def test_a_training_that_is_over_leaves_no_graph_behind(tmp_path):
    """But for those that draw samples, of which a few are kept."""
    for number in range(5):
        e2e.train(tmp_path / f"first {number}", steps=2, results=False)
    before = graphs()
    for number in range(3):
        e2e.train(tmp_path / f"more {number}", steps=2, results=False)
    assert graphs() == before


@pytest.mark.slow
def test_memory_does_not_grow_with_the_steps(tmp_path):
    if not Path("/proc/self/statm").exists():
        pytest.skip("only Linux tells the memory of a process under /proc")
    # In a process of its own: one that has run other tests gives memory back, and takes it again.
    code, printed, errors = e2e.finish(e2e.start("-c", GROWTH, tmp_path / "run"))
    assert code == 0, errors
    # MiB. 0.3 were measured; with 8 kB left behind by every step it was 6.3 (not 13: memory that
    # the first steps gave back is used up before the process asks for more).
    assert float(printed) < 2


def test_two_objectives_of_one_name_are_told_apart_by_their_losses(tmp_path):
    one_step(tmp_path, scaled_by_3_and_5())
    other = replace(gan.objectives.NON_SATURATING, name="mine")
    with pytest.raises(gan.InputError, match=r"losses: \['9.303'"):
        one_step(tmp_path, other)


def test_there_are_grids_of_the_untrained_generator_the_first_sample_and_the_last_step(tmp_path):
    recipe = e2e.tiny(**e2e.CONVOLUTIONS).changed(steps=9, sample_every=4, early_sample=3)
    run = gan.train(recipe, tmp_path, data=e2e.image_set(), progress=False)
    assert run.sample_steps == [0, 3, 4, 8, 9]


def test_a_stopped_run_has_the_grids_of_one_that_was_not(tmp_path):
    due = dict(steps=9, log_every=1, sample_every=6, checkpoint_every=3)

    def stop(step, *_):
        if step == 3:
            raise KeyboardInterrupt

    whole = e2e.train(tmp_path / "whole", **due)
    with pytest.raises(KeyboardInterrupt):
        e2e.train(tmp_path / "stopped", [stop], **due)
    again = e2e.train(tmp_path / "stopped", **due)
    assert again.sample_steps == whole.sample_steps == [0, 1, 2, 4, 6, 9]
    for step in whole.sample_steps:
        files = [run.dir.sample(step).read_bytes() for run in (whole, again)]
        assert files[0] == files[1]
