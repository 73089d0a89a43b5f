"""A folder of images as a dataset: what is read, resized, refused by name, decoded only once."""

import os
import shutil
import struct
import sys
import time
import zlib
from pathlib import Path

import e2e
import numpy as np
import pytest
from PIL import Image, features

from gan_course.base.errors import InputError
from gan_course.data import folder as folders
from gan_course.data import load
from gan_course.data.batches import Batches
from gan_course.data.scan import scan

RNG = np.random.default_rng(4)
NEEDS_AVIF = pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF")


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
    assert found.source == f"from {tmp_path}; left out: 1 .txt"


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


# Depth: more than eight bits


@pytest.mark.parametrize("suffix", ["png", "tif", "pgm"])
def test_sixteen_bit_greys_are_divided_by_257(tmp_path, suffix):
    values = np.uint16([[0, 1, 128, 129], [25_700, 40_000, 65_406, 65_535]])
    put(values, tmp_path / f"a.{suffix}")
    found = load_from(tmp_path).x_train[0]
    np.testing.assert_array_equal(found[..., 0], np.rint(values / 257))
    assert (found == found[..., :1]).all()


def test_a_black_image_of_sixteen_bits_is_black(tmp_path):
    put(np.zeros((3, 4), np.uint16), tmp_path / "a.png")
    assert load_from(tmp_path).x_train.max() == 0


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("largest", [255, 4095])
def test_twelve_or_fewer_bits_in_sixteen_are_refused_by_name(tmp_path, suffix, largest):
    put(np.uint16([[0, 9], [7, largest]]), tmp_path / f"scan.{suffix}")
    with pytest.raises(InputError, match=rf"scan\.{suffix} .*no value above {largest} .*8 bits"):
        load_from(tmp_path)


def test_integers_of_32_bits_are_greys_of_16_or_refused(tmp_path):
    put(np.int32([[0, 25_700], [40_000, 65_535]]), tmp_path / "a.tif")
    np.testing.assert_array_equal(load_from(tmp_path).x_train[0, ..., 0], [[0, 100], [156, 255]])
    for low, high in ((-1, 65_535), (0, 65_536)):
        put(np.int32([[low, high]]), tmp_path / "b.tif")
        with pytest.raises(InputError, match=rf"b\.tif holds integers from {low} to {high}"):
            load_from(tmp_path)


def test_floating_point_numbers_are_refused_with_the_remedy(tmp_path):
    put(np.float32([[0, 0.5], [0.9, 1]]), tmp_path / "a.tif")
    with pytest.raises(InputError, match=r"a\.tif holds floating-point .*save it with 8 bits"):
        load_from(tmp_path)


def write_png(file, depth, colour_type, values, key=None):
    """A PNG of one row of `values` (W, channels), by hand: Pillow writes no 16-bit colours."""

    def chunk(kind, content):
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    words = np.asarray(values).astype(">u2" if depth == 16 else ">u1")
    header = struct.pack(">IIBBBBB", len(words), 1, depth, colour_type, 0, 0, 0)
    parts = [chunk(b"IHDR", header)]
    if key is not None:
        parts.append(chunk(b"tRNS", np.asarray(key, ">u2").tobytes()))
    parts += [chunk(b"IDAT", zlib.compress(b"\0" + words.tobytes())), chunk(b"IEND", b"")]
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


GREY, COLOUR, WITH_ALPHA = 0, 2, 6  # colour types of PNG


