"""Chapter 3, drawings and failures: two numbers that circle, three measures, a cure, six cases."""

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.teaching.checks import same_values
from gan_course.teaching.exercises.cases_03 import AGAINST, KEY
from gan_course.teaching.exercises.registry import exercise
from gan_course.teaching.mismatch import Mismatch


def _sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def _walk(steps, rate, alternating, friction, d_sign=-1, g_sign=1, g_first=False):
    theta, psi, path = 1.0, 0.0, []
    for _ in range(steps):
        path.append((theta, psi))
        if g_first:
            theta = theta + g_sign * rate * _sigmoid(psi * theta) * psi
        new = psi + rate * (d_sign * _sigmoid(psi * theta) * theta - friction * psi)
        seen = new if alternating else psi
        if not g_first:
            theta = theta + g_sign * rate * _sigmoid(seen * theta) * seen
        psi = new
    return np.array(path)


@exercise("3.1", "The two-number GAN", 10, "first compute the new ψ; then choose which ψ G sees")
def _(play) -> None:
    for alternating, friction in ((False, 0.0), (True, 0.0), (True, 0.4), (False, 0.4)):
        order = "alternating" if alternating else "simultaneous"
        given = (7, 0.3, alternating, friction)
        path = play(steps=7, rate=0.3, alternating=alternating, friction=friction)
        told = {
            "the path must begin at (1, 0): note the place before the step, not after it":
                _walk(8, *given[1:])[1:],
            "D's sign is wrong: on a fake at θ > 0 its ψ must fall": _walk(*given, d_sign=1),
            "G's sign is wrong: it moves along ψ, where D says real": _walk(*given, g_sign=-1),
            "G moves first here; it is D's turn first": _walk(*given, g_first=True),
            "in simultaneous order G must see the ψ of before D's step" if not alternating else
            "in alternating order G must see the ψ that D has just moved to":
                _walk(7, 0.3, not alternating, friction),
        }  # fmt: skip
        if friction:
            told["the friction is missing: D also moves by -rate·friction·ψ"] = _walk(
                7, 0.3, alternating, 0.0
            )
        same_values(path, _walk(*given), f"your {order} path with friction={friction:g}", told)


@exercise("3.2", "Counting modes", 10, "np.linalg.norm(found[:, None] - centres, axis=2) is (N, K)")
def _(count_kept) -> None:
    centres = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    near = [(0, 0.01)] * 66 + [(1, 0.05)] * 23 + [(2, 0.019)] * 2 + [(3, 0.019)] * 3
    good = [centres[cloud] + (length, 0) for cloud, length in near]  # 94, a fair share is 23.5
    found = np.array([*good, *[np.array([0.5, 0.45])] * 40])
    share, answer = 94 / 134, count_kept(found, centres, 0.02)
    if np.size(answer) != 2:
        raise Mismatch(
            f"return two numbers, the clouds kept and the good share, got {answer!r:.60}"
        )
    same_values(
        np.array([float(each) for each in answer]), np.array([3, share]), "(kept, good share)",
        {"a cloud with a single good point counts as kept; a tenth of the fair share is wanted":
            np.array([4, share]),
         "only points within one deviation are good here; the bound is three":
            np.array([3, 71 / 134]),
         "the fair share is one of all points here; it is one of the good points":
            np.array([2, share]),
         "a cloud is kept from a tenth of its fair share on, not from the whole of it":
            np.array([1, share]),
         "every point counts as good; those farther than three deviations from all clouds are not":
            np.array([2, 1.0]),
         "the good points are counted; wanted is their share of all points": np.array([3, 94])},
    )  # fmt: skip


@exercise("3.3", "Sample diversity", 5, "images[:half] - images[half : 2 * half], then the root")
def _(diversity) -> None:
    images = np.random.default_rng(3).uniform(-1, 1, (6, 3, 2, 1)).astype(np.float32)
    images[4] += 0.5  # a brighter one, so that means differ
    gaps = images[:3].astype(float) - images[3:]
    right = 127.5 * np.sqrt((gaps**2).mean())
    same_values(
        diversity(images), right, "your diversity",
        {"it is in units of [-1, 1]; one of these is 127.5 grey levels": right / 127.5,
         "a range of 2 is 255 grey levels, so one unit is 127.5 of them, not 255": 2 * right,
         "the root is missing": 127.5 * (gaps**2).mean(),
         "the root is missing, and the factor is squared with the rest":
            127.5**2 * (gaps**2).mean(),
         "this is the mean absolute gap; wanted is the root of the mean square":
            127.5 * np.abs(gaps).mean(),
         "it is the contrast inside the images; compare one image with another":
            127.5 * images.astype(float).std(),
         "the gaps are averaged before they are squared: gaps of both signs cancel":
            127.5 * abs(gaps.mean())},
        tolerance=1e-3,
    )  # fmt: skip
    same_values(diversity(images[[0, 0, 0, 0]]), np.array(0.0), "the diversity of equal images")


