"""The command line: what each command prints, writes and exits with."""

import json
import os
import re
import signal
import sys

import e2e
import numpy as np
import pytest
from PIL import Image, ImageSequence

import gan_course as gan
from gan_course.data import DATASETS
from gan_course.recipes import RECIPES
from gan_course.runs import images

HEAVY = ("tensorflow", "keras", "pandas", "matplotlib", "PIL", "tqdm")


@pytest.fixture(autouse=True)
def no_mirror(monkeypatch):
    monkeypatch.delenv("GAN_COURSE_DATA", raising=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A run of `train demo` over a few steps: (folder, what the command printed)."""
    out = tmp_path_factory.mktemp("demo") / "run"
    command = ["-m", "gan_course", "train", "demo", "--steps", "6", "--batch-size", "8"]
    code, printed, errors = e2e.finish(e2e.start(*command, "--out", out))
    assert code == 0, errors
    return out, printed


def python(*words, **environment):
    return e2e.finish(e2e.start(*words, **environment))


def test_help_names_every_command():
    code, out, _ = python("-m", "gan_course", "--help")
    assert code == 0
    for command in ("recipes", "datasets", "train", "sample", "evaluate", "gif", "doctor"):
        assert re.search(rf"^ +{command} +\w", out, re.MULTILINE)


def test_importing_the_package_loads_nothing_heavy():
    ask = f"import sys, gan_course; print([m for m in {HEAVY} if m in sys.modules])"
    assert python("-c", ask) == (0, "[]\n", "")


@pytest.mark.parametrize(("command", "known"), [("recipes", RECIPES), ("datasets", DATASETS)])
def test_lists_show_everything_without_tensorflow(command, known):
    ask = (
        f"import sys; from gan_course.cli import main; code = main([{command!r}]); "
        f"print([m for m in {HEAVY[:2]} if m in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    code, out, err = python("-c", ask)
    assert (code, err) == (0, "[]\n")
    assert set(known) <= {line.split(" ")[0] for line in out.splitlines()}


def test_datasets_says_what_the_mirror_has(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_COURSE_DATA", str(e2e.mirror(tmp_path)))
    code, out, _ = e2e.cli(capsys, "datasets")
    assert code == 0
    assert f"mirror {tmp_path / 'mnist.npz'}" in out


def test_datasets_lists_every_name_once_and_how_to_write_the_others():
    ask = (
        "import sys; from gan_course.cli import main; code = main(['datasets']); "
        "heavy = ('tensorflow', 'keras', 'sklearn'); "
        "print([m for m in heavy if m in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    code, out, err = python("-c", ask)
    assert (code, err) == (0, "[]\n")
    names = re.findall(r"^(\S+)  +\S", out, re.MULTILINE)
    others = ["quickdraw_CATEGORY", "NAME:CLASS", "folder:PATH", "folder:A|B", "unpaired:A|B",
              "unpaired:NAME"]  # fmt: skip
    assert names == [*DATASETS, *others] and len(set(names)) == len(names)


def test_datasets_says_of_each_set_where_it_would_come_from(capsys):
    lines = e2e.cli(capsys, "datasets")[1].splitlines()
    for name, origin in {
        "fashion_mnist": "keras.datasets.fashion_mnist",
        "cifar10": "keras.datasets.cifar10",
        "faces": "scikit-learn",
        "faces_toy": "made by code",
        "ring": "made by code",
        "grid": "made by code",
        "quickdraw_CATEGORY": "Quick, Draw!",
    }.items():
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{name} "))
        assert origin in lines[at + 1] and lines[at + 1].startswith("  ")


def test_datasets_never_takes_an_embedded_set_from_the_mirror(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path))
    for name in DATASETS:
        (tmp_path / f"{name}.npz").touch()
    _, out, _ = e2e.cli(capsys, "datasets")
    mirrored = re.findall(rf"mirror {re.escape(str(tmp_path))}/(\w+)\.npz$", out, re.MULTILINE)
    assert mirrored == ["mnist", "fashion_mnist", "cifar10", "faces", "facades", "emoji"]


def test_datasets_lists_the_drawings_of_the_mirror(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path))
    for name in ("quickdraw_ice_cream", "notes"):
        (tmp_path / f"{name}.npz").touch()
    code, out, _ = e2e.cli(capsys, "datasets")
    assert code == 0 and "notes" not in out
    assert re.findall(r"^(quickdraw_\w+) ", out, re.MULTILINE) == [
        "quickdraw_CATEGORY",
        "quickdraw_ice_cream",
    ]
    assert f"mirror {tmp_path / 'quickdraw_ice_cream.npz'}" in out


def test_train_prints_what_it_trains_and_paths_that_exist(demo):
    out, printed = demo
    headline, *results = printed.splitlines()
    assert "demo" in headline and "glyphs" in headline and str(out) in headline
    assert "6 steps of 8 images" in headline
    paths = {line.split()[0]: line.split()[1] for line in results}
    assert set(paths) == {"samples", "animation", "curves", "generator"}
    assert all(os.path.getsize(path) > 0 for path in paths.values())


def test_a_run_folder_holds_what_the_design_lists(demo):
    out, _ = demo
    files = {name for name in e2e.contents(out) if not name.startswith(".")}
    assert files == {
        "recipe.json", "history.csv", "history.png", "training.gif", "generator.keras",
        "samples/step_000000.png", "samples/step_000006.png", "checkpoints/step_000006.npz",
    }  # fmt: skip


@pytest.mark.slow
def test_train_puts_a_run_into_runs_where_no_folder_is_named(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(RECIPES, "tiny", e2e.tiny())
    monkeypatch.setenv("GAN_COURSE_DATA", str(e2e.mirror(tmp_path / "mirror")))
    assert e2e.cli(capsys, "train", "tiny", "--steps", 2)[0] == 0
    assert gan.open_run(tmp_path / "runs" / "tiny").step == 2


def test_train_takes_every_option(capsys, monkeypatch, tmp_path):
    monkeypatch.setitem(RECIPES, "tiny", e2e.tiny(dataset="glyphs"))
    monkeypatch.setenv("GAN_COURSE_DATA", str(e2e.mirror(tmp_path / "mirror")))
    options = ("--steps", 2, "--batch-size", 5, "--seed", 9, "--data", "mnist")
    assert e2e.cli(capsys, "train", "tiny", *options, "--out", tmp_path / "run")[0] == 0
    recipe = json.loads((tmp_path / "run" / "recipe.json").read_text())["recipe"]
    found = [recipe[name] for name in ("steps", "batch_size", "seed", "dataset")]
    assert found == [2, 5, 9, "mnist"]


def test_sample_writes_an_archive_of_uint8_images(capsys, demo, tmp_path):
    run, _ = demo
    code, out, err = e2e.cli(
        capsys, "sample", run, "--count", 5, "--seed", 3, "--out", tmp_path / "new.npz"
    )
    assert (code, err) == (0, "") and str(tmp_path / "new.npz") in out
    with np.load(tmp_path / "new.npz", allow_pickle=False) as archive:
        assert archive.files == ["images"]
        made = archive["images"]
    assert made.shape == (5, 28, 28, 1) and made.dtype == np.uint8
    # [-1, 1] -> 0..255
    expected = np.rint(127.5 * (gan.open_run(run).samples(5, seed=3) + 1))
    np.testing.assert_array_equal(made, expected)


def test_sample_writes_a_picture_that_says_where_it_came_from(capsys, demo, tmp_path):
    run, _ = demo
    picture = tmp_path / "new.png"
    assert e2e.cli(capsys, "sample", run, "--count", 6, "--seed", 3, "--out", picture)[0] == 0
    with Image.open(picture) as opened:
        opened.load()
        # by hand: 6 images in 2 rows of 3, 28 pixels each, a gap of 2 between and around
        assert opened.size == (3 * 30 + 2, 2 * 30 + 2)
        about = opened.text
    seed = str(RECIPES["demo"].seed)
    assert about == {"Recipe": "demo", "Step": "6", "Seed": seed, "Sample seed": "3"}


@pytest.mark.parametrize("ending", ["npz", "png"])
def test_the_same_sample_seed_gives_the_same_bytes_and_another_others(
    capsys, demo, tmp_path, ending
):
    run, _ = demo
    files = [tmp_path / f"{name}.{ending}" for name in ("one", "again", "other")]
    for file, seed in zip(files, (3, 3, 4), strict=True):
        assert e2e.cli(capsys, "sample", run, "--count", 4, "--seed", seed, "--out", file)[0] == 0
    one, again, other = (file.read_bytes() for file in files)
    assert one == again and one != other


def test_sample_makes_64_images_of_seed_0_unless_told(capsys, demo, tmp_path):
    run, _ = demo
    assert e2e.cli(capsys, "sample", run, "--out", tmp_path / "new.npz")[0] == 0
    with np.load(tmp_path / "new.npz") as archive:
        assert archive["images"].shape == (64, 28, 28, 1)
        np.testing.assert_array_equal(
            archive["images"], images.to_uint8(gan.open_run(run).samples(64, seed=0))
        )


def test_gif_writes_an_animation_with_a_frame_for_every_grid(capsys, demo, tmp_path):
    run, _ = demo
    code, out, _ = e2e.cli(capsys, "gif", run, "--out", tmp_path / "new.gif")
    assert code == 0 and out.strip() == str(tmp_path / "new.gif")
    with Image.open(tmp_path / "new.gif") as gif:
        frames = [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(gif)]
        assert b"demo" in gif.info["comment"]
    assert len(frames) == 2 and not np.array_equal(*frames)


def test_gif_makes_the_animation_of_a_run_again(capsys, demo):
    run, _ = demo
    before = (run / "training.gif").read_bytes()
    (run / "training.gif").unlink()
    assert e2e.cli(capsys, "gif", run)[0] == 0
    assert (run / "training.gif").read_bytes() == before


def test_doctor_tells_versions_devices_and_data(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_COURSE_DATA", str(e2e.mirror(tmp_path)))
    code, out, err = e2e.cli(capsys, "doctor")
    assert (code, err) == (0, "")
    found = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert re.search(r"\d+\.\d+.*keras 3\.", found["tensorflow"])
    assert "CPU" in found["device"] or "GPU" in found["device"]
    assert found["mirror"] == f"{tmp_path}: mnist"


@pytest.fixture
def tiny_run(tmp_path):
    """A run of 20 steps with checkpoints at 7, 14 and 20."""
    e2e.train(tmp_path / "tiny", steps=20)
    return tmp_path / "tiny"


def test_doctor_finds_a_good_run_whole(capsys, tiny_run):
    before = e2e.contents(tiny_run)
    code, out, err = e2e.cli(capsys, "doctor", tiny_run)
    assert (code, err) == (0, "")
    assert f"{tiny_run}: recipe tiny, seed 3" in out and "step 20 of 20" in out
    assert re.findall(r"step_(\d+) +whole", out) == ["000007", "000014", "000020"]
    sizes = [network.count_params() for network in gan.models.build(gan.open_run(tiny_run).recipe)]
    assert re.findall(r"(?:gen|discrimin)\w+ +([\d,]+) parameters", out) == [
        f"{n:,}" for n in sizes
    ]
    assert e2e.contents(tiny_run) == before


def test_doctor_says_which_checkpoint_is_damaged(capsys, tiny_run):
    damaged = tiny_run / "checkpoints" / "step_000014.npz"
    damaged.write_bytes(damaged.read_bytes()[:1000])
    code, out, _ = e2e.cli(capsys, "doctor", tiny_run)
    assert code == 0
    assert re.findall(r"step_(\d+) +whole", out) == ["000007", "000020"]
    assert re.findall(r"step_(\d+) .*damaged", out) == ["000014"]


@pytest.mark.slow
def test_ctrl_c_saves_says_how_to_go_on_and_the_same_command_completes_the_run(capsys, tmp_path):
    command = ["train", "demo", "--steps", 400, "--batch-size", 8, "--out", tmp_path / "run"]
    # A shell that starts pytest in the background hands on "ignore SIGINT"; undo that.
    started = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    started += "from gan_course.cli import main; sys.exit(main(sys.argv[1:]))"
    process = e2e.start("-c", started, *command)
    e2e.wait_until(lambda: e2e.last_logged_step(tmp_path / "run") >= 20, process)
    process.send_signal(signal.SIGINT)
    code, _, err = e2e.finish(process)
    assert code == 130 and "Traceback" not in err
    message = err.splitlines()[-1]
    stopped = re.search(r"stopped after step (\d+).* saved in (\S+); run the same", message)
    assert stopped and stopped[2] == str(tmp_path / "run"), message
    assert (tmp_path / "run" / "checkpoints" / f"step_{int(stopped[1]):06d}.npz").exists()
    assert 20 <= int(stopped[1]) < 400

    code, out, _ = e2e.cli(capsys, *command)
    assert code == 0 and f"going on after step {stopped[1]}" in out
    assert gan.open_run(tmp_path / "run").step == 400


def test_ctrl_c_before_the_training_says_so_too(capsys, monkeypatch):
    def stopped_while_loading():
        raise KeyboardInterrupt

    monkeypatch.setattr("gan_course.data.sources.mirrored", stopped_while_loading)
    code, _, err = e2e.cli(capsys, "datasets")
    assert (code, err.strip()) == (130, "gan_course: stopped")


@pytest.mark.slow
def test_the_saved_generator_loads_with_keras_alone_and_makes_the_same_images(demo, tmp_path):
    folder, _ = demo
    run = gan.open_run(folder)
    latents = run.latents(9, seed=4).numpy()
    np.save(tmp_path / "latents.npy", latents)
    alone = (
        "import sys; sys.modules['gan_course'] = None; import keras, numpy as np\n"
        f"generator = keras.models.load_model({str(run.dir.generator)!r})\n"
        f"latents = np.load({str(tmp_path / 'latents.npy')!r})\n"
        f"np.save({str(tmp_path / 'made.npy')!r}, generator(latents, training=False).numpy())\n"
        "try: import gan_course\n"
        "except ImportError: print('not importable')"
    )
    code, out, err = python("-c", alone)
    assert (code, out) == (0, "not importable\n"), err
    expected = run.generator(latents, training=False).numpy()
    # Keras alone may use other kernels than gan_course chooses: the same up to rounding
    np.testing.assert_allclose(np.load(tmp_path / "made.npy"), expected, atol=1e-6)


def test_warnings_look_as_before_once_a_command_is_done(capsys):
    import warnings

    before = warnings.showwarning
    e2e.cli(capsys, "datasets")
    assert warnings.showwarning is before
