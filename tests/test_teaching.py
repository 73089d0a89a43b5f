"""What notebooks lean on: the checks find what is wrong, the drawings are right."""

import base64
from functools import partial

import numpy as np
import pytest

from gan_course import step, teaching
from gan_course.backend import keras, tf
from gan_course.objectives import MINIMAX, NON_SATURATING, Objective
from gan_course.penalties import Penalty, between, gradient_penalty
from gan_course.teaching.drawings import stamped


def numbers(axes):
    """The numbers written into a drawing, as an array."""
    found = {tuple(map(int, text.get_position())): float(text.get_text()) for text in axes.texts}
    columns, rows = (max(place) + 1 for place in zip(*found, strict=True))
    return np.array([[found[column, row] for column in range(columns)] for row in range(rows)])


def test_an_objective_written_with_probabilities_passes(capsys):
    def d_loss(real, fake):
        return -tf.math.log(tf.sigmoid(real)) - tf.math.log(1 - tf.sigmoid(fake))

    mine = Objective(d_loss, lambda fake: -tf.math.log(tf.sigmoid(fake)))
    teaching.same_objective(mine, NON_SATURATING, tolerance=1e-3)
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said] == ["d_loss", "g_loss"]


@pytest.mark.parametrize(
    ("mine", "message"),
    [
        # by hand, where they differ most: at logits of 8 and -8
        (MINIMAX, r"g_loss at logits \(-8\) is -0.000335\d+, expected 8.00034"),
        (
            Objective(lambda real, fake: NON_SATURATING.d_loss(fake, real), NON_SATURATING.g_loss),
            r"d_loss at logits \((-8, 8|8, -8)\) is",
        ),
        (
            Objective(
                lambda real, fake: tf.reduce_mean(NON_SATURATING.d_loss(real, fake)),
                NON_SATURATING.g_loss,
            ),
            r"d_loss has shape \(\), expected \(1089, 1\)",
        ),
        (
            Objective(lambda real, fake: real + float("nan"), NON_SATURATING.g_loss),
            "d_loss at logits .* is nan",
        ),
    ],
    ids=["other g_loss", "swapped arguments", "a mean", "nan"],
)
def test_an_objective_that_differs_is_told_where(mine, message):
    with pytest.raises(teaching.Mismatch, match=message):
        teaching.same_objective(mine, NON_SATURATING)


def my_update(state, objective, real, latent, scale=1.0):
    with tf.GradientTape() as tape:
        fake = state.generator(latent, training=True)
        logits = [state.discriminator(images, training=True) for images in (real, fake)]
        loss = scale * tf.reduce_mean(objective.d_loss(*logits))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)


def plain_update(state, objective, real, latent):
    my_update(state, objective, real, latent)


def twice_my_update(state, objective, real, latent):
    my_update(state, objective, real, latent, scale=2.0)


def no_update(state, objective, latent):
    pass


def test_an_update_written_by_a_student_passes(tiny, capsys):
    teaching.same_update(plain_update, step.discriminator_update, tiny)
    assert "the same update" in capsys.readouterr().out


def test_an_update_with_the_paper_s_loss_passes_although_the_recipe_smooths_labels(tiny, capsys):
    def mine(state, objective, real, latent):
        my_update(state, NON_SATURATING, real, latent)

    teaching.same_update(mine, step.discriminator_update, tiny.changed(real_label=0.9))
    assert "the same update" in capsys.readouterr().out


def test_a_loss_wrong_by_a_factor_is_found_although_adam_would_hide_it(tiny):
    with pytest.raises(teaching.Mismatch, match=r"after 3 steps discriminator/.* differs by"):
        teaching.same_update(twice_my_update, step.discriminator_update, tiny)


@pytest.mark.parametrize(
    "game",
    [
        dict(objective="wasserstein", clip=0.02),
        dict(objective="wasserstein", penalty="gradient", penalty_weight=10),
    ],
    ids=["clipping", "penalty"],
)
def test_an_update_is_compared_with_the_clipping_and_the_penalty_of_the_recipe(tiny, game):
    recipe = tiny.changed(**game)

    def mine(state, objective, real, latent, seed):
        fake = state.generator(latent, training=True)
        with tf.GradientTape() as tape:
            real_logits, fake_logits = (state.discriminator(x, training=True) for x in (real, fake))
            loss = tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits)
            if recipe.penalty:
                critic = partial(state.discriminator, training=True)
                loss += 10 * tf.reduce_mean(gradient_penalty(critic, real, fake, seed))
        weights = state.discriminator.trainable_variables
        state.d_optimizer.apply(tape.gradient(loss, weights), weights)
        for weight in weights:
            if recipe.clip:
                weight.assign(tf.clip_by_value(weight, -0.02, 0.02))

    teaching.same_update(mine, step.discriminator_update, recipe)
    with pytest.raises(teaching.Mismatch, match="discriminator/"):
        teaching.same_update(plain_update, step.discriminator_update, recipe)


