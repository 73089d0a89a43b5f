"""What the embedded faces promise: bytes and labels, a face in the middle, an expression to see."""

import hashlib
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from gan_course.data.painted import faces_toy

ROOT = Path(__file__).parents[1]


@lru_cache(maxsize=2)
def faces(count, seed):
    return faces_toy.make(count, seed=seed)


def mean_grey():
    """The mean of 500 faces, as if photographed on one plate; rows and columns from 0 to 63."""
    return faces(500, 1)[0].mean(axis=(0, 3))


def fingerprint():
    return hashlib.sha256(b"".join(a.tobytes() for a in faces_toy.make(45, seed=5))).hexdigest()


def same_faces_as(name):
    """Thirty shaven faces that look straight ahead, the same for each expression."""
    labels = np.full(30, faces_toy.NAMES.index(name))
    traits = faces_toy.random_traits(labels, np.random.default_rng(0))
    straight = dict.fromkeys(("turn", "angle", "light"), 0) | {"beard": -1, "tache": -1}
    for trait, value in straight.items():
        traits[trait] = np.full_like(traits[trait], value)
    colours = faces_toy.random_colours(30, np.random.default_rng(1))
    return faces_toy.paint(faces_toy.Traits(**traits, **colours))


def ridge_accuracy(rows):
    """Share of 200 fresh faces whose label a linear map reads off those rows, learnt on 500."""
    (known, labels), (unknown, truth) = faces(500, 1), faces(200, 2)
    known, unknown = (a[:, rows, 12:52].reshape(len(a), -1) / 255.0 for a in (known, unknown))
    centre = known.mean(axis=0)
    gram = (known - centre) @ (known - centre).T + 10 * np.eye(len(known))
    weights = (known - centre).T @ np.linalg.solve(gram, np.eye(5)[labels] - 0.2)
    return (((unknown - centre) @ weights).argmax(axis=1) == truth).mean()


def test_images_are_uint8_64x64_colour_and_use_the_whole_range():
    for count in (1, 43):
        images, labels = faces_toy.make(count)
        assert images.shape == (count, 64, 64, 3) and labels.shape == (count,)
        assert images.dtype == labels.dtype == np.uint8
    assert 0 <= images.min() <= 15 and 245 <= images.max() <= 255


def test_another_process_makes_the_same_bytes():
    code = "import tests.test_faces_toy as t; print(t.fingerprint())"
    there = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert there.stdout.strip() == fingerprint()


def test_another_seed_makes_other_images_and_labels():
    (images, labels), (others, other_labels) = faces_toy.make(40, seed=1), faces_toy.make(40, 2)
    assert (images != others).any(axis=(1, 2, 3)).all()
    assert (labels != other_labels).any()


def test_the_chunk_size_leaves_the_bytes_unchanged(monkeypatch):
    whole, _ = faces_toy.make(50, seed=4)
    monkeypatch.setattr(faces_toy, "CHUNK", 7)
    np.testing.assert_array_equal(faces_toy.make(50, seed=4)[0], whole)


def test_no_part_of_a_face_is_cut_off_by_the_rows_it_is_painted_in(monkeypatch):
    banded, _ = faces_toy.make(100, seed=4)
    monkeypatch.setattr(faces_toy, "PARTS", dict.fromkeys(faces_toy.PARTS, (0, 64)))
    whole, _ = faces_toy.make(100, seed=4)
    # A blush fades without end: one step of 255 is let go.
    np.testing.assert_allclose(whole.astype(int), banded, rtol=0, atol=1)


def test_counts_of_the_five_labels_differ_by_at_most_one():
    for count in (103, 7):
        _, labels = faces_toy.make(count, seed=3)
        counts = np.bincount(labels, minlength=5)
        assert counts.sum() == count and len(counts) == 5 == len(faces_toy.NAMES)
        assert counts.max() - counts.min() == 1


@pytest.mark.parametrize("count", [0, -3])
def test_a_count_below_one_is_refused_by_name(count):
    with pytest.raises(ValueError, match=f"count must be >= 1, got {count}"):
        faces_toy.make(count)


def test_no_two_faces_are_alike():
    flat = faces(500, 1)[0][:250].reshape(250, -1).astype(np.float64)
    squared = (flat**2).sum(axis=1)
    apart = squared[:, None] + squared - 2 * flat @ flat.T + np.diag(np.full(250, np.inf))
    nearest = np.sqrt(apart.min(axis=1) / flat.shape[1])
    # In steps of 255, per channel. Measured: the closest pair 29 apart, 37 the median.
    assert 20 < nearest.min() < 40 and 30 < np.median(nearest) < 50


def test_skin_is_in_the_middle_and_differs_from_the_ground():
    images, _ = faces(500, 1)
    bridge, corner = images[:, 33:38, 30:34].mean(axis=(1, 2)), images[:, :4, :4].mean(axis=(1, 2))
    red, green, blue = bridge.T  # skin of any tone: more red than green, more green than blue
    assert 0.98 < ((red > green) & (green > blue)).mean() <= 1
    # A ground of any hue has that order one time in six, and a little more for its neighbours.
    assert 0.08 < ((corner[:, 0] > corner[:, 1]) & (corner[:, 1] > corner[:, 2])).mean() < 0.30
    apart = np.abs(bridge - corner).mean(axis=1)
    assert 45 < np.median(apart) < 65 and np.percentile(apart, 5) > 15


