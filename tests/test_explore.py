"""The latent explorer: which directions, which pictures, and sliders that move them."""

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course.base.errors import InputError
from gan_course.teaching.explore import Explorer, explore


class Linear:
    """A run whose generator is a matrix: what it stretches most is known."""

    recipe = e2e.tiny(latent_dim=4, image_shape=(2, 2, 1))

    def __init__(self):
        rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(4, 4)))[0]
        self.right = np.linalg.qr(np.random.default_rng(2).normal(size=(4, 4)))[0]
        self.matrix = (self.right * [0.2, 0.1, 0.05, 0.01]) @ rotation
        self.state = self

    def sampler(self, latents, training):
        import tensorflow as tf

        return tf.constant((latents.numpy() @ self.matrix).reshape(-1, 2, 2, 1))


def test_the_directions_are_those_that_the_generator_stretches_most():
    run = Linear()
    found = explore(run, 3).directions
    np.testing.assert_allclose(np.abs(np.sum(found.T * run.right[:, :3], axis=0)), 1, atol=1e-4)
    np.testing.assert_allclose(found @ found.T, np.eye(3), atol=1e-5)


def test_a_move_along_a_direction_is_a_move_of_the_noise():
    run = Linear()
    explorer = explore(run, 2)
    before, after = explorer.moved(5, [0, 0]), explorer.moved(5, [0, 2])
    expected = 2 * explorer.directions[1] @ run.matrix
    np.testing.assert_allclose((after - before).ravel(), expected, atol=1e-5)
    assert not np.allclose(before, explorer.moved(6, [0, 0]))


def test_the_still_has_a_row_for_each_direction():
    made = explore(Linear(), 3).still()
    assert [axes.get_ylabel() for axes in made.axes] == ["1", "2", "3"]
    assert made.axes[0].images[0].get_array().shape == (2, 18)


def test_sliders_move_the_picture():
    ipywidgets = pytest.importorskip("ipywidgets")
    box = explore(Linear(), 2).widget()
    picture, controls = box.children
    before = picture.value
    first = controls.children[0]
    assert isinstance(first, ipywidgets.FloatSlider) and len(controls.children) == 3
    first.value = 3.0
    assert picture.value != before
    first.value = 0.0
    assert picture.value == before


@pytest.mark.slow
def test_a_conditional_run_has_a_slider_of_classes(tmp_path):
    pytest.importorskip("ipywidgets")
    run = e2e.train(tmp_path, results=False, classes=3)
    explorer = explore(run, 2)
    ones, twos = (explorer.images(np.zeros((1, run.recipe.latent_dim)), label) for label in (1, 2))
    assert not np.array_equal(ones, twos)
    assert explorer.widget().children[1].children[-1].max == 2


def test_what_cannot_be_explored_is_refused_with_the_remedy():
    class Painting:
        recipe = gan.recipe("pix2pix_emoji_quick")

    with pytest.raises(InputError, match="has no noise to move"):
        Explorer(Painting())
    with pytest.raises(InputError, match="from 1 to latent_dim=4, got 5"):
        explore(Linear(), 5)