def test_a_penalty_written_by_a_student_is_compared_by_its_values(capsys):
    mine = Penalty(at=between, cost=lambda norm: tf.square(norm - 1))
    teaching.same_penalty(mine, gradient_penalty)
    assert "the same penalty" in capsys.readouterr().out
    to_zero = Penalty(at=between, cost=lambda norm: norm**2)
    with pytest.raises(teaching.Mismatch, match=r"penalty of example \d+ is .*, expected"):
        teaching.same_penalty(to_zero, gradient_penalty)

    def summed(critic, real, fake, seed):
        return tf.reduce_sum(gradient_penalty(critic, real, fake, seed))

    with pytest.raises(teaching.Mismatch, match=r"shape \(\), expected \(16,\)"):
        teaching.same_penalty(summed, gradient_penalty)


def test_an_update_that_does_nothing_is_found(tiny):
    with pytest.raises(teaching.Mismatch, match=r"after 3 steps generator/.* differs by"):
        teaching.same_update(no_update, step.generator_update, tiny)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_stamping_a_kernel_is_a_transposed_convolution_of_keras(stride):
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=(3, 5)), rng.normal(size=(4, 4))
    layer = keras.layers.Conv2DTranspose(1, 4, stride, padding="valid", use_bias=False)
    layer.build((None, 3, 5, 1))
    layer.set_weights([kernel.reshape(4, 4, 1, 1)])
    theirs = layer(image.reshape(1, 3, 5, 1).astype(np.float32)).numpy()[0, :, :, 0]
    np.testing.assert_allclose(stamped(image, kernel, stride), theirs, atol=1e-5)


def test_the_drawing_of_a_transposed_convolution_shows_its_numbers():
    image, kernel = np.array([[1.0, 2], [3, 0]]), np.array([[1.0, 10], [100, 1000]])
    panels = teaching.transposed_convolution(image, kernel, stride=1).axes
    np.testing.assert_array_equal(numbers(panels[0]), image)
    np.testing.assert_array_equal(numbers(panels[1]), kernel)
    np.testing.assert_array_equal(numbers(panels[2]), [[1, 10, 0], [100, 1000, 0], [0, 0, 0]])
    np.testing.assert_array_equal(numbers(panels[3]), [[0, 2, 20], [0, 200, 2000], [0, 0, 0]])
    np.testing.assert_array_equal(
        numbers(panels[4]), [[1, 12, 20], [103, 1230, 2000], [300, 3000, 0]]
    )


def test_the_overlap_of_stamps_varies_unless_the_stride_divides_the_kernel():
    uneven, even = teaching.overlap((3, 4), stride=2).axes
    # along one axis a kernel of 3 at stride 2 is hit 1, 2, 1, 2 times; one of 4 always twice
    assert set(np.unique(numbers(uneven)[3:-3, 3:-3])) == {1, 2, 4}
    assert set(np.unique(numbers(even)[4:-4, 4:-4])) == {4}
    assert "1 to 4" in uneven.get_title() and "4 to 4" in even.get_title()


def test_show_returns_the_library_s_own_source():
    shown = teaching.show(step.generator_update)
    assert shown.data.startswith("def generator_update(state, objective, latent):")
    assert "tape.gradient(loss, weights)" in shown.data and shown.language == "python"
    assert '<pre style="font-family: monospace">' in shown._repr_html_()


def test_show_refuses_what_has_no_source():
    with pytest.raises(TypeError):
        teaching.show(np.zeros(3))


def test_an_animation_carries_the_whole_file_into_the_notebook(tmp_path):
    (tmp_path / "a.gif").write_bytes(bytes(range(256)))
    html = teaching.animation(tmp_path / "a.gif").data
    encoded = html.split("base64,")[1].split('"')[0]
    assert base64.b64decode(encoded) == bytes(range(256))
