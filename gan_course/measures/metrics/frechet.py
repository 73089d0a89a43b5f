"""The Fréchet distance of two sets of features, each taken for a Gaussian.

In: features (N, K) of two sets. Out: one number, 0 for equal means and covariances.
"""

import numpy as np

from gan_course.measures.metrics.checked import feature_sets


def frechet_distance(features: np.ndarray, others: np.ndarray) -> float:
    """|m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½), the squared Wasserstein-2 distance of Gaussians.

    Its value depends on the features: the "FID" of papers takes those of an Inception network.

    Args:
      features, others: (N, K) and (M, K), N and M at least 2.

    Raises:
      ValueError: if the sets are not of these shapes, or hold NaN or infinity.

    Source: Dowson and Landau 1982; for GANs Heusel et al. 2017, arXiv:1706.08500, equation 6.
    """
    sets = feature_sets("frechet_distance", features, others, rows=(2, 2))
    one, other = (np.asarray(f, np.float64) for f in sets)
    shift = one.mean(axis=0) - other.mean(axis=0)
    first, second = (np.atleast_2d(np.cov(f, rowvar=False)) for f in (one, other))
    # tr (C1 C2)^½ is the sum of the roots of the eigenvalues of R C2 R, where R R = C1:
    # that matrix is symmetric, so the eigenvalues are real whatever the rounding.
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    shared = np.linalg.eigvalsh(root @ second @ root)
    trace = np.trace(first) + np.trace(second) - 2.0 * np.sqrt(np.maximum(shared, 0.0)).sum()
    return float(max(shift @ shift + trace, 0.0))
