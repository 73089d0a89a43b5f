"""The JavaScript of the live page, run in node: its maths against Keras, NumPy and paper."""

import dataclasses
import json
from types import SimpleNamespace

import numpy as np
import pytest
from node import answer, start

from gan_course.base.backend import keras, tf
from gan_course.data.painted.gaussians import DEVIATION, RING
from gan_course.games import step
from gan_course.games.objectives import OBJECTIVES
from gan_course.measures.metrics.modes import count_modes
from gan_course.recipes import RECIPES
from gan_course.teaching import plane
from gan_course.web import lab
from gan_course.web.asset import asset

PLANE = lab.settings(RECIPES["gan_plane"])
SMALL = {**PLANE, "generator": [6, 5], "discriminator": [5, 7], "latent_dim": 3, "clip": 0}
LOSSES = sorted(OBJECTIVES)


def engine(code, **given):
    """Run code after the engine's, with these values; `say` gives what it found."""
    values = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in given.items())
    say = "const say = (found) => process.stdout.write(JSON.stringify(found));\n"
    flat = "const flat = (numbers) => Float64Array.from(numbers.flat());\n"
    return start(asset("lab.engine.js") + values + say + flat + code)


def run(code, **given):
    return answer(engine(code, **given))


# Random numbers


def test_the_normal_numbers_have_the_moments_of_a_normal_distribution():
    found = np.array(run("say([...new Random(3, 1).normals(40000)])"))
    root = np.sqrt(len(found))
    assert abs(found.mean()) < 4 / root
    assert abs(found.var() - 1) < 4 * np.sqrt(2) / root
    assert abs((found**3).mean()) < 4 * np.sqrt(15) / root
    assert abs((found**4).mean() - 3) < 4 * np.sqrt(96) / root


def test_streams_and_neighbouring_seeds_share_no_numbers():
    found = np.array(
        run(
            "say([[0, 0], [0, 1], [1, 0], [1, 1]].map(([seed, stream]) =>"
            " [...new Random(seed, stream).normals(2000)]))"
        )
    )
    others = np.corrcoef(found) - np.eye(4)
    assert np.abs(others).max() < 4 / np.sqrt(2000)


def test_a_seed_gives_the_same_game_and_another_seed_another():
    played = run(
        "const weights = (seed) => { const game = new Game({ ...settings, seed },"
        " cloudPoints(centres, 0.03, 500, seed)); for (let i = 0; i < 20; i++) game.step();"
        " return [...game.generator.weights.slice(0, 50)]; };"
        " say([weights(4), weights(4), weights(5)]);",
        settings=SMALL, centres=RING.tolist(),
    )  # fmt: skip
    assert played[0] == played[1]
    assert np.abs(np.subtract(played[0], played[2])).min() > 1e-6


def test_steps_by_hand_in_turn_are_the_steps_of_training():
    played = run(
        "const game = () => new Game(settings, cloudPoints(centres, 0.03, 500, 1));"
        "const [one, other] = [game(), game()];"
        "for (let i = 0; i < 5; i++) { one.step();"
        " for (let d = 0; d < 2; d++) other.discriminatorUpdate(); other.generatorUpdate(); }"
        "say([[...one.generator.weights], [...other.generator.weights], one.steps]);",
        settings={**SMALL, "d_steps": 2}, centres=RING.tolist(),
    )  # fmt: skip
    assert played[0] == played[1]
    assert played[2] == {"D": 10, "G": 5}


def test_looking_changes_nothing():
    played = run(
        "const game = () => new Game(settings, cloudPoints(centres, 0.03, 500, 1));"
        "const [one, other] = [game(), game()];"
        "one.step(); other.step();"
        "one.field(9); one.pull(one.make(new Random(0, 9).normals(12)));"
        "one.step(); other.step();"
        "say([[...one.generator.weights], [...other.generator.weights]]);",
        settings=SMALL, centres=RING.tolist(),
    )  # fmt: skip
    assert played[0] == played[1]


# Gradients


