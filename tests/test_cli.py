"""The command line: what each command prints, writes and exits with, and how it looks."""

import contextlib
import dataclasses
import io
import json
import math
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace

import e2e
import numpy as np
import pytest
from PIL import Image, ImageSequence

import gan_course as gan
from gan_course.cli import COMMANDS, main
from gan_course.commands import evaluate, next_steps
from gan_course.commands.command import Command, build
from gan_course.data import DATASETS
from gan_course.measures.comparison import Comparison, Row
from gan_course.measures.measure import Evaluation, Measure
from gan_course.recipes import RECIPES
from gan_course.runs import images

HEAVY = ("tensorflow", "keras", "pandas", "matplotlib", "PIL", "tqdm")
ESCAPE = "\x1b["
commands = pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
widths = pytest.mark.parametrize("columns", [60, 80, 140])


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    """No test depends on the terminal that pytest runs in."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GAN_COURSE_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


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
        # by hand: 6 images in 2 rows of 3, 28 pixels each, a gap of 2 between and around; 480 / 92
        # is 5.2, so that every pixel is repeated 6 times
        assert opened.size == (6 * (3 * 30 + 2), 6 * (2 * 30 + 2))
        about = opened.text
    seed = str(RECIPES["demo"].seed)
    told = {"Recipe": "demo", "Step": "6", "Seed": seed, "Sample seed": "3", "Enlarged": "6"}
    assert about == told


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


# As a person meets it: a terminal of one's own


@pytest.fixture
def terminal(monkeypatch):
    """Makes what is printed believe in a terminal of so many columns."""

    def of(columns):
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLUMNS", str(columns))

    return of


def unpainted(text):
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def widest(text):
    return max(map(len, unpainted(text).splitlines()))


def parsed(line):
    """What the words after the program's name ask for, up to a pipe or a redirection."""
    words = shlex.split(re.split(r"[|>]", line)[0])
    return build(COMMANDS).parse_args(words)


# Help


def test_nothing_to_do_is_a_call_for_help(capsys):
    assert e2e.cli(capsys) == (0, e2e.cli(capsys, "--help")[1], "")


@commands
def test_help_shows_examples_each_of_which_can_be_parsed(capsys, command):
    out = e2e.cli(capsys, command.name, "--help")[1]
    shown = re.findall(r"^  gan_course (.*)$", out.partition("\nexamples:\n")[2], re.MULTILINE)
    assert len(shown) >= 2 and shown == [words for _, words in command.examples]
    assert {parsed(words).command.name for words in shown} >= {command.name}


def test_an_example_that_is_wrong_would_be_refused(capsys):
    with pytest.raises(SystemExit):
        parsed("sample runs/demo")  # without --out
    assert "--out" in capsys.readouterr().err


@commands
def test_in_colour_nothing_but_the_headings_of_a_help_is_bold(capsys, terminal, command):
    terminal(100)
    bold = re.findall(r"\x1b\[1m(.*?)\x1b", e2e.cli(capsys, command.name, "--help")[1])
    assert {"usage:", "options:", "examples:"} <= set(bold)
    assert set(bold) <= {"usage:", "positional arguments:", "options:", "examples:"}


@widths
@pytest.mark.parametrize("name", ["", *(command.name for command in COMMANDS)])
def test_help_fits_the_terminal_and_is_no_wider_than_one_can_read(capsys, terminal, columns, name):
    terminal(columns)
    code, out, _ = e2e.cli(capsys, *name.split(), "--help")
    assert code == 0 and widest(out) <= min(columns, 100)


@commands
def test_help_says_what_is_taken_where_nothing_is_given(command):
    for action in build(COMMANDS).parsers[command.name].actions:
        valued = action.nargs != 0 and not action.required
        assert not valued or "(default: " in action.help, action
        if valued and action.default:
            assert "(default: %(default)s)" in action.help, action


def test_the_default_is_the_one_that_is_used(capsys):
    out = e2e.cli(capsys, "evaluate", "--help")[1]
    assert "samples (default: 10000)" in out and parsed("evaluate x").count == 10_000


