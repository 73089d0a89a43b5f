# ruff: noqa: F821
"""Chapter 7: typical mistakes, and what the check must say of each."""


# %% 7.1 | the grains keep the order they came in
def moving_cost(one, other):
    """Slip."""
    return np.mean((one - other) ** 2)


# %% 7.1 | moving by x costs x², not |x|
def moving_cost(one, other):
    """Slip."""
    return np.mean(np.abs(np.sort(one) - np.sort(other)))


# %% 7.1 | only one of the two heaps is sorted
def moving_cost(one, other):
    """Slip."""
    return np.mean((np.sort(one) - other) ** 2)


# %% 7.1 | this is a root
def moving_cost(one, other):
    """Slip."""
    return np.linalg.norm(np.sort(one) - np.sort(other)) / np.sqrt(len(one))


# %% 7.2 | the square root is of each entry
def frechet_distance(one, other):
    """Slip."""
    shift = one.mean(axis=0) - other.mean(axis=0)
    first, second = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    return shift @ shift + np.trace(first + second - 2 * np.sqrt(first @ second))


# %% 7.2 | the factor 2 before the root is missing
def frechet_distance(one, other):
    """Slip."""
    shift = one.mean(axis=0) - other.mean(axis=0)
    first, second = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    shared = np.linalg.eigvals(first @ second).real.clip(min=0)
    return shift @ shift + np.trace(first + second) - np.sqrt(shared).sum()


# %% 7.2 | the means come in as |m₁ - m₂|, not squared
def frechet_distance(one, other):
    """Slip."""
    shift = np.linalg.norm(one.mean(axis=0) - other.mean(axis=0))
    first, second = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    shared = np.linalg.eigvals(first @ second).real.clip(min=0)
    return shift + np.trace(first + second) - 2 * np.sqrt(shared).sum()


# %% 7.2 | only the means are compared
def frechet_distance(one, other):
    """Slip."""
    return np.sum((one.mean(axis=0) - other.mean(axis=0)) ** 2)


# %% 7.2 | stops
def frechet_distance(one, other):
    """Slip: each row for a feature."""
    shift = one.mean(axis=0) - other.mean(axis=0)
    first, second = np.cov(one), np.cov(other)
    shared = np.linalg.eigvals(first @ second).real.clip(min=0)
    return shift @ shift + np.trace(first + second) - 2 * np.sqrt(shared).sum()


# %% 7.3 | each row is paired with itself, too: that is the bias
def kernel_distance(one, other):
    """Slip."""

    def mean_kernel(a, b):
        return ((a @ b.T / a.shape[1] + 1) ** 3).mean()

    return mean_kernel(one, one) + mean_kernel(other, other) - 2 * mean_kernel(one, other)


# %% 7.3 | its N places still count in the mean
def kernel_distance(one, other):
    """Slip."""
    within = 0.0
    for rows in (one, other):
        kernel = (rows @ rows.T / rows.shape[1] + 1) ** 3
        np.fill_diagonal(kernel, 0)
        within += kernel.mean()
    return within - 2 * ((one @ other.T / one.shape[1] + 1) ** 3).mean()


# %% 7.3 | x·y is not divided by K
def kernel_distance(one, other):
    """Slip."""
    within = 0.0
    for rows in (one, other):
        kernel = (rows @ rows.T + 1) ** 3
        within += (kernel.sum() - np.trace(kernel)) / (len(rows) * (len(rows) - 1))
    return within - 2 * ((one @ other.T + 1) ** 3).mean()


# %% 7.3 | the factor 2 of the mixed pairs is missing
def kernel_distance(one, other):
    """Slip."""
    within = 0.0
    for rows in (one, other):
        kernel = (rows @ rows.T / rows.shape[1] + 1) ** 3
        within += (kernel.sum() - np.trace(kernel)) / (len(rows) * (len(rows) - 1))
    return within - ((one @ other.T / one.shape[1] + 1) ** 3).mean()


# %% 7.4 | the balls are too small: each point counts as its own first neighbour
def inside(points, centres, k):
    """Slip."""
    radius = np.sort(pairwise_distances(centres), axis=1)[:, k - 1]
    return pairwise_distances(points, centres) <= radius


def precision_recall(real, made, k=5):
    """Right, but for the balls."""
    return inside(made, real, k).any(axis=1).mean(), inside(real, made, k).any(axis=1).mean()


# %% 7.4 | rows and columns are exchanged
def inside(points, centres, k):
    """Slip."""
    radius = np.sort(pairwise_distances(centres), axis=1)[:, [k]]
    return pairwise_distances(centres, points) <= radius


def precision_recall(real, made, k=5):
    """Right."""
    return inside(made, real, k).any(axis=0).mean(), inside(real, made, k).any(axis=0).mean()


# %% 7.4 | k is ignored
def inside(points, centres, k):
    """Slip."""
    radius = np.sort(pairwise_distances(centres), axis=1)[:, 5]
    return pairwise_distances(points, centres) <= radius


def precision_recall(real, made, k=5):
    """Right, but for the balls."""
    return inside(made, real, k).any(axis=1).mean(), inside(real, made, k).any(axis=1).mean()


# %% 7.4 | the two are exchanged: precision is the share of samples
def inside(points, centres, k):
    """Right."""
    radius = np.sort(pairwise_distances(centres), axis=1)[:, k]
    return pairwise_distances(points, centres) <= radius


def precision_recall(real, made, k=5):
    """Slip."""
    return inside(real, made, k).any(axis=1).mean(), inside(made, real, k).any(axis=1).mean()


# %% 7.4 | recall uses the balls of real points
def inside(points, centres, k):
    """Right."""
    radius = np.sort(pairwise_distances(centres), axis=1)[:, k]
    return pairwise_distances(points, centres) <= radius


