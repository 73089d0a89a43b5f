"""Image sets from the internet, each fetched once and cached by the library that knows it.

In: nothing but a network, once. Out: arrays under `x_train`, `y_train`, `x_test`, `y_test`.
Whatever goes wrong here is turned into a `DatasetUnavailable` by sources.py.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import numpy as np

Arrays = dict[str, np.ndarray]

# One file for each category: uint8 (drawings, 784).
BITMAPS = "https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/"


def keras_set(name: str) -> Callable[[], Arrays]:
    """`keras.datasets.NAME`: downloaded, checked and cached by Keras in ~/.keras."""

    def fetch() -> Arrays:
        from gan_course.base.backend import keras

        train, test = getattr(keras.datasets, name).load_data()
        return {"x_train": train[0], "y_train": train[1], "x_test": test[0], "y_test": test[1]}

    return fetch


def quickdraw(category: str) -> Callable[[], Arrays]:
    """One category of Google's Quick, Draw! bitmaps, 28x28, white strokes on black.

    Args:
      category: as in the list of the dataset's repository, with _ for a blank: "ice_cream".
    """

    def fetch() -> Arrays:
        from gan_course.base.backend import keras

        origin = BITMAPS + quote(category.replace("_", " ")) + ".npy"
        file = Path(keras.utils.get_file(f"quickdraw_{category}.npy", origin))
        try:
            drawings = np.load(file, allow_pickle=False)
            return {"x_train": drawings.reshape(len(drawings), 28, 28)}
        except Exception as error:  # a page of a portal in place of the file, or half of it
            file.unlink()  # or Keras would take it from its cache the next time
            raise ValueError(f"{file} was no array of drawings and is removed: {error}") from None

    return fetch


def lfw_faces() -> Arrays:
    """Labeled Faces in the Wild through scikit-learn: 13,233 aligned faces, 64x64 in colour.

    Of each picture of 250x250 the 128x128 around the face are taken, at half the size. Nobody's
    name is kept. scikit-learn checks the checksums and caches in ~/scikit_learn_data.
    """
    from sklearn.datasets import fetch_lfw_people

    middle = slice(61, 189)
    with warnings.catch_warnings():  # what fails in the end is told as one error
        warnings.filterwarnings("ignore", "Retry downloading")
        faces = fetch_lfw_people(
            color=True, funneled=True, slice_=(middle, middle), resize=0.5
        ).images
    faces *= 255.0  # in place: they are 650 MB
    return {"x_train": np.rint(faces, out=faces).astype(np.uint8)}
