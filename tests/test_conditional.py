"""The conditional game: G draws what it is told, D judges what was ordered."""

import subprocess
import sys
from collections import Counter
from types import SimpleNamespace

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course import keras, tf
from gan_course.base import seeds
from gan_course.base.errors import InputError
from gan_course.data import ImageSet
from gan_course.games import conditional, objectives, step
from gan_course.games.game import game_of
from gan_course.models.labels import label_planes
from gan_course.runs import images

CLASSES = 3
CONDITIONS = ("planes", "projection", "auxiliary")
LABELS = np.eye(CLASSES, dtype=np.float32)
SEED = seeds.derive(0, seeds.SAMPLES, 0)


def told(**changes):
    return e2e.tiny(classes=CLASSES, **changes)


def data():
    return e2e.image_set(CLASSES)


def both(recipe, fill=None):
    """G and D of a recipe; `fill`: a generator of numbers for every weight."""
    made = game_of(recipe).build()
    for network in made if fill is not None else ():
        for weight in network.trainable_variables:
            weight.assign(fill.normal(size=weight.shape))
    return made


# The networks


def test_planes_are_constant_within_each_channel_and_say_the_label():
    labels = keras.Input((CLASSES,))
    planes = keras.Model(labels, label_planes(labels, height=4, width=6))(LABELS[[2, 0, 1, 1]])
    assert planes.shape == (4, 4, 6, CLASSES)
    np.testing.assert_array_equal(np.ptp(planes, axis=(1, 2)), np.zeros((4, CLASSES)))
    np.testing.assert_array_equal(np.mean(planes, axis=(1, 2)), LABELS[[2, 0, 1, 1]])


def test_the_discriminator_sees_the_planes_behind_the_channels_of_the_image():
    recipe = told(image_shape=(2, 3, 1), discriminator=("Flatten", "Dense 1"),
                  generator=("Dense 6 tanh", "Reshape 2 3 1"))  # fmt: skip
    rng = np.random.default_rng(0)
    _, judge = both(recipe, rng)
    kernel, bias = (weight.numpy() for weight in judge.weights)
    pictures, labels = rng.normal(size=(5, 2, 3, 1)), LABELS[[0, 2, 1, 1, 0]]
    seen = np.concatenate([pictures, np.broadcast_to(labels[:, None, None], (5, 2, 3, 3))], axis=3)
    expected = seen.reshape(5, -1) @ kernel + bias
    np.testing.assert_allclose(judge([pictures, labels]), expected, rtol=1e-4, atol=1e-5)


def test_the_generator_sees_the_noise_and_behind_it_the_label():
    recipe = told(latent_dim=4, generator=("Dense 64", "Reshape 8 8 1"), value_range=(-1, 1))
    rng = np.random.default_rng(1)
    maker, _ = both(recipe, rng)
    kernel, bias = (weight.numpy() for weight in maker.weights)
    noise, labels = rng.normal(size=(5, 4)), LABELS[[0, 2, 1, 1, 0]]
    expected = np.hstack([noise, labels]) @ kernel + bias
    np.testing.assert_allclose(
        maker([noise, labels]).numpy().reshape(5, -1), expected, rtol=1e-4, atol=1e-5
    )


def test_the_projection_adds_the_product_of_embedding_and_features_to_the_logit():
    recipe = told(condition="projection", discriminator=("Flatten", "Dense 5", "Dense 1"))
    rng = np.random.default_rng(2)
    _, judge = both(recipe, rng)
    named = {weight.path.split("/", 1)[-1]: weight.numpy() for weight in judge.weights}
    assert len(named) == 5
    embedding = next(w for w in named.values() if w.shape == (CLASSES, 5))
    inner = next(w for w in named.values() if w.shape == (64, 5))
    outer = next(w for w in named.values() if w.shape == (5, 1))
    inner_bias = next(w for w in named.values() if w.shape == (5,))
    outer_bias = next(w for w in named.values() if w.shape == (1,))
    pictures, labels = rng.normal(size=(6, 8, 8, 1)), np.array([0, 2, 1, 1, 0, 2])
    features = pictures.reshape(6, -1) @ inner + inner_bias
    expected = features @ outer + outer_bias
    expected[:, 0] += (features * embedding[labels]).sum(axis=1)
    np.testing.assert_allclose(judge([pictures, LABELS[labels]]), expected, rtol=1e-3, atol=1e-3)


