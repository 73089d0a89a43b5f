"""The conditional game: G is told what to draw, and D judges what it was told.

In: a recipe, and labelled images. Out: the answers of `games.game`, those of the plain game but for
the labels. Fakes have the labels of the real images of their step: were they drawn from another
histogram, D could tell by the label alone. Source: Mirza and Osindero 2014, arXiv:1411.1784.
"""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from gan_course.base import seeds
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError, unknown_name
from gan_course.base.tiles import tile
from gan_course.data import ImageSet, class_names
from gan_course.data.ranges import from_uint8, to_uint8
from gan_course.games import adversarial, own, sampling
from gan_course.games.adversarial import Players
from gan_course.games.game import Arrays, Made, Tensors
from gan_course.games.objectives import Objective
from gan_course.models.labels import build_told
from gan_course.recipes.conditional import Conditional

Labels = int | str | Sequence[int] | np.ndarray


class Game(adversarial.Game):
    """Noise and a label to images.

    Raises:
      InputError: besides what the plain game refuses, for images without labels, and for labels
        that are no class of the recipe.
    """

    def __init__(self, recipe: Conditional, data: ImageSet | None = None, **written):
        super().__init__(recipe, data, **written)
        if data is not None:
            _check_labels(recipe, data)

    def build_of_lines(self) -> tuple[keras.Model, keras.Model]:
        return build_told(self.recipe)

    @cached_property
    def played(self) -> Objective:
        """The objective, with the loss of the second head where there is one."""
        if self.recipe.condition != "auxiliary":
            return self.objective
        return with_second_head(self.objective, self.recipe.auxiliary_weight)

    def faces(self) -> tuple[own.Face, ...]:
        """As of the plain game, with the label, one-hot (classes,), as a second input."""
        return tuple(
            replace(face, inputs=(*face.inputs, (self.recipe.classes,))) for face in super().faces()
        )

    def batch(self, step: int) -> Arrays:
        """images, and labels: int32 (d_steps, batch)."""
        numbers = range(step * self.recipe.d_steps, (step + 1) * self.recipe.d_steps)
        labels = [self.data.y_train[self._batches.indices(number)] for number in numbers]
        return {**super().batch(step), "labels": np.stack(labels).astype(np.int32)}

    def specs(self) -> dict[str, tf.TensorSpec]:
        shape = [self.recipe.d_steps, self.recipe.batch_size]
        return {**super().specs(), "labels": tf.TensorSpec(shape, tf.int32)}

    def labels(self, batch: Tensors) -> tf.Tensor:
        return tf.one_hot(batch["labels"], self.recipe.classes)

    def show(self, state: Players) -> np.ndarray:
        """A row a class, a column a noise vector: one hand, all classes."""
        rows, columns = self.recipe.grid
        seed = seeds.derive(self.recipe.seed, seeds.FIXED_LATENTS, 0)
        hands = tf.tile(sampling.latents(self.recipe, columns, seed), [rows, 1])
        told = tf.one_hot(np.repeat(np.arange(rows), columns), rows)
        made = sampling.generate(self.recipe, state.sampler, hands, told)
        return tile(to_uint8(made), rows, columns)

    def make(
        self,
        state: Players,
        count: int,
        seed: tf.Tensor,
        labels: Labels | None = None,
        latents: tf.Tensor | None = None,
    ) -> Made:
        """New images.

        Args:
          labels: one for all, or one each (count,): classes or their names; or weights of all
            classes, float (count, classes), for pictures between them. None: each class in turn.
          latents: (count, latent_dim), in place of those that `seed` gives.
        """
        noise, told = self.inputs(count, seed, labels)
        noise = noise if latents is None else tf.convert_to_tensor(latents, tf.float32)
        mixed = np.ndim(labels) == 2
        wanted = None if mixed else told.numpy().argmax(axis=1)
        return Made(sampling.generate(self.recipe, state.sampler, noise, told), wanted)

    def inputs(
        self, count: int, seed: tf.Tensor, labels: Labels | None = None
    ) -> tuple[tf.Tensor, ...]:
        """Latents, and the labels (count, classes), each class in turn unless told."""
        asked = np.arange(count) % self.recipe.classes if labels is None else labels
        return *super().inputs(count, seed), self.told(asked, count)

    def told(self, labels: Labels, count: int) -> tf.Tensor:
        """Labels as the networks take them, float32 (count, classes).

        Raises:
          InputError: for a class that there is not, or another number of labels.
        """
        classes = self.recipe.classes
        if np.ndim(labels) == 2:
            return _weights(labels, count, classes)
        asked = [self._class(each) for each in np.atleast_1d(np.asarray(labels, object)).tolist()]
        if len(asked) not in (1, count):
            raise InputError(f"{len(asked)} labels for {count} images; give one, or one each")
        return tf.one_hot(np.broadcast_to(asked, [count]), classes)

    def _class(self, label) -> int:
        names = self.names
        if isinstance(label, str) and not label.isdecimal():
            if label not in names:
                raise unknown_name("label", label, names or [str(self.recipe.classes - 1)])
            return names.index(label)
        whole = int(label) if isinstance(label, str | int | np.integer) else -1
        if isinstance(label, bool) or not 0 <= whole < self.recipe.classes:
            named = (
                f", or a name such as {names[0]!r}" if names and not names[0].isdecimal() else ""
            )
            raise InputError(
                f"a label is a whole number from 0 to {self.recipe.classes - 1}{named}, "
                f"got {label!r}"
            )
        return whole

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Those of the classes, where the dataset has any."""
        return class_names(self.recipe.dataset) if self.data is None else self.data.names

    def margin(self, state: Players, images: np.ndarray, labels: np.ndarray) -> float:
        """How much D's logit of real images falls when their label is the next class instead: does
        D read the label? With a second head it does not; that head does.

        Args:
          images: uint8 (N, H, W, C). labels: (N,).
        """
        pixels = from_uint8(tf.cast(images, tf.float32), self.recipe.value_range)
        right, wrong = (
            state.discriminator([pixels, tf.one_hot(each, self.recipe.classes)], training=False)
            for each in (labels, (labels + 1) % self.recipe.classes)
        )
        return float(tf.reduce_mean(right[:, 0] - wrong[:, 0]))

    def identity(self) -> dict:
        """That of the plain game, and the labels."""
        known = super().identity()
        labels = np.ascontiguousarray(self.data.y_train.astype(np.int32))
        return {**known, "labels": f"{zlib.crc32(labels):08x}"}


def with_second_head(objective: Objective, weight: float) -> Objective:
    """An objective of D's two columns: its own on the logit, and the cross-entropy of the asked
    class, `weight` times: D learns it from real images, G from its own.

    Fakes are left out of D's part: a bad picture of a 3 teaches nobody what a 3 is.
    """

    def d_loss(real, fake):
        return objective.d_loss(real[:, :1], fake[:, :1]) + weight * real[:, 1:]

    def g_loss(fake):
        return objective.g_loss(fake[:, :1]) + weight * fake[:, 1:]

    def scores(real, fake):
        return {
            **objective.scores(real[:, :1], fake[:, :1]),
            "class_loss_real": tf.reduce_mean(real[:, 1:]),
            "class_loss_fake": tf.reduce_mean(fake[:, 1:]),
        }

    return replace(objective, d_loss=d_loss, g_loss=g_loss, scores=scores)


def _check_labels(recipe: Conditional, data: ImageSet) -> None:
    if data.y_train is None:
        raise InputError(
            f"recipe {recipe.name!r} learns from labelled images, but {data.name!r} has no labels; "
            "give an ImageSet with y_train, or a dataset with classes, such as 'mnist'"
        )
    low, high = int(data.y_train.min()), int(data.y_train.max())
    if low < 0 or high >= recipe.classes:
        raise InputError(
            f"the labels of {data.name!r} go from {low} to {high}, but classes={recipe.classes} "
            f"means 0 to {recipe.classes - 1}; set classes={high + 1}, or number them from 0"
        )


def _weights(labels, count: int, classes: int) -> tf.Tensor:
    weights = np.asarray(labels, np.float32)
    if weights.shape != (count, classes) or not np.isfinite(weights).all():
        raise InputError(
            f"weights of classes have the shape (images, classes), here ({count}, {classes}), "
            f"and are finite, got {weights.shape}"
        )
    return tf.constant(weights)
