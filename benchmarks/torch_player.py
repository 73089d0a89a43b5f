"""The process in which PyTorch plays: started by torch_process.py, not by hand.

In, on stdin: a pickled recipe, its batches, and how the fakes are used; then a number of steps a
line. Out, on stdout: how many numbers are learnt, and the version of PyTorch; then the
seconds of those steps, a line each time. TensorFlow is never loaded here.
"""

import itertools
import pickle
import sys
import time
import warnings

import torch

from benchmarks import torch_step, torch_style, torch_translation
from gan_course.recipes.style import Style
from gan_course.recipes.translating import Translating


def main() -> None:
    warnings.filterwarnings("ignore", "Using padding='same' with even kernel")  # PyTorch's advice
    recipe, batches, same_fakes = pickle.load(sys.stdin.buffer)

    def batch(number: int):
        return batches[number % len(batches)]

    if isinstance(recipe, Style):
        step = torch_style.StyleStep(recipe, batch(0))
        parameters = step.image.numel()
    elif isinstance(recipe, Translating):
        parameters = torch_translation.parameters(recipe)
        step = torch_translation.STEPS[recipe.game](recipe, batch)
    else:
        parameters = torch_step.parameters(recipe)
        step = torch_step.torch_step(recipe, batch, same_fakes)
    print(parameters, torch.__version__, sep="\n", flush=True)
    for line in sys.stdin.buffer:
        start = time.perf_counter()
        for _ in itertools.repeat(None, int(line)):
            step()
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
