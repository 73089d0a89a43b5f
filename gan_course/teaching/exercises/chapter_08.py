"""Chapter 8, drawing to order: labels beside noise and image, the two updates, obedience."""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.games.objectives import NON_SATURATING
from gan_course.teaching.checks import same_values
from gan_course.teaching.exercises.registry import choice, exercise
from gan_course.teaching.mismatch import Mismatch, name_of, own_errors

_CLASSES = 4
_LABELS = np.array([2, 0, 3, 2, 0, 1])  # uneven, and not in their order
_OTHER = {"generator": "discriminator", "discriminator": "generator"}

choice(
    "8.1",
    "Who notices a perfect 3?",
    right="b",
    wrong={
        "a": "true of the GAN of chapter 2. Here D sees picture and label together",
        "c": "a label goes into G and into D; no loss looks at it, only D does",
        "d": "real pictures come with their own label. D never sees a real 3 that is called a 7",
    },
    hint="what does D see beside the picture, and which pairs are there among the real ones?",
)


@exercise("8.2", "The order beside the noise", 5, "np.eye(classes)[labels], and axis=1")
def _(told) -> None:
    labels, latents = _LABELS[:4], np.random.default_rng(8).normal(size=(4, 3))
    ones = np.eye(5)[labels]  # one class more than the batch has
    orders = {
        "the label is one number, so a 3 is three times a 1; give each class its own place":
            labels[:, None],
        "it has places only for the classes up to the largest of this batch":
            np.eye(labels.max() + 1)[labels],
        "the 1 stands one place too early; class 0 has the first place, index 0":
            np.roll(ones, -1, axis=1),
        "the rows of np.eye come in their own order; take those of the labels": np.eye(5)[:4],
    }  # fmt: skip
    slips = {words: np.concatenate([latents, wrong], axis=1) for words, wrong in orders.items()}
    slips["the order stands first; wanted is the noise first, then the order"] = np.concatenate(
        [ones, latents], axis=1
    )
    right = np.concatenate([latents, ones], axis=1)
    same_values(told(latents, labels, 5), right, "what G gets", slips)


@exercise("8.3", "Label planes", 8, "reshape to (-1, 1, 1, classes), then tile by (1, H, W, 1)")
def _(planes) -> None:
    labels = np.eye(_CLASSES, dtype=np.float32)[_LABELS]
    labels[4] = [0.5, 0.25, 0, 0.25]  # a mixture: such can be ordered, too
    wide, right = labels[:, None, None, :], np.empty((6, 3, 5, _CLASSES))
    right[:] = wide
    slips = {
        "the labels have become stripes: `repeat` and `reshape` put the numbers in another order. "
        "A channel must be the same everywhere": labels.repeat(15).reshape(right.shape),
        "height and width are exchanged": right.swapaxes(1, 2),
        "the channels come before height and width; they are the last axis":
            np.moveaxis(right, -1, 1),
        "each image has one place; wanted are height times width": wide,
    }  # fmt: skip
    same_values(planes(tf.constant(labels), 3, 5), right, "your planes", slips)
    try:
        found = tuple(planes(keras.Input((_CLASSES,)), 3, 5).shape)
    except Exception as error:  # whatever NumPy and TensorFlow say of a symbolic tensor
        raise Mismatch(
            "right for arrays, but inside a network it stops: there the size of the batch is not "
            f"known yet; use keras.ops, and -1 for the batch ({type(error).__name__})"
        ) from None
    if found != (None, 3, 5, _CLASSES):
        raise Mismatch(f"inside a network it gives {found}, expected {(None, 3, 5, _CLASSES)}")


@exercise("8.4", "The update of D, with labels", 10, "G gets [latent, labels], D [images, labels]")
def _(update) -> None:
    slips = {
        "the fakes are made for other labels than D is told": dict(made=1),
        "D is told other labels of the fakes than they were made for": dict(told=1),
        "the fakes have other labels than the real images of the batch": dict(made=1, told=1),
        "D is told other labels of the real images than theirs": dict(called=1),
        "real and fake are swapped: D learns to call fakes real": dict(swapped=True),
    }
    _same_told(update, "discriminator", slips)


