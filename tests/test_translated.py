"""What translations are worth: answers beside those that cost nothing, and there and back."""

import json
import math

import e2e
import numpy as np
import pytest

from gan_course.data import ImageSet
from gan_course.data.pairs import Pairs, Unpaired
from gan_course.measures import metrics
from gan_course.measures.comparison import Comparison, Row
from gan_course.measures.translated import compare, compare_pairs, trivial_answers
from gan_course.measures.travelled import compare_travels, hidden_signal, in_channels, noisy

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (80, 12, 12, 3), dtype=np.uint8)
GREY = in_channels(COLOUR, 1)


def pairs(questions=COLOUR, answers=COLOUR[::-1]):
    inputs = ImageSet("q", questions[:60], x_test=questions[60:])
    return Pairs("a", answers[:60], x_test=answers[60:], inputs=inputs)


def perfect(data):
    """Who knows every true answer."""
    return lambda images, back: data.x_test[: len(images)] / 127.5 - 1


def test_true_answers_are_perfect_by_every_measure():
    data = pairs()
    found = compare(perfect(data), data, 1000, None, "answers")
    assert found["l1"]["answers"] == 0 and found["psnr"]["answers"] == math.inf
    assert found["ssim"]["answers"] == pytest.approx(1, abs=1e-4)
    assert found["own_target"]["answers"] == found["sharpness"]["answers"] == 1
    assert found.subject.startswith("20 answers")


def test_the_trivial_answers_are_the_question_the_mean_and_the_nearest_pair_s():
    data = pairs()
    questions = np.concatenate([data.inputs.x_test[:2], data.inputs.x_train[5:6]])
    copied, mean, nearest = trivial_answers(questions, data)
    assert copied is questions
    np.testing.assert_array_equal(mean[0], np.rint(data.x_train.mean(axis=0)))
    np.testing.assert_array_equal(nearest[2], data.x_train[5])


def test_each_column_is_the_measure_of_whose_answers_it_names():
    data = pairs()
    answers = np.roll(data.x_test, 1, axis=0)
    found = compare_pairs(answers, data, "answers", "test")
    copied, mean, nearest = trivial_answers(data.inputs.x_test, data)
    everybody = zip(found.columns, (answers, copied, mean, nearest), strict=True)
    for column, who in everybody:
        expected = metrics.pixel_distance(np.asarray(who), data.x_test).mean()
        assert found["l1"][column] == pytest.approx(expected, rel=1e-5)


def test_what_the_trivial_answers_get_is_taken_anew_for_any_other_image():
    data, others = pairs(), COLOUR[::-1].copy()
    others[7] = 255  # one of the training targets
    before, other, again = (
        compare_pairs(one.x_test, one, "answers", "test")["l1"]["mean target"]
        for one in (data, pairs(answers=others), pairs())
    )
    assert before == again != other


def test_colour_cannot_be_copied_into_grey():
    data = pairs(COLOUR, GREY)
    found = compare_pairs(data.x_test, data, "answers", "test")
    assert math.isnan(found["l1"]["copying"]) and " - " in repr(found)


def test_the_error_is_that_of_a_mean():
    data = pairs()
    answers = np.roll(data.x_test, 1, axis=0)
    row = compare_pairs(answers, data, "answers", "test").rows[0]
    each = metrics.pixel_distance(answers, data.x_test)
    assert row.error == pytest.approx(each.std(ddof=1) / math.sqrt(20), rel=1e-6)


def test_a_comparison_is_json_with_null_for_what_makes_no_sense():
    found = Comparison("s", "r", ("a", "b"), (Row("x", (1.0, math.nan), math.nan, "low"),))
    written = json.loads(json.dumps(found.to_json()))
    assert written["rows"][0] == {"name": "x", "values": [1.0, None], "error": None, "best": "low"}
    with pytest.raises(KeyError):
        found["y"]


# There and back


def two_sets(truth=False):
    inputs = ImageSet("q", COLOUR[:60], np.arange(60) % 4, COLOUR[60:], np.arange(20) % 4)
    return Unpaired(
        "a", GREY[:60], np.arange(60) % 4, GREY[60:], np.arange(20) % 4, names=tuple("0123"),
        inputs=inputs, truth=truth,
    )  # fmt: skip


