"""What `FitGAN` is made of: one optimizer for two, the mean of an epoch, the end of a resumed run.

In: the two optimizers, the names of the scalars, a number of steps. Out: things that Keras's loop
and callbacks know how to use. Nothing here computes a step.
"""

import math

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.recipes.adversarial import Adversarial


class BothOptimizers(keras.optimizers.Optimizer):
    """Stands for two optimizers where Keras and its callbacks look for one. It updates nothing.

    Its learning rate is the generator's. Setting it moves the discriminator's too, in the recipe's
    proportion: also back from 0, and to the very bits with which it began.
    """

    def __init__(
        self,
        g_optimizer: keras.optimizers.Optimizer,
        d_optimizer: keras.optimizers.Optimizer,
        recipe: Adversarial,
    ):
        super().__init__(learning_rate=lambda: g_optimizer.learning_rate, name="both")
        self.g_optimizer, self.d_optimizer = g_optimizer, d_optimizer
        self.recipe = recipe
        self.built = True  # both are

    @property
    def learning_rate(self) -> tf.Tensor:
        """The generator's rate.

        Raises:
          InputError: when it is set, if the recipe has a schedule of its own, or if it is set to
            something else than a number.
        """
        return self.g_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        recipe = self.recipe
        if recipe.final_rate < 1:
            raise InputError(
                f"recipe {recipe.name!r} moves its learning rates by itself "
                f"(final_rate={recipe.final_rate}); set final_rate=1 to move them from outside"
            )
        try:
            self.g_optimizer.learning_rate = float(rate)
        except TypeError:
            raise InputError(
                f"a learning rate is set to a number, got {rate!r:.60}; for a schedule use "
                "keras.callbacks.LearningRateScheduler"
            ) from None
        # float32, as the variables hold them: only then does the same rate give the same bits.
        g_first, d_first, g_now = map(
            _float32, (recipe.g_learning_rate, recipe.d_learning_rate, rate)
        )
        self.d_optimizer.learning_rate = g_now * (d_first / g_first)

    @property
    def iterations(self) -> keras.Variable:
        """The generator's updates: one a step."""
        return self.g_optimizer.iterations

    @property
    def variables(self) -> list:
        """Those of both."""
        return [*self.g_optimizer.variables, *self.d_optimizer.variables]

    def save_own_variables(self, store) -> None:
        """Nothing: the two are attributes of the model, and save themselves."""

    def load_own_variables(self, store) -> None:
        """Nothing, as well."""


def _float32(number) -> float:
    return float(tf.constant(float(number), tf.float32))


class RunningMeans:
    """A mean over the steps of the epoch for each scalar. Keras sets them back itself.

    No attribute of the model that Keras would save: an epoch begins with empty ones anyway.
    """

    def __init__(self, names: tuple[str, ...]):
        self.metrics = [keras.metrics.Mean(name) for name in names]

    def update(self, scalars: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Count one step; the means so far, name -> float32 scalar."""
        for mean in self.metrics:
            mean.update_state(scalars[mean.name])
        return {mean.name: mean.result() for mean in self.metrics}


class EndOfRun(keras.callbacks.Callback):
    """A run that `BackupAndRestore` brought back ends at the step where it would have ended.

    Keras begins the epoch of a backup anew, from wherever within it the backup was made: the steps
    of its first part would be made twice, and the run would end that much later. And when the
    process was killed between the two files of a backup, the epoch is that of the one before. So
    the epoch is found from the step, and the last epoch is cut where too many are left.
    Where nothing was brought back, this changes nothing.
    """

    def __init__(self, steps_per_epoch: int):
        super().__init__()
        self.steps_per_epoch = steps_per_epoch
        self.last_step = None  # none: the epochs end there by themselves

    def on_train_begin(self, logs=None):
        """After the user's callbacks: what is to be restored has been."""
        model, epochs = self.model, self.params["epochs"]
        end = model.first_step + epochs * self.steps_per_epoch
        left = end - int(model.players.step)
        begun = epochs - math.ceil(left / self.steps_per_epoch)
        # Keras's own field for callbacks that restore (`Trainer.__init__` says so)
        model._initial_epoch = max(model._initial_epoch or 0, begun)
        self.last_step = end if left % self.steps_per_epoch else None

    def on_train_batch_end(self, batch, logs=None):
        """Stop at the last step."""
        if self.last_step is not None and int(self.model.players.step) >= self.last_step:
            self.model.stop_training = True
