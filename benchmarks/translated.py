"""How good translations are at the end of the quick recipes, beside the answers that cost nothing.

python -m benchmarks.translated [--seeds N] [CASE ...]

Each case is a recipe of chapter 9 or 10, or one with a changed field. It trains to its last step,
for each seed, and its answers to the test images are measured as `evaluate` measures them. Seconds
are those of the steps alone.
"""

import argparse
import math
import statistics
import time
from collections.abc import Sequence

import gan_course as gan
from benchmarks.measure import RESULTS, save, saved
from gan_course.games.game import game_of
from gan_course.measures.comparison import Comparison
from gan_course.measures.translated import compare
from gan_course.training import loop

CASES = {  # name -> recipe, changed fields, test images, the measures to print
    "facades": ("pix2pix_facades_quick", {}, 106, ("l1", "sharpness", "own_target")),
    "facades, L1 alone": (
        "pix2pix_facades_quick", {"adversarial_weight": 0}, 106, ("l1", "sharpness", "own_target"),
    ),
    "emoji": ("pix2pix_emoji_quick", {}, 200, ("l1", "sharpness", "own_target")),
    "digits": (
        "cyclegan_digits_quick", {}, 1000,
        ("class_survived", "frechet_distance", "hue_kept", "hue_kept_noise"),
    ),
    "digits, no cycle loss": (
        "cyclegan_digits_quick", {"cycle_weight": 0}, 1000, ("class_survived", "frechet_distance"),
    ),
    "digits, no noise": (
        "cyclegan_digits_quick", {"cycle_noise": 0}, 1000,
        ("class_survived", "cycle_error", "cycle_error_noise", "hue_kept", "hue_kept_noise"),
    ),
    "emoji, unpaired": (
        "cyclegan_emoji_quick", {}, 200, ("l1", "frechet_distance", "cycle_error"),
    ),
}  # fmt: skip


def train(case: str, seed: int) -> tuple[float, Comparison]:
    """Seconds of all steps, and what the answers are worth."""
    name, changes, count, _ = CASES[case]
    recipe = gan.recipe(name, seed=seed, **changes)
    game = game_of(recipe, gan.data.load(recipe.dataset, recipe.image_shape))
    state = game.start()
    compiled = loop.compile_step(game, state)
    start = time.perf_counter()
    for step in range(recipe.steps):
        float(compiled(game.batch(step))["g_loss"])
    seconds = time.perf_counter() - start

    def translate(images, back):
        return game.translate(state, images, back)

    return seconds, compare(translate, game.data, count, None, f"of {case}")


def main(cases: Sequence[str], count: int) -> None:
    results = saved("translated")
    for case in cases:
        name, changes, _, wanted = CASES[case]
        found = {"recipe": name, "changes": changes, "steps": gan.recipe(name, **changes).steps}
        rows = found["seeds"] = []
        for seed in range(count):
            seconds, comparison = train(case, seed)
            own = {row.name: round(row.values[0], 4) for row in comparison.rows}
            rows.append({"seed": seed, "seconds": round(seconds, 1), "answers": own})
            told = "  ".join(f"{measure} {own[measure]:.3f}" for measure in wanted)
            print(f"{case:22} seed {seed} {seconds:6.1f} s  {told}", flush=True)
        found["beside"] = {
            row.name: {
                who: round(value, 4)
                for who, value in comparison[row.name].items()
                if who != "answers" and not math.isnan(value)
            }
            for row in comparison.rows
        }
        for measure in wanted:
            median = statistics.median(row["answers"][measure] for row in rows)
            others = "  ".join(f"{who} {v:.3f}" for who, v in found["beside"][measure].items())
            print(f"    {measure:20} median {median:.3f}   {others}", flush=True)
        results[case] = found
        save("translated", results)
    print(f"in {RESULTS / 'translated.json'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    if unknown := sorted(set(given.cases) - set(CASES)):
        raise SystemExit(f"no case {unknown[0]!r}; choose of {', '.join(CASES)}")
    main(given.cases or tuple(CASES), given.seeds)
