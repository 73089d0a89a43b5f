"""The same step under `keras.Model.fit`, for those who want Keras's callbacks.

In: a recipe and its images. Out: a model whose `fit` makes the very steps of `train`: same seeds,
same batches, same weights, bit for bit. It writes no run folder; what is written, callbacks write,
and they do what they always do. The logs are means over the epoch, as always in Keras.

* Rates: `LearningRateScheduler` and `ReduceLROnPlateau("g_loss", mode="min")` move both
  networks' rates, through `model.optimizer`. A schedule for each goes to `model.g_optimizer` and
  `model.d_optimizer`.
* Resume: weights files (`save_weights`, `ModelCheckpoint(save_weights_only=True)`) hold all that
  changes: the networks, both optimizers, the step, the states of the dropout layers. After a kill,
  the same program with `BackupAndRestore` ends with the same bits as one that was never killed, for
  any `save_freq`. (A backup from the middle of an epoch moves the later epochs: with a schedule by
  epochs, keep to `save_freq="epoch"`. Say `double_checkpoint=True` against a kill within the
  writing.)
* Broken: `TerminateOnNaN` sees `loss`, the sum of both players' losses.
"""

import numpy as np

from gan_course.base import device
from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.data import ImageSet, as_image_set
from gan_course.games import contract
from gan_course.games.game import game_of
from gan_course.games.objectives import Objective
from gan_course.recipes import as_recipe
from gan_course.recipes.schema import Recipe
from gan_course.training import loop
from gan_course.training.keras_parts import BothOptimizers, EndOfRun, RunningMeans

Data = ImageSet | np.ndarray | str


