"""The game without an adversary: what is trained is the picture itself.

In: a recipe, one content and one style. Out: the seven answers of `games.game`. A judge that never
changes looks at three pictures. Content is *where* its features are; style is *which occur
together*, wherever that is; a third loss keeps neighbouring pixels alike.

Source: Gatys, Ecker and Bethge 2016, "Image Style Transfer Using Convolutional Neural Networks".
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gan_course.base import seeds
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.data.pairs import Unpaired
from gan_course.data.ranges import from_uint8, to_uint8, to_unit_range
from gan_course.games.dice import Dice
from gan_course.games.game import Arrays, Made, Tensors, refuse_wishes
from gan_course.games.likeness import Maps, difference, gram, grey, luminance, variation
from gan_course.games.state import Scalars, State, first_step
from gan_course.models.judges import Judge, judge_of
from gan_course.recipes.style import Style, layer_of

_NOISE = 0.25  # half the width of the noise around grey, in the range from black to white


@dataclass
class Painting(State):
    """image: float32 (1, H, W, 3) in the recipe's value range; what the optimizer moves."""

    image: tf.Variable
    optimizer: keras.optimizers.Optimizer


class Game:
    """Two pictures to a third.

    Args:
      judge: one's own, in place of the recipe's.
    """

    parts = ("judge",)

    def __init__(self, recipe: Style, data: Unpaired | None = None, judge: Judge | None = None):
        self.recipe, self.data, self._own = recipe, data, judge
        if data is not None:
            _check(recipe, data)

    @cached_property
    def judge(self) -> Judge:
        """Who looks. Raises InputError as `judges.judge_of` does."""
        return judge_of(self.recipe) if self._own is None else self._own

    @cached_property
    def content(self) -> tf.Tensor:
        """The picture that says what is painted, (1, H, W, 3) in the recipe's value range."""
        return self._as_values(self.data.x_train)

    @cached_property
    def style(self) -> tf.Tensor:
        """The picture that says how, (1, h, w, 3); with `keep_colour` in greys, as bright and as
        rich in contrast as the content, as far as black and white allow.

        Source: Gatys et al. 2016, arXiv:1606.05897, section 4.2 (luminance-only transfer).
        """
        picture = self._as_values(self.data.inputs.x_train)
        if not self.recipe.keep_colour:
            return picture
        (mean, variance), (wanted_mean, wanted_variance) = (
            tf.nn.moments(tf.reshape(luminance(each), [-1]), axes=[0])
            for each in (picture, self.content)
        )
        contrast = tf.sqrt(wanted_variance / tf.maximum(variance, 1e-8))
        matched = (luminance(picture) - mean) * contrast + wanted_mean
        return grey(tf.clip_by_value(matched, *self.recipe.value_range))

    def _as_values(self, pixels: np.ndarray) -> tf.Tensor:
        return from_uint8(tf.constant(pixels, tf.float32), self.recipe.value_range)

    @cached_property
    def wanted(self) -> tuple[Maps, Maps]:
        """Where the content has its features, and which of them occur together in the style: what
        the painting is compared with. They never change, so they are computed once."""
        features = self.look(self.content)
        content = {name: features[name] for name in self._layers("content")}
        features = self.judge(to_unit_range(self.style, self.recipe.value_range))
        return content, {name: gram(features[name]) for name in self._layers("style")}

    def _layers(self, what: str) -> tuple[str, ...]:
        """Those of the judge that count, by their names."""
        if getattr(self.recipe, f"{what}_weight") == 0:
            return ()
        asked = getattr(self.recipe, f"{what}_layers")
        return tuple(layer_of(self.recipe.judge, name) for name in asked)

    def look(self, image: tf.Tensor) -> Maps:
        """What the judge sees of a picture in the recipe's value range."""
        seen = grey(luminance(image)) if self.recipe.keep_colour else image
        return self.judge(to_unit_range(seen, self.recipe.value_range))

    def start(self) -> Painting:
        """The content, or noise around grey in which nothing can be seen; grey where the game has
        no pictures."""
        recipe = self.recipe
        if recipe.start == "noise":
            canvas = self._noise()
        else:
            canvas = tf.fill([1, *recipe.image_shape], 0.5) if self.data is None else self.content
        if self.data is not None:
            self.wanted  # noqa: B018 (now, and not in the first step, which is traced)
        image = tf.Variable(canvas)
        optimizer = keras.optimizers.Adam(
            recipe.learning_rate, recipe.beta_1, recipe.beta_2, recipe.epsilon
        )
        optimizer.build([image])  # a compiled step may not create variables
        return Painting(first_step(), image, optimizer)

    def _noise(self) -> tf.Tensor:
        (low, high), shape = self.recipe.value_range, [1, *self.recipe.image_shape]
        seed = seeds.derive(self.recipe.seed, seeds.FIXED_LATENTS, 0)
        noise = (low + high) / 2 + (high - low) * seeds.uniform(shape, seed, -_NOISE, _NOISE)
        if not self.recipe.keep_colour or self.data is None:
            return noise
        return self.bounded(self.content + grey(luminance(noise) - luminance(self.content)))

    def batch(self, step: int) -> Arrays:
        """Nothing: the two pictures are always the same."""
        return {}

    def draw(self, dice: Dice) -> Tensors:
        """Nothing is random."""
        return {}

    def play(self, state: Painting, batch: Tensors, drawn: Tensors) -> Scalars:
        """One step of Adam on the pixels."""
        recipe = self.recipe
        with tf.GradientTape() as tape:
            content, style, variation = self.losses(state.image)
            total = (
                recipe.content_weight * content
                + recipe.style_weight * style
                + recipe.variation_weight * variation
            )
        slope = tape.gradient(total, state.image)
        if recipe.keep_colour:  # all three channels move alike: the colour stays
            slope = grey(tf.reduce_sum(slope, axis=3, keepdims=True))
        state.optimizer.apply([slope], [state.image])
        state.image.assign(self.bounded(state.image))
        return {"total": total, "content": content, "style": style, "variation": variation}

    def losses(self, image: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Content, style and variation of a painting (1, H, W, 3), not weighted yet.

        Means where Gatys et al. have sums, so that weights mean the same in pictures of all sizes:
        over a layer's numbers for their equation 1, over the pairs of its filters for equation 4.
        """
        features, (content, style) = self.look(image), self.wanted
        return (
            difference(content, {name: features[name] for name in content}),
            difference(style, {name: gram(features[name]) for name in style}),
            variation(image),
        )

    def bounded(self, image: tf.Tensor) -> tf.Tensor:
        """The picture within the value range. Where the colour is kept, a pixel becomes darker or
        lighter as a whole, until all its channels are in it."""
        low, high = self.recipe.value_range
        if not self.recipe.keep_colour:
            return tf.clip_by_value(image, low, high)
        too_dark = low - tf.reduce_min(image, axis=3, keepdims=True)
        too_light = tf.reduce_max(image, axis=3, keepdims=True) - high
        return tf.clip_by_value(
            image + tf.nn.relu(too_dark) - tf.nn.relu(too_light), low, high
        )  # of the last digit

    def show(self, state: Painting) -> np.ndarray:
        """The painting."""
        return to_uint8(self._in_unit_range(state)[0])

    def make(self, state: Painting, count: int, seed: tf.Tensor, **wish) -> Made:
        """The painting. Raises InputError for more than one, besides a wish."""
        refuse_wishes(self.recipe, wish)
        if count != 1:
            raise InputError(
                f"recipe {self.recipe.name!r} paints one picture, not {count}; ask for 1, or paint "
                "another with another style or start"
            )
        return Made(self._in_unit_range(state))

    def _in_unit_range(self, state: Painting) -> np.ndarray:
        return to_unit_range(state.image.numpy(), self.recipe.value_range)

    def identity(self) -> dict:
        """Both pictures and the judge; its curves come to rest nowhere in particular."""
        return {
            "data": {"fingerprint": self.data.fingerprint(), "images": 1},
            "judge": self.judge.fingerprint,
            "reference_lines": {},
        }


def _check(recipe: Style, data: Unpaired) -> None:
    if not isinstance(data, Unpaired) or len(data.x_train) != 1 or len(data.inputs.x_train) != 1:
        raise InputError(
            f"recipe {recipe.name!r} paints with one content and one style, but {data.name!r} is "
            f"{type(data).__name__} of {len(data.x_train)} images; take dataset="
            "'pictures:CONTENT|STYLE', or data=gan.data.pictures.pictures(CONTENT, STYLE, side)"
        )
    if data.image_shape != recipe.image_shape:
        raise InputError(
            f"recipe {recipe.name!r} paints pictures of {recipe.image_shape}, but the content of "
            f"{data.name!r} is {data.image_shape}; use image_shape={data.image_shape}"
        )
