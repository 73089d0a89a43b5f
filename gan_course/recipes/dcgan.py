"""Chapter 2: the DCGAN on MNIST, and the `demo` of the README."""

from gan_course.recipes.adversarial import Adversarial

# Tuned against training images for the smallest Fréchet distance after 30 to 120 s on two cores.
# `python -m benchmarks.quality` reports it on test images, `python -m benchmarks.ablation` what
# each idea is worth: few latents, a layer more in both networks, no momentum, a mean of weights.
QUICK = dict(
    image_shape=(28, 28, 1),
    generator=(
        "Dense 3136 nobias BN .9 ReLU",
        "Reshape 7 7 64",
        "ConvT 48 k3 nobias BN .9 ReLU",
        "ConvT 24 k4 s2 nobias BN .9 ReLU",
        "ConvT 1 k4 s2 tanh",
    ),
    discriminator=(
        "Conv 16 k4 s2 LReLU .2",
        "Conv 48 k4 s2 LReLU .2",
        "Conv 64 k3 s2 LReLU .2",
        "Flatten",
        "Dense 1",
    ),
    order="simultaneous",
    g_learning_rate=2e-3,
    d_learning_rate=1e-3,
    beta_1=0.0,
    final_rate=0.02,
    ema_decay=0.998,
    batch_size=32,
    steps=4000,
    log_every=20,
    sample_every=200,
    checkpoint_every=500,
)

RECIPES = (
    Adversarial(
        name="demo",
        about="a small DCGAN on the embedded digits: what `make demo` trains",
        cpu_minutes=1.7,
        dataset="glyphs",
        **QUICK,
        latent_dim=16,
        grid=(8, 8),
    ),
    Adversarial(
        name="dcgan_mnist",
        about="chapter 2: upsampling DCGAN, 30 epochs; for a GPU",
        cpu_minutes=300,
        dataset="mnist",
        image_shape=(28, 28, 1),
        value_range=(0, 1),
        noise="uniform",
        generator=(
            "Dense 12544 BN .9 ReLU",
            "Reshape 7 7 256",
            "Dropout .4",
            "Up",
            "ConvT 128 k5 BN .9 ReLU",
            "Up",
            "ConvT 64 k5 BN .9 ReLU",
            "ConvT 32 k5 BN .9 ReLU",
            "ConvT 1 k5 sigmoid",
        ),
        discriminator=(
            "Conv 64 k5 s2 LReLU .2 Dropout .4",
            "Conv 128 k5 s2 LReLU .2 Dropout .4",
            "Conv 256 k5 s2 LReLU .2 Dropout .4",
            "Conv 512 k5 LReLU .2 Dropout .4",
            "Flatten",
            "Dense 1",
        ),
        g_learning_rate=4e-4,
        d_learning_rate=8e-4,
        beta_1=0.9,  # Keras's default, as in its source
        batch_size=100,
        steps=30 * 600,
        log_every=60,
        sample_every=600,
        checkpoint_every=300,
    ),
    Adversarial(
        name="dcgan_mnist_quick",
        about="chapter 2: a small DCGAN, two epochs",
        cpu_minutes=1.9,
        dataset="mnist",
        **QUICK,
        latent_dim=16,
        grid=(6, 6),
    ),
)
