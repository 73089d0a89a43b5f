"""The benchmarks measure what they say, on games of a second."""

import json
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from e2e import image_set, tiny

import gan_course as gan
from benchmarks import (
    ablation,
    colour,
    draw,
    gallery,
    growth,
    hooks,
    measure,
    memory,
    options,
    precision,
    quality,
    scale,
    settings,
    startup,
    steps,
    translated,
    translations,
)
from benchmarks.torch_process import installed
from gan_course.games import adversarial
from gan_course.models import fast

needs_torch = pytest.mark.skipif(not installed(), reason="PyTorch is not installed")


@pytest.fixture
def saved(monkeypatch) -> dict:
    """What a benchmark would write into results/."""
    found = {}
    for module in (
        colour,
        growth,
        memory,
        options,
        precision,
        quality,
        scale,
        startup,
        steps,
        translated,
        translations,
    ):
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


class Ruler:
    """A classifier whose features are the means of an image's halves, times `scale`."""

    names = ("bright above", "bright below")

    def __init__(self, scale: float):
        self.scale = scale

    def __call__(self, images: np.ndarray) -> np.ndarray:
        halves = images.reshape(len(images), 2, -1).mean(-1)
        return self.scale * halves

    def look(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self(images), self(images).argmax(1)


def test_both_precisions_are_measured_by_both_rulers(saved, monkeypatch, capsys):
    monkeypatch.setattr(quality, "features_for", lambda data: Ruler(1))
    monkeypatch.setattr(quality, "classifier_of", lambda data, body: Ruler(3))
    images = np.random.default_rng(5).integers(0, 256, (60, 8, 8, 1)).astype("uint8")
    data = gan.data.ImageSet("noise", images[:40], x_test=images[40:], source="made by this test")
    monkeypatch.setattr(gan.data, "load", lambda name: data)
    monkeypatch.setattr(gan, "recipe", lambda name, **changes: tiny(**{"steps": 3} | changes))
    precision.main("tiny")
    runs = saved["precision"]["runs"]
    assert [len(runs[each]) for each in precision.PRECISIONS] == [3, 3]
    for row in (*runs["float32"], *runs["mixed_bfloat16"]):
        assert row["step"] == 3
        assert row["second"] == pytest.approx(9 * row["distance"], rel=1e-3)  # a square's units
    assert runs["float32"][0]["distance"] != runs["mixed_bfloat16"][0]["distance"]
    assert runs["float32"][0]["distance"] != runs["float32"][1]["distance"]
    assert "float32, second: " in capsys.readouterr().out


def photographs(count=200):
    """Noise of 8×8 in three colours, far from black and white."""
    images = np.random.default_rng(0).integers(60, 200, (count, 8, 8, 3)).astype("uint8")
    return gan.data.ImageSet("noise", images, source="made by this test")


def test_a_brightness_that_is_added_is_the_distance_of_colour_on_paper(monkeypatch):
    monkeypatch.setattr(colour, "features_for", lambda data: lambda x: x[:, 0, 0].astype(float))
    data = photographs()
    judge = colour.ColourJudge(data, count=len(data.x_train))
    brighter = (data.x_train + 30.0) / 127.5 - 1
    game = SimpleNamespace(
        recipe=SimpleNamespace(seed=0), make=lambda *_: SimpleNamespace(images=brighter)
    )
    found = judge(game, None)
    # equal covariances: the squared shift, in the first 50 directions of greatest variance
    flat = data.x_train.reshape(len(data.x_train), -1) / 127.5 - 1
    directions = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)[2][:50]
    shift = (directions @ np.full(flat.shape[1], 30 / 127.5)) ** 2
    assert found["distance"] == pytest.approx(shift.sum(), rel=1e-3)
    assert found["second"] == pytest.approx(3 * 30**2, rel=1e-3)  # in levels, three channels
    assert judge.floors["distance"] > 0 and 0 < found["novelty"] < 1


