"""A folder of many images, streamed from the memory-mapped cache: step time and memory.

python -m benchmarks.scale [IMAGES]

Writes that many PNGs of 64×64 into a temporary folder, decodes them once into a temporary cache and
trains on them and, in turns, on the first 2,000 of them in memory. Needs 12 kB of disk an image,
twice.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import gan_course as gan
from benchmarks.measure import in_turns, median_ratio, resident_megabytes, save
from gan_course.data import ImageSet
from gan_course.games.game import game_of
from gan_course.training import loop

RECIPE = gan.recipe(
    "dcgan_mnist_quick",
    name="scale",
    image_shape=(64, 64, 3),
    generator=(
        "Dense 4096 nobias BN .9 ReLU",
        "Reshape 8 8 64",
        "ConvT 32 k4 s2 nobias BN .9 ReLU",
        "ConvT 16 k4 s2 nobias BN .9 ReLU",
        "ConvT 3 k4 s2 tanh",
    ),
    discriminator=(
        "Conv 16 k4 s2 LReLU .2",
        "Conv 32 k4 s2 LReLU .2",
        "Conv 64 k4 s2 LReLU .2",
        "Flatten",
        "Dense 1",
    ),
    batch_size=64,
)


def write_images(folder: Path, count: int) -> None:
    """Coloured blocks: no two alike, quick to write."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for number in range(count):
        part = folder / f"{number // 1000:04d}"
        part.mkdir(exist_ok=True)
        blocks = rng.integers(0, 256, (4, 4, 3), np.uint8).repeat(16, 0).repeat(16, 1)
        Image.fromarray(blocks).save(part / f"{number:07d}.png", compress_level=1)


def one_step(compiled, images: np.ndarray):
    game, count = game_of(RECIPE, ImageSet("images", images)), 0

    def step():
        nonlocal count
        count += 1
        return float(compiled(game.batch(count))["d_loss"])

    return step


def main(count: int = 200_000) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (2000, *RECIPE.image_shape), np.uint8)
    game = game_of(RECIPE, ImageSet("noise", noise))
    compiled = loop.compile_step(game, game.start())
    before = one_step(compiled, noise)
    for _ in range(20):
        before()
    baseline = resident_megabytes()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GAN_COURSE_CACHE"] = f"{folder}/cache"
        images = Path(folder) / "images"
        images.mkdir()
        start = time.perf_counter()
        write_images(images, count)
        wrote = time.perf_counter()
        data = gan.data.load(f"folder:{images}", RECIPE.image_shape)
        decoded = time.perf_counter()
        data = gan.data.load(f"folder:{images}", RECIPE.image_shape)
        again = time.perf_counter()
        os.sync()  # what was decoded is on the disk before a step is timed
        from_folder = one_step(compiled, data.x_train)
        # The same images: how long a step takes depends on them, by several percent.
        in_memory = one_step(compiled, np.array(data.x_train[:2000]))
        times = in_turns({"memory": in_memory, "folder": from_folder})
        most = resident_megabytes()
        for step in range(count // RECIPE.batch_size):  # every image once
            from_folder()
            most = max(most, resident_megabytes()) if step % 20 == 0 else most
    results = {
        "images": count,
        "write_s": round(wrote - start, 1),
        "first_load_s": round(decoded - wrote, 1),
        "next_load_s": round(again - decoded, 2),
        "memory_ms": round(statistics.median(times["memory"]), 2),
        "folder_ms": round(statistics.median(times["folder"]), 2),
        "ratio": round(median_ratio(times["folder"], times["memory"]), 3),
        "baseline_mb": round(baseline),
        "above_baseline_mb": round(most - baseline),
    }
    for key, value in results.items():
        print(f"{key:20} {value}")
    save("scale", results)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
