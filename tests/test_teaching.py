"""What notebooks lean on: the checks find what is wrong, the drawings are right."""

import base64
import inspect
import io
import linecache
import sys
import types
from functools import partial

import numpy as np
import pytest
from PIL import Image
from PIL.ImageSequence import Iterator

from gan_course import teaching
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.games import step
from gan_course.games.objectives import MINIMAX, NON_SATURATING, Objective
from gan_course.games.penalties import Penalty, between, gradient_penalty
from gan_course.runs import images
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


# What a check says of the slips it is made for


def said(check, mine, library, *arguments):
    """The one line that a check says."""
    with pytest.raises(teaching.Mismatch) as caught:
        check(mine, library, *arguments)
    line = str(caught.value)
    hidden = caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "\n" not in line and hidden
    return line


def cross_entropy(label, logits):
    return tf.nn.softplus(logits) - label * logits


def discriminator_update(
    loss=lambda real, fake: tf.reduce_mean(cross_entropy(1, real) + cross_entropy(0, fake)),
    networks=("discriminator",),
    training=(True, True, True),
    times=1,
):
    """An update of the discriminator, or of what a slip makes of it."""

    def mine(state, objective, real, latent):
        with tf.GradientTape() as tape:
            fake = state.generator(latent, training=training[0])
            logits = [
                state.discriminator(images, training=on)
                for images, on in zip((real, fake), training[1:], strict=True)
            ]
            value = loss(*logits)
        weights = [w for part in networks for w in getattr(state, part).trainable_variables]
        gradients = tape.gradient(value, weights)
        for _ in range(times):
            if networks == ("discriminator",):
                state.d_optimizer.apply(gradients, weights)
            else:
                for gradient, weight in zip(gradients, weights, strict=True):
                    weight.assign_sub(0.05 * gradient)

    return mine


def generator_update(loss, training=(True, True)):
    def mine(state, objective, latent):
        with tf.GradientTape() as tape:
            fake = state.generator(latent, training=training[0])
            value = tf.reduce_mean(loss(state.discriminator(fake, training=training[1])))
        weights = state.generator.trainable_variables
        state.g_optimizer.apply(tape.gradient(value, weights), weights)

    return mine


def times(factor, reduce=tf.reduce_mean):
    return lambda real, fake: factor * reduce(cross_entropy(1, real) + cross_entropy(0, fake))


def swapped(real, fake):
    return times(1)(fake, real)


def smoothed(real, fake):
    return tf.reduce_mean(cross_entropy(0.9, real) + cross_entropy(0, fake))


SLIPS_OF_D = {
    "twice the loss": (dict(loss=times(2)), "every update of the discriminator is 2.0 times too"),
    "half the loss": (dict(loss=times(0.5)), "every update of the discriminator is half as long"),
    "a sum": (dict(loss=times(1, tf.reduce_sum)), "5.0 times too long: 5 is the batch size"),
    "a mean of a mean": (
        dict(loss=times(0.2)),
        "0.2 times as long as it should be: 5 is the batch",
    ),
    "the sign": (dict(loss=times(-1)), "the discriminator climbs instead of descending"),
    "the labels": (dict(loss=swapped), "the labels are swapped"),
    "smoothing": (dict(loss=smoothed), "smooths the labels of real images to 0.9, expected 1"),
    "both networks": (
        dict(networks=("generator", "discriminator")),
        "moves the generator too, which must stand still",
    ),
    "the other network": (
        dict(networks=("generator",)),
        "moves the generator instead of the discriminator",
    ),
    "applied twice": (dict(times=2), "applies gradients 2 times in a step with state.d_optimizer"),
    "not applied": (dict(times=0), "nothing moves"),
    "training of both": (
        dict(training=(False, False, False)),
        "calls state.generator and state.discriminator without training=True",
    ),
    "training of G": (dict(training=(False, True, True)), "calls state.generator without"),
    "training of D": (dict(training=(True, False, False)), "calls state.discriminator without"),
    "training of D for fakes": (
        dict(training=(True, True, False)),
        "calls state.discriminator without training=True for fake",
    ),
    "a division by 0": (
        dict(loss=lambda real, fake: times(1)(real, fake) / 0.0),
        "discriminator/000_kernel is NaN or infinite after step 1",
    ),
}


