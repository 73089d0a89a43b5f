"""A folder of images as a dataset: what is read, what is resized, what is refused by name."""

import numpy as np
import pytest
from PIL import Image

from gan_course.data import load
from gan_course.errors import InputError

RNG = np.random.default_rng(4)


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
