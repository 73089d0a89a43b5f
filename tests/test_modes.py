"""The ring of eight Gaussians: the GAN that chapter 3 makes collapse, and chapter 5's answer."""

import gan_course as gan
from gan_course.data.painted import gaussians
from gan_course.measures.metrics import count_modes, points

SEEDS = (0, 1, 2)


def modes_of(name, seed, folder):
    run = gan.train(gan.recipe(name, seed=seed), folder / f"{name}_{seed}", progress=False)
    return count_modes(points(run.samples(2000, seed=1)), gaussians.RING, gaussians.DEVIATION)


def test_wgan_gp_keeps_the_modes_that_the_collapsing_gan_loses(tmp_path):
    collapsed = [modes_of("gan_ring", seed, tmp_path) for seed in SEEDS]
    kept = [modes_of("wgan_gp_ring", seed, tmp_path) for seed in SEEDS]
    assert max(modes.covered for modes in collapsed) <= 2
    assert [modes.covered for modes in kept] == [8, 8, 8]
    assert min(modes.quality for modes in kept) > 0.6 > 0.3 > max(m.quality for m in collapsed)
