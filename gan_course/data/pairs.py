"""Images of two kinds: pairs of a question and its answer, or two sets that know nothing of each
other.

In: two sets of images. Out: one that is an ImageSet of the answers (the targets), with the
questions as its `inputs`, an ImageSet of their own.
"""

import zlib
from dataclasses import dataclass, fields, replace

import numpy as np

from gan_course.base.errors import InputError
from gan_course.data.imageset import ImageSet


@dataclass(frozen=True)
class _OfTwoKinds(ImageSet):
    """inputs: the other kind, which becomes this one."""

    inputs: ImageSet | None = None

    @classmethod
    def of(cls, name: str, inputs: ImageSet, targets: ImageSet):
        """Both sets as one, with the labels of each in its place."""
        source = f"inputs {inputs.source}; targets {targets.source}"
        return cls(**_alone(targets) | {"name": name, "source": source, "inputs": inputs})

    def __post_init__(self):
        super().__post_init__()
        if not isinstance(self.inputs, ImageSet):
            raise InputError(
                f"{self.name}: inputs must be an ImageSet of what becomes these images, "
                f"got {type(self.inputs).__name__}"
            )

    def one_class(self, name: str) -> ImageSet:
        """Raises InputError: there are no classes of two kinds of images together."""
        raise InputError(f"{self.name!r} holds images of two kinds, and no class {name!r} of both")

    def shrunk(self, image_shape: tuple[int, int, int]) -> ImageSet:
        """Both kinds as `ImageSet.shrunk` does it; the inputs keep their channels."""
        targets = ImageSet(**_alone(self))  # alone: half shrunk, the two are no pairs
        fitted = targets.shrunk(image_shape)
        if fitted is targets:
            return self
        height, width, _ = image_shape
        channels = self.inputs.image_shape[2]
        return replace(self, **_alone(fitted), inputs=self.inputs.shrunk((height, width, channels)))

    def fingerprint(self) -> str:
        """Eight hex digits of both kinds."""
        both = f"{super().fingerprint()} {self.inputs.fingerprint()}"
        return f"{zlib.crc32(both.encode()):08x}"

    def __repr__(self) -> str:
        sizes = "×".join(map(str, self.inputs.image_shape))
        kind = type(self).__name__
        return (
            f"{super().__repr__().replace('ImageSet', kind, 1)}; made of {self.inputs.name!r}, "
            f"{len(self.inputs.x_train):,} training images of {sizes}"
        )


@dataclass(frozen=True, repr=False)  # the one above is short
class Pairs(_OfTwoKinds):
    """Image number i is the answer to input number i, in training as in test.

    Raises:
      InputError: besides what ImageSet refuses, if there are more of one kind than of the other,
        or the two differ in height or width.
    """

    def __post_init__(self):
        super().__post_init__()
        for split in ("train", "test"):
            questions, answers = getattr(self.inputs, f"x_{split}"), getattr(self, f"x_{split}")
            counts = [0 if each is None else len(each) for each in (questions, answers)]
            if counts[0] != counts[1]:
                raise InputError(
                    f"{self.name}: {counts[0]:,} inputs but {counts[1]:,} targets to {split} with; "
                    "each needs a partner"
                )
        if self.inputs.image_shape[:2] != self.image_shape[:2]:
            raise InputError(
                f"{self.name}: inputs of {self.inputs.image_shape}, targets of {self.image_shape}; "
                "both images of a pair need one height and one width"
            )

    def unpaired(self) -> "Unpaired":
        """Half of the inputs, and the targets of the other half: nobody's partner is there.

        The test images stay pairs: what an input should have become is then known.

        Raises:
          InputError: if there is one pair only.
        """
        if len(self.x_train) < 2:
            raise InputError(f"{self.name}: one pair cannot be parted; give two or more")
        order = np.random.default_rng(0).permutation(len(self.x_train))
        half = len(order) // 2
        inputs = replace(self.inputs, x_train=self.inputs.x_train[np.sort(order[:half])])
        return Unpaired(
            f"unpaired:{self.name}",
            self.x_train[np.sort(order[half:])],
            x_test=self.x_test,
            source=f"{self.source}, half of the inputs and the targets of the other half",
            inputs=inputs,
            truth=self.x_test is not None,
        )


@dataclass(frozen=True, repr=False)
class Unpaired(_OfTwoKinds):
    """Two sets, of any two lengths; no image is the answer to another.

    truth: whether the test images are pairs all the same, so that answers can be judged.
    """

    truth: bool = False


def _alone(images: ImageSet) -> dict:
    """All that an ImageSet holds, without `inputs`."""
    return {field.name: getattr(images, field.name) for field in fields(ImageSet)}
