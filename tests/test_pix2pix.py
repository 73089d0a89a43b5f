"""The game of pix2pix: questions, true answers, and a judge who sees both."""

import e2e
import numpy as np
import pytest
from test_resume import moments_of_ten_kills

import gan_course as gan
from gan_course import tf
from gan_course.base.errors import InputError
from gan_course.data import ImageSet
from gan_course.data.augment import jittered
from gan_course.games.dice import Dice
from gan_course.games.game import game_of
from gan_course.training import loop

GAME = "pix2pix"


def played(recipe, steps=1):
    """The game, its state before and after, and the last scalars."""
    game = game_of(recipe, e2e.two_kinds(GAME))
    state = game.start()
    before = {name: value.numpy() for name, value in state.variables().items()}
    compiled = loop.compile_step(game, state)
    for step in range(steps):
        scalars = compiled(game.batch(step))
    return game, state, before, {name: float(value) for name, value in scalars.items()}


def moved(state, before, field):
    return any(
        name.startswith(f"{field}/") and not np.array_equal(value.numpy(), before[name])
        for name, value in state.variables().items()
    )


# Data: what a step sees


def test_both_images_of_a_pair_are_cropped_and_mirrored_alike():
    place = np.arange(64, dtype=np.uint8).reshape(1, 8, 8, 1)
    rng = np.random.default_rng(0)
    pairs = np.repeat(place, 30, axis=0), np.repeat(200 - place, 30, axis=0)
    question, answer = jittered(pairs, 3, True, rng)
    np.testing.assert_array_equal(answer, 200 - question)
    assert len({image.tobytes() for image in question}) > 10
    assert sum(image[0, 0] > image[0, -1] for image in question) not in (0, 30)  # mirrored


def test_a_window_shows_the_pixel_under_the_centre_of_its_own():
    place = np.arange(4, dtype=np.uint8).reshape(1, 1, 4, 1).repeat(4, axis=1)
    rows = {tuple(jittered([place], 4, False, np.random.default_rng(seed))[0][0, 0, :, 0])
            for seed in range(40)}  # fmt: skip
    # doubled: 0 0 1 1 2 2 3 3, from one of five places
    assert rows == {(0, 0, 1, 1), (0, 1, 1, 2), (1, 1, 2, 2), (1, 2, 2, 3), (2, 2, 3, 3)}


def test_no_jitter_and_no_mirror_leave_images_as_they_are():
    images = e2e.pixels(3)
    assert jittered([images], 0, False, np.random.default_rng(0))[0] is images


def test_a_batch_is_a_function_of_seed_and_step_and_another_epoch_crops_anew():
    game = game_of(e2e.tiny(game=GAME, batch_size=40), e2e.two_kinds(GAME))
    first, again, later = game.batch(0), game.batch(0), game.batch(1)
    assert e2e.same_bits(first.values(), again.values())
    orders = [game._batches.indices(step) for step in (0, 1)]
    by_image = [
        dict(zip(order, batch["images"][0], strict=True))
        for order, batch in zip(orders, (first, later), strict=True)
    ]
    assert any(not np.array_equal(by_image[0][i], by_image[1][i]) for i in range(40))


def test_question_and_answer_of_a_batch_belong_together():
    game = game_of(e2e.tiny(game=GAME), e2e.two_kinds(GAME))
    batch = game.batch(5)
    np.testing.assert_array_equal(batch["images"], 255 - batch["inputs"][..., :1])
    assert batch["inputs"].shape == (1, 4, 8, 8, 3)


# A step


def test_the_losses_are_those_of_numpy():
    recipe = e2e.tiny(game=GAME, l1_weight=7.0, adversarial_weight=3.0, d_weight=0.25)
    recipe = recipe.changed(
        down=("Conv 4 k4 s2 LReLU .2",), up=("ConvT 1 k4 s2 tanh",), d_learning_rate=1e-30
    )
    game = game_of(recipe, e2e.two_kinds(GAME))
    state, batch = game.start(), game.batch(0)
    question, truth = (batch[name][0] / 127.5 - 1 for name in ("inputs", "images"))
    answer = state.generator(question).numpy()
    real, fake = (state.discriminator([x, question]).numpy() for x in (truth, answer))
    scalars = loop.compile_step(game, state)(batch)
    softplus = lambda x: np.log1p(np.exp(x))  # noqa: E731
    d_loss = 0.25 * (softplus(-real) + softplus(fake)).mean()
    l1, verdict = np.abs(truth - answer).mean(), softplus(-fake).mean()
    expected = {"d_loss": d_loss, "g_adversarial": verdict, "l1": l1,
                "g_loss": 3 * verdict + 7 * l1}  # fmt: skip
    for name, value in expected.items():
        np.testing.assert_allclose(scalars[name], value, rtol=1e-4, err_msg=name)