def test_a_projection_begins_without_an_opinion_on_labels():
    _, judge = both(told(condition="projection"))
    pictures = np.random.default_rng(0).normal(size=(3, 8, 8, 1))
    first = judge([pictures, LABELS])
    np.testing.assert_array_equal(first, judge([pictures, LABELS[[1, 2, 0]]]))


def test_the_second_head_s_column_is_the_cross_entropy_of_the_asked_class():
    recipe = told(condition="auxiliary", discriminator=("Flatten", "Dense 1"))
    rng = np.random.default_rng(3)
    _, judge = both(recipe, rng)
    kernels = [w.numpy() for w in judge.weights if w.shape.rank == 2]
    biases = [w.numpy() for w in judge.weights if w.shape.rank == 1]
    kernel = next(k for k in kernels if k.shape == (64, CLASSES))
    bias = next(b for b in biases if b.shape == (CLASSES,))
    pictures, labels = 0.1 * rng.normal(size=(6, 8, 8, 1)), np.array([0, 2, 1, 1, 0, 2])
    scores = pictures.reshape(6, -1) @ kernel + bias
    expected = np.log(np.exp(scores).sum(axis=1)) - scores[range(6), labels]
    judged = judge([pictures, LABELS[labels]]).numpy()
    np.testing.assert_allclose(judged[:, 1], expected, rtol=1e-4, atol=1e-4)
    others = judge([pictures, LABELS[(labels + 1) % CLASSES]]).numpy()
    np.testing.assert_allclose(judged[:, 0], others[:, 0])  # the logit does not see the label


def test_a_second_head_or_a_projection_wants_a_vector_before_the_last_line():
    recipe = told(condition="projection", discriminator=("Conv 2 k3", "Conv 1 k8 s8"))
    with pytest.raises(InputError, match=r"'Flatten' before it"):
        both(recipe)


def test_the_reference_networks_have_as_many_weights_as_their_source():
    maker, judge = both(gan.recipe("cgan_mnist"))
    assert (maker.count_params(), judge.count_params()) == (1_491_215, 80_385)


# What reaches the step


def test_the_labels_of_a_step_are_those_of_its_images():
    given = data()
    game = conditional.Game(told(), given)
    label_of = {x.tobytes(): y for x, y in zip(given.x_train, given.y_train, strict=True)}
    for number in range(9):  # reaches over the ends of epochs: 50 images, 16 a step
        batch = game.batch(number)
        assert batch["labels"].shape == (2, 8) and batch["labels"].dtype == np.int32
        found = [label_of[x.tobytes()] for x in batch["images"].reshape(16, 8, 8, 1)]
        np.testing.assert_array_equal(batch["labels"].ravel(), found)


class Listener:
    """Stands for a network; keeps the labels that it was called with."""

    def __init__(self, network, heard):
        self.network, self.heard = network, heard

    def __call__(self, inputs, training=False):
        self.heard.append(np.argmax(inputs[1], axis=-1))
        return self.network(inputs, training=training)

    def __getattr__(self, name):
        return getattr(self.network, name)


@pytest.mark.parametrize("order", ["alternating", "simultaneous"])
def test_fakes_have_the_labels_of_the_real_images_so_over_an_epoch_their_histogram(order):
    given = ImageSet("noise", e2e.pixels(48), np.arange(48) ** 2 % CLASSES)  # no 2 among them
    game = conditional.Game(told(order=order, d_steps=1, batch_size=8), given)
    state, by_g, by_d = game.start(), [], []
    maker, judge = state.generator, state.discriminator
    state.generator, state.discriminator = Listener(maker, by_g), Listener(judge, by_d)
    for number in range(6):
        drawn = game.draw(SimpleNamespace(seed=lambda *_: SEED, own_seed=lambda *_: SEED))
        game.play(state, {k: tf.constant(v) for k, v in game.batch(number).items()}, drawn)
    per_step = 1 if order == "simultaneous" else 2
    assert len(by_g) == 6 * per_step
    real = Counter(given.y_train.tolist())
    assert Counter(np.ravel(by_g).tolist()) == {c: n * per_step for c, n in real.items()}
    assert 2 not in np.ravel(by_g) and set(np.ravel(by_d)) == {0, 1}


