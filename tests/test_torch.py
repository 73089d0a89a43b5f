"""PyTorch beside us: its networks and steps are ours, and it plays in a process of its own."""

import sys

import numpy as np
import pytest
from e2e import image_set, tiny, two_kinds

import gan_course as gan
from benchmarks import measure, steps, translations
from benchmarks.torch_process import TorchPlayer, installed
from gan_course.games.game import game_of
from gan_course.models import network
from gan_course.models.labels import label_planes
from gan_course.models.translation import unet
from gan_course.training import loop

needs_torch = pytest.mark.skipif(not installed(), reason="PyTorch is not installed")


# The process


class Stopwatch:
    """Claims that its steps take 1/8 s each, whatever the clock says."""

    def __init__(self):
        self.turns = []

    def play(self, count):
        self.turns.append(count)
        return count / 8


def test_a_contestant_with_a_clock_of_its_own_is_believed():
    player, calls = Stopwatch(), []
    times = measure.in_turns({"it": player, "we": lambda: calls.append(1)}, rounds=3, seconds=1.0)
    assert times["it"] == [125.0] * 3
    assert player.turns == [1, 1, 8, 8, 8]
    assert len(times["we"]) == 3 and len(calls) > 8


def test_a_process_that_ends_before_its_time_says_so():
    """It dies of a recipe that is none; or at once, where there is no PyTorch."""
    with pytest.raises(RuntimeError, match="the process of PyTorch ended with exit code 1; see"):
        TorchPlayer("no recipe", [])


@needs_torch
def test_pytorch_plays_in_a_process_that_ends_with_its_block():
    recipe = tiny(steps=8)
    batches = [game_of(recipe, image_set()).batch(step) for step in range(2)]
    with TorchPlayer(recipe, batches) as player:
        assert player.play(3) > 0 and player.play(1) > 0
        assert player.version[0].isdigit()
        assert player._process.poll() is None
    assert player._process.returncode == 0


def test_pytorch_is_looked_for_and_not_loaded():
    before = set(sys.modules)
    installed()
    assert not {name for name in set(sys.modules) - before if name.partition(".")[0] == "torch"}


def test_networks_of_two_sizes_are_not_compared(monkeypatch):
    class Another:
        parameters = 7

        def __init__(self, *_):
            pass

        __enter__ = lambda self: self  # noqa: E731
        __exit__ = lambda *_: None  # noqa: E731

    monkeypatch.setattr(translations, "TorchPlayer", Another)
    monkeypatch.setattr(translations, "installed", lambda: True)
    monkeypatch.setitem(gan.RECIPES, "tiny", tiny(game="cycle"))
    with pytest.raises(RuntimeError, match="but 7 in PyTorch"):
        translations.main(("tiny",))


# Its networks and its steps


@needs_torch
def test_pytorch_builds_the_same_networks():
    from benchmarks.torch_step import parameters

    for name in steps.RECIPES:
        recipe = gan.recipe(name)
        ours = sum(
            int(np.prod(weight.shape))
            for network in game_of(recipe).build()
            for weight in network.trainable_variables
        )
        assert parameters(recipe) == ours, name


@needs_torch
@pytest.mark.parametrize("name", [n for n in translations.RECIPES if n != "style_quick"])
def test_pytorch_builds_the_same_networks_from_image_to_image(name):
    from benchmarks.torch_translation import parameters

    recipe = gan.recipe(name)
    assert parameters(recipe) == translations.parameters(recipe) > 100_000


def copied(network, module, back=False):
    """The weights of a Keras network, given to the PyTorch module of the same lines; or back."""
    import torch

    mine, theirs = network.trainable_variables, list(module.parameters())
    for weight, other in zip(mine, theirs, strict=True):
        # A kernel is (height, width, in, out) and becomes (out, in, height, width), or, transposed,
        # (height, width, out, in) and (in, out, height, width).
        first = (3, 2, 0, 1) if len(weight.shape) == 4 else (0,)
        assert tuple(weight.shape[axis] for axis in first) == tuple(other.shape), weight.path
        if back:
            weight.assign(other.detach().permute(*np.argsort(first)).numpy())
        else:
            with torch.no_grad():
                other.copy_(torch.from_numpy(weight.numpy().transpose(first).copy()))


