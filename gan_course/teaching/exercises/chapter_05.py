"""Chapter 5, WGAN-GP: the point between, the norm, a tape in a tape, the penalty, the update."""

from dataclasses import replace

import numpy as np

from gan_course.base.backend import tf
from gan_course.games import step
from gan_course.games.adversarial import start
from gan_course.games.objectives import of_recipe
from gan_course.games.penalties import gradient_penalty, r1
from gan_course.recipes import recipe
from gan_course.teaching.checks import same_penalty, same_update, same_values
from gan_course.teaching.exercises.registry import choice, exercise
from gan_course.teaching.mismatch import Mismatch, own_errors
from gan_course.teaching.movement import inputs

_TERMS = ("d_loss", "wasserstein", "penalty", "gradient_norm")
# Small, with batch normalisation in G, which must run in training.
_SMALL = recipe("wgan_gp_ring").changed(
    generator=("Dense 8 BN .9 ReLU", "Dense 2 tanh", "Reshape 1 2 1"),
    discriminator=("Flatten", "Dense 8 LReLU .2", "Dense 1"),
    penalty_weight=10.0,
    batch_size=6,
)


def _images(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (count, 3, 2, 2)).astype("float32")


def _bowl(images):
    """A critic with another slope at each image, ‖x‖: half of the sum of squares."""
    return tf.reduce_sum(images**2, axis=[1, 2, 3])[:, tf.newaxis] / 2


def _length(images: np.ndarray) -> np.ndarray:
    return np.sqrt((images.astype(float) ** 2).sum(axis=(1, 2, 3)))


def _watched(function, *arguments):
    """What the student's function returns; the gradient that is None is the tape's that sleeps."""
    try:
        with own_errors(function):
            return function(*arguments)
    except Mismatch as error:
        if "None" not in str(error):
            raise
        raise Mismatch(
            "the gradient is None: a tape follows variables by itself, and nothing else; say "
            "tape.watch(...) before the critic is called"
        ) from None


@exercise("5.1", "The point between", 5, "the shape of α is [len(real), 1, 1, 1]")
def _(alpha, between) -> None:
    _check_alpha(alpha)
    real, fake = _images(5, 1), _images(5, 2)
    share = np.float32([0.0, 0.2, 0.5, 0.7, 1.0]).reshape(5, 1, 1, 1)
    same_values(
        between(tf.constant(real), tf.constant(fake), tf.constant(share)),
        share * real + (1 - share) * fake,
        "your x̂",
        {
            "real and fake are exchanged: at α = 1 it must be the real image":
                share * fake + (1 - share) * real,
            "that is only a part of the way; start from one of the images": share * (real - fake),
            "it adds the whole fake: its share is 1 - α": share * real + fake,
        },
    )  # fmt: skip


def _check_alpha(alpha) -> None:
    count, seed = 400, tf.constant([1, 2])
    real = tf.constant(_images(count, 0))
    found = np.asarray(alpha(real, seed))
    if found.size == 1 or np.ptp(found) == 0:
        raise Mismatch("one α for the whole batch: each pair of images needs an α of its own")
    if found.size > count:
        raise Mismatch(
            f"α has shape {found.shape}, one for each pixel or number: one for each pair is wanted"
        )
    if found.shape != (count, 1, 1, 1):
        raise Mismatch(f"α has shape {found.shape}, and multiplies no images; use [batch, 1, 1, 1]")
    if found.min() < 0 or found.max() > 1:
        raise Mismatch(
            f"α goes from {found.min():.2f} to {found.max():.2f}, and x̂ leaves the line; is it "
            "from a normal distribution? wanted is U[0, 1)"
        )
    if not np.array_equal(found, tf.random.stateless_uniform(found.shape, seed)):
        raise Mismatch(
            "α is not tf.random.stateless_uniform(shape, seed), which the later checks compare with"
        )


@exercise("5.2", "The gradient norm", 10, "tape.watch(images), then square, sum, add 1e-12, root")
def _(gradient_norm) -> None:
    images = _images(5, 3)
    squares = images.astype(float) ** 2
    same_values(
        _watched(gradient_norm, _bowl, tf.constant(images)),
        _length(images),
        "your norm for the critic ‖x‖²/2, whose slope is ‖x‖",
        {
            "the root is missing": squares.sum(axis=(1, 2, 3)),
            "the sum goes over the batch, too: take one norm for each image": squares.sum() ** 0.5,
            "it is one norm for each channel: sum over these, too": np.sqrt(squares.sum((1, 2))),
            "it is the sum of absolute values": np.abs(images).sum(axis=(1, 2, 3)),
        },
    )  # fmt: skip
    for length in (0.0, 2.0):
        _check_through_the_norm(gradient_norm, length)


def _check_through_the_norm(gradient_norm, length: float) -> None:
    """The critic's update differentiates the norm once more: at D(x) = w·x, by hand."""
    direction = np.random.default_rng(6).normal(size=(12, 1))
    direction /= np.linalg.norm(direction)
    w = tf.Variable(length * direction, dtype=tf.float32)
    with tf.GradientTape() as tape:
        norm = gradient_norm(lambda x: tf.reshape(x, [len(x), -1]) @ w, tf.constant(_images(4, 5)))
        penalty = tf.reduce_mean((norm - 1) ** 2)
    slope = tape.gradient(penalty, w)
    if slope is None:
        raise Mismatch("no gradient goes through your norm to the critic's weights: without NumPy?")
    if not np.isfinite(slope).all():
        raise Mismatch(
            "where the gradient is 0 the derivative of your norm is NaN: add 1e-12 under the root"
        )
    expected = 2 * (length - 1) * direction * (length > 0)
    same_values(slope, expected, "the derivative through your norm", tolerance=1e-4)


