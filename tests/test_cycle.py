"""The game of CycleGAN: there, and back again."""

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course import keras, tf
from gan_course.base.errors import InputError
from gan_course.data import ImageSet
from gan_course.data.pairs import Unpaired
from gan_course.games.disturbed import negated, noisy
from gan_course.games.game import game_of
from gan_course.games.pool import empty_pool, from_pool
from gan_course.training import loop

GAME = "cycle"


def game(**changes):
    return game_of(e2e.tiny(game=GAME, **changes), e2e.two_kinds(GAME))


# The pool


def fresh(number, batch=2):
    return tf.fill([batch, 1, 1, 1], 0.0) + tf.reshape(
        tf.range(batch * number, batch * (number + 1), dtype=tf.float32), [batch, 1, 1, 1]
    )


def shown_of(pool, batches, batch=2):
    return [
        from_pool(
            pool, fresh(number, batch), tf.constant(number, tf.int64), tf.constant([9, number])
        )
        .numpy()
        .ravel()
        for number in range(batches)
    ]


def test_while_there_is_room_every_fake_is_shown_and_kept():
    pool = empty_pool(5, (1, 1, 1))
    seen = shown_of(pool, 2)
    np.testing.assert_array_equal(np.ravel(seen), [0, 1, 2, 3])
    np.testing.assert_array_equal(pool.numpy().ravel(), [0, 1, 2, 3, 0])


def test_nothing_is_lost_what_is_not_shown_is_in_the_pool_and_what_is_shown_from_it_is_gone():
    pool = empty_pool(4, (1, 1, 1))
    seen = np.ravel(shown_of(pool, 60))
    everything = np.sort(np.concatenate([seen[4:], pool.numpy().ravel()]))  # 0 to 3: shown twice
    np.testing.assert_array_equal(everything, np.arange(120))


def test_half_of_what_is_shown_is_from_the_past():
    pool = empty_pool(50, (1, 1, 1))
    seen = shown_of(pool, 425)[25:]
    past = np.mean([value < 2 * (25 + n) for n, batch in enumerate(seen) for value in batch])
    assert 0.44 < past < 0.56  # 800 throws of a coin: 0.5 ± 0.018


def test_the_pool_has_no_favourite_place():
    pool = empty_pool(10, (1, 1, 1))
    places = np.zeros(10)
    for number in range(5, 1005):
        before = pool.numpy().ravel()
        from_pool(pool, fresh(number), tf.constant(number, tf.int64), tf.constant([3, number]))
        places += before != pool.numpy().ravel()
    np.testing.assert_allclose(places, places.mean(), rtol=0.3)  # about 100 each, ± 10


# A step


def test_the_losses_are_those_of_numpy():
    playing = game(pool_size=0, cycle_weight=5.0, adversarial_weight=3.0, g_learning_rate=1e-30)
    state, batch = playing.start(), playing.batch(0)
    x, y = (batch[name][0] / 127.5 - 1 for name in ("inputs", "images"))
    there, back = state.generator(x).numpy(), state.generator_back(y).numpy()
    home, again = state.generator_back(there).numpy(), state.generator(back).numpy()
    cycle = np.abs(home - x).mean() + np.abs(again - y).mean()
    verdicts = state.discriminator(there).numpy(), state.discriminator_back(back).numpy()
    adversarial = sum((0.5 * (logits - 1) ** 2).mean() for logits in verdicts)
    reals = state.discriminator(y).numpy(), state.discriminator_back(x).numpy()
    d_loss = sum(
        (0.5 * (real - 1) ** 2 + 0.5 * fake**2).mean()
        for real, fake in zip(reals, verdicts, strict=True)
    )
    found = loop.compile_step(playing, state)(batch)
    expected = {"cycle": cycle, "g_adversarial": adversarial, "d_loss": d_loss,
                "g_loss": 3 * adversarial + 5 * cycle}  # fmt: skip
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-3, err_msg=name)


