"""Chapter 1, the forger and the expert: the losses, the two updates, and old code."""

import numpy as np

from gan_course.base.backend import tf
from gan_course.games import step
from gan_course.recipes import recipe
from gan_course.teaching.checks import same_update, same_values
from gan_course.teaching.exercises.registry import choice, exercise

# Small and uneven, and dense as the chapter's own.
_SMALL = recipe("vanilla_mnist_quick").changed(
    generator=("Dense 16 LReLU .2", "Dense 784 tanh", "Reshape 28 28 1"),
    discriminator=("Flatten", "Dense 16 LReLU .2 Dropout .3", "Dense 1"),
    latent_dim=5,
    batch_size=6,
    order="alternating",
)  # fmt: skip
_REAL, _FAKE = np.float32([[1.5], [-0.3], [4.0]]), np.float32([[0.4], [-2.0], [1.0]])


def _log_sigmoid(logits):
    return -np.log1p(np.exp(-logits))


@exercise("1.1", "What D minimises", 5, "tf.nn.softplus(-l) is -log D, and softplus(l) -log(1 - D)")
def _(d_loss) -> None:
    on_real, on_fake = -_log_sigmoid(_REAL), -_log_sigmoid(-_FAKE)
    once_more = -_log_sigmoid(1 / (1 + np.exp(-_REAL))) - _log_sigmoid(-1 / (1 + np.exp(-_FAKE)))
    same_values(
        d_loss(tf.constant(_REAL), tf.constant(_FAKE)),
        on_real + on_fake,
        "your d_loss",
        {
            "the labels are swapped: it asks D for 0 on real images and for 1 on fakes":
                -_log_sigmoid(-_REAL) - _log_sigmoid(_FAKE),
            "only the real images count": on_real,
            "only the fakes count": on_fake,
            "it is halved: the paper adds the two, and a mean over a batch of both would not":
                (on_real + on_fake) / 2,
            "the sigmoid is taken twice: what comes in are logits, no probabilities": once_more,
        },
    )  # fmt: skip


@exercise("1.2", "What G minimises, twice", 5, "both are one softplus; check the sign at logit 0")
def _(minimax, non_saturating) -> None:
    logits = np.linspace(-4, 4, 9, dtype=np.float32).reshape(-1, 1)
    honest, other = _log_sigmoid(-logits), -_log_sigmoid(logits)
    same_values(
        minimax(tf.constant(logits)), honest, "your minimax loss",
        {"this is the non-saturating one: are the two exchanged?": other,
         "its sign is wrong: G would make D surer": -honest},
    )  # fmt: skip
    same_values(
        non_saturating(tf.constant(logits)), other, "your non-saturating loss",
        {"this is the minimax one: are the two exchanged?": honest,
         "its sign is wrong: G would make D surer": -other},
    )  # fmt: skip


choice(
    "1.3",
    "Freezing, in old code",
    right="b",
    wrong={
        "a": "line 3 puts the two networks in a row and changes nothing in either of them",
        "c": "it does look, but at what Keras noted when D was compiled",
    },
    hint="Keras reads `trainable` when a model is compiled",
)


@exercise("1.4", "The update of D", 10, "whose trainable_variables is the gradient taken for?")
def _(update) -> None:
    same_update(update, step.discriminator_update, _SMALL)


@exercise("1.5", "The update of G", 10, "G makes the fakes inside the tape; only its weights move")
def _(update) -> None:
    same_update(update, step.generator_update, _SMALL)


@exercise("1.6", "Dust", 5, "the median over axis=(3, 4) has the shape of pixels")
def _(dust) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (2, 5, 4)).astype(np.float32)
    around = np.zeros((2, 5, 4, 9))
    for n, i, j in np.ndindex(2, 5, 4):  # paper and pencil, one window after the other
        padded = np.pad(pixels[n], 1)
        around[n, i, j] = padded[i : i + 3, j : j + 3].ravel()
    median = np.median(around, axis=-1)
    same_values(
        dust(pixels),
        np.abs(pixels - median).mean(),
        "your dust",
        {
            "that is the distance from the mean of the neighbourhood, not from its median":
                np.abs(pixels - around.mean(axis=-1)).mean(),
            "without the absolute value, light and dark specks cancel":
                (pixels - median).mean(),
            "that is one number for each pixel; take the mean of all": np.abs(pixels - median),
            "that is the squared distance": ((pixels - median) ** 2).mean(),
        },
        tolerance=1e-3,
    )  # fmt: skip
