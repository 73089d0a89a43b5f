"use strict";
// The page: its controls, and the loop that trains between two pictures. In: what lab.py writes
// into the page (presets, clouds). The maths is in lab.engine.js, the drawing in lab.draw.js.

const SIDE = 41; // places of the field, each way
const GRID_SIDE = 25; // lines of G's grid, each way
const ARROWS = 60;
const TRAIN_MS = 20; // between two pictures
const TURN_MS = 350; // of D, or of G, where they move in turn
const COUNT_MS = 500; // between two counts of the modes
const RATES = [1e-5, 3e-5, 1e-4, 2e-4, 3e-4, 5e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2];
const CHOICES = { // what a slider can be set to
  d_learning_rate: RATES,
  g_learning_rate: RATES,
  beta_1: Array.from({ length: 20 }, (_, i) => i / 20),
  d_steps: [1, 2, 3, 4, 5, 10],
  clip: [0.01, 0.03, 0.1, 0.3, 1],
};
const SCALES = { // the ends of the colours
  least_squares: ["0: made by G", "1: real"],
  hinge: ["−1: made by G", "1: real"],
  wasserstein: ["lowest score", "highest score"],
};
const INVITATION = "Draw the real points here:\nmouse, finger, or arrow keys and space";
const $ = (id) => document.getElementById(id);

class Lab {
  // given: presets [{name, question, data, settings}], clouds {name: centres}, deviation.
  constructor(given) {
    Object.assign(this, given, { view: new PlaneView($("plane")), running: false, cursor: null });
    this.fill();
    this.listen();
    this.choosePreset(0);
  }

  // ---- The game that is played -----

  choosePreset(number) {
    const { question, data, settings } = this.presets[number];
    Object.assign(this, { data, settings: { ...settings } });
    $("preset").value = number;
    $("question").textContent = question;
    this.showSettings();
    this.anew();
  }

  // New networks and losses; what the student drew stays.
  anew() {
    this.pause();
    const { seed, latent_dim } = this.settings, centres = this.clouds[this.data];
    this.drawn ??= new Float64Array(0);
    const points = centres ? cloudPoints(centres, this.deviation, 2000, seed) : this.drawn;
    this.game = new Game(this.settings, points);
    this.curve = new Curve();
    this.losses = [NaN, NaN];
    this.moved = "";
    const shown = new Random(seed, STREAM.shown);
    this.shown = shown.normals(300 * latent_dim);
    this.counted = shown.normals(2000 * latent_dim);
    this.grid = noiseGrid(latent_dim);
    this.say(this.ready() ? "Untrained. Press Train, or move one player at a time." : "");
    this.refresh();
  }

  ready() {
    return this.game.points.length > 0;
  }

  // One update of "D" or of "G".
  move(player) {
    const update = player === "D" ? "discriminatorUpdate" : "generatorUpdate";
    this.losses[player === "D" ? 0 : 1] = this.game[update]();
    this.moved = player;
  }

  // One step of training. Its losses go into the curve.
  step() {
    this.losses = this.game.step();
    this.curve.add(...this.losses);
  }

  // ---- The loop -----

  train() {
    if (this.running || !this.ready()) return;
    Object.assign(this, { running: true, since: performance.now(), pictures: 0, steps: 0, turn: 0 });
    $("train").textContent = "Pause";
    this.say("Training …");
    requestAnimationFrame((now) => this.frame(now));
  }

  pause(why = "Paused.") {
    if (!this.running) return;
    this.running = false;
    $("train").textContent = "Train";
    this.refresh();
    this.say(why);
  }

  frame(now) {
    if (!this.running) return;
    if ($("speed").value === "turns") {
      if (now - this.turn >= TURN_MS) {
        this.turn = now;
        this.takeTurn();
        this.refresh();
      }
    } else {
      const limit = $("speed").value === "1" ? 1 : Infinity, until = performance.now() + TRAIN_MS;
      let steps = 0;
      do this.step();
      while (++steps < limit && performance.now() < until);
      this.steps += steps;
      this.refresh(now - (this.lastCount ?? 0) > COUNT_MS);
    }
    if (!this.losses.every((loss) => Number.isFinite(loss) || this.game.steps.G === 0)) {
      this.pause("The losses are no longer numbers: lower the learning rates and start anew.");
      return;
    }
    this.pictures += 1;
    requestAnimationFrame((next) => this.frame(next));
  }

  // In slow motion: all of D's updates, then G's, one a picture.
  takeTurn() {
    const { D, G } = this.game.steps;
    this.move(D < (G + 1) * this.settings.d_steps ? "D" : "G");
    if (this.moved === "G") this.curve.add(...this.losses);
    this.say(this.moved === "D" ? "D has moved: the colours." : "G has moved: its points and grid.");
  }

