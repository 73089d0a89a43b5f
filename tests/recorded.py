"""What every recipe computes, to the bit: recorded once, compared ever after.

  python tests/recorded.py FILE            every recipe at its smoke size
  python tests/recorded.py FILE --steps N  the quick recipes, N steps on their own data

A record is a hash of every variable under its name, one of history.csv without the seconds, and
for machines that round otherwise the second row of the history, after one update: later ones, and
accuracies, are another machine's after eight steps of a game that is far from its rest.
"""

import argparse
import csv
import hashlib
import json
import platform
import tempfile
from pathlib import Path

SMOKE = dict(steps=8, batch_size=8, log_every=1, sample_every=2, checkpoint_every=4)
LONG = 300  # minutes on two cores: of such recipes two steps must do
FEW = dict(steps=2, checkpoint_every=2)


def machine() -> dict[str, str]:
    """What the bits depend on: where all of it is the same, so are they."""
    import keras
    import numpy
    import tensorflow as tf

    from gan_course.base import backend

    threads = tf.config.threading
    return {
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": numpy.__version__,
        "system": platform.system(),
        "processor": f"{backend.processor_name()}{processor_model()}",
        "threads": f"{threads.get_intra_op_parallelism_threads()}, "
        f"{threads.get_inter_op_parallelism_threads()}",
    }


def processor_model() -> str:
    """Which of the many that bear its name, where Linux tells: kernels are chosen by it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return ""
    told = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    return "".join(f", {key} {told[key]}" for key in ("cpu family", "model") if key in told)


def smoke(name: str):
    """The recipe of that name, as small as the smoke profile makes it."""
    import gan_course as gan
    from gan_course.data import stand_in

    recipe = gan.recipe(name)
    few = FEW if recipe.cpu_minutes > LONG else {}
    return recipe.changed(dataset=stand_in(recipe.dataset), **{**SMOKE, **recipe.smoke, **few})


def is_recorded(recipe) -> bool:
    """Not what needs VGG19's weights, which are on no fresh machine; nor the reference CycleGAN,
    whose eight steps take minutes: its layers are those of the quick ones."""
    return getattr(recipe, "judge", None) != "vgg19" and recipe.name != "cyclegan_facades"


def record(recipe, out: Path) -> dict:
    """Train it in the folder `out`, and say what came of it."""
    import gan_course as gan

    run = gan.train(recipe, out, progress=False)
    variables = hashlib.sha256()
    for name, variable in sorted(run.state.variables().items()):
        variables.update(name.encode() + variable.numpy().tobytes())
    with open(run.path / "history.csv", newline="") as file:
        rows = [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]
    return {
        "variables": variables.hexdigest()[:16],
        "history": hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16],
        "second": {
            name: float(value)
            for name, value in rows[1].items()
            if value and not name.startswith("accuracy")
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--steps", type=int, help="the quick recipes, so many steps")
    arguments = parser.parse_args()
    import gan_course as gan

    records = {}
    for name in filter(lambda name: is_recorded(gan.RECIPES[name]), gan.RECIPES):
        if arguments.steps is None:
            recipe = smoke(name)
        elif name.endswith("_quick") or gan.RECIPES[name].cpu_minutes <= 3:
            recipe = gan.recipe(name, steps=arguments.steps)
        else:
            continue
        with tempfile.TemporaryDirectory() as folder:
            records[name] = record(recipe, Path(folder) / "run")
        print(name, records[name], flush=True)
    arguments.file.write_text(
        json.dumps({"machine": machine(), "records": records}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
