"""Chapter 1: the dense GAN on MNIST, and its smaller sister with Xavier weights."""

from gan_course.recipes.adversarial import Adversarial

# The references let the players alternate, each G update on fresh noise; the quick ones move both
# at once, which is cheaper.
_XAVIER = dict(
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
    g_learning_rate=2e-4,
    d_learning_rate=2e-4,
    beta_1=0.9,
    batch_size=200,
)

# All that is due falls on a multiple of five steps: they are made in one call (training/loop.py).
_TEN_EPOCHS = 10 * 60_000 // 64  # steps of 64 images

RECIPES = (
    Adversarial(
        name="vanilla_mnist",
        about="chapter 1: the dense GAN, 400 epochs",
        cpu_minutes=130,
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
        g_learning_rate=2e-4,
        d_learning_rate=2e-4,
        beta_1=0.5,
        batch_size=128,
        steps=400 * 468,
        grid=(10, 10),
        log_every=117,
        sample_every=20 * 468,
        early_sample=468,
        checkpoint_every=5 * 468,
    ),
    Adversarial(
        name="vanilla_mnist_quick",
        about="chapter 1: a dense GAN of half the width, 10 epochs",
        cpu_minutes=1.0,
        dataset="mnist",
        image_shape=(28, 28, 1),
        generator=(
            "Dense 256 N(0,.02) LReLU .2",
            "Dense 512 LReLU .2",
            "Dense 784 tanh",
            "Reshape 28 28 1",
        ),
        discriminator=(
            "Flatten",
            "Dense 512 N(0,.02) LReLU .2 Dropout .3",
            "Dense 256 LReLU .2 Dropout .3",
            "Dense 1",
        ),
        real_label=0.9,
        order="simultaneous",
        g_learning_rate=4e-4,
        d_learning_rate=4e-4,
        beta_1=0.5,
        batch_size=64,
        steps=_TEN_EPOCHS,
        grid=(6, 6),
        log_every=25,
        sample_every=470,  # twice an epoch
        checkpoint_every=1250,
    ),
    Adversarial(
        name="vanilla_mnist_xavier",
        about="chapter 1: the smaller dense GAN with Xavier weights, 100 epochs",
        cpu_minutes=8.7,
        dataset="mnist",
        image_shape=(28, 28, 1),
        **_XAVIER,
        steps=100 * 300,
        grid=(8, 8),
        log_every=75,
        sample_every=5 * 300,
        checkpoint_every=5 * 300,
    ),
    Adversarial(
        name="vanilla_mnist_xavier_quick",
        about="chapter 1: the smaller dense GAN with Xavier weights, 10 epochs",
        cpu_minutes=0.7,
        dataset="mnist",
        image_shape=(28, 28, 1),
        **{
            **_XAVIER,
            "order": "simultaneous",
            "g_learning_rate": 1e-3,  # G keeps up with D from the start
            "d_learning_rate": 3e-4,
            "beta_1": 0.5,
            "batch_size": 64,
        },
        steps=_TEN_EPOCHS,
        grid=(8, 8),
        log_every=25,
        sample_every=470,  # twice an epoch
        checkpoint_every=1250,
    ),
)
