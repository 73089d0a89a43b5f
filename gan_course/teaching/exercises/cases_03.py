"""The six cases of chapter 3's diagnosis lab: what each is, and what speaks against the others.

The runs themselves are made by training/lab.py, which knows no verdict.
"""

EARLY = "not trained long enough"
STRONG = "discriminator too strong"
HEALTHY = "healthy"
WALKING = "oscillating"
RANGE = "dead by normalisation"
COLLAPSED = "generator collapsed"

KEY = {
    "case_a": EARLY,
    "case_b": STRONG,
    "case_c": HEALTHY,
    "case_d": WALKING,
    "case_e": RANGE,
    "case_f": COLLAPSED,
}

# case -> a wrong verdict -> what in the curves and pictures speaks against it
AGAINST = {
    "case_a": {
        STRONG: "D is wrong about most of the fakes: its accuracy on them is far below 0.5",
        HEALTHY: "the last grid is still noise, hardly other than the first",
        WALKING: "the grids hardly change from one to the next; nothing walks about",
        RANGE: "there are pixels darker than the middle grey: black can be reached; and D takes "
        "most fakes for real",
        COLLAPSED: "no two of the images are one picture; each is its own noise, as at the start",
    },
    "case_b": {
        EARLY: "the losses have stood still for the second half; more of the same steps change "
        "nothing, while D is right about everything",
        HEALTHY: "D is right about 100% of both, and the last grid is noise",
        WALKING: "the grids hardly change from one to the next; nothing walks about",
        RANGE: "there are pixels darker than the middle grey: black can be reached",
        COLLAPSED: "no two of the images are one picture; each is its own noise, as at the start",
    },
    "case_c": {
        EARLY: "the last grids show digits, and hardly differ from those before",
        STRONG: "D is right about little more than half of either kind at the end",
        WALKING: "a digit keeps its place and shape from grid to grid, and the losses lie level",
        RANGE: "the ground around the digits is black: all of the range is there",
        COLLAPSED: "the last grid holds many different digits",
    },
    "case_d": {
        EARLY: "G has moved far: its grids are no longer noise of the start, and each is another",
        STRONG: "D's accuracies dip below 0.95 again and again, and g_loss falls as often as it "
        "rises; G moves, and in big strides",
        HEALTHY: "g_loss climbs and falls by a multiple of itself, and each grid is another one",
        RANGE: "there is black in the grids: all of the range is there",
        COLLAPSED: "the images of the last grid have one manner, but differ; what is sure is that "
        "each grid is another one: compare two grids, not two images",
    },
    "case_e": {
        EARLY: "no step helps while no pixel gets darker than the middle grey, from first to last",
        STRONG: "it is, but as a consequence: look at the darkest pixel of the grids, and ask what "
        "D needs to see to be right",
        HEALTHY: "D is right about 100% of both, and the last grid is plain grey",
        WALKING: "all late grids are the same plain grey",
        COLLAPSED: "all images are alike, but for a reason that stands in every pixel: none is "
        "darker than the middle grey, which real ground is; and D is not fooled by them",
    },
    "case_f": {
        EARLY: "the images are no longer the noise of the start: high contrast, and all the same",
        STRONG: "D is wrong about all of the fakes: its accuracy on them is near 0",
        HEALTHY: "all images of a grid are one and the same picture, and it is no digit",
        WALKING: "the grids do change, but look at one grid first: all of its images are the same, "
        "and that is the cause",
        RANGE: "there are black and white pixels in it: all of the range is there",
    },
}  # fmt: skip
