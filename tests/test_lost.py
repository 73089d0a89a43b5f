"""What can be lost when an image becomes another one: the doctor's words, and runs broken on
purpose."""

from functools import partial

import numpy as np
import pytest

import gan_course as gan
from gan_course.data import ImageSet, load
from gan_course.data.pairs import Pairs, Unpaired
from gan_course.measures.diagnosis.symptoms import Symptoms, images_of
from gan_course.measures.diagnosis.verdicts import findings
from gan_course.measures.features import choice, classifier_of

SANE = dict(
    steps=1000, planned=1000, epochs=5.0, translates=True, diversity=0.9, copied=(0.7, 0.8),
    unlike=(5.0, 25.0), survived=(0.8, 0.8), home=(0.2, 0.21),
)  # fmt: skip


def verdicts(**changes):
    return [finding.verdict for finding in findings(Symptoms(**{**SANE, **changes}))]


def test_a_sane_run_has_lost_nothing():
    assert verdicts() == ["healthy"]


@pytest.mark.parametrize(
    "changes, verdict",
    [
        (dict(diversity=0.02), "input ignored"),
        (dict(copied=(0.1, 0.8), unlike=(24.0, 25.0)), "copying"),
        (dict(survived=(0.1, 0.7)), "classes exchanged"),
        (dict(home=(0.17, 0.33)), "hidden signal"),
    ],
)
def test_each_loss_has_its_verdict(changes, verdict):
    assert verdicts(**changes) == [verdict]


@pytest.mark.parametrize(
    "changes",
    [
        dict(copied=(0.1, 0.8)),  # near to its input, and like a target: the two kinds are alike
        dict(survived=(0.1, 0.15)),  # lost, not exchanged
        dict(survived=(0.6, 0.9)),
        dict(home=(0.2, 0.25)),
        dict(diversity=0.3),
    ],
)
def test_what_only_looks_like_it_is_no_verdict(changes):
    assert verdicts(**changes) == ["healthy"]


def test_an_epoch_of_two_piles_is_one_of_the_smaller():
    few, many = (ImageSet(str(n), np.zeros((n, 8, 8, 1), np.uint8)) for n in (40, 90))
    assert images_of(Unpaired("two", many.x_train, inputs=few)) == 40
    assert images_of(Unpaired("two", few.x_train, inputs=many)) == 40
    assert images_of(many) == 90


def test_a_run_on_noise_is_not_asked():
    assert verdicts(translates=False, diversity=0.02) != ["input ignored"]


@pytest.mark.parametrize(
    "name, verdict, changes",
    [
        ("pix2pix_emoji_quick", dict(diversity=0.02), dict(l1_weight=200.0)),
        ("cyclegan_emoji_quick", dict(copied=(0.1, 0.8), unlike=(24.0, 25.0)),
         dict(identity_weight=0.0)),
        ("cyclegan_digits_quick", dict(survived=(0.1, 0.7)), dict(seed=1)),
        ("cyclegan_digits_quick", dict(home=(0.17, 0.33)), dict(cycle_noise=0.2)),
    ],
)  # fmt: skip
def test_the_advice_is_accepted_by_the_recipe(name, verdict, changes):
    recipe = gan.RECIPES[name]
    (found,) = findings(Symptoms(**{**SANE, **verdict}), recipe)
    assert found.changes == (changes,)
    recipe.changed(**found.changes[0])


@pytest.mark.parametrize("name", ["pix2pix_facades", "cyclegan_facades"])
@pytest.mark.parametrize(
    "changes",
    [
        dict(failure="d_loss is nan"),
        dict(accuracy_real=0.99, accuracy_fake=0.99),
        dict(steps=10),
        dict(distances=(9.0, 8.0), moves=(1.0,), first_distance=10.0, floor=0.1, departed=1.0),
        {},
    ],
)
def test_whatever_is_wrong_the_advice_fits_a_recipe_that_translates(name, changes):
    recipe = gan.RECIPES[name]
    for found in findings(Symptoms(**{**SANE, **changes}), recipe):
        for change in found.changes:
            recipe.changed(**change)


# Runs broken on purpose


def few(name, count=1000):
    """A paired set with few training pairs."""
    whole = load(name)
    inputs = ImageSet("q", whole.inputs.x_train[:count], x_test=whole.inputs.x_test[:200])
    return inputs, whole.x_train[:count], whole.x_test[:200]


