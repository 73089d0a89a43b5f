"""Networks and updates that a student writes: trained with, described, resumed, opened again."""

import json

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.games import own
from gan_course.games.game import game_of

layers = keras.layers


def two_networks():
    """Both in plain Keras, with dropout, unseeded; the shapes are those of the tiny recipe."""
    shape = e2e.SHAPE
    generator = keras.Sequential(
        [keras.Input((4,)), layers.Dense(int(np.prod(shape)), "tanh"), layers.Reshape(shape)]
    )
    image = keras.Input(shape)
    hidden = layers.Dropout(0.2)(layers.Dense(8, "tanh")(layers.Flatten()(image)))
    return generator, keras.Model(image, layers.Dense(1)(hidden))


def d_update(state, objective, real, latent):
    """The library's, as a student writes it."""
    fake = state.generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_logits = state.discriminator(real, training=True)
        fake_logits = state.discriminator(fake, training=True)
        loss = tf.reduce_mean(objective.d_loss(real_logits, fake_logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


def g_update(state, objective, latent):
    with tf.GradientTape() as tape:
        fake_logits = state.discriminator(state.generator(latent, training=True), training=True)
        loss = tf.reduce_mean(objective.g_loss(fake_logits))
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss}


def train(out, steps=4, **own_parts):
    recipe = e2e.tiny(steps=steps, order="alternating", ema_decay=0.9)
    return gan.train(
        recipe, out, data=e2e.image_set(), progress=False, results=False, **own_parts
    )  # fmt: skip


def test_updates_of_one_s_own_that_say_the_same_make_the_same_run(tmp_path):
    mine = train(tmp_path / "mine", d_update=d_update, g_update=g_update)
    library = train(tmp_path / "library")
    assert e2e.same_weights(mine, library)


def test_other_updates_make_another_run(tmp_path):
    def lazy(state, objective, latent):
        return tf.reduce_mean(objective.g_loss(state.discriminator(state.generator(latent))))

    mine = train(tmp_path / "mine", g_update=lazy)
    fresh = mine.game.start()
    assert all(
        np.array_equal(a, b)
        for a, b in zip(
            mine.state.generator.trainable_weights, fresh.generator.trainable_weights, strict=True
        )
    )


def test_networks_of_one_s_own_are_trained_and_opened_again_by_anybody(tmp_path):
    run = train(tmp_path, networks=two_networks)
    again = gan.open_run(tmp_path)
    assert [type(layer).__name__ for layer in again.generator.layers] == ["Dense", "Reshape"]
    np.testing.assert_array_equal(run.samples(5), again.samples(5))
    assert e2e.same_weights(run, again)


def test_the_same_seed_gives_networks_of_one_s_own_the_same_first_weights(tmp_path):
    layers.Dense(3)(tf.zeros([1, 2]))  # Keras's names count on, and its random numbers too
    one = train(tmp_path / "one", networks=two_networks)
    two = train(tmp_path / "two", networks=two_networks)
    assert e2e.same_weights(one, two)


def test_building_them_leaves_python_s_and_numpy_s_random_numbers_alone(tmp_path):
    import random

    random.seed(3), np.random.seed(3)
    expected = random.random(), np.random.random()
    random.seed(3), np.random.seed(3)
    train(tmp_path, networks=two_networks)
    assert (random.random(), np.random.random()) == expected


def test_a_run_on_code_of_one_s_own_that_was_stopped_ends_with_the_same_bits(tmp_path):
    parts = dict(networks=two_networks, d_update=d_update, g_update=g_update)
    whole = train(tmp_path / "whole", 6, **parts)
    train(tmp_path / "halves", 3, **parts)
    assert e2e.same_weights(whole, train(tmp_path / "halves", 6, **parts))


def test_a_run_does_not_go_on_with_other_parts(tmp_path):
    train(tmp_path, networks=two_networks, d_update=d_update)
    with pytest.raises(InputError, match=r"holds another run .*networks.*d_update"):
        train(tmp_path)
    with pytest.raises(InputError, match="g_update"):
        train(tmp_path, networks=two_networks, d_update=d_update, g_update=g_update)

    def wider():
        generator, _ = two_networks()
        image = keras.Input(e2e.SHAPE)
        return generator, keras.Model(image, layers.Dense(1)(layers.Flatten()(image)))

    with pytest.raises(InputError, match="networks"):
        train(tmp_path, networks=wider, d_update=d_update)


def test_comments_and_blanks_make_no_other_update():
    def same(state, objective, latent):
        with tf.GradientTape() as tape:  # what follows is watched
            fake_logits = state.discriminator(state.generator(latent, training=True), training=True)

            loss = tf.reduce_mean(objective.g_loss(fake_logits))
        weights = state.generator.trainable_variables
        state.g_optimizer.apply(tape.gradient(loss, weights), weights)
        return {"g_loss": loss}

    same.__name__ = "g_update"
    assert own.code_of(same) != own.code_of(d_update)
    assert own.code_of(g_update) == own.code_of(g_update)


def test_a_loss_that_is_not_returned_is_asked_for_before_a_file_is_written(tmp_path):
    def silent(state, objective, latent):
        g_update(state, objective, latent)

    with pytest.raises(InputError, match="g_update returns None; wanted is its loss"):
        train(tmp_path / "run", g_update=silent)
    assert not (tmp_path / "run").exists()


def test_a_recipe_that_plays_both_at_once_refuses_updates_with_the_remedy(tmp_path):
    recipe = e2e.tiny(order="simultaneous", d_steps=1)
    with pytest.raises(InputError, match=r"recipe.changed.order='alternating'"):
        gan.train(recipe, tmp_path / "run", data=e2e.image_set(), d_update=d_update)


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: two_networks()[0], r"wanted is \(generator, discriminator\)"),
        (lambda: two_networks()[::-1], r"the generator must take \(4,\), not \(8, 8, 1\)"),
        (lambda: (two_networks()[0],) * 2, r"the discriminator must take \(8, 8, 1\), not \(4,\)"),
        (lambda: (keras.Sequential([layers.Dense(24)]), None), "begins with keras.Input"),
        (two_networks(), "networks must be a function"),
    ],
)
def test_networks_that_do_not_fit_are_named_before_a_file_is_written(build, says, tmp_path):
    with pytest.raises(InputError, match=says):
        train(tmp_path / "run", networks=build)
    assert not (tmp_path / "run").exists()


