"""A picture as the thing that is trained: the losses by hand, exact resume, the three judges."""

import os
import signal
import zlib
from dataclasses import replace

import e2e
import imageio.v3 as iio
import numpy as np
import pytest

import gan_course as gan
from gan_course import keras, tf
from gan_course.base.errors import InputError
from gan_course.data import ImageSet, pictures
from gan_course.data.painted import painting
from gan_course.data.pairs import Unpaired
from gan_course.games import likeness
from gan_course.games.style import Game
from gan_course.models import judges, schooling
from gan_course.recipes.style import JUDGES, Style
from gan_course.training import loop
from gan_course.training.style import recipe_for

SHAPE = (20, 28, 3)
KERNEL = np.array([[0.9, -0.4], [0.2, 0.7], [-0.5, 1.1]], np.float32)  # of a judge that is linear


def pixels(seed, shape=SHAPE):
    """Smooth blobs, uint8: noise of 4×4 pixels."""
    coarse = np.random.default_rng(seed).integers(0, 256, (shape[0] // 4, shape[1] // 4, 3))
    return coarse.repeat(4, axis=0).repeat(4, axis=1).astype(np.uint8)


CONTENT, MANNER = pixels(1), pixels(2, (24, 16, 3))


def pair():
    return pictures.pictures(CONTENT, MANNER)


def tiny(**changes):
    fields = dict(
        name="tiny",
        about="for tests",
        cpu_minutes=0.01,
        dataset=pair().name,
        image_shape=SHAPE,
        value_range=(0, 1),
        judge="random",
        content_layers=("conv2",),
        style_layers=("conv1", "conv2"),
        content_weight=1.0,
        style_weight=3.0,
        variation_weight=0.1,
        learning_rate=0.02,
        epsilon=1e-7,
        steps=40,
        log_every=3,
        sample_every=10,
        checkpoint_every=7,
    )
    return Style(**{**fields, **changes})


def paint(out, hooks=(), **changes):
    return gan.train(tiny(**changes), out, data=pair(), hooks=hooks, progress=False)


def linear_judge():
    """Two maps of one layer, each a sum of the three channels."""
    layer = keras.layers.Conv2D(2, 1, use_bias=False)
    model = keras.Sequential([keras.Input((None, None, 3)), layer])
    layer.set_weights([KERNEL[np.newaxis, np.newaxis]])
    seen = keras.Model(model.inputs, {"conv1": model.outputs[0]})
    return judges.Judge("linear", ("conv1",), seen, "a linear judge")


def variables(run):
    return [variable.numpy() for variable in run.state.variables().values()]


# The three losses, by hand


def test_a_gram_matrix_is_the_mean_product_of_two_maps_over_all_places():
    maps = np.random.default_rng(0).normal(size=(1, 3, 5, 2)).astype(np.float32)
    expected = np.zeros((2, 2))
    for row in range(3):
        for column in range(5):
            expected += np.outer(maps[0, row, column], maps[0, row, column]) / 15
    np.testing.assert_allclose(likeness.gram(tf.constant(maps)), expected, rtol=1e-5)


def test_a_gram_matrix_does_not_know_where_or_how_large():
    maps = np.random.default_rng(0).normal(size=(1, 4, 6, 3)).astype(np.float32)
    places = maps.reshape(24, 3)[np.random.default_rng(1).permutation(24)].reshape(1, 6, 4, 3)
    twice = np.concatenate([places, places], axis=2)
    for other in (places, twice):
        np.testing.assert_allclose(
            likeness.gram(tf.constant(other)), likeness.gram(tf.constant(maps)), rtol=1e-5
        )


def test_variation_is_the_mean_step_to_the_right_and_down():
    image = np.zeros((1, 2, 3, 3), np.float32)
    image[0, :, :, 0] = [[0, 1, 3], [2, 2, -1]]
    # to the right: 1 + 2, 0 + 3; down: 2 + 1 + 4; of 6 places
    assert float(likeness.variation(tf.constant(image))) == pytest.approx(13 / 6)


def test_a_difference_is_the_mean_over_layers_of_the_mean_square():
    wanted = {"a": tf.constant([1.0, 3.0]), "b": tf.constant([[2.0]])}
    found = {"b": tf.constant([[5.0]]), "a": tf.constant([2.0, 3.0])}
    assert float(likeness.difference(wanted, found)) == pytest.approx((0.5 + 9) / 2)
    assert float(likeness.difference({}, {})) == 0


# A step, against NumPy


def losses_and_slope(image, recipe):
    """Content, style and variation of a picture (H, W, 3) to the linear judge, and the slope of
    their weighted sum."""

    def look(values):
        return (2 * values - 1).reshape(-1, 3) @ KERNEL.astype(float)

    content, manner, seen = (look(each) for each in (CONTENT / 255, MANNER / 255, image))
    grams = seen.T @ seen / len(seen) - manner.T @ manner / len(manner)
    down, right = np.diff(image, axis=0), np.diff(image, axis=1)
    places = image.shape[0] * image.shape[1]
    values = (
        np.mean((seen - content) ** 2),
        np.mean(grams**2),
        (np.abs(down).sum() + np.abs(right).sum()) / places,
    )
    of_maps = recipe.content_weight * 2 * (seen - content) / seen.size
    of_maps += recipe.style_weight * seen @ (2 * 2 * grams / grams.size) / len(seen)
    slope = (2 * of_maps @ KERNEL.T).reshape(image.shape)
    steps = np.zeros_like(image)
    steps[1:] += np.sign(down)
    steps[:-1] -= np.sign(down)
    steps[:, 1:] += np.sign(right)
    steps[:, :-1] -= np.sign(right)
    return values, slope + recipe.variation_weight * steps / places


def test_two_steps_are_those_of_adam_on_the_pixels_clipped():
    recipe = tiny(
        content_layers=("conv1",), style_layers=("conv1",), start="noise", style_weight=3.0,
        learning_rate=0.4, beta_1=0.8, beta_2=0.95, epsilon=1e-3,
    )  # fmt: skip
    game = Game(recipe, pair(), judge=linear_judge())
    state = game.start()
    step = loop.compile_step(game, state)
    image = state.image.numpy()[0].astype(float)
    mean, square = np.zeros_like(image), np.zeros_like(image)
    for number in (1, 2):
        values, slope = losses_and_slope(image, recipe)
        weights = (recipe.content_weight, recipe.style_weight, recipe.variation_weight)
        total = np.dot(weights, values)
        mean = 0.8 * mean + 0.2 * slope
        square = 0.95 * square + 0.05 * slope**2
        pace = 0.4 * np.sqrt(1 - 0.95**number) / (1 - 0.8**number)
        image = np.clip(image - pace * mean / (np.sqrt(square) + 1e-3), 0, 1)
        scalars = step({})
        assert list(scalars) == ["total", "content", "style", "variation"]
        np.testing.assert_allclose(list(scalars.values()), [total, *values], rtol=1e-4)
        np.testing.assert_allclose(state.image[0], image, atol=2e-4)
    assert image.min() == 0 and image.max() == 1  # the clip had something to do
    assert int(state.step) == 2


# The game


def test_from_the_content_the_first_content_loss_is_nothing_and_the_style_loss_falls(tmp_path):
    run = paint(tmp_path, steps=60, log_every=1)
    history = run.history
    assert list(history) == [
        "step", "images", "seconds", "total", "content", "style", "variation",
    ]  # fmt: skip
    assert history["content"][0] == pytest.approx(0, abs=1e-9)
    assert history["style"].iloc[-1] < history["style"][0] / 4
    np.testing.assert_array_equal(run.sample_grid(0), CONTENT)


def test_from_noise_both_losses_fall(tmp_path):
    history = paint(tmp_path, steps=120, log_every=1, start="noise").history
    assert history["content"].iloc[-1] < history["content"][0] / 3
    assert history["style"].iloc[-1] < history["style"][0] / 3


def test_texture_alone_needs_no_content_layer(tmp_path):
    run = paint(tmp_path, content_weight=0, content_layers=(), start="noise")
    assert (run.history["content"] == 0).all()
    assert run.history["style"].iloc[-1] < run.history["style"].iloc[0]
    assert run.dir.curves.exists()


@pytest.mark.parametrize("start", ["content", "noise"])
def test_the_colour_of_the_content_stays(tmp_path, start):
    run = paint(tmp_path, keep_colour=True, start=start, learning_rate=0.1)
    to_yiq = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
    before, after = (image @ to_yiq.T for image in (CONTENT / 255, run.state.image.numpy()[0]))
    np.testing.assert_allclose(after[..., 1:], before[..., 1:], atol=1e-5)
    assert np.abs(after[..., 0] - before[..., 0]).max() > 0.1
    assert run.state.image.numpy().min() >= 0 and run.state.image.numpy().max() <= 1


def test_where_the_colour_stays_the_style_is_grey_as_bright_and_as_rich_in_contrast():
    game = Game(tiny(keep_colour=True), pair())
    wanted, found = (each / 255 @ np.array(likeness.LUMA) for each in (CONTENT, MANNER))
    matched = (found - found.mean()) / found.std() * wanted.std() + wanted.mean()
    expected = np.clip(matched, 0, 1)[..., np.newaxis].repeat(3, axis=2)
    np.testing.assert_allclose(game.style[0], expected, atol=1e-4)


def test_samples_are_the_painting_and_nothing_else_can_be_asked_for(tmp_path):
    run = paint(tmp_path)
    painted = run.samples(1)
    assert painted.shape == (1, *SHAPE) and painted.dtype == np.float32
    np.testing.assert_array_equal(gan.images.to_uint8(painted)[0], run.sample_grid(40))
    with pytest.raises(InputError, match="paints one picture, not 4"):
        run.samples(4)
    with pytest.raises(InputError, match="takes no labels"):
        run.samples(1, labels=2)
    with pytest.raises(InputError, match="one painting, and a measure compares many images"):
        run.evaluate()


def test_an_opened_run_shows_its_painting_without_the_pictures(tmp_path):
    run = paint(tmp_path)
    opened = gan.open_run(tmp_path)
    assert e2e.same_bits(variables(opened), variables(run))
    np.testing.assert_array_equal(opened.game.show(opened.state), run.sample_grid(40))
    assert opened.gif.exists() and not list(tmp_path.glob("*.keras"))


# Exact resume


def test_a_stopped_run_ends_with_the_same_bits(tmp_path):
    def stop(step, *_):
        if step == 17:
            os.kill(os.getpid(), signal.SIGINT)

    whole = paint(tmp_path / "whole", start="noise")
    with pytest.raises(KeyboardInterrupt, match="step 17"):
        paint(tmp_path / "run", [stop], start="noise")
    run = paint(tmp_path / "run", start="noise")
    assert e2e.same_bits(variables(run), variables(whole))
    assert e2e.logged(run.path) == e2e.logged(whole.path)
    assert e2e.grids(run.path) == e2e.grids(whole.path)


def test_another_style_or_judge_is_another_run(tmp_path):
    paint(tmp_path, steps=3)
    other = pictures.pictures(CONTENT, pixels(3))
    recipe = tiny(steps=3, dataset=other.name)
    with pytest.raises(InputError, match=r"another run .*dataset.*data"):
        gan.train(recipe, tmp_path, data=other, progress=False)
    with pytest.raises(InputError, match=r"another run .*pooling.*judge"):
        paint(tmp_path, steps=3, pooling="max", content_layers=("conv3",))


@pytest.mark.slow
def test_a_run_killed_twice_ends_with_the_same_bits(tmp_path):
    def begin():
        return e2e.forked(paint, tmp_path / "run", steps=400)

    for step in (60, 210):
        process = begin()
        e2e.wait_until(lambda step=step: e2e.last_logged_step(tmp_path / "run") >= step, process)
        process.kill()
        assert e2e.finish(process)[0] == -signal.SIGKILL
    code, _, errors = e2e.finish(begin())
    assert code == 0, errors
    run, whole = gan.open_run(tmp_path / "run"), paint(tmp_path / "whole", steps=400)
    assert run.step == 400 and e2e.same_bits(variables(run), variables(whole))
    assert e2e.logged(run.path) == e2e.logged(whole.path)
    assert e2e.grids(run.path) == e2e.grids(whole.path)


# The judges


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_the_random_judge_has_the_asked_maps_at_half_the_size_each(pooling):
    judge = judges.judge("random", ("conv1", "conv3", "conv4"), pooling)
    maps = judge(tf.zeros([1, 24, 40, 3]))
    assert {name: tuple(found.shape[1:]) for name, found in maps.items()} == {
        "conv1": (24, 40, 32), "conv3": (6, 10, 128), "conv4": (3, 5, 128),
    }  # fmt: skip
    assert not judge.model.trainable_variables
    assert "random" in judge.fingerprint and judges.judge("random", ("conv1",)) is judges.judge(
        "random", ("conv1",)
    )


def test_the_filters_of_the_random_judge_are_on_average_equally_loud():
    seen = tf.cast(schooling.shapes.make(64, seed=0)[0] / 127.5 - 1, tf.float32)
    for kernel, bias in schooling.random_filters():
        maps = tf.nn.relu(tf.nn.conv2d(seen, kernel, 1, "SAME") + bias)
        np.testing.assert_allclose(np.mean(maps, axis=(0, 1, 2)), np.ones(len(bias)), rtol=0.03)
        seen = tf.nn.avg_pool2d(maps, 2, 2, "VALID")


def test_filters_as_loud_as_each_other_are_the_same_network():
    rng = np.random.default_rng(0)
    filters = [
        (rng.normal(size=(3, 3, a, b)).astype(np.float32), rng.normal(size=b).astype(np.float32))
        for a, b in ((3, 4), (4, 5), (5, 2))
    ]
    images = rng.integers(0, 256, (2, 16, 16, 3), np.uint8)

    def last(network):
        seen = tf.cast(images / 127.5 - 1, tf.float32)
        for kernel, bias in network:
            maps = tf.nn.relu(tf.nn.conv2d(seen, kernel, 1, "SAME") + bias).numpy()
            seen = tf.nn.avg_pool2d(maps, 2, 2, "VALID")
        return maps

    before, after = last(filters), last(schooling.evened(filters, images))
    loud = before.mean(axis=(0, 1, 2)) + 1e-3
    np.testing.assert_allclose(after, before / loud, rtol=0.02, atol=1e-3)


def test_a_kernel_with_its_normalisation_is_one_kernel():
    model = schooling.classifier(10)
    rng = np.random.default_rng(0)
    norm = model.layers[1]
    norm.set_weights([rng.uniform(0.5, 2, 32) for _ in range(4)])
    image = rng.uniform(-1, 1, (1, 32, 32, 3)).astype(np.float32)
    expected = norm(model.layers[0](image), training=False)
    kernel, bias = schooling._folded(model)[0]
    found = tf.nn.conv2d(image, tf.cast(kernel, tf.float32), 1, "SAME") + bias
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_vgg19_sees_bytes_blue_first_less_the_means_of_imagenet():
    image = np.random.default_rng(0).uniform(-1, 1, (1, 3, 4, 3)).astype(np.float32)
    expected = ((image + 1) * 127.5)[..., ::-1] - np.array([103.939, 116.779, 123.68])
    np.testing.assert_allclose(judges.for_vgg19(tf.constant(image)), expected, atol=1e-4)
    keras_s = keras.applications.vgg19.preprocess_input((image + 1) * 127.5)
    np.testing.assert_allclose(expected, keras_s, atol=1e-3)


def test_without_weights_of_vgg19_the_ways_out_are_named(monkeypatch, tmp_path):
    def offline(weights=None, **_):
        raise Exception("URL fetch failure on https://storage.googleapis.com")

    monkeypatch.setattr(keras.applications, "VGG19", offline)
    monkeypatch.delenv("GAN_COURSE_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert judges.available() == ("random", "course")
    with pytest.raises(InputError, match=r"URL fetch.*vgg19.weights.h5.*judge='course'"):
        judges.judge("vgg19", ("block1_conv1",))


@pytest.mark.slow
@pytest.mark.parametrize("form", ["Keras 3", "keras.applications"])
def test_vgg19_is_taken_from_the_mirror_and_pools_as_asked(form, monkeypatch, tmp_path):
    keras.utils.set_random_seed(3)
    whole = keras.applications.VGG19(include_top=False, weights=None)
    file = tmp_path / ("vgg19.weights.h5" if form == "Keras 3" else "whole.h5")
    if form == "Keras 3":
        whole.save_weights(file)
    else:
        as_older_keras(whole, file)
        file = file.rename(tmp_path / "vgg19.weights.h5")
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path))
    assert judges.available() == ("random", "course", "vgg19")
    judges.judge.cache_clear()
    layers = ("block1_conv2", "block2_conv1")
    image = np.random.default_rng(0).uniform(-1, 1, (1, 16, 20, 3)).astype(np.float32)
    for pooling, pool in (("average", tf.nn.avg_pool2d), ("max", tf.nn.max_pool2d)):
        maps = judges.judge("vgg19", layers, pooling)(tf.constant(image))
        first, second, third = (whole.get_layer(name) for name in ("block1_conv1", *layers))
        seen = second(first(keras.applications.vgg19.preprocess_input((image + 1) * 127.5)))
        np.testing.assert_allclose(maps["block1_conv2"], seen, rtol=1e-3, atol=1e-3)
        seen = third(pool(seen, 2, 2, "VALID"))
        np.testing.assert_allclose(maps["block2_conv1"], seen, rtol=1e-3, atol=1e-3)
    judges.judge.cache_clear()


def as_older_keras(model, file):
    """Weights in the form of the file that `keras.applications` downloads."""
    import h5py

    with h5py.File(file, "w") as root:
        root.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        root.attrs["backend"], root.attrs["keras_version"] = b"tensorflow", b"2.0.0"
        for layer in model.layers:
            group = root.create_group(layer.name)
            names = [f"{layer.name}_{kind}_1:0" for kind in "Wb"[: len(layer.weights)]]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, layer.weights, strict=True):
                group.create_dataset(name, data=weight.numpy())


