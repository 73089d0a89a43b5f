"""What of a folder is data: all images that Pillow reads, no run's pictures; the rest is named."""

import json
import os
import shutil
import sys
import types

import e2e
import numpy as np
import pytest
from PIL import Image

import gan_course as gan
from gan_course.base.errors import InputError
from gan_course.data import load, photographs
from gan_course.recipes import RECIPES

RNG = np.random.default_rng(5)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GAN_COURSE_CACHE", str(tmp_path_factory.mktemp("cache")))


def put(file, shade=None, format=None):
    """A file of a picture, 6x8: noise, or of one shade that a test can tell it by."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pixels = RNG.integers(0, 256, (6, 8, 3)) if shade is None else np.full((6, 8, 3), shade)
    Image.fromarray(pixels.astype(np.uint8)).save(file, format=format)
    return file


def shades(found):
    """Of images of one shade each, in order."""
    return [int(image.mean().round()) for image in found.x_train]


def load_from(folder):
    return load(f"folder:{folder}", (6, 8, 3))


# The folders of runs


def finished_run(folder):
    """What a run leaves."""
    put(folder / "samples" / "step_000010.png")
    put(folder / "history.png")
    (folder / "checkpoints").mkdir()
    data = {"fingerprint": "01234567", "images": 64}
    (folder / "recipe.json").write_text(json.dumps({"recipe": {"name": "tiny"}, "data": data}))


def killed_run(folder):
    """What a run leaves that was killed before its recipe was written."""
    put(folder / "samples" / "step_000000.png")
    (folder / "checkpoints").mkdir()
    (folder / ".lock").touch()


def damaged_run(folder):
    finished_run(folder)
    (folder / "recipe.json").write_text("{")


def run_without_checkpoints(folder):
    """Removed by hand, to save room."""
    finished_run(folder)
    (folder / "checkpoints").rmdir()


ANY_RUN = pytest.mark.parametrize(
    "make", [finished_run, killed_run, damaged_run, run_without_checkpoints]
)


@ANY_RUN
def test_the_pictures_of_a_run_are_no_data_wherever_it_lies(tmp_path, make):
    put(tmp_path / "pictures" / "a.png", 40)
    put(tmp_path / "pictures" / "z.png", 90)
    make(tmp_path / "pictures" / "run")
    make(tmp_path / "pictures" / "deep" / "runs" / "second")
    make(tmp_path / "elsewhere")
    (tmp_path / "pictures" / "linked").symlink_to(tmp_path / "elsewhere")
    found = load_from(tmp_path / "pictures")
    assert shades(found) == [40, 90]
    assert found.source == f"from {tmp_path / 'pictures'}; left out: 3 run folders"


@ANY_RUN
@pytest.mark.parametrize("inside", [".", "samples"])
def test_a_run_folder_and_what_is_in_it_are_refused_as_data(tmp_path, make, inside):
    make(tmp_path / "run")
    with pytest.raises(InputError, match=r"run.* the folder of a training run.*name another"):
        load_from(tmp_path / "run" / inside)


@pytest.mark.parametrize("recipe", ["{}", "soup", '["salt"]', '{"recipe": {"salt": "2 g"}}'])
def test_photographs_with_a_recipe_of_their_own_are_data(tmp_path, recipe):
    put(tmp_path / "dishes" / "soup.png", 40)
    put(tmp_path / "dishes" / "samples" / "small.png", 90)
    (tmp_path / "dishes" / "recipe.json").write_text(recipe)
    for folder in (tmp_path, tmp_path / "dishes", tmp_path / "dishes" / "samples"):
        assert 90 in shades(load_from(folder))


@pytest.mark.parametrize("name", ["samples", "checkpoints"])
def test_a_folder_with_a_name_as_in_a_run_is_data(tmp_path, name):
    put(tmp_path / name / "a.png", 40)
    assert shades(load_from(tmp_path)) == [40]


def test_a_run_beside_its_pictures_goes_on_and_the_next_one_sees_only_pictures(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setitem(RECIPES, "tiny", e2e.tiny())
    for number in range(12):
        put(tmp_path / f"{number:02d}.png")

    def train(out, steps):
        return e2e.cli(
            capsys, "train", "tiny", "--data", f"folder:{tmp_path}", "--steps", steps,
            "--out", tmp_path / out,
        )  # fmt: skip

    for out, steps in (("run", 5), ("run", 10), ("other", 5)):
        code, _, err = train(out, steps)
        assert code == 0, err
    assert gan.open_run(tmp_path / "run").step == 10
    said = [
        json.loads((tmp_path / r / "recipe.json").read_text())["data"] for r in ("run", "other")
    ]
    assert [data["images"] for data in said] == [12, 12]


# Suffixes


def test_what_pillow_reads_is_data_whatever_its_suffix(tmp_path):
    names = {
        "a.jfif": "JPEG", "b.jpe": "JPEG", "c.ppm": "PPM", "d.tga": "TGA", "e.TIF": "TIFF",
        "f.jp2": "JPEG2000", "g.pgm": "PPM", "h.apng": "PNG", "i.dib": "DIB", "j.pcx": "PCX",
        "k.mpo": "JPEG", "l.qoi": "QOI",
    }  # fmt: skip
    for number, (name, format) in enumerate(names.items()):
        put(tmp_path / name, 20 * number, format)
    found = load_from(tmp_path)
    np.testing.assert_allclose(shades(found), 20 * np.arange(len(names)), atol=2)
    assert "left out" not in found.source


@pytest.mark.skipif(
    ".avif" not in photographs.readable_suffixes(), reason="this Pillow has no AVIF"
)
def test_an_avif_is_data(tmp_path):
    put(tmp_path / "a.avif", 130)
    assert shades(load_from(tmp_path)) == pytest.approx([130], abs=3)


def test_a_file_without_a_suffix_is_data_if_it_is_an_image(tmp_path):
    put(tmp_path / "IMG_0001", 40, "JPEG")
    put(tmp_path / "scan.", 90, "PNG")
    (tmp_path / "README").write_text("P1 is no picture\n")
    (tmp_path / "labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 9]) + bytes(99))
    (tmp_path / "empty").touch()
    found = load_from(tmp_path)
    np.testing.assert_allclose(shades(found), [40, 90], atol=2)
    assert found.source.endswith("left out: 3 without a suffix")


def test_a_broken_image_without_a_suffix_is_named(tmp_path):
    put(tmp_path / "ok.png")
    whole = put(tmp_path / "IMG_0001", format="PNG").read_bytes()
    (tmp_path / "IMG_0001").write_bytes(whole[:-60])
    with pytest.raises(InputError, match="IMG_0001 cannot be read as an image"):
        load_from(tmp_path)


@pytest.mark.parametrize("suffix", ["eps", "wmf", "mpg", "h5", "bufr", "grib", "pdf", "heic"])
def test_a_file_that_pillow_cannot_decode_is_left_out_by_name(tmp_path, suffix):
    put(tmp_path / "ok.png")
    (tmp_path / f"other.{suffix}").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0")
    assert f"left out: 1 .{suffix}" in load_from(tmp_path).source


def test_a_decoder_for_heic_is_used_where_it_is_installed(tmp_path, monkeypatch):
    added = types.ModuleType("pillow_heif")
    added.register_heif_opener = lambda: Image.register_extension("PNG", ".heic")
    monkeypatch.setitem(sys.modules, "pillow_heif", added)
    monkeypatch.setattr(Image, "EXTENSION", dict(Image.registered_extensions()))
    photographs.readable_suffixes.cache_clear()
    try:
        put(tmp_path / "a.heic", 40, "PNG")
        assert shades(load_from(tmp_path)) == [40]
    finally:
        photographs.readable_suffixes.cache_clear()


# What is left out is counted and named


def test_all_that_is_left_out_is_counted_and_named(tmp_path):
    put(tmp_path / "a.png", 40)
    for name in ("1.txt", "2.TXT", "deep/3.txt", "photo.heic", "clip.mp4", ".DS_Store"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("no image")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    killed_run(tmp_path / "run")
    os.mkfifo(tmp_path / "pipe.png")
    found = load_from(tmp_path)
    assert shades(found) == [40]
    assert found.source.partition("; left out: ")[2] == (
        "2 dangling links, 1 .heic (Pillow cannot read it), 1 hidden, 1 pipe or device, "
        "1 run folder, 3 .txt, 1 .mp4"
    )


def test_a_great_many_kinds_are_named_in_part_and_counted(tmp_path):
    put(tmp_path / "a.png")
    for number in range(20):
        (tmp_path / f"frame.{number:03d}").touch()
    (tmp_path / "a.png?width=300&height=200").touch()
    source = load_from(tmp_path).source
    assert "left out: 1 with a long suffix, 1 .000, 1 .001" in source
    assert source.endswith("1 .006, 13 of 13 other kinds")


def test_a_folder_of_other_things_says_what_they_are(tmp_path):
    for name in ("a.heic", "b.heic", "notes.txt"):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=r"holds no image .*left out: 2 \.heic .*, 1 \.txt"):
        load_from(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        ".ipynb_checkpoints/a-checkpoint.png", ".thumbnails/a.png", "deep/.h/x/a.png",
        ".hidden.png", "._a.png", "__MACOSX/a.png", "__MACOSX/deep/._a.png",
    ],
)  # fmt: skip
def test_what_is_hidden_is_no_data(tmp_path, name):
    put(tmp_path / "faces" / "b.png", 40)
    put(tmp_path / "faces" / name, 90)
    found = load_from(tmp_path / "faces")
    assert shades(found) == [40] and found.source.endswith("left out: 1 hidden")


def test_a_hidden_folder_that_is_named_is_read(tmp_path):
    put(tmp_path / ".data" / "faces" / "a.png", 40)
    assert shades(load_from(tmp_path / ".data" / "faces")) == [40]
    assert shades(load_from(tmp_path / ".data")) == [40]


# Links


def test_a_linked_class_folder_is_read_in_the_place_of_its_name(tmp_path):
    put(tmp_path / "store" / "x.png", 40)
    put(tmp_path / "classes" / "a" / "1.png", 10)
    put(tmp_path / "classes" / "c" / "1.png", 90)
    (tmp_path / "classes" / "b").symlink_to(tmp_path / "store")
    (tmp_path / "classes" / "d.png").symlink_to(tmp_path / "store" / "x.png")
    found = load_from(tmp_path / "classes")
    assert shades(found) == [10, 40, 90, 40] and "left out" not in found.source


def test_a_change_in_a_linked_folder_is_seen(tmp_path):
    put(tmp_path / "store" / "x.png", 40)
    (tmp_path / "classes").mkdir()
    (tmp_path / "classes" / "b").symlink_to(tmp_path / "store")
    assert shades(load_from(tmp_path / "classes")) == [40]
    put(tmp_path / "store" / "y.png", 50)
    assert shades(load_from(tmp_path / "classes")) == [40, 50]


@pytest.mark.parametrize("target", [".", "..", "deep", "../faces/deep"])
def test_every_real_folder_is_read_once(tmp_path, target):
    put(tmp_path / "other" / "never.png", 200)
    put(tmp_path / "faces" / "a.png", 40)
    put(tmp_path / "faces" / "deep" / "b.png", 90)
    (tmp_path / "faces" / "round").symlink_to(tmp_path / "faces" / target)
    found = load_from(tmp_path / "faces")
    assert shades(found) == [40, 90]
    assert found.source.endswith("left out: 1 link to a folder read before")


def test_two_folders_that_are_linked_to_each_other_are_read_once_each(tmp_path):
    put(tmp_path / "one" / "a.png", 40)
    put(tmp_path / "two" / "b.png", 90)
    (tmp_path / "one" / "x").symlink_to(tmp_path / "two")
    (tmp_path / "two" / "x").symlink_to(tmp_path / "one")
    assert shades(load_from(tmp_path)) == [40, 90]
    shutil.rmtree(tmp_path / "one")
    assert shades(load_from(tmp_path)) == [90]
