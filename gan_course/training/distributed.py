"""Several devices: one game, whose batches the replicas of a `tf.distribute` strategy share out.

In: a strategy, or its name. Out: where its networks are built, and who of several workers writes. A
batch of 64 on four replicas is 16 images each; every replica computes the gradients of its own
images and noise (games/dice.py), the optimizers add them up, and all replicas make the same update.
So two replicas play the same game as one device, up to the rounding of sums. The loop, the hooks
and the run folder stay as they are: several workers share a folder, in which only the chief
writes.
"""

from contextlib import AbstractContextManager, nullcontext

from gan_course.base.backend import tf
from gan_course.base.errors import InputError, unknown_name

Strategy = tf.distribute.Strategy

STRATEGIES = {
    "mirrored": tf.distribute.MirroredStrategy,  # all GPUs of this machine
    "multiworker": tf.distribute.MultiWorkerMirroredStrategy,  # all workers in TF_CONFIG
}


def strategy(name: str) -> Strategy:
    """The strategy of that name. Make it first: a worker must join before TensorFlow is used."""
    if name not in STRATEGIES:
        raise unknown_name("strategy", name, STRATEGIES)
    return STRATEGIES[name]()


def scope(chosen: Strategy | None, batch_size: int) -> AbstractContextManager:
    """Where the networks are built: each variable gets a copy on every replica.

    Raises:
      InputError: if the batch cannot be shared out evenly.
    """
    if chosen is None:
        return nullcontext()
    count = chosen.num_replicas_in_sync
    if batch_size % count:
        raise InputError(
            f"batch_size {batch_size} cannot be shared out over {count} replicas; "
            f"use a multiple of {count}"
        )
    return chosen.scope()


def count(chosen: Strategy | None) -> int | None:
    """How many replicas it has; None without a strategy."""
    return None if chosen is None else chosen.num_replicas_in_sync


def is_chief(chosen: Strategy | None) -> bool:
    """Whether this process is the one that writes."""
    cluster = getattr(chosen, "cluster_resolver", None)
    if cluster is None or not cluster.task_type:
        return True
    first = "chief" if "chief" in cluster.cluster_spec().jobs else "worker"
    return (cluster.task_type, cluster.task_id) == (first, 0)


def check_same_start(chosen: Strategy | None, step: int) -> None:
    """Raises InputError, on every worker, if the workers are about to start from other steps."""
    if chosen is None:
        return

    def total() -> tf.Tensor:
        own = tf.stack([tf.constant(step, tf.int64), tf.constant(step**2, tf.int64)])
        return tf.distribute.get_replica_context().all_reduce("sum", own)

    summed = chosen.experimental_local_results(chosen.run(tf.function(total)))[0].numpy()
    if summed[0] ** 2 != summed[1] * chosen.num_replicas_in_sync:
        raise InputError(
            f"this worker would go on after step {step}, others after another one; "
            "all need the same run folder, on a disk that all of them see"
        )
