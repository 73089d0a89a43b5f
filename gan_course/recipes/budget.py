"""A minute, and a few: recipes tuned for so many seconds on two CPU cores.

The quick recipes of the chapters have networks small enough to be written by hand, and a longer
training brings those little. Here they are wider, and play the hinge game with learning rates that
stay: the mean of the weights does what falling rates are there for. D also sees how much the images
of a batch differ, which keeps G from repeating itself. A layer before the last lets it see whether
far places of an image belong together: without it the score is a sum over places. For digits
and faces its first layer looks at wide patches, at fewer multiplications than two layers of narrow
ones. The faces play WGAN-GP. Tuned on training images; `python -m benchmarks.quality` reports what
the digits and clothes come to on test images, `python -m benchmarks.colour` how near horses and
faces come.
"""

from gan_course.recipes.adversarial import Adversarial
from gan_course.recipes.conditional import Conditional

_NARROW_PATCHES = (
    "Conv 24 k4 s2 LReLU .2",
    "Conv 64 k4 s2 LReLU .2",
    "Conv 96 k3 s2 LReLU .2",
    "BatchDeviation",
    "Flatten",
)
_WIDE_PATCHES = ("Conv 64 k8 s4 LReLU .2", "Conv 96 k3 s2 LReLU .2", "BatchDeviation", "Flatten")
_JUDGED_AS_A_WHOLE = ("Dense 64 LReLU .2", "Dense 1")
_GAME = dict(
    objective="hinge",
    order="simultaneous",
    g_learning_rate=2e-3,
    d_learning_rate=1e-3,
    beta_1=0.0,
    ema_decay=0.998,
    batch_size=32,
    log_every=20,
    sample_every=200,
    checkpoint_every=500,
)
_GREY = dict(
    image_shape=(28, 28, 1),
    generator=(
        "Dense 4704 nobias BN .9 ReLU",
        "Reshape 7 7 96",
        "ConvT 64 k3 nobias BN .9 ReLU",
        "ConvT 32 k4 s2 nobias BN .9 ReLU",
        "ConvT 1 k4 s2 tanh",
    ),
    **_GAME,
)
_COLOUR = dict(
    image_shape=(32, 32, 3),
    generator=(
        "Dense 2048 nobias BN .9 ReLU",
        "Reshape 4 4 128",
        "ConvT 64 k4 s2 nobias BN .9 ReLU",
        "ConvT 32 k4 s2 nobias BN .9 ReLU",
        "ConvT 3 k4 s2 tanh",
    ),
    discriminator=(
        "Conv 32 k4 s2 LReLU .2",
        "Conv 64 k4 s2 LReLU .2",
        "Conv 128 k4 s2 LReLU .2",
        "BatchDeviation",
        "Flatten",
        "Dense 1",
    ),
    grid=(6, 6),
    **_GAME,
)
# On the faces the hinge game stays at a larger distance (by the components of chapter 5) than the
# critic with a penalty. G does as well without batch normalisation.
_FACES = dict(
    _COLOUR,
    generator=(
        "Dense 1024 ReLU",
        "Reshape 4 4 64",
        "ConvT 48 k4 s2 ReLU",
        "ConvT 32 k4 s2 ReLU",
        "ConvT 3 k4 s2 tanh",
    ),
    discriminator=(
        "Conv 64 k8 s4 LReLU .2",
        "Conv 128 k4 s2 LReLU .2",
        "BatchDeviation",
        "Flatten",
        *_JUDGED_AS_A_WHOLE,
    ),
    objective="wasserstein",
    order="alternating",
    penalty="gradient",
    penalty_weight=2.0,
    d_learning_rate=2e-3,
    final_rate=0.05,
)
_ORDERED = {
    **_GREY,
    "discriminator": (*_NARROW_PATCHES, "Dense 1"),
    "d_learning_rate": 2e-3,  # a D that learns faster reads labels better
}

RECIPES = (
    Adversarial(
        name="dcgan_mnist_1min",
        about="digits, tuned for a minute",
        cpu_minutes=1,
        tuned_for=60,
        dataset="mnist",
        **_GREY,
        discriminator=(*_WIDE_PATCHES, *_JUDGED_AS_A_WHOLE),
        latent_dim=16,
        grid=(6, 6),
        steps=6500,
    ),
    Adversarial(
        name="dcgan_fashion_1min",
        about="clothes, tuned for a minute",
        cpu_minutes=1,
        tuned_for=60,
        dataset="fashion_mnist",
        **_GREY,
        discriminator=(*_NARROW_PATCHES, *_JUDGED_AS_A_WHOLE),  # wide ones: the rarest too rare
        latent_dim=32,
        grid=(6, 6),
        steps=6500,
    ),
    Conditional(
        name="cgan_mnist_1min",
        about="digits to order, tuned for a minute",
        cpu_minutes=1,
        tuned_for=60,
        dataset="mnist",
        **_ORDERED,
        latent_dim=16,
        steps=4600,
    ),
    Conditional(
        name="cgan_mnist_5min",
        about="digits to order, tuned for five minutes",
        cpu_minutes=5,
        tuned_for=300,
        dataset="mnist",
        **_ORDERED,
        latent_dim=16,
        steps=20_000,
    ),
    Conditional(
        name="cgan_fashion_1min",
        about="clothes to order, tuned for a minute",
        cpu_minutes=1,
        tuned_for=60,
        dataset="fashion_mnist",
        **_ORDERED,
        latent_dim=32,
        steps=4600,
    ),
    Conditional(
        name="cgan_fashion_5min",
        about="clothes to order, tuned for five minutes",
        cpu_minutes=5,
        tuned_for=300,
        dataset="fashion_mnist",
        **_ORDERED,
        latent_dim=32,
        steps=20_000,
    ),
    Adversarial(
        name="dcgan_horses_3min",
        about="horses in colour, tuned for three minutes",
        cpu_minutes=3,
        tuned_for=180,
        dataset="cifar10:horse",
        **_COLOUR,
        latent_dim=64,
        mirror=True,
        steps=5800,
    ),
    Adversarial(
        name="wgan_gp_faces_3min",
        about="faces of 32×32, tuned for three minutes",
        cpu_minutes=3,
        tuned_for=180,
        dataset="faces",
        **_FACES,
        latent_dim=256,
        steps=6800,
    ),
)