def test_skin_runs_from_light_to_dark():
    brightness = faces(500, 1)[0][:, 33:38, 30:34].mean(axis=(1, 2, 3))
    low, high = np.percentile(brightness, [5, 95])
    assert 40 < low < 80 and 180 < high < 230


def test_the_mean_face_is_nearly_its_own_mirror_image():
    grey = mean_grey()
    alike = np.corrcoef(grey.ravel(), grey[:, ::-1].ravel())[0, 1]
    # Below 1: tilt, turn and light differ from face to face.
    assert 0.995 < alike < 0.99999


def test_the_mean_face_has_dark_pupils_in_white_eyes_at_two_places():
    eyes = mean_grey()[28:38]
    for half, where in ((slice(14, 31), 24.5), (slice(33, 50), 38.5)):
        row, column = np.unravel_index(eyes[:, half][:, 4:-4].argmin(), (10, 9))
        # Eyes lie on row 31.5, and 6.4 to 7.6 pixels of the face from the middle, 31.5.
        assert abs(row + 28 - 31.5) <= 1.5 and abs(column + half.start + 4 - where) <= 1.5
    pupils, whites = eyes[4, [24, 39]].mean(), eyes[4, [21, 27, 36, 42]].mean()
    cheeks = mean_grey()[38:42, [22, 23, 40, 41]].mean()
    assert 15 < cheeks - pupils < 60 and 5 < whites - cheeks < 40


def test_the_expression_is_read_off_the_mouth():
    # Measured 0.71; guessing gives 0.20. Beards, skin and pose keep a linear map from 1.0.
    assert 0.6 < ridge_accuracy(slice(36, 58)) < 0.95


def test_the_expression_is_not_read_off_the_hair():
    # 200 guesses at one in five: 0.20, give or take 0.028 (1 sigma).
    assert 0.10 < ridge_accuracy(slice(0, 15)) < 0.30


def test_lips_rise_in_a_smile_and_fall_when_sad():
    shown = {name: same_faces_as(name).mean(axis=1) for name in ("neutral", "smile", "sad")}
    rise = {}
    for name, (red, green, _) in shown.items():
        lips = (red - green)[42:55, 26:38]
        lips = lips - lips.min(axis=0)
        row = (lips * np.arange(13)[:, None]).sum(axis=0) / lips.sum(axis=0)
        rise[name] = row[5:7].mean() - row[[0, 1, -2, -1]].mean()  # rows count downwards
    # By hand, 4.5 pixels from the middle: 2.6 * (4.5 / 6.6)^2 = 1.2, of which a mean over the
    # window takes some: the red of nose and chin is in it, and the mouth is not on one row.
    assert 0.4 < rise["smile"] - rise["neutral"] < 1.6
    assert -1.9 < rise["sad"] - rise["neutral"] < -0.4


def test_the_expression_changes_brows_eyes_and_mouth_alone():
    neutral = same_faces_as("neutral")
    for name in faces_toy.NAMES[1:]:
        changed = np.abs(same_faces_as(name) - neutral).max(axis=(0, 1, 3)) > 0
        assert not changed[:18].any() and not changed[60:].any()
        assert changed[24:36].all() and changed[44:50].all()


def test_ellipse_agrees_with_a_search_along_its_outline():
    angle = np.linspace(0, 2 * np.pi, 4000)
    outline = np.stack([5 * np.cos(angle), 3 * np.sin(angle)])
    x, y = np.array([[4.4, 5.6, 0.3, -2.5], [0.2, 0.3, -2.5, 3.2]])
    wanted = np.hypot(x[:, None] - outline[0], y[:, None] - outline[1]).min(axis=1)
    wanted *= [-1, 1, -1, 1]
    np.testing.assert_allclose(faces_toy.ellipse(x, y, 5.0, 3.0), wanted, atol=0.06)


def test_an_ellipse_with_equal_axes_is_a_circle():
    x, y = np.random.default_rng(0).uniform(-9, 9, (2, 50))
    np.testing.assert_allclose(faces_toy.ellipse(x, y, 4.0, 4.0), np.hypot(x, y) - 4, atol=1e-3)


def test_cover_falls_from_one_to_zero_across_the_edge():
    found = faces_toy.cover(np.array([-3, -0.5, -0.1, 0.25, 0.5, 2]))
    np.testing.assert_allclose(found, [1, 1, 0.6, 0.25, 0, 0], atol=1e-12)
    np.testing.assert_allclose(faces_toy.cover(np.array([-1.0, 1.0]), 4), [0.75, 0.25])


def test_palette_blends_neighbouring_colours():
    found = faces_toy.palette("000000 ff0033 ffffff", np.array([0.25, 0.5, 1.0]))
    # by hand: 0x33 / 0xff = 0.2
    np.testing.assert_allclose(found, [[0.5, 0, 0.1], [1, 0, 0.2], [1, 1, 1]], atol=1e-12)