@exercise("5.3", "A tape in a tape", 10, "outer follows w by itself; inner must watch x")
def _(penalty_slope) -> None:
    for power, x, weight in ((2, 1.5, 0.8), (2, -0.7, 2.0), (3, 1.2, 0.5)):
        w = tf.Variable(weight, dtype=tf.float32)
        critic = lambda x, w=w, power=power: w * x**power  # noqa: E731
        found = _watched(penalty_slope, critic, w, tf.constant(x))
        if found is None:
            raise Mismatch(
                "it returns None. If `return` is there, outer has not seen how the penalty comes "
                "from w: inner.gradient and the penalty belong inside the outer tape"
            )
        _check_penalty_slope(found, power, x, weight)


def _check_penalty_slope(found, power: int, x: float, weight: float) -> None:
    """D(x) = w xⁿ, so D' = n w xⁿ⁻¹, and ∂(D' - 1)²/∂w = 2 (D' - 1) n xⁿ⁻¹."""
    per_w = power * x ** (power - 1)
    slope = weight * per_w
    same_values(
        found, 2 * (slope - 1) * per_w, f"for D(x) = w x^{power} your derivative",
        {
            "that is the slope of D, not the derivative of the penalty": slope,
            "that is the penalty, not its derivative": (slope - 1) ** 2,
            "that is the derivative of D to w: the penalty is left out": x**power,
            "that is the derivative of the slope: (slope - 1)² is left out": per_w,
        },
        tolerance=1e-4,
    )  # fmt: skip


@exercise("5.4", "The gradient penalty", 5, "your three functions of above, and (norm - 1)²")
def _(penalty) -> None:
    steep = np.float32([2.0, 0.2, 1.0, 0.1, 0.5]).reshape(5, 1, 1, 1)  # on both sides of slope 1
    real, fake, seed = steep * _images(5, 7), steep * _images(5, 8), tf.constant([3, 4])
    alpha = tf.random.stateless_uniform([5, 1, 1, 1], seed).numpy()
    norm = _length(alpha * real + (1 - alpha) * fake)
    same_values(
        penalty(_bowl, tf.constant(real), tf.constant(fake), seed), (norm - 1) ** 2, "your penalty",
        {
            "it looks at the real images, not between": (_length(real) - 1) ** 2,
            "it looks at the fakes, not between": (_length(fake) - 1) ** 2,
            "the square is missing": norm - 1,
            "it asks for slope 0: the 1 is missing": norm**2,
            "it is one-sided: a slope below 1 must cost, too": np.maximum(norm - 1, 0) ** 2,
            "the weight of 10 is in it: the update will multiply by it": 10 * (norm - 1) ** 2,
        },
    )  # fmt: skip
    same_penalty(penalty, gradient_penalty)


@exercise("5.5", "The critic's update", 15, "all but the fakes and x̂ stands inside the outer tape")
def _(update) -> None:
    try:
        same_update(update, step.discriminator_update, _SMALL)
    except Mismatch as error:
        if "leaves out the penalty" not in str(error) or len(_once(update)[1]) < 3:
            raise
        raise Mismatch(
            "the critic is called at x̂, and yet the penalty moves no weight: the tape has not seen "
            "how the norm comes from the weights. The norm belongs inside the outer tape"
        ) from None
    found, calls = _once(update)
    if not all(calls):
        raise Mismatch(
            f"moves the weights right, but {calls.count(None)} of its {len(calls)} calls of "
            "state.discriminator are without training=True: a critic with dropout would be another"
        )
    if not isinstance(found, dict) or not set(_TERMS) <= set(found):
        raise Mismatch(f"it must return a dictionary with {', '.join(_TERMS)}")
    right = _once(step.discriminator_update)[0]
    for name in _TERMS:
        same_values(found[name], right[name].numpy(), f"the {name} that you return")


def _once(update):
    """One eager update from the first weights: what it returns, and how it calls the critic."""
    state, calls = start(_SMALL), []
    network = state.discriminator

    class Listening:
        trainable_variables = network.trainable_variables

        def __call__(self, images, training=None):
            calls.append(training)
            return network(images, training=training)

    listening = replace(state, discriminator=Listening())
    return update(listening, of_recipe(_SMALL), *inputs(_SMALL, 0)), calls


choice(
    "5.6",
    "The line that must move",
    right="a",
    wrong={
        "b": "the estimate is where it should be, in reach of the tape",
        "c": "it is inside the tape, but made of a number whose making the tape has not seen",
        "d": "these are the weights that this update moves, and no others",
    },
    hint="a tape knows only what was computed while it was open",
    minutes=5,
)


@exercise("5.7", "R1", 5, "your norm, at the real images alone")
def _(my_r1) -> None:
    real, fake, seed = _images(5, 9), _images(5, 10), tf.constant([3, 4])
    norm = _length(real)
    same_values(
        my_r1(_bowl, tf.constant(real), tf.constant(fake), seed), norm**2 / 2, "your R1",
        {
            "it looks at the fakes, not at the real images": _length(fake) ** 2 / 2,
            "it asks for slope 1, as the gradient penalty does: R1 asks for 0": (norm - 1) ** 2,
            "the half is missing": norm**2,
        },
    )  # fmt: skip
    same_penalty(my_r1, r1)