def test_a_damaged_file_of_weights_is_named(monkeypatch, tmp_path):
    (tmp_path / "vgg19.weights.h5").write_bytes(b"no HDF5")
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path))
    judges.judge.cache_clear()
    with pytest.raises(InputError, match=r"vgg19.weights.h5 holds no weights of VGG19"):
        judges.judge("vgg19", ("block1_conv1",))


@pytest.mark.slow
def test_the_course_s_own_judge_is_taught_once_and_kept(monkeypatch, tmp_path, capsys):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 300)
    images = (rng.uniform(0, 60, (300, 32, 32, 3)) + 150 * labels[:, None, None, None]).astype(
        np.uint8
    )
    data = ImageSet("bright", images, labels, images[:50], labels[:50], ("dark", "light"))
    monkeypatch.setattr(schooling, "_lessons", lambda _: data)
    monkeypatch.setenv("GAN_COURSE_CACHE", str(tmp_path))
    first = schooling.taught_filters("shapes", 4)
    assert "Teaching" in capsys.readouterr().out
    again = schooling.taught_filters("shapes", 4)
    assert "Teaching" not in capsys.readouterr().out
    for one, other in zip(first.filters, again.filters, strict=True):
        assert e2e.same_bits(one, other)
    assert first.task == "the 2 classes of bright" and 0 <= first.accuracy <= 1
    (file,) = (tmp_path / "judges").iterdir()
    before = file.read_bytes()
    file.write_bytes(before[:-100])  # cut short: made anew, with the same bits
    assert e2e.same_bits(
        *(taught.filters[3] for taught in (first, schooling.taught_filters("shapes", 4)))
    )
    judges.judge.cache_clear()
    run = paint(tmp_path / "run", judge="course", judge_steps=4, steps=6)
    assert run.dir.read_recipe()["judge"].startswith("course ")
    judges.judge.cache_clear()