@pytest.fixture(autouse=True)
def _classifiers_of_a_few_seconds(monkeypatch):
    """A quarter of the usual lessons: enough to tell what is lost."""
    monkeypatch.setattr(choice, "classifier_of", partial(classifier_of, steps=150))


def examined(recipe, data, folder):
    run = gan.train(recipe, folder, data=data, progress=False, results=False)
    return [finding.verdict for finding in run.diagnose(data).findings]


@pytest.mark.slow
def test_pairs_that_do_not_belong_together_teach_to_ignore_the_input(tmp_path):
    inputs, targets, test = few("shapes_outlines")
    mixed = np.random.default_rng(0).permutation(len(targets))
    data = Pairs("shuffled", targets[mixed], x_test=test, inputs=inputs)
    recipe = gan.recipe(
        "pix2pix_shapes_quick", adversarial_weight=0, steps=200, sample_every=200,
        checkpoint_every=200,
    )  # fmt: skip
    assert "input ignored" in examined(recipe, data, tmp_path / "run")


@pytest.mark.slow
def test_whoever_is_paid_for_the_identity_copies(tmp_path):
    """Five shapes should become five others; nothing is paid for it."""
    whole = load("shapes").shrunk((16, 16, 3))
    inputs, targets = (
        whole.x_train[kind][:1000] for kind in (whole.y_train < 5, whole.y_train > 4)
    )
    data = Unpaired("two", targets, inputs=ImageSet("one", inputs))
    recipe = gan.recipe(
        "cyclegan_emoji_quick", dataset="unpaired:shapes_outlines", input_shape=(16, 16, 3),
        image_shape=(16, 16, 3), adversarial_weight=0.01, identity_weight=50.0, mirror=False,
        steps=400, sample_every=400, checkpoint_every=400,
    )  # fmt: skip
    assert "copying" in examined(recipe, data, tmp_path / "run")


def small_digits(labels=lambda labels: labels):
    """House numbers and handwriting of 14x14 pixels."""
    street, paper = load("street_digits"), load("glyphs").shrunk((14, 14, 1))
    small = street.shrunk((14, 14, 3))
    inputs = ImageSet(
        "street", small.x_train[:4000], labels(street.y_train[:4000]),
        small.x_test[:600], labels(street.y_test[:600]),
    )  # fmt: skip
    return Unpaired(
        "digits", paper.x_train[:4000], paper.y_train[:4000], paper.x_test[:600],
        paper.y_test[:600], names=paper.names, inputs=inputs,
    )  # fmt: skip


@pytest.mark.slow
def test_classes_that_each_become_the_next_one_are_exchanged(tmp_path):
    """The labels of the house numbers are off by one: what the doctor sees of it is the same."""
    recipe = gan.recipe(
        "cyclegan_digits_quick", dataset="unpaired:street_digits|glyphs", input_shape=(14, 14, 3),
        image_shape=(14, 14, 1), negatives=0.0, steps=400, sample_every=400, checkpoint_every=400,
    )  # fmt: skip
    data = small_digits(lambda labels: (labels + 1) % 10)
    assert "classes exchanged" in examined(recipe, data, tmp_path / "run")


@pytest.mark.slow
@pytest.mark.parametrize("noise, expected", [(0.0, True), (0.1, False)])
def test_pictures_that_become_fog_and_come_home_are_written_in_it_unless_noise_lies_on_it(
    noise, expected, tmp_path
):
    """A judge that knows fog leaves G nothing to write with but faint pixels."""
    whole, rng = load("shapes"), np.random.default_rng(0)
    pictures = whole.x_train[:2000, ::2, ::2]
    fog = np.clip(rng.normal(128, 6, (2000, 16, 16, 1)), 0, 255).round().astype(np.uint8)
    inputs = ImageSet("pictures", pictures, x_test=whole.x_test[:300, ::2, ::2])
    data = Unpaired("fog", fog, x_test=fog[:300], inputs=inputs)
    recipe = gan.recipe(
        "cyclegan_digits_quick", input_shape=(16, 16, 3), image_shape=(16, 16, 1),
        generator=foggy(1), generator_back=foggy(3), cycle_noise=noise, cycle_weight=10.0,
        negatives=0.0,
        steps=400, sample_every=400, checkpoint_every=400,
    )  # fmt: skip
    assert ("hidden signal" in examined(recipe, data, tmp_path / "run")) == expected


def foggy(channels):
    return (
        "Conv 16 k3 N(0,.05) nobias IN ReLU",
        *["Res 16 N(0,.05) nobias IN"] * 2,
        f"Conv {channels} k3 N(0,.05) tanh",
    )