def agree(network, module, shape):
    """Whether both make the same of the same images."""
    import torch

    for weight in network.trainable_variables:  # else biases are 0 and gammas nearly 1
        noise = np.random.default_rng(weight.shape[-1]).normal(scale=0.1, size=weight.shape)
        weight.assign_add(noise.astype(np.float32))
    copied(network, module)
    images = np.random.default_rng(0).uniform(-1, 1, (2, *shape)).astype(np.float32)
    ours = network(images, training=False).numpy()
    with torch.no_grad():
        theirs = module.eval()(torch.from_numpy(images.transpose(0, 3, 1, 2).copy()))
    assert ours.std() > 0.1
    np.testing.assert_allclose(theirs.numpy().transpose(0, 2, 3, 1), ours, atol=1e-4)


@needs_torch
@pytest.mark.parametrize("name", ["pix2pix_shapes_quick", "pix2pix_facades_quick"])
def test_pytorchs_u_net_makes_the_same_image(name):
    from benchmarks.torch_translation import networks

    recipe = gan.recipe(name)
    shape = recipe.input_shape
    ours = unet("generator", shape, recipe.down, recipe.up, 0)
    theirs = networks(recipe)[0]
    agree(ours, theirs, shape)


CHAINS = {
    "residual": (
        "Pad 3",
        "Conv 8 k7 valid N(0,.02) PlainIN ReLU",
        "Conv 12 k4 s2 N(0,.02) IN ReLU",
        "Res 12 N(0,.02) PlainIN",
        "Res 12 nobias IN",
        "ConvT 8 k4 s2 N(0,.02) nobias IN ReLU",
        "Pad 2",
        "Conv 3 k5 valid tanh",
    ),
    "patches": (
        "ZeroPad 1",
        "Conv 8 k4 s2 valid LReLU .2",
        "Conv 12 k4 s2 nobias BN .9 LReLU .2",
        "Conv 8 k4 IN LReLU .2",  # rows of padding: one before, two after
        "ZeroPad 1",
        "Conv 1 k4 valid",
    ),
    "wide patches": ("Conv 8 k8 s4 LReLU .2", "BatchDeviation", "Conv 4 k3 s2"),
    "digits": gan.recipe("cyclegan_digits_quick").generator,
}


@needs_torch
@pytest.mark.parametrize("name", CHAINS)
def test_pytorchs_chain_makes_the_same_image(name):
    from benchmarks import torch_step

    lines = CHAINS[name]
    agree(network("chain", (20, 28, 3), lines, 0), torch_step.network(lines, (3, 20, 28)),
          (20, 28, 3))  # fmt: skip


NO_DICE = {  # without dropout, and with a pool that never fills: past fakes are drawn
    "pix2pix": dict(up=("ConvT 6 k4 s2 IN ReLU", "ConvT 4 k4 s2 IN ReLU", "ConvT 1 k4 s2 tanh")),
    "cycle": dict(pool_size=50),
}
SAME_SHAPES = dict(image_shape=(8, 8, 3), generator=tiny(game="cycle").generator_back)


@needs_torch
@pytest.mark.parametrize(
    ("game", "changes"),
    [
        ("pix2pix", {}),
        ("pix2pix", {"sees_input": False, "objective": "least_squares", "d_weight": 1.0}),
        ("pix2pix", {"adversarial_weight": 0.0}),
        ("cycle", {}),
        ("cycle", {**SAME_SHAPES, "identity_weight": 5.0, "pool_size": 0}),
    ],
)
def test_pytorch_plays_the_same_game_from_image_to_image(game, changes):
    """Equal weights and batches: after some steps losses and kernels are still equal."""
    from benchmarks.torch_translation import STEPS

    judge = ("Conv 4 k4 s2 LReLU .2", "Conv 1 k4")
    common = dict(discriminator=judge, final_rate=1.0)
    recipe = tiny(game=game, **{**common, **NO_DICE[game], **changes})
    played = game_of(recipe, two_kinds(game, recipe))
    state = played.start()
    step = STEPS[game](recipe, played.batch)
    ways = ("", "_back") if game == "cycle" else ("",)
    names = [player + way for player in ("generator", "discriminator") for way in ways]
    for name, module in zip(names, step.networks, strict=True):
        copied(getattr(state, name), module)
    start = {name: kernels(getattr(state, name)) for name in names}
    compiled = loop.compile_step(played, state)
    loss = {"pix2pix": "g_loss", "cycle": "d_loss"}[game]
    ours = [float(compiled(played.batch(number))[loss]) for number in range(5)]
    np.testing.assert_allclose([step() for _ in range(5)], ours, rtol=1e-3)
    for name, module in zip(names, step.networks, strict=True):
        ours = kernels(getattr(state, name))
        copied(getattr(state, name), module, back=True)
        moved, apart = ours - start[name], ours - kernels(getattr(state, name))
        unused = name == "discriminator" and recipe.adversarial_weight == 0
        assert moved.any() != unused, name
        assert np.linalg.norm(apart) <= 0.01 * np.linalg.norm(moved), name


