"""Chapter 6: the project, a DCGAN on Fashion-MNIST."""

from gan_course.recipes.adversarial import Adversarial
from gan_course.recipes.dcgan import QUICK

RECIPES = (
    Adversarial(
        name="dcgan_fashion",
        about="chapter 6: DCGAN on clothes, 50 epochs; for a GPU",
        cpu_minutes=90,
        dataset="fashion_mnist",
        image_shape=(28, 28, 1),
        generator=(
            "Dense 12544 nobias BN LReLU .3",
            "Reshape 7 7 256",
            "ConvT 128 k5 nobias BN LReLU .3",
            "ConvT 64 k5 s2 nobias BN LReLU .3",
            "ConvT 1 k5 s2 nobias tanh",
        ),
        discriminator=(
            "Conv 64 k5 s2 LReLU .3 Dropout .3",
            "Conv 128 k5 s2 LReLU .3 Dropout .3",
            "Flatten",
            "Dense 1",
        ),
        order="simultaneous",
        g_learning_rate=1e-4,
        d_learning_rate=1e-4,
        beta_1=0.9,
        batch_size=256,
        steps=50 * 234,
        log_every=39,
        sample_every=234,
        checkpoint_every=5 * 234,
    ),
    Adversarial(
        name="dcgan_fashion_quick",
        about="chapter 6: a small DCGAN on clothes, two epochs",
        cpu_minutes=1.9,
        dataset="fashion_mnist",
        **QUICK,
        latent_dim=32,
        grid=(6, 6),
    ),
)