@pytest.mark.parametrize("way", ["home", "home again"])
def test_each_half_of_the_cycle_teaches_both_generators(way):
    playing = game()
    state = playing.start()
    x, y = (
        tf.constant(playing.batch(0)[n][0] / 127.5 - 1, tf.float32) for n in ("inputs", "images")
    )
    with tf.GradientTape(persistent=True) as tape:
        if way == "home":
            loss = tf.reduce_mean(tf.abs(state.generator_back(state.generator(x)) - x))
        else:
            loss = tf.reduce_mean(tf.abs(state.generator(state.generator_back(y)) - y))
    for network in (state.generator, state.generator_back):
        gradients = tape.gradient(loss, network.trainable_variables)
        assert all(g is not None for g in gradients)
        assert float(tf.linalg.global_norm(gradients)) > 1e-4


def test_the_sum_of_the_whole_cycle_reaches_both_generators_in_a_step():
    """With the judges' part out of it, both still learn: keras-io's example halves the cycle."""
    playing = game(adversarial_weight=1e-30)
    state = playing.start()
    before = [[w.numpy() for w in n.trainable_variables]
              for n in (state.generator, state.generator_back)]  # fmt: skip
    loop.compile_step(playing, state)(playing.batch(0))
    for weights, network in zip(before, (state.generator, state.generator_back), strict=True):
        after = [w.numpy() for w in network.trainable_variables]
        assert not e2e.same_bits(weights, after)


