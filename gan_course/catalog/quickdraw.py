"""Chapter 3: a GAN on drawings, and one in the plane that loses modes."""

from gan_course.schema import Recipe

RECIPES = (
    Recipe(
        name="gan_quickdraw",
        about="chapter 3: upsampling GAN on drawings of cats, 6,000 steps; for a GPU",
        cpu_minutes=60,
        dataset="quickdraw_cat",
        image_shape=(28, 28, 1),
        generator=(
            "Dense 3136 N(0,.02) BN .9 ReLU",
            "Reshape 7 7 64",
            "Up",
            "Conv 128 k5 N(0,.02) BN .9 ReLU",
            "Up",
            "Conv 64 k5 N(0,.02) BN .9 ReLU",
            "ConvT 64 k5 N(0,.02) BN .9 ReLU",
            "ConvT 1 k5 N(0,.02) tanh",
        ),
        discriminator=(
            "Conv 64 k5 s2 N(0,.02) ReLU Dropout .4",
            "Conv 64 k5 s2 N(0,.02) ReLU Dropout .4",
            "Conv 128 k5 s2 N(0,.02) ReLU Dropout .4",
            "Conv 128 k5 N(0,.02) ReLU Dropout .4",
            "Flatten",
            "Dense 1 N(0,.02)",
        ),
        optimizer="rmsprop",
        g_learning_rate=4e-4,
        d_learning_rate=8e-4,
        batch_size=64,
        steps=6000,
        log_every=20,
        sample_every=200,
        checkpoint_every=500,
    ),
)