def test_a_command_is_one_record(capsys):
    def arguments(parser):
        parser.add_argument("--size", type=int, default=3, help="of it (default: %(default)s)")

    def shout(arguments):
        """Say it loudly."""
        print("A" * arguments.size)

    mine = Command("shout", shout, (("it", "shout --size 2"),), arguments)
    asked = build([mine]).parse_args(["shout", "--size", "5"])
    asked.command.run(asked)
    assert capsys.readouterr().out == "AAAAA\n"
    assert re.search(r"^ +shout +say it loudly$", build([mine]).format_help(), re.MULTILINE)


# What is loaded

LATE = ("tensorflow", "keras", "pandas", "matplotlib", "sklearn", "scipy")


def answers(*commands, heavy=LATE):
    """The exit code and last line of each command, all in one process that loads nothing heavy."""
    ask = (
        "import sys, io, json, contextlib; from gan_course.cli import main\n"
        f"for words in {commands!r}:\n"
        "    said = io.StringIO()\n"
        "    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):\n"
        "        try: code = main(list(words))\n"
        "        except SystemExit as left: code = left.code\n"
        f"    loaded = [name for name in {heavy!r} if name in sys.modules]\n"
        "    print(json.dumps([code, said.getvalue(), loaded]))"
    )
    code, out, err = e2e.finish(e2e.start("-c", ask))
    assert code == 0, err
    found = [json.loads(line) for line in out.splitlines()]
    assert [words for words, (*_, loaded) in zip(commands, found, strict=True) if loaded] == []
    return [(code, said) for code, said, _ in found]


def test_help_loads_neither_tensorflow_nor_numpy_nor_what_completes():
    asked = [(), ("--version",), *((command.name, "--help") for command in COMMANDS)]
    found = answers(*asked, heavy=(*LATE, "numpy", "PIL", "tqdm", "shtab"))
    assert [code for code, _ in found] == [0] * len(asked)


def test_lists_and_completion_load_nothing_heavy():
    asked = [("recipes",), ("recipes", "demo"), ("datasets",), ("completion", "bash")]
    assert [code for code, _ in answers(*asked)] == [0] * 4


WRONG = {
    ("sample", "RUN", "--out", "new.jpg"): "--out must end in .npz or .png, got 'new.jpg'",
    ("sample", "RUN", "--out", "no/folder/new.png"): "no folder no/folder",
    ("sample", "RUN", "--out", "new.png", "--count", "0"): "--count: must be >= 1, got 0",
    ("sample", "RUN", "--out", "new.png", "--count", "many"): "must be a whole number, got 'many'",
    ("sample", "RUN", "--out", "new.png", "--seed", "-1"): "--seed: must be in [0, 2**31), got -1",
    ("sample", "NONE", "--out", "new.png"): "holds no run",
    ("translate", "NONE", "a.png", "--out", "x"): "holds no run",
    ("gif", "RUN", "--out", "new.png"): "--out must end in .gif, got 'new.png'",
    ("gif", "NONE"): "holds no run",
    ("doctor", "NONE"): "holds no run",
    ("evaluate", "NONE"): "holds no run",
    ("evaluate", "RUN", "--json", "found.txt"): "--json must end in .json, got 'found.txt'",
    ("evaluate", "RUN", "--count", "-5"): "--count: must be >= 1, got -5",
    ("evaluate", "RUN", "--features", "corse"): "'corse' is none of them",
    ("evaluate", "RUN", "--quiet"): "add --json FILE",
    ("style", "china", "painting", "--out", "x", "--side", "2000"): "in [16, 1024], got 2000",
    ("style", "china", "painting", "--out", "x", "--steps", "0"): "--steps: must be >= 1, got 0",
    ("train", "demo", "--steps", "0"): "steps must be > 0, got 0",
    ("train", "demo", "--steps", "1e3"): "must be a whole number, got '1e3'",
    ("train", "demo", "--data", "mnits"): "unknown dataset 'mnits'; did you mean 'mnist'?",
    ("train", "demo", "--data", "cifar10:hrose"): "did you mean 'horse'?",
    ("train", "demo", "--data", "unpaired:mnist|mnits"): "did you mean 'mnist'?",
    ("train", "demo", "--strategy", "miror"): "invalid choice: 'miror'",
}


