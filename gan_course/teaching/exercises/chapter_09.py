"""Chapter 9, pix2pix: L1 and D's map of logits, the update of G on a pair, the U-Net, patches."""

from collections.abc import Callable
from functools import partial, reduce
from types import SimpleNamespace

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.games.objectives import NON_SATURATING
from gan_course.teaching.checks import same_values
from gan_course.teaching.exercises.registry import choice, exercise
from gan_course.teaching.mismatch import Mismatch, name_of, own_errors

_SHAPE = (4, 4, 2)  # of questions and answers: D can be given them in the wrong order
_FIELDS = ([(7, 4)], [(5, 1), (4, 2), (3, 3)], [(4, 2)] * 3 + [(4, 1)] * 2)  # (kernel, stride)


@exercise("9.1", "L1, and what it is in levels", 5, "[-1, 1] is 2 wide, and holds levels 0 to 255")
def _(distance, as_levels) -> None:
    truth, answer = np.random.default_rng(9).uniform(-1, 1, (2, 3, *_SHAPE)).astype(np.float32)
    apart = truth.astype(float) - answer
    slips = {
        "without the absolute value, too bright and too dark cancel": apart.mean(),
        "without the absolute value, too dark and too bright cancel": -apart.mean(),
        "that is the mean of the squares (L2)": (apart**2).mean(),
        "that is a sum; take the mean of all pixels": np.abs(apart).sum(),
        "that is one number for each pair; take the mean of all": np.abs(apart).mean((1, 2, 3)),
        "that is one number for each pixel; take the mean of all": np.abs(apart),
    }
    same_values(distance(*map(tf.constant, (truth, answer))), np.abs(apart).mean(), "L1", slips)
    grey = np.array([0.02, 0.265, 2.0])
    same_values(
        [as_levels(each) for each in grey], 127.5 * grey, "your L1 in levels",
        {
            "[-1, 1] is 2 wide: half as many levels for each unit": 255 * grey,
            "from -1 to 1 it is 255 steps, from level 0 to level 255": 128 * grey,
            "a distance is meant, no place: 0 is no difference": 127.5 * (grey + 1),
        },
    )  # fmt: skip


@exercise("9.2", "D's loss on a map of logits", 8, "first a loss for each logit, then one mean")
def _(loss) -> None:
    real, fake = np.random.default_rng(2).normal(0, 3, (2, 3, 4, 5, 1)).astype(np.float32)
    right = (_softplus(-real) + _softplus(fake)) / 2
    flat = (1, 2, 3)
    slips = {
        "it is not halved; D shall learn at half the pace": 2 * right.mean(),
        "that is the loss of the mean logit. Each patch has a loss of its own, and the mean comes "
        "last: else one sure patch outweighs ten unsure ones":
            (_softplus(-real.mean(flat)) + _softplus(fake.mean(flat))).mean() / 2,
        "that is a sum over the map: D would learn the faster, the larger the picture":
            right.sum(flat).mean(),
        "real and fake are swapped: D learns to call fakes real":
            ((_softplus(real) + _softplus(-fake)) / 2).mean(),
        "that is one number for each patch; take the mean of all": right,
        "that is one number for each pair; take the mean of all": right.mean(flat),
    }  # fmt: skip
    same_values(loss(tf.constant(real), tf.constant(fake)), right.mean(), "D's loss", slips)


@exercise("9.3", "The update of G, on a pair", 12, "D judges [answer, question]; L1 counts 100")
def _(update) -> None:
    def same(one: dict, other: dict, part: str = "generator") -> bool:
        return np.allclose(one[part], other[part], atol=1e-5)

    name, right = f"{name_of(update)}:", _end(_played)
    with own_errors(update):
        ours = _end(lambda state, *pair: update(state, NON_SATURATING, *pair))
    if not same(ours, right, "discriminator"):
        raise Mismatch(f"{name} the discriminator moves; only the generator should")
    for words, changes in _SLIPS.items():
        if same(ours, _end(partial(_played, **changes))):
            raise Mismatch(f"{name} {words}")
    if not same(ours, right, "means"):
        raise Mismatch(f"{name} call state.generator once, with training=True: its norm asks")
    for part in ("generator", "g_loss", "l1"):
        same_values(ours[part], right[part], f"{name} after two steps, {part}", tolerance=1e-3)


