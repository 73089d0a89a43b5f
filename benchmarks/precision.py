"""bfloat16 against float32: the seconds of a whole training, and the quality at its end.

python -m benchmarks.precision [RECIPE]

Three seeds of a digits recipe to its last step in both precisions, in turn. The distances are those
of 10,000 samples from the test images, by both classifiers of `benchmarks.quality`.
"""

import math
import statistics
import sys

import gan_course as gan
from benchmarks.measure import save
from benchmarks.quality import Judge, train_by_clock

SEEDS = 3
PRECISIONS = ("float32", "mixed_bfloat16")


def main(name: str) -> None:
    data = gan.data.load(gan.recipe(name).dataset)
    judge = Judge.of(data)
    runs: dict[str, list[dict]] = {precision: [] for precision in PRECISIONS}
    print(f"{'precision':15} seed  seconds  distance  second  classes  rarest")
    for seed in range(SEEDS):
        for precision in PRECISIONS:
            recipe = gan.recipe(name, seed=seed, layer_dtype=precision)
            (row,) = train_by_clock(recipe, data, (math.inf,), judge)
            runs[precision].append(row)
            print(
                f"{precision:15} {seed:4} {row['seconds']:8.1f} {row['distance']:9.3f} "
                f"{row['second']:7.3f} {row['classes']:8} {row['rarest']:7.2f}",
                flush=True,
            )
    for precision, rows in runs.items():
        for ruler in ("distance", "second"):
            found = [row[ruler] for row in rows]
            print(
                f"{precision}, {ruler}: {statistics.mean(found):.2f} ± "
                f"{statistics.stdev(found):.2f} (mean and standard deviation over the seeds)"
            )
    save("precision", {"recipe": name, "runs": runs})


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "dcgan_mnist_quick")
