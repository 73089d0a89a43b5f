"""What games from image to image share: what goes in, what comes out, and how it is shown.

In: a recipe, two kinds of images, a network. Out: batches, answers, pictures. The rules of each
game are in `pix2pix` and `cycle`.
"""

from collections.abc import Callable
from functools import cached_property, lru_cache

import numpy as np

from gan_course.base import seeds
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.base.tiles import tile
from gan_course.data import ImageSet, as_image_set
from gan_course.data.ranges import from_uint8, to_unit_range
from gan_course.games import objectives
from gan_course.games.contract import reference_lines
from gan_course.games.game import Made
from gan_course.games.objectives import Objective
from gan_course.games.state import State
from gan_course.recipes.translating import Translating

_AT_ONCE = 64  # images: bounds the memory


class TranslatingGame:
    """Images to images: what does not depend on whether there are pairs.

    Args:
      objective: one's own, or the name of one, in place of the recipe's.
    """

    parts = ("objective",)
    kind: type[ImageSet]  # what it is played on
    remedy: str  # for whoever gives something else
    judgements: float  # how many times a judge's loss counts in d_loss

    def __init__(
        self,
        recipe: Translating,
        data: ImageSet | None = None,
        objective: Objective | str | None = None,
    ):
        self.recipe, self.data, self._own = recipe, data, objective
        if data is not None:
            self._check(data)

    def _check(self, data: ImageSet) -> None:
        if not isinstance(data, self.kind):
            raise InputError(
                f"recipe {self.recipe.name!r} learns from {self.kind.__name__}, but {data.name!r} "
                f"is {type(data).__name__}; {self.remedy}"
            )
        for what, found, wanted in (
            ("inputs", data.inputs.image_shape, self.recipe.input_shape),
            ("targets", data.image_shape, self.recipe.image_shape),
        ):
            if found != wanted:
                raise InputError(
                    f"recipe {self.recipe.name!r} takes {what} of {wanted}, but those of "
                    f"{data.name!r} are {found}; choose another dataset or recipe"
                )

    @cached_property
    def objective(self) -> Objective:
        """What is played for on the logits. Raises InputError for an unknown name."""
        with tf.init_scope():
            return objectives.on_patches(self.recipe, self._own)

    @property
    def played(self) -> Objective:
        """The objective as the step sees it."""
        return self.objective

    @cached_property
    def seen(self) -> ImageSet:
        """The data, loaded by name where the game was made without."""
        if self.data is not None:
            return self.data
        found = as_image_set(self.recipe.dataset, self.recipe.image_shape)
        self._check(found)
        return found

    def questions(self, count: int, back: bool = False) -> np.ndarray:
        """The first `count` test images (training images where there are none), again and again
        where there are fewer; uint8."""
        kind = self.seen if back else self.seen.inputs
        images = kind.x_train if kind.x_test is None else kind.x_test
        return images[np.arange(count) % len(images)]

    def scaled(self, images: tf.Tensor) -> tf.Tensor:
        """uint8 images in the recipe's value range."""
        return from_uint8(tf.cast(images, tf.float32), self.recipe.value_range)

    def translate(
        self, state: State, images: np.ndarray, back: bool = False, seed: int = 0
    ) -> np.ndarray:
        """What the images become, float32 (N, H, W, C) in [-1, 1].

        Args:
          images: uint8 (N, H, W, C), or floats in [-1, 1], of the shape that the recipe takes.
          back: from targets to inputs, where the game knows the way.
          seed: of the dropout, where it is on.

        Raises:
          InputError: for images of another shape or type, and where there is no way back.
        """
        network, shape = self.way(state, back)
        pixels = _pixels(images, shape)
        values = from_uint8(pixels, self.recipe.value_range)
        run_seed = seeds.derive(seed, seeds.DROPOUT, 0)
        made = answers(network, values, run_seed, self.as_trained)
        return to_unit_range(made, self.recipe.value_range)

    def specs(self) -> dict[str, tf.TensorSpec]:
        """The shapes and types of `batch`, which need no data."""
        recipe = self.recipe
        shapes = {"inputs": recipe.input_shape, "images": recipe.image_shape}
        return {
            name: tf.TensorSpec([1, recipe.batch_size, *shape], tf.uint8)
            for name, shape in shapes.items()
        }

    @property
    def as_trained(self) -> bool:
        """Whether dropout is on and norms are of the image alone, also after training."""
        return False

    def way(self, state: State, back: bool) -> tuple[keras.Model, tuple[int, int, int]]:
        """The network that translates, and the shape that it takes."""
        if back:
            raise InputError(
                f"recipe {self.recipe.name!r} knows one way only, from inputs to targets; leave "
                "`back` out, or train a CycleGAN"
            )
        return state.generator, self.recipe.input_shape

    def make(
        self, state: State, count: int, seed: tf.Tensor, images: np.ndarray | None = None, **wish
    ) -> Made:
        """Answers.

        Args:
          images: the questions, uint8 (count, H, W, C); None: the first test images.
        """
        if asked := sorted(name for name, value in wish.items() if value is not None):
            raise InputError(
                f"recipe {self.recipe.name!r} translates images, and takes no {', '.join(asked)}"
            )
        wanted = self.truth(count) if images is None else None
        questions = self.questions(count) if images is None else images
        return Made(self.translate(state, questions, seed=int(np.abs(seed[1]))), wanted)

    def truth(self, count: int) -> np.ndarray | None:
        """What the questions should become, in [-1, 1], where that is known."""
        return None

    def identity(self) -> dict:
        """The objective, what it costs, and both kinds of images; to be told but not compared,
        where D's loss comes to rest."""
        known = reference_lines(objectives.on_patches(self.recipe, self._own))
        rest = {n: self.judgements * line for n, line in known.items() if n == "d_loss"}
        return {
            "objective": self.objective.name,
            "losses": objectives.fingerprint(self.objective),
            "reference_lines": rest if self.judgements else {},
            "data": {"fingerprint": self.data.fingerprint(), "images": len(self.data.x_train)},
        }