# Pictures


def test_a_picture_is_a_name_a_file_or_pixels(tmp_path):
    iio.imwrite(tmp_path / "mine.png", CONTENT)
    for given in (tmp_path / "mine.png", str(tmp_path / "mine.png"), CONTENT):
        np.testing.assert_array_equal(pictures.picture(given), CONTENT)
    np.testing.assert_array_equal(pictures.picture("painting"), painting.make())
    grey = pictures.picture(CONTENT[..., 0])
    np.testing.assert_array_equal(grey, CONTENT[..., [0, 0, 0]])


def test_a_picture_is_shrunk_to_the_side_and_never_enlarged(tmp_path):
    assert pictures.picture("china", 384).shape == (256, 384, 3)
    assert pictures.picture("china").shape == (427, 640, 3)
    flat = np.full((30, 1200, 3), 77, np.uint8)
    iio.imwrite(tmp_path / "wide.png", flat)
    for given in (flat, tmp_path / "wide.png"):
        shrunk = pictures.picture(given)
        assert shrunk.shape == (26, 1024, 3) and (shrunk == 77).all()


def test_a_set_of_two_pictures_is_found_again_by_its_name(tmp_path):
    iio.imwrite(tmp_path / "mine.png", CONTENT)
    made = pictures.pictures(tmp_path / "mine.png", "painting", 64)
    assert made.name == f"pictures:{tmp_path / 'mine.png'}|painting"
    assert made.image_shape == SHAPE and made.inputs.image_shape == (43, 64, 3)
    again = pictures.load_pictures(made.name, (40, 64, 3))
    assert again.fingerprint() == made.fingerprint()
    assert pictures.stand_in_pictures("pictures:x.png|starry_night") == "pictures:china|painting"
    assert pictures.stand_in_pictures("pictures:flower|china") == "pictures:flower|china"