def test_one_adam_for_two_networks_makes_the_updates_of_two():
    rng = np.random.default_rng(0)
    values = [rng.normal(size=shape).astype(np.float32) for shape in ((3, 2), (4,))]
    slopes = [[rng.normal(size=v.shape).astype(np.float32) for v in values] for _ in range(5)]
    joint = [tf.Variable(v) for v in values]
    apart = [tf.Variable(v) for v in values]
    one = keras.optimizers.Adam(0.01, 0.5)
    two = [keras.optimizers.Adam(0.01, 0.5) for _ in apart]
    for gradients in slopes:
        one.apply([tf.constant(g) for g in gradients], joint)
        for optimizer, gradient, weight in zip(two, gradients, apart, strict=True):
            optimizer.apply([tf.constant(gradient)], [weight])
    for a, b in zip(joint, apart, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_identity_is_of_a_target_that_enters_g():
    kind = e2e.two_kinds(GAME).inputs
    data = Unpaired("noise", kind.x_train[::-1], inputs=kind)
    lines = ("Conv 3 k3 tanh",)
    recipe = e2e.tiny(game=GAME, image_shape=(8, 8, 3), identity_weight=2.0, generator=lines,
                      generator_back=lines, pool_size=0)  # fmt: skip
    playing = game_of(recipe, data)
    state, batch = playing.start(), playing.batch(0)
    x, y = (batch[name][0] / 127.5 - 1 for name in ("inputs", "images"))
    expected = np.abs(state.generator(y) - y).mean() + np.abs(state.generator_back(x) - x).mean()
    found = loop.compile_step(playing, state)(batch)
    np.testing.assert_allclose(found["identity"], expected, rtol=1e-3)


def test_noise_before_the_way_back_is_of_the_deviation_that_is_asked_for():
    images = tf.zeros([50, 8, 8, 1])
    noise = noisy(images, 0.2, tf.constant([1, 2])).numpy()
    assert noise.std() == pytest.approx(0.2, rel=0.05) and abs(noise.mean()) < 0.02
    assert noisy(images, 0.0, tf.constant([1, 2])) is images


def test_a_negative_is_a_whole_image_and_the_share_is_the_one_asked_for():
    images = tf.random.stateless_uniform([1000, 2, 2, 3], [1, 1], 0.1, 1.0)
    found = (negated(images, 0.3, tf.constant([1, 2])) / images).numpy().reshape(1000, -1)
    assert set(found.ravel()) == {-1.0, 1.0}
    assert (found == found[:, :1]).all()
    assert 0.25 < (found[:, 0] == -1).mean() < 0.35  # 0.3 ± 0.0145
    assert negated(images, 0.0, tf.constant([1, 2])) is images
    np.testing.assert_array_equal(negated(images, 1.0, tf.constant([1, 2])), -images)


def test_g_reads_negatives_of_x_and_of_f_of_y_and_f_reads_none():
    """All of them: the step is that of a game whose inputs are negatives, and G reads -F(y)."""
    playing = game(pool_size=0, negatives=1.0, g_learning_rate=1e-30)
    state, batch = playing.start(), playing.batch(0)
    x, y = (batch[name][0] / 127.5 - 1 for name in ("inputs", "images"))
    there, back = state.generator(-x).numpy(), state.generator_back(y).numpy()
    home, again = state.generator_back(there).numpy(), state.generator(-back).numpy()
    cycle = np.abs(home + x).mean() + np.abs(again - y).mean()
    real = state.discriminator(y).numpy(), state.discriminator_back(-x).numpy()
    fake = state.discriminator(there).numpy(), state.discriminator_back(back).numpy()
    d_loss = sum((0.5 * (r - 1) ** 2 + 0.5 * f**2).mean() for r, f in zip(real, fake, strict=True))
    found = loop.compile_step(playing, state)(batch)
    np.testing.assert_allclose(found["cycle"], cycle, rtol=1e-3)
    np.testing.assert_allclose(found["d_loss"], d_loss, rtol=1e-3)


def test_the_two_kinds_are_drawn_in_orders_that_know_nothing_of_each_other():
    playing = game()
    orders = [batches.indices(0) for batches in playing._batches]
    assert not np.array_equal(*orders)
    assert playing.batch(3)["inputs"].shape == (1, 4, 8, 8, 3)
    assert playing.batch(3)["images"].shape == (1, 4, 8, 8, 1)


# A run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return e2e.train(tmp_path_factory.mktemp("cycle") / "run", game=GAME, steps=12)


def test_both_ways_are_translated_and_saved_for_keras_alone(run):
    data = e2e.two_kinds(GAME)
    for name, images, back in (
        ("generator", data.inputs.x_test, False),
        ("generator_back", data.x_test, True),
    ):
        found = run.translate(images[:2], back=back)
        loaded = keras.models.load_model(run.path / f"{name}.keras")
        expected = loaded(images[:2] / 127.5 - 1, training=False)
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def test_the_pools_are_in_the_checkpoint(run):
    names = set(run.state.variables())
    assert {"pool", "pool_back"} <= names
    assert np.abs(gan.open_run(run.path).state.pool.numpy()).max() > 0


def test_a_run_stopped_and_gone_on_with_ends_with_the_same_bits(tmp_path):
    same = dict(game=GAME, results=False, final_rate=1.0, cycle_noise=0.1, negatives=0.5)
    whole = e2e.train(tmp_path / "whole", **same)
    e2e.train(tmp_path / "parts", steps=30, **same)
    parts = e2e.train(tmp_path / "parts", **same)
    assert e2e.same_weights(whole, parts)
    assert e2e.logged(whole.path) == e2e.logged(parts.path)
    assert e2e.grids(whole.path) == e2e.grids(parts.path)


def test_without_a_pool_there_is_none_in_the_state():
    assert not any(name.startswith("pool") for name in game(pool_size=0).start().variables())


@pytest.mark.parametrize(
    "changes, told",
    [
        (dict(identity_weight=1.0), "G\\(y\\) takes a target for an input"),
        (dict(pool_size=3), "has no room for a batch of 4"),
        (dict(grid=(2, 4)), "a row shows x, G\\(x\\), F\\(G\\(x\\)\\)"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(changes, told):
    with pytest.raises(InputError, match=told):
        e2e.tiny(game=GAME, **changes)


def test_pairs_are_no_two_sets():
    with pytest.raises(InputError, match="learns from Unpaired, but 'noise' is Pairs"):
        game_of(e2e.tiny(game=GAME), e2e.two_kinds("pix2pix"))


def test_two_sets_of_different_lengths_are_one_epoch_each_of_their_own():
    inputs = np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1) * np.ones((1, 8, 8, 3), np.uint8)
    targets = np.arange(7, dtype=np.uint8).reshape(7, 1, 1, 1) * np.ones((1, 8, 8, 1), np.uint8)
    data = Unpaired("n", targets, inputs=ImageSet("m", inputs))
    playing = game_of(e2e.tiny(game=GAME, batch_size=1, jitter=0, mirror=False, pool_size=0), data)
    seen = [[int(playing.batch(s)[n].max()) for s in range(35)] for n in ("inputs", "images")]
    assert [sorted(seen[0][i : i + 5]) for i in range(0, 35, 5)] == [[0, 1, 2, 3, 4]] * 7
    assert [sorted(seen[1][i : i + 7]) for i in range(0, 35, 7)] == [list(range(7))] * 5