def test_a_step_of_the_linear_game_is_that_of_paper_and_pencil():
    """G(z, y) = a z + b_y + c, D(x, y) = w x + v_y + u: one plain SGD step of both players."""
    recipe = told(
        image_shape=(1, 1, 1), latent_dim=1, generator=("Dense 1", "Reshape 1 1 1"),
        discriminator=("Flatten", "Dense 1"), optimizer="sgd", beta_1=None, d_steps=1,
        g_learning_rate=0.1, d_learning_rate=0.2, batch_size=2,
    )  # fmt: skip
    state = conditional.Game(recipe).start()
    rng = np.random.default_rng(4)
    a, b, c = rng.normal(), rng.normal(size=3), rng.normal()
    w, v, u = rng.normal(), rng.normal(size=3), rng.normal()
    state.generator.set_weights([np.array([[a], *b[:, None]]), np.array([c])])
    state.discriminator.set_weights([np.array([[w], *v[:, None]]), np.array([u])])
    x, y = rng.normal(size=2), np.array([2, 0])
    z_d, z_g = rng.normal(size=2), rng.normal(size=2)
    step.alternating_step(
        state, objectives.NON_SATURATING,
        tf.constant(x.reshape(1, 2, 1, 1, 1), tf.float32),
        tf.constant(np.reshape([z_d, z_g], (2, 2, 1)), tf.float32),
        tf.zeros([1, 2], tf.int32), tf.constant(LABELS[y][None]),
    )  # fmt: skip

    def sigmoid(logit):
        return 1 / (1 + np.exp(-logit))

    fake = a * z_d + b[y] + c
    on_real = (sigmoid(w * x + v[y] + u) - 1) / 2  # ∂ mean loss / ∂ logit
    on_fake = sigmoid(w * fake + v[y] + u) / 2
    w_new = w - 0.2 * (on_real @ x + on_fake @ fake)
    v_new = v.copy()
    np.add.at(v_new, y, -0.2 * (on_real + on_fake))
    u_new = u - 0.2 * (on_real + on_fake).sum()
    judged = sigmoid(w_new * (a * z_g + b[y] + c) + v_new[y] + u_new)
    pull = (judged - 1) / 2 * w_new  # ∂ mean g_loss / ∂ fake
    b_new = b.copy()
    np.add.at(b_new, y, -0.1 * pull)
    expected_g = [a - 0.1 * pull @ z_g, *b_new, c - 0.1 * pull.sum()]
    found_d = np.concatenate([weight.numpy().ravel() for weight in state.discriminator.weights])
    found_g = np.concatenate([weight.numpy().ravel() for weight in state.generator.weights])
    np.testing.assert_allclose(found_d, [w_new, *v_new, u_new], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found_g, expected_g, rtol=1e-4, atol=1e-6)
    assert found_g[2] == np.float32(b[1])  # no example of class 1: nothing learnt of it


def test_with_a_second_head_d_learns_the_classes_of_real_images_and_g_of_its_own():
    plain, weight = objectives.HINGE, 0.7
    game = conditional.with_second_head(plain, weight)
    real = np.array([[0.3, 2.0], [-1.0, 0.5]], np.float32)
    fake = np.array([[0.1, 3.0], [2.0, 0.25]], np.float32)
    expected_d = np.maximum(0, 1 - real[:, :1]) + np.maximum(0, 1 + fake[:, :1]) + 0.7 * real[:, 1:]
    np.testing.assert_allclose(game.d_loss(real, fake), expected_d, rtol=1e-6)
    np.testing.assert_allclose(game.g_loss(fake), -fake[:, :1] + 0.7 * fake[:, 1:], rtol=1e-6)
    scores = game.scores(real, fake)
    assert float(scores["class_loss_real"]) == pytest.approx(1.25)
    assert float(scores["class_loss_fake"]) == pytest.approx(1.625)


