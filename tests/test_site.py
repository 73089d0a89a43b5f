"""The site: built from the repository without a warning, whole, right, and fit to be read."""

import importlib
import importlib.util
import inspect
import re
import subprocess
import sys
from collections import defaultdict
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import e2e
import pytest
from browser import barriers, served

import gan_course
from gan_course.web import lab

NPM = e2e.ROOT / "build/npm/node_modules"
PACKAGES = ("sphinx", "myst_nb", "sphinx_book_theme", "sphinx_design", "sphinx_copybutton")
ABSENT = [name for name in PACKAGES if importlib.util.find_spec(name) is None]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(ABSENT), reason=f"{', '.join(ABSENT)} are not installed: make site"),
    pytest.mark.skipif(not NPM.exists(), reason="MathJax is not in build/npm: make site, with npm"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Built as `make site` does, where a warning is an error; its English part."""
    out = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "docs/site/make_site.py", str(out)],
        cwd=e2e.ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    assert 'url=en/docs/index.html"' in (out / "index.html").read_text("utf-8")
    return out / "en"


class Parsed(HTMLParser):
    """What a page leads to, what it shows and loads, and where in it one can be led."""

    def __init__(self, text: str):
        super().__init__()
        self.links, self.parts, self.ids, self.undescribed = set(), set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.links.add(given["href"])
        if tag in ("img", "script", "source") and given.get("src"):
            self.parts.add(given["src"])
        if tag == "link" and given.get("href"):
            self.parts.add(given["href"])
        if tag == "img" and not given.get("alt"):
            self.undescribed.append(given.get("src"))


@cache
def parsed(page: Path) -> Parsed:
    return Parsed(page.read_text("utf-8"))


def pages(site: Path) -> list[Path]:
    """All but the templates of the theme, which it leaves among its files."""
    return sorted(page for page in site.rglob("*.html") if "_static" not in page.parts)


def missing(page: Path, address: str) -> bool:
    """Whether an address inside the site leads nowhere."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return False
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file():
        return True
    leads_into = parts.fragment and target.suffix == ".html"
    return bool(leads_into) and unquote(parts.fragment) not in parsed(target).ids


def test_every_link_and_picture_inside_the_site_exists(site):
    broken = {
        (str(page.relative_to(site)), address)
        for page in pages(site)
        for address in parsed(page).links | parsed(page).parts
        if missing(page, address)
    }
    assert not broken
    assert sum(len(parsed(page).links) for page in pages(site)) > 1000  # the reader sees them


def test_a_link_that_leads_nowhere_would_be_found(site):
    home = site / "docs/index.html"
    assert not missing(home, "glossary.html#the-game")
    assert missing(home, "glossary.html#the-gme") and missing(home, "glosary.html")


def test_nothing_is_loaded_from_another_host(site):
    afar = {part for page in pages(site) for part in parsed(page).parts if urlsplit(part).netloc}
    assert not afar


def test_every_picture_has_a_text(site):
    assert not {(page.name, src) for page in pages(site) for src in parsed(page).undescribed}


def test_all_chapters_are_there_and_each_has_a_thumbnail_on_the_home_page(site):
    chapters = sorted(file.stem for file in (e2e.ROOT / "notebooks").glob("[0-9]*.ipynb"))
    assert sorted(page.stem for page in (site / "notebooks").glob("*.html")) == chapters
    home = (site / "docs/index.html").read_text("utf-8")
    for chapter in chapters:
        assert f'href="../notebooks/{chapter}.html"' in home
        assert f'src="../_images/{chapter[:2]}.png"' in home


def test_home_and_the_card_of_chapter_0_lead_to_the_live_game(site):
    home = (site / "docs/index.html").read_text("utf-8")
    assert home.count('href="../play/two_dimensions.html"') == 2
    assert (site / "play/two_dimensions.html").read_text("utf-8") == lab.page()


def test_home_leads_to_the_generator_of_the_demo_where_one_was_trained(site):
    home = (site / "docs/index.html").read_text("utf-8")
    assert ("play/demo/index.html" in home) == (site / "play/demo/index.html").exists()


def public_names() -> dict[str, object]:
    """Full name -> thing, of all that `gan_course` and its public modules offer."""
    found = {}
    for name in set(dir(gan_course)) - {"__version__"}:
        thing = getattr(gan_course, name)
        if not inspect.ismodule(thing) or name in ("keras", "tf"):
            module = {**gan_course._NAMES}[name]
            found[f"gan_course.{module}.{name}"] = thing
            continue
        own = [n for n, v in vars(thing).items() if getattr(v, "__module__", "") == thing.__name__]
        for inner in getattr(thing, "__all__", own):
            if not inner.startswith("_") and not inspect.ismodule(getattr(thing, inner)):
                found[f"{thing.__name__}.{inner}"] = getattr(thing, inner)
    return found


def signatures(site: Path) -> dict[str, str]:
    """Full name -> what stands in the brackets behind it."""
    found = {}
    for page in (site / "docs/library").glob("*.html"):
        for name, inside in re.findall(
            r'<dt class="sig[^"]*" id="(gan_course[\w.]+)">(.*?)</dt>',
            page.read_text("utf-8"),
            re.S,
        ):
            parameters = re.findall(r'<em class="sig-param">(.*?)</em>', inside, re.S)
            found[name] = [re.sub(r"<.*?>", "", p, flags=re.S).strip() for p in parameters]
    return found


def test_every_public_name_has_an_entry(site):
    names = public_names()
    assert len(names) > 100 and "gan_course.games.penalties.gradient_penalty" in names
    assert not names.keys() - signatures(site).keys()


def test_signatures_are_those_of_the_library_although_tensorflow_was_not_loaded(site):
    shown, compared = signatures(site), 0
    for name, thing in public_names().items():
        own_class = inspect.isclass(thing) and not issubclass(thing, Exception)
        if inspect.isfunction(thing) or own_class:
            real = inspect.signature(thing).parameters.values()
            names = [re.split("[:=]", words)[0].strip("* ") for words in shown[name]]
            assert [n for n in names if n not in ("", "/")] == [p.name for p in real], name
            compared += len(names)
    assert compared > 300


def test_every_command_has_its_help(site):
    text = (site / "docs/library/command_line.html").read_text("utf-8")
    printed = subprocess.run(
        [sys.executable, "-m", "gan_course", "--help"], cwd=e2e.ROOT, capture_output=True, text=True
    ).stdout
    for command in ("recipes", "train", "sample", "doctor"):
        assert command in printed and f'<section id="{command}">' in text
    assert "--distance-every" in text


@pytest.fixture(scope="module")
def address(site):
    with served(site) as found:
        yield found


@pytest.fixture(scope="module")
def seen(chromium, site, address):
    """For each page what a reader's browser finds wrong: name of the fault -> where."""
    faults = defaultdict(dict)
    for file in pages(site):
        name = str(file.relative_to(site))
        chromium.open(f"{address}/{name}", width=390)
        faults["390"][name] = chromium.run(_WIDTH)
        chromium.resize(1280)
        faults["1280"][name] = chromium.run(_WIDTH)
        faults["pictures"][name] = chromium.run(_BROKEN)
        if not name.startswith("_modules"):
            faults["axe"][name] = barriers(chromium)
        faults["errors"][name] = chromium.complaints + afar(chromium, address)
    return {kind: {n: f for n, f in found.items() if f} for kind, found in faults.items()}


def afar(chromium, address: str) -> list[str]:
    """What a page asks other hosts for."""
    return [each for each in chromium.requests if not each.startswith((address, "blob:"))]


# JavaScript: by how many pixels the page is wider than the window; pictures that do not show.
_WIDTH = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_BROKEN = "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"


@pytest.mark.parametrize("kind", ["errors", "pictures", "1280", "390", "axe"])
def test_no_page_has_a_fault_in_a_browser(seen, kind):
    """Console errors, broken pictures, sideways scrolling at two widths, serious barriers."""
    assert seen[kind] == {}


def test_the_search_finds_gradient_penalty(chromium, address):
    chromium.open(f"{address}/search.html?q=gradient+penalty")
    chromium.until("/found \\d+ page/.test(document.body.innerText)")
    found = chromium.run("[...document.querySelectorAll('#search-results a')].map(a => a.href)")
    assert any("05_wgan_gp.html" in each for each in found)
    assert any("library/maths.html" in each for each in found)
    chromium.open(f"{address}/search.html?q=zebrafinch")
    chromium.until("/did not match any/.test(document.body.innerText)")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_site_is_light_or_dark_as_the_system_of_the_reader(chromium, address, dark):
    chromium.open(f"{address}/docs/index.html", dark=dark)
    colour = chromium.run("getComputedStyle(document.body).backgroundColor")
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    assert ((red + green + blue) / 3 < 127) == dark


def test_the_browser_tells_of_errors_missing_files_and_other_hosts(chromium, tmp_path):
    (tmp_path / "bad.html").write_text(
        "<script>missing()</script><img src=none.png><img src=http://example.invalid/x.png>"
    )
    with served(tmp_path) as address:
        chromium.open(f"{address}/bad.html")
        told = "\n".join(chromium.complaints)
        assert "missing is not defined" in told and "none.png" in told
        assert afar(chromium, address) == ["http://example.invalid/x.png"]


def test_words_that_are_too_pale_are_found_one_of_each_kind(chromium, tmp_path):
    word = "<span style='color: {}'>word</span> "
    (tmp_path / "pale.html").write_text(
        "<!doctype html><html lang=en><title>x</title><main class=highlight><h1>x</h1><pre>"
        + word.format("#ccc") * 3 + word.format("#ddd") + word.format("#333") + "</pre></main>"
    )  # fmt: skip
    chromium.open(tmp_path / "pale.html")
    assert [found[:2] for found in barriers(chromium)] == [["color-contrast", 2]]
