"""Played by test_distributed.py: one worker of several, which TF_CONFIG describes.

  python tests/worker.py FOLDER OUT.npz CHANGES

Trains in FOLDER and writes the weights that this worker ends with.
"""

import json
import sys
from pathlib import Path

from gan_course.training import distributed

if __name__ == "__main__":
    together = distributed.strategy("multiworker")  # before anything else of TensorFlow

    import numpy as np
    from e2e import image_set, tiny, weights

    from gan_course.base.errors import InputError
    from gan_course.training.session import train

    changes = json.loads(sys.argv[3])
    recipe = tiny(**changes)
    try:
        run = train(recipe, Path(sys.argv[1]), data=image_set(), progress=False, strategy=together)
    except InputError as error:
        sys.exit(f"InputError: {error}")
    np.savez(sys.argv[2], *weights(run))
