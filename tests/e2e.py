"""Shared by the end-to-end tests: a tiny GAN, its data, and ways to compare two runs.

`trainer` trains that GAN in a process of its own, which a test can kill.
"""

import csv
import hashlib
import multiprocessing
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
SHAPE = (8, 8, 1)
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("GAN_COURSE", "KERAS_"))}


def tiny(**changes):
    """A GAN of 8x8 images with all that has a memory: BN, Dropout, Adam, two updates of D.

    With `classes` among the changes it is a conditional one; `game` may name one that translates.
    """
    if "game" in changes:
        return tiny_translation(**changes)
    from gan_course.recipes.adversarial import Adversarial
    from gan_course.recipes.conditional import Conditional

    fields = dict(
        name="tiny",
        about="for tests",
        cpu_minutes=0.01,
        dataset="mnist",  # from the folder that `mirror` fills
        image_shape=SHAPE,
        latent_dim=4,
        generator=("Dense 16 BN .9 ReLU Dropout .2", "Dense 64 tanh", "Reshape 8 8 1"),
        discriminator=("Flatten", "Dense 16 LReLU .2 Dropout .3", "Dense 1"),
        order="alternating",
        d_steps=2,
        g_learning_rate=1e-3,
        d_learning_rate=2e-3,
        beta_1=0.5,
        batch_size=8,
        steps=40,
        seed=3,
        grid=(2, 3),
        log_every=3,
        sample_every=10,
        checkpoint_every=7,
    )
    if "classes" not in changes:
        return Adversarial(**{**fields, **changes})
    return Conditional(**{**fields, "grid": (changes["classes"], 2), **changes})


def tiny_translation(game: str, **changes):
    """A pix2pix or a CycleGAN of 8x8 images, colour to grey, with all that has a memory."""
    from gan_course.recipes.cycle import Cycle
    from gan_course.recipes.pix2pix import Pix2pix

    fields = dict(
        name="tiny",
        about="for tests",
        cpu_minutes=0.01,
        dataset="unpaired:shapes_outlines",
        input_shape=(8, 8, 3),
        image_shape=SHAPE,
        jitter=2,
        mirror=True,
        discriminator=("Conv 4 k4 s2 LReLU .2", "Conv 1 k4 s2 IN"),
        batch_size=4,
        steps=40,
        steady=0.5,
        final_rate=0.1,
        seed=3,
        log_every=3,
        sample_every=10,
        checkpoint_every=7,
    )
    if game == "cycle":
        lines = "Pad 1", "Conv 3 k3 valid IN ReLU", "Res 3 IN"
        ways = dict(generator=(*lines, "Conv 1 k3 tanh"), generator_back=(*lines, "Conv 3 k3 tanh"))
        return Cycle(**{**fields, **ways, "pool_size": 9, "grid": (2, 6), **changes})
    networks = dict(
        down=("Conv 4 k4 s2 LReLU .2", "Conv 6 k4 s2 BN .9 LReLU .2", "Conv 6 k4 s2 ReLU"),
        up=("ConvT 6 k4 s2 IN Dropout .5 ReLU", "ConvT 4 k4 s2 IN ReLU", "ConvT 1 k4 s2 tanh"),
    )
    return Pix2pix(**{**fields, **networks, "grid": (2, 3), **changes})


CONVOLUTIONS = dict(
    generator=(
        "Dense 32 nobias BN .9 ReLU",
        "Reshape 2 2 8",
        "ConvT 8 k4 s2 nobias BN .9 ReLU",
        "ConvT 1 k4 s2 tanh",
    ),
    discriminator=("Conv 8 k4 s2 LReLU .2 Dropout .3", "Flatten", "Dense 1"),
    order="simultaneous",
    d_steps=1,
)