class FitGAN(keras.Model):
    """A GAN with `fit`: `FitGAN("demo").fit(data, epochs=3)`.

    `model.optimizer.learning_rate` is the generator's; setting it moves the discriminator's in the
    recipe's proportion. For a schedule of each, take its own optimizer:

      def rates(epoch, logs):
          model.d_optimizer.learning_rate = 4e-4 * 0.9**epoch

      model.fit(data, epochs=9, callbacks=[keras.callbacks.LambdaCallback(on_epoch_begin=rates)])

    Args:
      recipe: a Recipe, or the name of one.
      objective: as in `train`, an Objective or the name of one.

    Raises:
      InputError: for anything else, and under a `tf.distribute` strategy.
    """

    def __init__(self, recipe: Recipe | str, objective: Objective | str | None = None):
        recipe = as_recipe(recipe)
        if tf.distribute.has_strategy():
            raise InputError("FitGAN trains on one device; gan.train(..., strategy=...) on several")
        super().__init__(name=recipe.name)
        self.recipe = recipe
        self.game = game_of(recipe, objective=objective)
        self.players = self.game.start()
        # Keras saves what it finds among the attributes.
        self.generator, self.discriminator = self.players.generator, self.players.discriminator
        self.g_optimizer, self.d_optimizer = self.players.g_optimizer, self.players.d_optimizer
        self.sampler = self.players.sampler
        self.means = RunningMeans(("loss", *contract.scalar_names(self.game.played)))
        self.first_step = 0  # where epoch 0 of this fit began
        self.step_function = loop.step_function(self.game, self.players, device.jit(recipe.jit))
        self.built = True  # both networks are
        self.compile()

    def compile(self, optimizer=None, loss=None, run_eagerly=False, steps_per_execution=1):
        """Optional: how Keras's loop runs. The recipe has the rest.

        Raises:
          InputError: for an optimizer or a loss.
        """
        if optimizer is not None or loss is not None:
            raise InputError(
                f"the recipe has the optimizers and the objective, got optimizer={optimizer!r}, "
                f"loss={loss!r}; write FitGAN(recipe.changed(optimizer=..., objective=...))"
            )
        super().compile(
            optimizer=BothOptimizers(self.g_optimizer, self.d_optimizer, self.recipe),
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            jit_compile=False,  # the step function is, where the recipe says so
        )

    def fit(
        self,
        x: Data | tf.data.Dataset | None = None,
        *,
        epochs: int = 1,
        verbose="auto",
        callbacks=None,
        shuffle: bool = False,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
    ) -> keras.callbacks.History:
        """Keras's `fit`; an epoch is as many whole steps as the images suffice for.

        Args:
          x: the images, as `batches` takes them; or a dataset of uint8 batches (d_steps, batch, H,
            W, C), such as `batches` makes.

        Raises:
          InputError: for other images, a row of batches without an end, and steps_per_epoch that
            are no multiple of steps_per_execution.
        """
        data = x if isinstance(x, tf.data.Dataset) else self.batches(x)
        callbacks = callbacks if isinstance(callbacks, list | tuple) else [callbacks]
        callbacks = [each for each in callbacks if each is not None]
        if steps := self._steps_per_epoch(data, steps_per_epoch):
            self.first_step = int(self.players.step) - initial_epoch * steps
            callbacks.append(EndOfRun(steps))
        self._initial_epoch = None  # Keras would remember it from an earlier fit
        return super().fit(
            data,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            shuffle=shuffle,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps,
        )

    def train_step(self, batch: tf.Tensor) -> dict[str, tf.Tensor]:
        """One step: uint8 images (d_steps, batch, H, W, C) -> the means of its scalars so far."""
        batch = self._checked(batch)
        with tf.control_dependencies([*batch.values()]):  # the first reads the step before it moves
            scalars = self.step_function(batch)
        return self.means.update({"loss": scalars["d_loss"] + scalars["g_loss"], **scalars})

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The means, which Keras sets back before each epoch."""
        return self.means.metrics

    def call(self, latents: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Latents (batch, latent_dim) -> images in the recipe's value range."""
        return self.sampler(latents, training=training)

    def batches(self, data: Data | None = None) -> tf.data.Dataset:
        """The endless row of batches that `train` would see, from this model's step on.

        The step is read when the row is begun, so after `BackupAndRestore` has restored it.

        Args:
          data: an ImageSet, uint8 images (N, H, W, C) or the name of a dataset; None: the recipe's.

        Raises:
          InputError: for anything else, and for images of another shape than the recipe's.
        """
        recipe, specs = self.recipe, self.game.specs()
        data = as_image_set(recipe.dataset if data is None else data, recipe.image_shape)
        game = game_of(recipe, data)

        def follow(step: tf.Tensor, number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            step = tf.where(number == 0, self.players.step, step)
            return step + 1, step

        def batch(step: tf.Tensor) -> tf.Tensor | tuple[tf.Tensor, ...]:
            kinds = [spec.dtype for spec in specs.values()]
            parts = tf.numpy_function(lambda at: [*game.batch(at).values()], [step], kinds)
            shaped = [
                tf.ensure_shape(p, s.shape) for p, s in zip(parts, specs.values(), strict=True)
            ]
            return tuple(shaped) if len(shaped) > 1 else shaped[0]

        row = tf.data.Dataset.counter().scan(tf.constant(0, tf.int64), follow).map(batch)
        row.steps_per_epoch = max(1, len(data.x_train) // recipe.images_per_step)
        return row

    def _steps_per_epoch(self, data: tf.data.Dataset, given: int | None) -> int | None:
        """None: as many as the dataset has."""
        at_once = self.steps_per_execution
        if given is None and hasattr(data, "steps_per_epoch"):  # rather a few images less
            return max(at_once, data.steps_per_epoch // at_once * at_once)
        if given is None and data.cardinality() == tf.data.INFINITE_CARDINALITY:
            raise InputError("this row of batches has no end; say steps_per_epoch=...")
        if given is not None and (given < 1 or given % at_once):
            raise InputError(
                f"steps_per_epoch={given} must be a positive multiple of "
                f"steps_per_execution={at_once}"
            )
        return given

    def _checked(self, batch) -> dict[str, tf.Tensor]:
        """A batch as Keras hands it over: scaled twice, images would be nearly grey."""
        given = tf.nest.flatten(keras.utils.unpack_x_y_sample_weight(batch))
        given, specs = [part for part in given if part is not None], self.game.specs()
        several = next(iter(specs.values())).shape[0] > 1
        wanted = [
            f"{spec.dtype.name} {' or '.join(str(shape) for shape in _shapes(spec, several))}"
            for spec in specs.values()
        ]
        fits = len(given) == len(specs) and all(
            tf.is_tensor(part)
            and part.dtype == spec.dtype
            and tuple(part.shape) in _shapes(spec, several)
            for part, spec in zip(given, specs.values(), strict=True)
        )
        if not fits:
            got = ", ".join(f"{part.dtype.name} {part.shape}" for part in given)
            raise InputError(
                f"recipe {self.recipe.name!r} learns from batches of {' with '.join(wanted)}"
                f"{'' if 'labels' in specs else ', without labels'}, got {got}; give fit the uint8 "
                "images (0..255) themselves, or batch with drop_remainder=True"
            )
        return {
            name: tf.reshape(part, spec.shape)
            for part, (name, spec) in zip(given, specs.items(), strict=True)
        }

    def get_config(self) -> dict:
        """Raises InputError: a `.keras` file would need the functions of the objective."""
        raise InputError(
            "FitGAN has no .keras file; use save_weights, or save_weights_only=True in "
            "ModelCheckpoint, and generator.save for the generator alone"
        )

    def save_own_variables(self, store) -> None:
        """What Keras leaves out: the step, and the random states of the dropout layers."""
        store["first_step"] = np.int64(self.first_step)
        for name, variable in self._counters().items():
            store[name] = variable.numpy()

    def load_own_variables(self, store) -> None:
        """Raises InputError for weights that `save_own_variables` had no part in."""
        counters = self._counters()
        if missing := {"first_step", *counters} - set(store.keys()):
            raise InputError(
                f"these weights were saved without {min(missing)}, by another kind of model or an "
                "earlier gan_course"
            )
        self.first_step = int(np.array(store["first_step"]))
        for name, variable in counters.items():
            variable.assign(np.array(store[name]))

    def _counters(self) -> dict[str, tf.Variable]:
        named = self.players.variables().items()
        return {name.replace("/", "."): v for name, v in named if v.dtype.is_integer}


def _shapes(spec: tf.TensorSpec, several: bool) -> list[tuple[int, ...]]:
    """Those that a batch may have: where a step has one update, its axis may be left out."""
    whole = tuple(spec.shape)
    return [whole] if several else [whole, whole[1:]]
