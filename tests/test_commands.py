"""The command line as a person meets it: help, tables, colours, refusals, and what to do next."""

import dataclasses
import json
import math
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from types import SimpleNamespace

import e2e
import pytest

import gan_course as gan
from gan_course.cli import COMMANDS, main
from gan_course.commands import evaluate, next_steps
from gan_course.commands.command import Command, build
from gan_course.measures.comparison import Comparison, Row
from gan_course.measures.measure import Evaluation, Measure
from gan_course.recipes import RECIPES

ESCAPE = "\x1b["
commands = pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
widths = pytest.mark.parametrize("columns", [60, 80, 140])


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    """No test depends on the terminal that pytest runs in."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GAN_COURSE_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


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

HEAVY = ("tensorflow", "keras", "pandas", "matplotlib", "sklearn", "scipy")


def answers(*commands, heavy=HEAVY):
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
    found = answers(*asked, heavy=(*HEAVY, "numpy", "PIL", "tqdm", "shtab"))
    assert [code for code, _ in found] == [0] * len(asked)


def test_lists_and_completion_load_nothing_heavy():
    asked = [("recipes",), ("recipes", "demo"), ("datasets",), ("completion", "bash")]
    assert [code for code, _ in answers(*asked)] == [0] * 4


WRONG = {
    ("sample", "RUN", "--out", "new.jpg"): "--out must end in .npz or .png, got 'new.jpg'",
    ("sample", "RUN", "--out", "no/folder/new.png"): "no folder no/folder",
    ("sample", "RUN", "--out", "new.png", "--count", "0"): "--count: must be >= 1, got 0",
    ("sample", "RUN", "--out", "new.png", "--count", "many"): "must be a whole number, got 'many'",
    ("sample", "RUN", "--out", "new.png", "--seed", "-1"): "--seed: must be in [0, 2147483647]",
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
def tiny(monkeypatch, tmp_path):
    """`train tiny`, of two steps, in a folder."""
    monkeypatch.setitem(RECIPES, "tiny", e2e.tiny(steps=2))
    monkeypatch.setenv("GAN_COURSE_DATA", str(e2e.mirror(tmp_path / "mirror")))
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)  # of nbval: the bar is on stderr
    return ("train", "tiny", "--out", tmp_path / "run")


def test_set_reaches_fields_of_every_kind(capsys, tiny, tmp_path):
    given = {
        "batch_size": ("5", 5), "g_learning_rate": ("1e-3", 0.001), "jit": ("false", False),
        "grid": ("1, 3", [1, 3]), "value_range": ("-1,1", [-1.0, 1.0]), "noise": ("uniform",) * 2,
        "steps_per_call": ("none", None), "about": ("a = b", "a = b"),
        "discriminator": ("Flatten; Dense 1", ["Flatten", "Dense 1"]),
    }  # fmt: skip
    words = [word for name, (text, _) in given.items() for word in ("--set", f"{name}={text}")]
    code, _, err = e2e.cli(capsys, *tiny, *words)
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


def test_quiet_prints_nothing_and_does_the_same(capsys, tiny, tmp_path):
    assert e2e.cli(capsys, *tiny, "-q") == (0, "", "")
    run = tmp_path / "run"
    assert gan.open_run(run).step == 2
    assert e2e.cli(capsys, "sample", run, "--out", tmp_path / "new.png", "--quiet") == (0, "", "")
    assert e2e.cli(capsys, "gif", run, "--out", tmp_path / "new.gif", "-q") == (0, "", "")
    assert (tmp_path / "new.png").stat().st_size and (tmp_path / "new.gif").stat().st_size
    code, out, err = e2e.cli(capsys, "sample", run, "--out", tmp_path / "new.jpg", "-q")
    assert (code, out) == (2, "") and "new.jpg" in err


def test_after_training_the_next_steps_are_told_and_can_be_taken(capsys, tiny, tmp_path):
    code, out, err = e2e.cli(capsys, *tiny)
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
    import contextlib
    import io

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
        (["train", "dcgan_m"], {"dcgan_mnist", "dcgan_mnist_quick"}),
        (["recipes", "wgan_cifar"], {"wgan_cifar10", "wgan_cifar10_quick"}),
        (["train", "demo", "--s"], {"--steps", "--seed", "--set", "--strategy"}),
        (["train", "demo", "--data", "mni"], {"mnist"}),
        (["train", "demo", "--strategy", "mi"], {"mirrored"}),
        (["sample", "gan_course/recip"], {"gan_course/recipes"}),
        (["translate", "x", "pyproj"], {"pyproject.toml"}),
        (["completion", ""], {"bash", "zsh", "fish", "tcsh"}),
    ],
    ids=str,
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
