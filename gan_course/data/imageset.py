"""ImageSet: checked uint8 arrays, and where they came from.

In: arrays from any source. Out: images of shape (N, H, W, C), labels of shape (N,), or an
InputError that names what is wrong. Nothing behind this room has to check images again.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from gan_course.base.errors import InputError, unknown_name
from gan_course.base.tiles import are_points


@dataclass(frozen=True)
class ImageSet:
    """Images, and labels where there are any.

    x_train, x_test: uint8 (N, H, W, C), C being 1 or 3; (N, H, W) is taken as one channel.
    y_train, y_test: integers (N,) or None.
    names: the class names, `names[label]`; empty where there are no labels.
    centres, deviation: of the Gaussians that points are drawn from, where these are known: floats
      (K, 2) in [-1, 1], and the standard deviation around each in either direction.
    source: where the images came from, as a sentence for the user.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray | None = None
    x_test: np.ndarray | None = None
    y_test: np.ndarray | None = None
    names: tuple[str, ...] = ()
    source: str = "given as arrays"
    centres: np.ndarray | None = None
    deviation: float | None = None

    def __post_init__(self):
        if not isinstance(self.name, str):
            raise InputError(
                f"an ImageSet begins with its name, got {type(self.name).__name__}; "
                "write ImageSet('cats', images)"
            )
        if self.x_train is None:
            raise InputError(
                f"{self.name}: x_train is None; give uint8 images (N, H, W, C) to learn from"
            )
        for split in ("train", "test"):
            images, labels = getattr(self, f"x_{split}"), getattr(self, f"y_{split}")
            if images is None:
                if labels is not None:
                    raise InputError(f"{self.name}: y_{split} without x_{split}; give both")
                continue
            images = _images(images, f"{self.name}: x_{split}")
            object.__setattr__(self, f"x_{split}", images)
            if labels is not None:
                labels = _labels(labels, len(images), f"{self.name}: y_{split}")
                object.__setattr__(self, f"y_{split}", labels)
        if self.x_test is not None and self.x_test.shape[1:] != self.image_shape:
            raise InputError(
                f"{self.name}: training images of {self.image_shape}, "
                f"test images of {self.x_test.shape[1:]}; bring them to one size"
            )
        if self.centres is not None:
            object.__setattr__(self, "centres", self._checked_centres())

    def _checked_centres(self) -> np.ndarray:
        centres = np.asarray(self.centres, float)
        if not self.points or centres.ndim != 2 or centres.shape[1] != 2:
            raise InputError(
                f"{self.name}: centres (K, 2) are for points of the plane, images of 1x2 pixels; "
                f"got centres of shape {centres.shape} for images of {self.image_shape}"
            )
        if self.deviation is None or not self.deviation > 0:
            raise InputError(
                f"{self.name}: the deviation around the centres must be above 0, "
                f"got {self.deviation}"
            )
        return centres

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width, channels."""
        return self.x_train.shape[1:]

    @property
    def points(self) -> bool:
        """Whether these are points of the plane: images of two grey pixels, x and y."""
        return are_points(self.image_shape)

    def one_class(self, name: str) -> "ImageSet":
        """The images of one class; they need no labels any more.

        Raises:
          InputError: if there is no such class, no image of it, or no label at all.
        """
        if self.y_train is None:
            raise InputError(
                f"{self.name!r} has no labels, so no class {name!r}; ask for all of it"
            )
        if name not in self.names:
            raise unknown_name(f"class of {self.name!r}", name, self.names)
        label = self.names.index(name)
        of_test = None if self.y_test is None else self.y_test == label
        return ImageSet(
            f"{self.name}:{name}",
            self.x_train[self.y_train == label],
            x_test=self.x_test[of_test] if of_test is not None and of_test.any() else None,
            source=f"{self.source}, class {name!r} alone",
        )

    def shrunk(self, image_shape: tuple[int, int, int]) -> "ImageSet":
        """Images of `image_shape`, each pixel the mean of a block, or as they are if none fits."""
        (height, width, channels), (rows, columns, wanted) = self.image_shape, image_shape
        if (height, width) == (rows, columns) or channels != wanted:
            return self
        if height % rows or width % columns:
            return self
        down, right = height // rows, width // columns

        def means(images: np.ndarray | None) -> np.ndarray | None:
            if images is None:
                return None
            total = np.zeros((len(images), *image_shape), np.float32)
            for row, column in np.ndindex(down, right):  # every place in the blocks
                total += images[:, row::down, column::right]
            total /= down * right
            return np.rint(total, out=total).astype(np.uint8)

        source = f"{self.source}, shrunk from {height}×{width} to {rows}×{columns}"
        return replace(
            self, x_train=means(self.x_train), x_test=means(self.x_test), source=source,
            centres=None, deviation=None,
        )  # fmt: skip

    def fingerprint(self) -> str:
        """Eight hex digits from the number of training images and up to 2,000 of them.

        A resumed run needs the very images that it started with, in their order.
        """
        every = max(1, len(self.x_train) // 1000)
        checksum = zlib.crc32(repr(self.x_train.shape).encode())
        return f"{zlib.crc32(np.ascontiguousarray(self.x_train[::every]), checksum):08x}"

    def __repr__(self) -> str:
        sizes = "×".join(map(str, self.image_shape))
        test = 0 if self.x_test is None else len(self.x_test)
        return (
            f"ImageSet {self.name!r}: {len(self.x_train):,} training and {test:,} test images "
            f"of {sizes}, {len(self.names)} classes; {self.source}"
        )


def _images(images, what: str) -> np.ndarray:
    images = _array(images, what)
    if images.dtype != np.uint8:
        raise InputError(
            f"{what} must hold uint8 values 0..255, got {images.dtype}; give the images unscaled, "
            "the library scales them"
        )
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.shape[3] not in (1, 3) or 0 in images.shape:
        raise InputError(
            f"{what} must have shape (images, height, width) or (images, height, width, 1 or 3), "
            f"and at least one image, got {images.shape}"
        )
    return images


def _array(values, what: str) -> np.ndarray:
    try:
        return np.asanyarray(values)
    except ValueError:  # NumPy: an inhomogeneous shape
        shapes = sorted({str(np.shape(value)) for value in values})
        raise InputError(
            f"{what} is a list of different shapes ({', '.join(shapes[:4])}); bring all to one size"
        ) from None


def _labels(labels, count: int, what: str) -> np.ndarray:
    labels = _array(labels, what)
    whole = np.issubdtype(labels.dtype, np.integer)
    if not whole or labels.shape not in ((count,), (count, 1)):
        raise InputError(
            f"{what} must hold one integer for each of the {count} images, "
            f"got {labels.dtype} of shape {labels.shape}"
        )
    return labels.reshape(count)
