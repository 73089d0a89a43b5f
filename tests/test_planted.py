"""The six updates of the lab have the bug that they are said to have, and no other."""

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course.games import step
from gan_course.teaching import Mismatch, planted, same_update

SMALL = gan.recipe("dcgan_fashion_quick").changed(
    generator=("Dense 16 nobias BN .9 ReLU", "Dense 64 tanh", "Reshape 8 8 1"),
    discriminator=("Flatten", "Dense 16 BN .9 LReLU .2", "Dense 1"),
    image_shape=e2e.SHAPE,
    latent_dim=4,
    batch_size=6,
    order="alternating",
    final_rate=1.0,
    ema_decay=0.0,
)
PENALISED = SMALL.changed(
    discriminator=("Flatten", "Dense 16 LReLU .2", "Dense 1"),
    objective="wasserstein",
    penalty="gradient",
    penalty_weight=10,
)
LIBRARY = dict.fromkeys("abcdef", step.discriminator_update) | {"d": step.generator_update}
SAYS = {
    "a": "times as long as it should be, with a cosine of",
    "b": "calls state.discriminator without training=True",
    "c": "takes real images for fakes and fakes for real images: the labels are swapped",
    "d": "state.g_optimizer knows the generator's weights alone",
    "e": "with a cosine of",
    "f": "moves the generator too, which must stand still",
}


@pytest.mark.parametrize("name", planted.PLANTED)
def test_each_update_has_its_bug(name):
    recipe = PENALISED if name == "a" else SMALL
    with pytest.raises(Mismatch, match=SAYS[name]):
        same_update(planted.PLANTED[name], LIBRARY[name], recipe)


# The line of each that is wrong, and what it should be.
MENDED = {
    "a": [("[1, 1, 1, 1]", "[tf.shape(real)[0], 1, 1, 1]")],
    "b": [(".discriminator(real)", ".discriminator(real, training=True)"),
          (".discriminator(fake)", ".discriminator(fake, training=True)")],
    "c": [("d_loss(fake_logits, real_logits)", "d_loss(real_logits, fake_logits)")],
    "d": [("d_optimizer", "g_optimizer")],
    "e": [("    real = (real - 127.5) / 127.5\n", "")],
    "f": [("    state.g_optimizer.apply(gradients[len(own) :], weights[len(own) :])\n", "")],
}  # fmt: skip


@pytest.mark.parametrize("name", planted.PLANTED)
def test_that_is_the_only_bug_it_has(name):
    import inspect

    source = inspect.getsource(planted.PLANTED[name])
    for wrong, right in MENDED[name]:
        assert source.count(wrong) == 1
        source = source.replace(wrong, right)
    names = dict(vars(planted))  # what the module imports
    exec(source, names)
    same_update(names[f"update_{name}"], LIBRARY[name], PENALISED if name == "a" else SMALL)


@pytest.mark.parametrize("name", "bcef")
def test_a_bug_does_not_stop_a_training(name, tmp_path):
    run = gan.train(
        e2e.tiny(steps=3, order="alternating"), tmp_path, data=e2e.image_set(), progress=False,
        results=False, d_update=planted.PLANTED[name],
    )  # fmt: skip
    assert np.isfinite(run.history["d_loss"]).all()


def test_one_optimizer_for_two_networks_stops_with_keras_s_own_words(tmp_path):
    with pytest.raises(ValueError, match="Unknown variable"):
        gan.train(
            e2e.tiny(steps=3, order="alternating"), tmp_path, data=e2e.image_set(), progress=False,
            results=False, g_update=planted.update_d,
        )  # fmt: skip
