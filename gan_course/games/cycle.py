"""The game of Zhu et al.: two kinds of images, no pairs, and the promise that there and back is the
identity.

In: a recipe, and two sets of images. Out: the answers of `games.game`. G leads from inputs to
targets, F back; each has a judge. Both generators learn from one sum: without the way back, G could
answer every input with the same fine target.

Source: arXiv:1703.10593.
"""

from collections.abc import Callable

import numpy as np

from gan_course.base import device, seeds
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.data import ImageSet
from gan_course.data.augment import jittered
from gan_course.data.batches import Batches
from gan_course.data.pairs import Unpaired
from gan_course.data.ranges import from_uint8, to_uint8
from gan_course.games import optimizers, own
from gan_course.games.dice import Dice, replicas
from gan_course.games.disturbed import negated, noisy
from gan_course.games.game import Arrays, Tensors
from gan_course.games.objectives import Objective
from gan_course.games.pool import empty_pool, from_pool
from gan_course.games.state import Scalars, first_step
from gan_course.games.translating import TranslatingGame, in_rows
from gan_course.games.travellers import Travellers
from gan_course.models import check_output, network
from gan_course.models.translation import check_patches
from gan_course.recipes.cycle import Cycle


class Game(TranslatingGame):
    """Inputs to targets and back, learnt without pairs.

    Args:
      g_update: (state, objective, x, y) -> the loss of both generators, one's own in place of
        `generators_learn`; it moves `state.g_weights`. The judges then learn from what G and F
        made before it.
    """

    parts = ("objective", "g_update")
    kind = Unpaired
    remedy = "give two sets, such as 'unpaired:street_digits|mnist' or 'unpaired:facades'"

    def __init__(
        self,
        recipe: Cycle,
        data: ImageSet | None = None,
        objective: Objective | str | None = None,
        g_update: Callable | None = None,
    ):
        super().__init__(recipe, data, objective)
        self._written, self._g_learns = g_update, own.generators_update(g_update, "x, y")
        self._batches = None
        if data is not None:
            of = recipe.batch_size, 1, recipe.seed
            self._batches = (
                Batches(data.inputs.x_train, *of, seeds.INPUT_ORDER),
                Batches(data.x_train, *of),
            )

    def build(self) -> tuple[keras.Model, ...]:
        """Fresh: G, F, the judge of targets and the judge of inputs."""
        recipe, policy = self.recipe, device.policy(self.recipe.layer_dtype)
        from_, to = recipe.input_shape, recipe.image_shape
        made = [
            network(name, shape, lines, recipe.seed, policy)
            for name, shape, lines in (
                ("generator", from_, recipe.generator),
                ("generator_back", to, recipe.generator_back),
                ("discriminator", to, recipe.discriminator),
                ("discriminator_back", from_, recipe.discriminator_back or recipe.discriminator),
            )
        ]
        check_output(made[0], to, "an image")
        check_output(made[1], from_, "an image")
        for each in made[2:]:
            check_patches(each)
        return tuple(made)

    def identity(self) -> dict:
        return {**super().identity(), **own.identity(None, g_update=self._written)}

    def start(self) -> Travellers:
        recipe, networks = self.recipe, self.build()
        g_weights, d_weights = (
            [weight for each in two for weight in each.trainable_variables]
            for two in (networks[:2], networks[2:])
        )
        pools = (None, None)
        if recipe.pool_size:
            shapes = recipe.image_shape, recipe.input_shape
            pools = tuple(empty_pool(recipe.pool_size, shape) for shape in shapes)
        return Travellers(
            first_step(),
            *networks,
            optimizers.make(recipe, recipe.g_learning_rate, recipe.steps, g_weights),
            optimizers.make(recipe, recipe.d_learning_rate, recipe.steps, d_weights),
            *pools,
        )

    def batch(self, step: int) -> Arrays:
        """inputs, images: uint8 (1, batch, H, W, C), of one kind each, and of no common order."""
        recipe, found = self.recipe, {}
        rng = np.random.default_rng([recipe.seed, seeds.JITTER, step])
        for name, batches in zip(("inputs", "images"), self._batches, strict=True):
            (made,) = jittered([batches(step)[0]], recipe.jitter, recipe.mirror, rng)
            found[name] = made[np.newaxis]
        return found

    def draw(self, dice: Dice) -> Tensors:
        """int32 (2, 2) each: the two pools; the noise on G(x) and F(y); the negatives of x and of
        F(y)."""
        pools = [dice.seed(seeds.POOL, number) for number in (0, 1)]
        noise, negatives = (
            [dice.own_seed(stream, number) for number in (0, 1)]
            for stream in (seeds.CYCLE_NOISE, seeds.NEGATIVES)
        )
        found = {"pools": pools, "noise": noise, "negatives": negatives}
        return {name: tf.stack(pair) for name, pair in found.items()}

    def play(self, state: Travellers, batch: Tensors, drawn: Tensors) -> Scalars:
        """First both generators, then both judges, who are shown fakes of the past as well."""
        x, y = self.scaled(batch["inputs"][0]), self.scaled(batch["images"][0])
        x = negated(x, self.recipe.negatives, drawn["negatives"][0])
        if self._g_learns is None:
            losses, there, back = self.generators_learn(state, x, y, drawn)
        else:
            there = state.generator(x, training=True)
            back = state.generator_back(y, training=True)
            losses = self._g_learns(state, self.played, x, y)
        shown, shown_back = self.shown(state, there, back, drawn["pools"])
        with tf.GradientTape() as tape:
            real = state.discriminator(y, training=True)
            fake = state.discriminator(shown, training=True)
            real_back = state.discriminator_back(x, training=True)
            fake_back = state.discriminator_back(shown_back, training=True)
            of_targets = tf.reduce_mean(self.played.d_loss(real, fake))
            of_inputs = tf.reduce_mean(self.played.d_loss(real_back, fake_back))
            total = self.recipe.d_weight * (of_targets + of_inputs)
        state.d_optimizer.apply(tape.gradient(total, state.d_weights), state.d_weights)
        return {"d_loss": total, **losses, **self.played.scores(real, fake)}

    def generators_learn(self, state: Travellers, x, y, drawn: Tensors):
        """One descent step on G and F together, each by the gradient of the whole sum.

        Returns:
          named losses, G(x), F(y).
        """
        recipe, distance = self.recipe, _distance
        with tf.GradientTape() as tape:
            there = state.generator(x, training=True)
            back = state.generator_back(y, training=True)
            home = state.generator_back(self.sent_home(there, drawn, 0), training=True)
            home_again = state.generator(self.sent_home(back, drawn, 1), training=True)
            verdicts = (
                state.discriminator(there, training=True),
                state.discriminator_back(back, training=True),
            )
            adversarial = sum(tf.reduce_mean(self.played.g_loss(logits)) for logits in verdicts)
            cycle = distance(home, x) + distance(home_again, y)
            losses = {"g_adversarial": adversarial, "cycle": cycle}
            total = recipe.adversarial_weight * adversarial + recipe.cycle_weight * cycle
            if recipe.identity_weight > 0:
                same = state.generator(y, training=True), state.generator_back(x, training=True)
                losses["identity"] = distance(same[0], y) + distance(same[1], x)
                total += recipe.identity_weight * losses["identity"]
        state.g_optimizer.apply(tape.gradient(total, state.g_weights), state.g_weights)
        return {"g_loss": total, **losses}, there, back

    def sent_home(self, images: tf.Tensor, drawn: Tensors, way: int) -> tf.Tensor:
        """What the other generator reads: G(x) (way 0) under noise; F(y) (way 1) under noise, and
        some of them as negatives, as it reads x."""
        images = noisy(images, self.recipe.cycle_noise, drawn["noise"][way])
        return images if way == 0 else negated(images, self.recipe.negatives, drawn["negatives"][1])

    def shown(self, state: Travellers, there, back, pool_seeds) -> tuple[tf.Tensor, tf.Tensor]:
        """What the judges are shown of G(x) and F(y)."""
        if state.pool is None:
            return there, back
        if replicas() > 1:
            raise InputError(
                f"pool_size={self.recipe.pool_size}: the past fakes lie on one device; use "
                "pool_size=0 with several"
            )
        return (
            from_pool(state.pool, there, state.step, pool_seeds[0]),
            from_pool(state.pool_back, back, state.step, pool_seeds[1]),
        )

    def way(self, state: Travellers, back: bool) -> tuple[keras.Model, tuple[int, int, int]]:
        if back:
            return state.generator_back, self.recipe.image_shape
        return state.generator, self.recipe.input_shape

    def show(self, state: Travellers) -> np.ndarray:
        """x, G(x), F(G(x)) on the left; y, F(y), G(F(y)) on the right."""
        rows, columns = self.recipe.grid
        count, sides = rows * columns // 6, []
        for back in (False, True):
            start = self.questions(count, back)
            there = self.translate(state, start, back)
            home = self.translate(state, there, not back)
            sides.append(in_rows(rows, columns // 2, start, to_uint8(there), to_uint8(home)))
        channels = max(side.shape[-1] for side in sides)
        return np.concatenate([np.repeat(s, channels // s.shape[-1], -1) for s in sides], axis=1)

    def truth(self, count: int) -> np.ndarray | None:
        if not self.seen.truth:
            return None
        return from_uint8(self.questions(count, back=True).astype(np.float32), (-1.0, 1.0))

    def judged(self, state: Travellers, count: int, seed: tf.Tensor) -> tf.Tensor:
        """The logits that G(x) gets, for whoever takes gradients through them."""
        made = state.generator(self.scaled(self.questions(count)), training=False)
        return tf.reshape(state.discriminator(made, training=False), [-1, 1])

    @property
    def judgements(self) -> float:
        """How many times a judge's loss counts in d_loss: there are two judges."""
        return 2 * self.recipe.d_weight


def _distance(images: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.abs(images - others))