@pytest.mark.parametrize("objective", LOSSES)
def test_every_gradient_is_the_finite_difference_of_its_loss(objective):
    rng = np.random.default_rng(2)  # odd counts: no loop comes out even
    found = run(
        """
        const game = new Game({ ...settings, d_learning_rate: 0, g_learning_rate: 0 }, flat([]));
        const losses = { discriminator: () => game.discriminatorUpdate(flat(real), flat(noise)),
          generator: () => game.generatorUpdate(flat(noise)) };
        const found = {};
        for (const player of ["discriminator", "generator"]) {
          const { weights, slopes } = game[player], h = 1e-6;
          losses[player]();
          const exact = [...slopes];
          found[player] = [exact, exact.map((_, i) => {
            const kept = weights[i];
            weights[i] = kept + h;
            const above = losses[player]();
            weights[i] = kept - h;
            const below = losses[player]();
            weights[i] = kept;
            return (above - below) / (2 * h);
          })];
        }
        say(found);
        """,
        settings={**SMALL, "objective": objective},
        real=rng.uniform(-1, 1, (9, 2)).tolist(), noise=rng.standard_normal((7, 3)).tolist(),
    )  # fmt: skip
    for exact, differences in found.values():
        assert np.abs(exact).max() > 1e-3
        np.testing.assert_allclose(exact, differences, atol=2e-8, rtol=1e-6)


def test_adam_takes_the_steps_that_one_finds_on_paper():
    # rate 0.1, beta_1 0.5, beta_2 0.999, gradients 2 and 1.
    # 1: m = 1, v = 0.004; corrected 1 / 0.5 = 2 and 0.004 / 0.001 = 4: 0.1 * 2 / 2 = 0.1
    # 2: m = 0.5 + 0.5 = 1, v = 0.003996 + 0.001 = 0.004996; corrected 1 / 0.75 = 1.33333 and
    #    0.004996 / 0.001999 = 2.499250, whose root is 1.580902: 0.1 * 1.33333 / 1.580902 = 0.084340
    found = run(
        "const adam = new Adam(1), weights = Float64Array.of(3), seen = [];"
        "for (const slope of [2, 1]) {"
        " adam.apply(weights, [slope], 0.1, 0.5); seen.push(weights[0]); }"
        "say(seen);"
    )
    np.testing.assert_allclose(found, [2.9, 2.9 - 0.084340], atol=2e-6)


# Against Keras, in 64 bits on both sides


def keras_players():
    """The networks of the recipe, in plain Keras."""

    def network(inputs, hidden, after, last, end):
        layers = [keras.Input((inputs,), dtype="float64")]
        for size in hidden:
            layers += [keras.layers.Dense(size, dtype="float64"), after()]
        return keras.Sequential([*layers, keras.layers.Dense(last, end, dtype="float64")])

    keras.utils.set_random_seed(4)
    made = SimpleNamespace(
        generator=network(
            2, PLANE["generator"], lambda: keras.layers.ReLU(dtype="float64"), 2, "tanh"
        ),
        discriminator=network(
            2, PLANE["discriminator"], lambda: keras.layers.LeakyReLU(0.2, dtype="float64"), 1, None
        ),
        d_optimizer=keras.optimizers.Adam(PLANE["d_learning_rate"], beta_1=PLANE["beta_1"]),
        g_optimizer=keras.optimizers.Adam(PLANE["g_learning_rate"], beta_1=PLANE["beta_1"]),
    )
    made.d_optimizer.build(made.discriminator.trainable_variables)
    made.g_optimizer.build(made.generator.trainable_variables)
    return made


def flat(network):
    return np.concatenate([weight.ravel() for weight in network.get_weights()])


@pytest.mark.parametrize("objective", LOSSES)
def test_updates_from_the_same_weights_are_those_of_the_library(objective):
    rng, state = np.random.default_rng(5), keras_players()
    real = rng.uniform(-1, 1, (3, 30, 2))
    noise = rng.standard_normal((3, 2, 30, 2))
    start = [flat(state.generator), flat(state.discriminator)]
    clip = 0.05 if objective == "wasserstein" else None
    rules, losses = dataclasses.replace(OBJECTIVES[objective], clip=clip), []
    for number in range(3):
        d = step.discriminator_update(
            state, rules, tf.constant(real[number]), tf.constant(noise[number, 0])
        )
        g = step.generator_update(state, rules, tf.constant(noise[number, 1]))
        losses.append([float(d["d_loss"]), float(g["g_loss"])])
    found = run(
        """
        const game = new Game(settings, flat([]));
        game.generator.weights.set(start[0]);
        game.discriminator.weights.set(start[1]);
        const losses = real.map((batch, i) => [
          game.discriminatorUpdate(flat(batch), flat(noise[i][0])),
          game.generatorUpdate(flat(noise[i][1])),
        ]);
        const [generator, discriminator] = [game.generator.weights, game.discriminator.weights];
        say({ losses, generator: [...generator], discriminator: [...discriminator] });
        """,
        settings={**PLANE, "objective": objective, "clip": clip or 0},
        start=[each.tolist() for each in start], real=real.tolist(), noise=noise.tolist(),
    )  # fmt: skip
    np.testing.assert_allclose(found["losses"], losses, rtol=1e-5, atol=1e-6)
    for player, before in zip(("generator", "discriminator"), start, strict=True):
        after = flat(getattr(state, player))
        assert np.abs(after - before).max() > 1e-3  # three steps of Adam
        np.testing.assert_allclose(found[player], after, atol=1e-5)


