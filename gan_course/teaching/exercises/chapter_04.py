"""Chapter 4, the Wasserstein GAN: a distance, a critic that measures it, its update, five times."""

import numpy as np

from gan_course.base.backend import tf
from gan_course.games import step
from gan_course.games.adversarial import start
from gan_course.games.objectives import of_recipe
from gan_course.recipes import recipe
from gan_course.teaching.checks import same_update, same_values
from gan_course.teaching.exercises.registry import exercise
from gan_course.teaching.mismatch import Mismatch
from gan_course.teaching.movement import inputs

# Small and uneven, with the batch normalisation and the clip of the chapter's own.
_SMALL = recipe("wgan_cifar10_quick").changed(
    generator=("Dense 12 BN .8 LReLU .2", "Dense 6 tanh", "Reshape 2 3 1"),
    discriminator=("Flatten", "Dense 6 LReLU .2", "Dense 1"),
    image_shape=(2, 3, 1),
    latent_dim=5,
    batch_size=6,
    clip=0.2,
)
_REAL, _FAKE = np.float32([[1.5], [-0.3], [4.0]]), np.float32([[0.4], [-2.0], [1.0]])


@exercise("4.1", "The distance of two heaps", 5, "np.sort both; then the mean of |difference|")
def _(wasserstein_1d) -> None:
    a, b = np.array([3.0, -1.0, 0.5, 2.0]), np.array([0.0, 4.0, -2.5, -1.0])
    far = np.sort(a) - np.sort(b)
    same_values(
        wasserstein_1d(a.copy(), b.copy()),
        np.abs(far).mean(),
        "your distance",
        {
            "the grains are carried in the order in which they lie in the arrays: sort both first":
                np.abs(a - b).mean(),
            "the ways are squared: the earth mover pays for the way, |a - b|": (far**2).mean(),
            "a way to the left cancels one to the right: take absolute values": far.mean(),
            "a sum; each of the n grains holds 1/n of the earth, so take the mean":
                np.abs(far).sum(),
            "one of the two is sorted the other way round, which is the longest way":
                np.abs(np.sort(a) - np.sort(b)[::-1]).mean(),
        },
    )  # fmt: skip
    if wasserstein_1d(b, b[::-1]) != 0:
        raise Mismatch("one heap in another order is the same heap, at distance 0")


@exercise("4.2", "A critic's gap and slope", 7, "np.diff gives the steps from place to place")
def _(gap, steepest) -> None:
    real, fake = np.array([0.0, 0.5, -0.25]), np.array([1.0, 1.5, 2.0, 3.5])

    def critic(x):
        return x**2 - 3 * x  # both slopes are negative, where the real points lie

    on_real, on_fake = critic(real), critic(fake)
    same_values(
        gap(critic, real, fake),
        on_real.mean() - on_fake.mean(),
        "your gap",
        {
            "its sign is wrong: the real points come first": on_fake.mean() - on_real.mean(),
            "these are sums; heaps of unequal numbers need means": on_real.sum() - on_fake.sum(),
            "the critic is not asked: these are the places, not their scores":
                real.mean() - fake.mean(),
        },
    )  # fmt: skip
    places = np.array([-1.0, -0.6, 0.0, 0.5, 1.5])
    rise, run = np.diff(critic(places)), np.diff(places)
    same_values(
        steepest(critic, places),
        np.abs(rise / run).max(),
        "your steepest slope",
        {
            "the steepest way up; a way down counts as well: take absolute values":
                (rise / run).max(),
            "the largest step of the score; divide it by how far apart the places are":
                np.abs(rise).max(),
            "the mean slope; the bound holds for all pairs, so it is the largest that counts":
                np.abs(rise / run).mean(),
            "distance over score: turn the fraction round": np.abs(run / rise).max(),
        },
    )  # fmt: skip