def in_rows(rows: int, columns: int, *kinds: np.ndarray) -> np.ndarray:
    """One picture in which the images of the kinds stand side by side: question, answer, …

    Args:
      kinds: uint8 (N, H, W, 1 or 3) each; grey ones become coloured where others are.
    """
    channels = max(kind.shape[-1] for kind in kinds)
    alike = [np.repeat(k, channels // k.shape[-1], axis=-1) for k in kinds]
    together = np.stack(alike, axis=1).reshape(-1, *alike[0].shape[1:])
    return tile(together, rows, columns)


def answers(
    network: keras.Model, values: np.ndarray, seed: tf.Tensor, as_trained: bool
) -> np.ndarray:
    """What a network makes of images, without changing anything in it.

    Args:
      values: (N, H, W, C) in the recipe's value range.
      as_trained: dropout draws, from `seed`, and a batch norm takes the statistics of the image
        alone; not of those beside it, which have nothing to do with it.
    """
    translate, alone = _compiled(network, as_trained)
    size = 1 if alone else _AT_ONCE
    parts = [
        translate(tf.constant(values[start : start + size], tf.float32), seeds.fold_in(seed, start))
        for start in range(0, len(values), size)
    ]
    return np.concatenate([part.numpy() for part in parts])


@lru_cache(maxsize=4)
def _compiled(network: keras.Model, as_trained: bool) -> tuple[Callable, bool]:
    layers = network._flatten_layers(include_self=False)
    norms = any(isinstance(layer, keras.layers.BatchNormalization) for layer in layers)

    def translate(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        if not as_trained:
            return network(images, training=False)
        others = [
            _drawn(v, seed, number) for number, v in enumerate(network.non_trainable_variables)
        ]
        learnt = [variable.value for variable in network.trainable_variables]
        made, _ = network.stateless_call(learnt, others, images, training=True)
        return made

    images, seed = tf.TensorSpec([None, *network.input_shape[1:]]), tf.TensorSpec([2], tf.int32)
    traced = tf.function(translate, autograph=False).get_concrete_function(images, seed)
    return traced, as_trained and norms


def _drawn(variable: keras.Variable, seed: tf.Tensor, number: int) -> tf.Tensor:
    """The value of a variable, or, of the counter of a dropout layer, one that follows from
    `seed`."""
    if "int" not in str(variable.dtype):
        return tf.convert_to_tensor(variable.value)
    return tf.cast(tf.bitcast(seeds.fold_in(seed, number), tf.uint32), variable.dtype)


def _pixels(images: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    images = np.asarray(images)
    if images.ndim == 3 and shape[2] == 1:
        images = images[..., np.newaxis]
    if images.shape[1:] != shape or not len(images):
        raise InputError(
            f"images to translate are (N, {', '.join(map(str, shape))}), got {images.shape}; bring "
            "them to that size, or let `folder:PATH` or the command `translate` do it"
        )
    if images.dtype == np.uint8:
        return images.astype(np.float32)
    if not np.issubdtype(images.dtype, np.floating) or not np.isfinite(images).all():
        raise InputError(f"images are uint8, or floats in [-1, 1], got {images.dtype}")
    if np.abs(images).max() > 1.001:
        raise InputError(
            f"floating-point images are in [-1, 1], got values up to {np.abs(images).max():.3g}"
        )
    return (images.astype(np.float32) + 1.0) * 127.5