_SLIPS: dict[str, dict] = {
    "L1 counts once; it should count 100 times": dict(l1_weight=1.0),
    "L1 is missing": dict(l1_weight=0.0),
    "D's verdict is missing: that is L1 alone": dict(verdict_weight=0.0),
    "D is given [question, answer]; it was built for [answer, question]": dict(judged=(1, 0)),
    "D judges the true answer; G learns from the verdict on its own": dict(judged=(2, 1)),
    "D is shown answer and truth. It judges an answer and its question": dict(judged=(0, 2)),
    "L1 is the distance from the question; wanted is that from the truth": dict(l1_to=1),
    "G learns to be called false; it wants D to say true": dict(sign=-1.0),
    "that is a squared distance, no L1": dict(power=2),
}


@exercise("9.4", "The U-Net", 12, "the map made last is the first to join: kept.pop()")
def _(unet) -> None:
    image = np.random.default_rng(4).normal(size=(2, 8, 8, 1)).astype(np.float32)
    question, first, second, middle = (_averaged(image, 2**n) for n in range(4))
    right = [middle, second, first]
    slips = {
        "the question joins, too, after the last block; there is no bridge": [*right, question],
        "the maps are added; a bridge joins them as further channels": [middle + second + first],
        "nothing joins": [middle],
        "the narrow middle joins itself; it is what goes up": [middle, *right],
    }
    slips = {words: _in_order(wrong) for words, wrong in slips.items()}
    found = _answer_of(unet, image, True)
    same_values(found, _in_order(right), "with bridges, the output of your U-Net", slips)
    slips = {"there are bridges, too": _in_order(right)}
    same_values(_answer_of(unet, image, False), middle, "with bridges=False", slips)


@exercise("9.5", "The side of a patch", 6, "from the last: (seen - 1) * stride + kernel")
def _(field) -> None:
    def all_of(rule: Callable, order: Callable = reversed) -> np.ndarray:
        every = [[1, *order(convolutions)] for convolutions in _FIELDS]
        return np.array([reduce(lambda seen, c: rule(seen, *c), each) for each in every])

    right = np.array([_pixels_seen(convolutions) for convolutions in _FIELDS])
    slips = {
        "you go from the first layer to the last; begin at the end":
            all_of(lambda seen, k, s: (seen - 1) * s + k, iter),
        "two neighbours start one stride apart: between `seen` numbers there are seen - 1 strides":
            all_of(lambda seen, k, s: seen * s + k),
        "the strides are left out": all_of(lambda seen, k, s: seen - 1 + k),
        "the kernels are multiplied; patches overlap": all_of(lambda seen, k, s: seen * k),
    }  # fmt: skip
    same_values(
        [field(each) for each in _FIELDS], right, f"the side of a patch for {[*_FIELDS]}", slips
    )


choice(
    "9.6",
    "Why is `both` sharp?",
    right="b",
    wrong={
        "a": "look at g_loss in section 5: the other way round, L1 is most of it",
        "c": "D never sees the answer and the truth together: each comes with the question",
        "d": "then `D blind` would be blurred, and it is as sharp",
    },
    hint="what does L1 alone do where several answers are likely, and who can see that?",
)


@exercise("9.7", "Instance norm", 6, "mean and variance over axis=(1, 2), with keepdims=True")
def _(norm) -> None:
    maps = np.random.default_rng(7).normal(3, 2, (3, 5, 4, 2)) * [1, 4]
    maps[1] += 10  # each image its own mean, each channel its own deviation

    def over(axes: tuple) -> np.ndarray:
        mean, variance = maps.mean(axes, keepdims=True), maps.var(axes, keepdims=True)
        return (maps - mean) / np.sqrt(variance + 1e-5)

    mean, variance = (f((1, 2), keepdims=True) for f in (maps.mean, maps.var))
    slips = {
        "that is batch norm: the statistics are those of the whole batch": over((0, 1, 2)),
        "that is layer norm (groups=1): all channels of an image together": over((1, 2, 3)),
        "the channels of each pixel are normalised; wanted are the pixels of each channel":
            over((3,)),
        "only the mean is taken off": maps - mean,
        "it is divided by the variance; wanted is its root": (maps - mean) / (variance + 1e-5),
    }  # fmt: skip
    same_values(norm(maps), over((1, 2)), "your instance norm", slips)
    if not np.isfinite(norm(np.full((1, 3, 3, 1), 5.0))).all():
        raise Mismatch("a map of one colour gives NaN; 1e-5 in the root keeps it from 0/0")