def test_the_painting_by_code_is_always_the_same_and_full_of_strokes():
    made = painting.make()
    assert made.shape == (320, 480, 3) and made.dtype == np.uint8
    painting.make.cache_clear()
    again = painting.make()
    assert again is not made and zlib.crc32(again) == zlib.crc32(made)
    night, day = made[250:], made[20:100, 380:450]
    assert night.mean() < 60 < 120 < day.mean()


# What people get wrong


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("chinna", "unknown picture 'chinna'; did you mean 'china'"),
        ("nowhere/x.jpg", "there is no picture nowhere/x.jpg"),
        (np.zeros((1, 1, 3), np.uint8), "1×1 pixels; .* at least 16 a side"),
        (np.zeros((20, 2000, 3), np.uint8), "20×2000 pixels, 10×1024 after shrinking"),
        (np.zeros((20, 20, 3)), "uint8 of shape .* got ndarray of float64"),
        (np.zeros((2, 20, 20, 3), np.uint8), "uint8 of shape"),
        (7, "a picture is a name, a path, or uint8"),
    ],
)
def test_a_picture_that_cannot_be_used_is_refused_in_words(given, complaint):
    with pytest.raises(InputError, match=complaint):
        pictures.picture(given)


def test_files_that_are_no_pictures_are_named(tmp_path):
    (tmp_path / "text.jpg").write_text("not a picture")
    with pytest.raises(InputError, match=r"text.jpg cannot be read as an image"):
        pictures.picture(tmp_path / "text.jpg")
    with pytest.raises(InputError, match="is a folder; name a picture in it"):
        pictures.picture(tmp_path)
    iio.imwrite(tmp_path / "dot.png", np.zeros((1, 1, 3), np.uint8))
    with pytest.raises(InputError, match=r"dot.png has 1×1 pixels"):
        gan.style(tmp_path / "dot.png", CONTENT, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    with pytest.raises(InputError, match=r"has a \| in its name"):
        pictures.pictures("a|b.png", CONTENT)


@pytest.mark.parametrize("side", [8, 1025])
def test_a_side_has_bounds(side):
    with pytest.raises(InputError, match=f"from 16 to 1024 pixels, got {side}"):
        pictures.picture("china", side)


@pytest.mark.parametrize("name", ["pictures:china", "pictures:|painting", "pictures:china|"])
def test_a_set_of_pictures_names_two(name):
    with pytest.raises(InputError, match=r"must name two pictures: pictures:CONTENT\|STYLE"):
        pictures.load_pictures(name)


def test_pictures_that_were_arrays_cannot_be_loaded_by_name():
    with pytest.raises(InputError, match="was given as an array"):
        pictures.load_pictures(pair().name)


def test_a_starry_night_is_in_the_mirror_or_nowhere(monkeypatch, tmp_path):
    monkeypatch.delenv("GAN_COURSE_DATA", raising=False)
    with pytest.raises(InputError, match="GAN_COURSE_DATA is not set; take 'painting'"):
        pictures.picture("starry_night")
    assert pictures.available() == ("china", "flower", "painting")
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path))
    with pytest.raises(InputError, match="has none; take 'painting'"):
        pictures.picture("starry_night")
    iio.imwrite(tmp_path / "starry_night.jpg", CONTENT)
    assert pictures.picture("starry_night").shape == SHAPE
    assert pictures.available()[-1] == "starry_night"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (dict(style_layers=("conv9",)), r"layer of judge 'random' \(conv1 to conv4, or 1 to 4\)"),
        (dict(content_layers=("covn2",)), "did you mean 'conv2'"),
        (dict(style_layers=("0",)), "unknown layer"),
        (dict(judge="vgg19"), "block1_conv1 to block5_conv4"),
        (dict(style_layers=()), "style_layers is empty, but style_weight is not 0"),
        (dict(content_weight=0, style_weight=0), "nothing to paint"),
        (dict(batch_size=2), "one picture is painted; use 1"),
        (dict(distance_every=3), "use distance_every=0"),
        (dict(judge="vgg"), "did you mean 'vgg19'"),
        (dict(learning_rate=0), "learning_rate must be > 0"),
        (dict(image_shape=(20, 28, 1)), "must have 3 channels"),
    ],
)
def test_a_recipe_that_cannot_be_painted_is_refused(changes, complaint):
    with pytest.raises(InputError, match=complaint):
        tiny(**changes)