def test_an_output_of_the_wrong_shape_is_named(tmp_path):
    def two_logits():
        image = keras.Input(e2e.SHAPE)
        return two_networks()[0], keras.Model(image, layers.Dense(2)(layers.Flatten()(image)))

    with pytest.raises(InputError, match=r"the discriminator must end in one logit of shape \(1,"):
        train(tmp_path / "run", networks=two_logits)


def test_a_layer_that_keras_cannot_make_again_is_refused_before_a_file_is_written(tmp_path):
    class Mine(layers.Layer):
        def call(self, inputs):
            return inputs * 2

    def build():
        generator, _ = two_networks()
        image = keras.Input(e2e.SHAPE)
        return generator, keras.Model(image, layers.Dense(1)(layers.Flatten()(Mine()(image))))

    with pytest.raises(InputError, match="register_keras_serializable"):
        train(tmp_path / "run", networks=build)
    assert not (tmp_path / "run").exists()


def test_a_layer_of_one_s_own_that_is_registered_is_trained_and_opened(tmp_path):
    @keras.saving.register_keras_serializable("test_own")
    class Twice(layers.Layer):
        def call(self, inputs):
            return inputs * 2

    def build():
        generator, _ = two_networks()
        image = keras.Input(e2e.SHAPE)
        return generator, keras.Model(image, layers.Dense(1)(layers.Flatten()(Twice()(image))))

    run = train(tmp_path, networks=build)
    assert e2e.same_weights(run, gan.open_run(tmp_path))


def test_a_game_without_that_part_says_which_it_has():
    with pytest.raises(InputError, match="plays 'cycle', which takes no networks of your own"):
        game_of(gan.recipe("cyclegan_digits_quick"), networks=two_networks)


