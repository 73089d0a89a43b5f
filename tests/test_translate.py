"""`translate` on the command line: a folder in, a folder out."""

import e2e
import numpy as np
import pytest
from PIL import Image

from gan_course.runs.images import read_png, to_uint8


@pytest.fixture(scope="module")
def cycle(tmp_path_factory):
    return e2e.train(tmp_path_factory.mktemp("cycle") / "run", game="cycle", steps=3)


@pytest.fixture(scope="module")
def pix2pix(tmp_path_factory):
    return e2e.train(tmp_path_factory.mktemp("pix2pix") / "run", game="pix2pix", steps=3)


def picture(path, size=(8, 8), mode="RGB", seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = len(Image.new(mode, (1, 1)).getbands())
    shape = (size[1], size[0], channels) if channels > 1 else size[::-1]
    pixels = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    Image.fromarray(pixels, mode if channels != 2 else "LA").save(path)
    return pixels


def translated(capsys, run, pictures, out, *words):
    return e2e.cli(capsys, "translate", run.path, pictures, "--out", out, *words)


def test_each_image_of_a_folder_becomes_a_png_of_its_name_and_place(capsys, tmp_path, cycle):
    pixels = picture(tmp_path / "in" / "a.png", seed=1)
    picture(tmp_path / "in" / "deep" / "b.jpg", seed=2)
    code, out, err = translated(capsys, cycle, tmp_path / "in", tmp_path / "out")
    assert (code, err) == (0, "") and "2 images" in out
    made, about = read_png(tmp_path / "out" / "a.png")
    expected = to_uint8(cycle.translate(pixels[np.newaxis]))[0]
    np.testing.assert_array_equal(made, expected)
    assert about["Recipe"] == "tiny" and about["Of"] == "a"
    assert read_png(tmp_path / "out" / "deep" / "b.png")[0].shape == (8, 8, 1)


def test_the_way_back_takes_the_other_kind(capsys, tmp_path, cycle):
    picture(tmp_path / "grey.png", mode="L")
    code, _, err = translated(capsys, cycle, tmp_path / "grey.png", tmp_path / "out", "--back")
    assert code == 0, err
    assert read_png(tmp_path / "out" / "grey.png")[0].shape == (8, 8, 3)


def test_other_sizes_and_colours_are_brought_to_the_recipe_s_and_said(capsys, tmp_path, cycle):
    picture(tmp_path / "in" / "wide.png", size=(30, 20))
    picture(tmp_path / "in" / "grey.png", size=(9, 9), mode="L")
    picture(tmp_path / "in" / "clear.png", mode="RGBA")
    code, out, err = translated(capsys, cycle, tmp_path / "in", tmp_path / "out")
    assert code == 0, err
    assert "resized and centre-cropped to 8×8, transparent parts on white" in out
    assert sorted(file.stem for file in (tmp_path / "out").iterdir()) == ["clear", "grey", "wide"]


def test_the_seed_is_that_of_the_dropout(capsys, tmp_path, pix2pix):
    picture(tmp_path / "a.png")
    made = []
    for out, seed in (("one", 1), ("again", 1), ("other", 2)):
        code, _, err = translated(
            capsys, pix2pix, tmp_path / "a.png", tmp_path / out, "--seed", seed
        )
        assert code == 0, err
        made.append((tmp_path / out / "a.png").read_bytes())
    assert made[0] == made[1] != made[2]


@pytest.mark.parametrize(
    "prepare, told",
    [
        (lambda folder: folder / "nothing", "there is no"),
        (lambda folder: folder.mkdir() or folder, "holds no image"),
        (lambda folder: (folder.mkdir(), (folder / "a.png").write_text("no image"), folder)[2],
         "cannot be read as an image"),
        (lambda folder: (picture(folder / "a.png"), picture(folder / "a.bmp"), folder)[2],
         "but for the suffix"),
    ],
    ids=["no path", "empty", "broken", "twice"],
)  # fmt: skip
def test_what_cannot_be_translated_is_one_line_and_leaves_no_picture(
    capsys, tmp_path, cycle, prepare, told
):
    code, _, err = translated(capsys, cycle, prepare(tmp_path / "in"), tmp_path / "out")
    assert code == 2 and told in err and err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_pix2pix_has_no_way_back_and_a_gan_no_way_at_all(capsys, tmp_path, pix2pix):
    picture(tmp_path / "a.png")
    code, _, err = translated(capsys, pix2pix, tmp_path / "a.png", tmp_path / "out", "--back")
    assert code == 2 and "one way only" in err
    noise = e2e.train(tmp_path / "noise", steps=3)
    code, _, err = translated(capsys, noise, tmp_path / "a.png", tmp_path / "out")
    assert code == 2 and "translates none" in err


def test_a_file_is_no_folder_to_write_into(capsys, tmp_path, cycle):
    picture(tmp_path / "a.png")
    code, _, err = translated(capsys, cycle, tmp_path / "a.png", tmp_path / "a.png")
    assert code == 2 and "is a file; name a folder" in err


def test_evaluate_writes_the_comparison(capsys, tmp_path, monkeypatch, pix2pix):
    import json

    from gan_course.run import Run

    data = e2e.two_kinds("pix2pix")
    monkeypatch.setattr(Run, "data", lambda self, given=None: data)
    code, out, err = e2e.cli(capsys, "evaluate", pix2pix.path, "--json", tmp_path / "found.json")
    assert code == 0, err
    assert "copying" in out and "own target" in out
    assert json.loads((tmp_path / "found.json").read_text())["columns"][0] == "answers"
