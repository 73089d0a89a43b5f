"""Chapter 6, the project: the parts of a whole program, and six steps with a bug in each."""

import contextlib
import re
from collections.abc import Callable
from numbers import Integral, Real
from pathlib import Path

import numpy as np

from gan_course.base.backend import tf
from gan_course.games import step
from gan_course.games.adversarial import start
from gan_course.games.objectives import of_recipe
from gan_course.recipes import recipe
from gan_course.recipes.adversarial import Adversarial
from gan_course.teaching import planted
from gan_course.teaching.checks import same_update, same_values
from gan_course.teaching.exercises.project import check_epochs, check_frames, check_generator
from gan_course.teaching.exercises.registry import exercise
from gan_course.teaching.mismatch import Mismatch
from gan_course.teaching.movement import inputs

# Small and uneven: batch normalisation in G, dropout in D, as in the reference.
_SMALL = recipe("dcgan_fashion_quick").changed(
    generator=("Dense 16 nobias BN .9 ReLU", "Dense 64 tanh", "Reshape 8 8 1"),
    discriminator=("Flatten", "Dense 16 LReLU .2 Dropout .3", "Dense 1"),
    image_shape=(8, 8, 1),
    latent_dim=5,
    batch_size=6,
    order="alternating",
    final_rate=1.0,
    ema_decay=0.0,
)
# Batch normalisation in D, too: without `training` its means would stand still.
_NORMALISED = _SMALL.changed(discriminator=("Flatten", "Dense 16 BN .9 LReLU .2", "Dense 1"))
_PENALISED = _SMALL.changed(
    discriminator=("Flatten", "Dense 16 LReLU .2", "Dense 1"),
    objective="wasserstein",
    penalty="gradient",
    penalty_weight=10,
)
_BYTES = np.uint8([[0, 1, 100], [127, 128, 255]]).reshape(1, 2, 3, 1)


@exercise(
    "6.1", "From bytes to [-1, 1], and a check of it", 5, "byte 0 is -1, 127.5 is 0, 255 is 1"
)
def _(normalised, check_range) -> None:
    right = (_BYTES.astype(float) - 127.5) / 127.5
    found = np.asarray(normalised(_BYTES))
    same_values(
        found, right, "normalised",
        {"it goes from 0 to 1: the images must have the range of G's tanh": _BYTES / 255.0,
         "it goes from 0 to 2: the middle is not taken off": _BYTES / 127.5,
         "black and white are exchanged": -right},
    )  # fmt: skip
    if found.dtype != np.float32:
        raise Mismatch(f"normalised gives {found.dtype}, wanted is float32: twice the memory")
    for images, expected, words in (
        (right, True, "images from -1 to 1"),
        ((right - 127.5) / 127.5, False, "images normalised twice, all near -1"),
        (_BYTES.astype(float), False, "bytes that were not normalised"),
        (_BYTES / 255.0, False, "images from 0 to 1"),
        (np.zeros([2, 4, 4, 1]), False, "images that are grey everywhere"),
    ):
        answer = check_range(np.float32(images))
        if not isinstance(answer, bool | np.bool_):
            raise Mismatch(f"check_range returns {answer!r}, wanted is True or False")
        if bool(answer) != expected:
            raise Mismatch(f"check_range says {answer} of {words}, expected {expected}")


@exercise("6.2", "The pipeline", 6, "from_tensor_slices, then shuffle, then batch, in this order")
def _(pipeline) -> None:
    images = np.arange(50, dtype=np.float32).reshape(50, 1, 1, 1)
    check_epochs(pipeline(images, 8))


@exercise("6.3", "The generator in Keras", 8, "padding='same' everywhere; only a stride enlarges")
def _(make_generator) -> None:
    check_generator(make_generator())


_REAL = np.float32([[1.5], [0.3], [0.45], [-0.2], [2.0], [0.1]])
_FAKE = np.float32([[-0.4], [0.2], [-1.0], [0.9], [-2.0], [-0.1]])


def _cost(logits: np.ndarray, target: float) -> float:
    """The mean cross-entropy of logits."""
    logits = np.asarray(logits, float)
    on_one, on_zero = np.log1p(np.exp(-logits)), np.log1p(np.exp(logits))
    return float(np.mean(target * on_one + (1 - target) * on_zero))


@exercise("6.4", "Losses and accuracies", 8, "one BinaryCrossentropy(from_logits=True) for all")
def _(d_loss, g_loss, accuracies) -> None:
    real, fake = tf.constant(_REAL), tf.constant(_FAKE)
    chances = [1 / (1 + np.exp(-each)) for each in (_REAL, _FAKE)]
    right = _cost(_REAL, 1) + _cost(_FAKE, 0)
    as_chances = -np.mean(np.log(np.clip(_REAL, 1e-7, 1 - 1e-7)))
    as_chances -= np.mean(np.log(1 - np.clip(_FAKE, 1e-7, 1 - 1e-7)))
    same_values(
        d_loss(real, fake), right, "d_loss",
        {"the targets are exchanged: 1 is for real images": _cost(_REAL, 0) + _cost(_FAKE, 1),
         "it takes logits for probabilities: from_logits=True": as_chances,
         "the sigmoid is taken twice": _cost(chances[0], 1) + _cost(chances[1], 0),
         "it is halved: the sum of the two is wanted": right / 2,
         "only the real images count": _cost(_REAL, 1), "only the fakes count": _cost(_FAKE, 0)},
    )  # fmt: skip
    same_values(
        g_loss(fake), _cost(_FAKE, 1), "g_loss",
        {"it wants the fakes taken for fakes: G's target is 1": _cost(_FAKE, 0),
         "it is the minimax loss, whose gradient vanishes": -_cost(_FAKE, 0)},
    )  # fmt: skip
    found = accuracies(real, fake)
    wanted = {"accuracy_real": _REAL > 0, "accuracy_fake": _FAKE <= 0}
    if not isinstance(found, dict) or set(found) != set(wanted):
        raise Mismatch(f"accuracies returns {found!r:.60}, wanted is a dict of {', '.join(wanted)}")
    slips = {"accuracy_real": _REAL > 0.5, "accuracy_fake": _FAKE <= 0.5}
    for name, rightly in wanted.items():
        same_values(
            found[name], np.mean(rightly), name,
            {"it is the share judged wrongly": np.mean(~rightly),
             "the threshold is 0.5, which is right for probabilities; these are logits":
                 np.mean(slips[name])},
        )  # fmt: skip