def test_sixteen_bit_colours_keep_their_upper_byte_and_twelve_bits_are_refused(tmp_path):
    values = np.array([[0, 300, 65_535], [256, 25_600, 40_000]])
    write_png(tmp_path / "a.png", 16, COLOUR, values)
    np.testing.assert_array_equal(load_from(tmp_path).x_train[0, 0], values // 256)
    for refused in (values // 16, values // 257):
        write_png(tmp_path / "b.png", 16, COLOUR, refused)
        with pytest.raises(InputError, match=r"b\.png holds 16 bits a colour, and no value above"):
            load_from(tmp_path)
    opaque = np.array([[300, 200, 4_000, 65_535]])
    write_png(tmp_path / "b.png", 16, WITH_ALPHA, opaque)
    with pytest.raises(InputError, match=r"b\.png holds 16 bits a colour, and no value above"):
        load_from(tmp_path)


def test_dark_colours_of_eight_bits_stay_as_they_are(tmp_path):
    pixels = put(picture(4, 5) // 32, tmp_path / "night.png")
    np.testing.assert_array_equal(load_from(tmp_path).x_train[0], pixels)


# Alpha: on white


def on_white(colours, alpha):
    """By the definition of "over", in floats."""
    alpha = alpha[..., np.newaxis] / 255
    return colours * alpha + 255 * (1 - alpha)


@pytest.mark.parametrize(
    "suffix", ["png", "webp", "tif", "tga", pytest.param("avif", marks=NEEDS_AVIF)]
)
def test_what_is_transparent_is_shown_on_white_and_the_source_says_so(tmp_path, suffix):
    colours, alpha = picture(6, 8), picture(6, 8, 1)
    alpha[0], alpha[1] = 0, 255
    how = {"lossless": True} if suffix == "webp" else {"quality": 100, "subsampling": "4:4:4"}
    pixels = np.dstack([colours, alpha])
    Image.fromarray(pixels).save(tmp_path / f"a.{suffix}", exact=True, **how)
    found = load_from(tmp_path)
    near = 4 if suffix == "avif" else 1
    np.testing.assert_allclose(found.x_train[0], on_white(colours, alpha), atol=near)
    assert found.source == f"from {tmp_path}, transparent parts on white"


def test_a_black_logo_on_nothing_stays_a_logo(tmp_path):
    alpha = picture(6, 8, 1)
    Image.fromarray(np.dstack([np.zeros_like(alpha), alpha])).save(tmp_path / "logo.png")  # LA
    for shape in ((6, 8, 1), (6, 8, 3)):
        found = load_from(tmp_path, shape).x_train[0, ..., 0]
        np.testing.assert_allclose(found, 255 - alpha.astype(int), atol=1)


def test_shrinking_shows_nothing_of_the_colours_under_transparent_pixels(tmp_path):
    colours, alpha = picture(40, 40), np.zeros((40, 40), np.uint8)
    Image.fromarray(np.dstack([colours, alpha])).save(tmp_path / "a.png")
    assert (load_from(tmp_path, (9, 9, 3)).x_train == 255).all()


@pytest.mark.parametrize("suffix", ["png", "gif"])
def test_a_transparent_colour_of_a_palette_is_white(tmp_path, suffix):
    indices = np.uint8([[0, 1, 2], [2, 1, 0]])
    palette = np.uint8([[10, 20, 30], [200, 0, 0], [0, 90, 180]])
    image = Image.fromarray(indices)
    image.putpalette(palette.tobytes())
    image.save(tmp_path / f"a.{suffix}", transparency=1)
    palette[1] = 255
    found = load_from(tmp_path)
    np.testing.assert_array_equal(found.x_train[0], palette[indices])
    assert "transparent parts on white" in found.source


def test_a_palette_with_alpha_values_is_shown_on_white(tmp_path):
    image = Image.fromarray(np.uint8([[0, 1, 2]]))
    image.putpalette(bytes([10, 20, 30, 200, 0, 0, 0, 90, 180]))
    image.save(tmp_path / "a.png", transparency=bytes([255, 0, 51]))
    # by hand: 51 / 255 = 0.2, so 0.2 * (0, 90, 180) + 0.8 * 255
    expected = [[10, 20, 30], [255, 255, 255], [204, 222, 240]]
    np.testing.assert_allclose(load_from(tmp_path).x_train[0, 0], expected, atol=1)


@pytest.mark.parametrize(
    ("depth", "colour_type", "values", "key", "expected"),
    [
        (8, GREY, [[9], [70], [200]], [70], [9, 255, 200]),
        (16, GREY, [[2_570], [40_000], [40_001]], [40_000], [10, 255, 156]),
        (8, COLOUR, [[9, 9, 9], [7, 7, 7], [8, 8, 8]], [7, 7, 7], [9, 255, 8]),
    ],
)
def test_the_colour_key_of_a_png_is_white(tmp_path, depth, colour_type, values, key, expected):
    write_png(tmp_path / "a.png", depth, colour_type, values, key)
    found = load_from(tmp_path)
    np.testing.assert_array_equal(found.x_train[0, 0, :, 0], expected)
    assert "transparent parts on white" in found.source


def test_a_colour_key_of_sixteen_bits_is_refused_by_name(tmp_path):
    values = [[40_000, 30_000, 20_000], [100, 200, 60_000]]
    write_png(tmp_path / "a.png", 16, COLOUR, values, values[0])
    with pytest.raises(InputError, match=r"a\.png holds 16 bits a colour, and a colour for the"):
        load_from(tmp_path)


def test_of_opaque_alpha_the_source_says_nothing(tmp_path):
    pixels = picture(4, 6)
    Image.fromarray(pixels).convert("RGBA").save(tmp_path / "a.png")
    found = load_from(tmp_path)
    np.testing.assert_array_equal(found.x_train[0], pixels)
    assert found.source == f"from {tmp_path}"


def test_of_an_animation_the_first_frame_is_read(tmp_path):
    frames = [Image.fromarray(np.full((4, 5), shade, np.uint8)) for shade in (40, 90, 200)]
    for suffix in ("gif", "png", "webp", "tif"):
        how = {"lossless": True} if suffix == "webp" else {}
        file = tmp_path / f"a.{suffix}"
        frames[0].save(file, save_all=True, append_images=frames[1:], **how)
    found = load_from(tmp_path).x_train
    assert found.shape == (4, 4, 5, 3) and (found == 40).all()


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


@pytest.mark.parametrize("shape", [(4, 4, 3), None])
def test_all_broken_images_are_named_in_one_message_and_many_are_counted(tmp_path, shape):
    for number in range(40):
        put(picture(4, 4), tmp_path / f"{number:02d}.png")
    cut = (tmp_path / "03.png").read_bytes()[:60]  # its header is whole, its pixels are not
    broken = [3, 7, *range(20, 33)]
    for number in broken:
        (tmp_path / f"{number:02d}.png").write_bytes(cut if number == 3 else b"no image")
    with pytest.raises(InputError, match=r"^15 of 40 images: .*; and 5 more$") as error:
        load_from(tmp_path, shape)
    named = [number for number in range(40) if f"/{number:02d}.png" in str(error.value)]
    assert named == broken[:10] and "\n" not in str(error.value)


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


# EXIF 2.32, tag 0x0112: how to turn what is stored to see it upright
UPRIGHT = {
    1: lambda p: p, 2: np.fliplr, 3: lambda p: np.rot90(p, 2), 4: np.flipud,
    5: lambda p: p.swapaxes(0, 1), 6: lambda p: np.rot90(p, -1),
    7: lambda p: np.rot90(p, 2).swapaxes(0, 1), 8: np.rot90,
}  # fmt: skip


@pytest.mark.parametrize("turn", UPRIGHT)
@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_a_photograph_taken_sideways_is_turned_upright(tmp_path, turn, mode, suffix):
    pixels = picture(4, 6, 1) // 17 * 17  # 4 rows, 6 columns, of greys that 16 bits hold exactly
    if mode == "I;16":
        sideways = Image.fromarray(pixels.astype(np.uint16) * 257)
    else:
        sideways = Image.fromarray(pixels).convert(mode)
    exif = sideways.getexif()
    exif[0x0112] = turn
    sideways.save(tmp_path / f"a.{suffix}", exif=exif)
    for channels in (1, 3):
        upright = UPRIGHT[turn](pixels)
        found = load_from(tmp_path, (*upright.shape, channels)).x_train[0]
        np.testing.assert_array_equal(found, np.stack([upright] * channels, axis=-1))
    assert load_from(tmp_path).image_shape == (*upright.shape, 3)  # measured


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
    assert load_from("faces").source == "from faces"
    assert load_from("link").source == "from link"
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
        with pytest.raises(InputError, match=r"2 of 30 images: .*25\.png cannot be .*26\.png"):
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
    names = ["a.png", "a/z.png", "a/b/c.png", "a-b/c.png", "B.png", "_h/x.png", "a.d/y.png"]
    for name in names:
        put(picture(3, 3), tmp_path / name)
    found = scan(tmp_path, version=1).files
    assert [Path(file) for file in found] == sorted(tmp_path / name for name in names)


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
    monkeypatch.setattr(folders, "MANY", many)
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
