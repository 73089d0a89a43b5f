"""How a step is compiled on this device, where the recipe leaves it open.

In: a recipe, and what the device is. Out: whether XLA compiles the step, and in which precision the
layers compute; each with its reason, for the doctor. `python -m benchmarks.options` measures them.
"""

from pathlib import Path

from gan_course.backend import tf
from gan_course.schema import Recipe

_BF16_CPU = {"avx512_bf16", "amx_bf16", "bf16"}  # flags in /proc/cpuinfo; the last one is Arm's


def jit(recipe: Recipe) -> bool:
    """Whether XLA compiles the step."""
    return _jit()[0] if recipe.jit is None else recipe.jit


def policy(recipe: Recipe) -> str:
    """Keras's dtype policy of the layers: "float32" or "mixed_bfloat16"."""
    return _precision()[0] if recipe.precision == "auto" else recipe.precision


def choices() -> dict[str, str]:
    """What is chosen here, and why: name -> a line for the doctor."""
    use_jit, why_jit = _jit()
    precision, why_precision = _precision()
    return {
        "xla": f"{'on' if use_jit else 'off'}: {why_jit} (recipe: jit=True or False)",
        "precision": f"float32; 'auto' is {precision} here: {why_precision} (recipe: precision)",
    }


def _jit() -> tuple[bool, str]:
    if tf.config.list_physical_devices("GPU"):
        return True, "on a GPU it joins small kernels, as Keras's own fit does"
    return False, "on a CPU it compiles for seconds, which a short run does not win back"


def _precision() -> tuple[str, str]:
    for gpu in tf.config.list_physical_devices("GPU"):
        capability = tf.config.experimental.get_device_details(gpu).get("compute_capability")
        if capability is not None and capability >= (8, 0):
            return "mixed_bfloat16", f"the GPU has it (compute capability {capability})"
        return "float32", f"the GPU has no bfloat16 (compute capability {capability})"
    if found := _BF16_CPU & _processor_flags():
        return "mixed_bfloat16", f"the processor has it ({', '.join(sorted(found))})"
    return "float32", "the processor has no bfloat16"


def _processor_flags() -> set[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return set()
    named = (line.partition(":") for line in lines)
    return {flag for name, _, flags in named if name.strip() in ("flags", "Features")
            for flag in flags.split()}  # fmt: skip