@exercise("8.5", "The update of G, with labels", 8, "D is told what G was asked for")
def _(update) -> None:
    slips = {
        "D is told other labels than G was asked for": dict(told=1),
        "G is asked for other labels than D is told": dict(made=1),
        "G learns to be called fake; it wants D to say real": dict(swapped=True),
    }
    _same_told(update, "generator", slips)


@exercise("8.6", "Made as asked, and the worst class", 8, "for each class c: seen[asked == c] == c")
def _(obeyed) -> None:
    asked = np.array([0] * 8 + [1] * 3 + [2] * 5)
    seen = np.array([0] * 5 + [1, 2, 2] + [1, 2, 0] + [2] * 4 + [0])
    right = asked == seen
    share, shares = right.mean(), [right[asked == c].mean() for c in range(3)]
    by_seen = [right[seen == c].mean() for c in range(3)]
    slips = {
        "the share is the mean over the classes; wanted is that of all images":
            [np.mean(shares), 1, shares[1]],
        "the worst class is the one with most errors; wanted is the smallest share, for a class "
        "that is asked for more often has more errors": [share, 0, shares[0]],
        "images are grouped by the class that was seen; wanted is the one asked for":
            [share, np.argmin(by_seen), min(by_seen)],
        "these are shares of errors, not of images made as asked": [1 - share, 1, 1 - shares[1]],
        "this is the best class, not the worst": [share, 2, shares[2]],
    }  # fmt: skip
    found = np.array([float(each) for each in obeyed(asked, seen, 3)])
    same_values(found, [share, 1, shares[1]], "(share, worst class, its share)", slips)


@exercise("8.7", "The projection", 10, "Dense(1)(features) plus Dot(axes=1)([embedding, features])")
def _(projection) -> None:
    rng, features, labels = np.random.default_rng(7), keras.Input((3,)), keras.Input((_CLASSES,))
    model = keras.Model([features, labels], projection(features, labels))
    found = {tuple(weight.shape): weight for weight in model.weights}
    wanted = {(_CLASSES, 3): "embed(y)", (3, 1): "psi(h)", (1,): "the bias of psi(h)"}
    missing = [f"{what} {shape}" for shape, what in wanted.items() if shape not in found]
    if missing or len(model.weights) != 3:
        why = f"missing: {', '.join(missing)}" if missing else "embed(y) has no bias"
        raise Mismatch(f"the weights have the shapes {[*found]}; expected {[*wanted]} ({why})")
    table, kernel, bias = values = [rng.normal(size=shape).astype("f") for shape in wanted]
    for shape, numbers in zip(wanted, values, strict=True):
        found[shape].assign(numbers)
    h, y = rng.normal(size=(6, 3)).astype("f"), np.eye(_CLASSES, dtype="f")[_LABELS]
    psi, products = h @ kernel + bias, (y @ table) * h
    right = psi + products.sum(axis=1, keepdims=True)
    slips = {
        "embed(y) and h are multiplied, but not summed": psi + products,
        "the two are subtracted; they are added": 2 * psi - right,
        "a sigmoid is taken; wanted is a logit": 1 / (1 + np.exp(-right)),
    }
    same_values(model([h, y]), right, "your logit", slips)


@exercise("8.8", "Right without looking", 8, "np.bincount(…, minlength=classes), as shares")
def _(best) -> None:
    real, fake = np.repeat([0, 1, 2, 3], [4, 3, 2, 1]), np.repeat([0, 1, 2], [5, 5, 10])
    p, q = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.25, 0.25, 0.5, 0])
    likelier = np.maximum(p, q).sum()
    slips = {
        "half is missing: half of the images are real, half are fake": likelier,
        "it gives the less likely answer for each label": np.minimum(p, q).sum() / 2,
        "counts are compared; take shares, for there may be more fakes than real images":
            np.maximum(10 * p, 20 * q).sum() / 30,
        "this is how far the histograms are apart, not how often D is right": likelier - 1,
    }  # fmt: skip
    same_values(best(real, fake, 4), likelier / 2, "the share that is right", slips)
    same_values(best(real, real, 4), 0.5, "the share that is right for equal histograms")


