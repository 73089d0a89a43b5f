"""Chapters 3 and 5: points in the plane. A GAN that loses modes, and a WGAN-GP that keeps them."""

from gan_course.schema import Recipe

_SMALL = dict(
    dataset="ring",
    image_shape=(1, 2, 1),
    latent_dim=2,
    generator=("Dense 64 ReLU", "Dense 64 ReLU", "Dense 2 tanh", "Reshape 1 2 1"),
    discriminator=("Flatten", "Dense 64 LReLU .2", "Dense 64 LReLU .2", "Dense 1"),
    beta_1=0.5,
    batch_size=128,
    steps=3000,
    grid=(25, 40),  # points of a sample picture
    log_every=20,
    sample_every=100,
    checkpoint_every=1000,
)

RECIPES = (
    Recipe(
        name="gan_ring",
        about="chapter 3: eight Gaussians, G ten times as fast as D: the modes collapse",
        cpu_minutes=0.15,
        **_SMALL,
        g_learning_rate=3e-3,
        d_learning_rate=3e-4,
    ),
    Recipe(
        name="wgan_gp_ring",
        about="chapter 5: the same networks with a gradient penalty keep all modes",
        cpu_minutes=0.3,
        **_SMALL,
        objective="wasserstein",
        penalty="gradient",
        penalty_weight=1.0,
        d_steps=5,
        g_learning_rate=5e-4,
        d_learning_rate=1e-3,
    ),
)