def precision_recall(real, made, k=5):
    """Slip."""
    table = inside(made, real, k)
    return table.any(axis=1).mean(), table.any(axis=0).mean()


# %% 7.5 | density is not divided by k
def density_coverage(real, made, k=5):
    """Slip."""
    table = inside(made, real, k)
    return table.sum(axis=1).mean(), table.any(axis=0).mean()


# %% 7.5 | coverage asks whether a sample is in a ball, which is precision
def density_coverage(real, made, k=5):
    """Slip."""
    table = inside(made, real, k)
    return table.sum() / (k * len(made)), table.any(axis=1).mean()


# %% 7.5 | the balls are those of the samples
def density_coverage(real, made, k=5):
    """Slip."""
    table = inside(real, made, k)
    return table.sum() / (k * len(made)), table.any(axis=1).mean()


# %% 7.5 | density is divided by the number of real points
def density_coverage(real, made, k=5):
    """Slip."""
    table = inside(made, real, k)
    return table.sum() / (k * len(real)), table.any(axis=0).mean()


# %% 7.6 | the variables themselves are kept
def keep_best(kept, step, distance, network):
    """Slip."""
    if distance < kept["distance"]:
        kept.update(step=step, distance=distance, weights=network.weights)


# %% 7.6 | kept['weights'] is still None
def keep_best(kept, step, distance, network):
    """Slip."""
    if distance > kept["distance"]:
        kept.update(step=step, distance=distance, weights=network.get_weights())


# %% 7.6 | this is the last one, not the best
def keep_best(kept, step, distance, network):
    """Slip."""
    kept.update(step=step, distance=distance, weights=network.get_weights())


# %% 7.6 | the distance to compare with stays ∞
def keep_best(kept, step, distance, network):
    """Slip."""
    if distance < kept["distance"]:
        kept["step"], kept["weights"] = step, network.get_weights()


# %% 7.6 | kept['weights'] is still None
def keep_best(kept, step, distance, network):
    """Slip: a name of its own, which nobody sees."""
    if distance < kept["distance"]:
        kept = {"step": step, "distance": distance, "weights": network.get_weights()}


# %% 7.7 | different fingerprints cannot be compared
def errors_apart(one, other):
    """Slip."""
    first, second = one["frechet_distance"], other["frechet_distance"]
    return (first.value - second.value) / np.hypot(first.error, second.error)


# %% 7.7 | different numbers of images cannot be compared
def errors_apart(one, other):
    """Slip."""
    if one.fingerprint != other.fingerprint:
        return None
    first, second = one["frechet_distance"], other["frechet_distance"]
    return (first.value - second.value) / np.hypot(first.error, second.error)


# %% 7.7 | the two errors are added
def errors_apart(one, other):
    """Slip."""
    if (one.fingerprint, one.count) != (other.fingerprint, other.count):
        return None
    first, second = one["frechet_distance"], other["frechet_distance"]
    return (first.value - second.value) / (first.error + second.error)


# %% 7.7 | the root is missing
def errors_apart(one, other):
    """Slip."""
    if (one.fingerprint, one.count) != (other.fingerprint, other.count):
        return None
    first, second = one["frechet_distance"], other["frechet_distance"]
    return (first.value - second.value) / (first.error**2 + second.error**2)


# %% 7.7 | it has lost its sign
def errors_apart(one, other):
    """Slip."""
    if (one.fingerprint, one.count) != (other.fingerprint, other.count):
        return None
    first, second = one["frechet_distance"], other["frechet_distance"]
    return abs(first.value - second.value) / np.hypot(first.error, second.error)


# %% 7.8 | uint8 minus uint8 has no negative numbers
def nearest(images, training):
    """Slip."""
    where, distance = [], []
    for image in images:
        squares = ((training - image) ** 2).mean(axis=(1, 2, 3))
        where.append(squares.argmin())
        distance.append(np.sqrt(squares.min()))
    return np.array(where), np.array(distance)


# %% 7.8 | wraps around at 256; floats first, before the difference
def nearest(images, training):
    """Slip."""
    where, distance = [], []
    for image in images:
        squares = ((training - image).astype(float) ** 2).mean(axis=(1, 2, 3))
        where.append(squares.argmin())
        distance.append(np.sqrt(squares.min()))
    return np.array(where), np.array(distance)


# %% 7.8 | the root is missing
def nearest(images, training):
    """Slip."""
    where, distance = [], []
    for image in images.astype(float):
        squares = ((training - image) ** 2).mean(axis=(1, 2, 3))
        where.append(squares.argmin())
        distance.append(squares.min())
    return np.array(where), np.array(distance)


# %% 7.8 | the sum over the pixels
def nearest(images, training):
    """Slip."""
    gaps = pairwise_distances(
        images.reshape(len(images), -1).astype(float), training.reshape(len(training), -1)
    )
    return gaps.argmin(axis=1), gaps.min(axis=1)


# %% 7.8 | expected two arrays
def nearest(images, training):
    """Slip."""
    gaps = images[:, np.newaxis].astype(float) - training
    return np.sqrt((gaps**2).mean(axis=(2, 3, 4)).min(axis=1))

# %% 7.9 | read the row again: which of the two is orange?
answer_7_9 = "a"

# %% 7.9 | read the row again: one of the two is far from that of real digits
answer_7_9 = "b"

# %% 7.10 | try the Fréchet distance ten times: is the mean of the draws that of all?
answer_7_10 = "a"

# %% 7.10 | the shift does not come from drawing too seldom; the mean of many draws has it, too
answer_7_10 = "c"

# %% 7.11 | compare both rows: precision is about the same
answer_7_11 = "a"

# %% 7.11 | all ten classes are there
answer_7_11 = "c"
