"""TensorFlow and Keras, loaded once, from one place.

Every module that computes says `from gan_course.backend import keras, tf`, so TensorFlow is loaded
only when it is needed, and always in the same way.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from gan_course.errors import InputError


@contextmanager
def _startup_chatter_kept_back() -> Iterator[None]:
    """TensorFlow's C++ start-up lines go to a file, and are shown only if the start fails.

    They are written to file descriptor 2 before any log level applies: on a machine without a GPU
    every notebook would begin with half a page about CUDA.
    """
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as chatter:
        os.dup2(chatter.fileno(), 2)
        try:
            yield
        except Exception:
            chatter.seek(0)
            os.write(stderr, chatter.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


@contextmanager
def _left_out(package: str) -> Iterator[None]:
    """Inside, the package cannot be imported; afterwards it can."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None
    try:
        yield
    finally:
        del sys.modules[package]


if os.environ.setdefault("KERAS_BACKEND", "tensorflow") != "tensorflow":
    raise InputError(
        f"KERAS_BACKEND is {os.environ['KERAS_BACKEND']!r}, but gan_course trains with TensorFlow; "
        "unset it or set KERAS_BACKEND=tensorflow before Python starts"
    )
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # leave out INFO, keep warnings and errors
# oneDNN's kernels. TensorFlow turns them on by itself only on processors with AVX-512, but they
# help others as well: `python -m benchmarks.kernels` tells how much.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

# Where scikit-learn is installed, Keras loads it, for wrappers that nobody uses here: that would be
# a fifth of the time that this module takes.
with _startup_chatter_kept_back(), _left_out("sklearn"):
    import keras
    import tensorflow as tf

    tf.config.list_physical_devices()  # looks for GPUs, which is the chattiest part

# The remapper fuses layers in a graph, but gives up with an error message on the gradient of a
# convolution with a LeakyReLU, so on every DCGAN. Without it the steps take the same time.
# The dependency optimizer drops edges that an R1 penalty needs: now and then its gradient was wrong
# by about one image of the batch, and the same seed gave other weights.
tf.config.optimizer.set_experimental_options({"remapping": False, "dependency_optimization": False})

__all__ = ["keras", "tf"]
