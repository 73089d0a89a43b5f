"""The same step under `keras.Model.fit`, for those who want Keras's callbacks.

In: a recipe and its images. Out: a model whose `fit` makes the very steps of `train`: same seeds,
same batches, same weights, bit for bit. It writes no run folder. Callbacks such as `CSVLogger` and
`TensorBoard` do what they always do; `ModelCheckpoint` wants `save_weights_only=True`.
"""

from gan_course import loop, objectives, state
from gan_course.backend import keras, tf
from gan_course.data import ImageSet
from gan_course.data.batches import Batches
from gan_course.objectives import Objective
from gan_course.schema import Recipe


class FitGAN(keras.Model):
    """A GAN with `fit`: `model.fit(model.batches(data), epochs=3, steps_per_epoch=100)`.

    Say `shuffle=False` too: the batches are shuffled already, and Keras warns that it cannot.
    """

    def __init__(self, recipe: Recipe, objective: Objective | None = None):
        super().__init__(name=recipe.name)
        self.recipe = recipe
        self.game = state.create(recipe)
        self.generator, self.discriminator = self.game.generator, self.game.discriminator
        chosen = objectives.of_recipe(recipe, objective)
        self.step_function = loop.step_function(self.game, chosen, recipe)
        self.built = True  # both networks are
        self.compile(jit_compile=False)  # XLA rounds differently, and is slower on a CPU

    def train_step(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """One step: uint8 images (d_steps, batch, H, W, C) -> the scalars of `step.train_step`."""
        return self.step_function(images)

    def call(self, latents: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Latents (batch, latent_dim) -> images in the recipe's value range."""
        return self.game.sampler(latents, training=training)

    def batches(self, data: ImageSet) -> tf.data.Dataset:
        """The endless row of batches that `train` would see, from this model's step on.

        Ask for it anew before each `fit`: a dataset begins where it began.
        """
        recipe = self.recipe
        batches = Batches(data.x_train, recipe.batch_size, recipe.d_steps, recipe.seed)
        shape = (recipe.d_steps, recipe.batch_size, *recipe.image_shape)

        def batch(step: tf.Tensor) -> tf.Tensor:
            return tf.ensure_shape(tf.numpy_function(batches, [step], tf.uint8), shape)

        return tf.data.Dataset.counter(int(self.game.step)).map(batch)