def test_both_players_learn_and_the_losses_come_first():
    _, state, before, scalars = played(e2e.tiny(game=GAME))
    assert moved(state, before, "generator") and moved(state, before, "discriminator")
    assert list(scalars)[:2] == ["d_loss", "g_loss"]


def test_with_l1_alone_nobody_judges():
    _, state, before, scalars = played(e2e.tiny(game=GAME, adversarial_weight=0))
    assert moved(state, before, "generator") and not moved(state, before, "discriminator")
    assert set(scalars) == {"g_loss", "l1"}
    assert scalars["g_loss"] == pytest.approx(100 * scalars["l1"], rel=1e-5)


def test_with_the_gan_alone_the_true_answer_teaches_g_nothing_directly():
    _, state, before, scalars = played(e2e.tiny(game=GAME, l1_weight=0))
    assert scalars["g_loss"] == pytest.approx(scalars["g_adversarial"], rel=1e-6)
    assert moved(state, before, "generator")


def test_a_judge_without_the_question_takes_the_answer_alone():
    game = game_of(e2e.tiny(game=GAME, sees_input=False))
    assert len(game.start().discriminator.inputs) == 1
    assert len(game_of(e2e.tiny(game=GAME)).start().discriminator.inputs) == 2
    played(e2e.tiny(game=GAME, sees_input=False))


def test_the_rates_stay_and_then_fall_on_a_straight_line():
    optimizer = game_of(e2e.tiny(game=GAME, steps=40, steady=0.5, final_rate=0)).start().g_optimizer
    rates = []
    for step in (0, 20, 30, 39, 40, 50):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    np.testing.assert_allclose(rates, 2e-4 * np.array([1, 1, 0.5, 0.05, 0, 0]), atol=1e-10)


# Answers


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return e2e.train(tmp_path_factory.mktemp("pix2pix") / "run", game=GAME, steps=10)


def colours(count=3):
    return e2e.two_kinds(GAME).inputs.x_test[:count]


def test_dropout_is_the_noise_of_answers_by_seed(run):
    one, again, other = (run.translate(colours(), seed=seed) for seed in (1, 1, 2))
    assert one.shape == (3, 8, 8, 1) and np.abs(one).max() <= 1
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_an_answer_depends_on_its_own_question_alone(run):
    together = run.translate(colours(3), seed=0)
    np.testing.assert_allclose(run.translate(colours(1), seed=0), together[:1], atol=1e-6)


def test_answers_change_nothing_in_the_networks(run):
    before = e2e.weights(run)
    run.translate(colours())
    run.game.data = e2e.two_kinds(GAME)
    run.game.show(run.state)
    assert e2e.same_bits(before, e2e.weights(run))


def test_without_dropout_at_test_every_seed_gives_the_same_answer(tmp_path):
    run = e2e.train(tmp_path / "run", game=GAME, steps=3, dropout_at_test=False)
    np.testing.assert_array_equal(
        run.translate(colours(), seed=1), run.translate(colours(), seed=2)
    )


def test_the_picture_shows_question_answer_and_truth_side_by_side(run):
    run.game.data = e2e.two_kinds(GAME)
    picture = run.game.show(run.state)
    cells = [picture[2:10, 2 + 10 * column : 10 + 10 * column] for column in range(3)]
    question, truth = colours(1)[0], run.game.data.x_test[0]
    np.testing.assert_array_equal(cells[0], question)
    np.testing.assert_array_equal(cells[2], np.repeat(truth, 3, axis=-1))


@pytest.mark.parametrize(
    "images, told",
    [
        (np.zeros((2, 8, 8, 1), np.uint8), r"images to translate are \(N, 8, 8, 3\), got"),
        (np.zeros((2, 8, 8, 3), int), "uint8, or floats in"),
        (np.full((2, 8, 8, 3), 2.0), r"in \[-1, 1\], got values up to 2"),
        (np.zeros((0, 8, 8, 3), np.uint8), "images to translate are"),
    ],
)
def test_what_cannot_be_translated_is_refused_with_what_it_is(run, images, told):
    with pytest.raises(InputError, match=told):
        run.translate(images)


def test_bytes_and_floats_of_the_same_images_have_the_same_answer(run):
    floats = colours() / 127.5 - 1
    np.testing.assert_allclose(run.translate(colours()), run.translate(floats), atol=1e-5)


def test_pix2pix_knows_no_way_back(run):
    with pytest.raises(InputError, match="knows one way only"):
        run.translate(colours(), back=True)


def test_a_run_of_noise_translates_nothing(tmp_path):
    noise = e2e.train(tmp_path / "run", steps=3)
    with pytest.raises(InputError, match="makes images of noise and translates none"):
        noise.translate(colours())


