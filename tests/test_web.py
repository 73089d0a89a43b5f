"""A generator in a page: the JavaScript in it computes what Keras computes.

Keras is the oracle; the page's own script answers in node. Where node is not installed these tests
are skipped, and say so.
"""

import functools
import re
from types import SimpleNamespace

import e2e
import numpy as np
import pytest
from generators import QUICK, by_keras, by_node, disturb, inputs_of, untrained

import gan_course as gan
from gan_course.base.backend import keras
from gan_course.base.errors import InputError
from gan_course.games.game import game_of
from gan_course.models import network
from gan_course.web.facts import facts, generator_of
from gan_course.web.network import as_steps
from gan_course.web.pages import page_of

NEAR = 3e-3  # on a scale from -1 to 1


def page_with(packed: dict) -> str:
    """A page around a network; what is said about it does not matter here."""
    said = {"name": "x", "about": "x", "step": 0, "seed": 0, "weights": 0}
    return page_of({**said, "network": packed}).html


@functools.cache
def known(name: str) -> SimpleNamespace:
    """The generator of a recipe, disturbed, as the page takes it; what it made before."""
    generator = game_of(gan.recipe(name)).build()[0]
    fresh = by_keras(generator, inputs_of(generator))
    disturb(generator)
    return SimpleNamespace(generator=generator, fresh=fresh, packed=as_steps(generator))


def compare(folder, made, packed: dict | None = None) -> tuple[np.ndarray, np.ndarray]:
    """What the page makes, and what Keras makes, of the same inputs."""
    inputs = inputs_of(made)
    expected = by_keras(made, inputs)
    found = by_node(folder, page_with(packed or as_steps(made)), inputs).reshape(expected.shape)
    np.testing.assert_allclose(found, expected, atol=NEAR, rtol=0)
    return found, expected


@pytest.mark.parametrize("name", QUICK)
def test_the_page_of_a_quick_recipe_computes_what_keras_computes(name, tmp_path):
    this = known(name)
    found, expected = compare(tmp_path, this.generator, this.packed)
    assert expected.std() > 0.05  # pictures, not grey
    assert np.abs(this.fresh - found).max() > 0.05  # the tolerance tells one generator from another


def test_the_list_of_quick_recipes_has_every_game_with_a_generator():
    games = {gan.recipe(name).game for name in QUICK}
    assert games == {"adversarial", "conditional", "pix2pix", "cycle"} and len(QUICK) >= 18


@pytest.mark.parametrize("name", QUICK)
def test_the_weights_of_a_quick_recipe_take_less_than_five_megabytes(name):
    generator, packed = known(name).generator, known(name).packed
    size = len(packed["kernels"]) + len(packed["vectors"])
    # 14 bits of each at least; of those left out there would be none
    assert 14 / 8 * generator.count_params() < size < 5e6


# Every word of the notation, on sides that are uneven, with strides that do and do not divide them.
CHAINS = {
    "dense": ((5,), ("Dense 7 LReLU .3", "Dense 6 xavier sigmoid", "Dense 4 nobias SN tanh")),
    "conv": ((7, 5, 3), ("Conv 4 k3 s2 ReLU", "Conv 5 k4", "Conv 2 k2 s2 valid", "Conv 6 k1")),
    "conv3": ((11, 6, 2), ("Conv 5 k3 s3", "Up", "Conv 4 k5 SN BN .9 LReLU .1")),
    "spread": ((3, 4, 2), ("ConvT 5 k3 s2", "ConvT 4 k5 s3", "ConvT 6 k2 s3", "ConvT 3 k4")),
    "valid": ((3, 2, 4), ("ConvT 5 k3 s2 valid ReLU", "ConvT 2 k1 s2 valid", "ZeroPad 2", "Up")),
    "wired": (
        (6, 7, 3),
        ("Pad 3", "Conv 4 k7 valid IN ReLU", "Res 4 PlainIN", "Pad 1", "Conv 2 k3"),
    ),
    "shapes": ((12,), ("Reshape 2 3 2", "Conv 3 k3 BN", "Dropout .4", "Flatten", "Dense 4 BN .5")),
}


@pytest.mark.parametrize("name", CHAINS)
def test_every_word_of_the_notation_is_computed_as_keras_does(name, tmp_path):
    shape, lines = CHAINS[name]
    made = network("generator", shape, lines, 0)
    disturb(made)
    _, expected = compare(tmp_path, made)
    assert expected.std() > 0.05


def test_networks_of_ones_own_may_join_add_and_use_a_layer_twice(tmp_path):
    layers = keras.layers
    inputs = keras.Input((4, 6, 4))
    twice = layers.Conv2D(4, 3, padding="same", activation="silu")
    grown = layers.GroupNormalization(2)(twice(twice(inputs)))
    both = layers.Concatenate()([inputs, layers.Add()([grown, inputs, twice(inputs)])])
    inner = keras.Sequential([keras.Input((4, 6, 8)), layers.Dense(5, activation="elu")])
    made = keras.Model(inputs, layers.UpSampling2D((1, 3))(inner(both)))
    disturb(made)
    compare(tmp_path, made)


