"""GAN-train: what are made images worth to somebody who has no others?

In: made images with the labels that were asked for, and real ones. Out: how often a classifier that
has learnt from the made ones alone is right on the real ones. It falls if the images are bad, if
they are not what was asked for, and if they are too few different ones.

Source: Shmelkov et al. 2018, arXiv:1807.09499, section 3.1.
"""

import numpy as np

from gan_course.measures.features.classifier import fit, fresh, share_right


def gan_train(
    made: np.ndarray, asked: np.ndarray, real: np.ndarray, labels: np.ndarray, steps: int = 600
) -> float:
    """The accuracy on real images of the course's classifier, trained on made ones.

    Args:
      made, real: uint8 (N, H, W, C) and (M, H, W, C).
      asked, labels: their classes, integers (N,) and (M,), from 0.
      steps: of training, of 128 images each; from one fixed seed.

    Raises:
      ValueError: for images of different shapes, and labels that are not one each.
    """
    if made.shape[1:] != real.shape[1:] or made.dtype != np.uint8 or real.dtype != np.uint8:
        raise ValueError(
            f"expected uint8 images of one shape, got {made.dtype} {made.shape} and "
            f"{real.dtype} {real.shape}"
        )
    if np.shape(asked) != (len(made),) or np.shape(labels) != (len(real),):
        raise ValueError(
            f"expected one label an image, got {np.shape(asked)} for {len(made)} and "
            f"{np.shape(labels)} for {len(real)}"
        )
    classes = int(max(np.max(asked), np.max(labels))) + 1
    model = fresh(made.shape[1:], classes)
    fit(model, made, np.asarray(asked), steps)
    return share_right(model, real, np.asarray(labels))
