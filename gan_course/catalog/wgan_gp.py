"""Chapter 5: the Wasserstein GAN with gradient penalty, on faces."""

from gan_course.schema import Recipe

RECIPES = (
    Recipe(
        name="wgan_gp_faces",
        about="chapter 5: WGAN-GP on faces of 64×64, 6,000 steps; for a GPU",
        cpu_minutes=60,
        dataset="faces",
        image_shape=(64, 64, 3),
        generator=(
            "Dense 8192 BN .9 LReLU .2",
            "Reshape 4 4 512",
            "ConvT 256 k5 s2 BN .9 LReLU .2",
            "ConvT 128 k5 s2 BN .9 LReLU .2",
            "ConvT 64 k5 s2 BN .9 LReLU .2",
            "ConvT 3 k5 s2 tanh",
        ),
        discriminator=(
            "Conv 64 k5 s2 LReLU .2",
            "Conv 128 k5 s2 LReLU .2",
            "Conv 256 k5 s2 LReLU .2",
            "Conv 512 k5 s2 LReLU .2",
            "Flatten",
            "Dense 1",
        ),
        objective="wasserstein",
        penalty="gradient",
        penalty_weight=10,
        d_steps=5,
        g_learning_rate=2e-4,
        d_learning_rate=2e-4,
        beta_1=0.5,
        batch_size=64,
        steps=6000,
        log_every=20,
        sample_every=200,
        checkpoint_every=500,
    ),
)
