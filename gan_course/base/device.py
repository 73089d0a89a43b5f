"""How a step is compiled on this device, where the recipe leaves it open.

In: what a recipe says, and what the device is. Out: whether XLA compiles the step, in which
precision the layers compute, whether models/fast may replace them; each with its reason, for the
doctor, who also says how TensorFlow shares the cores out (backend.py).
`python -m benchmarks.options` and `python -m benchmarks.settings` measure them.
"""

from pathlib import Path

from gan_course.base.backend import tf

# Words in /proc/cpuinfo. Intel's avx512_bf16 without its matrix unit took 1.4 to 1.7 times as long
# as float32, AMD's is faster than float32 (`python -m benchmarks.options`).
_BF16 = {"amx_bf16": "a matrix unit for bfloat16", "bf16": "bfloat16 (Arm)"}
_BF16_AMD = {"avx512_bf16": "bfloat16 (AMD)"}


def jit(wanted: bool | None) -> bool:
    """Whether XLA compiles the step. `wanted`: as a recipe says it; None: where it helps."""
    return _jit()[0] if wanted is None else wanted


def policy(wanted: str) -> str:
    """Keras's dtype policy of the layers, "float32" or "mixed_bfloat16"; of "auto", the better."""
    return _precision()[0] if wanted == "auto" else wanted


def own_kernels() -> bool:
    """Whether layers may compute with less work than Keras's own (models/fast)."""
    return not tf.config.list_physical_devices("GPU")


def choices() -> dict[str, str]:
    """What is chosen here, and why: name -> a line for the doctor."""
    use_jit, why_jit = _jit()
    precision, why_precision = _precision()
    return {
        "xla": f"{'on' if use_jit else 'off'}: {why_jit} (recipe: jit=True or False)",
        "steps a call": "1 with convolutions, several without: only where a step is "
        "short does the way into the graph count (recipe: steps_per_call)",
        "threads": _threads(),
        "precision": f"float32; 'auto' is {precision} here: {why_precision} (recipe: layer_dtype)",
    }


def _jit() -> tuple[bool, str]:
    if tf.config.list_physical_devices("GPU"):
        return True, "on a GPU it joins small kernels, as Keras's own fit does"
    return False, "on a CPU it compiles for seconds, which a short run does not win back"


def _threads() -> str:
    an_operation = tf.config.threading.get_intra_op_parallelism_threads()
    at_a_time = tf.config.threading.get_inter_op_parallelism_threads()
    if (an_operation, at_a_time) == (1, 2):
        numbers, why = (
            "one an operation, two operations at a time",
            "small networks gain on 2 cores",
        )
    elif an_operation or at_a_time:
        numbers, why = f"{an_operation} an operation, {at_a_time} at a time", "as you have set it"
    else:
        numbers, why = "as TensorFlow shares them out", "only 2 cores without a GPU gain otherwise"
    return f"{numbers}: {why} (environment: TF_NUM_INTRAOP_THREADS, TF_NUM_INTEROP_THREADS)"


def _precision() -> tuple[str, str]:
    for gpu in tf.config.list_physical_devices("GPU"):
        capability = tf.config.experimental.get_device_details(gpu).get("compute_capability")
        if capability is not None and capability >= (8, 0):
            return "mixed_bfloat16", f"the GPU has it (compute capability {capability})"
        return "float32", f"the GPU has no bfloat16 (compute capability {capability})"
    words = processor_words()
    fast = _BF16 | (_BF16_AMD if "AuthenticAMD" in words else {})
    for word, meaning in fast.items():
        if word in words:
            return "mixed_bfloat16", f"the processor has {meaning}: {word}"
    if "avx512_bf16" in words:
        return "float32", "avx512_bf16 without amx_bf16 is slower than float32"
    return "float32", "the processor has no bfloat16"


def processor_words() -> set[str]:
    """The maker and the abilities of the processor, where the system tells (Linux)."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return set()
    named = (line.partition(":") for line in lines)
    return {word for name, _, words in named
            if name.strip() in ("vendor_id", "flags", "Features")
            for word in words.split()}  # fmt: skip
