"""What leaves the repository: the wheel, its description, the lock, what GitHub reads."""

import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10; pytest brings the other
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
URL = PROJECT["urls"]["Repository"]
WHY = "hatchling, hatch-vcs or hatch-fancy-pypi-readme is missing: pip install -r requirements.txt"


def build(folder, kind, out):
    """The wheel or the sdist of that folder, with what is installed here: nothing is fetched."""
    for needed in ("hatchling", "hatch_vcs", "hatch_fancy_pypi_readme"):
        pytest.importorskip(needed, reason=WHY)
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", out]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (made,) = out.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    return build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    """Of the sdist, as an installer that finds no wheel would make it."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder)
    (unpacked,) = folder.iterdir()
    return zipfile.ZipFile(build(unpacked, "wheel", tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def about(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_package_and_nothing_else(wheel):
    package = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "gan_course").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert inside == package and "gan_course/py.typed" in inside


@pytest.mark.slow
def test_the_wheel_has_the_licence_and_the_command(wheel):
    files = {name.partition(".dist-info/")[2]: name for name in wheel.namelist()}
    assert wheel.read(files["licenses/LICENSE"]) == (ROOT / "LICENSE").read_bytes()
    assert "gan_course = gan_course.cli:main" in wheel.read(files["entry_points.txt"]).decode()


@pytest.mark.slow
def test_a_wheel_that_was_made_without_git_has_the_version_of_its_sdist(sdist, about):
    version = re.search(r"gan_course-(.+)\.tar\.gz", sdist.name)[1]
    assert about["Version"] == version and Version(version) >= Version("0.1.0.dev0")


@pytest.mark.slow
def test_a_plain_download_without_git_builds_too(tmp_path):
    """What `git archive` or GitHub's "Download ZIP" gives: neither .git nor PKG-INFO."""
    for file in ("pyproject.toml", "README.md", "LICENSE", "gan_course/__init__.py"):
        (tmp_path / "got" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "got" / file).write_bytes((ROOT / file).read_bytes())
    (tmp_path / "out").mkdir()
    made = build(tmp_path / "got", "wheel", tmp_path / "out")
    assert made.name == "gan_course-0.1.0-py3-none-any.whl"


@pytest.mark.slow
def test_on_the_index_every_picture_and_link_of_the_readme_leads_to_the_repository(about):
    text = about.get_payload(decode=True).decode()
    assert text.startswith("# gan_course: learn GANs by doing")
    assert re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text) == [
        f"{URL}/raw/main/data/pictures/demo_grid.png", f"{URL}/raw/main/data/pictures/demo.gif",
        f"{URL}/raw/main/docs/gallery/dcgan_horses_3min/moments.png",
        f"{URL}/raw/main/docs/gallery/gan_quickdraw/moments.png",
    ]  # fmt: skip
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert f"{URL}/blob/main/LICENSE" in links and len(links) > 10
    assert [link for link in links if not link.startswith("https://")] == []


@pytest.mark.slow
def test_the_description_names_licence_addresses_and_that_it_is_typed(about):
    assert about["License-Expression"] == "MIT" and about["Requires-Python"] == ">=3.10"
    urls = dict(line.split(", ") for line in about.get_all("Project-URL"))
    assert urls["Repository"] == URL and urls["Issues"] == f"{URL}/issues"
    assert "Typing :: Typed" in about.get_all("Classifier")


def test_every_relative_link_of_the_readme_leads_to_a_file():
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md"):
        text = (ROOT / page).read_text("utf-8")
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert ((ROOT / page).parent / link).exists(), (page, link)


def test_the_version_is_that_of_the_installed_package_or_unknown():
    ask = "import gan_course; print(gan_course.__version__)"
    hide = (
        "from importlib import metadata\n"
        "def missing(name): raise metadata.PackageNotFoundError(name)\n"
        "metadata.version = missing\n"
    )
    known, unknown = (
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
        for code in (ask, hide + ask)
    )
    assert Version(known.stdout.strip()) >= Version("0.1.0.dev0")
    assert unknown.stdout == "0+unknown\n"


# The lock


def locked():
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_the_lock_names_versions_and_no_machine():
    assert len(locked()) > 80
    for line in locked():
        assert re.fullmatch(r"[\w.-]+==[\w.+!]+", line), line


def test_the_lock_is_what_the_package_asks_for():
    versions = {
        name.lower().replace("_", "-"): version
        for name, version in (line.split("==") for line in locked())
    }
    needed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["notebooks"]]
    assert {Requirement(each).name.lower() for each in needed} <= versions.keys()
    for each in map(Requirement, needed + PROJECT["optional-dependencies"]["test"]):
        if each.name in versions:  # what only builds or lints has made no output
            assert each.specifier.contains(versions[each.name]), each