@exercise("4.3", "Losses without a logarithm", 6, "label 1 for real, -1 for fake; -label * score")
def _(d_loss, g_loss, estimate) -> None:
    real, fake = tf.constant(_REAL), tf.constant(_FAKE)
    same_values(
        d_loss(real, fake),
        _FAKE - _REAL,
        "your d_loss",
        {
            "its sign is wrong: the critic would raise its scores of fakes": _REAL - _FAKE,
            "only the real images count; the label of a fake is -1, not 0": -_REAL,
            "only the fakes count": _FAKE,
            "both have the same label: fakes have -1": -_FAKE - _REAL,
        },
    )
    same_values(
        g_loss(fake),
        -_FAKE,
        "your g_loss",
        {"its sign is wrong: G wants its fakes scored high, as real ones are": _FAKE},
    )
    found = estimate(real, fake)
    if not isinstance(found, dict) or set(found) != {"wasserstein"}:
        raise Mismatch(f'your estimate gives {found!r:.60}; wanted is {{"wasserstein": number}}')
    gap = _REAL.mean() - _FAKE.mean()
    same_values(
        found["wasserstein"],
        gap,
        "your estimate",
        {"this is d_loss: the estimate is what the critic makes large, real minus fake": -gap,
         "one number for each pair; the mean is missing": _REAL - _FAKE},
    )  # fmt: skip


@exercise("4.4", "Clip the weights", 4, "weight.assign(tf.clip_by_value(weight, low, high))")
def _(clip) -> None:
    before = [np.float32([[0.3, -0.02], [0.004, -5.0]]), np.float32([0.01, -0.2, 0.0])]
    weights = [tf.Variable(each) for each in before]
    limit = 0.01
    clip(weights, limit)

    def after(change) -> np.ndarray:
        return np.concatenate([change(each).ravel() for each in before])

    same_values(
        _numbers(weights),
        after(lambda w: np.clip(w, -limit, limit)),
        "what your clip leaves",
        {
            "no weight has changed: tf.clip_by_value makes a new tensor, so assign it":
                after(lambda w: w),
            "only the large ones are cut; those below -limit must be cut, too":
                after(lambda w: np.minimum(w, limit)),
            "a negative weight has become positive: cut to [-limit, limit]":
                after(lambda w: np.clip(w, 0, limit)),
            "each tensor is made shorter as a whole; cut every number by itself":
                after(lambda w: w * limit / max(limit, np.linalg.norm(w))),
            "all weights are divided; those inside [-limit, limit] must stay as they are":
                after(lambda w: w * limit / np.abs(w).max()),
        },
    )  # fmt: skip


def _numbers(weights: list[tf.Variable]) -> np.ndarray:
    """All numbers of some variables in one row."""
    return np.concatenate([each.numpy().ravel() for each in weights])


@exercise("4.5", "The critic's update", 12, "fakes before the tape; apply; then clip the same list")
def _(update) -> None:
    same_update(update, step.discriminator_update, _SMALL)
    state, objective = start(_SMALL), of_recipe(_SMALL)
    real, latent, _ = inputs(_SMALL, 0)
    fake = state.generator(latent, training=True)
    scores = [state.discriminator(images, training=True) for images in (real, fake)]
    loss = float(tf.reduce_mean(scores[1] - scores[0]))
    found = update(state, objective, real, latent)
    if not isinstance(found, dict) or not {"d_loss", "wasserstein"} <= set(found):
        raise Mismatch(
            f"moves the weights right, but returns {found!r:.60}; wanted is "
            '{"d_loss": loss, **objective.scores(real_scores, fake_scores)}'
        )
    same_values(found["d_loss"], loss, 'the returned "d_loss"')
    same_values(found["wasserstein"], -loss, 'the returned "wasserstein"')


@exercise("4.6", "Five updates, five batches", 5, "zip(reals, latents) gives one pair a time")
def _(critic_round) -> None:
    reals, latents = list("abcde"), list("vwxyz")
    calls = []

    def update(state, objective, real, latent):
        calls.append((state, objective, real, latent))
        return len(calls)

    last = critic_round(update, "state", "objective", reals, latents)
    if [call[:2] for call in calls] != [("state", "objective")] * len(calls):
        raise Mismatch("every update is called as update(state, objective, real, latent)")
    seen, noise = ([call[place] for call in calls] for place in (2, 3))
    if len(calls) != 5:
        raise Mismatch(f"{len(calls)} updates for 5 batches of real images, wanted is one for each")
    if len(set(seen)) == 1:
        raise Mismatch("all five updates see the same real images: batch number k for update k")
    if len(set(noise)) == 1:
        raise Mismatch("all five updates make their fakes of the same noise: take a new latent")
    if seen != reals or noise != latents:
        raise Mismatch(f"the updates get the batches {seen} with the noise {noise}, not in order")
    if last != 5:
        raise Mismatch(f"returns {last!r:.40}; wanted is what the last update returned")
