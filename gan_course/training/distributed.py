"""Several devices: one game, whose batches the replicas of a `tf.distribute` strategy share out.

In: a strategy, or its name. Out: the share of a batch that belongs to the replica at hand. A batch
of 64 on four replicas is 16 images each; every replica computes the gradients of its own images and
noise, the optimizers add them up, and all replicas make the same update. So two replicas play the
same game as one device, up to the rounding of sums. The loop, the hooks and the run folder stay as
they are: several workers share a folder, in which only the chief writes.
"""

from contextlib import AbstractContextManager, nullcontext

from gan_course.base.backend import tf
from gan_course.base.errors import InputError, unknown_name
from gan_course.base.seeds import fold_in

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


def is_chief(chosen: Strategy | None) -> bool:
    """Whether this process is the one that writes."""
    cluster = getattr(chosen, "cluster_resolver", None)
    if cluster is None or not cluster.task_type:
        return True
    first = "chief" if "chief" in cluster.cluster_spec().jobs else "worker"
    return (cluster.task_type, cluster.task_id) == (first, 0)


def replicas() -> int:
    """How many replicas the step that is being traced runs on; 1 without a strategy."""
    context = tf.distribute.get_replica_context()
    return 1 if context is None else context.num_replicas_in_sync


def own_share(batches: tf.Tensor, axis: int) -> tf.Tensor:
    """Of what the whole game sees, the part of this replica: equal parts along `axis`."""
    if replicas() == 1:
        return batches
    own = tf.distribute.get_replica_context().replica_id_in_sync_group
    return tf.stack(tf.split(batches, replicas(), axis=axis))[own]


def own_seed(seed: tf.Tensor) -> tf.Tensor:
    """A seed (2,) of this replica's own, for what is drawn per image; the first one's is `seed`."""
    if replicas() == 1:
        return seed
    own = tf.distribute.get_replica_context().replica_id_in_sync_group
    other = fold_in(seed, own)
    return tf.where(own == 0, seed, other)


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