def test_the_lock_says_the_python_of_the_committed_outputs():
    import nbformat

    head = (ROOT / "requirements.lock").read_text("utf-8").splitlines()[0]
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        version = nbformat.read(notebook, as_version=4).metadata.language_info.version
        assert f"Python {version}," in head


# What GitHub reads


@pytest.fixture
def yaml():
    return pytest.importorskip("yaml", reason="PyYAML is missing: pip install -r requirements.txt")


def workflows(yaml):
    """Each workflow by its name; YAML 1.1 reads the key `on` as true."""
    files = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    found = {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in files}
    return {name: {**flow, "on": flow[True]} for name, flow in found.items()}


def runs(flow):
    return [step.get("run", "") for job in flow["jobs"].values() for step in job["steps"]]


def test_every_workflow_ends_and_may_write_nothing(yaml):
    flows = workflows(yaml)
    assert set(flows) == {"test", "weekly", "package", "site"}
    for name, flow in flows.items():
        assert flow["permissions"] == {"contents": "read"} and flow["concurrency"], name
        for job in flow["jobs"].values():
            assert 5 <= job["timeout-minutes"] <= 60


def test_a_pull_request_is_tested_once(yaml):
    for name in ("test", "package", "site"):
        flow = workflows(yaml)[name]
        assert flow["on"]["push"]["branches"] == ["main"] and "pull_request" in flow["on"]
        assert flow["concurrency"]["cancel-in-progress"] is True
        assert "github.event.pull_request.number" in flow["concurrency"]["group"]


def test_every_python_that_the_package_promises_is_tested(yaml):
    promised = [c.rpartition(" ")[2] for c in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", c)]
    jobs = workflows(yaml)["test"]["jobs"]
    assert jobs["test"]["strategy"]["matrix"]["python"] == promised
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert f"Python {promised[0]} to {promised[-1]}" in makefile


def test_the_weekly_run_takes_the_nightly_builds(yaml):
    flow = workflows(yaml)["weekly"]
    assert flow["on"]["schedule"][0]["cron"].split()[4] == "1"  # Mondays
    (job,) = flow["jobs"].values()
    pairs = {(each["tensorflow"], each["keras"]) for each in job["strategy"]["matrix"]["include"]}
    assert {("tensorflow", "keras"), ("tf-nightly", "keras-nightly")} <= pairs
    assert not any("cache" in step.get("with", {}) for step in job["steps"])


def test_the_wheel_is_published_for_a_tag_alone_and_after_it_was_tried(yaml):
    jobs = workflows(yaml)["package"]["jobs"]
    assert jobs["publish"]["if"] == "startsWith(github.ref, 'refs/tags/v')"
    assert {"installed", "image", "site"} == set(jobs["publish"]["needs"])
    assert [name for name, job in jobs.items() if "permissions" in job] == ["publish"]


def test_files_that_workflows_and_containers_name_are_there(yaml):
    texts = [run for flow in workflows(yaml).values() for run in runs(flow)]
    texts += [(ROOT / ".devcontainer" / "devcontainer.json").read_text(),
              (ROOT / "Dockerfile").read_text()]  # fmt: skip
    named = {name for text in texts for name in re.findall(r"-[rc] ([\w.]+)", text)}
    assert {"requirements.txt", "requirements.lock"} <= named
    for name in named:
        assert (ROOT / name).exists(), name


def test_the_hooks_call_what_the_tests_call(yaml):
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repo["repo"] == "local"  # the versions of `make test`, and no network
    entries = [hook["entry"] for hook in repo["hooks"]]
    assert [entry.split()[:2] for entry in entries[:2]] == [["ruff", "check"], ["ruff", "format"]]
    assert (ROOT / entries[2].split()[1]).exists()


def test_issue_forms_ask_for_something_and_each_field_once(yaml):
    forms = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
    assert len(forms) == 4
    for file in forms:
        form = yaml.safe_load(file.read_text("utf-8"))
        if file.name == "config.yml":
            assert all({"name", "url", "about"} == set(link) for link in form["contact_links"])
            continue
        assert {"name", "description", "labels", "body"} == set(form)
        fields = [field["id"] for field in form["body"]]
        assert len(fields) == len(set(fields)) and all(
            f["attributes"]["label"] for f in form["body"]
        )


def test_the_citation_has_the_licence_and_the_name_of_the_package(yaml):
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["license"] == PROJECT["license"] and cited["repository-code"] == URL
    assert cited["title"].startswith(PROJECT["name"]) and cited["cff-version"] == "1.2.0"


def test_devcontainer_is_plain_json_and_its_python_is_that_of_the_lock():
    import json

    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    version = container["image"].rpartition(":")[2]
    assert f"Python {version}." in (ROOT / "requirements.lock").read_text().splitlines()[0]
    assert f"FROM python:{version}-" in (ROOT / "Dockerfile").read_text()