def test_layers_have_names_and_numbers():
    by_number = tiny(style_layers=("3", "1"), content_layers=("4",))
    assert by_number.layers == ("conv1", "conv3", "conv4")
    assert tiny(content_weight=0).layers == ("conv1", "conv2")
    assert len(JUDGES["vgg19"]) == 16 and JUDGES["vgg19"][15] == "block5_conv4"


def test_other_data_are_refused_with_the_remedy():
    with pytest.raises(InputError, match="paints with one content and one style"):
        Game(tiny(), ImageSet("one", CONTENT[np.newaxis]))
    two = Unpaired("two", np.stack([CONTENT] * 2), inputs=ImageSet("s", MANNER[np.newaxis]))
    with pytest.raises(InputError, match="is Unpaired of 2 images"):
        Game(tiny(), two)
    with pytest.raises(InputError, match=r"use image_shape=\(20, 28, 3\)"):
        Game(tiny(image_shape=(16, 28, 3)), pair())


# The two faces


def test_style_paints_two_pictures_of_any_two_sizes(tmp_path, capsys):
    run = gan.style(
        CONTENT, "painting", tmp_path, side=24, judge="random", steps=4, log_every=2,
        sample_every=2, checkpoint_every=2,
    )  # fmt: skip
    assert run.recipe.image_shape == (17, 24, 3) and run.step == 4
    assert run.sample_grid(4).shape == (17, 24, 3)
    assert "total" in "".join(capsys.readouterr())