# What is refused


def test_images_without_questions_are_refused():
    with pytest.raises(InputError, match="learns from Pairs, but 'noise' is ImageSet"):
        game_of(e2e.tiny(game=GAME), e2e.image_set())


def test_questions_of_another_shape_are_refused():
    with pytest.raises(InputError, match=r"takes inputs of \(8, 8, 1\), but those of 'noise'"):
        game_of(e2e.tiny(game=GAME, input_shape=(8, 8, 1)), e2e.two_kinds(GAME))


@pytest.mark.parametrize(
    "changes, told",
    [
        (dict(input_shape=(8, 6, 3)), "the same height and width"),
        (dict(l1_weight=0, adversarial_weight=0), "nothing is left to learn"),
        (dict(grid=(2, 4)), "question, answer and truth side by side"),
        (dict(distance_every=3), "use distance_every=0"),
        (dict(steady=1.5), "steady"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(changes, told):
    with pytest.raises(InputError, match=told):
        e2e.tiny(game=GAME, **changes)


def test_an_objective_with_a_penalty_is_refused():
    own = gan.objectives.Objective(
        gan.objectives.hinge_d_loss, gan.objectives.critic_g_loss, clip=0.1
    )
    with pytest.raises(InputError, match="a penalty or a clip"):
        game_of(e2e.tiny(game=GAME), objective=own).objective  # noqa: B018


# A run like any other


def test_a_run_stopped_and_gone_on_with_ends_with_the_same_bits(tmp_path):
    whole = e2e.train(tmp_path / "whole", game=GAME, results=False, final_rate=1.0)
    e2e.train(tmp_path / "parts", game=GAME, results=False, final_rate=1.0, steps=30)
    parts = e2e.train(tmp_path / "parts", game=GAME, results=False, final_rate=1.0)
    assert e2e.same_weights(whole, parts)
    assert e2e.logged(whole.path) == e2e.logged(parts.path)
    assert e2e.grids(whole.path) == e2e.grids(parts.path)


@pytest.mark.slow
@pytest.mark.parametrize("game", ["pix2pix", "cycle"])
def test_a_run_killed_ten_times_ends_with_the_same_bits(tmp_path, game):
    out, changes = tmp_path / "run", dict(steps=300, game=game)
    for number, (file, at, _) in enumerate(moments_of_ten_kills(seed=6)):
        process = e2e.trainer(out, tmp_path / f"{number}", **changes)

        def reached(file=file, at=at):
            return (out / file).exists() and e2e.last_logged_step(out) >= at

        e2e.wait_until(reached, process)
        process.kill()
        assert e2e.finish(process)[0] < 0
    code, _, errors = e2e.finish(e2e.trainer(out, tmp_path / "last", **changes))
    assert code == 0, errors
    whole = e2e.train(tmp_path / "whole", **changes)
    assert e2e.same_weights(whole, gan.open_run(out))
    assert e2e.logged(whole.path) == e2e.logged(out) and e2e.grids(whole.path) == e2e.grids(out)


def test_the_saved_generator_is_keras_alone(run, tmp_path):
    loaded = gan.keras.models.load_model(run.path / "generator.keras")
    question = colours(2) / 127.5 - 1
    np.testing.assert_allclose(
        loaded(question, training=False),
        run.generator(question, training=False),
        rtol=1e-4,
        atol=1e-5,
    )


def test_fit_makes_the_steps_of_train(tmp_path):
    recipe = e2e.tiny(game=GAME, steps=3, final_rate=1.0)
    run = gan.train(recipe, tmp_path, data=e2e.two_kinds(GAME), progress=False)
    model = gan.FitGAN(recipe)
    model.fit(e2e.two_kinds(GAME), epochs=1, steps_per_epoch=3, verbose=0)
    ours, theirs = run.state.variables(), model.players.variables()
    for name, variable in ours.items():
        assert variable.numpy().tobytes() == theirs[name].numpy().tobytes(), name


def test_nothing_is_drawn_besides_dropout():
    assert game_of(e2e.tiny(game=GAME)).draw(Dice(0, tf.constant(0))) == {}


def test_other_pairs_of_the_same_answers_are_another_run(tmp_path):
    e2e.train(tmp_path / "run", game=GAME, steps=3, results=False, final_rate=1.0)
    data = e2e.two_kinds(GAME)
    other = type(data)(
        "noise", data.x_train, x_test=data.x_test,
        inputs=ImageSet("colour", data.inputs.x_train[::-1], x_test=data.inputs.x_test),
    )  # fmt: skip
    with pytest.raises(InputError, match=r"holds another run \(data:"):
        gan.train(
            e2e.tiny(game=GAME, steps=6, final_rate=1.0), tmp_path / "run", data=other,
            progress=False,
        )  # fmt: skip