# Labels that are none


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (None, "has no labels; give an ImageSet with y_train"),
        (np.arange(50) % 4, r"go from 0 to 3, but classes=3 means 0 to 2; set classes=4"),
        (np.arange(50) % 3 + 1, r"go from 1 to 3, .* or number them from 0"),
        (np.arange(50) % 3 - 1, r"go from -1 to 1"),
    ],
)
def test_data_without_fitting_labels_are_refused_before_a_file_is_written(
    tmp_path, labels, message
):
    given = ImageSet("noise", e2e.pixels(), labels)
    with pytest.raises(InputError, match=message):
        gan.train(told(), tmp_path / "run", data=given, progress=False)
    assert not (tmp_path / "run").exists()


def test_labels_that_are_no_integers_are_refused():
    with pytest.raises(InputError, match="one integer for each of the 50 images"):
        ImageSet("noise", e2e.pixels(), np.arange(50) / 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grid": (2, 4)}, r"a row for each of classes=3; use grid=\(3, 4\)"),
        ({"classes": 1}, "classes must be >= 2, got 1"),
        ({"condition": "plane"}, "did you mean 'planes'"),
        ({"auxiliary_weight": 0}, "auxiliary_weight must be > 0"),
        (
            {"condition": "auxiliary", "penalty": "r1", "penalty_weight": 1.0},
            "has a second head",
        ),
    ],
)
def test_a_recipe_that_does_not_fit_together_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        told().changed(**changes)


# Runs


@pytest.fixture(scope="module", params=CONDITIONS)
def run(request, tmp_path_factory):
    return e2e.train(tmp_path_factory.mktemp("run"), classes=CLASSES, condition=request.param)


def test_samples_are_what_the_generator_makes_of_noise_and_the_asked_label(run):
    noise = run.latents(5, seed=2)
    for labels, told_as in (
        (2, [2] * 5),
        ("1", [1] * 5),
        ([0, 2, 1, 1, 0], [0, 2, 1, 1, 0]),
        (None, [0, 1, 2, 0, 1]),
    ):
        expected = run.generator([noise, tf.constant(LABELS[told_as])], training=False)
        np.testing.assert_allclose(run.samples(5, seed=2, labels=labels), expected, atol=1e-5)
        np.testing.assert_array_equal(run.made(5, seed=2, labels=labels).wanted, told_as)


def test_labels_make_a_difference_and_mixtures_lie_between(run):
    ends = run.samples(4, seed=1, labels=0), run.samples(4, seed=1, labels=1)
    assert np.abs(ends[0] - ends[1]).max() > 0.01
    mixed = run.made(4, seed=1, labels=np.tile([0.5, 0.5, 0], (4, 1)))
    assert mixed.wanted is None
    halves = tf.constant([[0.5, 0.5, 0.0]] * 4)
    expected = run.generator([run.latents(4, seed=1), halves], training=False)
    np.testing.assert_allclose(mixed.images, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (3, "a label is a whole number from 0 to 2, got 3"),
        (-1, "from 0 to 2, got -1"),
        (True, "got True"),
        (1.5, "got 1.5"),
        ("cat", "unknown label 'cat'"),
        ([0, 1], "2 labels for 5 images"),
        (np.ones((5, 2)), r"here \(5, 3\)"),
        (np.full((5, 3), np.nan), "finite"),
    ],
)
def test_a_label_that_there_is_not_is_refused(run, labels, message):
    with pytest.raises(InputError, match=message):
        run.samples(5, labels=labels)


def test_names_of_classes_are_labels_too(tmp_path):
    game = game_of(gan.recipe("cgan_fashion_quick"))
    np.testing.assert_array_equal(game.told(["Sneaker", 0, "9"], 3).numpy().argmax(1), [7, 0, 9])
    with pytest.raises(InputError, match="did you mean 'Sneaker'"):
        game.told("Sneakers", 3)


def test_a_run_without_labels_takes_none(tmp_path):
    run = e2e.train(tmp_path, steps=2)
    with pytest.raises(InputError, match="makes images of noise alone, and takes no labels"):
        run.samples(3, labels=1)