def test_what_is_wrong_with_the_words_is_told_before_tensorflow_is_loaded(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "recipe.json").write_text(json.dumps({"recipe": {}}))
    places = {"RUN": str(tmp_path / "run"), "NONE": str(tmp_path / "none")}
    asked = [tuple(places.get(word, word) for word in words) for words in WRONG]
    for words, (code, said), expected in zip(WRONG, answers(*asked), WRONG.values(), strict=True):
        assert code == 2 and said.count("\n") == 1 and expected in said, (words, said)


# Did you mean


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["trian", "demo"], "gan_course: unknown command 'trian'; did you mean 'train'? (see "),
        (["evalute"], "unknown command 'evalute'; did you mean 'evaluate'? (see "),
        (["zzz"], "unknown command 'zzz'; known: recipes, datasets, train, "),
        (["train", "demo", "--stpes", "5"], "unknown option '--stpes'; did you mean '--steps'? "),
        (["sample", "x", "--out", "y", "--ouut=z"], "'--ouut=z'; did you mean '--out'? "),
        (["recipes", "demmo"], "unknown recipe 'demmo'; did you mean 'demo'?"),
        (["train", "demo", "--set", "batchsize=5"], "'batchsize'; did you mean 'batch_size'?"),
        (["train", "demo", "--set", "optimizer=adm"], "'adm'; did you mean 'adam'?"),
    ],
)
def test_a_slip_of_the_fingers_gets_the_nearest_right_word(capsys, words, told):
    code, out, err = e2e.cli(capsys, *words)
    assert (code, out, err.count("\n")) == (2, "", 1) and told in err


# Every number of a recipe


def table(out):
    """The rows of the numbers in a pipe: field -> (value, what else it may be)."""
    lines = out.splitlines()
    (top,) = (at for at, line in enumerate(lines) if line.startswith("field "))
    second, third = (lines[top].index(word) for word in ("value", "may be"))
    rows = lines[top + 1 : lines.index("", top)]
    return {row[:second].strip(): (row[second:third].strip(), row[third:]) for row in rows}


def networks(out):
    """The lines of each network, below its name."""
    blocks = out.split("\n\n")[2:]
    return {
        name: [re.fullmatch(r" *\d+  (.+)", line)[1] for line in lines]
        for name, *lines in map(str.splitlines, blocks)
    }


@pytest.mark.parametrize("name", RECIPES)
def test_every_number_of_a_recipe_is_shown_and_set_reads_it_back(capsys, name):
    code, out, err = e2e.cli(capsys, "recipes", name)
    assert (code, err) == (0, "")
    found = {field: value for field, (value, _) in table(out).items()}
    found |= {field: ";".join(lines) for field, lines in networks(out).items()}
    recipe = RECIPES[name]
    assert set(found) == {field.name for field in dataclasses.fields(recipe)}
    other = RECIPES[name].changed(name="other", about="?", steps=recipe.steps * 2)
    changes = {field: recipe.typed(field, text) for field, text in found.items()}
    assert other.changed(**changes) == recipe


def test_the_numbers_are_those_of_the_recipe_with_what_else_they_might_be(capsys):
    out = e2e.cli(capsys, "recipes", "demo")[1]
    shown = table(out)
    assert shown["steps"] == ("4000", "whole number > 0")
    assert shown["g_learning_rate"] == ("0.002", "number > 0")
    assert shown["optimizer"] == ("adam", "adam, rmsprop, sgd")
    assert shown["clip"] == ("None", "number > 0, or None")
    assert shown["grid"] == ("8,8", "(rows, columns)")
    assert networks(out)["generator"][0] == "Dense 3136 nobias BN .9 ReLU"
    assert list(networks(out)) == ["generator", "discriminator"]


