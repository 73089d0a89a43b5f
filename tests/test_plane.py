"""A GAN in two dimensions: D's field, G's arrows and the film, with a D that is known by heart."""

import numpy as np
import pytest
from PIL import Image

from gan_course.base import seeds
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.games import adversarial
from gan_course.games.objectives import OBJECTIVES
from gan_course.recipes import RECIPES
from gan_course.runs import images
from gan_course.teaching import Camera, field, film, pull
from gan_course.training import hooks

SLOPE, OFFSET = np.array([0.8, -0.3]), 0.25  # of the discriminator: D(x) = w·x + b
POINTS = np.array([[0.5, -0.25], [-1.0, 0.75], [0.0, 0.9], [0.3, 0.3]])


def linear(slope=SLOPE, offset=OFFSET):
    """A discriminator of one layer with these weights."""
    model = keras.Sequential(
        [keras.layers.Input((1, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    model.layers[-1].set_weights([np.array(slope).reshape(2, 1), np.array([offset])])
    return model


@pytest.fixture(scope="module")
def recipe():
    return RECIPES["gan_plane"].changed(seed=5)


@pytest.fixture
def train_state(recipe):
    return adversarial.start(recipe)


# The field


def test_the_field_is_what_the_discriminator_says_from_the_lower_left_corner_on():
    found = field(linear(), side=5)
    assert found.shape == (5, 5)
    places = [-1, -0.5, 0, 0.5, 1]
    expected = [[0.8 * x - 0.3 * y + 0.25 for x in places] for y in places]  # rows: y
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("slope", "brightest"), [((0, 1), np.s_[-1, :]), ((1, 0), np.s_[:, -1])], ids=["up", "right"]
)
def test_a_discriminator_that_rises_in_one_direction_is_highest_at_that_edge(slope, brightest):
    found = field(linear(slope, 0), side=7)
    np.testing.assert_allclose(found[brightest], 1, atol=1e-6)
    assert (found == found.max()).sum() == 7


def test_the_field_has_sixty_places_a_side_unless_told():
    assert field(linear()).shape == (60, 60)


def test_the_field_is_taken_without_dropout():
    model = keras.Sequential([keras.layers.Input((1, 2, 1)), keras.layers.Dropout(0.5), linear()])
    np.testing.assert_allclose(field(model, 9), field(linear(), 9), atol=1e-6)


# The arrows


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


LOGITS = POINTS @ SLOPE + OFFSET
PULLS = {  # by hand: -∂g_loss/∂D, which then multiplies ∂D/∂x = w
    "non_saturating": sigmoid(-LOGITS),  # g_loss = softplus(-D)
    "minimax": sigmoid(LOGITS),  # -softplus(D)
    "least_squares": 1 - LOGITS,  # (D - 1)² / 2
    "hinge": np.ones(4),  # -D
    "wasserstein": np.ones(4),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_pull_on_a_point_is_minus_the_gradient_of_its_loss(name):
    found = pull(linear(), OBJECTIVES[name], POINTS)
    assert found.shape == (4, 2)
    np.testing.assert_allclose(found, PULLS[name][:, np.newaxis] * SLOPE, atol=1e-6)


def test_a_point_is_pulled_alike_alone_and_among_others():
    objective = OBJECTIVES["non_saturating"]
    together = pull(linear(), objective, POINTS)
    alone = [pull(linear(), objective, point[np.newaxis])[0] for point in POINTS]
    np.testing.assert_allclose(together, alone, atol=1e-7)


def test_a_small_step_along_the_pull_lowers_the_loss_as_its_length_says(train_state):
    objective, step = OBJECTIVES["non_saturating"], 1e-3
    arrows = pull(train_state.discriminator, objective, POINTS)

    def losses(points):
        batch = tf.constant(points.reshape(-1, 1, 2, 1), tf.float32)
        logits = train_state.discriminator(batch, training=False)
        return objective.g_loss(logits).numpy()[:, 0].astype(float)

    lengths = (arrows**2).sum(axis=1)
    gained = losses(POINTS - step * arrows) - losses(POINTS + step * arrows)
    assert lengths.min() > 1e-4
    np.testing.assert_allclose(gained / (2 * step), lengths, rtol=0.02, atol=2e-4)


def test_a_discriminator_of_plain_points_has_the_same_field_and_pull():
    plain = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    plain.set_weights(linear().get_weights())
    np.testing.assert_allclose(field(plain, 7), field(linear(), 7), atol=1e-6)
    objective = OBJECTIVES["non_saturating"]
    expected = pull(linear(), objective, POINTS)
    np.testing.assert_allclose(pull(plain, objective, POINTS), expected, atol=1e-6)


# The camera


def test_the_camera_keeps_a_scene_at_each_step_that_it_is_called(recipe, train_state):
    camera = Camera(recipe, count=7, side=9)
    assert camera.scenes == []
    hook = hooks.every(4, camera, last=10)
    for step in range(1, 11):
        hook(step, train_state, {})
    assert [scene.step for scene in camera.scenes] == [4, 8, 10]
    for scene in camera.scenes:
        assert scene.fake.shape == (7, 2) and scene.logits.shape == (9, 9)
        assert np.abs(scene.fake).max() <= 1
    np.testing.assert_allclose(camera.scenes[0].logits, field(train_state.discriminator, 9))


def test_the_camera_always_films_the_same_noise(recipe, train_state):
    camera = Camera(recipe, count=7)
    camera(1, train_state, {})
    camera(2, train_state, {})
    first, second = (scene.fake for scene in camera.scenes)
    np.testing.assert_array_equal(first, second)
    noise = seeds.latents("normal", 7, 2, seeds.derive(5, seeds.FIXED_LATENTS, 0))
    expected = train_state.generator(noise, training=False).numpy().reshape(7, 2)
    np.testing.assert_allclose(first, expected, atol=1e-6)
    assert first.std(axis=0).min() > 0.01


def test_two_cameras_of_one_recipe_film_the_same_noise_and_of_another_seed_another(
    recipe, train_state
):
    cameras = [Camera(recipe), Camera(recipe), Camera(recipe.changed(seed=6))]
    for camera in cameras:
        camera(1, train_state, {})
    one, same, other = (camera.scenes[0].fake for camera in cameras)
    assert len(one) == 300
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.01


def test_a_scene_stays_as_it_was_when_the_networks_move_on(recipe, train_state):
    camera = Camera(recipe, count=7)
    camera(1, train_state, {})
    fake, logits = (array.copy() for array in (camera.scenes[0].fake, camera.scenes[0].logits))
    for network in (train_state.generator, train_state.discriminator):
        for variable in network.trainable_variables:
            variable.assign(-0.5 * variable + 0.1)
    camera(2, train_state, {})
    np.testing.assert_array_equal(camera.scenes[0].fake, fake)
    np.testing.assert_array_equal(camera.scenes[0].logits, logits)
    assert np.abs(camera.scenes[1].fake - fake).max() > 0.01
    assert np.abs(camera.scenes[1].logits - logits).max() > 0.01


def test_filming_changes_nothing_that_is_learnt(recipe, train_state):
    before = {name: variable.numpy() for name, variable in train_state.variables().items()}
    Camera(recipe)(1, train_state, {})
    for name, variable in train_state.variables().items():
        np.testing.assert_array_equal(variable.numpy(), before[name])


# The film


def filmed(recipe, train_state, steps):
    camera = Camera(recipe, count=5, side=4)
    for step in steps:
        camera(step, train_state, {})
    return camera


def test_a_film_has_as_many_frames_as_the_shortest_camera_has_scenes(recipe, train_state, tmp_path):
    cameras = {
        "long": filmed(recipe, train_state, (1, 2, 3, 4, 5)),
        "short": filmed(recipe, train_state, (10, 20, 30)),
    }
    path = film(cameras, POINTS, str(tmp_path / "film.gif"))
    assert path == tmp_path / "film.gif"
    frames, durations = images.gif_frames(path)
    assert frames == 3 and durations[:2] == [200, 200] and durations[2] > 200


def test_a_film_of_one_run_is_half_as_wide_as_of_two(recipe, train_state, tmp_path):
    camera = filmed(recipe, train_state, (1, 2))
    one = film({"a": camera}, POINTS, tmp_path / "one.gif")
    two = film({"a": camera, "b": camera}, POINTS, tmp_path / "two.gif")
    with Image.open(one) as narrow, Image.open(two) as wide:
        assert wide.size == (2 * narrow.size[0], narrow.size[1])
        assert b"a, b" in wide.info["comment"]


def test_a_film_without_scenes_is_refused_and_leaves_no_file(recipe, train_state, tmp_path):
    cameras = {"a": filmed(recipe, train_state, (1, 2)), "b": Camera(recipe)}
    with pytest.raises(InputError, match=r"no sample grid to animate yet|filmed nothing"):
        film(cameras, POINTS, tmp_path / "film.gif")
    assert list(tmp_path.iterdir()) == []


def test_a_film_takes_the_place_of_an_older_one(recipe, train_state, tmp_path):
    (tmp_path / "film.gif").write_text("not a GIF")
    film({"a": filmed(recipe, train_state, (1, 2))}, POINTS, tmp_path / "film.gif")
    assert images.gif_frames(tmp_path / "film.gif")[0] == 2
    assert [file.name for file in tmp_path.iterdir()] == ["film.gif"]
