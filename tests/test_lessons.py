"""lesson(): the size of a recipe by profile, with a catalogue made for the test."""

import re

import pytest

from gan_course import RECIPES, lesson
from gan_course.base.errors import InputError


@pytest.fixture(autouse=True)
def catalogue(tiny, monkeypatch):
    monkeypatch.delenv("GAN_COURSE_PROFILE", raising=False)
    pair = (
        tiny.changed(name="toy", dataset="mnist", steps=187_200, cpu_minutes=95),
        tiny.changed(name="toy_quick", dataset="mnist", steps=4000, cpu_minutes=3, batch_size=64),
        tiny.changed(name="sketch", steps=10),
        tiny.changed(name="sketch_quick", steps=8),
    )
    for recipe in pair:
        monkeypatch.setitem(RECIPES, recipe.name, recipe)


def use(monkeypatch, profile):
    monkeypatch.setenv("GAN_COURSE_PROFILE", profile)


def test_the_default_profile_gives_the_quick_recipe(monkeypatch):
    assert lesson("toy") == RECIPES["toy_quick"]
    use(monkeypatch, "quick")
    assert lesson("toy") == RECIPES["toy_quick"]


def test_the_full_profile_gives_the_reference_recipe(monkeypatch):
    use(monkeypatch, "full")
    assert lesson("toy") == RECIPES["toy"]


def test_the_smoke_profile_takes_seconds_on_the_embedded_stand_in(monkeypatch):
    use(monkeypatch, "smoke")
    chosen = lesson("toy")
    assert (chosen.name, chosen.dataset) == ("toy_smoke", "glyphs")
    assert 2 <= chosen.steps <= 10 and 2 <= chosen.batch_size <= 8
    assert chosen.log_every <= chosen.sample_every <= chosen.checkpoint_every <= chosen.steps
    assert chosen.generator == RECIPES["toy_quick"].generator


def test_the_smoke_profile_keeps_embedded_data(monkeypatch):
    use(monkeypatch, "smoke")
    assert lesson("sketch").dataset == "glyphs"


def test_changes_are_made_but_never_make_smoke_large(monkeypatch):
    assert lesson("toy", steps=50, seed=9) == RECIPES["toy_quick"].changed(steps=50, seed=9)
    use(monkeypatch, "smoke")
    chosen = lesson("toy", steps=50_000, seed=9)
    assert chosen.steps <= 10 and chosen.seed == 9


def test_a_recipe_that_is_quick_itself_needs_no_sister(monkeypatch, tiny):
    monkeypatch.setitem(RECIPES, "small", tiny.changed(name="small", cpu_minutes=0.2))
    assert lesson("small") == RECIPES["small"]
    use(monkeypatch, "smoke")
    assert lesson("small").name == "small_smoke"
    use(monkeypatch, "quick")
    monkeypatch.setitem(RECIPES, "large", tiny.changed(name="large", cpu_minutes=60))
    with pytest.raises(InputError, match="unknown lesson 'large'"):
        lesson("large")


def test_smoke_accepts_a_folder_of_images(monkeypatch, tmp_path):
    use(monkeypatch, "smoke")
    assert lesson("toy", dataset=f"folder:{tmp_path}").dataset == f"folder:{tmp_path}"


def test_smoke_answers_a_mistyped_dataset_as_the_other_profiles_do(monkeypatch):
    use(monkeypatch, "smoke")
    with pytest.raises(InputError, match=r"'mnst'; did you mean 'mnist'\?"):
        lesson("toy", dataset="mnst")


@pytest.mark.parametrize(
    ("profile", "changes", "line"),
    [
        (
            "quick", {},
            "Profile 'quick': recipe 'toy_quick', 4,000 steps on 'mnist', "
            "about 3 minutes of training on two CPU cores.",
        ),
        (  # a tenth of the steps: 18 s, said as 20
            "quick", {"steps": 400},
            "Profile 'quick': recipe 'toy_quick', 400 steps on 'mnist', "
            "about 20 s of training on two CPU cores.",
        ),
        (
            "quick", {"steps": 8000, "batch_size": 32},
            "Profile 'quick': recipe 'toy_quick', 8,000 steps on 'mnist', "
            "roughly 6 minutes of training on two CPU cores.",
        ),
        (
            "full", {},
            "Profile 'full': recipe 'toy', 187,200 steps on 'mnist', "
            "about 95 minutes of training on two CPU cores.",
        ),
        (
            "smoke", {},
            "Profile 'smoke': recipe 'toy_smoke', N steps on 'glyphs', a few seconds.",
        ),
    ],
)  # fmt: skip
def test_one_line_says_which_recipe_on_what_data_at_what_cost(
    monkeypatch, capsys, profile, changes, line
):
    use(monkeypatch, profile)
    lesson("toy", **changes)
    said = capsys.readouterr().out
    if profile == "smoke":
        said = re.sub(r"\d+ steps", "N steps", said)
    assert said == line + "\n"


@pytest.mark.parametrize("profile", ["quick", "smoke", "full"])
def test_an_unknown_lesson_gets_the_nearest_name(monkeypatch, profile):
    use(monkeypatch, profile)
    with pytest.raises(InputError, match=r"unknown \w+ 'sketsh'; did you mean 'sketch'\?"):
        lesson("sketsh")


def test_an_empty_profile_is_the_default(monkeypatch):
    use(monkeypatch, "")
    assert lesson("toy") == RECIPES["toy_quick"]


def test_an_unknown_profile_is_refused_by_name(monkeypatch):
    use(monkeypatch, "qick")
    with pytest.raises(InputError, match=r"unknown GAN_COURSE_PROFILE 'qick'; did you mean 'quic"):
        lesson("toy")


def test_an_unknown_field_is_refused(monkeypatch):
    with pytest.raises(InputError, match=r"unknown recipe field 'stps'; did you mean 'steps'\?"):
        lesson("toy", stps=5)


def test_a_lesson_under_another_name_costs_what_it_costs_under_its_own(capsys):
    lesson("dcgan_mnist")
    cost = capsys.readouterr().out.partition("steps on")[2]
    renamed = lesson("dcgan_mnist", name="mine")
    assert renamed.name == "mine"
    assert capsys.readouterr().out.partition("steps on")[2] == cost
