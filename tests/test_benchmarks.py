"""The benchmarks measure what they say, on games of a second."""

import numpy as np
import pytest
from e2e import image_set, tiny, two_kinds

import gan_course as gan
from benchmarks import (
    ablation,
    draw,
    hooks,
    measure,
    memory,
    options,
    quality,
    scale,
    settings,
    startup,
    steps,
    translated,
    translations,
)
from gan_course.games import adversarial
from gan_course.games.game import game_of
from gan_course.models import fast, network
from gan_course.models.translation import unet
from gan_course.training import loop

needs_torch = pytest.mark.skipif(steps.torch_step is None, reason="PyTorch is not installed")


@pytest.fixture
def saved(monkeypatch) -> dict:
    """What a benchmark would write into results/."""
    found = {}
    for module in (memory, options, quality, scale, startup, steps, translated, translations):
        monkeypatch.setattr(module, "save", found.__setitem__)
    return found


class Clock:
    """A clock that ticks when one looks at it: a step, timed by two looks, takes 1/64 s."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self) -> float:
        self.now += 1 / 64
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    ticking = Clock()
    monkeypatch.setattr(quality, "time", ticking)
    return ticking


def test_the_clock_of_quality_stands_still_while_samples_are_judged(clock):
    def judge(recipe, made):
        clock.now += 100
        return {"judged": int(made.step)}

    rows = quality.train_by_clock(tiny(steps=40), image_set(), (5 / 64, 10 / 64, 60.0), judge)
    assert [(row["step"], row["judged"]) for row in rows] == [(5, 5), (10, 10), (40, 40)]
    assert [row["seconds"] for row in rows] == [0.1, 0.2, 0.6]  # 5, 10 and 40 ticks, rounded


def test_quality_stops_at_the_last_moment(clock):
    rows = quality.train_by_clock(tiny(steps=10**6), image_set(), (0.25, 0.5), lambda *_: {})
    assert [row["step"] for row in rows] == [16, 32]


def test_the_moment_of_equal_quality_is_the_first_that_reaches_the_best(capsys):
    def row(seconds, distance):
        return {"seconds": seconds, "distance": distance}

    runs = {
        "slow": [[row(60, 9.0), row(120, 5.0)], [row(60, 7.0), row(120, 8.0)]],
        "fast": [[row(30, 6.0), row(60, 5.5)], [row(30, 6.5), row(60, 2.0)]],
    }
    quality._compare(runs, ["fast"], "slow")
    printed = capsys.readouterr().out
    assert "best distance 6.00" in printed  # the median of 5 and 7
    assert "as good after 45 s" in printed  # the median of 30 and 60


def test_every_way_to_feed_a_step_gives_the_same_step():
    recipe = tiny(steps=1000, log_every=10, sample_every=10, checkpoint_every=10)
    images = image_set().x_train
    plain = options.one_call("plain", recipe, images)
    inside = options.one_call("gather in the graph", recipe, images)
    several = options.one_call("10 steps a call", recipe.changed(steps_per_call=10), images)
    losses = [plain() for _ in range(10)]
    assert losses == [inside() for _ in range(10)]
    assert several() == losses[-1]


@pytest.mark.parametrize("name", ["gan_plane", "wgan_cifar10_quick"])
def test_the_classic_loop_plays_the_game(name, saved, monkeypatch, capsys):
    monkeypatch.setattr(measure, "ROUNDS", 1)
    monkeypatch.setattr(measure, "SECONDS", 0.0)
    steps.main((name,))
    assert saved["steps"][name]["classic"]["ratio"] > 0
    assert name in capsys.readouterr().out


def test_the_steps_without_names_are_those_of_the_plain_games():
    assert {gan.recipe(name).game for name in steps.RECIPES} == {"adversarial"}
    assert {"demo", "wgan_gp_ring", "dcgan_fashion_quick"} < set(steps.RECIPES)


@needs_torch
def test_pytorch_builds_the_same_networks():
    from benchmarks.torch_step import parameters

    for name in steps.RECIPES:
        recipe = gan.recipe(name)
        ours = sum(
            int(np.prod(weight.shape))
            for network in gan.models.build(recipe)
            for weight in network.trainable_variables
        )
        assert parameters(recipe) == ours, name


@needs_torch
@pytest.mark.parametrize("name", translations.RECIPES)
def test_pytorch_builds_the_same_networks_from_image_to_image(name):
    found = translations.parameters(gan.recipe(name))  # raises, if they are not the same
    assert found > 100_000


@needs_torch
def test_networks_of_two_sizes_are_not_compared(monkeypatch):
    recipe = tiny(game="cycle")
    assert translations.parameters(recipe) > 0
    monkeypatch.setattr(translations.torch_translation, "parameters", lambda _: 7)
    with pytest.raises(RuntimeError, match="but 7 in PyTorch"):
        translations.parameters(recipe)


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
    recipe = gan.recipe(name)
    shape = recipe.input_shape
    ours = unet("generator", shape, recipe.down, recipe.up, 0)
    theirs = translations.torch_translation.networks(recipe)[0]
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
    judge = ("Conv 4 k4 s2 LReLU .2", "Conv 1 k4")
    common = dict(discriminator=judge, final_rate=1.0)
    recipe = tiny(game=game, **{**common, **NO_DICE[game], **changes})
    played = game_of(recipe, two_kinds(game, recipe))
    state = played.start()
    step = translations.torch_translation.STEPS[game](recipe, played.batch)
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


def kernels(network) -> np.ndarray:
    """All in one row. (A bias before a norm has no gradient, and Adam makes noise of that.)"""
    weights = network.trainable_variables
    return np.concatenate([w.numpy().ravel() for w in weights if len(w.shape) == 4])


@needs_torch
def test_pytorchs_pool_shows_every_second_time_a_fake_of_the_past():
    import torch

    pool = translations.torch_translation.Pool(4, seed=0)
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


@pytest.mark.parametrize("torch_too", [pytest.param(True, marks=needs_torch), False])
@pytest.mark.parametrize("game", ["pix2pix", "cycle"])
def test_the_benchmark_from_image_to_image(game, torch_too, saved, monkeypatch, capsys):
    monkeypatch.setattr(measure, "ROUNDS", 1)
    monkeypatch.setattr(measure, "SECONDS", 0.0)
    monkeypatch.setitem(gan.RECIPES, "tiny", tiny(game=game, cycle_noise=0.1, negatives=0.5)
                        if game == "cycle" else tiny(game=game))  # fmt: skip
    if not torch_too:
        monkeypatch.setattr(translations, "torch_translation", None)
    translations.main(("tiny",))
    found, printed = saved["translations"]["tiny"], capsys.readouterr().out
    assert found["ours_ms"] > 0 and found["images_per_step"] == 4 and found["parameters"] > 0
    assert ("torch" in found) == torch_too == ("not installed" not in printed)
    if torch_too:
        assert found["torch"]["ratio"] > 0
    with pytest.raises(SystemExit, match="does not translate images"):
        translations.main(("demo",))


def test_translations_are_measured_beside_copying_and_what_was_there_stays(
    saved, monkeypatch, capsys
):
    case = "pix2pix_shapes_quick", {"steps": 2}, 20, ("l1",)
    monkeypatch.setattr(translated, "CASES", {"few": case})
    monkeypatch.setattr(translated, "saved", lambda name: {"another": "as it was"})
    translated.main(["few"], 2)
    results, printed = saved["translated"], capsys.readouterr().out
    pairs = gan.data.load("shapes_outlines", (32, 32, 3))
    asked, truth = (kind.x_test[:20].astype(float) for kind in (pairs.inputs, pairs))
    # in [-1, 1], by hand: 255 levels are a distance of 2
    copying = abs(asked - truth).mean() / 127.5
    np.testing.assert_allclose(results["few"]["beside"]["l1"]["copying"], copying, atol=1e-4)
    assert [row["seed"] for row in results["few"]["seeds"]] == [0, 1]
    assert results["another"] == "as it was" and f"copying {copying:.3f}" in printed


def test_an_idea_that_is_taken_back_changes_the_recipe_and_nothing_else():
    for dataset, name in quality.QUICK.items():
        whole = gan.recipe(name)
        assert whole.dataset == dataset
        for idea, changes in ablation.TAKEN_BACK.items():
            assert set(whole.differences(whole.changed(**changes))) == set(changes), idea


def test_the_results_in_the_repository_can_be_drawn(tmp_path):
    draw.main(tmp_path)
    drawn = {file.stem for file in tmp_path.iterdir()}
    assert "steps" in drawn
    for file in tmp_path.iterdir():
        picture = gan.images.read_png(file)[0]
        assert picture.shape[0] > 100 and len(np.unique(picture)) > 10, file


@pytest.mark.parametrize("calls", [1, 5])
def test_hooks_are_charged_to_train_and_bare_steps_to_themselves(tmp_path, monkeypatch, calls):
    class StoppedClock(Clock):
        def perf_counter(self) -> float:
            return self.now

    class SlowGame(adversarial.Game):  # of the bare side
        def batch(self, step):
            clock.now += 10
            return super().batch(step)

    def slow_hook(*_):
        clock.now += 1

    clock = StoppedClock()
    monkeypatch.setattr(hooks, "time", clock)
    monkeypatch.setattr(hooks, "game_of", SlowGame)
    due = dict(log_every=50, sample_every=100, checkpoint_every=150)
    recipe, data = tiny(steps=300, steps_per_call=calls, **due), image_set()
    turns = hooks.Turns(recipe, data)
    run = turns.train(tmp_path / "run", hooks=[slow_hook], progress=False)
    first = 32 if calls == 1 else 35  # the end of the first turn, which is not counted
    assert turns.full == (300 - first) / calls
    assert turns.bare == (300 - first) * 10
    assert run.step == 600  # both sides move the same networks
    assert list(turns.memory) == [100, 200, 300]


def test_each_default_hook_is_timed_as_often_as_it_is_due(monkeypatch):
    monkeypatch.setattr(hooks, "CALLS", 2)
    recipe = tiny(steps=40, log_every=4, sample_every=10, checkpoint_every=20, steps_per_call=2)
    found = hooks.each_hook(recipe, image_set())
    assert {name: hook["due"] for name, hook in found.items()} == {
        "nan_stop": 10,
        "log_history": 10,
        "save_samples": 4,
        "save_checkpoint": 2,
        "watch": 4,
        "progress_bar": 20,
    }
    assert all(0 < hook["ms"] < 1000 for hook in found.values())
    assert found["save_checkpoint"]["ms"] > found["nan_stop"]["ms"]


def test_a_folder_is_written_decoded_and_streamed(saved, monkeypatch):
    monkeypatch.setenv("GAN_COURSE_CACHE", "")
    scale.main(200)
    found = saved["scale"]
    assert found["images"] == 200 and found["folder_ms"] > 0
    assert found["next_load_s"] < found["first_load_s"]


def test_memory_is_measured_in_processes_of_their_own(saved, monkeypatch):
    monkeypatch.setattr(memory, "SIZES", (500,))
    memory.main("gan_plane", 100)
    assert list(saved["memory"]["over_steps"]) == list(range(10, 101, 10))
    assert saved["memory"]["against_images"][500] > 100  # MB: TensorFlow alone


def test_the_start_is_that_of_the_command(saved, monkeypatch):
    monkeypatch.setattr(startup, "ROUNDS", 1)
    startup.main(("gan_plane",), images=20)
    (seconds,) = saved["startup"]["gan_plane"]["seconds"]
    assert 1 < seconds < 60
    (imported,) = saved["startup"]["import gan_course"]["seconds"]
    assert 0 < imported < seconds
    assert {"gan_course --help", "20 glyphs", "20 shapes", "20 faces_toy"} < set(saved["startup"])


def test_the_tricks_of_a_recipe_are_those_that_change_its_step():
    assert settings.used_tricks("gan_quickdraw") == [  # RMSprop; its last layer has no stride
        "fold_upsampling", "fourier", "fused_norm", "dropout16", "second_slopes",
    ]  # fmt: skip
    assert settings.used_tricks("gan_plane") == ["second_slopes", "adam"]


def test_each_trick_is_left_out_by_the_switch_which_is_as_before_afterwards(monkeypatch):
    monkeypatch.setenv(fast.SWITCH, "adam")
    monkeypatch.setattr(settings, "ROOM", 0.0)
    monkeypatch.setattr(settings, "TURN", 0.001)
    built = []

    def one_call(name):
        built.append(fast.active())
        return (lambda: sum(range(20_000))), 2

    monkeypatch.setattr(settings, "one_call", one_call)
    found = settings.layers("gan_plane")
    assert list(found) == ["ours_ms", "ours again", "second_slopes", "adam", "all"]
    assert min(found.values()) > 0
    whole = set(fast.TRICKS)
    assert [whole - set(names) for names in built] == [
        set(), set(), {"second_slopes"}, {"adam"}, whole,
    ]  # fmt: skip
    assert fast.active() == ("adam",)


def test_a_trick_earns_its_place_in_one_recipe_of_either_kind():
    results = {
        "dcgan_mnist_quick": {"ours_ms": 8.0, "fused_norm": 1.029, "adam": 1.03, "all": 1.1},
        "dcgan_mnist": {"ours_ms": 9.0, "fused_norm": 1.09, "fourier": 1.10, "adam": 1.0},
    }
    assert settings.earning(results) == {"adam": True, "fused_norm": False, "fourier": True}
