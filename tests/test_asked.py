"""Does a generator make what it is asked for? The measures, the evaluation, the doctor."""

import e2e
import numpy as np
import pytest

import gan_course as gan
from gan_course.data import ImageSet
from gan_course.measures import metrics
from gan_course.measures.diagnosis import Symptoms, findings
from gan_course.measures.evaluation import evaluate
from gan_course.measures.gan_train import gan_train

# Shares


def test_shares_are_counted():
    asked, seen = np.array([0, 0, 0, 1, 1, 3]), np.array([0, 2, 0, 1, 0, 3])
    assert metrics.share_as_asked(asked, seen) == pytest.approx(4 / 6)
    np.testing.assert_allclose(metrics.share_by_class(asked, seen, 4), [2 / 3, 1 / 2, np.nan, 1])


@pytest.mark.parametrize(
    ("asked", "seen"), [([0, 1], [0]), ([], []), ([0.5], [0]), ([[0]], [[0]])], ids=str
)
def test_labels_that_are_none_are_refused(asked, seen):
    with pytest.raises(ValueError, match="two rows of labels"):
        metrics.share_as_asked(np.array(asked), np.array(seen))


# Within a class


def test_diversity_is_the_ratio_of_mean_distances_the_mean_over_the_classes():
    real = np.array([[0.0], [1], [3], [10], [14]])  # pairs of class 0: 1, 3, 2; of class 1: 4
    real_labels = np.array([0, 0, 0, 1, 1])
    made = np.array([[5.0], [6], [7], [7], [7]])  # 1; and 0 three times
    labels = np.array([0, 0, 1, 1, 1])
    expected = (1 / 2 + 0 / 4) / 2
    assert metrics.diversity_in_class(made, labels, real, real_labels) == pytest.approx(expected)
    assert metrics.diversity_in_class(real, real_labels, real, real_labels) == pytest.approx(1)


def test_the_distance_within_classes_is_the_mean_of_theirs():
    rng = np.random.default_rng(0)
    real, labels = rng.normal(size=(400, 3)), np.repeat([0, 1], 200)
    made = real + np.where(labels == 0, 2.0, 5.0)[:, None] * [1, 0, 0]  # shifted: |mean|² alone
    found = metrics.class_frechet_distance(made, labels, real, labels)
    assert found == pytest.approx((4 + 25) / 2, rel=1e-6)
    swapped = metrics.class_frechet_distance(real, 1 - labels, real, labels)
    assert swapped < 1  # of one cloud all the same: swapped labels do not show here


@pytest.mark.parametrize(
    ("labels", "real_labels", "message"),
    [
        ([0, 0, 1], [0, 0, 1, 1], "class 1 has 1 and 2 rows"),
        ([0, 0, 0], [0, 0, 1, 1], "class 1 has 0 and 2 rows"),
        ([0, 0], [0, 0, 1, 1], "one label for each of 3 rows"),
    ],
)
def test_a_class_with_a_single_image_is_refused(labels, real_labels, message):
    with pytest.raises(ValueError, match=message):
        metrics.diversity_in_class(
            np.ones((3, 2)), np.array(labels), np.ones((4, 2)), np.array(real_labels)
        )


# What decides


def test_the_variance_is_shared_out_as_on_paper():
    label, noise = np.array([-3.0, 1, 2]), np.array([-1.0, 1])
    both = np.array([[1.0, -1], [-1, 1], [0, 0]])  # rows and columns sum to 0
    features = (label[:, None] + noise[None] + both)[..., None]
    squares = np.array([14 * 2, 2 * 3, 4.0])  # 9 + 1 + 4 twice; 1 + 1 three times; four ones
    found = metrics.variance_shares(features + 7)
    expected = dict(zip(("label", "noise", "both"), squares / squares.sum(), strict=True))
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("deaf_to", ["label", "noise"])
def test_a_generator_that_is_deaf_shows(deaf_to):
    drawn = np.random.default_rng(0).normal(size=(4, 5, 8))
    axis = {"label": 0, "noise": 1}[deaf_to]
    features = np.repeat(drawn.take([0], axis), drawn.shape[axis], axis)
    found = metrics.variance_shares(features)
    heard = {"label": "noise", "noise": "label"}[deaf_to]
    assert found[heard] == pytest.approx(1) and found[deaf_to] == pytest.approx(0, abs=1e-12)


def test_without_variance_or_a_second_label_there_is_nothing_to_share_out():
    with pytest.raises(ValueError, match="all images are the same"):
        metrics.variance_shares(np.ones((2, 2, 3)))
    with pytest.raises(ValueError, match="two of each at least"):
        metrics.variance_shares(np.random.default_rng(0).normal(size=(1, 5, 3)))


# GAN-train