def test_a_picture_does_not_depend_on_those_made_beside_it(tmp_path):
    made = network("generator", (4, 4, 2), ("Conv 4 k3 IN ReLU", "Conv 1 k3 tanh"), 0)
    inputs = inputs_of(made, 4)
    together = by_node(tmp_path, page_with(as_steps(made)), inputs).reshape(4, -1)
    alone = by_node(tmp_path, page_with(as_steps(made)), [inputs[0][2:3]])
    np.testing.assert_allclose(together[2], alone, atol=1e-12)


def test_dropout_that_is_on_keeps_or_drops_by_its_rate(tmp_path):
    made = network("generator", (5,), ("Dense 8 Dropout .4",), 0)
    inputs = inputs_of(made)
    kept = by_node(tmp_path, page_with(as_steps(made, as_trained=True)), inputs, random=0.41)
    np.testing.assert_allclose(kept, by_keras(made, inputs).ravel() / 0.6, atol=NEAR)
    dropped = by_node(tmp_path, page_with(as_steps(made, as_trained=True)), inputs, random=0.39)
    assert not dropped.any()


def test_a_batch_norm_as_trained_takes_the_statistics_of_the_image(tmp_path):
    made = network("generator", (6, 5, 2), ("Conv 3 k3 BN .9 ReLU", "Conv 2 k3"), 0)
    disturb(made)
    inputs = inputs_of(made, 1)
    found = by_node(tmp_path, page_with(as_steps(made, as_trained=True)), inputs)
    expected = by_keras(made, inputs, training=True).ravel()
    np.testing.assert_allclose(found, expected, atol=NEAR)
    assert np.abs(found - by_keras(made, inputs).ravel()).max() > 0.1


@pytest.mark.parametrize(("width", "bits"), [(30, 16), (3000, 14)])
def test_kernels_have_16_bits_large_ones_14_and_biases_all_theirs(width, bits):
    kernel = np.random.default_rng(0).standard_normal((40, width)).astype(np.float32)
    made = keras.Sequential([keras.Input((40,)), keras.layers.Dense(width)])
    made.set_weights([kernel, np.zeros(width, np.float32)])
    of_kernel, of_bias = as_steps(made)["arrays"]
    assert of_kernel["scale"] == pytest.approx(np.abs(kernel).max() / (2 ** (bits - 1) - 1))
    assert of_bias == {"length": width}


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        (keras.layers.AveragePooling2D(2), "does not know layer 'average_pooling2d"),
        (keras.layers.Conv2D(2, 3, dilation_rate=2), "dilation_rate=.*2.* of layer 'conv2d"),
        (keras.layers.Conv2D(2, 3, groups=2), "groups=2 of layer 'conv2d"),
        (keras.layers.Dense(2, activation="softmax"), "activation 'softmax' of layer 'dense"),
        (keras.layers.UpSampling2D(interpolation="bilinear"), "interpolation='bilinear'"),
        (keras.layers.ReLU(max_value=6.0), "max_value=6.0"),
        (keras.layers.BatchNormalization(axis=1), "axis=1 of layer 'batch_norm"),
    ],
)  # fmt: skip
def test_a_layer_that_the_page_does_not_know_is_refused_by_name(layer, told):
    with pytest.raises(InputError, match=told):
        as_steps(keras.Sequential([keras.Input((8, 8, 2)), layer]))


def test_a_network_without_a_graph_is_refused_with_the_remedy():
    class Own(keras.Model):
        def call(self, latents):
            return latents

    made = Own()
    made.inputs = [keras.Input((3,))]
    with pytest.raises(InputError, match=r"is a Own; build it with keras\.Sequential"):
        as_steps(made)


def test_a_page_says_which_run_it_is_of_and_brings_all_that_it_needs():
    text = page_of(facts(untrained("cgan_fashion_quick"))).html
    plain = re.sub(r"<(script|style)[\s\S]*?</\1>|<[^>]+>", " ", text)
    for said in ("cgan_fashion_quick", "12,345", "191,009"):
        assert said in plain
    assert "{{" not in text
    assert not re.search(r'(src|href)\s*=\s*"(?!data:)', text) and "@import" not in text
    assert '"T-shirt' in text  # the names of the classes


def test_what_is_said_about_a_run_cannot_break_out_of_its_place():
    known = facts(untrained(e2e.tiny(about="tests: </script><b>bold</b> & more", classes=3)))
    text = page_of(known).html
    assert "</script><b>" not in text
    assert "&lt;/script&gt;&lt;b&gt;" in text and r"<\/script><b>" in text  # as text, and as data


def test_drawing_begins_with_test_images_and_their_colours():
    run = untrained(e2e.tiny(game="pix2pix"))
    images = run.game.data.inputs.x_test
    images[:] = (255, 0, 0)
    images[:, :2] = (0, 0, 255)
    known = facts(run)["drawing"]
    assert known["palette"] == ["#ff0000", "#0000ff", "#000000", "#ffffff"]
    assert known["random"] and len(known["examples"]) == 12


def test_what_has_no_generator_to_show_is_refused_with_the_remedy():
    with pytest.raises(InputError, match="knows no way back; leave `back` out"):
        generator_of(untrained(e2e.tiny()), back=True)
    run = untrained(e2e.tiny(game="cycle"))
    assert generator_of(run, back=True) is run.state.generator_back
    run.game, run.state = object(), object()
    with pytest.raises(InputError, match="holds one painting, made without a generator"):
        generator_of(run)
