"""TensorFlow and Keras, loaded once, from one place.

Every module that computes says `from gan_course.base.backend import keras, tf`, so TensorFlow is
loaded only when it is needed, and always in the same way.
"""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gan_course.base.errors import InputError, check_system


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


check_system()
if os.environ.setdefault("KERAS_BACKEND", "tensorflow") != "tensorflow":
    raise InputError(
        f"KERAS_BACKEND is {os.environ['KERAS_BACKEND']!r}, but gan_course trains with TensorFlow; "
        "unset it or set KERAS_BACKEND=tensorflow before Python starts"
    )
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # leave out INFO, keep warnings and errors
# oneDNN's kernels. TensorFlow turns them on by itself only on processors with AVX-512, but they
# help others as well: `python -m benchmarks.settings` tells how much.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

try:  # Keras loads it, and it reads MPLBACKEND and its own settings then
    import matplotlib  # noqa: F401
except ValueError as error:
    raise InputError(f"matplotlib cannot be loaded: {error}; correct it or unset it") from None

# Where scikit-learn is installed, Keras loads it, for wrappers that nobody uses here: that would be
# a fifth of the time that this module takes.
with _startup_chatter_kept_back(), _left_out("sklearn"):
    import keras
    import tensorflow as tf

    tf.config.list_physical_devices()  # looks for GPUs, which is the chattiest part


def _one_thread_an_operation() -> bool:
    """With two cores: two operations at a time, of one thread each, unless you have said otherwise.

    TensorFlow would give every operation both cores, and still start two at a time. In networks as
    small as the quick recipes', handing the halves out takes longer than computing them:
    `python -m benchmarks.settings`. This must happen before TensorFlow first computes.

    Returns:
      False if it was too late for that.
    """
    threading = tf.config.threading
    yours = (
        os.environ.get("TF_NUM_INTRAOP_THREADS")
        or os.environ.get("TF_NUM_INTEROP_THREADS")
        or threading.get_intra_op_parallelism_threads()
        or threading.get_inter_op_parallelism_threads()
    )
    if yours or usable_cores() != 2 or tf.config.list_physical_devices("GPU"):
        return True
    try:
        threading.set_intra_op_parallelism_threads(1)
        threading.set_inter_op_parallelism_threads(2)
    except RuntimeError:  # it has computed already: it stays as it is
        return False
    return True


def usable_cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux: this process may have been given fewer
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor_name() -> str:
    """The processor's model, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


_IN_TIME = _one_thread_an_operation()

# The remapper fuses layers in a graph, but gives up with an error message on the gradient of a
# convolution with a LeakyReLU, so on every DCGAN. Without it the steps take the same time.
# The dependency optimizer drops edges that an R1 penalty needs: now and then its gradient was wrong
# by about one image of the batch, and the same seed gave other weights.
tf.config.optimizer.set_experimental_options({"remapping": False, "dependency_optimization": False})


def check_settings() -> None:
    """What was set in this process, or in keras.json, must let the library compute as it does.

    Raises:
      InputError: for another floatx or image_data_format, and without eager execution.
    """
    if not tf.executing_eagerly():
        raise InputError(
            "TensorFlow 2's behaviour is switched off (tf.compat.v1.disable_v2_behavior() or "
            "disable_eager_execution()), and gan_course needs it; restart Python without"
        )
    for name, wanted in (("floatx", "float32"), ("image_data_format", "channels_last")):
        found = getattr(keras.config, name)()
        if found != wanted:
            raise InputError(
                f"Keras's {name} is {found!r}, but gan_course needs {wanted!r}; correct it in "
                f"~/.keras/keras.json, or call keras.config.set_{name}({wanted!r})"
            )


def late_start() -> str | None:
    """What to tell a user whose threads could not be set any more; None where all is well."""
    if _IN_TIME:
        return None
    return (
        "TensorFlow had computed before gan_course was first used, so its threads stay as they "
        "are: the same seed gives weights that differ in the last digits from those of a process "
        "that runs `import gan_course.base.backend` first. Restart Python for the same weights"
    )


__all__ = ["check_settings", "keras", "late_start", "processor_name", "tf", "usable_cores"]
