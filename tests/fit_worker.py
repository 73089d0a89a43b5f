"""A run of `FitGAN` with a backup, as a program that a test starts and that kills itself.

  python tests/fit_worker.py BACKUP SAVE_FREQ LAST_STEP

It is killed after that step, as a power cut would: no callback hears of it.
"""

import os
import signal
import sys

import e2e

EPOCHS, STEPS = 4, 3
CHANGES = dict(steps=EPOCHS * STEPS, log_every=1, ema_decay=0.9)  # a mean of the weights, too


def fit(model, backup, save_freq, callbacks=(), **options):
    """Train that model, from its backup where there is one; every epoch at another rate.

    With a backup within an epoch the rate stays: Keras counts epochs from where it goes on.
    """
    from gan_course.base.backend import keras

    ours = []  # first: what the others do, they do after a backup
    if backup is not None:
        ours.append(keras.callbacks.BackupAndRestore(backup, save_freq, **options))
    if save_freq == "epoch":
        ours.append(keras.callbacks.LearningRateScheduler(lambda epoch, _: 1e-3 * 0.5**epoch))
    return model.fit(
        model.batches(e2e.image_set()),
        epochs=EPOCHS,
        steps_per_epoch=STEPS,
        shuffle=False,
        verbose=0,
        callbacks=[*ours, *callbacks],
    )


def at(step, model, act):
    """A callback that acts once the model has made that many steps."""
    from gan_course.base.backend import keras

    def look(batch, logs):
        if int(model.players.step) == step:
            act()

    return keras.callbacks.LambdaCallback(on_train_batch_end=look)


def _main(backup: str, save_freq: str, last: str) -> None:
    from gan_course.training.keras_fit import FitGAN

    model = FitGAN(e2e.tiny(**CHANGES))
    killed = at(int(last), model, lambda: os.kill(os.getpid(), signal.SIGKILL))
    fit(model, backup, save_freq if save_freq == "epoch" else int(save_freq), [killed])


if __name__ == "__main__":
    _main(*sys.argv[1:])
