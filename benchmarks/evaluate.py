"""What `evaluate` costs once the classifier is in the cache: seconds and memory.

python -m benchmarks.evaluate [DATASET] [COUNT]

The "samples" are training images: what a sample shows does not change how long it takes.
"""

import resource
import statistics
import sys
import time

import gan_course as gan
from benchmarks.measure import save
from gan_course.measures.evaluation import evaluate
from gan_course.measures.features import features_for

ROUNDS = 3


def main(dataset: str = "mnist", count: int = 10_000) -> None:
    data = gan.data.load(dataset)
    features = features_for(data)  # trained now, if it is not in the cache
    samples = data.x_train[:count]
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        found = evaluate(samples, data, features)
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts kilobytes
    print(found)
    median = statistics.median(seconds)
    print(f"{found.count:,} samples of {dataset}: {median:.1f} s, peak memory {peak:,.0f} MiB")
    results = {"samples": found.count, "seconds": seconds, "peak_mebibytes": round(peak)}
    save("evaluate", {dataset: results})


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:3]))