@exercise("3.4", "Sensitivity to z", 10, "first divide each direction by its own norm (axis=1)")
def _(sensitivity) -> None:
    rng = np.random.default_rng(4)
    weights, latents, directions = rng.normal(size=(3, 4)), rng.normal(size=(5, 3)), None
    directions = rng.normal(size=(5, 3)) + 0.5
    generator = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, use_bias=False), keras.layers.Reshape((2, 2, 1))]
    )
    generator.layers[0].set_weights([weights])
    unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    each = np.linalg.norm(unit @ weights, axis=1)  # a linear G has this slope at every z
    long = np.linalg.norm(directions @ weights, axis=1)
    together = directions / np.linalg.norm(directions)
    given = (tf.constant(latents, tf.float32), tf.constant(directions, tf.float32))
    found = sensitivity(generator, *given, step=0.25)
    same_values(
        found if np.ndim(found) else float(found), each.mean(), "your sensitivity",
        {"the directions keep their own length; divide each by its norm first": long.mean(),
         "the directions are divided by one norm for all; each has its own (axis=1, keepdims=True)":
            np.linalg.norm(together @ weights, axis=1).mean(),
         "divide by the step: wanted is the move of the image per unit of z": 0.25 * each.mean(),
         "multiply the directions by the step, too: z moves by `step`": 4 * each.mean(),
         "the norm is taken over the whole batch; each image has one of its own":
            np.sqrt((each**2).sum()),
         "the root is missing: a norm is the root of a sum of squares": (each**2).mean(),
         "these are mean squares over the pixels; the norm is the root of their sum":
            each.mean() / 2,
         "one number for each image; wanted is their mean": each},
        tolerance=1e-3,
    )  # fmt: skip


@exercise(
    "3.5", "The gradient at the image", 10, "tape.watch(fakes); the norm is over axes 1, 2, 3"
)
def _(gradient_norm) -> None:
    rng = np.random.default_rng(5)
    weights, bias = rng.normal(size=(6, 1)), np.array([0.3])
    images = rng.normal(size=(5, 3, 2, 1)).astype(np.float32)
    discriminator = keras.Sequential(
        [keras.Input((3, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    discriminator.layers[-1].set_weights([weights, bias])
    logits = images.reshape(5, 6) @ weights + bias
    length = np.linalg.norm(weights)
    each = _sigmoid(-logits[:, 0]) * length  # d softplus(-l) / dl = -sigmoid(-l)
    found = gradient_norm(discriminator, tf.constant(images))
    same_values(
        found if np.ndim(found) else float(found), each.mean(), "your gradient norm",
        {"the loss is the mean over the batch, so each image has 1/5 of its gradient; take the "
         "gradient of the sum": each.mean() / 5,
         "this is the norm of one gradient for the whole batch; each image has its own":
            np.linalg.norm(each),
         "the norm of the whole batch's gradient, and of a mean loss": np.linalg.norm(each) / 5,
         "this is the slope of the logit; wanted is that of G's loss, softplus(-logit)": length,
         "this is the slope of the minimax loss; G plays softplus(-logit)":
            (_sigmoid(logits[:, 0]) * length).mean(),
         "the root is missing: a norm is the root of a sum of squares": (each**2).mean(),
         "one number for each image; wanted is their mean": each},
        tolerance=1e-4,
    )  # fmt: skip


@exercise("3.6", "Minibatch standard deviation", 15, "keras.ops.var(inputs, axis=0), one axis only")
def _(layer) -> None:
    if not (isinstance(layer, type) and issubclass(layer, keras.layers.Layer)):
        raise Mismatch(f"give the class of the layer itself, got {layer!r:.60}")
    made, images = layer(), np.random.default_rng(6).uniform(-1, 1, (5, 3, 2, 2))
    images = images.astype(np.float32) * np.float32([1, 3])  # uneven channels
    wide = images.astype(float)

    def with_plane(number):
        return np.concatenate([wide, np.broadcast_to(number, (5, 3, 2, 1))], axis=-1)

    by_image = wide.std(axis=(1, 2, 3)).reshape(5, 1, 1, 1)
    same_values(
        made(tf.constant(images)), with_plane(wide.std(axis=0).mean()), "what your layer returns",
        {"the root is missing: this is the mean variance": with_plane(wide.var(axis=0).mean()),
         "the deviation is taken inside each image; it must be over the batch (axis=0)":
            with_plane(by_image),
         "the deviation is over everything at once; take it over the batch for each place, and "
         "then the mean": with_plane(wide.std()),
         "each place keeps its own deviation; one mean for all places is wanted":
            with_plane(wide.std(axis=0).mean(axis=-1, keepdims=True)),
         "the images are there unchanged, the plane is missing": wide,
         "the plane alone is there; the images must stay in front of it":
            with_plane(wide.std(axis=0).mean())[..., -1:]},
        tolerance=1e-3,
    )  # fmt: skip
    alike = tf.ones([4, 3, 2, 1]) * tf.reshape(tf.range(6.0), [3, 2, 1])
    with tf.GradientTape() as tape:
        tape.watch(alike)
        total = tf.reduce_sum(made(alike)[..., -1])
    slope = tape.gradient(total, alike)
    if slope is None or not np.isfinite(slope).all():
        raise Mismatch(
            "when all images are alike the gradient is not a number: √0 has no slope; add 1e-8 "
            "under the root"
        )


@exercise("3.7", "Six verdicts", 15, "accuracies first, then two grids of one run side by side")
def _(*verdicts) -> None:
    if len(verdicts) != len(KEY):
        raise Mismatch(f"{len(KEY)} verdicts are wanted, case_a to case_f, got {len(verdicts)}")
    wrong = []
    for (case, right), said in zip(KEY.items(), verdicts, strict=True):
        verdict = str(said).strip().lower()
        if verdict not in AGAINST[case] and verdict != right:
            names = ", ".join(repr(name) for name in sorted({*KEY.values()}))
            raise Mismatch(f"{case}: {said!r} is no verdict; choose one of {names}")
        if verdict != right:
            wrong.append(f"{case}, not {verdict!r}: {AGAINST[case][verdict]}")
    if wrong:
        raise Mismatch(" | ".join(wrong))
