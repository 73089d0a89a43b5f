"""Batches: each image once an epoch, whatever the sizes, and any step can be asked for first."""

from dataclasses import replace

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course.base.backend import tf
from gan_course.base.errors import InputError
from gan_course.data import ImageSet, batches
from gan_course.data.batches import Batches
from gan_course.games import adversarial
from gan_course.games.game import game_of
from gan_course.games.objectives import WASSERSTEIN
from gan_course.games.penalties import Penalty
from gan_course.training import loop


def numbered(count):
    """Images that carry their own number, 2x3x1 pixels, below 256 of them."""
    images = np.zeros((count, 2, 3, 1), np.uint8)
    images[:, 1, 2, 0] = np.arange(count)
    return images


def row(batches, steps):
    """The numbers of the images in the order in which the steps see them."""
    return np.concatenate([batches(step)[:, :, 1, 2, 0].ravel() for step in range(steps)])


@pytest.mark.parametrize("d_steps", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    ("count", "batch_size"), [(10, 4), (10, 5), (10, 10), (10, 1), (7, 6), (13, 8), (9, 2)]
)
def test_each_image_comes_once_an_epoch(count, batch_size, d_steps):
    batches = Batches(numbered(count), batch_size, d_steps, seed=3)
    seen = row(batches, steps=4 * count)  # at least four epochs, batches reaching over their ends
    for epoch in range(4 * batch_size * d_steps):
        part = seen[epoch * count : (epoch + 1) * count]
        assert sorted(part) == list(range(count))


def test_a_step_gets_one_batch_for_each_discriminator_update():
    images = np.random.default_rng(0).integers(0, 256, (10, 2, 3, 3)).astype(np.uint8)
    batch = Batches(images, batch_size=4, d_steps=3, seed=0)(1)
    assert batch.shape == (3, 4, 2, 3, 3) and batch.dtype == np.uint8


def test_any_step_can_be_asked_for_first():
    in_order = Batches(numbered(10), 4, 3, seed=5)
    expected = [in_order(step) for step in range(12)]
    for step in (11, 0, 7, 3):
        np.testing.assert_array_equal(Batches(numbered(10), 4, 3, seed=5)(step), expected[step])
    backwards = [in_order(step) for step in reversed(range(12))]
    np.testing.assert_array_equal(backwards[::-1], expected)


def test_more_updates_per_step_cut_the_same_row_in_longer_pieces():
    one, three = (Batches(numbered(10), 4, d_steps, seed=5) for d_steps in (1, 3))
    np.testing.assert_array_equal(row(one, 12), row(three, 4))


def test_orders_of_two_epochs_are_uncorrelated():
    batches = Batches(np.zeros((2000, 1, 1, 1), np.uint8), 2000, 1, seed=0)
    orders = [batches.indices(epoch) for epoch in range(4)]
    for one in range(4):
        for two in range(one):
            # four standard errors; tf.random.experimental.index_shuffle gives up to 0.9
            r = np.corrcoef(orders[one], orders[two])[0, 1]
            assert r == pytest.approx(0, abs=0.09)
    assert [np.corrcoef(order, np.arange(2000))[0, 1] for order in orders] == pytest.approx(
        [0] * 4, abs=0.09
    )


def test_orders_differ_by_seed():
    one, two = (row(Batches(numbered(200), 100, 1, seed), 2) for seed in (0, 1))
    assert sorted(one) == sorted(two)
    assert (one == two).sum() <= 8  # a chance meeting is one in 200: one expected


def test_every_image_comes_first_equally_often():
    batches = Batches(np.zeros((5, 1, 1, 1), np.uint8), 5, 1, seed=1)
    orders = np.stack([batches.indices(epoch) for epoch in range(2000)])
    counts = np.stack([np.bincount(place, minlength=5) for place in orders.T])
    # 400 expected of each image in each place; chi-square with 16 degrees of freedom,
    # which lies between 3.9 and 39.3 in 998 cases of 1000
    assert 3.9 < ((counts - 400) ** 2 / 400).sum() < 39.3


