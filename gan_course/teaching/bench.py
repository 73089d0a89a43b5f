"""A game in the plane that is played by hand: one update of D, or of G, at a time.

In: two networks of points, plain Keras models, and the two updates that a student wrote. Out: the
plane after each update, with buttons where ipywidgets is there, which is asked for here alone.
"""

import io
from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from gan_course.base.backend import keras, tf
from gan_course.base.errors import InputError
from gan_course.teaching.lab import draw, warped
from gan_course.teaching.plane import field

_BATCH = 128
_MOVES = {  # the text of a button: who learns, in turn
    "D step": "D",
    "G step": "G",
    "10 D steps": 10 * "D",
    "10 G steps": 10 * "G",
    "10 of each, in turn": 10 * "DG",
}


class Bench:
    """A game that is played by hand, update for update; D and G share one learning rate at first.

    Args:
      generator, discriminator: they learn themselves, no copies of them.
      d_update: (generator, discriminator, optimizer, real, noise) -> its loss.
      g_update: (generator, discriminator, optimizer, noise) -> its loss.
      real: points (N, 2) to draw batches of 128 from.
      centres: to draw, (K, 2).
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        d_update: Callable,
        g_update: Callable,
        real: np.ndarray,
        centres: np.ndarray | None = None,
        rate: float = 1e-3,
        beta_1: float = 0.5,
    ):
        self.networks = (generator, discriminator)
        self.optimizers = {player: keras.optimizers.Adam(rate, beta_1=beta_1) for player in "DG"}
        self.optimizers["D"].build(discriminator.trainable_variables)
        self.optimizers["G"].build(generator.trainable_variables)
        self.steps = {"D": 0, "G": 0}
        self._updates = {"D": tf.function(d_update), "G": tf.function(g_update)}
        self._real, self._centres = np.asarray(real, np.float32), centres
        self._rng = np.random.default_rng(0)

    def step(self, player: str) -> None:
        """One update of "D" or "G", from a new batch; the other stands still."""
        given = [self._rng.standard_normal((_BATCH, 2)).astype(np.float32)]
        if player == "D":
            given.insert(0, self._real[self._rng.integers(len(self._real), size=_BATCH)])
        self._updates[player](*self.networks, self.optimizers[player], *given)
        self.steps[player] += 1

    def d_step(self, times: int = 1) -> None:
        """D learns, G stands still."""
        for _ in range(times):
            self.step("D")

    def g_step(self, times: int = 1) -> None:
        """G learns, D stands still."""
        for _ in range(times):
            self.step("G")

    def still(self) -> Figure:
        """The plane as it is now."""
        generator, discriminator = self.networks
        return draw(
            self._real[:500],
            logits=field(discriminator),
            grid=warped(generator),
            centres=self._centres,
            title=f"after {self.steps['D']} updates of D and {self.steps['G']} of G",
        )

    def widget(self):
        """The picture with buttons and sliders. Raises InputError if ipywidgets is not there."""
        return _controls(self)

    def _ipython_display_(self) -> None:
        """The picture, which stays in the saved notebook; then the buttons, if they can be had."""
        from IPython.display import display

        display(self.still())
        try:
            display(self.widget())
        except InputError as error:
            print(error)


def _controls(bench):
    """The picture of the bench, buttons that let its players learn, a slider for each rate.

    Raises:
      InputError: if ipywidgets is not installed.
    """
    try:
        import ipywidgets
    except ImportError:
        raise InputError(
            "the buttons need ipywidgets: `pip install ipywidgets` and restart the notebook; "
            "or use bench.d_step(10), bench.g_step(10) and bench.still()"
        ) from None
    picture = ipywidgets.Image(format="png", value=_png(bench))
    buttons = [_button(ipywidgets, text, bench, picture) for text in _MOVES]
    sliders = [_slider(ipywidgets, f"rate of {player}", bench, player) for player in "DG"]
    rows = [ipywidgets.HBox(buttons), ipywidgets.HBox(sliders)]
    return ipywidgets.VBox([*rows, picture])


def _button(ipywidgets, text: str, bench, picture):
    button = ipywidgets.Button(description=text)

    def pressed(_):
        for player in _MOVES[text]:
            bench.step(player)
        picture.value = _png(bench)

    button.on_click(pressed)
    return button


def _slider(ipywidgets, text: str, bench, player: str):
    """By powers of ten, from a hundredth to ten times the usual learning rate."""
    optimizer = bench.optimizers[player]
    slider = ipywidgets.FloatLogSlider(
        value=float(optimizer.learning_rate), min=-5, max=-2, description=text
    )

    def moved(change):
        optimizer.learning_rate = change["new"]

    slider.observe(moved, names="value")
    return slider


def _png(bench) -> bytes:
    file = io.BytesIO()
    bench.still().savefig(file, format="png", dpi=100)
    return file.getvalue()
