"""RECIPES: every number that the chapters use, in one place.

A reference recipe is faithful to its source. Its `*_quick` sister shows the same point on two CPU
cores in minutes: smaller networks and fewer steps, on the same data.
"""

from gan_course.schema import Recipe

_DCGAN_DISCRIMINATOR = (
    "Conv 64 k5 s2 LReLU .2 Dropout .4",
    "Conv 128 k5 s2 LReLU .2 Dropout .4",
    "Conv 256 k5 s2 LReLU .2 Dropout .4",
    "Conv 512 k5 LReLU .2 Dropout .4",
    "Flatten",
    "Dense 1",
)

_SMALL_DCGAN = dict(
    latent_dim=64,
    generator=(
        "Dense 3136 nobias BN .9 ReLU",
        "Reshape 7 7 64",
        "ConvT 32 k4 s2 nobias BN .9 ReLU",
        "ConvT 1 k4 s2 tanh",
    ),
    discriminator=(
        "Conv 32 k4 s2 LReLU .2",
        "Conv 64 k4 s2 LReLU .2",
        "Flatten",
        "Dense 1",
    ),
    order="simultaneous",
    g_learning_rate=1e-3,
    d_learning_rate=5e-4,
    beta_1=0.5,
    batch_size=64,
)

_ALL = (
    Recipe(
        name="demo",
        about="a small DCGAN on the embedded digits: what `make demo` trains",
        cpu_minutes=1.5,
        dataset="glyphs",
        image_shape=(28, 28, 1),
        **_SMALL_DCGAN,
        steps=4000,
        seed=1,
        grid=(8, 8),
        log_every=20,
        sample_every=100,
        checkpoint_every=500,
    ),
    Recipe(
        name="vanilla_mnist",
        about="chapter 1: the dense GAN, 400 epochs",
        cpu_minutes=95,
        dataset="mnist",
        image_shape=(28, 28, 1),
        generator=(
            "Dense 256 N(0,.02) LReLU .2",
            "Dense 512 LReLU .2",
            "Dense 1024 LReLU .2",
            "Dense 784 tanh",
            "Reshape 28 28 1",
        ),
        discriminator=(
            "Flatten",
            "Dense 1024 N(0,.02) LReLU .2 Dropout .3",
            "Dense 512 LReLU .2 Dropout .3",
            "Dense 256 LReLU .2 Dropout .3",
            "Dense 1",
        ),
        real_label=0.9,
        order="simultaneous",
        g_learning_rate=2e-4,
        d_learning_rate=2e-4,
        beta_1=0.5,
        batch_size=128,
        steps=400 * 468,
        grid=(10, 10),
        log_every=117,
        sample_every=20 * 468,
        checkpoint_every=5 * 468,
    ),
    Recipe(
        name="vanilla_mnist_xavier",
        about="chapter 1: the smaller dense GAN with Xavier weights, 100 epochs",
        cpu_minutes=6,
        dataset="mnist",
        image_shape=(28, 28, 1),
        generator=(
            "Dense 256 xavier bias(.1,.2) ReLU Dropout .1",
            "Dense 256 xavier bias(.1,.2) ReLU Dropout .1",
            "Dense 784 xavier bias(.1,.2) tanh",
            "Reshape 28 28 1",
        ),
        discriminator=(
            "Flatten",
            "Dense 256 xavier bias(.1,.2) LReLU .01 Dropout .1",
            "Dense 256 xavier bias(.1,.2) LReLU .01 Dropout .1",
            "Dense 1 xavier bias(.1,.2)",
        ),
        order="alternating",
        g_learning_rate=2e-4,
        d_learning_rate=2e-4,
        beta_1=0.9,
        batch_size=200,
        steps=100 * 300,
        grid=(8, 8),
        log_every=75,
        sample_every=5 * 300,
        checkpoint_every=5 * 300,
    ),
    Recipe(
        name="dcgan_mnist",
        about="chapter 2: upsampling DCGAN, 30 epochs; for a GPU",
        cpu_minutes=600,
        dataset="mnist",
        image_shape=(28, 28, 1),
        value_range=(0, 1),
        latent="uniform",
        generator=(
            "Dense 12544 BN .9 ReLU",
            "Reshape 7 7 256",
            "Dropout .4",
            "Up",
            "ConvT 128 k5 BN ReLU",
            "Up",
            "ConvT 64 k5 BN ReLU",
            "ConvT 32 k5 BN ReLU",
            "ConvT 1 k5 sigmoid",
        ),
        discriminator=_DCGAN_DISCRIMINATOR,
        g_learning_rate=4e-4,
        d_learning_rate=8e-4,
        beta_1=0.5,
        batch_size=100,
        steps=30 * 600,
        log_every=60,
        sample_every=600,
        checkpoint_every=300,
    ),
)

RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in _ALL}
