"""Chapter 0, two dimensions: the best D, a GAN in plain Keras piece by piece, and counting."""

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.teaching.checks import same_values
from gan_course.teaching.exercises.registry import choice, exercise
from gan_course.teaching.mismatch import Mismatch

_REAL, _FAKE = np.float32([[1.5], [-0.3], [4.0]]), np.float32([[0.4], [-2.0], [1.0]])
_RATE = 0.5  # of plain gradient descent, in the checks of the updates


def _sigmoid(logits):
    return 1 / (1 + np.exp(-np.asarray(logits, float)))


@exercise("0.1", "The best answer of D", 5, "of all points that land in a bin, which part is real?")
def _(best_d) -> None:
    p, q = np.array([0.2, 0.6, 0.05, 1.5]), np.array([0.3, 0.2, 0.9, 1.5])
    same_values(
        best_d(p, q), p / (p + q), "your best D",
        {"it is the probability that the point was made by G, not that it is real": q / (p + q),
         "real over generated is a ratio, it can exceed 1; D is a probability": p / q,
         "it is a logit, log(p/q): a probability is asked for": np.log(p / q),
         "D may answer between 0 and 1, and not only yes or no": p > q},
    )  # fmt: skip


@exercise("0.2", "The discriminator", 5, "layers.Dense(64), then layers.LeakyReLU(0.2), both twice")
def _(build) -> None:
    network = build()
    if network is None:
        raise Mismatch("it returns None; is its `return` missing?")
    if not isinstance(network, keras.Model) or not network.built:
        raise Mismatch(
            f"it returns {network!r:.40}; wanted is a model that begins with keras.Input((2,))"
        )
    if tuple(network.input_shape[1:]) != (2,):
        raise Mismatch(f"it takes {network.input_shape[1:]}, but a point is two numbers: (2,)")
    if tuple(network.output_shape[1:]) != (1,):
        raise Mismatch(f"it answers {network.output_shape[1:]}, wanted is one logit: (1,)")
    shapes = [tuple(each.shape) for each in network.get_weights()]
    if shapes != [(2, 64), (64,), (64, 64), (64,), (64, 1), (1,)]:
        raise Mismatch(f"the weights have shapes {shapes}: wanted are two layers of 64, then one")
    same_values(_along_one_unit(network), [[2.0], [-0.12]], "a D with weights of 0 and 1", _ENDINGS)


def _along_one_unit(network) -> np.ndarray:
    """The logits at (2, 0) and (-3, 0) where each layer hands on its first number alone."""
    weights = [np.zeros_like(each) for each in network.get_weights()]
    for kernel in weights[::2]:
        kernel[0, 0] = 1.0
    network.set_weights(weights)
    return network(np.float32([[2, 0], [-3, 0]])).numpy()


_ENDINGS = {  # by hand: 0.2 · 0.2 · (-3) = -0.12
    "it ends in a sigmoid: the last layer gives the logit, without an activation":
        _sigmoid([[2.0], [-0.12]]),
    "it ends in tanh: a logit has no bounds": np.tanh([[2.0], [-0.12]]),
    "its activation is ReLU, not LeakyReLU: below 0 everything is lost": [[2.0], [0.0]],
    "there is no activation: layers without one between them are worth a single layer":
        [[2.0], [-3.0]],
    "the slope below 0 is 0.3, Keras's own: it should be 0.2": [[2.0], [-0.27]],
    "one of the two layers has no activation": [[2.0], [-0.6]],
}  # fmt: skip


@exercise(
    "0.3", "What D minimises", 5, "-log D is tf.nn.softplus(-logit); take a mean over each set"
)
def _(d_loss) -> None:
    on_real, on_fake = -np.log(_sigmoid(_REAL)), -np.log(1 - _sigmoid(_FAKE))
    right = on_real.mean() + on_fake.mean()
    twice = -np.log(_sigmoid(_sigmoid(_REAL))) - np.log(1 - _sigmoid(_sigmoid(_FAKE)))
    same_values(
        d_loss(tf.constant(_REAL), tf.constant(_FAKE)), right, "your d_loss",
        {"the labels are swapped: it asks D for 0 on real points and for 1 on fakes":
            -np.log(1 - _sigmoid(_REAL)).mean() - np.log(_sigmoid(_FAKE)).mean(),
         "only the real points count": on_real.mean(),
         "only the fakes count": on_fake.mean(),
         "its sign is wrong: D would make V as small as it can": -right,
         "it is halved: V adds the two means": right / 2,
         "it is a sum over the batch, it should be a mean": on_real.sum() + on_fake.sum(),
         "it is one number for each pair; take the mean over the batch": on_real + on_fake,
         "the sigmoid is taken twice: softplus wants the logit itself": twice.mean()},
    )  # fmt: skip