def answers_update(state, objective, question, truth):
    """pix2pix's half of G, as a student writes it."""
    with tf.GradientTape() as tape:
        answer = state.generator(question, training=True)
        verdict = state.discriminator([answer, question], training=True)
        l1 = tf.reduce_mean(tf.abs(truth - answer))
        loss = tf.reduce_mean(objective.g_loss(verdict)) + 100.0 * l1
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss, "l1": l1}


def travellers_update(state, objective, x, y):
    """Both generators of CycleGAN, as a student writes it."""

    def l1(one, other):
        return tf.reduce_mean(tf.abs(one - other))

    there_of, back_of = state.generator, state.generator_back
    with tf.GradientTape() as tape:
        there, back = there_of(x, training=True), back_of(y, training=True)
        adversarial = tf.reduce_mean(objective.g_loss(state.discriminator(there, training=True)))
        adversarial += tf.reduce_mean(
            objective.g_loss(state.discriminator_back(back, training=True))
        )
        cycle = l1(back_of(there, training=True), x) + l1(there_of(back, training=True), y)
        loss = 2.0 * adversarial + 10.0 * cycle
    weights = state.g_weights
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


WRITTEN = {"pix2pix": answers_update, "cycle": travellers_update}
PLAIN = {
    "pix2pix": dict(
        down=("Conv 4 k4 s2 LReLU .2", "Conv 6 k4 s2 IN LReLU .2"),
        up=("ConvT 4 k4 s2 IN ReLU", "ConvT 1 k4 s2 tanh"),
    ),
    "cycle": dict(identity_weight=0.0, cycle_noise=0.0, negatives=0.0),
}  # without dropout, of which one's own update draws anew, and noise, of which it knows nothing


def translate(game, out, steps=4, **own_parts):
    recipe = e2e.tiny_translation(game, **PLAIN[game]).changed(steps=steps, final_rate=1.0)
    return gan.train(
        recipe, out, data=e2e.two_kinds(game), progress=False, results=False, **own_parts
    )  # fmt: skip


@pytest.mark.parametrize("game", WRITTEN)
def test_an_update_from_image_to_image_that_says_the_same_makes_the_same_run(game, tmp_path):
    mine = translate(game, tmp_path / "mine", g_update=WRITTEN[game])
    library = translate(game, tmp_path / "library")
    assert e2e.same_weights(mine, library)
    kept = json.loads((tmp_path / "mine" / "recipe.json").read_text())
    assert kept["g_update"] == own.code_of(WRITTEN[game])


@pytest.mark.parametrize("game", WRITTEN)
def test_one_that_moves_nothing_leaves_g_and_not_d(game, tmp_path):
    def idle(state, objective, one, other):
        return tf.reduce_mean(one)

    lazy = translate(game, tmp_path / "mine", g_update=idle)
    fresh = game_of(lazy.recipe).start()
    for name, moves in (("generator", False), ("discriminator", True)):
        pairs = zip(getattr(lazy.state, name).weights, getattr(fresh, name).weights, strict=True)
        assert moves != all(np.array_equal(one, other) for one, other in pairs), name


@pytest.mark.parametrize("game", WRITTEN)
def test_a_stopped_run_from_image_to_image_ends_with_the_same_bits(game, tmp_path):
    whole = translate(game, tmp_path / "whole", 6, g_update=WRITTEN[game])
    translate(game, tmp_path / "halves", 3, g_update=WRITTEN[game])
    assert e2e.same_weights(whole, translate(game, tmp_path / "halves", 6, g_update=WRITTEN[game]))
    with pytest.raises(InputError, match="g_update"):
        translate(game, tmp_path / "halves", 6)


@pytest.mark.parametrize("game", WRITTEN)
def test_what_is_no_update_is_refused(game, tmp_path):
    with pytest.raises(InputError, match=r"g_update must be a function .state, objective, "):
        translate(game, tmp_path / "run", g_update=3)
    with pytest.raises(InputError, match="takes no d_update of your own"):
        translate(game, tmp_path / "run", d_update=WRITTEN[game])