def test_the_sample_grid_has_a_row_a_class_and_a_column_a_noise_vector(run):
    picture, _ = images.read_png(run.dir.sample(40))
    assert picture.shape == (3 * 10 + 2, 2 * 10 + 2, 1)
    hands = seeds.latents("normal", 2, 4, seeds.derive(3, seeds.FIXED_LATENTS, 0))
    for row in range(3):
        asked = tf.constant(LABELS[[row, row]])
        made = run.generator([hands, asked], training=False).numpy()
        for column in range(2):
            top, left = 2 + 10 * row, 2 + 10 * column
            np.testing.assert_allclose(
                picture[top : top + 8, left : left + 8], (made[column] + 1) * 127.5, atol=0.51
            )


def test_the_saved_generator_has_two_inputs_and_needs_no_gan_course(run, tmp_path):
    code = (
        "import sys; sys.modules['gan_course'] = None\n"
        "import keras, numpy as np\n"
        "model = keras.saving.load_model(sys.argv[1])\n"
        "noise, labels = np.load(sys.argv[2]).values()\n"
        "np.save(sys.argv[3], model.predict([noise, labels], verbose=0))\n"
    )
    noise = run.latents(3, seed=4).numpy()
    np.savez(tmp_path / "given.npz", noise=noise, labels=LABELS)
    words = [run.dir.generator, tmp_path / "given.npz", tmp_path / "made.npy"]
    subprocess.run([sys.executable, "-c", code, *map(str, words)], check=True, timeout=120)
    expected = run.samples(3, seed=4, labels=[0, 1, 2])
    np.testing.assert_allclose(np.load(tmp_path / "made.npy"), expected, atol=1e-5)


def test_other_labels_of_the_same_images_are_another_run(tmp_path):
    e2e.train(tmp_path, classes=CLASSES, steps=7)
    shuffled = ImageSet("noise", e2e.pixels(), np.roll(data().y_train, 1))
    with pytest.raises(InputError, match=r"holds another run .*labels"):
        gan.train(told(steps=14), tmp_path, data=shuffled, progress=False)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_run_stopped_and_gone_on_with_ends_with_the_same_bits(tmp_path, condition):
    whole = e2e.train(tmp_path / "whole", classes=CLASSES, condition=condition, steps=42)
    e2e.train(tmp_path / "parts", classes=CLASSES, condition=condition, steps=21)
    parts = e2e.train(tmp_path / "parts", classes=CLASSES, condition=condition, steps=42)
    assert e2e.same_weights(whole, parts)
    assert e2e.logged(whole.path) == e2e.logged(parts.path)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_fit_makes_the_steps_of_train(tmp_path, condition):
    recipe = told(condition=condition, steps=3)
    run = gan.train(recipe, tmp_path, data=data(), progress=False)
    model = gan.FitGAN(recipe)
    model.fit(data(), epochs=1, verbose=0)
    ours, theirs = run.state.variables(), model.players.variables()
    assert ours.keys() == theirs.keys() and len(ours) > 20
    for name, variable in ours.items():
        assert variable.numpy().tobytes() == theirs[name].numpy().tobytes(), name


def test_does_d_read_the_label_is_the_mean_fall_of_its_logit_at_a_wrong_one():
    recipe = told(image_shape=(1, 1, 1), generator=("Dense 1", "Reshape 1 1 1"),
                  discriminator=("Flatten", "Dense 1"))  # fmt: skip
    game = conditional.Game(recipe)
    state = game.start()
    state.discriminator.set_weights([np.array([[0.3], [1.0], [-2.0], [0.5]]), np.zeros(1)])
    pictures = np.full((3, 1, 1, 1), 255, np.uint8)
    # classes 0, 1, 2 against 1, 2, 0: 1 + 2, -2 - 0.5, 0.5 - 1; the image itself cancels
    found = game.margin(state, pictures, np.array([0, 1, 2]))
    assert found == pytest.approx((3.0 - 2.5 - 0.5) / 3, abs=1e-6)
    assert game.margin(state, pictures[:1], np.array([0])) == pytest.approx(3.0, abs=1e-6)
