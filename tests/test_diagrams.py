"""The diagram of a game: boxes where they belong, and an arrow for every path."""

import pytest
from matplotlib.patches import FancyArrowPatch

from gan_course.teaching.diagrams import diagram

BOXES = {"in": ("image", 0, 0), "G": ("network", 2, 0), "how far": ("loss", 4, 1)}


def arrows(made):
    return [patch for patch in made.axes[0].patches if isinstance(patch, FancyArrowPatch)]


def test_every_box_is_a_word_at_its_place():
    made = diagram(BOXES, {"seen": ["in > G"]})
    assert {text.get_text(): text.get_position() for text in made.axes[0].texts} == {
        "in": (0, 0), "G": (2, 0), "how far": (4, 1),
    }  # fmt: skip


def test_every_path_is_an_arrow_and_every_kind_a_line_of_the_legend():
    made = diagram(BOXES, {"seen": ["in > G", "G > how far"], "G learns": ["how far > G"]})
    assert len(arrows(made)) == 3
    legend = made.axes[0].get_legend().get_texts()
    assert [text.get_text() for text in legend] == ["seen", "G learns"]


def test_an_arrow_bends_as_its_kind_does_unless_told():
    usual, told = ["in > G"], {"in > G": -0.5}
    bent = [
        arrow.get_connectionstyle().rad
        for made in (
            diagram(BOXES, {"seen": usual}),
            diagram(BOXES, {"D learns": usual}),
            diagram(BOXES, {"D learns": usual}, told),
        )
        for arrow in arrows(made)
    ]
    assert bent == [0.0, 0.25, -0.5]


@pytest.mark.parametrize(
    "boxes, paths, bends, named",
    [
        (BOXES, {"learns": ["in > G"]}, {}, "'learns' is none of 'seen', 'G learns', 'D learns'"),
        (BOXES, {"seen": ["in > D"]}, {}, "'D' is none of 'in', 'G', 'how far'"),
        (BOXES, {"seen": ["in > G"]}, {"G > in": 0.5}, "'G > in' is none of 'in > G'"),
        ({"in": ("picture", 0, 0)}, {}, {}, "'picture' is none of 'image', 'network', 'loss'"),
    ],
)
def test_what_is_not_there_is_named(boxes, paths, bends, named):
    with pytest.raises(ValueError, match=named):
        diagram(boxes, paths, bends)
