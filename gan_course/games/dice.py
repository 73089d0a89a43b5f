"""Dice: all that is random in a step, from (run seed, step), and a replica's share of it.

Nothing here has a state: the step that is being made says which numbers fall. Under a
`tf.distribute` strategy every replica draws for the whole game and keeps the part of its own
examples, so that several devices play the same game as one.
"""

from dataclasses import dataclass

from gan_course.base import seeds
from gan_course.base.backend import tf


@dataclass(frozen=True)
class Dice:
    """run_seed: that of the recipe. step: int64, the number of steps made so far."""

    run_seed: int
    step: tf.Variable | tf.Tensor

    def seed(self, stream: int, index: int = 0) -> tf.Tensor:
        """A stateless seed (2,), the same on all replicas: for what the whole game sees."""
        return seeds.derive(self.run_seed, stream, self.step, index)

    def own_seed(self, stream: int, index: int = 0) -> tf.Tensor:
        """A seed (2,) of this replica's own, for what is drawn for each of its examples."""
        return own_seed(self.seed(stream, index))


def replicas() -> int:
    """How many replicas the step that is being traced runs on; 1 without a strategy."""
    context = tf.distribute.get_replica_context()
    return 1 if context is None else context.num_replicas_in_sync


def own_share(batches: tf.Tensor, axis: int = 1) -> tf.Tensor:
    """Of what the whole game sees, the part of this replica: equal parts along `axis`."""
    if replicas() == 1:
        return batches
    own = tf.distribute.get_replica_context().replica_id_in_sync_group
    return tf.stack(tf.split(batches, replicas(), axis=axis))[own]


def own_seed(seed: tf.Tensor) -> tf.Tensor:
    """A seed (2,) of this replica's own; the first one's is `seed`."""
    if replicas() == 1:
        return seed
    own = tf.distribute.get_replica_context().replica_id_in_sync_group
    another = seeds.fold_in(seed, own)
    return tf.where(own == 0, seed, another)