@pytest.mark.parametrize("slip", SLIPS_OF_D)
def test_a_wrong_update_of_the_discriminator_is_told_its_slip(tiny, slip):
    changes, words = SLIPS_OF_D[slip]
    recipe = tiny.changed(real_label=0.9 if slip == "smoothing" else 1.0)
    line = said(
        teaching.same_update, discriminator_update(**changes), step.discriminator_update, recipe
    )
    assert line.startswith("mine: ") and words in line
    assert "after 3 steps " in line and "variables differ" in line


@pytest.mark.parametrize(
    ("mine", "words"),
    [
        (no_update, "no_update: nothing moves: no weight changes in a step"),
        (generator_update(lambda f: -cross_entropy(1, f)), "the generator climbs instead of desc"),
        (generator_update(lambda f: cross_entropy(0, f)), "trains the generator with the label of"),
        (generator_update(lambda f: -cross_entropy(0, f)), "has the loss of the minimax game"),
        (generator_update(lambda f: 3 * cross_entropy(1, f)), "is 3.0 times too long"),
        (
            generator_update(lambda f: cross_entropy(1, f), (False, True)),
            "calls state.generator without training=True",
        ),
        (plain_update, "moves the discriminator instead of the generator"),
    ],
    ids=["nothing", "sign", "label", "minimax", "factor", "training", "of the other network"],
)
def test_a_wrong_update_of_the_generator_is_told_its_slip(tiny, mine, words):
    assert words in said(teaching.same_update, mine, step.generator_update, tiny)


def test_a_network_called_once_more_is_found_by_its_moving_averages(tiny):
    def mine(state, objective, latent):
        step.generator_update(state, objective, latent)
        state.generator(latent, training=True)

    line = said(teaching.same_update, mine, step.generator_update, tiny)
    assert "moves the weights right, but calls state.generator with training=True more" in line


def test_weights_that_are_left_out_are_named(tiny):
    def mine(state, objective, real, latent):
        with tf.GradientTape() as tape:
            logits = [
                state.discriminator(images, training=True)
                for images in (real, state.generator(latent, training=True))
            ]
            loss = times(1)(*logits)
        weights = state.discriminator.trainable_variables[:2]
        for gradient, weight in zip(tape.gradient(loss, weights), weights, strict=True):
            weight.assign_sub(0.05 * gradient)

    line = said(teaching.same_update, mine, step.discriminator_update, tiny)
    assert "mine: discriminator/003_kernel, discriminator/004_bias stand still" in line


def test_a_slip_that_shows_from_the_second_step_on_is_told_so(tiny):
    growing = tf.Variable(1.0)

    def mine(state, objective, latent):
        generator_update(lambda fake: growing * cross_entropy(1, fake))(state, objective, latent)
        growing.assign(3.0)

    line = said(teaching.same_update, mine, step.generator_update, tiny)
    assert "step 1 is right; from step 2 on every update of the generator is 3.0 times" in line


def wasserstein(clip=None, weight=0.0, factor=1.0):
    def mine(state, objective, real, latent, seed):
        fake = state.generator(latent, training=True)
        critic = partial(state.discriminator, training=True)
        with tf.GradientTape() as tape:
            real_logits, fake_logits = critic(real), critic(fake)
            loss = factor * tf.reduce_mean(fake_logits - real_logits)
            if weight:
                loss += weight * tf.reduce_mean(gradient_penalty(critic, real, fake, seed))
        weights = state.discriminator.trainable_variables
        state.d_optimizer.apply(tape.gradient(loss, weights), weights)
        for each in weights if clip else ():
            each.assign(tf.clip_by_value(each, -clip, clip))

    return mine


