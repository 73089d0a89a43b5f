"""Random numbers as functions of (run seed, stream, step, index)."""

from itertools import product

import numpy as np
import pytest

from gan_course.base import seeds
from gan_course.base.backend import tf


def test_seeds_differ_by_each_of_their_four_arguments():
    grid = list(product((0, 1, 2, 2**31 - 1), (1, 2, 3, 4), (0, 1, 2, 999_999), (0, 1, 5)))
    found = {tuple(seeds.derive(*arguments).numpy()) for arguments in grid}
    assert len(found) == len(grid) == 192


def test_the_streams_are_four_different_numbers():
    streams = {seeds.LATENTS, seeds.FIXED_LATENTS, seeds.SAMPLES, seeds.BATCH_ORDER}
    assert len(streams) == 4


def test_a_seed_is_the_same_inside_and_outside_of_a_graph():
    compiled = tf.function(lambda step, index: seeds.derive(7, 2, step, index))
    for step, index in ((0, 0), (1, 0), (0, 1), (123_456, 3)):
        inside = compiled(tf.constant(step, tf.int64), tf.constant(index, tf.int64))
        outside = seeds.derive(7, 2, step, index)
        assert inside.dtype == outside.dtype == tf.int32 and outside.shape == (2,)
        np.testing.assert_array_equal(inside, outside)


@pytest.mark.parametrize("seed", [(0, 0), (3, 1), (-5, 2**31 - 1), (-(2**31), -1)])
def test_what_is_drawn_is_what_tensorflow_s_own_functions_draw(seed):
    """Theirs work a seed out in many operations, ours leave it to the kernel."""
    theirs, seed = tf.random, tf.constant(seed, tf.int32)
    philox = dict(seed=seed, alg="philox")
    words = dict(minval=None, maxval=None, dtype=tf.uint32)
    for ours, expected in (
        (seeds.fold_in(seed, 7), theirs.experimental.stateless_fold_in(data=7, **philox)),
        (seeds.uniform([5, 3], seed), theirs.stateless_uniform([5, 3], **philox)),
        (seeds.latents("normal", 9, 4, seed), theirs.stateless_normal([9, 4], **philox)),
        (
            seeds.latents("uniform", 9, 4, seed),
            theirs.stateless_uniform([9, 4], minval=-1.0, maxval=1.0, **philox),
        ),
        (seeds.uniform_words(101, seed), theirs.stateless_uniform([101], **philox, **words)),
    ):
        assert ours.dtype == expected.dtype
        np.testing.assert_array_equal(ours, expected)


def test_random_words_are_the_same_under_xla():
    seed = tf.constant([3, 1], tf.int32)
    compiled = tf.function(lambda seed: seeds.uniform_words(101, seed), jit_compile=True)
    np.testing.assert_array_equal(compiled(seed), seeds.uniform_words(101, seed))


def test_latents_are_the_same_inside_and_outside_of_a_graph():
    for kind in ("normal", "uniform"):
        compiled = tf.function(lambda seed, kind=kind: seeds.latents(kind, 6, 5, seed))
        seed = seeds.derive(1, 1, 1)
        np.testing.assert_allclose(compiled(seed), seeds.latents(kind, 6, 5, seed), atol=1e-6)


def test_normal_latents_have_the_moments_of_a_standard_normal():
    drawn = seeds.latents("normal", 20_000, 5, seeds.derive(0, seeds.LATENTS, 0)).numpy()
    assert drawn.shape == (20_000, 5) and drawn.dtype == np.float32
    # 100,000 numbers; each tolerance is four standard errors
    assert drawn.mean() == pytest.approx(0, abs=0.0127)
    assert drawn.var() == pytest.approx(1, abs=0.0179)
    assert (np.abs(drawn) > 2).mean() == pytest.approx(0.0455, abs=0.0027)
    assert 3.8 < np.abs(drawn).max() < 5.6


def test_uniform_latents_fill_the_interval_from_minus_one_to_one():
    drawn = seeds.latents("uniform", 20_000, 5, seeds.derive(0, seeds.LATENTS, 0)).numpy()
    assert -1 <= drawn.min() < -0.9998 and 0.9998 < drawn.max() < 1
    assert drawn.mean() == pytest.approx(0, abs=0.0073)
    assert drawn.var() == pytest.approx(1 / 3, abs=0.0038)
    assert (drawn < 0.5).mean() == pytest.approx(0.75, abs=0.0055)


@pytest.mark.parametrize("change", [(1, 1, 4, 0), (0, 2, 4, 0), (0, 1, 5, 0), (0, 1, 4, 1)])
def test_neighbouring_seeds_draw_uncorrelated_noise(change):
    one, two = (
        seeds.latents("normal", 2500, 4, seeds.derive(*arguments)).numpy().ravel()
        for arguments in ((0, 1, 4, 0), change)
    )
    assert np.corrcoef(one, two)[0, 1] == pytest.approx(0, abs=0.04)  # four standard errors


def test_another_kind_of_latents_is_refused_by_name():
    with pytest.raises(ValueError, match="'normal' or 'uniform', got 'gauss'"):
        seeds.latents("gauss", 2, 3, seeds.derive(0, 1, 0))


def test_a_layer_seed_is_half_of_the_first_four_bytes_of_a_sha256():
    # $ printf '7/generator_1/kernel' | sha256sum
    # 2cec745f19fa... : the first four bytes, read as a little-endian number
    assert seeds.layer_seed(7, "generator_1/kernel") == 0x5F74EC2C >> 1


def test_layer_seeds_differ_by_run_and_layer_and_fit_31_bits():
    found = {seeds.layer_seed(run, f"layer_{n}") for run in range(40) for n in range(25)}
    assert len(found) == 1000
    assert 0 <= min(found) < 2**31 / 100 and 2**31 - 2**31 / 100 < max(found) < 2**31
