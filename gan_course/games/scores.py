"""What the discriminator thinks of a batch, as numbers for the history.

In: logits (batch, 1) of real images and of fakes. Out: named scalars. Which of these functions
fits depends on what a logit means in the game: each `Objective` names its own.
"""

from gan_course.base.backend import tf


def probabilities(real_logits, fake_logits) -> dict:
    """What D thinks of a batch, as probabilities and as accuracies.

    d_real, d_fake: mean D(x) and mean D(G(z)), in [0, 1].
    accuracy_real, accuracy_fake: the share judged rightly; the threshold is probability 0.5,
    which is *logit 0*.
    """
    return {
        "d_real": tf.reduce_mean(tf.sigmoid(real_logits)),
        "d_fake": tf.reduce_mean(tf.sigmoid(fake_logits)),
        **_accuracies(real_logits, fake_logits, threshold=0.0),
    }


def margins(real_logits, fake_logits, threshold: float = 0.0) -> dict:
    """score_real, score_fake: mean logits; and the accuracies when `threshold` separates them."""
    return {
        "score_real": tf.reduce_mean(real_logits),
        "score_fake": tf.reduce_mean(fake_logits),
        **_accuracies(real_logits, fake_logits, threshold),
    }


def wasserstein_estimate(real_logits, fake_logits) -> dict:
    """score_real, score_fake: mean logits; wasserstein: their difference.

    Over all 1-Lipschitz critics the largest difference is the Wasserstein-1 distance of the two
    distributions. That of a critic that is only nearly so is an estimate, up to a factor.
    """
    score_real, score_fake = tf.reduce_mean(real_logits), tf.reduce_mean(fake_logits)
    return {
        "wasserstein": score_real - score_fake,
        "score_real": score_real,
        "score_fake": score_fake,
    }


def _accuracies(real_logits, fake_logits, threshold: float) -> dict:
    return {
        "accuracy_real": tf.reduce_mean(tf.cast(real_logits > threshold, tf.float32)),
        "accuracy_fake": tf.reduce_mean(tf.cast(fake_logits <= threshold, tf.float32)),
    }
