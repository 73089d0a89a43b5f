"""Reading a NumPy archive: every array as it was written, or one error that names the file."""

import io
import zipfile

import numpy as np
import pytest

from gan_course.base.archives import read_arrays
from gan_course.base.errors import InputError

ARRAYS = {
    "weights/kernel": np.random.default_rng(8).normal(size=(7, 5, 3)).astype(np.float32),
    "step": np.int64(12345),
    "empty": np.zeros((0, 4), np.uint8),
}


def archive(save=np.savez, **arrays):
    file = io.BytesIO()
    save(file, **(arrays or ARRAYS))
    return file.getvalue()


@pytest.fixture
def read(tmp_path):
    def read(content):
        (tmp_path / "a.npz").write_bytes(content)
        return read_arrays(tmp_path / "a.npz")

    return read


def assert_unchanged(found):
    for name, array in found.items():
        assert array.dtype == ARRAYS[name].dtype and array.shape == ARRAYS[name].shape
        np.testing.assert_array_equal(array, ARRAYS[name])


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_come_back_with_their_names_types_and_shapes(read, save):
    found = read(archive(save))
    assert found.keys() == ARRAYS.keys()
    assert_unchanged(found)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_archive_cut_anywhere_is_an_input_error(read, save):
    whole = archive(save)
    for length in range(0, len(whole), 7):
        with pytest.raises(InputError, match=r"a\.npz is damaged"):
            read(whole[:length])


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_flipped_bit_anywhere_is_an_input_error_or_changes_no_number(read, save):
    whole, refused = archive(save), 0
    for position in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        try:
            assert_unchanged(read(damaged))
        except InputError:
            refused += 1
    assert len(whole) / 6 < refused < len(whole) / 3  # a date, for one, may change


@pytest.mark.parametrize(
    ("offset", "bit"), [(8, 1), (8, 32), (6, 64)], ids=["encrypted", "patched", "version"]
)
def test_a_flipped_bit_in_the_index_of_the_zip_is_an_input_error(read, offset, bit):
    damaged = bytearray(archive())
    damaged[damaged.index(b"PK\x01\x02") + offset] ^= bit
    with pytest.raises(InputError, match=r"a\.npz is damaged"):
        read(damaged)


def test_a_bit_flipped_in_the_data_is_noticed_by_the_checksum(read):
    whole = archive()
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        start = opened.getinfo("weights/kernel.npy").header_offset
    damaged = bytearray(whole)
    damaged[start + 400] ^= 1  # one bit of one number
    with pytest.raises(InputError, match=r"is damaged .*CRC"):
        read(damaged)


def test_pickled_objects_are_refused(read):
    with pytest.raises(InputError, match=r"a\.npz holds pickled objects"):
        read(archive(a=np.array([{}, None])))
    with pytest.raises(InputError, match=r"not an \.npz archive"):
        read(b"\x80\x04K\x01.")  # a pickle by itself


def test_a_plain_npy_is_no_archive(read):
    file = io.BytesIO()
    np.save(file, np.arange(3))
    with pytest.raises(InputError, match=r"a\.npz is damaged"):
        read(file.getvalue())


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"none\.npz is damaged .*No such file"):
        read_arrays(tmp_path / "none.npz")
