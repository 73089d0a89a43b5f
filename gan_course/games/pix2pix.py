"""The game of Isola et al.: a question has an answer, and both players know the question.

In: a recipe, and pairs. Out: the answers of `games.game`. G is a U-Net from question to answer; D
sees the two together, and judges patches. G also keeps to the true answer, pixel by pixel (L1):
that says where things are, and D says how sharp.

Source: arXiv:1611.07004.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from gan_course.base import device, seeds
from gan_course.base.backend import keras, tf
from gan_course.data import ImageSet
from gan_course.data.augment import jittered
from gan_course.data.batches import Batches
from gan_course.data.pairs import Pairs
from gan_course.data.ranges import from_uint8, to_uint8
from gan_course.games import optimizers, own
from gan_course.games.adversarial import Players
from gan_course.games.dice import Dice
from gan_course.games.game import Arrays, Tensors
from gan_course.games.objectives import Objective
from gan_course.games.state import Scalars, first_step
from gan_course.games.step import given
from gan_course.games.translating import TranslatingGame, in_rows
from gan_course.models import check_output
from gan_course.models.translation import check_patches, judge, unet
from gan_course.recipes.pix2pix import Pix2pix


class Game(TranslatingGame):
    """Questions to answers, learnt from pairs.

    Args:
      g_update: (state, objective, question, truth) -> G's loss, one's own in place of G's half of
        `play`. D learns first; the answer that it saw is then made once more.
    """

    parts = ("objective", "networks", "g_update")
    kind = Pairs
    remedy = "give a paired set, such as 'facades' or 'folder:QUESTIONS|ANSWERS'"

    def __init__(
        self,
        recipe: Pix2pix,
        data: ImageSet | None = None,
        objective: Objective | str | None = None,
        networks: own.Networks | None = None,
        g_update: Callable | None = None,
    ):
        super().__init__(recipe, data, objective)
        self._networks, self._written = networks, g_update
        self._g_learns = own.generators_update(g_update, "question, truth")
        self._batches = None
        if data is not None:
            self._batches = Batches(data.x_train, recipe.batch_size, 1, recipe.seed)

    def build(self) -> tuple[keras.Model, keras.Model]:
        """A fresh generator and a fresh discriminator."""
        recipe = self.recipe
        if self._networks is not None:
            return own.networks(recipe.seed, self._networks, self.faces())
        generator = unet(
            "generator", recipe.input_shape, recipe.down, recipe.up, recipe.seed,
            device.policy(recipe.layer_dtype),
        )  # fmt: skip
        check_output(generator, recipe.image_shape, "an image")
        return generator, judge(recipe, recipe.input_shape if recipe.sees_input else None)

    def faces(self) -> tuple[own.Face, ...]:
        """What networks of one's own must look like."""
        recipe = self.recipe
        answer, question = recipe.image_shape, recipe.input_shape
        seen = (answer, question) if recipe.sees_input else (answer,)
        return (
            own.Face("generator", (question,), partial(own.ends_in, answer)),
            own.Face("discriminator", seen, check_patches),
        )

    def identity(self) -> dict:
        made = self.build() if self._networks else None
        return {**super().identity(), **own.identity(made, g_update=self._written)}

    def start(self) -> Players:
        recipe = self.recipe
        generator, discriminator = self.build()
        rates = recipe.g_learning_rate, recipe.d_learning_rate
        g_optimizer, d_optimizer = (
            optimizers.make(recipe, rate, recipe.steps, network.trainable_variables)
            for rate, network in zip(rates, (generator, discriminator), strict=True)
        )
        return Players(first_step(), generator, discriminator, g_optimizer, d_optimizer)

    def batch(self, step: int) -> Arrays:
        """inputs, images: uint8 (1, batch, H, W, C), both of a pair jittered alike."""
        recipe, chosen = self.recipe, self._batches.indices(step)
        rng = np.random.default_rng([recipe.seed, seeds.JITTER, step])
        pair = self.data.inputs.x_train[chosen], self.data.x_train[chosen]
        inputs, images = jittered(pair, recipe.jitter, recipe.mirror, rng)
        return {"inputs": inputs[np.newaxis], "images": images[np.newaxis]}

    def draw(self, dice: Dice) -> Tensors:
        """Nothing: what is random is dropout, whose layers count for themselves."""
        return {}

    def play(self, state: Players, batch: Tensors, drawn: Tensors) -> Scalars:
        """D learns from the true answer and G's; then G, from D's new verdict and the truth."""
        recipe = self.recipe
        question, truth = self.scaled(batch["inputs"][0]), self.scaled(batch["images"][0])
        seen = question if recipe.sees_input else None
        if self._g_learns is not None:
            answer, scalars = state.generator(question, training=True), {}
            if recipe.adversarial_weight > 0:
                scalars = self.judge_learns(state, truth, answer, seen)
            return {**scalars, **self._g_learns(state, self.played, question, truth)}
        with tf.GradientTape() as tape:
            answer = state.generator(question, training=True)
            scalars, total = {}, 0.0
            if recipe.adversarial_weight > 0:
                with tape.stop_recording():
                    scalars = self.judge_learns(state, truth, answer, seen)
                verdict = state.discriminator(given(answer, seen), training=True)
                scalars["g_adversarial"] = tf.reduce_mean(self.played.g_loss(verdict))
                total += recipe.adversarial_weight * scalars["g_adversarial"]
            scalars["l1"] = tf.reduce_mean(tf.abs(truth - answer))
            total += recipe.l1_weight * scalars["l1"]
        weights = state.generator.trainable_variables
        state.g_optimizer.apply(tape.gradient(total, weights), weights)
        losses = {name: scalars.pop(name) for name in ("d_loss",) if name in scalars}
        return {**losses, "g_loss": total, **scalars}

    def judge_learns(self, state: Players, truth, answer, seen) -> Scalars:
        """One descent step on D; its loss and the scores of the batch before it."""
        with tf.GradientTape() as tape:
            real = state.discriminator(given(truth, seen), training=True)
            fake = state.discriminator(given(answer, seen), training=True)
            loss = self.recipe.d_weight * tf.reduce_mean(self.played.d_loss(real, fake))
        weights = state.discriminator.trainable_variables
        state.d_optimizer.apply(tape.gradient(loss, weights), weights)
        return {"d_loss": loss, **self.played.scores(real, fake)}

    @property
    def as_trained(self) -> bool:
        return self.recipe.dropout_at_test

    def show(self, state: Players) -> np.ndarray:
        """Question, answer and truth side by side, of the first test pairs."""
        rows, columns = self.recipe.grid
        count = rows * columns // 3
        questions = self.questions(count)
        answers = to_uint8(self.translate(state, questions))
        return in_rows(rows, columns, questions, answers, self.questions(count, back=True))

    def truth(self, count: int) -> np.ndarray:
        return from_uint8(self.questions(count, back=True).astype(np.float32), (-1.0, 1.0))

    def judged(self, state: Players, count: int, seed: tf.Tensor) -> tf.Tensor:
        """D's logits of answers, for whoever takes gradients through them."""
        question = self.scaled(self.questions(count))
        answer = state.generator(question, training=False)
        seen = question if self.recipe.sees_input else None
        logits = state.discriminator(given(answer, seen), training=False)
        return tf.reshape(logits, [-1, 1])

    @property
    def judgements(self) -> float:
        """How many times a judge's loss counts in d_loss."""
        return self.recipe.d_weight if self.recipe.adversarial_weight > 0 else 0.0