@pytest.fixture
def tiny_words(monkeypatch, tmp_path):
    """`train tiny`, of two steps, in a folder."""
    monkeypatch.setitem(RECIPES, "tiny", e2e.tiny(steps=2))
    monkeypatch.setenv("GAN_COURSE_DATA", str(e2e.mirror(tmp_path / "mirror")))
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)  # of nbval: the bar is on stderr
    return ("train", "tiny", "--out", tmp_path / "run")


def test_set_reaches_fields_of_every_kind(capsys, tiny_words, tmp_path):
    given = {
        "batch_size": ("5", 5), "g_learning_rate": ("1e-3", 0.001), "jit": ("false", False),
        "grid": ("1, 3", [1, 3]), "value_range": ("-1,1", [-1.0, 1.0]), "noise": ("uniform",) * 2,
        "steps_per_call": ("none", None), "about": ("a = b", "a = b"),
        "discriminator": ("Flatten; Dense 1", ["Flatten", "Dense 1"]),
    }  # fmt: skip
    words = [word for name, (text, _) in given.items() for word in ("--set", f"{name}={text}")]
    code, _, err = e2e.cli(capsys, *tiny_words, *words)
    assert code == 0, err
    recipe = json.loads((tmp_path / "run" / "recipe.json").read_text())["recipe"]
    assert {name: recipe[name] for name in given} == {n: value for n, (_, value) in given.items()}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "steps"], "--set takes FIELD=VALUE, as in --set latent_dim=16; got 'steps'"),
        (["--set", "steps=ten"], "steps must be a whole number, got 'ten'"),
        (["--set", "steps=-4"], "steps must be > 0, got -4"),
        (["--set", "grid=4"], "grid must be two whole numbers, got 4"),
        (["--set", "jit=perhaps"], "jit must be True, False or None, got 'perhaps'"),
        (["--set", "clip=((("], "clip must be a finite number or None, got '((('"),
        (["--steps", "5", "--set", "steps=6"], "steps is given twice: 5 and 6; leave one out"),
        (["--set", "d_steps=2", "--set", "d_steps=3"], "d_steps is given twice: 2 and 3"),
    ],
)
def test_what_set_cannot_read_is_named(capsys, words, told):
    code, out, err = e2e.cli(capsys, "train", "demo", *words)
    assert (code, out, err.count("\n")) == (2, "", 1) and told in err


# Tables and colours

LISTS = [("recipes",), ("recipes", "cyclegan_emoji_quick"), ("datasets",)]


@widths
@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_a_table_fits_the_terminal_and_loses_no_word(capsys, terminal, columns, words):
    piped = e2e.cli(capsys, *words)[1]
    terminal(columns)
    shown = unpainted(e2e.cli(capsys, *words)[1])
    assert widest(shown) <= columns
    assert sorted("".join(shown.split())) == sorted("".join(piped.split()))


def test_in_a_pipe_an_entry_is_never_broken(capsys):
    out = e2e.cli(capsys, "recipes")[1]
    assert [line for line in out.splitlines() if line.endswith(RECIPES["demo"].about)] != []
    assert len(out.splitlines()) == 2 * len(RECIPES)
    assert all(line == line.rstrip() for line in out.splitlines())


