"""Points in the plane: chapter 0; a GAN that loses modes (3), and a WGAN-GP that keeps them (5)."""

from gan_course.recipes.adversarial import Adversarial

_PLANE = dict(
    image_shape=(1, 2, 1),
    latent_dim=2,
    batch_size=128,
    grid=(25, 40),  # points of a sample picture
    sample_every=100,
)
_SMALL = dict(
    **_PLANE,
    dataset="ring",
    generator=("Dense 64 ReLU", "Dense 64 ReLU", "Dense 2 tanh", "Reshape 1 2 1"),
    discriminator=("Flatten", "Dense 64 LReLU .2", "Dense 64 LReLU .2", "Dense 1"),
    beta_1=0.5,
)
_LONG = dict(**_SMALL, steps=3000, log_every=20, checkpoint_every=1000)

RECIPES = (
    Adversarial(
        name="gan_plane",
        about="chapter 0: eight Gaussians, the smallest GAN that one can watch",
        cpu_minutes=0.1,
        **_SMALL,
        g_learning_rate=1e-3,
        d_learning_rate=1e-3,
        steps=1500,
        log_every=10,
        checkpoint_every=250,
    ),
    Adversarial(
        name="gan_grid",
        about="chapter 0: 25 Gaussians; Adam without momentum, D three times as fast as G",
        cpu_minutes=0.2,
        **_PLANE,
        dataset="grid",
        generator=("Dense 128 ReLU", "Dense 128 ReLU", "Dense 2 tanh", "Reshape 1 2 1"),
        discriminator=("Flatten", *3 * ("Dense 128 LReLU .2",), "Dense 1"),
        beta_1=0.0,
        g_learning_rate=1e-3,
        d_learning_rate=3e-3,
        steps=3000,
        log_every=20,
        checkpoint_every=1000,
    ),
    Adversarial(
        name="gan_ring",
        about="chapter 3: eight Gaussians, G ten times as fast as D: the modes collapse",
        cpu_minutes=0.15,
        **_LONG,
        g_learning_rate=3e-3,
        d_learning_rate=3e-4,
    ),
    Adversarial(
        name="wgan_gp_ring",
        about="chapter 5: the same networks with a gradient penalty keep all modes",
        cpu_minutes=0.3,
        **_LONG,
        objective="wasserstein",
        penalty="gradient",
        penalty_weight=1.0,
        d_steps=5,
        g_learning_rate=5e-4,
        d_learning_rate=1e-3,
    ),
)