UNEVEN = dict(
    image_shape=(4, 6, 1),
    latent_dim=3,
    generator=("Dense 24 BN .9 ReLU Dropout .3", "Reshape 4 6 1", "ConvT 1 k3 tanh"),
    discriminator=("Conv 2 k3 s2 LReLU .2 Dropout .3", "Flatten", "Dense 1"),
    d_steps=1,
    g_learning_rate=0.01,
    d_learning_rate=0.02,
    batch_size=5,
    steps=6,
    log_every=1,
    sample_every=2,
    checkpoint_every=2,
    dataset="glyphs",
    cpu_minutes=2.0,
)


def pixels(count: int = 50, shape: tuple = SHAPE) -> np.ndarray:
    """Noise, uint8; 50 is no multiple of the batch, so some batches reach over an epoch's end."""
    return np.random.default_rng(7).integers(0, 256, (count, *shape), dtype=np.uint8)


def image_set(classes: int | None = None):
    """50 images of noise; with labels, drawn, where there are classes."""
    from gan_course.data import ImageSet

    labels = None if classes is None else np.random.default_rng(8).integers(0, classes, 50)
    return ImageSet("noise", pixels(), labels)


def two_kinds(game: str, recipe=None):
    """Noise in colour, and noise in grey that depends on it: pairs, or the same without a common
    order and of two lengths."""
    from gan_course.data import ImageSet
    from gan_course.data.pairs import Pairs, Unpaired

    shapes = ((8, 8, 3), SHAPE) if recipe is None else (recipe.input_shape, recipe.image_shape)
    rng = np.random.default_rng(7)
    questions = rng.integers(0, 256, (50, *shapes[0]), dtype=np.uint8)
    answers = np.resize(255 - questions[..., : shapes[1][2]], (50, *shapes[1]))
    split = dict(x_test=answers[40:])
    if game == "pix2pix":
        inputs = ImageSet("colour", questions[:40], x_test=questions[40:])
        return Pairs("noise", answers[:40], inputs=inputs, **split)
    inputs = ImageSet("colour", questions[:33], x_test=questions[40:])
    return Unpaired("noise", answers[10:40], inputs=inputs, **split)


def on_noise(recipe, objective=None):
    """The game of a recipe on noise of its shape, as many images as a batch needs."""
    from gan_course.data import ImageSet
    from gan_course.games.game import game_of

    own = {} if objective is None else {"objective": objective}
    if hasattr(recipe, "input_shape"):
        return game_of(recipe, two_kinds(recipe.game, recipe), **own)
    images = pixels(max(50, recipe.batch_size), recipe.image_shape)
    return game_of(recipe, ImageSet("noise", images), **own)


def started(recipe, objective=None, steps_per_call: int = 1):
    """That game, its fresh state, and its compiled step."""
    from gan_course.training import loop

    game = on_noise(recipe, objective)
    state = game.start()
    return game, state, loop.compile_step(game, state, steps_per_call=steps_per_call)


