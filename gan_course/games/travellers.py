"""What a run from one kind of images to another and back remembers from step to step.

In: nothing. Out: four networks, what moves them, and fakes of the past.
"""

from dataclasses import dataclass

from gan_course.base.backend import keras, tf
from gan_course.games.state import State


@dataclass
class Travellers(State):
    """Four networks, one optimizer for both generators and one for both judges, and two pools.

    Adam's state is of each weight alone, so two optimizers of two networks each move them as four
    would.
    """

    generator: keras.Model
    generator_back: keras.Model
    discriminator: keras.Model  # of targets
    discriminator_back: keras.Model  # of inputs
    g_optimizer: keras.optimizers.Optimizer
    d_optimizer: keras.optimizers.Optimizer
    pool: tf.Variable | None = None  # past G(x)
    pool_back: tf.Variable | None = None  # past F(y)

    @property
    def sampler(self) -> keras.Model:
        """The generator that pictures and measures are made with."""
        return self.generator

    def networks(self) -> dict[str, keras.Model]:
        """Both ways."""
        return {"generator": self.generator, "generator_back": self.generator_back}

    @property
    def g_weights(self) -> list:
        """What both generators learn."""
        return self.generator.trainable_variables + self.generator_back.trainable_variables

    @property
    def d_weights(self) -> list:
        """What both judges learn."""
        return self.discriminator.trainable_variables + self.discriminator_back.trainable_variables
