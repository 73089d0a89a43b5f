"""Where each dataset comes from: the mirror folder, its real source, code, or folders.

In: a name. Out: an ImageSet whose `source` says which of them it was. Names are made of names:
`NAME:CLASS`, `folder:PATH`, `folder:A|B` and `unpaired:A|B` are taken apart here.
"""

import os
from pathlib import Path

from gan_course.base.errors import DatasetUnavailable, InputError, unknown_name
from gan_course.base.files import user_path
from gan_course.data.catalogue import DATASETS, QUICKDRAW, find
from gan_course.data.downloads import Arrays
from gan_course.data.folder import load_folder
from gan_course.data.folder_pairs import inputs_shape, load_folder_pairs
from gan_course.data.imageset import ImageSet
from gan_course.data.mirror import MIRROR, PAIR_KEYS, mirror_file, mirror_folder, read_archive
from gan_course.data.pairs import Pairs, Unpaired
from gan_course.data.pictures import PREFIX, load_pictures, stand_in_pictures

_FOLDER, _UNPAIRED = "folder:", "unpaired:"
_FORMS = {
    _FOLDER: "folder:PATH, or folder:A|B for pairs made of two folders",
    _UNPAIRED: "unpaired:A|B for two sets, or unpaired:NAME for the halves of a set of pairs",
}


def load(name: str, image_shape: tuple[int, int, int] | None = None) -> ImageSet:
    """The dataset of that name.

    Args:
      name: a key of DATASETS; "quickdraw_CATEGORY"; either with ":CLASS" for one class alone, as
        in "cifar10:horse"; "folder:PATH" for a folder of images (searched recursively);
        "folder:A|B" for Pairs, the images of A being the inputs of those of B; "unpaired:A|B" for
        two of all these as an Unpaired; "unpaired:NAME" for a set of pairs, parted;
        "pictures:CONTENT|STYLE" for two single pictures, see pictures.py.
      image_shape: (H, W, C). The images of a folder are brought to it; those of another set are
        shrunk to it if theirs is a whole multiple, and else stay as they are. Inputs keep their
        own channels.

    Raises:
      InputError: for an unknown name, and for a file or folder that cannot be used.
      DatasetUnavailable: where neither the mirror nor the source has the set; says what was tried.
    """
    if not isinstance(name, str):
        raise InputError(f"a dataset has a name, such as 'mnist' or 'folder:PATH', got {name!r}")
    if name.startswith(_UNPAIRED):
        return _load_unpaired(name, image_shape)
    if name.startswith(PREFIX):
        return load_pictures(name, image_shape)
    if name.startswith(_FOLDER):
        folders = [user_path(path) for path in _parts(name)]
        read = load_folder if len(folders) == 1 else load_folder_pairs
        return read(*folders, image_shape)
    check_name(name)  # before a long download
    base, colon, wanted = name.partition(":")
    images = _load_whole(base)
    if colon:
        images = images.one_class(wanted)
    return images if image_shape is None else images.shrunk(image_shape)


def check_name(name: str) -> None:
    """Raises InputError for a name that `load` would refuse whatever is there; reads nothing."""
    if name.startswith(_UNPAIRED):
        for part in _checked_sides(name):
            check_name(part)
    elif name.startswith(_FOLDER):
        _parts(name)
    elif not name.startswith(PREFIX):
        base, colon, wanted = name.partition(":")
        names = find(base).names
        if colon and names and wanted not in names:
            raise unknown_name(f"class of {base!r}", wanted, names)


def _load_whole(name: str) -> ImageSet:
    dataset = find(name)
    if dataset.stand_in is None:
        return as_set(name, dataset.fetch(), dataset.origin)
    if (file := mirror_file(name)) is not None:
        return as_set(name, read_archive(file, dataset.pairs), "from the mirror folder")
    return as_set(name, from_source(name), f"from {dataset.origin}")


def as_set(name: str, arrays: Arrays, source: str) -> ImageSet:
    """The arrays of a dataset, checked. Raises InputError where they cannot be its own."""
    dataset = find(name)
    if dataset.pairs:
        asked, wanted, asked_test, wanted_test = (arrays[key] for key in PAIR_KEYS)
        inputs = ImageSet(f"inputs of {name}", asked, x_test=asked_test, source=source)
        return Pairs(name, wanted, x_test=wanted_test, source=source, inputs=inputs)
    return ImageSet(
        name, **arrays, names=dataset.names, source=source,
        centres=dataset.centres, deviation=dataset.deviation,
    )  # fmt: skip