@pytest.mark.parametrize(
    ("game", "slip", "words"),
    [
        (dict(clip=0.02), dict(), "after a step, expected the clip of 0.02"),
        (dict(clip=0.02), dict(clip=0.1), "reach 0.1 after a step, expected the clip of 0.02"),
        (dict(clip=0.02), dict(clip=0.02, factor=2.0), "is 2.0 times too long"),
        (dict(penalty="gradient", penalty_weight=10), dict(), "leaves out the penalty"),
        (dict(penalty="gradient", penalty_weight=10), dict(weight=1.0), "forgets the penalty's we"),
    ],
    ids=["no clip", "another clip", "a factor before the clip", "no penalty", "no weight"],
)
def test_a_wrong_update_of_a_critic_is_told_its_slip(tiny, game, slip, words):
    recipe = tiny.changed(objective="wasserstein", **game)
    line = said(teaching.same_update, wasserstein(**slip), step.discriminator_update, recipe)
    assert words in line


def test_a_slip_that_nobody_knows_is_told_by_length_and_direction(tiny):
    def loss(real, fake):
        return tf.reduce_mean(cross_entropy(0.7, real) + 2 * cross_entropy(0, fake))

    line = said(
        teaching.same_update, discriminator_update(loss=loss), step.discriminator_update, tiny
    )
    assert "the first step of the discriminator is" in line and "with a cosine of" in line


def test_a_recipe_without_dropout_and_batch_normalisation_blames_no_training_argument(tiny):
    recipe = tiny.changed(
        generator=("Dense 24 ReLU", "Reshape 4 6 1", "ConvT 1 k3 tanh"),
        discriminator=("Conv 2 k3 s2 LReLU .2", "Flatten", "Dense 1"),
    )
    silent = discriminator_update(training=(False, False, False))
    teaching.same_update(silent, step.discriminator_update, recipe)
    unlike = discriminator_update(loss=lambda r, f: times(1)(r, f) + tf.reduce_mean(f**2))
    line = said(teaching.same_update, unlike, step.discriminator_update, recipe)
    assert "training" not in line


# Errors in the student's code


def added(one, other):
    return one + other  # where the shapes do not fit


def wrong_shapes(state, objective, real, latent):
    return added(real, latent)


def misspelt(state, objective, latent):
    return state.generater(latent, training=True)


def wrong_network(state, objective, latent):
    return state.discriminator(latent, training=True)


def wrong_optimizer(state, objective, real, latent):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(state.discriminator(real, training=True))
    weights = state.discriminator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)


def no_gradient(state, objective, real, latent):
    with tf.GradientTape() as tape:
        pass
    loss = tf.reduce_mean(state.discriminator(real, training=True))
    weights = state.discriminator.trainable_variables
    state.d_optimizer.apply(tape.gradient(loss, weights), weights)


def not_finite(state, objective, real, latent):
    bad = tf.debugging.check_numerics(latent / 0.0, "the loss")
    state.discriminator.trainable_variables[0].assign_add(tf.zeros([3, 3, 1, 2]) * bad[0, 0])


