"""Chapter 4: the Wasserstein GAN with weight clipping, on the horses of CIFAR-10."""

from gan_course.schema import Recipe

RECIPES = (
    Recipe(
        name="wgan_cifar10",
        about="chapter 4: WGAN with weight clipping on horses, 6,000 steps; for a GPU",
        cpu_minutes=60,
        dataset="cifar10:horse",
        image_shape=(32, 32, 3),
        generator=(
            "Dense 2048 N(0,.02) BN .8 LReLU .2",
            "Reshape 4 4 128",
            "Up",
            "Conv 128 k5 N(0,.02) BN .8 LReLU .2",
            "Up",
            "Conv 64 k5 N(0,.02) BN .8 LReLU .2",
            "Up",
            "Conv 32 k5 N(0,.02) BN .8 LReLU .2",
            "ConvT 3 k5 N(0,.02) tanh",
        ),
        discriminator=(
            "Conv 32 k5 s2 N(0,.02) LReLU .2",
            "Conv 64 k5 s2 N(0,.02) LReLU .2",
            "Conv 128 k5 s2 N(0,.02) LReLU .2",
            "Conv 128 k5 N(0,.02) LReLU .2",
            "Flatten",
            "Dense 1 N(0,.02)",
        ),
        objective="wasserstein",
        clip=0.01,
        d_steps=5,
        optimizer="rmsprop",
        g_learning_rate=5e-5,
        d_learning_rate=5e-5,
        batch_size=128,
        steps=6000,
        log_every=20,
        sample_every=200,
        checkpoint_every=500,
    ),
)
