"""A folder of images as a dataset: what is read, resized, refused by name, decoded only once."""

import os
import shutil
import sys
import time
from pathlib import Path

import e2e
import numpy as np
import pytest
from PIL import Image

from gan_course.data import folder as folders
from gan_course.data import load
from gan_course.data.batches import Batches
from gan_course.errors import InputError

RNG = np.random.default_rng(4)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """The cache folder of one test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("GAN_COURSE_CACHE", str(folder))
    return folder


def picture(height, width, channels=3):
    return RNG.integers(0, 256, (height, width, channels)).astype(np.uint8).squeeze()


def put(pixels, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(file)
    return pixels


def load_from(folder, image_shape=None):
    return load(f"folder:{folder}", image_shape)


def test_images_of_one_size_are_read_as_they_are_in_the_order_of_their_paths(tmp_path):
    second = put(picture(5, 8), tmp_path / "b" / "deep" / "1.png")
    third = put(picture(5, 8), tmp_path / "c.PNG")
    first = put(picture(5, 8), tmp_path / "a.bmp")
    (tmp_path / "notes.txt").write_text("not an image")
    found = load_from(tmp_path)
    np.testing.assert_array_equal(found.x_train, [first, second, third])
    assert found.name == f"folder:{tmp_path}"
    assert found.source == f"3 images from {tmp_path}"


def test_images_of_mixed_sizes_become_squares_and_the_source_says_so(tmp_path):
    for number, size in enumerate([(12, 9), (7, 20), (9, 9)]):
        put(picture(*size), tmp_path / f"{number}.png")
    found = load_from(tmp_path)
    assert found.x_train.shape == (3, 7, 7, 3)
    assert "of 3 size(s), resized and centre-cropped to 7×7" in found.source


def test_an_exact_fit_changes_no_pixel_and_the_source_says_nothing_of_it(tmp_path):
    pixels = put(picture(6, 4), tmp_path / "a.png")
    found = load_from(tmp_path, (6, 4, 3))
    np.testing.assert_array_equal(found.x_train[0], pixels)
    assert "resized" not in found.source


@pytest.mark.parametrize("wide", [True, False])
def test_cropping_keeps_the_centre(tmp_path, wide):
    stripes = np.zeros((10, 30, 3), np.uint8)
    stripes[:, :10], stripes[:, 10:20], stripes[:, 20:] = (250, 0, 0), (0, 240, 0), (0, 0, 230)
    put(stripes if wide else stripes.swapaxes(0, 1), tmp_path / "a.png")
    found = load_from(tmp_path, (10, 10, 3))
    np.testing.assert_array_equal(found.x_train[0], np.full((10, 10, 3), (0, 240, 0)))


def test_shrinking_averages_and_keeps_left_right_top_and_bottom(tmp_path):
    quarters = np.zeros((40, 40, 3), np.uint8)
    quarters[:20, :20], quarters[:20, 20:], quarters[20:, :20] = 200, 120, 60
    put(quarters, tmp_path / "a.png")
    small = load_from(tmp_path, (8, 8, 3)).x_train[0, :, :, 0].astype(float)
    # the middle of each quarter is flat, whatever the filter does at the edges
    found = small[1, 1], small[1, 6], small[6, 1], small[6, 6]
    assert found == pytest.approx((200, 120, 60, 0), abs=6)


def test_colour_becomes_grey_by_brightness_and_grey_becomes_three_equal_channels(tmp_path):
    colours = np.uint8([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [90, 90, 90]]])
    put(colours, tmp_path / "colour" / "a.png")
    grey = load_from(tmp_path / "colour", (2, 2, 1)).x_train[0, :, :, 0]
    # ITU-R 601: 0.299 R + 0.587 G + 0.114 B, times 255
    np.testing.assert_allclose(grey, [[76, 150], [29, 90]], atol=1)
    flat = put(picture(3, 2, 1), tmp_path / "grey" / "a.png")
    np.testing.assert_array_equal(
        load_from(tmp_path / "grey").x_train[0], np.stack([flat] * 3, axis=-1)
    )


def test_sixteen_bit_greys_keep_their_shades(tmp_path):
    shades = np.uint16([[0, 64 * 256], [128 * 256, 255 * 256]])
    put(shades, tmp_path / "a.png")
    found = load_from(tmp_path, (2, 2, 1)).x_train[0, :, :, 0]
    np.testing.assert_allclose(found, [[0, 64], [128, 255]], atol=1)


@pytest.mark.parametrize("shape", [(4, 6, 1), (4, 6, 3)])
def test_every_mode_of_pillow_becomes_the_shape_asked_for(tmp_path, shape):
    colour = Image.fromarray(picture(4, 6))
    for mode in ("1", "L", "P", "RGB"):
        colour.convert(mode).save(tmp_path / f"{mode}.gif")
    for mode in ("RGBA", "LA"):
        colour.convert(mode).save(tmp_path / f"{mode}.png")
    colour.convert("CMYK").save(tmp_path / "CMYK.jpg")
    assert load_from(tmp_path, shape).x_train.shape == (7, *shape)


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "webp", "tif"])
def test_a_truncated_image_is_named(tmp_path, suffix):
    put(picture(20, 30), tmp_path / "ok.png")
    broken = tmp_path / f"zebra.{suffix}"
    put(picture(20, 30), broken)
    whole = broken.read_bytes()
    for share in (0, 0.1, 0.5, 0.8):
        broken.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(InputError, match=rf"zebra\.{suffix} cannot be read as an image"):
            load_from(tmp_path)


def test_a_file_that_is_no_image_is_named(tmp_path):
    put(picture(4, 4), tmp_path / "ok.png")
    (tmp_path / "fake.jpg").write_text("<html>404</html>")
    with pytest.raises(InputError, match=r"fake\.jpg cannot be read .*repair or remove it"):
        load_from(tmp_path)


@pytest.mark.parametrize(
    ("position", "bit"), [(11, 1), (16, 64)], ids=["header length", "width of a milliard"]
)
def test_a_png_with_a_broken_header_is_named(tmp_path, position, bit):
    put(picture(4, 4), tmp_path / "bad.png")
    damaged = bytearray((tmp_path / "bad.png").read_bytes())
    damaged[position] ^= bit
    (tmp_path / "bad.png").write_bytes(damaged)
    with pytest.raises(InputError, match=r"bad\.png cannot be read as an image"):
        load_from(tmp_path)


def test_an_image_too_large_for_pillow_is_named(tmp_path, monkeypatch):
    put(picture(20, 20), tmp_path / "huge.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(InputError, match=r"huge\.png"):
        load_from(tmp_path)


def test_a_folder_without_images_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(InputError, match=rf"{tmp_path} holds no image \(.*\.png"):
        load_from(tmp_path)


def test_a_path_that_is_no_folder_is_refused(tmp_path):
    put(picture(4, 4), tmp_path / "a.png")
    with pytest.raises(InputError, match=r"a\.png is not a folder"):
        load_from(tmp_path / "a.png")
    with pytest.raises(InputError, match="nowhere is not a folder"):
        load_from(tmp_path / "nowhere")


def test_the_home_folder_may_be_written_as_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    put(picture(4, 4), tmp_path / "faces" / "a.png")
    assert load("folder:~/faces").x_train.shape == (1, 4, 4, 3)


def test_a_photograph_taken_sideways_is_turned_upright(tmp_path):
    pixels = picture(4, 6)  # 4 rows, 6 columns
    sideways = Image.fromarray(pixels)
    exif = sideways.getexif()
    exif[0x0112] = 6  # orientation: turn by 90 degrees clockwise to see it upright
    sideways.save(tmp_path / "a.png", exif=exif)
    found = load_from(tmp_path).x_train[0]
    np.testing.assert_array_equal(found, np.rot90(pixels, -1))


# Many images: decoded once, in threads, into a cache


@pytest.fixture
def no_decoding(monkeypatch):
    """From when it is called, no image can be opened."""

    def refuse(*_, **__):
        raise AssertionError("opened an image")

    return lambda: monkeypatch.setattr(Image, "open", refuse)


def arrays_in(cache):
    return sorted(file.name for file in cache.glob("*.npy"))


def test_a_second_load_opens_no_image_and_says_the_same(tmp_path, no_decoding):
    for number, size in enumerate([(12, 9), (7, 20), (9, 9)]):
        put(picture(*size), tmp_path / f"{number}.png")
    shapes = (None, (9, 9, 1), (7, 7, 3))
    cold = [load_from(tmp_path, shape) for shape in shapes]
    no_decoding()
    for shape, first in zip(shapes, cold, strict=True):
        again = load_from(tmp_path, shape)
        np.testing.assert_array_equal(again.x_train, first.x_train)
        assert (again.source, again.name) == (first.source, first.name)
        assert "of 3 size(s), resized" in again.source


def test_the_images_stay_on_the_disk_and_cannot_be_changed(tmp_path):
    put(picture(4, 4), tmp_path / "a.png")
    images = load_from(tmp_path).x_train
    assert isinstance(images, np.memmap) and not images.flags.writeable


def test_one_folder_named_in_two_ways_has_one_cache(tmp_path, monkeypatch, cache, no_decoding):
    put(picture(4, 4), tmp_path / "faces" / "a.png")
    load_from(tmp_path / "faces")
    no_decoding()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "faces")
    assert load_from("faces").source == "1 images from faces"
    assert load_from("link").source == "1 images from link"
    assert len(arrays_in(cache)) == 1


def change(folder):
    put(picture(4, 4), folder / "b.png")


def add(folder):
    put(picture(4, 4), folder / "deep" / "d.png")


def remove(folder):
    (folder / "b.png").unlink()


def rename(folder):
    (folder / "b.png").rename(folder / "z.png")


def touch(folder):
    found = (folder / "b.png").stat()
    os.utime(folder / "b.png", ns=(found.st_atime_ns, found.st_mtime_ns + 1))


def touch_and_pad(folder):
    """Another size, the same time."""
    found = (folder / "b.png").stat()
    with open(folder / "b.png", "ab") as file:
        file.write(b"more")
    os.utime(folder / "b.png", ns=(found.st_atime_ns, found.st_mtime_ns))


@pytest.mark.parametrize("edit", [change, add, remove, rename, touch, touch_and_pad])
def test_a_folder_that_has_changed_is_decoded_again_and_its_old_cache_removed(
    tmp_path, cache, edit
):
    for name in "abc":
        put(picture(4, 4), tmp_path / f"{name}.png")
        os.utime(tmp_path / f"{name}.png", (1e9, 1e9))  # long before the edit
    load_from(tmp_path)
    load_from(tmp_path, (4, 4, 1))
    before = arrays_in(cache)
    edit(tmp_path)
    found = load_from(tmp_path).x_train
    names = sorted(file.relative_to(tmp_path) for file in tmp_path.rglob("*.png"))
    np.testing.assert_array_equal(found, [np.asarray(Image.open(tmp_path / n)) for n in names])
    after = arrays_in(cache)
    assert len(before) == len(after) == 2 and len({*before} & {*after}) == 1  # the grey one


def test_another_shape_is_another_cache(tmp_path, cache):
    put(picture(4, 6), tmp_path / "a.png")
    for shape in (None, (4, 6, 3), (4, 6, 1), (6, 4, 3)):
        load_from(tmp_path, shape)
    assert len(arrays_in(cache)) == 4


def test_a_broken_image_leaves_no_cache_and_keeps_the_old_one(tmp_path, cache):
    for number in range(30):
        put(picture(4, 4), tmp_path / "pictures" / f"{number:02d}.png")
    load_from(tmp_path / "pictures", (4, 4, 3))
    before = {file.name for file in cache.iterdir()}
    (tmp_path / "pictures" / "25.png").write_bytes(b"no image")
    (tmp_path / "pictures" / "26.png").write_bytes(b"no image")
    for _ in range(2):
        with pytest.raises(InputError, match=r"25\.png cannot be read as an image"):
            load_from(tmp_path / "pictures", (4, 4, 3))
        assert {file.name for file in cache.iterdir()} == before


def test_many_images_come_in_order_and_equal_to_what_pillow_reads(tmp_path):
    # of very different sizes, so that threads do not end in the order in which they began
    for number in range(60):
        side = 300 if number % 7 == 0 else 12
        put(picture(side, side), tmp_path / f"{number % 3}" / f"{number:02d}.png")
    expected = [
        np.asarray(Image.open(file).resize((12, 12), Image.Resampling.LANCZOS))
        for file in sorted(tmp_path.rglob("*.png"))
    ]
    np.testing.assert_array_equal(load_from(tmp_path, (12, 12, 3)).x_train, expected)


def test_only_a_few_images_are_read_ahead():
    begun = []
    rows = folders._in_threads(begun.append, [str(n) for n in range(1_000)], "decoding")
    for _ in range(5):
        next(rows)
        time.sleep(0.02)  # time enough to begin with all
    rows.close()
    assert 5 < len(begun) < 50  # at most 16 threads, and two images for each


def test_a_process_killed_while_it_decodes_leaves_nothing_that_is_used(tmp_path, cache):
    pixels = put(picture(400, 400), tmp_path / "000.png")
    for number in range(1, 80):
        shutil.copy(tmp_path / "000.png", tmp_path / f"{number:03d}.png")
    code = "import sys; from gan_course.data import load; load(sys.argv[1], (400, 400, 3))"
    process = e2e.start("-c", code, f"folder:{tmp_path}", GAN_COURSE_CACHE=str(cache))
    e2e.wait_until(lambda: sum(f.stat().st_size for f in cache.glob(".*.tmp")) > 1e6, process)
    process.kill()
    e2e.finish(process)
    assert arrays_in(cache) == [] and len(list(cache.glob(".*.tmp"))) == 1
    assert (load_from(tmp_path, (400, 400, 3)).x_train == pixels).all()
    assert sorted(file.suffix for file in cache.iterdir()) == [".json", ".lock", ".npy"]


def test_the_order_is_that_of_paths_folder_by_folder(tmp_path):
    names = ["a.png", "a/z.png", "a/b/c.png", "a-b/c.png", "B.png", ".h/x.png", "a.d/y.png"]
    for name in names:
        put(picture(3, 3), tmp_path / name)
    files, _ = folders._listed(tmp_path)
    assert [Path(file) for file in files] == sorted(tmp_path / name for name in names)


def test_batches_are_cut_from_the_disk_as_from_memory(tmp_path):
    pixels = [put(picture(5, 4), tmp_path / f"{number:02d}.png") for number in range(20)]
    mapped = Batches(load_from(tmp_path).x_train, batch_size=6, d_steps=2, seed=1)
    in_memory = Batches(np.stack(pixels), batch_size=6, d_steps=2, seed=1)
    for step in (0, 1, 5):
        np.testing.assert_array_equal(mapped(step), in_memory(step))
        assert type(mapped(step)) is np.ndarray


@pytest.mark.parametrize("in_notebook", [True, False])
@pytest.mark.parametrize("many", [5, 6])
def test_only_many_images_have_a_progress_bar(tmp_path, monkeypatch, capsys, many, in_notebook):
    monkeypatch.setattr(folders, "_MANY", many)
    monkeypatch.setitem(sys.modules, "ipykernel", None)
    if not in_notebook:
        monkeypatch.delitem(sys.modules, "ipykernel")
    for number in range(5):
        put(picture(4, 4), tmp_path / f"{number}.png")
    load_from(tmp_path)
    out, err = capsys.readouterr()
    shown, other = (out, err) if in_notebook else (err, out)
    assert ("decoding: 100%" in shown and "5/5" in shown) == (shown != "") == (many == 5)
    assert other == ""


def test_a_folder_that_cannot_be_listed_is_named(tmp_path, monkeypatch):
    put(picture(4, 4), tmp_path / "a.png")
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def refuse(folder):  # no mode of a folder keeps root out
        if folder.endswith("closed"):
            raise PermissionError(13, "Permission denied", folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match=r"closed cannot be read \(Permission denied\); make"):
        load_from(tmp_path)


MEMORY = """
import sys
from pathlib import Path
from gan_course.data.folder import load_folder

def peak():  # of this program alone; ru_maxrss would begin with that of the tests
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024

few = load_folder(Path(sys.argv[1]) / "few", (400, 400, 3))
before = peak()
many = load_folder(Path(sys.argv[1]) / "many", (400, 400, 3))
print(many.x_train.nbytes, peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc/self/status")
def test_memory_does_not_grow_with_the_number_of_images(tmp_path, cache):
    put(picture(400, 400), tmp_path / "one.jpg")
    for folder, count in (("few", 30), ("many", 400)):
        (tmp_path / folder).mkdir()
        for number in range(count):
            shutil.copy(tmp_path / "one.jpg", tmp_path / folder / f"{number:03d}.jpg")
    process = e2e.start("-c", MEMORY, tmp_path, GAN_COURSE_CACHE=str(cache))
    code, out, err = e2e.finish(process)
    assert code == 0, err
    size, growth = map(int, out.split())
    assert size == 400 * 400 * 400 * 3  # 192 MB
    assert growth < 30e6
