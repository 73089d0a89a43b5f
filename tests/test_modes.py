"""The ring of eight Gaussians: the GAN that chapter 3 makes collapse, and chapter 5's answer."""

import gan_course as gan
from gan_course.data.painted import gaussians
from gan_course.measures.metrics import count_modes, points


def modes_of(name, folder):
    run = gan.train(name, folder / name, progress=False, results=False)
    return count_modes(points(run.samples(2000, seed=1)), gaussians.RING, gaussians.DEVIATION)


def test_wgan_gp_keeps_the_modes_that_the_collapsing_gan_loses(tmp_path):
    """Of one seed: chapter 5 shows three."""
    collapsed, kept = modes_of("gan_ring", tmp_path), modes_of("wgan_gp_ring", tmp_path)
    assert collapsed.covered <= 2 and kept.covered == 8
    assert kept.quality > 0.6 > 0.3 > collapsed.quality
