"""The experiments of chapters 6 to 11."""

from gan_course.teaching.exercises.registry import choice

choice(
    "6.9",
    "One class alone",
    right="a",
    wrong={
        "b": "compare the distances; does the grid show copies of a few bags?",
        "c": "compare the distances, each with its own floor",
    },
    hint="real bags against real bags have a floor of their own: it stands in the column `real`",
    minutes=3,
)
choice(
    "6.10",
    "From one garment to another",
    right="b",
    wrong={
        "a": "a network is a continuous function of z: it cannot jump",
        "c": "nothing keeps G from a place between two kinds, except that D calls it fake",
    },
    hint="exercise 0.7 asked the same of points in the plane",
    minutes=2,
)
choice(
    "7.9",
    "A damage of your own",
    right="c",
    wrong={
        "a": "read the row again: which of the two is orange?",
        "b": "read the row again: one of the two is far from that of real digits",
    },
    hint="precision: do samples lie in the balls of real digits? recall: the other way round",
    minutes=3,
)
choice(
    "7.10",
    "Bootstrap in place of the jackknife",
    right="b",
    wrong={
        "a": "try the Fréchet distance ten times: is the mean of the draws that of all?",
        "c": "the shift does not come from drawing too seldom; the mean of many draws has it, too",
    },
    hint="section 2 shows the Fréchet distance of real digits for 100, 500, 2,000 of them",
    minutes=4,
)
choice(
    "7.11",
    "Another generator",
    right="b",
    wrong={
        "a": "compare both rows: precision is about the same",
        "c": "all ten classes are there",
    },
    hint="which two cells differ by the largest share?",
    minutes=4,
)

choice(
    "3.9",
    "Another cure for momentum",
    right="b",
    wrong={
        "a": "read both columns, the modes and the share of good points, for all three seeds",
        "c": "compare with `ring_momentum`: it kept none, one and two modes",
    },
    hint="R1 makes D less steep at the real points; momentum still carries G past them",
    minutes=3,
)
choice(
    "3.10",
    "More steps for the cats",
    right="b",
    wrong={
        "a": "the doctor of section 10 saw that the distance was still falling",
        "c": "compare the columns `value` and `real`",
    },
    hint="`longer.evaluate().only('frechet_distance')` prints it",
    minutes=3,
)
choice(
    "8.9",
    "A head that is paid more",
    right="b",
    wrong={
        "a": "look at the column of diversity, and at the Fréchet distance",
        "c": "compare the first column with that of `head`",
    },
    hint="what earns a large reward is done first, and nothing pays for variety",
    minutes=3,
)
choice(
    "8.10",
    "A tenth of the labels wrong",
    right="a",
    wrong={
        "b": "nine of ten examples still say what is right",
        "c": "compare with the row `told (planes)`: the two ranges do not overlap",
    },
    hint="G makes what D has seen under a label, in the shares in which D has seen it",
    minutes=2,
)
choice(
    "9.8",
    "A weight of 10",
    right="a",
    wrong={
        "b": "compare L1 with that of `both`",
        "c": "compare the sharpness; fog has less than half of it",
    },
    hint="G minimises a sum: what counts less is given up first",
    minutes=2,
)
choice(
    "9.9",
    "A judge of single pixels",
    right="b",
    wrong={
        "a": "compare the sharpness with both rows of section 6",
        "c": "its receptive field is one pixel: what does an edge look like there?",
    },
    hint="a blurred picture has nearly the same colours as a sharp one",
    minutes=2,
)
choice(
    "10.7",
    "Without the pool",
    right="b",
    wrong={
        "a": "compare all three seeds with the three of section 3",
        "c": "compare all three seeds with the three of section 3",
    },
    hint="this pool mixes the last few dozen steps only",
    minutes=3,
)
choice(
    "10.8",
    "Handwriting without sevens",
    right="b",
    wrong={
        "a": "print the counts and look at place 7",
        "c": "print the counts: how many places are not 0?",
    },
    hint="G is paid for what F can turn back into the house number 7",
    minutes=3,
)
choice(
    "11.7",
    "A style of two pictures",
    right="c",
    wrong={
        "a": "divide `style` of the last row by that of the 0-th",
        "b": "divide `style` of the last row by that of the 0-th",
    },
    hint="the Gram matrices say what occurs together, and not where: both can occur side by side",
    minutes=3,
)
choice(
    "11.8",
    "Style from conv4 alone",
    right="a",
    wrong={
        "b": "read the row of conv4: it is the only one that is nearly 0",
        "c": "read the rows of conv1 and conv2",
    },
    hint="1 in that table is the photograph's own distance from the style",
    minutes=2,
)
choice(
    "11.9",
    "A judge with fewer lessons",
    right="b",
    wrong={
        "a": "what is left to the taught judge is a third of the photograph's style loss",
        "c": "what random filters leave is in the rows of section 6: half and more",
    },
    hint="compare the number beside 'taught'",
    minutes=3,
)
