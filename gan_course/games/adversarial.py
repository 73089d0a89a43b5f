"""The game of Goodfellow et al.: G makes images of noise, D tells them from real ones.

In: a recipe, and images. Out: the seven answers of `games.game`. The maths of a step is in
`games.step`, what is minimised in `games.objectives`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from gan_course.base import seeds
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.base.tiles import overview
from gan_course.data import ImageSet
from gan_course.data.augment import jittered
from gan_course.data.batches import Batches
from gan_course.data.ranges import from_uint8, to_uint8
from gan_course.games import objectives, optimizers, own, sampling
from gan_course.games.averaging import WeightAverage
from gan_course.games.contract import reference_lines
from gan_course.games.dice import Dice, own_share
from gan_course.games.game import Arrays, Made, Tensors, refuse_wishes
from gan_course.games.objectives import Objective
from gan_course.games.state import Scalars, State, first_step
from gan_course.games.step import given, latent_batches, train_step
from gan_course.models import build
from gan_course.recipes.adversarial import Adversarial

_LOOKED_AT = 1_000  # training images in which the doctor looks for black and white


@dataclass
class Players(State):
    """The two networks, one optimizer for each, and the mean of G where the recipe has one."""

    generator: keras.Model
    discriminator: keras.Model
    g_optimizer: keras.optimizers.Optimizer
    d_optimizer: keras.optimizers.Optimizer
    average: WeightAverage | None = None

    @property
    def sampler(self) -> keras.Model:
        """The generator that pictures and measures are made with."""
        return self.generator if self.average is None else self.average.network

    def networks(self) -> dict[str, keras.Model]:
        """The generator alone: D is of no use to anybody who does not train on."""
        return {"generator": self.sampler}


class Game:
    """Noise to images.

    Args:
      objective: one's own, or the name of one, in place of the recipe's objective, penalty and
        clip.
      networks, d_update, g_update: one's own, in place of the recipe's two networks and of the
        library's two updates; see `games.own`.
    """

    parts = ("objective", "networks", "d_update", "g_update")

    def __init__(
        self,
        recipe: Adversarial,
        data: ImageSet | None = None,
        objective: Objective | str | None = None,
        networks: own.Networks | None = None,
        d_update: Callable | None = None,
        g_update: Callable | None = None,
    ):
        self.recipe, self.data, self._own = recipe, data, objective
        self._networks, self._written = networks, (d_update, g_update)
        self._updates = own.updates(recipe, d_update, g_update)
        self._batches = None if data is None else batches_of(recipe, data)

    @cached_property
    def objective(self) -> Objective:
        """What the two play for. Raises InputError as `objectives.of_recipe` does."""
        with tf.init_scope():  # a step may be the first to ask, while it is traced
            return objectives.of_recipe(self.recipe, self._own)

    @property
    def played(self) -> Objective:
        """The objective as the step sees it."""
        return self.objective

    def build(self) -> tuple[keras.Model, keras.Model]:
        """A fresh generator and a fresh discriminator."""
        if self._networks is not None:
            return own.networks(self.recipe.seed, self._networks, self.faces())
        return self.build_of_lines()

    def faces(self) -> tuple[own.Face, ...]:
        """What networks of one's own must look like."""
        latent, image = (self.recipe.latent_dim,), self.recipe.image_shape
        return (
            own.Face("generator", (latent,), partial(own.ends_in, image)),
            own.Face("discriminator", (image,), partial(own.ends_in, (1,))),
        )

    def build_of_lines(self) -> tuple[keras.Model, keras.Model]:
        """The two that the recipe describes."""
        return build(self.recipe)

    def start(self) -> Players:
        return players(self.recipe, self.build)

    def batch(self, step: int) -> Arrays:
        """images: uint8 (d_steps, batch, H, W, C), fresh ones for every update of D."""
        images = self._batches(step)
        if self.recipe.mirror:
            rng = np.random.default_rng([self.recipe.seed, seeds.JITTER, step])
            each = images.reshape(-1, *self.recipe.image_shape)
            images = jittered([each], 0, True, rng)[0].reshape(images.shape)
        return {"images": images}

    def specs(self) -> dict[str, tf.TensorSpec]:
        """The shapes and types of `batch`, which need no data."""
        recipe = self.recipe
        shape = [recipe.d_steps, recipe.batch_size, *recipe.image_shape]
        return {"images": tf.TensorSpec(shape, tf.uint8)}

    def draw(self, dice: Dice) -> Tensors:
        """latents: float32 (updates, batch, latent_dim), seeds: int32 (d_steps, 2)."""
        recipe = self.recipe
        latents = [
            sampling.latents(recipe, recipe.batch_size, dice.seed(seeds.LATENTS, update))
            for update in range(latent_batches(recipe.order, recipe.d_steps))
        ]
        penalties = [dice.own_seed(seeds.PENALTY, update) for update in range(recipe.d_steps)]
        return {"latents": own_share(tf.stack(latents)), "seeds": tf.stack(penalties)}

    def play(self, state: Players, batch: Tensors, drawn: Tensors) -> Scalars:
        reals = from_uint8(tf.cast(batch["images"], tf.float32), self.recipe.value_range)
        scalars = train_step(
            state,
            self.played,
            self.recipe.order,
            reals,
            drawn["latents"],
            drawn["seeds"],
            self.labels(batch),
            self._updates,
        )
        if state.average is not None:
            state.average.update(state.generator, state.step + 1)
        return scalars

    def labels(self, batch: Tensors) -> tf.Tensor | None:
        """What both players are told of each example; here nothing."""
        return None

    def show(self, state: Players) -> np.ndarray:
        """A grid of what the generator makes of the run's fixed latents."""
        rows, columns = self.recipe.grid
        seed = seeds.derive(self.recipe.seed, seeds.FIXED_LATENTS, 0)
        return overview(to_uint8(self.make(state, rows * columns, seed).images), rows, columns)

    def make(self, state: Players, count: int, seed: tf.Tensor, **wish) -> Made:
        refuse_wishes(self.recipe, wish)
        return Made(sampling.generate(self.recipe, state.sampler, *self.inputs(count, seed)))

    def inputs(self, count: int, seed: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """What the generator takes: latents (count, latent_dim) from a stateless seed."""
        return (sampling.latents(self.recipe, count, seed),)

    def judged(self, state: Players, count: int, seed: tf.Tensor) -> tf.Tensor:
        """D's logits of fresh fakes, for whoever takes gradients through them."""
        latents, *labels = self.inputs(count, seed)
        fakes = state.generator(given(latents, *labels), training=False)
        return state.discriminator(given(fakes, *labels), training=False)

    def identity(self) -> dict:
        """The name of the objective, what it costs in examples, the images; and, to be told but
        not compared, where its curves come to rest and how its images are scaled."""
        images = self.data.x_train
        return {
            "objective": self.objective.name,
            "losses": objectives.fingerprint(self.objective),
            "reference_lines": reference_lines(
                objectives.of_recipe(self.recipe, self._own, smooth=False)
            ),
            "data": {"fingerprint": self.data.fingerprint(), "images": len(images)},
            "pixels": _pixels(images),
            **own.identity(self.build() if self._networks else None, *self._written),
        }


def players(recipe: Adversarial, build_both: Callable) -> Players:
    """A fresh state of the two networks that `build_both` gives."""
    generator, discriminator = build_both()
    average = None
    if recipe.ema_decay > 0:
        average = WeightAverage(build_both()[0], recipe.ema_decay)
    d_updates = recipe.steps * recipe.d_steps
    return Players(
        step=first_step(),
        generator=generator,
        discriminator=discriminator,
        g_optimizer=optimizers.make(
            recipe, recipe.g_learning_rate, recipe.steps, generator.trainable_variables
        ),
        d_optimizer=optimizers.make(
            recipe, recipe.d_learning_rate, d_updates, discriminator.trainable_variables
        ),
        average=average,
    )


def start(recipe: Adversarial) -> Players:
    """The players of a recipe before the first step: `Game(recipe).start()`."""
    return Game(recipe).start()


def batches_of(recipe: Adversarial, data: ImageSet) -> Batches:
    """The images that a run of the recipe sees.

    Raises:
      InputError: if they have another shape than the recipe's, or are fewer than a batch.
    """
    if data.image_shape != recipe.image_shape:
        raise InputError(
            f"recipe {recipe.name!r} makes images of {recipe.image_shape}, but the images of "
            f"{data.name!r} are {data.image_shape}; choose another dataset or recipe"
        )
    return Batches(data.x_train, recipe.batch_size, recipe.d_steps, recipe.seed)


def _pixels(images: np.ndarray) -> dict[str, float]:
    """Of up to 1,000 training images, as bytes: for the doctor, who may not have the images."""
    some = images[:: -(-len(images) // _LOOKED_AT)]
    low, high = int(some.min()), int(some.max())
    return {"min": low, "max": high, "deviation": round(float(some.std()), 3)}