def bars(count, seed, noise=40):
    """8x8 images with one bright half, the left or the right one, in much noise; the label."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    pictures = rng.normal(100, noise, (count, 8, 8, 1))
    pictures[labels == 0, :, :4] += 40
    pictures[labels == 1, :, 4:] += 40
    return np.clip(pictures, 0, 255).astype(np.uint8), labels


def test_who_learns_from_images_like_the_real_ones_is_right_and_from_wrong_labels_is_not():
    (made, asked), (real, labels) = bars(600, 0), bars(300, 1)
    assert gan_train(made, asked, real, labels, steps=60) > 0.9
    assert gan_train(made, 1 - asked, real, labels, steps=60) < 0.1
    shuffled = np.random.default_rng(2).permutation(asked)
    assert 0.25 < gan_train(made, shuffled, real, labels, steps=60) < 0.75


def test_gan_train_wants_labels_and_images_of_one_shape():
    (made, asked), (real, labels) = bars(60, 0), bars(30, 1)
    with pytest.raises(ValueError, match=r"got \(59,\) for 60"):
        gan_train(made, asked[1:], real, labels)
    with pytest.raises(ValueError, match="one shape"):
        gan_train(made[:, 1:], asked, real, labels)


# The evaluation


class Brightness:
    """Features of 8x8 images without a network: the two halves; the brighter one is the class."""

    names = ("left", "right")
    fingerprint = "brightness"
    accuracy = 1.0

    def look(self, images):
        halves = images.reshape(len(images), 8, 2, 4).mean(axis=(1, 3))
        return halves + np.random.default_rng(3).normal(size=halves.shape), halves.argmax(axis=1)

    def __call__(self, images):
        return self.look(images)[0]


def test_an_evaluation_of_what_was_asked_for_has_four_measures_more():
    (train, y_train), (test, y_test) = bars(300, 0), bars(200, 1)
    data = ImageSet("bars", train, y_train, test, y_test, names=("left", "right"))
    made, shown = bars(200, 5)
    asked = shown.copy()
    asked[np.flatnonzero(shown == 1)[:20]] = 0  # of those asked to be 0, twenty are 1
    wrong = 20 / (asked == 0).sum()
    found = evaluate(made, data, Brightness(), asked=asked)
    plain = evaluate(made, data, Brightness())
    assert {m.name for m in found.measures} - {m.name for m in plain.measures} == {
        "made_as_asked", "worst_class", "diversity_in_class", "class_frechet",
    }  # fmt: skip
    share = found["made_as_asked"]
    assert share.value == pytest.approx(0.9) and share.real == 1.0
    assert share.error == pytest.approx(np.sqrt(0.9 * 0.1 / 200))
    worst = found["worst_class"]
    assert worst.value == pytest.approx(1 - wrong) and worst.note == "left"
    assert "worst class (left)" in repr(found)
    # twenty of the other class make class 0 more varied than it is
    assert found["diversity_in_class"].value > found["diversity_in_class"].real + 0.1
    assert found["class_frechet"].value > 10 * found["class_frechet"].real > 0


def test_a_run_without_labels_is_evaluated_as_ever(tmp_path):
    run = e2e.train(tmp_path, steps=2)
    assert run.made(3).wanted is None


# The doctor

TOLD = dict(steps=5000, planned=5000, epoch=100, epochs=50, classes_asked=10, named=0.99)


@pytest.mark.parametrize(
    ("as_asked", "within", "verdicts"),
    [
        (0.10, 0.9, ["label ignored"]),
        (0.27, 0.9, ["label ignored"]),  # 0.1 + 0.2 · 0.9 = 0.28
        (0.29, 0.9, []),
        (0.98, 0.29, ["noise ignored"]),
        (0.98, 0.31, []),
        (0.1, 0.0, ["label ignored", "noise ignored"]),
    ],
)
def test_deafness_is_told_from_its_numbers(as_asked, within, verdicts):
    found = [each.verdict for each in findings(Symptoms(**TOLD, as_asked=as_asked, within=within))]
    assert found == (verdicts or found) and ("ignored" in " ".join(found)) == bool(verdicts)


def test_labels_that_no_classifier_can_learn_are_named_as_such():
    (found,) = findings(Symptoms(**{**TOLD, "named": 0.12}, as_asked=0.1, within=1.0))
    assert "right on 12.0% of unseen images: they do not belong to the images" in found.evidence
    (found,) = findings(Symptoms(**TOLD, as_asked=0.1, within=1.0))
    assert "do not belong" not in found.evidence


def glyphs(labels=None):
    whole = gan.data.load("glyphs")
    y_train = whole.y_train if labels is None else labels(whole.y_train)
    return ImageSet("glyphs", whole.x_train, y_train, whole.x_test, whole.y_test, whole.names)


def trained(folder, data, hooks=(), **changes):
    recipe = gan.recipe("cgan_mnist_quick", dataset="glyphs", steps=700, **changes)
    return gan.train(recipe, folder, data=data, hooks=hooks, progress=False, results=False)


@pytest.mark.slow
def test_a_run_with_shuffled_labels_ignores_the_label(tmp_path):
    shuffled = glyphs(np.random.default_rng(0).permutation)
    run = trained(tmp_path, shuffled)
    by_the_truth, by_what_it_saw = run.diagnose(glyphs()), run.diagnose(shuffled)
    assert by_the_truth.verdict == by_what_it_saw.verdict == "label ignored"
    assert by_the_truth.symptoms.as_asked == pytest.approx(0.1, abs=0.03)
    assert "do not belong to the images" in by_what_it_saw.findings[0].evidence


@pytest.mark.slow
def test_a_generator_whose_noise_is_cut_off_ignores_the_noise_and_one_with_it_nothing(tmp_path):
    def cut(step, state, scalars):
        kernel = next(w for w in state.generator.trainable_weights if w.name == "kernel")
        kernel.assign(np.vstack([np.zeros((16, kernel.shape[1])), kernel.numpy()[16:]]))

    deaf = trained(tmp_path / "deaf", glyphs(), [cut]).diagnose()
    verdicts = [finding.verdict for finding in deaf.findings]
    assert "noise ignored" in verdicts and "label ignored" not in verdicts
    well = trained(tmp_path / "well", glyphs()).diagnose()
    assert not any("ignored" in finding.verdict for finding in well.findings)
    assert well.symptoms.as_asked > 0.8 and well.symptoms.within > 0.5