def test_the_judge_decides_which_recipe_it_is():
    reference, _ = recipe_for("china", "painting", judge="vgg19", start="noise")
    assert (reference.name, reference.start) == ("style_vgg19", "noise")
    assert reference.image_shape == (342, 512, 3)
    quick, both = recipe_for("china", "painting")
    assert (quick.name, quick.dataset) == ("style_quick", "pictures:china|painting")
    assert both.inputs.image_shape == (256, 384, 3)
    with pytest.raises(InputError, match="image_shape follows from the two pictures"):
        recipe_for("china", "painting", image_shape=(8, 8, 3))


def test_the_reference_has_the_numbers_of_the_course():
    numbers = dict(
        content_layers=("block5_conv2",), content_weight=1e4, style_weight=1e-2, steps=1000,
        style_layers=tuple(f"block{n}_conv1" for n in (1, 2, 3, 4, 5)),
        learning_rate=0.02, beta_1=0.99, epsilon=0.1,
    )  # fmt: skip
    reference = gan.RECIPES["style_vgg19"]
    assert {name: getattr(reference, name) for name in numbers} == numbers
    assert reference.variation_weight == 30 * np.prod(reference.image_shape[:2])


def test_the_command_paints(tmp_path, capsys, monkeypatch):
    quick = gan.RECIPES["style_quick"]
    changed = quick.changed(
        judge="random", steps=2, log_every=1, sample_every=2, checkpoint_every=2
    )
    monkeypatch.setitem(gan.RECIPES, "style_quick", changed)
    iio.imwrite(tmp_path / "mine.png", CONTENT)
    words = ["style", tmp_path / "mine.png", "painting", "--side", 28, "--out", tmp_path / "run"]
    code, out, err = e2e.cli(capsys, *words, "--layers", "1", "conv2", "--keep-colour")
    assert code == 0, err
    assert str(tmp_path / "run" / "samples" / "step_000002.png") in out
    run = gan.open_run(tmp_path / "run")
    assert run.recipe.style_layers == ("1", "conv2") and run.recipe.keep_colour
    code, _, err = e2e.cli(capsys, *words[:-1], tmp_path / "other", "--layers", "conv7")
    assert code == 2 and "unknown layer of judge 'random'" in err
    assert not (tmp_path / "other").exists()


def test_a_judge_of_one_s_own_is_not_mistaken_for_another():
    one = linear_judge()
    other = replace(one, name="other")
    assert one.fingerprint != other.fingerprint
