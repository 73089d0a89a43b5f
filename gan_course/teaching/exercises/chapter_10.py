"""Chapter 10, CycleGAN: there and back, two generators in one update, the pool of past fakes."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.games.objectives import LEAST_SQUARES
from gan_course.teaching.checks import same_values
from gan_course.teaching.exercises.registry import exercise
from gan_course.teaching.mismatch import Mismatch, name_of

_WAYS = {"generator": "G", "generator_back": "F"}
_JUDGES = ("discriminator", "discriminator_back")
_X, _Y = np.random.default_rng(10).normal([[[[[0.0]]]], [[[[0.5]]]]], size=(2, 3, 2, 2, 1))


def _ways() -> tuple[Callable, Callable]:
    """Two that do not undo each other, for arrays and tensors."""
    return lambda image: 0.5 * image * image + 0.3, lambda image: 1.5 * image - 0.4


def _l1(one, other) -> float:
    return np.abs(one - other).mean()


@exercise("10.1", "There and back, and back and there", 5, "F(G(x)) beside x, and G(F(y)) beside y")
def _(loss) -> None:
    (G, F), x, y = _ways(), _X, _Y
    home, again = F(G(x)) - x, G(F(y)) - y
    there, back = np.abs(home).mean(), np.abs(again).mean()
    slips = {
        "only F(G(x)) is compared; the other half is G(F(y)) beside y": there,
        "only G(F(y)) is compared; the other half is F(G(x)) beside x": back,
        "this is the mean of the two halves; wanted is their sum": (there + back) / 2,
        "distances are squared; take their size, tf.abs": (home**2).mean() + (again**2).mean(),
        "differences of either sign cancel each other; take their size, tf.abs":
            home.mean() + again.mean(),
        "x enters F first, and y enters G; G takes an x": _l1(G(F(x)), x) + _l1(F(G(y)), y),
        "a translation is compared with its own input; send it home first":
            _l1(G(x), x) + _l1(F(y), y),
        "the distances are summed up; wanted is their mean": (there + back) * x.size,
    }  # fmt: skip
    same_values(loss(G, F, tf.constant(x), tf.constant(y)), there + back, "the cycle loss", slips)


@exercise("10.2", "Least squares", 5, "0.5 * (logits - 1) ** 2 is small where D says 1")
def _(d_loss, g_loss) -> None:
    real, fake = np.random.default_rng(2).normal(size=(2, 4, 3, 3, 1)) * 2
    slips = {
        "real images should get 1 and fakes 0; here it is the other way round":
            0.5 * real**2 + 0.5 * (fake - 1) ** 2,
        "fakes should get 0, not 1": 0.5 * (real - 1) ** 2 + 0.5 * (fake - 1) ** 2,
        "distances are not squared": 0.5 * np.abs(real - 1) + 0.5 * np.abs(fake),
    }  # fmt: skip
    given = [tf.constant(each) for each in (real, fake)]
    same_values(d_loss(*given), 0.5 * (real - 1) ** 2 + 0.5 * fake**2, "D's loss", slips)
    slips = {
        "G wants D to say 1 of its fakes; here D should say 0": 0.5 * fake**2,
        "G gains where D's loss grows, without end; its own target is 1": -0.5 * fake**2,
        "distances are not squared": 0.5 * np.abs(fake - 1),
    }
    same_values(g_loss(given[1]), 0.5 * (fake - 1) ** 2, "G's loss", slips)


@exercise("10.3", "A residual block", 8, "layers.Add()([x, branch]), and no ReLU after it")
def _(block) -> None:
    x = keras.Input((4, 4, 2))
    model = keras.Model(x, block(x))
    kernels = [weight for weight in model.weights if len(weight.shape) == 4]
    shapes = [tuple(kernel.shape) for kernel in kernels]
    if shapes != [(3, 3, 2, 2)] * 2:
        raise Mismatch(f"of 2 channels your kernels are {shapes}; expected two of (3, 3, 2, 2)")
    rng, mixing = np.random.default_rng(4), []
    for kernel in kernels:
        values = np.zeros((3, 3, 2, 2), "f")
        values[1, 1] = rng.normal(size=(2, 2))  # the place itself: no edge, whatever the padding
        kernel.assign(values)
        mixing.append(values[1, 1])
    images = rng.normal(size=(3, 4, 4, 2)).astype("f") + 0.5
    branch = _branch(images, *mixing)
    slips = {
        "x is not added: this is the branch alone": branch,
        "there is a ReLU after the sum; then a block can add, and never take away":
            np.maximum(images + branch, 0),
        "the ReLU between the two convolutions is missing":
            images + _branch(images, *mixing, relu=lambda v: v),
        "there is a ReLU at the end of the branch; then a block can add, and never take away":
            images + np.maximum(branch, 0),
        "groups=1 takes all channels together, a layer norm; instance norm is groups=-1":
            images + _branch(images, *mixing, axes=(1, 2, 3)),
        "the second normalization is missing": images + _branch(images, *mixing, norms=1),
        "nothing is normalized by instance; batch norm does something else":
            images + _branch(images, *mixing, norms=0),
    }  # fmt: skip
    same_values(model(images), images + branch, "your block", slips, tolerance=1e-4)


def _branch(x, first, second, relu=lambda v: np.maximum(v, 0), axes=(1, 2), norms=2):
    def normed(v, on):
        if not on:
            return v
        return (v - v.mean(axes, keepdims=True)) / np.sqrt(v.var(axes, keepdims=True) + 1e-5)

    return normed(relu(normed(x @ first, norms > 0)) @ second, norms > 1)


@exercise("10.4", "One update for both generators", 15, "one tape, one sum, state.g_weights")
def _(update) -> None:
    def mine(state, x, y, **weight):
        return update(state, LEAST_SQUARES, x, y, **weight)

    name = f"{name_of(update)}:"
    ours, right = _end(mine), _end(_played)
    if not _same(ours, right, _JUDGES):
        raise Mismatch(f"{name} a discriminator moves; only G and F should")
    if not _same(ours, right):
        for slip, words in _SLIPS.items():
            if _same(ours, _end(_played, slip=slip)):
                raise Mismatch(f"{name} {words}")
    for way in _WAYS:
        same_values(ours[way], right[way], f"{name} after two steps a weight of {_WAYS[way]}")
    if not _same(_end(mine, cycle_weight=1.0), _end(_played, cycle_weight=1.0)):
        raise Mismatch(f"{name} right for cycle_weight=5, and not for 1: is it ignored?")
    if np.ndim(ours["loss"]) or not np.isfinite(ours["loss"]):
        raise Mismatch(f"{name} return the loss, one number, or a dictionary with 'g_loss'")


_SLIPS = {
    "only G": "only G moves; both generators learn from the whole sum",
    "only F": "only F moves; both generators learn from the whole sum",
    "cut": "each generator learns from one half of the cycle loss; make G(x) and F(y) in the tape",
    "exchanged": "the discriminators are exchanged: state.discriminator is for targets, G(x)",
    "no F(y)": "F(y) is shown to no discriminator",
    "no G(x)": "G(x) is shown to no discriminator",
    "no again": "half of the cycle loss is missing: G(F(y)) beside y",
    "no home": "half of the cycle loss is missing: F(G(x)) beside x",
    "squared": "distances of the cycle loss are squared; take their size, tf.abs",
    "heavy": "cycle_weight multiplies the adversarial loss, too",
}


def _played(state, x, y, cycle_weight=5.0, slip=""):
    """The update as it should be; or wrong in one thing."""

    def apart(one, other):
        return tf.reduce_mean((one - other) ** 2 if slip == "squared" else tf.abs(one - other))

    G, F = state.generator, state.generator_back
    with tf.GradientTape() as tape:
        made = G(x), F(y)
        sent = [tf.stop_gradient(each) if slip == "cut" else each for each in made]
        came, again = F(sent[0]), G(sent[1])
        judges = _JUDGES[::-1] if slip == "exchanged" else _JUDGES
        verdicts = [getattr(state, d)(each) for d, each in zip(judges, made, strict=True)]
        costs = [tf.reduce_mean(LEAST_SQUARES.g_loss(each)) for each in verdicts]
        loss = float(slip != "no G(x)") * costs[0] + float(slip != "no F(y)") * costs[1]
        cycle = float(slip != "no home") * apart(came, x)
        cycle += float(slip != "no again") * apart(again, y)
        loss = (cycle_weight if slip == "heavy" else 1.0) * loss + cycle_weight * cycle
    weights = {"only G": G.weights, "only F": F.weights}.get(slip, state.g_weights)
    state.g_optimizer.apply(tape.gradient(loss, weights, unconnected_gradients="zero"), weights)
    return loss


def _same(one: dict, other: dict, parts=tuple(_WAYS)) -> bool:
    return all(np.allclose(one[part], other[part], atol=1e-5) for part in parts)


def _end(play: Callable, **changes) -> dict[str, np.ndarray]:
    """The weights after two steps of plain SGD, and the last loss."""
    state, rng = _players(), np.random.default_rng(5)
    for _ in range(2):
        x, y = (tf.constant(rng.normal(size=(4, 2, 2, 1)), tf.float32) for _ in range(2))
        loss = play(state, x, y, **changes)
    loss = loss.get("g_loss") if isinstance(loss, dict) else loss
    ends = {
        name: np.concatenate([np.ravel(weight) for weight in getattr(state, name).weights])
        for name in (*_WAYS, *_JUDGES)
    }
    return {**ends, "loss": np.asarray(np.nan if loss is None else loss, dtype=float)}


def _players() -> SimpleNamespace:
    """Two ways and two discriminators of a few weights, always the same."""
    layers, rng, made = keras.layers, np.random.default_rng(3), {}
    for name in (*_WAYS, *_JUDGES):
        parts = [keras.Input((2, 2, 1)), layers.Flatten(), layers.Dense(3, "tanh"), layers.Dense(4)]
        made[name] = keras.Sequential([*parts, layers.Reshape((2, 2, 1))])
        for weight in made[name].weights:
            weight.assign(rng.normal(size=weight.shape) * 0.7)
    for part, names in (("g", tuple(_WAYS)), ("d", _JUDGES)):
        made[f"{part}_weights"] = [w for name in names for w in made[name].trainable_variables]
        made[f"{part}_optimizer"] = keras.optimizers.SGD(0.1)
        made[f"{part}_optimizer"].build(made[f"{part}_weights"])
    return SimpleNamespace(**made)


@exercise("10.5", "The pool of past fakes", 10, "read pool[place] before you write into it")
def _(shown) -> None:
    found, right = _told(shown), _told(_swapped)
    after = "after fourteen fakes and a pool of three"
    slips = {
        "lost": "a past fake is shown, but the fresh one is not kept in its place",
        "late": "the fresh fake is written into the pool before the past one is read",
        "always": "a fake that is shown itself goes into the full pool, too; it should not",
        "early": "while there is room, the fresh fake is shown, whatever `old` says",
        "turned": "`old` is understood the other way round",
    }
    for slip, words in slips.items():
        if found == _told(_swapped, slip=slip):
            raise Mismatch(f"{after}: {words}")
    if found != right:
        raise Mismatch(f"{after}: (shown, pool) is {found}, expected {right}")


def _told(shown: Callable, **slip) -> tuple[list, list]:
    """What is shown of the fakes 1, 2, …; and the pool at the end."""
    rng, pool = np.random.default_rng(1), []
    draws = [(rng.random() < 0.5, int(rng.integers(3))) for _ in range(14)]
    return [shown(pool, n + 1, 3, *draw, **slip) for n, draw in enumerate(draws)], pool


def _swapped(pool, fake, size, old, place, slip=""):
    """As it should be; or wrong in one thing."""
    old = old != (slip == "turned")
    if len(pool) < size:
        pool.append(fake)
        return pool[place % len(pool)] if old and slip == "early" else fake
    past = pool[place]
    if (old and slip != "lost") or slip == "always":
        pool[place] = fake
    return (pool[place] if slip == "late" else past) if old else fake


@exercise("10.6", "What is a target already", 3, "G makes targets, so a target that enters it is y")
def _(loss) -> None:
    (G, F), x, y = _ways(), _X, _Y
    first, second = _l1(G(y), y), _l1(F(x), x)
    slips = {
        "G gets x, and F gets y: that pays for copying. A *target* should leave G as it is":
            _l1(G(x), x) + _l1(F(y), y),
        "only G(y) is compared; the other half is F(x) beside x": first,
        "only F(x) is compared; the other half is G(y) beside y": second,
        "G(x) is compared with y: that would need pairs": _l1(G(x), y) + _l1(F(y), x),
        "this is the mean of the two halves; wanted is their sum": (first + second) / 2,
        "distances are squared": ((G(y) - y) ** 2).mean() + ((F(x) - x) ** 2).mean(),
    }  # fmt: skip
    same_values(loss(G, F, tf.constant(x), tf.constant(y)), first + second, "your loss", slips)
