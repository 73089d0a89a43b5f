"""Pairs of images from the internet: each archive is fetched once and cached by Keras.

In: nothing but a network, once. Out: uint8 arrays under `PAIR_KEYS`, and which of the two is the
input is decided here. Archives are read in memory: nothing of theirs is unpacked onto the disk.
Whatever goes wrong here is turned into a `DatasetUnavailable` by sources.py.
"""

import io
import json
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gan_course.data.downloads import Arrays
from gan_course.data.mirror import PAIR_KEYS

# The copy that TensorFlow's tutorial on pix2pix reads. Nobody publishes a checksum of it, hence
# the counts: half an archive is refused.
FACADES = "http://efrosgans.eecs.berkeley.edu/pix2pix/datasets/facades.tar.gz"
COUNTS = {"train": 400, "test": 106}  # and 100 in "val", which nothing here uses
_FACADE = re.compile(r"(?:^|/)(train|test)/(\d+)\.jpe?g$")
_FACADE_SIDE = 128  # pixels, of 256

# The same version of both, so that the names of the files agree.
EMOJI = "https://registry.npmjs.org/{package}/-/{package}-15.1.2.tgz"
# sha256 of the two files, taken where their sha512 was the `dist.integrity` of the registry: Keras
# compares sha256 only.
ARTISTS = {
    "google": "d44462c604b8b8ddeea1bded87031fe73beadd92b9569d977dbd6224e45dc850",
    "twitter": "d0a0fe56a746fac2f360ebde72c7d6949ee0fc0c683758a288d82bd6b75e15d6",
}
_EMOJI_SIDE = 32  # pixels, of 64
EMOJI_TESTS = 200


def facades() -> Arrays:
    """The CMP facades of pix2pix, 128x128: label maps are the inputs, photographs the targets.

    400 pairs to train with, 106 to test, in the order of their numbers.
    """
    return _read("facades.tar.gz", FACADES, None, _facades)


def emoji() -> Arrays:
    """The same emoji by two artists, 32x32 on white: Twemoji is the input, Noto the target.

    None has a skin tone, and no two pairs have the same input or target. The 200 test pairs are
    drawn once and for all.
    """
    images = {}
    for artist, checksum in ARTISTS.items():
        package = f"emoji-datasource-{artist}"
        origin = EMOJI.format(package=package)
        images[artist] = _read(origin.rpartition("/")[2], origin, checksum, _emoji)
    names = sorted(images["google"].keys() & images["twitter"].keys())
    pairs = np.stack([[images[artist][name] for artist in ("twitter", "google")] for name in names])
    flat = pairs.reshape(len(pairs), 2, -1)
    first = [np.unique(flat[:, kind], axis=0, return_index=True)[1] for kind in (0, 1)]
    pairs = pairs[np.intersect1d(*first)]  # in order
    order = np.random.default_rng(0).permutation(len(pairs))
    test, train = np.sort(order[:EMOJI_TESTS]), np.sort(order[EMOJI_TESTS:])
    arrays = (pairs[train, 0], pairs[train, 1], pairs[test, 0], pairs[test, 1])
    return dict(zip(PAIR_KEYS, arrays, strict=True))


def _read(name: str, origin: str, checksum: str | None, read: Callable[[Path], dict]) -> dict:
    """What is in an archive that is fetched once."""
    from gan_course.base.backend import keras

    file = Path(keras.utils.get_file(name, origin, file_hash=checksum))
    try:
        return read(file)
    except Exception as error:  # a page of a portal in place of the file, or half of it
        file.unlink(missing_ok=True)  # or Keras would take it from its cache the next time
        raise ValueError(f"{file} was not what it should be and is removed: {error}") from None


def _contents(file: Path, wanted: Callable[[str], object]) -> dict[str, bytes]:
    """The wanted files of an archive, by their names."""
    with tarfile.open(file, "r:gz") as archive:
        members = (member for member in archive if member.isfile() and wanted(member.name))
        return {member.name: archive.extractfile(member).read() for member in members}


def _facades(file: Path) -> Arrays:
    from PIL import Image

    side = _FACADE_SIDE
    found = {split: {} for split in COUNTS}
    for name, content in _contents(file, _FACADE.search).items():
        split, number = _FACADE.search(name).groups()
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as both:
            width, height = both.size
            halves = both.convert("RGB")
        photograph = halves.crop((0, 0, width // 2, height))
        # Of a map the mean of each block: Lanczos would ring at its edges.
        labels = halves.crop((width // 2, 0, width, height)).resize(
            (side, side), Image.Resampling.BOX
        )
        photograph = photograph.resize((side, side), Image.Resampling.LANCZOS)
        found[split][int(number)] = np.asarray(labels), np.asarray(photograph)
    counts = {split: len(pairs) for split, pairs in found.items()}
    if counts != COUNTS:
        raise ValueError(f"it holds {counts} pairs, not {COUNTS}")
    arrays = []
    for split in ("train", "test"):
        pairs = np.stack([pair for _, pair in sorted(found[split].items())])
        arrays += [pairs[:, 0], pairs[:, 1]]
    return dict(zip(PAIR_KEYS, arrays, strict=True))


def _emoji(file: Path) -> dict[str, np.ndarray]:
    """The images of one package without a skin tone, uint8 (32, 32, 3), by their file names."""
    from PIL import Image

    def wanted(name: str) -> bool:
        return name == "package/emoji.json" or (name.endswith(".png") and "/64/" in name)

    contents = _contents(file, wanted)
    entries = json.loads(contents.pop("package/emoji.json"))
    # The variants in skin tones are in a list of each entry's own; the tones are "components".
    plain = {entry["image"] for entry in entries if entry["category"] != "Component"}
    images = {}
    for path, content in contents.items():
        name = path.rpartition("/")[2]
        if name in plain:
            with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
                drawn = image.convert("RGBA")
            white = Image.new("RGBA", drawn.size, "white")
            whole = Image.alpha_composite(white, drawn).convert("RGB")
            images[name] = np.asarray(
                whole.resize((_EMOJI_SIDE, _EMOJI_SIDE), Image.Resampling.LANCZOS)
            )
    return images