def _softplus(logits: np.ndarray) -> np.ndarray:
    return np.logaddexp(0.0, logits.astype(float))


def _pixels_seen(convolutions: list[tuple[int, int]]) -> int:
    """By following one number back to all that it is made of, layer after layer."""
    places = {0}
    for kernel, stride in reversed(convolutions):
        places = {place * stride + step for place in places for step in range(kernel)}
    return max(places) + 1


def _averaged(image: np.ndarray, by: int) -> np.ndarray:
    """Each square of by times by pixels in its mean, in the old size."""
    n, side = len(image), image.shape[1] // by
    means = image.reshape(n, side, by, side, by, 1).mean(axis=(2, 4))
    return means.repeat(by, axis=1).repeat(by, axis=2)


def _answer_of(unet: Callable, image: np.ndarray, bridges: bool) -> np.ndarray:
    """What it makes of an image where down takes means of 2 by 2, and up repeats every pixel."""
    down = [keras.layers.AveragePooling2D(2) for _ in range(3)]
    up = [keras.layers.UpSampling2D(2) for _ in range(3)]
    model = unet((8, 8, 1), down, up, bridges)
    if not isinstance(model, keras.Model):
        raise Mismatch(f"{name_of(unet)} returns {model!r:.40}; wanted is keras.Model(image, made)")
    return _in_order([np.asarray(model(image))])


def _in_order(channels: list[np.ndarray]) -> np.ndarray:
    """The channels in a fixed order: which of two joined maps comes first is free."""
    channels = np.concatenate(channels, axis=-1)
    return channels[..., np.lexsort(channels.reshape(-1, channels.shape[-1]))]


def _played(
    state, question, truth, l1_weight=100.0, verdict_weight=1.0, judged=(0, 1), l1_to=2, sign=1.0,
    power=1,
) -> dict:  # fmt: skip
    """As it should be, or wrong in one thing. judged, l1_to: places in answer, question, truth."""
    with tf.GradientTape() as tape:
        images = state.generator(question, training=True), question, truth
        verdict = state.discriminator([images[n] for n in judged], training=True)
        l1 = tf.reduce_mean(tf.abs(images[l1_to] - images[0]) ** power)
        fooled = tf.reduce_mean(NON_SATURATING.g_loss(sign * verdict))
        loss = verdict_weight * fooled + l1_weight * l1
    weights = state.generator.trainable_variables
    state.g_optimizer.apply(tape.gradient(loss, weights), weights)
    return {"g_loss": loss, "l1": l1}


def _end(play: Callable) -> dict[str, np.ndarray]:
    """All weights of each network after two steps of plain SGD, and the last scalars."""
    state, rng = _players(), np.random.default_rng(5)
    for _ in range(2):
        pair = rng.uniform(-1, 1, (2, 3, *_SHAPE)).astype(np.float32)
        scalars = play(state, *map(tf.constant, pair))
    if not isinstance(scalars, dict) or not {"g_loss", "l1"} <= set(scalars):
        raise Mismatch("return {'g_loss': the loss, 'l1': the mean distance}")
    g = state.generator
    weights = state.discriminator.weights, g.trainable_weights, g.non_trainable_weights
    ends = [np.concatenate([np.ravel(each) for each in network]) for network in weights]
    ends += [np.asarray(scalars[name]) for name in ("g_loss", "l1")]
    return dict(zip(("discriminator", "generator", "means", "g_loss", "l1"), ends, strict=True))


def _players() -> SimpleNamespace:
    """Two small networks, always with the same first weights; D gives a map of 2 by 2 logits."""
    layers, rng = keras.layers, np.random.default_rng(3)
    question, answer, seen = (keras.Input(_SHAPE) for _ in range(3))
    made = layers.BatchNormalization()(layers.Conv2D(3, 3, padding="same")(question))
    hidden = layers.Conv2D(3, 2, 2, activation="tanh")(layers.Concatenate()([answer, seen]))
    parts = dict(
        generator=keras.Model(question, layers.Conv2D(2, 1, activation="tanh")(made)),
        discriminator=keras.Model([answer, seen], layers.Conv2D(1, 1)(hidden)),
    )
    for who, network in list(parts.items()):
        parts[f"{who[0]}_optimizer"] = keras.optimizers.SGD(0.01)
        parts[f"{who[0]}_optimizer"].build(network.trainable_variables)
        for weight in network.trainable_weights:
            weight.assign(rng.normal(0, 0.5, size=weight.shape))
    return SimpleNamespace(**parts)
