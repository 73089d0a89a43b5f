"use strict";
// The hands of the student: buttons, sliders, a pen. Each says the lab what to do.

const SLIDERS = Object.keys(CHOICES);
const SHAPING = ["objective", "latent_dim", "seed"]; // a change starts the game anew
const PEN = 6; // points for each touch of the pen
const MOST_DRAWN = 4000;

Object.assign(Lab.prototype, {
  fill() {
    this.presets.forEach(({ name }, i) => $("preset").add(new Option(name, i)));
    $("preset").add(new Option("a game of your own", "own"));
    $("preset").lastChild.disabled = true; // what the other controls make of it
    for (const name of SLIDERS) {
      Object.assign($(name), { min: 0, max: CHOICES[name].length - 1, step: 1 });
    }
  },

  // The controls as the settings are.
  showSettings() {
    $("data").value = this.data;
    for (const name of SHAPING) $(name).value = this.settings[name];
    for (const name of SLIDERS) this.showSlider(name);
    const [low, high] = SCALES[this.settings.objective] ?? ["made by G", "real"];
    $("low").textContent = low;
    $("high").textContent = high;
    $("clip-row").hidden = !this.settings.clip;
    $("erase").hidden = !this.drawing();
    $("plane").classList.toggle("drawing", this.drawing());
    $("plane").tabIndex = this.drawing() ? 0 : -1;
    $("plane").setAttribute("role", this.drawing() ? "application" : "img");
    for (const one of document.querySelectorAll(".counted")) one.hidden = this.drawing();
    $("dashed").textContent = "dashed: of a D that says the same to everything";
  },

  // A number that the slider has no place for is shown at the next one.
  showSlider(name) {
    const choices = CHOICES[name], value = this.settings[name];
    const away = choices.map((choice) => Math.abs(choice - value));
    $(name).value = away.indexOf(Math.min(...away));
    const text = name.endsWith("rate") ? value.toString() : String(value);
    $(`${name}-out`).textContent = text;
    $(name).setAttribute("aria-valuetext", text);
  },

  listen() {
    const plane = $("plane");
    $("train").addEventListener("click", () => (this.running ? this.pause() : this.train()));
    $("d-step").addEventListener("click", () => this.byHand("D"));
    $("g-step").addEventListener("click", () => this.byHand("G"));
    $("anew").addEventListener("click", () => this.anew());
    $("erase").addEventListener("click", () => this.erase());
    $("preset").addEventListener("change", (event) => this.choosePreset(Number(event.target.value)));
    $("data").addEventListener("change", (event) => this.shape("data", event.target.value));
    for (const name of SHAPING) {
      $(name).addEventListener("change", (event) => this.shape(name, event.target.value));
    }
    for (const name of SLIDERS) $(name).addEventListener("input", () => this.slide(name));
    for (const box of document.querySelectorAll(".layers input")) {
      box.addEventListener("change", () => this.refresh());
    }
    plane.addEventListener("pointerdown", (event) => this.penDown(event));
    plane.addEventListener("pointermove", (event) => this.penMoves(event));
    plane.addEventListener("keydown", (event) => this.penKeys(event));
    plane.addEventListener("blur", () => this.refresh());
    document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.repaint());
    new ResizeObserver(() => this.repaint()).observe(plane);
  },

  repaint() {
    this.view.newColours();
    this.view.drawScale($("scale"));
    this.refresh();
  },

  // What makes it another game.
  shape(name, value) {
    if (name === "data") this.data = value;
    else if (name === "objective") this.objective(value);
    else this.settings[name] = Math.min(9999, Math.max(0, Math.round(Number(value)) || 0));
    this.own();
    this.showSettings();
    this.anew();
  },

  // It is none of the presets any more.
  own() {
    $("preset").value = "own";
    $("question").textContent = "Guess first. The same seed begins with the same networks.";
  },

  // A Wasserstein critic needs a bound on its slope; no other loss here does.
  objective(name) {
    const clip = name === "wasserstein" ? this.settings.clip || this.default_clip : 0;
    Object.assign(this.settings, { objective: name, clip });
  },

  // What the players obey from the next step on.
  slide(name) {
    const value = CHOICES[name][Number($(name).value)];
    this.settings[name] = this.game.settings[name] = value;
    this.showSlider(name);
    this.own();
  },

  // ---- The pen -----

  drawing() {
    return this.data === "drawn";
  },

  // A small cloud of real points around a place.
  dot([x, y], count = PEN) {
    this.ink ??= new Random(0, STREAM.points);
    const room = Math.min(count, MOST_DRAWN - this.drawn.length / 2);
    const cloud = Array.from({ length: 2 * Math.max(0, room) }, (_, i) => {
      const spread = (i % 2 ? y : x) + this.deviation * this.ink.normal();
      return Math.min(1, Math.max(-1, spread));
    });
    this.drawn = this.game.points = Float64Array.of(...this.drawn, ...cloud);
    if (!this.running) this.refresh(false);
    this.say(`${this.drawn.length / 2} real points drawn${room < count ? ": as many as there is room for" : ""}.`);
  },

  erase() {
    this.drawn = new Float64Array(0);
    this.anew();
  },

  penDown(event) {
    if (!this.drawing()) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    this.cursor = null;
    this.dot(this.view.place(event.clientX, event.clientY));
  },

  penMoves(event) {
    if (this.drawing() && event.buttons) this.dot(this.view.place(event.clientX, event.clientY));
  },

  penKeys(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (!this.drawing() || !(event.key in ways || event.key === " ")) return;
    event.preventDefault();
    this.cursor ??= [0, 0];
    if (event.key === " ") this.dot(this.cursor, 3 * PEN);
    else this.cursor = this.cursor.map((at, i) => Math.min(1, Math.max(-1, at + 0.05 * ways[event.key][i])));
    this.refresh(false);
  },
});

// The lab is a name of the page, so that a console, and a test, can reach it.
let lab;

function start(given) {
  lab = new Lab(given);
}