def test_every_recipe_of_colour_gets_the_steps_of_its_seconds(saved, monkeypatch, capsys):
    data = photographs()
    monkeypatch.setattr(colour, "seconds_a_step", lambda recipe, data: 0.5)
    monkeypatch.setattr(colour, "features_for", lambda data: lambda x: x[:, 0, 0].astype(float))
    monkeypatch.setattr(colour, "COUNT", 60)
    monkeypatch.setattr(gan.data, "load", lambda *_: data)
    recipe = tiny(image_shape=(8, 8, 3), generator=("Dense 192 tanh", "Reshape 8 8 3"))
    monkeypatch.setitem(gan.RECIPES, "tiny", recipe)
    monkeypatch.setattr(colour, "saved", lambda name: {"another": "its results"})
    colour.main(["tiny"], count=2, seconds=3.2)
    assert saved["colour"]["another"] == "its results"
    rows = saved["colour"]["tiny"]["runs"]
    assert [row["step"] for row in rows] == [6, 6] and rows[0]["distance"] != rows[1]["distance"]
    assert "medians of 2 seeds" in capsys.readouterr().out


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


def test_the_classic_loop_leaves_out_what_it_cannot_play(monkeypatch):
    monkeypatch.setattr(steps, "installed", lambda: False)
    found = {}
    for name in ("dcgan_mnist_quick", "dcgan_mnist_1min", "wgan_gp_faces_3min", "cgan_mnist_1min"):
        with ExitStack() as opened:
            found[name] = set(steps.contestants(gan.recipe(name), opened))
    assert found.pop("dcgan_mnist_quick") == {"ours", "classic"}
    assert set(map(frozenset, found.values())) == {frozenset({"ours"})}  # hinge, penalty, labels


def test_the_steps_without_names_are_those_of_the_games_from_noise():
    assert {gan.recipe(name).game for name in steps.RECIPES} == {"adversarial", "conditional"}
    assert {"demo", "wgan_gp_ring", "dcgan_fashion_quick"} < set(steps.RECIPES)


@pytest.mark.parametrize("torch_too", [pytest.param(True, marks=needs_torch), False])
@pytest.mark.parametrize("game", ["pix2pix", "cycle"])
def test_the_benchmark_from_image_to_image(game, torch_too, saved, monkeypatch, capsys):
    monkeypatch.setattr(measure, "ROUNDS", 1)
    monkeypatch.setattr(measure, "SECONDS", 0.0)
    monkeypatch.setitem(gan.RECIPES, "tiny", tiny(game=game, cycle_noise=0.1, negatives=0.5)
                        if game == "cycle" else tiny(game=game))  # fmt: skip
    if not torch_too:
        monkeypatch.setattr(translations, "installed", lambda: False)
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


def test_a_run_of_the_gallery_goes_on_over_sittings_and_is_shown_at_its_end(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gallery, "COUNT", 200)
    monkeypatch.setattr(gallery, "GALLERY", {"tiny": gallery.Entry((0.01, 0.03), until=12)})
    cadence = dict(log_every=2, sample_every=4, checkpoint_every=4)
    monkeypatch.setitem(gan.RECIPES, "tiny", gan.recipe("demo").changed(name="tiny", **cadence))
    gallery.main(["tiny"], minutes=0)  # one step
    assert "tiny: step 1 of 12; the same command goes on" in capsys.readouterr().out
    assert not gallery.PAGES.exists()
    gallery.main(["tiny"], minutes=1)
    shown = gallery.PAGES / "tiny"
    assert {file.name for file in shown.iterdir()} == {
        "moments.png", "history.png", "training.gif", "measures.txt", "row.json",
    }  # fmt: skip
    row = json.loads((shown / "row.json").read_text())
    assert (row["step"], row["steps"], row["seed"]) == (12, 4000, 0)
    assert row["distance"][0] > row["distance"][1] > 0
    page = (gallery.PAGES / "README.md").read_text()
    assert "12 steps of 4,000: no further" in page and "](tiny/moments.png)" in page
    assert str(tmp_path) not in page + (shown / "measures.txt").read_text()