@exercise("0.4", "What G minimises", 3, "it is the first half of d_loss, with fakes in it")
def _(g_loss) -> None:
    right, other = -np.log(_sigmoid(_FAKE)), -np.log(1 - _sigmoid(_FAKE))
    same_values(
        g_loss(tf.constant(_FAKE)), right.mean(), "your g_loss",
        {"this is D's part: it asks D to say \"made by G\"": other.mean(),
         "its sign is wrong: G would make D surer that its points are fake": -right.mean(),
         "this is log(1 - D), the loss of the formula V; wanted is -log D": -other.mean(),
         "it is a sum over the batch, it should be a mean": right.sum(),
         "it is one number for each point; take the mean over the batch": right},
    )  # fmt: skip


_BATCH = np.float32([[0.3, -0.2], [1.0, 0.5], [-0.7, 0.1], [0.2, 0.9]])
_NOISE = np.float32([[0.5, -1.0], [1.2, 0.4], [-0.3, 0.8], [-1.1, -0.6]])


class _Linear:
    """A game of two layers: G(z) = z A + c, logit = x·w + b; its movements by paper and pencil."""

    def __init__(self):
        self.generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
        self.discriminator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        self.generator.set_weights([np.float32([[0.6, -0.4], [0.2, 0.9]]), np.float32([0.1, -0.3])])
        self.discriminator.set_weights([np.float32([[0.8], [-0.5]]), np.float32([0.25])])
        self.optimizer = keras.optimizers.SGD(_RATE)
        self.before = self.weights()

    def weights(self) -> dict[str, np.ndarray]:
        """All numbers of each network, in a row."""
        networks = {"G": self.generator, "D": self.discriminator}
        return {
            n: np.concatenate([w.ravel() for w in m.get_weights()]) for n, m in networks.items()
        }

    def losses(self) -> tuple[float, float]:
        """D's and G's, before anybody moves."""
        real, fake = (_sigmoid(self._logits(points)) for points in (_BATCH, self.fakes()))
        return -np.log(real).mean() - np.log(1 - fake).mean(), -np.log(fake).mean()

    def d_gradient(self, points: np.ndarray, real: float) -> np.ndarray:
        """By w and b, of the mean of -log D (real = 1) or -log(1 - D) (real = 0) over points."""
        error = _sigmoid(self._logits(points)) - real
        return np.append(points.T @ error, error.sum()) / len(points)

    def g_gradient(self) -> np.ndarray:
        """By A and c, of the mean of -log D over the fakes."""
        error = (_sigmoid(self._logits(self.fakes())) - 1)[:, np.newaxis] * self.before["D"][:2]
        return np.append((_NOISE.T @ error).ravel(), error.sum(axis=0)) / len(_NOISE)

    def fakes(self) -> np.ndarray:
        """What G makes of the noise, before anybody moves."""
        return _NOISE @ self.before["G"][:4].reshape(2, 2) + self.before["G"][4:]

    def _logits(self, points: np.ndarray) -> np.ndarray:
        return points @ self.before["D"][:2] + self.before["D"][2]