def mirror(folder: Path) -> Path:
    """A mirror folder whose `mnist` is 50 tiny images."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "mnist.npz", x_train=pixels())
    return folder


def train(out: Path, hooks=(), results: bool = True, **changes):
    """`gan.train` on the tiny GAN with changes, silent; `results` as there."""
    import gan_course as gan

    game = changes.get("game")
    data = two_kinds(game) if game else image_set(changes.get("classes"))
    return gan.train(tiny(**changes), out, data=data, hooks=hooks, progress=False, results=results)


def weights(run) -> list[np.ndarray]:
    """All that the networks and the two optimizers hold, read without the checkpoint code."""
    state = run.state
    parts = [state.generator, state.discriminator, state.g_optimizer, state.d_optimizer]
    if hasattr(state, "pool"):
        parts += [state.generator_back, state.discriminator_back]
        pools = [state.pool.numpy(), state.pool_back.numpy()]
        return [v.value.numpy() for part in parts for v in part.variables] + pools
    parts += [state.average.network] if state.average else []
    return [variable.value.numpy() for part in parts for variable in part.variables]


def same_weights(one, other) -> bool:
    """Whether two runs end with the same networks and optimizers, bit for bit."""
    return same_bits(weights(one), weights(other))


def same_bits(one, other) -> bool:
    """Whether two rows of arrays are equal bit for bit: also 0.0 and -0.0 would differ."""
    pairs = zip(one, other, strict=True)
    return all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in pairs)


class Statistics:
    """Features without a network: brightness, contrast and the two slopes. Keeps what it saw."""

    names = ()
    fingerprint = "x"

    def __init__(self):
        self.seen = []

    def __call__(self, images):
        self.seen.append(images)
        grey, (height, width) = images / 255, images.shape[1:3]
        upper, lower = grey[:, : height // 2], grey[:, height // 2 :]
        left, right = grey[:, :, : width // 2], grey[:, :, width // 2 :]
        whole = (1, 2, 3)
        return np.stack(
            [
                grey.mean(whole),
                grey.std(whole),
                lower.mean(whole) - upper.mean(whole),
                right.mean(whole) - left.mean(whole),
            ],
            axis=1,
        )

    def __str__(self):
        return "four statistics of the pixels"


def logged(folder: Path) -> list[dict[str, str]]:
    """history.csv as text, without the times."""
    with open(folder / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: text for name, text in row.items() if name != "seconds"} for row in rows]


def grids(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (folder / "samples").iterdir()}


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder, with a hash of its bytes."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def cli(capsys, *words) -> tuple[int, str, str]:
    """One command in this process: exit code, stdout, stderr."""
    from gan_course.cli import main

    capsys.readouterr()
    try:
        code = main([str(word) for word in words])
    except SystemExit as left:  # argparse
        code = left.code
    return code, *capsys.readouterr()


def start(*words, **environment) -> subprocess.Popen:
    """`python WORDS` as a process of its own, in the repository's root."""
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        cwd=ROOT,
        env={**ENVIRONMENT, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen, seconds: float = 120) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


def wait_until(holds, process: subprocess.Popen, seconds: float = 120) -> None:
    """Look every half millisecond until `holds()`; a process that ends before is an error."""
    end = time.monotonic() + seconds
    while not holds():
        assert process.poll() is None, finish(process)
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.0005)


def last_logged_step(folder: Path) -> int:
    """The step of the last whole row of history.csv; 0 while there is none."""
    try:
        lines = (folder / "history.csv").read_text().splitlines(keepends=True)
    except FileNotFoundError:
        return 0
    steps = [int(line.split(",")[0]) for line in lines[1:] if line.endswith("\n")]
    return steps[-1] if steps else 0


@dataclass
class Forked:
    """A process of `forked`, as far as `wait_until` and `finish` look at one."""

    process: multiprocessing.Process

    def poll(self) -> int | None:
        return self.returncode

    def kill(self) -> None:
        self.process.kill()

    def communicate(self, timeout: float) -> tuple[str, str]:
        self.process.join(timeout)
        return "", "what it printed stands among the output of the tests"

    @property
    def returncode(self) -> int | None:
        return self.process.exitcode


def forked(function, *args, **named) -> Forked:
    """A function in a process of its own, forked off a server that has loaded TensorFlow and done
    nothing with it: the many processes that are killed need not load it each."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["e2e", "gan_course.training.session"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
        forkserver.ensure_running()
    process = context.Process(target=function, args=args, kwargs=named)
    process.start()
    return Forked(process)


def trainer(out: Path, session: Path, **changes) -> Forked:
    """Train in a process that can be killed; its first step is written into `session`."""
    return forked(_train_slowly, out, session, changes)


def _train_slowly(out: Path, session: Path, changes: dict) -> None:
    """Train; every file takes 40 ms longer to write, so that most kills hit a half one."""
    fsync = os.fsync

    def slow_fsync(descriptor: int) -> None:
        time.sleep(0.04)
        fsync(descriptor)

    def note(step: int, *_) -> None:
        if not session.exists():
            session.write_text(f"{step}\n")

    os.fsync = slow_fsync
    train(out, hooks=[note], **changes)