def test_what_the_gallery_writes_is_no_change_of_the_code(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (gallery.PAGES / "README.md", Path("code.py")):
        name.parent.mkdir(parents=True, exist_ok=True)
        name.write_text("as committed\n")
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "x")):
        subprocess.run(("git", *words), check=True)
    clean = gallery.commit()
    assert re.fullmatch("[0-9a-f]{7,}", clean)
    (gallery.PAGES / "README.md").write_text("a row more\n")
    assert gallery.commit() == clean
    Path("code.py").write_text("changed\n")
    assert gallery.commit() == f"{clean}-dirty"


def test_the_gallery_puts_wide_grids_into_one_column_at_their_own_size():
    narrow, wide = np.zeros((60, 300, 3), np.uint8), np.zeros((520, 782, 3), np.uint8)
    for grid, columns, rows in ((narrow, 2, 1), (wide, 1, 2)):
        figure = gallery.arranged({"epoch 1": grid, "epoch 2": grid})
        shown = [axes.images[0].get_array().shape[:2] for axes in figure.axes]
        height = len(grid) if rows == 1 else 2 * (len(grid) // 2)
        assert shown == columns * [(height, grid.shape[1])]
    across = figure.axes[0].get_window_extent().width
    assert across == pytest.approx(782, abs=1)
    assert figure.axes[0].get_title() == "epoch 1, epoch 2"


def test_the_gallery_names_epochs_without_powers_of_ten():
    named = {0.128: "0.13", 0.9995: "1", 5.76: "5.8", 93.44: "93", 1920.0: "1,920"}
    assert {number: gallery.shortly(number) for number in named} == named


def test_the_gallery_shows_every_reference_recipe():
    quick = [name for name in gan.RECIPES if name.endswith("_quick")]
    references = {name.removesuffix("_quick") for name in quick} & set(gan.RECIPES)
    assert len(references) > 5 and references <= set(gallery.GALLERY)
    assert all(0 < gallery.end_of(name) <= gan.recipe(name).steps for name in gallery.GALLERY)


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
        "save_samples": 6,  # after 4, 8, and four times ten steps
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


def test_growth_keeps_the_networks_and_changes_side_and_batch(saved, monkeypatch):
    monkeypatch.setattr(growth, "NAMES", {"cycle": "cyclegan_emoji_quick"})
    monkeypatch.setattr(growth, "SIDES", (16,))
    monkeypatch.setattr(growth, "BATCHES", (growth.AT_BATCH,))
    monkeypatch.setattr(growth, "STEPS", 1)
    growth.main()
    (case,) = saved["growth"]["cases"]
    assert (case["game"], case["side"], case["batch"]) == ("cycle", 16, growth.AT_BATCH)
    assert case["ms"] > 0 and case["megabytes"] >= 0  # loading TensorFlow may have taken more
    one, other = (growth.recipe_of("cycle", side, 2) for side in (32, 64))
    assert set(one.differences(other)) == {"input_shape", "image_shape"}


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
        "fold_upsampling", "fourier", "fused_norm", "dropout16",
    ]  # fmt: skip
    assert settings.used_tricks("wgan_gp_ring") == ["second_slopes", "adam"]


def test_each_trick_is_left_out_by_the_switch_which_is_as_before_afterwards(monkeypatch):
    monkeypatch.setenv(fast.SWITCH, "adam")
    monkeypatch.setattr(settings, "ROOM", 0.0)
    monkeypatch.setattr(settings, "TURN", 0.001)
    built = []

    def one_call(name):
        built.append(fast.active())
        return (lambda: sum(range(20_000))), 2

    monkeypatch.setattr(settings, "one_call", one_call)
    found = settings.layers("wgan_gp_ring")
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