def test_a_batch_as_large_as_the_data_is_allowed_and_a_larger_one_refused():
    assert Batches(numbered(6), 6, 1, seed=0)(0).shape == (1, 6, 2, 3, 1)
    with pytest.raises(InputError, match=r"batch_size 7 .* \(6 images\); use at most 6"):
        Batches(numbered(6), 7, 1, seed=0)


def test_a_batch_is_a_copy_of_the_data():
    images = numbered(6)
    Batches(images, 6, 1, seed=0)(0)[:] = 99
    np.testing.assert_array_equal(images, numbered(6))


# Five discriminator updates a step, from six batches an epoch

FIVE = dict(batch_size=8, d_steps=5, order="alternating", sample_every=2, checkpoint_every=2)
IMAGES = np.zeros((48, *e2e.SHAPE), np.uint8)
IMAGES[:, 3, 5, 0] = np.arange(48)


def numbers(reals):
    """Which of IMAGES these images in [-1, 1] are: (..., H, W, 1) -> (...)."""
    return np.rint((np.asarray(reals)[..., 3, 5, 0] + 1) * 127.5).astype(int)


def six_batches(epoch, seed=3):
    """The order of an epoch as the module states it: one permutation, cut six times."""
    return np.random.default_rng([seed, 4, epoch]).permutation(48).reshape(6, 8)


def assert_six_to_an_epoch(seen):
    """The ten batches of two steps: 6 are epoch 0, 4 begin epoch 1."""
    assert seen.shape == (10, 8)
    assert len(set(seen[:5].ravel())) == 40  # a step: five batches, no image twice
    assert sorted(seen[:6].ravel()) == list(range(48))  # the next step's first is the sixth
    assert len(set(seen[6:].ravel())) == 32
    np.testing.assert_array_equal(seen, [*six_batches(epoch=0), *six_batches(epoch=1)[:4]])


def test_five_updates_a_step_take_the_six_batches_of_an_epoch_in_turn(monkeypatch):
    monkeypatch.setattr(adversarial, "train_step", lambda *given: {"reals": given[3]})
    game, seen = game_of(e2e.tiny(**FIVE), ImageSet("numbered", IMAGES)), []
    players = game.start()
    compiled = loop.compile_step(game, players)
    loop.fit(game, players, compiled, range(2), [lambda n, _, s: seen.append(s["reals"])])
    assert_six_to_an_epoch(numbers(seen).reshape(10, 8))


@pytest.mark.slow
def test_a_trained_run_shows_the_critic_those_batches(tmp_path):
    seen = []

    def look(real, fake, seed):
        """A penalty sees what its discriminator update sees."""
        spied = tf.numpy_function(lambda x: (seen.append(x), x)[1], [real], tf.float32)
        return tf.ensure_shape(spied, real.shape)

    spy = replace(WASSERSTEIN, penalty=Penalty(look, lambda norm: norm**2), penalty_weight=0.1)
    data = ImageSet("numbered", IMAGES)
    recipe = e2e.tiny(**FIVE, steps=2)
    gan.train(recipe, tmp_path, objective=spy, data=data, progress=False, results=False)
    trained = [batch for batch in seen if batch.shape == (8, *e2e.SHAPE)]  # no fingerprints
    assert_six_to_an_epoch(numbers(trained))


def test_images_on_the_disk_come_out_the_same_when_their_pages_are_given_back(
    tmp_path, monkeypatch
):
    images = np.random.default_rng(0).integers(0, 256, (300, 8, 8, 1), np.uint8)
    np.save(tmp_path / "images.npy", images)
    mapped = np.lib.format.open_memmap(tmp_path / "images.npy", mode="r")
    monkeypatch.setattr(batches, "MAPPED", 1000)  # bytes: after every second batch
    in_memory, on_disk = Batches(images, 10, 1, seed=1), Batches(mapped, 10, 1, seed=1)
    for step in range(70):  # more than two epochs
        np.testing.assert_array_equal(in_memory(step), on_disk(step))
        assert on_disk._read <= 1000
    assert in_memory._read == 0