def _same_told(update: Callable, who: str, slips: dict[str, dict]) -> None:
    """Weights after two steps against those that they should be.

    Raises:
      Mismatch: with the slip, where one of them ends at the student's weights.
    """
    name = f"{name_of(update)}:"

    def mine(state, real, latent, labels):
        given = (real, latent) if who == "discriminator" else (latent,)
        return update(state, NON_SATURATING, *given, labels=labels)

    def same(one, other, part=who):
        return np.allclose(one[part], other[part], atol=1e-5)

    with own_errors(update):
        ours, again = _end(mine), _end(mine)
    right, other = _end(partial(_played, who)), _OTHER[who]
    if not same(ours, right, other):
        raise Mismatch(f"{name} the {other} moves; only the {who} should")
    if not same(ours, again):
        raise Mismatch(f"{name} something is drawn at random; labels and noise are given")
    for words, changes in slips.items():
        if same(ours, _end(partial(_played, who, **changes))):
            raise Mismatch(f"{name} {words}")
    if not same(ours, right, "means"):
        raise Mismatch(f"{name} call state.generator once, with training=True: its batch norm asks")
    same_values(ours[who], right[who], f"{name} after two steps a weight of the {who}")
    if np.ndim(ours["loss"]) or not np.isfinite(ours["loss"]):
        raise Mismatch(f"{name} return the loss, one number, or a dictionary with it")


def _played(who: str, state, real, latent, labels, made=0, told=0, called=0, swapped=False):
    """An update as it should be; or wrong in one thing. made, told, called: by how many places the
    labels are shifted that G makes fakes of, that D is told of them, and of the real images."""
    fakes_of, fakes_as, real_as = (tf.roll(labels, n, axis=0) for n in (made, told, called))
    with tf.GradientTape() as tape:
        fake = state.generator([latent, fakes_of], training=True)
        on_real = state.discriminator([real, real_as], training=True)
        on_fake = state.discriminator([fake, fakes_as], training=True)
        if who == "generator":
            loss = NON_SATURATING.g_loss(-on_fake if swapped else on_fake)
        else:
            loss = NON_SATURATING.d_loss(*((on_fake, on_real) if swapped else (on_real, on_fake)))
        loss = tf.reduce_mean(loss)
    weights = getattr(state, who).trainable_variables
    getattr(state, f"{who[0]}_optimizer").apply(tape.gradient(loss, weights), weights)
    return loss


def _end(play: Callable) -> dict[str, np.ndarray]:
    """All weights of each network after two steps of plain SGD, and the last loss."""
    state, rng, labels = _players(), np.random.default_rng(5), tf.one_hot(_LABELS, _CLASSES)
    for _ in range(2):
        real, latent = (rng.normal(size=(6, *s)).astype("f") for s in ((2, 2, 1), (3,)))
        loss = play(state, tf.constant(real), tf.constant(latent), labels)
    if isinstance(loss, dict):
        loss = loss.get("d_loss", loss.get("g_loss"))
    ends = {who: _flat(getattr(state, who).trainable_weights) for who in _OTHER}
    ends["means"] = _flat(state.generator.non_trainable_weights)
    return {**ends, "loss": np.asarray(np.nan if loss is None else loss, dtype=float)}


def _flat(weights: list) -> np.ndarray:
    return np.concatenate([np.ravel(weight) for weight in weights])


def _players() -> SimpleNamespace:
    """Two small networks that are told labels, always with the same first weights."""
    latent, image, labels = (keras.Input(shape) for shape in ((3,), (2, 2, 1), (_CLASSES,)))
    layers, rng, optimizer = keras.layers, np.random.default_rng(3), keras.optimizers.SGD
    made = layers.Dense(4)(layers.Concatenate()([latent, labels]))
    made = layers.Reshape((2, 2, 1))(layers.BatchNormalization()(made))
    seen = layers.Dense(5, "tanh")(layers.Concatenate()([layers.Flatten()(image), labels]))
    generator = keras.Model([latent, labels], made)
    discriminator = keras.Model([image, labels], layers.Dense(1)(seen))
    parts = dict(generator=generator, discriminator=discriminator)
    for who, network in list(parts.items()):
        parts[f"{who[0]}_optimizer"] = optimizer(0.5)
        parts[f"{who[0]}_optimizer"].build(network.trainable_variables)
        for weight in network.trainable_weights:
            weight.assign(rng.normal(size=weight.shape))
    return SimpleNamespace(**parts)