@exercise("0.5", "The update of D", 10, "tape.gradient(loss, discriminator.trainable_variables)")
def _(d_update) -> None:
    game = _Linear()
    loss = d_update(game.generator, game.discriminator, game.optimizer, _BATCH, _NOISE)
    _stays(game, "G", "D's update moves the generator: take the gradient for D's weights alone")
    real, fake = game.d_gradient(_BATCH, 1), game.d_gradient(game.fakes(), 0)
    exchanged = game.d_gradient(_BATCH, 0) + game.d_gradient(game.fakes(), 1)
    _moves(
        game, "D", real + fake,
        {"only the real points count in the loss": real,
         "only the fakes count in the loss": fake,
         "the logits of real points and of fakes are exchanged in d_loss": exchanged,
         "the noise goes to D as it is: G makes the fakes, generator(noise)":
            real + game.d_gradient(_NOISE, 0),
         "it goes by g_loss, which is G's": game.d_gradient(game.fakes(), 1)},
    )  # fmt: skip
    same_values(loss, game.losses()[0], "the loss that your d_update returns")


@exercise("0.6", "The update of G", 10, "G makes its fakes inside the tape; only G's weights move")
def _(g_update) -> None:
    game = _Linear()
    loss = g_update(game.generator, game.discriminator, game.optimizer, _NOISE)
    _stays(game, "D", "G's update moves the discriminator: take the gradient for G's weights alone")
    _moves(game, "G", game.g_gradient(), {})
    same_values(loss, game.losses()[1], "the loss that your g_update returns")


def _stays(game: _Linear, player: str, words: str) -> None:
    if not np.allclose(game.weights()[player], game.before[player], atol=1e-7):
        raise Mismatch(words)


def _moves(game: _Linear, player: str, gradient: np.ndarray, slips: dict) -> None:
    """Against one step of plain gradient descent."""
    movement = (game.weights()[player] - game.before[player]) / -_RATE
    if not movement.any():
        raise Mismatch(
            f"{player} has not moved; is its gradient handed to optimizer.apply_gradients?"
        )
    words = {"the sign is wrong: it goes up the loss, not down": -gradient, **slips}
    same_values(movement, gradient, f"the gradient by {player}'s weights", words, tolerance=1e-4)


choice(
    "0.7",
    "What G cannot do",
    right="c",
    wrong={
        "a": "a G whose last weights are 0 makes one point of all noise",
        "b": "nothing forbids it: the points between are made of noise, too",
        "d": "it can, if it stretches the noise between two clouds far enough: 1% is not none",
    },
    hint="draw a line in the noise from a z that lands in one cloud to a z that lands in another",
)


_CENTRES = np.array([[0.0, 0.0], [5.0, 5.0], [-5.0, 5.0], [-5.0, -5.0]])
_POINTS = np.array(
    [
        *([0, 0.1], [0, 0], [0.25, 0], [-0.1, 0], [0.2, 0.2]),  # five good ones, three within 0.1
        *[[5.0, 5.0]] * 45, [4.9, 5.1],
        *([-5, 5], [-5, 5.4]),  # the second is too far
        *([0.5, 0.5], [2.0, 2.0], [-5, -4.5]),  # nowhere
    ]
)  # fmt: skip


@exercise("0.8", "Count", 10, "all distances: np.linalg.norm(points[:, None] - centres, axis=2)")
def _(count) -> None:
    # With deviation 0.1: 5, 46, 1 and 0 good ones, together 52 of 56; a tenth of 52/4 is 1.3.
    covered, good = _two_numbers(count(_POINTS, _CENTRES, 0.1))
    same_values(
        good, 52 / 56, "the share of good points",
        {"it is a number of points; divide by how many there are": 52,
         "good is within three deviations of a centre, you take one": 49 / 56,
         "every point has a nearest centre; good is only one within three deviations": 1.0},
    )  # fmt: skip
    same_values(
        covered, 2, "the number of modes covered",
        {"one good point is not enough: a mode needs a tenth of its fair share of them": 3,
         "a mode needs a tenth of its fair share, not all of it": 1,
         "all centres are counted": 4},
    )  # fmt: skip
    covered, good = _two_numbers(count(_POINTS + 50.0, _CENTRES, 0.1))
    same_values(good, 0, "the share of good points where none is good")
    same_values(
        covered, 0, "the number of modes covered where no point is good",
        {"a tenth of nothing is 0, and 0 >= 0; a covered mode has a good point at least": 4},
    )  # fmt: skip


def _two_numbers(answer) -> tuple:
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise Mismatch(f"it returns {answer!r:.40}; wanted are two numbers: covered, good")
    return tuple(answer)
