"""What keeps a discriminator from growing too steep: gradient penalties and weight clipping.

In: a discriminator and images. Out: one penalty per example, unweighted; or clipped weights.
The step takes the mean and the objective the weight. Nothing here draws a random number of its
own: the seed is an argument.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gan_course.base.backend import tf
from gan_course.base.seeds import uniform
from gan_course.models import fast


def gradient_norm(discriminate: Callable, images):
    """How steep the discriminator is at each image: the norm of its gradient there.

    Args:
      discriminate: images (batch, H, W, C) -> logits (batch, 1). Each logit must depend on its
        own image alone, which batch normalisation in a discriminator breaks.

    Returns:
      float32 (batch,), in logits per unit of pixel value. Where the gradient is 0 this is 1e-6:
      the square root has no derivative at 0, and the training would go on with NaN.
    """
    with tf.GradientTape() as tape, fast.without_second_slopes():
        tape.watch(images)
        logits = discriminate(images)
    slope = tape.gradient(logits, images, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return tf.sqrt(tf.reduce_sum(slope**2, axis=[1, 2, 3]) + 1e-12)


@dataclass(frozen=True)
class Penalty:
    """A cost on the steepness of the discriminator.

    at: (real, fake, seed) -> images: where the gradient is taken.
    cost: gradient norm (batch,) -> penalty (batch,).
    """

    at: Callable
    cost: Callable

    def __call__(self, discriminate: Callable, real, fake, seed):
        """The penalty per example.

        Args:
          discriminate: images (batch, H, W, C) -> logits (batch, 1).
          real, fake: images of one shape and value range.
          seed: int32 (2,), stateless.

        Returns:
          float32 (batch,), unweighted.

        Raises:
          ValueError: where `at` pairs images up, and the two batches differ in shape.
        """
        return self.cost(gradient_norm(discriminate, self.at(real, fake, seed)))


def mixing(batch: int, seed):
    """α ~ U[0, 1): one number for each pair of images, not one for each pixel: (batch, 1, 1, 1)."""
    return uniform([batch, 1, 1, 1], seed)


def between(real, fake, seed):
    """A random point on the straight line between each real image and its fake.

    Source: Gulrajani et al. 2017, arXiv:1704.00028, Algorithm 1, lines 4 to 6.
    """
    if not real.shape.is_compatible_with(fake.shape):
        raise ValueError(f"real {real.shape} and fake {fake.shape} differ in shape; pair them up")
    alpha = mixing(tf.shape(real)[0], seed)
    return alpha * real + (1.0 - alpha) * fake


# (‖∇D‖ - 1)² between real and fake images: WGAN-GP, equation 3 of the same paper.
gradient_penalty = Penalty(at=between, cost=lambda norm: (norm - 1.0) ** 2)

# ‖∇D‖² / 2 on real images: the weight is γ of Mescheder et al. 2018, arXiv:1801.04406, equation 9.
r1 = Penalty(at=lambda real, fake, seed: real, cost=lambda norm: norm**2 / 2.0)

PENALTIES = {"gradient": gradient_penalty, "r1": r1}


def clip_weights(weights: Iterable, limit: float) -> None:
    """Bring every weight into [-limit, limit].

    Source: Arjovsky et al. 2017, arXiv:1701.07875, Algorithm 1, line 7.
    """
    for weight in weights:
        weight.assign(tf.clip_by_value(weight, -limit, limit))