def _parts(name: str) -> list[str]:
    """What a name is made of, behind its "folder:" or "unpaired:": one part, or two."""
    form = name[: name.index(":") + 1]
    parts = name.removeprefix(form).split("|")
    if len(parts) > 2 or not all(parts):
        raise InputError(f"{name!r} does not name one or two; write {_FORMS[form]}")
    return parts


def _load_unpaired(name: str, image_shape: tuple[int, int, int] | None) -> Unpaired:
    parts = _checked_sides(name)
    if len(parts) == 1:
        return load(parts[0], image_shape).unpaired()
    inputs, targets = _load_inputs(parts[0], image_shape), load(parts[1], image_shape)
    if inputs.image_shape[:2] != targets.image_shape[:2]:
        raise InputError(
            f"{name}: inputs of {inputs.image_shape}, targets of {targets.image_shape}; both need "
            "one height and one width: choose two such sets, or a size that both are multiples of"
        )
    return Unpaired.of(name, inputs, targets)


def _load_inputs(name: str, image_shape: tuple[int, int, int] | None) -> ImageSet:
    """As `load`, to a height and a width alone."""
    if image_shape is None or name.startswith(_FOLDER):
        return load(name, inputs_shape(image_shape))
    found = load(name)
    return found.shrunk((*image_shape[:2], found.image_shape[2]))


def _checked_sides(name: str) -> list[str]:
    """The parts of an "unpaired:" name, refused before anything is read if they cannot be it."""
    parts = _parts(name)
    for part in parts:
        if part.startswith(_UNPAIRED):
            raise InputError(f"{name!r} is unpaired twice; write {_FORMS[_UNPAIRED]}")
        try:
            pairs = not part.startswith(_FOLDER) and find(part.partition(":")[0]).pairs
        except InputError as error:
            if not parts[0].startswith(_FOLDER):
                raise
            raise InputError(f"{error}; a second folder is written folder:{part}, too") from None
        if pairs and len(parts) == 2:
            raise InputError(f"{name!r}: {part!r} holds pairs; write unpaired:{part} alone")
        if not pairs and len(parts) == 1:
            raise InputError(
                f"{name!r}: {part!r} is one set, not pairs; name another to go with it, as in "
                f"unpaired:{part}|NAME"
            )
    return parts


def stand_in(name: str) -> str:
    """The embedded set to train on where `name` cannot be had: `name` itself, if that is local."""
    if name.startswith(_UNPAIRED):
        return _UNPAIRED + "|".join(map(stand_in, _checked_sides(name)))
    if name.startswith(PREFIX):
        return stand_in_pictures(name)
    return name if name.startswith(_FOLDER) else find(name.partition(":")[0]).stand_in or name


def mirrored(folder: Path | None = None) -> list[str]:
    """The datasets whose archives are in that folder, or in the mirror."""
    folder = folder or mirror_folder()
    names = sorted(file.stem for file in folder.glob("*.npz")) if folder else []
    known = (name for name in names if name in DATASETS or QUICKDRAW.fullmatch(name))
    return [name for name in known if find(name).stand_in is not None]


def from_source(name: str) -> Arrays:
    """The arrays of a dataset from where it is published. Raises DatasetUnavailable."""
    dataset = find(name)
    try:
        return dataset.fetch()
    except Exception as error:  # a download fails in many ways, and Keras raises plain Exception
        reason = (str(error) or type(error).__name__).splitlines()[0]
        tried = f"{MIRROR} is not set"
        if os.environ.get(MIRROR):
            tried = f"{MIRROR}={os.environ[MIRROR]!r} has no {name}.npz"
        raise DatasetUnavailable(
            f"dataset {name!r} cannot be had: {tried}, and {dataset.origin} failed ({reason}). "
            f"Three ways out: connect to the internet once; put {name}.npz into a folder and set "
            f"{MIRROR} to it; or train on the embedded stand-in {dataset.stand_in!r}"
        ) from None


def class_names(name: str) -> tuple[str, ...]:
    """The names of the classes of that dataset, without loading it; empty where nobody knows.

    Of two sets without pairs, those of the targets.
    """
    if name.startswith(_UNPAIRED):
        return class_names(_parts(name)[-1])
    if name.startswith(_FOLDER) or ":" in name:
        return ()
    return find(name).names
