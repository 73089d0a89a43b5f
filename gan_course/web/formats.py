"""A generator as ONNX and as TensorFlow Lite: one file each, for other programs and for phones.

In: a built network. Out: bytes. Both formats know Keras's own layers and none of `models.fast`, so
a copy of the network computes in Keras's way.
"""

import importlib
import tempfile
from collections.abc import Callable

import numpy as np

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError

_OPSET = 17  # of ONNX, which every runtime since 2022 knows


def onnx(network: keras.Model) -> bytes:
    """The network for ONNX Runtime and others, batches of any size.

    Raises:
      InputError: if tf2onnx is not installed.
    """
    try:
        tf2onnx = importlib.import_module("tf2onnx")
    except ImportError as error:
        raise InputError(
            f"the ONNX format needs tf2onnx, which cannot be loaded ({error}); "
            "`pip install tf2onnx`"
        ) from None
    _, plain, signature = _plain(network)
    model, _ = tf2onnx.convert.from_function(plain, signature, opset=_OPSET)
    return model.SerializeToString()


def tflite(network: keras.Model) -> bytes:
    """The network for LiteRT (TensorFlow Lite), batches of any size."""
    copy, plain, signature = _plain(network)
    module = tf.Module()
    module.weights = [variable.value for variable in copy.variables]
    with tempfile.TemporaryDirectory() as folder:  # the way that keeps the names of the inputs
        traced = plain.get_concrete_function(*signature)
        tf.saved_model.save(module, folder, signatures=traced)
        return tf.lite.TFLiteConverter.from_saved_model(folder).convert()


def _plain(network: keras.Model) -> tuple[keras.Model, Callable, list]:
    """A copy in Keras's own layers, the same as a graph, and what it takes."""
    copy = keras.models.clone_model(network)
    copy.set_weights([np.asarray(weight) for weight in network.get_weights()])
    signature = [
        tf.TensorSpec([None, *each.shape[1:]], tf.float32, name=f"input_{number}")
        for number, each in enumerate(network.inputs)
    ]

    @tf.function(autograph=False, input_signature=signature)
    def call(*inputs):
        return {"image": copy(inputs[0] if len(inputs) == 1 else list(inputs), training=False)}

    return copy, call, signature