@pytest.mark.parametrize(
    ("mine", "place", "reason"),
    [
        (wrong_shapes, added, "ValueError: Dimensions must be equal, but are 6 and 5 with input"),
        (misspelt, misspelt, "AttributeError: 'Players' object has no attribute 'generater'"),
        (wrong_network, wrong_network, "ValueError: Invalid input shape for input"),
        (wrong_optimizer, wrong_optimizer, "state.g_optimizer knows the generator's weights alone"),
        (no_gradient, no_gradient, "No gradients provided for any variable; the loss does not"),
        (not_finite, not_finite, "InvalidArgumentError: the loss : Tensor had"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_an_error_in_an_update_shows_the_student_s_own_line(tiny, mine, place, reason):
    source, first = inspect.getsourcelines(place)
    number = 1 if place is not_finite else len(source) - 1
    line = said(teaching.same_update, mine, step.discriminator_update, tiny)
    expected = f"{mine.__name__} stops in test_teaching.py, line {first + number}, `"
    assert line.startswith(expected + source[number].strip() + "`: ")
    assert reason in line and "in user code" not in line


def test_an_error_in_a_cell_of_a_notebook_shows_the_line_of_the_cell(tiny, monkeypatch):
    text = "def mine(state, objective, latent):\n    wrong = latent + 1\n    return wrong.shap\n"
    file = "/ipykernel_1/123.py"
    monkeypatch.setitem(linecache.cache, file, (len(text), None, text.splitlines(True), file))
    compiler = types.SimpleNamespace(format_code_name={file: ("Cell", "In[7]")}.get)
    shell = types.SimpleNamespace(compile=compiler)
    fake = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", fake)
    cell = {}
    exec(compile(text, file, "exec"), cell)
    line = said(teaching.same_update, cell["mine"], step.generator_update, tiny)
    assert line.startswith("mine stops in Cell In[7], line 3, `return wrong.shap`: AttributeError")


@pytest.mark.parametrize(
    ("mine", "words"),
    [
        (None, "expected a function of (state, objective, latent) or"),
        (lambda state, objective: None, "your lambda takes 2 arguments, expected (state, obj"),
    ],
    ids=["nothing", "two arguments"],
)
def test_what_is_no_update_is_refused_with_the_arguments_of_one(tiny, mine, words):
    assert words in said(teaching.same_update, mine, step.generator_update, tiny)


def test_an_argument_with_a_default_is_not_taken_for_the_seed(tiny, capsys):
    teaching.same_update(my_update, step.discriminator_update, tiny)
    assert "the same update" in capsys.readouterr().out


# Losses and penalties of another shape


def of_d(d_loss):
    return Objective(d_loss, NON_SATURATING.g_loss)


@pytest.mark.parametrize(
    ("d_loss", "words"),
    [
        (lambda real, fake: None, "d_loss returns None, expected shape (1089, 1); is its `return`"),
        (lambda real, fake: (real, fake), "d_loss returns a tuple of 2, expected one tensor"),
        (lambda real, fake: "a", "d_loss returns str, expected a tensor of shape (1089, 1)"),
        (lambda real, fake: tf.reduce_mean(real), "shape (), expected (1089, 1): one number for"),
        (lambda real, fake: real[:, 0], "shape (1089,), expected (1089, 1): one row for each"),
        (lambda real, fake: real + fake[:, 0], "has shape (1089, 1089), expected (1089, 1): a vec"),
        (
            lambda real, fake: -NON_SATURATING.d_loss(real, fake),
            ": everywhere the opposite, its sign is wrong",
        ),
        (
            lambda real, fake: NON_SATURATING.d_loss(real, fake) / 2,
            ": everywhere 0.5 times as much",
        ),
        (
            lambda real, fake: NON_SATURATING.d_loss(fake, real),
            ": real and fake are exchanged",
        ),
    ],
    ids=["None", "tuple", "text", "scalar", "row", "table", "sign", "half", "exchanged"],
)
def test_a_loss_of_another_shape_or_size_is_told_what_is_wanted(d_loss, words):
    assert words in said(teaching.same_objective, of_d(d_loss), NON_SATURATING)


def test_an_error_in_a_loss_or_a_penalty_shows_the_student_s_own_line():
    def d_loss(real, fake):
        return real + tf.ones([2, 2])

    number = inspect.getsourcelines(d_loss)[1] + 1
    line = said(teaching.same_objective, of_d(d_loss), NON_SATURATING)
    where = f"stops in test_teaching.py, line {number}, `return real + tf.ones([2, 2])`: "
    assert line.startswith(f"d_loss {where}InvalidArgumentError: Incompatible shapes: [1089,1]")
    steep = Penalty(at=between, cost=lambda norm: d_loss(norm, norm))
    line = said(teaching.same_penalty, steep, gradient_penalty)
    assert line.startswith(f"the penalty {where}InvalidArgumentError")


@pytest.mark.parametrize(
    ("mine", "words"),
    [
        (Penalty(at=lambda *_: None, cost=lambda norm: norm), "penalty's `at` returns None"),
        (Penalty(at=between, cost=lambda norm: None), "the penalty returns None"),
        (
            Penalty(at=between, cost=lambda norm: (norm[:, tf.newaxis] - 1) ** 2),
            "the penalty has shape (16, 1), expected (16,): a vector, one number for each",
        ),
        (
            Penalty(at=between, cost=lambda norm: 10 * (norm - 1) ** 2),
            ": everywhere 10.0 times as much",
        ),
        (None, "the penalty must be a function, got None"),
    ],
    ids=["at", "cost", "column", "weight", "nothing"],
)
def test_a_penalty_of_another_shape_or_size_is_told_what_is_wanted(mine, words):
    assert words in said(teaching.same_penalty, mine, gradient_penalty)


def test_an_objective_that_is_none_is_told_which_loss_is_missing():
    line = said(teaching.same_objective, lambda real, fake: real, NON_SATURATING)
    assert line == "d_loss must be a function, got None"


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
    assert shown.data.startswith("def generator_update(state, objective, latent, labels=None):")
    assert "tape.gradient(loss, weights)" in shown.data and shown.language == "python"
    assert '<pre style="font-family: monospace">' in shown._repr_html_()


def test_show_refuses_what_has_no_source():
    with pytest.raises(TypeError):
        teaching.show(np.zeros(3))


def film_of(html):
    """The frames and their milliseconds, as a browser has them."""
    data = base64.b64decode(html.split("base64,")[1].split('"')[0])
    with Image.open(io.BytesIO(data)) as film:
        every = [(np.asarray(f.convert("RGB")), f.info["duration"]) for f in Iterator(film)]
    return zip(*every, strict=True)


def test_an_animation_carries_every_pixel_into_the_notebook_in_less_room(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(3):
        with open(tmp_path / f"{number}.png", "wb") as file:
            images.write_png(file, rng.integers(0, 256, (60, 60, 1), np.uint8), {})
    with open(tmp_path / "a.gif", "wb") as file:
        pictures = [tmp_path / f"{number}.png" for number in range(3)]
        images.write_gif(file, pictures, "noise", [40, 80, 120], 500, enlarge=True)
    html = teaching.animation(tmp_path / "a.gif").data
    found, times = film_of(html)
    with Image.open(tmp_path / "a.gif") as gif:
        wanted = [np.asarray(frame.convert("RGB")) for frame in Iterator(gif)]
    np.testing.assert_array_equal(found, wanted)
    assert list(times) == [40, 80, 500]
    assert len(html) < (tmp_path / "a.gif").stat().st_size / 2


def test_what_is_no_film_is_named_with_a_remedy(tmp_path):
    (tmp_path / "a.gif").write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match=r"a\.gif.*make it again"):
        teaching.animation(tmp_path / "a.gif")


# Numbers


def test_equal_numbers_of_any_shape_pass():
    teaching.same_values(tf.constant([[1.0, 2.0]]), np.array([[1, 2]]))
    teaching.same_values(3, 3.000001)
    teaching.same_values([], [])


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "is None; is its `return` missing"),
        ("three", "is str, expected numbers"),
        ([[1.0, 2.0], [3.0, 5.0]], r"at \(1, 1\) is 5, expected 4"),
        ([[2.0, 4.0], [6.0, 8.0]], "everywhere 2.0 times as much"),
        ([[-1.0, -2.0], [-3.0, -4.0]], "its sign is wrong"),
        ([[1.0, 2.0], [3.0, np.nan]], r"at \(1, 1\) is nan"),
        ([1.0, 2.0], r"has shape \(2,\), expected \(2, 2\)"),
        ([[1.0, 3.0], [2.0, 4.0]], "rows and columns are exchanged"),
    ],
)
def test_other_numbers_are_told_by_slip_factor_sign_or_place(found, words):
    slips = {"rows and columns are exchanged": np.array([[1, 3], [2, 4]])}
    with pytest.raises(teaching.Mismatch, match=f"^my matrix.*{words}"):
        teaching.same_values(found, [[1, 2], [3, 4]], "my matrix", slips)