  byHand(player) {
    this.pause();
    this.move(player);
    if (this.losses.every(Number.isFinite)) this.curve.add(...this.losses);
    this.refresh();
    this.say(player === "D" ? "D has learnt from one batch: the colours moved." : "G has learnt from one batch: its points moved.");
  }

  // ---- What is shown -----

  // The picture, the curves and the numbers; the count of the modes takes longer than the others.
  refresh(count = true) {
    const { settings } = this;
    const scene = this.ready() ? this.scene() : { words: INVITATION };
    if (this.cursor && document.activeElement === $("plane")) scene.cursor = this.cursor;
    this.view.draw(scene);
    this.curve.draw($("losses"), undecidedLosses(settings.objective));
    if (count) this.count();
    this.showNumbers();
  }

  // All that is ticked.
  scene() {
    const { game, settings } = this, on = (name) => $(`show-${name}`).checked;
    const scene = {};
    if (on("field")) scene.answers = { values: answers(game.field(SIDE), settings.objective), side: SIDE };
    if (on("grid")) scene.grid = { ...this.grid, points: game.make(this.grid.flat) };
    if (on("real")) scene.real = this.drawing() ? game.points : game.points.subarray(0, 1000);
    const fake = game.make(this.shown);
    if (on("fake")) scene.fake = fake;
    if (on("arrows")) {
      const from = fake.slice(0, 2 * ARROWS);
      scene.arrows = { from, slopes: game.pull(from) };
      if (on("fake")) scene.fake = from; // the arrows' own points
    }
    return scene;
  }

  count() {
    this.lastCount = performance.now();
    const centres = this.clouds[this.data];
    if (!centres) return;
    const { covered, good } = countModes(this.game.make(this.counted), centres, this.deviation);
    $("modes").textContent = `${covered} of ${centres.length}`;
    $("good").textContent = `${Math.round(100 * good)}%`;
  }

  showNumbers() {
    const { D, G } = this.game.steps, ready = this.ready();
    const shown = (loss) => (Number.isFinite(loss) ? loss.toFixed(3) : "–");
    $("steps-d").textContent = D.toLocaleString("en");
    $("steps-g").textContent = G.toLocaleString("en");
    $("d-loss").textContent = shown(this.losses[0]);
    $("g-loss").textContent = shown(this.losses[1]);
    for (const id of ["train", "d-step", "g-step"]) $(id).disabled = !ready;
    if (this.running && this.steps) {
      const seconds = (performance.now() - this.since) / 1000;
      this.speeds = [this.steps / seconds, this.pictures / seconds];
      $("facts").textContent = `${this.sizes()} · ${this.speeds.map(Math.round).join(" steps and ")} pictures a second`;
    } else {
      $("facts").textContent = this.sizes();
    }
  }

  sizes() {
    const { generator, discriminator } = this.game;
    return `G ${generator.sizes.join("→")}, D ${discriminator.sizes.join("→")}, ${this.settings.batch_size} points a batch`;
  }

  // For eyes and for screen readers.
  say(words) {
    $("status").textContent = words;
    const counted = this.clouds[this.data] ? ` Modes covered: ${$("modes").textContent}, good points ${$("good").textContent}.` : "";
    const { D, G } = this.game.steps;
    const label = `The plane after ${D} steps of D and ${G} of G.${counted}`;
    $("plane").setAttribute("aria-label", this.drawing() ? `${label} Arrow keys move the pen, space draws points.` : label);
  }
}

// D's logits as answers from 0 (made by G) to 1 (real). A Wasserstein score has no scale of its own.
function answers(logits, objective) {
  if (ANSWERS[objective]) return logits.map(ANSWERS[objective]);
  const low = Math.min(...logits), high = Math.max(...logits);
  return logits.map((logit) => (high > low ? (logit - low) / (high - low) : 0.5));
}

// Noise on a grid of lines: a line for one number; for more than two, a slice (the others are 0).
function noiseGrid(latent_dim) {
  const rows = latent_dim === 1 ? 1 : GRID_SIDE, columns = latent_dim === 1 ? 200 : GRID_SIDE;
  const along = (i, count) => REACH * ((2 * i) / (count - 1) - 1);
  const noise = Array.from({ length: rows * columns }, (_, n) => {
    const z = new Array(latent_dim).fill(0);
    z[0] = along(n % columns, columns);
    if (latent_dim > 1) z[1] = along(Math.floor(n / columns), rows);
    return z;
  });
  return { rows, columns, noise, flat: Float64Array.from(noise.flat()) };
}
