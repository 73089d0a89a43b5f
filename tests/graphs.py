"""A network of the notation beside Keras's own, and what is in the graph of either."""

import math

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.models import network


def both(lines, shape, policy="float32"):
    """The network of the notation, and Keras's own with the same weights, none of them 0 or 1."""
    ours = network("net", shape, lines, seed=4, policy=policy)
    keras_own = keras.Sequential.from_config(ours.get_config())
    rng = np.random.default_rng(2)
    for one, other in zip(ours.trainable_variables, keras_own.trainable_variables, strict=True):
        moved = one.numpy() + 0.1 * rng.normal(size=one.shape)
        one.assign(moved)
        other.assign(moved)
    return ours, keras_own


def drawn(*shape):
    return np.random.default_rng(0).normal(1.0, 2.0, size=shape).astype("float32")


def traced(function, *shapes):
    """The operations of a graph that lead to its outputs."""
    graph = tf.function(function).get_concrete_function(*map(tf.TensorSpec, shapes)).graph
    found, waiting = {}, [output.op for output in graph.outputs]
    while waiting:
        operation = waiting.pop()
        if operation.name not in found:
            found[operation.name] = operation
            waiting += [each.op for each in operation.inputs]
    return list(found.values())


def multiplications(operations):
    """Those of the convolutions and the products of matrices."""
    count = 0
    for operation in operations:
        if operation.type in ("Conv2D", "Conv2DBackpropInput"):
            forward = operation.type == "Conv2D"
            small = operation.outputs[0] if forward else operation.inputs[2]
            count += math.prod(small.shape[:3]) * math.prod(operation.inputs[1].shape)
        elif operation.type in ("MatMul", "BatchMatMulV2"):
            first, second = (each.shape for each in operation.inputs)
            inner = first[-2] if _turned(operation) else first[-1]
            count += math.prod(operation.outputs[0].shape) * inner
            assert inner in second[-2:]
    return count


def _turned(operation):
    name = "transpose_a" if operation.type == "MatMul" else "adj_x"
    return operation.get_attr(name)