def test_the_field_and_the_arrows_are_those_of_the_librarys_figures():
    state, points = keras_players(), np.random.default_rng(6).uniform(-1, 1, (11, 2))
    found = run(
        "const game = new Game(settings, flat([])); game.discriminator.weights.set(weights);"
        "say([[...game.field(7)], [...game.pull(flat(points))]]);",
        settings=PLANE, weights=flat(state.discriminator).tolist(), points=points.tolist(),
    )  # fmt: skip
    rules = OBJECTIVES["non_saturating"]
    np.testing.assert_allclose(
        np.reshape(found[0], (7, 7)), plane.field(state.discriminator, 7), atol=1e-5
    )
    expected = plane.pull(state.discriminator, rules, points)
    np.testing.assert_allclose(np.reshape(found[1], (11, 2)), expected, atol=1e-5)


UNDECIDED = {  # by hand, of a D that cannot tell: D = 1/2, or a logit of 0
    "non_saturating": [2 * np.log(2), np.log(2)],
    "minimax": [2 * np.log(2), -np.log(2)],
    "least_squares": [1 / 8 + 1 / 8, 1 / 8],
    "hinge": [2, 0],
    "wasserstein": [0, 0],
}


def test_the_dashed_lines_are_the_losses_of_a_discriminator_that_cannot_tell():
    found = run("say(names.map(undecidedLosses))", names=list(UNDECIDED))
    np.testing.assert_allclose(found, list(UNDECIDED.values()), atol=1e-12)


# The data, and the count


def test_the_clouds_have_the_librarys_centres_and_deviation():
    found = run("say([...cloudPoints(centres, deviation, 8000, 1)])",
                centres=RING.tolist(), deviation=DEVIATION)  # fmt: skip
    clouds = np.reshape(found, (1000, 8, 2))
    np.testing.assert_allclose(clouds.mean(axis=0), RING, atol=5 * DEVIATION / np.sqrt(1000))
    np.testing.assert_allclose(clouds.std(axis=0), DEVIATION, rtol=0.12)


def test_modes_are_counted_as_the_library_counts():
    rng = np.random.default_rng(8)
    counts = [120, 80, 80, 50, 40, 22, 7, 1]  # the last but one is just above a tenth of its share
    clouds = np.repeat(RING, counts, axis=0)
    for points in (clouds + 0.05 * rng.standard_normal((400, 2)), rng.uniform(-0.1, 0.1, (9, 2))):
        found = run("say(countModes(flat(points), centres, deviation))",
                    points=points.tolist(), centres=RING.tolist(), deviation=DEVIATION)  # fmt: skip
        expected = count_modes(points, RING, DEVIATION)
        assert found["covered"] == expected.covered
        np.testing.assert_allclose(found["good"], expected.quality)


# What the page is for


STEPS = {(0.5, 0): 1500, (0.5, 1): 1500, (0.5, 2): 1500, (0.9, 0): 600}  # at most


@pytest.fixture(scope="module")
def games():
    """(beta_1, seed) -> modes covered after every 100 steps, until 7 are for 300 steps running."""
    played = {
        (beta_1, seed): engine(
            "const game = new Game(settings, cloudPoints(centres, deviation, 2000, settings.seed));"
            "const counts = [], seen = new Random(9, 9).normals(4000);"
            "const stays = () => counts.length > 3 && Math.min(...counts.slice(-4)) > 6;"
            "while (game.steps.G < steps && !stays()) {"
            " for (let i = 0; i < 100; i++) game.step();"
            " counts.push(countModes(game.make(seen), centres, deviation).covered); }"
            "say(counts);",
            settings={**PLANE, "beta_1": beta_1, "seed": seed},
            steps=steps,
            centres=RING.tolist(),
            deviation=DEVIATION,
        )
        for (beta_1, seed), steps in STEPS.items()
    }
    return {key: answer(process) for key, process in played.items()}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_live_training_covers_the_ring(games, seed):
    assert min(games[0.5, seed][-4:]) >= 7  # and that it stays so


@pytest.mark.slow
def test_live_training_collapses_with_the_longer_memory_of_chapter_0(games):
    assert games[0.9, 0][-1] <= 4  # chapter 0: 0 to 4 of 8, over five seeds
