"""Every random number of a run, from four integers: (run seed, stream, step, index).

Nothing here has a state. Whatever is drawn at step 1234 is the same whether the run was stopped
before it or not, so an interrupted run continues as if nothing had happened.
"""

import hashlib

from gan_course.base.backend import tf

# One number a purpose: two purposes never share random numbers, whatever the step.
LATENTS = 1  # the noise vectors of the training steps
FIXED_LATENTS = 2  # the noise vectors of the sample grids: the same for the whole run
SAMPLES = 3  # what `run.samples` draws
BATCH_ORDER = 4  # the permutation of the training images, one for each epoch
PENALTY = 5  # where a gradient penalty looks, one seed for each discriminator update
DISTANCE_LATENTS = 6  # the noise vectors of the distance that is taken while training
CHECKUP = 7  # the noise vectors with which a run is diagnosed
JITTER = 8  # where training images are cropped, and which are mirrored
POOL = 9  # which of the past fakes a discriminator is shown
INPUT_ORDER = 10  # the permutation of the images that become others, where there are no pairs
DROPOUT = 11  # the dropout of a translation
CYCLE_NOISE = 12  # what is laid over a translation before the way back
NEGATIVES = 13  # which images a generator reads as their negatives

_PHILOX = tf.random.Algorithm.PHILOX.value  # TensorFlow's choice on a CPU and on a GPU
_SCRAMBLE = 0x02461E293EC8F720  # the key with which TensorFlow makes a key and a counter of a seed


def derive(run_seed: int, stream: int, step, index=0) -> tf.Tensor:
    """A stateless seed.

    Args:
      run_seed, stream: Python integers.
      step, index: integers or integer tensors.

    Returns:
      int32 (2,), as the `tf.random.stateless_*` functions take it.
    """
    seed = tf.constant([run_seed, stream], tf.int32)
    return fold_in(fold_in(seed, step), index)


def fold_in(seed: tf.Tensor, number) -> tf.Tensor:
    """Another seed (2,) for each number: `tf.random.experimental.stateless_fold_in`."""
    return tf.stack([_words([], tf.int32, _source(seed)), tf.cast(number, tf.int32)])


def uniform(shape: list[int], seed: tf.Tensor, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
    """Numbers from U[low, high), float32."""
    numbers = tf.raw_ops.StatelessRandomUniformV2(shape=shape, **_source(seed))
    return numbers * (high - low) + low


def uniform_words(count, seed: tf.Tensor) -> tf.Tensor:
    """As many random words (count,), uint32, every bit of them 0 or 1 alike; the same under XLA,
    whose kernel of `_source` is another."""
    scramble = tf.constant([_SCRAMBLE], tf.uint64)
    source = dict(key=scramble, counter=tf.cast(seed, tf.uint64), alg=_PHILOX)
    mixed = tf.reshape(_words([4], tf.uint32, source), [2, 2])
    key, counter = tf.split(tf.bitcast(mixed, tf.uint64), 2)
    source = dict(key=key, counter=tf.pad(counter, [[1, 0]]), alg=_PHILOX)
    return _words([count], tf.uint32, source)


def _words(shape: list, dtype: tf.DType, source: dict) -> tf.Tensor:
    return tf.raw_ops.StatelessRandomUniformFullIntV2(shape=shape, dtype=dtype, **source)


def _source(seed: tf.Tensor) -> dict:
    """What the kernels take in place of a seed. `tf.random.stateless_*` with a named algorithm work
    it out in thirty operations each, which made half of the graph of a small game's step."""
    key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=seed)
    return dict(key=key, counter=counter, alg=_PHILOX)


def layer_seed(run_seed: int, layer: str) -> int:
    """A seed in [0, 2**31) for the initial weights and the dropout of the layer of that name."""
    digest = hashlib.sha256(f"{run_seed}/{layer}".encode()).digest()
    return int.from_bytes(digest[:4], "little") >> 1


def latents(kind: str, count: int, dim: int, seed: tf.Tensor) -> tf.Tensor:
    """Noise vectors (count, dim), float32, from N(0, 1) ("normal") or U(-1, 1) ("uniform")."""
    if kind == "normal":
        return tf.raw_ops.StatelessRandomNormalV2(shape=[count, dim], **_source(seed))
    if kind == "uniform":
        return uniform([count, dim], seed, -1.0, 1.0)
    raise ValueError(f"latent must be 'normal' or 'uniform', got {kind!r}")