@pytest.mark.parametrize("words", [("recipes",), ("datasets",), ("train", "--help")], ids=" ".join)
def test_colours_are_for_terminals_and_only_where_they_are_wanted(
    capsys, monkeypatch, terminal, words
):
    assert ESCAPE not in e2e.cli(capsys, *words)[1]
    terminal(80)
    coloured = e2e.cli(capsys, *words)[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert ESCAPE in coloured and ESCAPE not in e2e.cli(capsys, *words)[1]


def in_a_terminal(*words, **environment):
    """What a person sees of a process whose stdout and stderr are a terminal; its exit code."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gan_course", *words], stdin=theirs, stdout=theirs, stderr=theirs,
        cwd=e2e.ROOT, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 4096):
            seen += chunk
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    return seen.decode().replace("\r\n", "\n"), process.wait()


@pytest.mark.parametrize("words", [("recipes", "demo"), ("train", "dem")], ids=" ".join)
def test_a_real_terminal_gets_colours_unless_no_color_is_set(words):
    coloured, code = in_a_terminal(*words, COLUMNS="80")
    bare, same_code = in_a_terminal(*words, COLUMNS="80", NO_COLOR="1")
    assert ESCAPE in coloured and unpainted(coloured) == bare
    assert code == same_code == (2 if "dem" in words else 0)
    assert widest(bare) <= 80


def test_an_error_stays_one_line_on_a_narrow_terminal():
    seen, code = in_a_terminal("train", "zzzzzz", COLUMNS="40", NO_COLOR="1")
    assert (
        code == 2 and seen.count("\n") == 1 and len(seen) > 200 and seen.startswith("gan_course:")
    )


MEASURES = Evaluation(
    subject="60 samples (seed 0) of runs/x at step 18",
    reference="60 test images of fashion_mnist",
    features="64 features of a classifier",
    fingerprint="745d8ac2",
    count=60,
    measures=(
        Measure("frechet_distance", 5.7431, 0.041, 0.068, "low"),
        Measure("worst_class", 0.75, 0.02, 0.95, "high", "T-shirt/top"),
    ),
)
COMPARED = Comparison(
    subject="20 answers",
    reference="20 test images",
    columns=("answers", "copying", "mean", "nearest pair", "own target"),
    rows=(Row("distance_from_the_truth", (0.1234, 10.5, 0.2, math.nan, 0.5), 0.01, "low"),),
)


@widths
@pytest.mark.parametrize("found", [MEASURES, COMPARED], ids=["measures", "comparison"])
def test_the_table_of_an_evaluation_fits_the_terminal(capsys, terminal, columns, found):
    terminal(columns)
    evaluate.show(found)
    shown = unpainted(capsys.readouterr().out)
    assert widest(shown[shown.index("measure") :].split("\n\n")[0]) <= columns
    for number in re.findall(r"\d+\.\d+", repr(found)):
        assert number in shown
    assert shown.startswith(found.subject)


def test_an_evaluation_in_a_pipe_is_what_python_prints(capsys):
    evaluate.show(MEASURES)
    assert capsys.readouterr().out == f"{MEASURES!r}\n"


def test_a_long_note_does_not_push_the_columns_of_an_evaluation_aside():
    rows = repr(MEASURES).splitlines()[4:7]
    assert len({row.index("±") for row in rows}) == 1


# Quiet, and what comes next


def test_quiet_prints_nothing_and_does_the_same(capsys, tiny_words, tmp_path):
    assert e2e.cli(capsys, *tiny_words, "-q") == (0, "", "")
    run = tmp_path / "run"
    assert gan.open_run(run).step == 2
    assert e2e.cli(capsys, "sample", run, "--out", tmp_path / "new.png", "--quiet") == (0, "", "")
    assert e2e.cli(capsys, "gif", run, "--out", tmp_path / "new.gif", "-q") == (0, "", "")
    assert (tmp_path / "new.png").stat().st_size and (tmp_path / "new.gif").stat().st_size
    code, out, err = e2e.cli(capsys, "sample", run, "--out", tmp_path / "new.jpg", "-q")
    assert (code, out) == (2, "") and "new.jpg" in err


def test_after_training_the_next_steps_are_told_and_can_be_taken(capsys, tiny_words, tmp_path):
    code, out, err = e2e.cli(capsys, *tiny_words)
    steps = re.findall(r"^  gan_course (.*)$", err.partition("\nnext:\n")[2], re.MULTILINE)
    assert code == 0 and "2/2" in err and "next:" not in out
    assert [parsed(step).command.name for step in steps] == ["evaluate", "doctor", "sample", "gif"]
    assert {str(parsed(step).run) for step in steps} == {str(tmp_path / "run")}


@pytest.mark.parametrize(
    ("game", "expected"),
    [
        ("adversarial", ["evaluate", "doctor", "sample", "gif"]),
        ("cycle", ["evaluate", "doctor", "translate", "gif"]),
        ("pix2pix", ["evaluate", "doctor", "translate", "gif"]),
        ("style", ["doctor", "gif"]),
    ],
)
def test_the_next_steps_fit_the_game_and_a_folder_with_a_blank(capsys, game, expected):
    from gan_course.games.game import game_of

    name = {"adversarial": "demo", "cycle": "cyclegan_emoji_quick"}.get(game, f"{game}_quick")
    name = "pix2pix_emoji_quick" if game == "pix2pix" else name
    run = SimpleNamespace(path="my runs/x", game=game_of(RECIPES[name]))
    next_steps.show(run)
    told = re.findall(r"^  gan_course (.*)$", capsys.readouterr().err, re.MULTILINE)
    assert [parsed(step).command.name for step in told] == expected
    assert {str(parsed(step).run) for step in told} == {"my runs/x"}


def test_the_words_that_argparse_knows_are_those_of_the_library():
    from gan_course.data.pictures import LARGEST, SMALLEST
    from gan_course.recipes.style import JUDGES
    from gan_course.training.distributed import STRATEGIES

    known = {
        action.dest: action
        for name in ("train", "style")
        for action in build(COMMANDS).parsers[name].actions
    }
    assert set(known["strategy"].choices) == set(STRATEGIES)
    assert set(known["judge"].choices) == set(JUDGES)
    side = known["side"].type
    assert (side(str(SMALLEST)), side(str(LARGEST))) == (SMALLEST, LARGEST)
    for wrong in (SMALLEST - 1, LARGEST + 1):
        with pytest.raises(Exception, match="must be in"):
            side(str(wrong))


# Completion

ASK = """
source "$1"; shift
complete -p gan_course
COMP_WORDS=(gan_course "$@"); COMP_CWORD=$#; COMPREPLY=()
$(complete -p gan_course | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """What bash needs, in a file."""
    file, said = tmp_path_factory.mktemp("bash") / "completion.sh", io.StringIO()
    with contextlib.redirect_stdout(said):
        assert main(["completion", "bash"]) == 0
    file.write_text(said.getvalue())
    return file


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ([""], {command.name for command in COMMANDS}),
        (["tr"], {"train", "translate"}),
        (["train", "dcgan_m"], {"dcgan_mnist", "dcgan_mnist_1min", "dcgan_mnist_quick"}),
        (["recipes", "wgan_cifar"], {"wgan_cifar10", "wgan_cifar10_quick"}),
        (["train", "demo", "--s"], {"--steps", "--seed", "--set", "--strategy"}),
        (["train", "demo", "--data", "mni"], {"mnist"}),
        (["train", "demo", "--strategy", "mi"], {"mirrored"}),
        (["sample", "gan_course/recip"], {"gan_course/recipes"}),
        (["translate", "x", "pyproj"], {"pyproject.toml"}),
        (["completion", ""], {"bash", "zsh", "fish", "tcsh"}),
    ],
)
def test_bash_completes(script, words, offered):
    done = subprocess.run(
        ["bash", "-c", ASK, "bash", script, *words], cwd=e2e.ROOT, capture_output=True, text=True
    )
    first, *found = done.stdout.split("\n")[:-1]
    assert first.startswith("complete ") and first.endswith(" gan_course"), done
    assert set(found) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_read_its_completion(capsys, tmp_path, shell):
    code, out, err = e2e.cli(capsys, "completion", shell)
    assert (code, err) == (0, "") and "gan_course" in out and "dcgan_mnist_quick" in out
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell} to read it")
    (tmp_path / "script").write_text(out)
    assert subprocess.run([shell, "-n", tmp_path / "script"], capture_output=True).returncode == 0