@needs_torch
def test_pytorch_puts_labels_beside_numbers_and_planes_beside_planes():
    import torch

    from benchmarks.torch_step import beside

    told = torch.tensor([[0, 1, 0], [0, 0, 1]])
    assert beside(torch.full((2, 1), 7.0), told).tolist() == [[7, 0, 1, 0], [7, 0, 0, 1]]
    images = np.random.default_rng(0).normal(size=(2, 4, 5, 1)).astype(np.float32)
    planes = label_planes(told.numpy().astype(np.float32), 4, 5)
    ours = np.concatenate([images, planes], axis=-1)
    theirs = beside(torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), told)
    np.testing.assert_array_equal(theirs.numpy().transpose(0, 2, 3, 1), ours)


@needs_torch
def test_pytorch_plays_a_conditional_game_with_as_many_weights():
    recipe = tiny(classes=3, steps=8)
    game = game_of(recipe, image_set(3))
    with TorchPlayer(recipe, [game.batch(step) for step in range(2)]) as player:
        assert player.play(3) > 0
        weights = [w for network in game.build() for w in network.trainable_variables]
        assert player.parameters == sum(int(np.prod(w.shape)) for w in weights)


@needs_torch
def test_pytorch_sees_a_painting_as_we_do():
    from benchmarks.torch_style import StyleStep

    recipe = gan.recipe(
        "style_quick", judge="random", image_shape=(24, 32, 3), epsilon=1e-7, variation_weight=1e4
    )
    game = translations.random_game(recipe)
    state, step = game.start(), StyleStep(recipe, translations.batches(game)[0])
    compiled = loop.compile_step(game, state)
    ours = [float(compiled(game.batch(0))["total"]) for _ in range(5)]
    np.testing.assert_allclose([step() for _ in range(5)], ours, rtol=0.01)
    assert ours[4] != ours[0]
    assert step.image.numel() == translations.parameters(recipe)
    # Where both paint with an epsilon that counts for nothing, they paint alike.
    ours, theirs = state.image.numpy(), step.image.detach().numpy().transpose(0, 2, 3, 1)
    assert np.abs(theirs - game.content.numpy()).max() > 0.1
    assert np.abs(ours - theirs).mean() < 0.01


def kernels(network) -> np.ndarray:
    """All in one row. (A bias before a norm has no gradient, and Adam makes noise of that.)"""
    weights = network.trainable_variables
    return np.concatenate([w.numpy().ravel() for w in weights if len(w.shape) == 4])


@needs_torch
def test_pytorchs_pool_shows_every_second_time_a_fake_of_the_past():
    import torch

    from benchmarks.torch_translation import Pool

    pool = Pool(4, seed=0)
    first = torch.arange(4.0).reshape(4, 1, 1, 1)
    assert torch.equal(pool.shown(first), first)  # while there is room
    known, past = set(range(4)), 0
    for step in range(1, 101):
        fresh = torch.arange(4.0).reshape(4, 1, 1, 1) + 4 * step
        new = set(fresh.flatten().int().tolist())
        shown = set(pool.shown(fresh).flatten().int().tolist())
        assert shown <= known | new and len(pool.images) == 4
        past, known = past + len(shown - new), known | new
    assert 150 < past < 250
