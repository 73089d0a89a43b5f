"""Which classes were made, and how evenly: counted by hand."""

import math

import numpy as np
import pytest

from gan_course.measures.metrics import class_entropy, classes_covered


def labels(*counts, dtype=np.int64):
    """So many labels of each class, mixed."""
    listed = np.repeat(np.arange(len(counts)), counts).astype(dtype)
    return np.random.default_rng(0).permutation(listed)


BOTH = pytest.mark.parametrize("measure", [classes_covered, class_entropy])


@pytest.mark.parametrize(
    ("counts", "covered"),
    [
        ((30, 30, 30), 3),
        ((90, 0, 0), 1),
        ((86, 3, 1), 2),  # fair 30, a tenth is 3: "at least"
        ((85, 3, 2), 2),
        ((84, 3, 3), 3),
        ((0, 1, 0, 1), 2),
        ((1, 19), 2),  # fair 10
        ((0, 19, 1), 2),  # fair 6.67
        ((1, 29), 1),  # fair 15, and 1 is fewer than 1.5
    ],
)
def test_a_class_is_covered_by_a_tenth_of_its_fair_share(counts, covered):
    assert classes_covered(labels(*counts), len(counts)) == covered


def test_exactly_a_tenth_is_enough_however_many_classes_there_are():
    for classes in range(2, 60):
        for tenth in (1, 3, 7):
            few = [tenth, 10 * tenth * classes - tenth * (classes - 1)]
            counts = [few[0]] * (classes - 1) + [few[1]]
            assert classes_covered(labels(*counts), classes) == classes


@pytest.mark.parametrize(
    ("counts", "entropy"),
    [
        ((5, 5, 5, 5), 1),
        ((7, 7, 7), 1),
        ((2, 1, 1, 0), 0.75),  # ½·1 + ¼·2 + ¼·2 = 1.5 bits of 2
        ((0, 8, 8, 0), 0.5),  # 1 bit of 2
        ((4, 2, 1, 1, 0, 0, 0, 0), 1.75 / 3),  # ½·1 + ¼·2 + ⅛·3 + ⅛·3 bits of 3
        ((1, 3), 2 - 0.75 * math.log2(3)),
    ],
)
def test_the_entropy_is_the_one_worked_out_by_hand(counts, entropy):
    assert class_entropy(labels(*counts), len(counts)) == pytest.approx(entropy, abs=1e-12)


def test_one_class_alone_has_entropy_0_and_no_sign():
    found = class_entropy(labels(0, 17, 0), 3)
    assert found == 0 and math.copysign(1, found) == 1


def test_which_class_is_the_frequent_one_does_not_matter():
    expected = class_entropy(labels(9, 4, 2, 1), 4)
    for counts in ((1, 2, 4, 9), (4, 9, 1, 2)):
        assert class_entropy(labels(*counts), 4) == pytest.approx(expected, rel=1e-12)


def test_classes_that_nobody_made_lower_the_entropy():
    some = np.array([0, 1, 1, 0])
    assert [class_entropy(some, n) for n in (2, 4, 16)] == pytest.approx([1, 1 / 2, 1 / 4])


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_the_integer_type_of_the_labels_does_not_matter(dtype):
    counts = (200, 20, 70, 10)
    assert classes_covered(labels(*counts, dtype=dtype), 4) == 4
    expected = -sum(share * math.log(share, 4) for share in (200 / 300, 20 / 300, 70 / 300, 1 / 30))
    assert class_entropy(labels(*counts, dtype=dtype), 4) == pytest.approx(expected)


def test_the_numbers_are_plain_ones_that_json_can_write():
    assert type(classes_covered(labels(3, 4), 2)) is int
    assert type(class_entropy(labels(3, 4), 2)) is float


@BOTH
@pytest.mark.parametrize(
    ("found", "classes", "message"),
    [
        (np.array([0, 1, 3]), 3, r"^expected labels in \[0, 3\), got 0 to 3$"),
        (np.array([0, -1, 2]), 3, r"^expected labels in \[0, 3\), got -1 to 2$"),
        (np.array([], int), 3, r"^expected at least one label, integers \(N,\), got int64 \(0,\)$"),
        (np.array([0.0, np.nan]), 3, r"integers \(N,\), got float64 \(2,\)$"),
        (np.array([[0, 1]]), 3, r"integers \(N,\), got int64 \(1, 2\)$"),
        (np.array([0, 0]), 1, "^expected at least 2 classes, got 1$"),
        (np.array([0]), 0, "^expected at least 2 classes, got 0$"),
    ],
    ids=["above", "below", "none", "nan", "table", "one class", "no class"],
)
def test_labels_of_no_class_are_refused(measure, found, classes, message):
    with pytest.raises(ValueError, match=message):
        measure(found, classes)
