"""Pictures: the same as a slow loop makes them, and the same when read back with Pillow."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from gan_course.base.errors import InputError
from gan_course.runs import images

RNG = np.random.default_rng(3)


def pixels(*shape):
    return RNG.integers(0, 256, shape).astype(np.uint8)


def png(picture, folder, name="a.png", about=None):
    with open(folder / name, "wb") as file:
        images.write_png(file, picture, about or {})
    return folder / name


def test_the_unit_range_becomes_0_to_255_and_the_rest_is_clipped():
    values = np.float32([-1, -0.5, 0, 0.25, 1, -7, 1.5])
    # (v + 1) * 127.5 by hand: 0, 63.75, 127.5 (to the even neighbour), 159.375, 255
    np.testing.assert_array_equal(images.to_uint8(values), [0, 64, 128, 159, 255, 0, 255])
    assert images.to_uint8(values).dtype == np.uint8


@pytest.mark.parametrize("value_range", [(-1.0, 1.0), (0.0, 1.0)])
def test_pixels_come_back_from_either_value_range(value_range):
    every_grey = np.arange(256, dtype=np.float32)
    floats = images.from_uint8(every_grey, value_range)
    np.testing.assert_allclose(floats, np.linspace(*value_range, 256), atol=1e-6)
    back = images.to_uint8(images.to_unit_range(floats, value_range))
    np.testing.assert_array_equal(back, every_grey)


def test_both_value_ranges_become_the_unit_range():
    values = np.float32([0, 0.25, 1])
    np.testing.assert_allclose(images.to_unit_range(values, (0.0, 1.0)), [-1, -0.5, 1])
    np.testing.assert_allclose(images.to_unit_range(values, (-1.0, 1.0)), values)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("count", [6, 4])
def test_tile_lays_images_row_by_row_as_a_slow_loop_does(channels, count):
    rows, columns, gap, height, width = 2, 3, 2, 4, 5
    batch = pixels(count, height, width, channels)
    expected = np.full((2 * 6 + 2, 3 * 7 + 2, channels), 32, np.uint8)
    for place in range(rows * columns):
        top, left = 2 + (place // columns) * 6, 2 + (place % columns) * 7
        for y in range(height):
            for x in range(width):
                expected[top + y, left + x] = batch[place, y, x] if place < count else 0
    np.testing.assert_array_equal(images.tile(batch, rows, columns, gap), expected)


def test_tile_refuses_more_images_than_places():
    with pytest.raises(ValueError, match="7 images do not fit into 2x3 places"):
        images.tile(pixels(7, 4, 5, 1), 2, 3)


@pytest.mark.parametrize(
    ("count", "grid"),
    [(1, (1, 1)), (2, (1, 2)), (4, (2, 2)), (5, (2, 3)), (64, (8, 8)), (7, (3, 3))],
)
def test_square_finds_the_smallest_nearly_square_grid(count, grid):
    assert images.square(count) == grid


def test_enlarged_repeats_pixels_until_the_longer_side_is_long_enough():
    picture = pixels(3, 5, 1)
    large = images.enlarged(picture, longest=16)
    assert large.shape == (12, 20, 1)  # 4 times: 3 * 5 < 16 <= 4 * 5
    for y in range(12):
        for x in range(20):
            assert large[y, x] == picture[y // 4, x // 4]
    assert images.enlarged(picture, longest=5).shape == (3, 5, 1)
    assert images.enlarged(pixels(242, 100, 1)).shape == (484, 200, 1)  # to 480 unless told
    assert images.enlarged(pixels(500, 10, 1)).shape == (500, 10, 1)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_png_is_read_back_pixel_for_pixel_with_its_text(tmp_path, channels):
    picture = pixels(4, 7, channels)
    file = png(picture, tmp_path, about={"Recipe": "démo · 数", "Step": 500})
    found, about = images.read_png(file)
    np.testing.assert_array_equal(found, picture)
    assert about == {"Recipe": "démo · 数", "Step": "500"}
    with Image.open(file) as opened:  # and with Pillow alone
        np.testing.assert_array_equal(np.asarray(opened), picture.squeeze())
        assert opened.format == "PNG" and opened.text["Step"] == "500"


@pytest.mark.parametrize("channels", [1, 3])
def test_a_png_written_enlarged_is_read_back_as_it_was_made(tmp_path, channels):
    picture = pixels(90, 70, channels)
    with open(tmp_path / "a.png", "wb") as file:
        images.write_png(file, picture, {"Step": 7}, enlarge=True)
    with Image.open(tmp_path / "a.png") as opened:  # 6 * 90 is the first above 480
        assert opened.size == (420, 540) and opened.text == {"Step": "7", "Enlarged": "6"}
        large = np.asarray(opened).reshape(540, 420, channels)
    for y, x in ((0, 0), (5, 0), (6, 0), (539, 419), (300, 299)):
        np.testing.assert_array_equal(large[y, x], picture[y // 6, x // 6])
    found, about = images.read_png(tmp_path / "a.png")
    np.testing.assert_array_equal(found, picture)
    assert about == {"Step": "7"}


def test_a_large_picture_is_written_as_it_is(tmp_path):
    picture = pixels(490, 20, 1)
    with open(tmp_path / "a.png", "wb") as file:
        images.write_png(file, picture, {}, enlarge=True)
    with Image.open(tmp_path / "a.png") as opened:
        np.testing.assert_array_equal(np.asarray(opened), picture[..., 0])
        assert "Enlarged" not in opened.text


@pytest.mark.parametrize("times", ["0", "-2", "twice", "1.5", ""])
def test_a_png_that_is_enlarged_nobody_knows_how_often_is_named(tmp_path, times):
    file = png(pixels(4, 7, 1), tmp_path, about={"Enlarged": times})
    with pytest.raises(InputError, match=rf"a\.png says that it is enlarged '{times}' times"):
        images.read_png(file)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_gif_has_every_frame_at_a_constant_time_and_holds_the_last(tmp_path, channels):
    frames = [png(pixels(10, 12, channels), tmp_path, f"{n}.png") for n in range(4)]
    with open(tmp_path / "a.gif", "wb") as file:
        images.write_gif(file, frames, "recipe démo, seed 7", frame_ms=120, last_ms=2000)
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.format == "GIF" and gif.n_frames == 4
        assert gif.info["loop"] == 0 and gif.info["comment"].decode() == "recipe démo, seed 7"
        shown = [frame.info["duration"] for frame in ImageSequence.Iterator(gif)]
    assert shown == [120, 120, 120, 2000]
    assert images.gif_frames(tmp_path / "a.gif") == (4, shown)


@pytest.mark.parametrize(("enlarge", "times"), [(True, 16), (False, 1)])
def test_gif_frames_are_the_pictures_in_order_enlarged_if_asked_to(tmp_path, enlarge, times):
    pictures = [pixels(10, 30, 1) for _ in range(3)]
    frames = [png(picture, tmp_path, f"{n}.png") for n, picture in enumerate(pictures)]
    with open(tmp_path / "a.gif", "wb") as file:
        images.write_gif(file, frames, "", enlarge=enlarge)
    with Image.open(tmp_path / "a.gif") as gif:
        for number, frame in enumerate(ImageSequence.Iterator(gif)):
            found = np.asarray(frame.convert("L"))
            assert found.shape == (10 * times, 30 * times)
            # grey is rounded to a tenth of the scale, which keeps the file small
            exact = np.kron(pictures[number][..., 0].astype(int), np.ones((times, times)))
            assert 8 < np.abs(found - exact).max() <= 13


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("width", "height"), [(490, 30), (1280, 60)])
def test_captions_stand_in_a_strip_that_grows_with_the_picture(tmp_path, width, height, channels):
    frames = [png(pixels(20, width, channels), tmp_path, f"{n}.png") for n in range(2)]
    with open(tmp_path / "a.gif", "wb") as file:
        images.write_gif(file, frames, "", captions=["step 1", "step 12,345"])
    strips = []
    with Image.open(tmp_path / "a.gif") as gif:
        for frame in ImageSequence.Iterator(gif):
            found = np.asarray(frame.convert("L"))
            assert found.shape == (20 + height, width)
            strips.append(found[20:] > 100)
    for strip in strips:
        down, across = (np.flatnonzero(strip.any(axis=axis)) for axis in (1, 0))
        assert down[0] >= 2 and down[-1] <= height - 3  # no letter is cut
        assert 0.35 < (down[-1] - down[0]) / height < 0.9  # and they fill it
        assert abs(across[0] + across[-1] - width) < height  # in the middle
    assert strips[1].sum() > 1.3 * strips[0].sum()  # the longer text has more ink


def test_frames_may_have_times_of_their_own(tmp_path):
    frames = [png(pixels(10, 12, 1), tmp_path, f"{n}.png") for n in range(3)]
    with open(tmp_path / "a.gif", "wb") as file:
        images.write_gif(file, frames, "", frame_ms=[500, 250, 250], last_ms=1000)
    assert images.gif_frames(tmp_path / "a.gif") == (3, [500, 250, 1000])


def test_a_single_frame_is_a_gif_too(tmp_path):
    with open(tmp_path / "a.gif", "wb") as file:
        images.write_gif(file, [png(pixels(10, 12, 1), tmp_path)], "")
    assert images.gif_frames(tmp_path / "a.gif")[0] == 1


def test_equal_frames_keep_their_share_of_the_time(tmp_path):
    frame, other = (png(pixels(10, 12, 1), tmp_path, name) for name in ("a.png", "b.png"))
    with open(tmp_path / "a.gif", "wb") as file:
        images.write_gif(file, [frame, frame, other, other], "")
    # Pillow shows two equal frames as one, for as long as both: 3 * 120 + 2000
    assert sum(images.gif_frames(tmp_path / "a.gif")[1]) == 2360


def test_a_film_of_one_picture_is_held_as_its_last_frame(tmp_path):
    with open(tmp_path / "a.gif", "wb") as file:
        images.write_gif(file, [png(pixels(10, 12, 3), tmp_path)], "about", last_ms=700)
    with Image.open(tmp_path / "a.gif") as gif:
        assert (gif.n_frames, gif.info["duration"], gif.info["loop"]) == (1, 700, 0)
        assert gif.info["comment"] == b"about"


def by_pillow_alone(frames, times):
    """The GIF of uint8 pictures, in 64 colours or 11 greys, as Pillow writes it: its bytes."""
    made = [Image.fromarray(frame.squeeze()) for frame in frames]
    if made[0].mode == "L":
        made = [frame.point([round(round(g / 25.5) * 25.5) for g in range(256)]) for frame in made]
    else:
        made = [frame.quantize(64, dither=Image.Dither.NONE) for frame in made]
    file = io.BytesIO()
    made[0].save(
        file, "GIF", save_all=True, append_images=made[1:], duration=times, loop=0, comment=b"x"
    )
    return file.getvalue()


@pytest.mark.parametrize("channels", [1, 3])
def test_a_gif_of_tiles_has_few_colours_and_is_no_larger_than_pillow_alone_makes_it(
    tmp_path, channels
):
    slopes = np.linspace(0, 1, 28)[:, None, None] * pixels(3, 16, 1, 28, channels)
    grids = [images.tile(batch.astype(np.uint8), 4, 4) for batch in slopes]
    files = [png(grid, tmp_path, f"{number}.png") for number, grid in enumerate(grids)]
    with open(tmp_path / "a.gif", "wb") as file:
        images.write_gif(file, files, "x")
    size = (tmp_path / "a.gif").stat().st_size
    assert size == pytest.approx(len(by_pillow_alone(grids, [120, 120, 2000])), rel=0.02)
    with Image.open(tmp_path / "a.gif") as gif:
        for frame in ImageSequence.Iterator(gif):
            colours = len(frame.convert("RGB").getcolors())
            assert 8 < colours <= (11 if channels == 1 else 64)


def test_a_png_of_a_palette_is_read_in_its_colours(tmp_path):
    indices = pixels(5, 6) % 2
    image = Image.fromarray(indices)
    image.putpalette(bytes([10, 20, 30, 200, 0, 90]))
    image.save(tmp_path / "a.png")
    expected = np.uint8([[10, 20, 30], [200, 0, 90]])[indices]
    np.testing.assert_array_equal(images.read_png(tmp_path / "a.png")[0], expected)


def test_no_other_room_writes_or_reads_image_files():
    package = Path(images.__file__).parents[1]
    text = {file: file.read_text("utf-8") for file in package.rglob("*.py")}
    knows = {file.name for file, code in text.items() if re.search(r"(import|from) imageio", code)}
    opens = {file.name for file, code in text.items() if re.search(r"\bImage\.open\(", code)}
    assert knows == {"images.py", "photographs.py"}
    assert opens == {"photographs.py", "paired_downloads.py"}  # the latter, bytes of an archive
    assert "PIL" not in text[package / "data" / "folder.py"]


def test_a_gif_of_no_frames_or_of_frames_of_two_sizes_is_refused(tmp_path):
    with pytest.raises(InputError, match="no sample grid to animate yet"):
        images.write_gif(io.BytesIO(), [], "")
    frames = [png(pixels(10, width, 1), tmp_path, f"{width}.png") for width in (10, 12)]
    with pytest.raises(InputError, match="sample grids differ in size"):
        images.write_gif(io.BytesIO(), frames, "")


def test_a_frame_that_cannot_be_read_is_named(tmp_path):
    good = png(pixels(10, 12, 1), tmp_path)
    (tmp_path / "step_000500.png").write_bytes(good.read_bytes()[:60])
    with pytest.raises(InputError, match=r"step_000500\.png"):
        images.write_gif(io.BytesIO(), [good, tmp_path / "step_000500.png"], "")


def test_images_of_two_pixels_are_shown_as_points_of_the_plane():
    corners = np.array([[0, 0], [255, 0], [255, 255]], np.uint8).reshape(3, 1, 2, 1)
    picture = images.overview(corners, 1, 3)
    assert picture.shape == (300, 300, 1) and (picture == 224).sum() == 27
    for top, left in ((297, 0), (297, 297), (0, 297)):  # x to the right, y up
        assert (picture[top : top + 3, left : left + 3] == 224).all()


def test_other_images_are_tiled():
    pixels = np.arange(2 * 4 * 6, dtype=np.uint8).reshape(2, 4, 6, 1)
    np.testing.assert_array_equal(images.overview(pixels, 1, 2), images.tile(pixels, 1, 2))