def _both(state, objective, real, latent) -> dict:
    """The library's step, as a student's is called."""
    return step.simultaneous_step(state, objective, real[None], latent[None], [None])


def _one_after_the_other(state, objective, real, latent) -> dict:
    return {
        **step.discriminator_update(state, objective, real, latent),
        **step.generator_update(state, objective, latent),
    }


@exercise("6.5", "The train step", 12, "both gradients first; then each optimizer, its own weights")
def _(train_step) -> None:
    def mine(state, objective, real, latent):
        return train_step(state, real, latent)

    mine.__name__ = getattr(train_step, "__name__", "your step")
    _same_unless(
        mine, _both, _SMALL, _one_after_the_other,
        "D moves before G's gradient is taken; take both gradients from one forward pass, and then "
        "move",
    )  # fmt: skip
    state = start(_SMALL)
    real, latent, _ = inputs(_SMALL, 0)
    expected = _both(start(_SMALL), of_recipe(_SMALL), real, latent)
    found = train_step(state, real, latent)
    names = ("d_loss", "g_loss", "accuracy_real", "accuracy_fake")
    if not isinstance(found, dict) or set(found) != set(names):
        raise Mismatch(f"it returns {found!r:.60}, wanted is a dict of {', '.join(names)}")
    for name in names:
        same_values(found[name], float(expected[name]), f"what it returns as {name}")


def _same_unless(
    mine: Callable, library: Callable, small: Adversarial, slip: Callable, words: str
) -> None:
    """Compare two updates; an answer that is the slip's instead gets these words."""
    try:
        same_update(mine, library, small)
        return
    except Mismatch as error:
        found = error
    with contextlib.suppress(Mismatch):
        same_update(mine, slip, small)
        found = Mismatch(f"{mine.__name__}: {words}")
    raise found


@exercise("6.6", "What a run leaves behind", 8, "float(tensor); int(step) sorts as numbers do")
def _(row_of, frames_of) -> None:
    scalars = {"d_loss": tf.constant(1.25), "g_loss": tf.constant(0.75)}
    row = row_of(40, scalars)
    if not isinstance(row, dict) or set(row) != {"step", *scalars}:
        raise Mismatch(f"row_of returns {row!r:.80}, wanted is a dict of step, d_loss, g_loss")
    for name, value in row.items():
        if tf.is_tensor(value) or not isinstance(value, Real):
            raise Mismatch(f"row_of: {name} is {type(value).__name__}, wanted is a plain number")
    if not isinstance(row["step"], Integral):
        raise Mismatch(f"row_of: the step is {row['step']!r}, wanted is a whole number")
    same_values([row["step"], row["d_loss"], row["g_loss"]], [40, 1.25, 0.75], "row_of")
    steps = [*range(0, 1100, 100), 20]
    files = [Path("shared") / f"mine_{n}.png" for n in steps]
    others = [Path("shared") / f"{name}_{n}.png" for name in ("mine_old", "last") for n in steps]
    mixed = sorted([*files, *others])  # as a folder has them: by their letters
    check_frames(frames_of(mixed, "mine", 50), steps, 50)
    check_frames(frames_of(mixed, "mine", 5), steps, 5)


_BUGS = dict(zip("abcdef", "263415", strict=True))
_TELLS = {
    "a": "its numbers and its picture are like its twin's: which of the bugs only makes a "
    "term of a loss noisier?",
    "b": "D is sure of everything in its own turn, and in G's turn it is not: which bug makes D "
    "another function in the two turns?",
    "c": "D is wrong about everything, and both losses are near 0: what do the two agree on?",
    "d": "it stops in the first step: an optimizer meets a weight that it does not know",
    "e": "all fakes are in one corner, and D cannot tell: what are the real points there?",
    "f": "D knows nearly all fakes, and clouds are missing: who else moves G, and where to?",
}


@exercise("6.7", "Six runs, six bugs", 8, "ask of each run: what do D and G agree on?")
def _(answer) -> None:
    given = re.sub(r"[^0-9]", "", str(answer))
    if sorted(given) != sorted(_BUGS.values()):
        raise Mismatch(f"{answer!r} is not the numbers 1 to 6, one for each of the runs a to f")
    wrong = [(run, number) for run, number in zip(_BUGS, given, strict=True)
             if number != _BUGS[run]]  # fmt: skip
    if wrong:
        run, number = wrong[0]
        raise Mismatch(f"{len(wrong)} are wrong; run {run} is not bug {number}: {_TELLS[run]}")


@exercise("6.8", "Two updates, mended", 12, "a: one α an image; f: D's gradients alone are applied")
def _(mended_a, mended_f) -> None:
    _same_unless(
        mended_a, step.discriminator_update, _PENALISED, planted.update_a,
        "it still mixes all images of the batch with one α",
    )  # fmt: skip
    same_update(mended_f, step.discriminator_update, _NORMALISED)