def grey_and_back(images, back):
    """Grey there; back the grey in each channel: what an honest traveller can do."""
    if images.dtype != np.uint8:
        images = np.uint8(np.rint((images + 1) * 127.5))
    return in_channels(images, 3 if back else 1) / 127.5 - 1


class Reader(e2e.Statistics):
    """Features, and a class that it reads by `sees`."""

    names = tuple("0123")
    fingerprint = "y"

    def __init__(self, sees):
        super().__init__()
        self.sees = sees

    def look(self, images):
        return self(images), self.sees(len(images))


def test_classes_that_are_read_right_survive():
    right = Reader(lambda count: np.arange(count) % 4)
    found = compare_travels(grey_and_back, two_sets(), right, 20, "answers")
    assert found["class_survived"] == {"answers": 1, "untranslated": 1, "real targets": 1}


def test_classes_that_are_all_read_as_the_next_one_are_exchanged():
    other = Reader(lambda count: (np.arange(count) + 1) % 4)
    found = compare_travels(grey_and_back, two_sets(), other, 20, "answers")
    assert found["class_survived"]["answers"] == 0 and found["class_matched"]["answers"] == 1


def test_an_honest_traveller_brings_no_hue_home_and_a_smuggler_all_of_it():
    reader = Reader(lambda count: np.arange(count) % 4)
    honest = compare_travels(grey_and_back, two_sets(), reader, 20, "answers")
    assert math.isnan(honest["hue_kept"]["answers"])  # grey has none

    def smuggle(images, back):
        return COLOUR[60 : 60 + len(images)] / 127.5 - 1 if back else grey_and_back(images, back)

    found = compare_travels(smuggle, two_sets(), reader, 20, "answers")
    assert found["hue_kept"]["answers"] == pytest.approx(1)
    assert abs(found["hue_kept"]["real targets"]) < 0.6 and found["cycle_error"]["answers"] == 0


def test_noise_breaks_what_is_written_in_faint_pixels_and_nothing_else():
    def faint(images, back):
        """There: grey with the redness in the lowest bit's size. Back: read it from there."""
        if not back:
            red = (images[..., :1] > 127) * 2.0 - 1
            return np.clip(grey_and_back(images, False) * 0.9 + 0.01 * red, -1, 1)
        pixels = np.round(images * 1e4).astype(int)
        return np.where(pixels % 7 > 3, 1.0, -1.0) * np.ones(3)

    errors = hidden_signal(faint, COLOUR[:10], (0.0, 0.1))
    honest = hidden_signal(grey_and_back, COLOUR[:10], (0.0, 0.1))
    assert errors[0.0][0] != errors[0.1][0]
    assert honest[0.1][0] == pytest.approx(honest[0.0][0], rel=0.05)


def test_the_noise_is_always_the_same_and_of_the_deviation_that_is_asked_for():
    images = np.zeros((4, 30, 30, 1))
    assert np.array_equal(noisy(images, 0.1), noisy(images, 0.1))
    assert noisy(images, 0.1).std() == pytest.approx(0.1, rel=0.05)


def test_true_partners_are_looked_up_where_there_are_any():
    reader = Reader(lambda count: np.arange(count) % 4)
    found = compare_travels(grey_and_back, two_sets(truth=True), reader, 20, "answers")
    assert found["l1"]["answers"] == pytest.approx(0, abs=1e-6)
    assert found["own_target"]["answers"] == 1
    with pytest.raises(KeyError):
        compare_travels(grey_and_back, two_sets(), reader, 20, "answers")["l1"]


@pytest.mark.slow
def test_a_run_is_evaluated_and_examined(tmp_path):
    run = e2e.train(tmp_path / "run", game="pix2pix", steps=3)
    found = run.evaluate(data=e2e.two_kinds("pix2pix"))
    assert found["own_target"].keys() == {"answers", "copying", "mean target", "nearest pair"}
    assert "not trained long enough" in repr(run.diagnose(e2e.two_kinds("pix2pix")))
