/* Pictures of noise: sliders along directions of the noise, new samples, a walk between two. */
const { dim, noise, directions } = model.latent;
const classes = model.classes;
const random = seeded(1);
const CLOUD = 1000; // points of the plane, where the pictures are points
const SHELF = 12;
let base = sample(); // the noise vector in the middle of the sliders
let from = base;
let to = sample();
let label = 0;
let cloud = null;

function sample() {
  return Array.from({ length: dim }, () => {
    if (noise === "uniform") return 2 * random() - 1;
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  });
}

/* The noise vector that the sliders say. */
function current() {
  const ways = [...document.querySelectorAll(".sliders input")].map((slider) => Number(slider.value));
  return base.map((value, i) => ways.reduce((sum, way, n) => sum + way * directions[n][i], value));
}

/* Of normal noise along the sphere, where most of it lies; of uniform noise straight on. */
function between(a, b, t) {
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  const angle = Math.acos(Math.max(-1, Math.min(1, dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)))));
  if (noise === "uniform" || Math.sin(angle) < 1e-3) return a.map((x, i) => x + t * (b[i] - x));
  const weights = [Math.sin((1 - t) * angle), Math.sin(t * angle)].map((w) => w / Math.sin(angle));
  return a.map((x, i) => weights[0] * x + weights[1] * b[i]);
}

function make(latents, labels) {
  const inputs = [Float64Array.from(latents.flat())];
  if (classes.length) {
    inputs.push(Float64Array.from(labels.flatMap((l) => classes.map((_, n) => Number(n === l)))));
  }
  return generate(inputs, latents.length);
}

const draw = onceAFrame(() => {
  const latent = current();
  show(find("#picture"), make([latent], [label]));
  if (classes.length) drawClasses(latent);
});

/* All classes of one noise vector. */
function drawClasses(latent) {
  const made = make(classes.map(() => latent), classes.map((_, n) => n));
  document.querySelectorAll(".classes canvas").forEach((canvas, n) => paint(canvas, made, n));
}

/* A picture; or, of points of the plane, the point among a thousand others. */
function show(canvas, made, at = 0) {
  if (!model.points) return paint(canvas, made, at);
  const side = canvas.id ? 420 : 60;
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  context.fillStyle = "#15181e";
  context.fillRect(0, 0, side, side);
  const place = (values, n) => [values[2 * n], -values[2 * n + 1]].map((v) => (v + 1) * side / 2);
  const dot = ([x, y], size, colour) => {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, size, 0, 7);
    context.fill();
  };
  cloud ??= make(Array.from({ length: CLOUD }, sample));
  const size = side / 210;
  for (let n = 0; n < CLOUD; n++) dot(place(cloud, n), size, "#9bb7ff80");
  dot(place(made, at), 5 * size, "#ffb347");
}

function go(latent) {
  base = latent;
  reset();
}

function reset() {
  for (const slider of document.querySelectorAll(".sliders input")) {
    slider.value = 0;
    slider.nextElementSibling.textContent = "0.0";
  }
  draw();
}

function buildSliders() {
  directions.forEach((_, n) => {
    const row = document.createElement("label");
    row.className = "slider";
    row.innerHTML = `direction ${n + 1} <input type="range" min="-3" max="3" step="0.1" value="0">
      <output>0.0</output>`;
    const slider = row.querySelector("input");
    slider.addEventListener("input", () => {
      slider.nextElementSibling.textContent = Number(slider.value).toFixed(1);
      draw();
    });
    find(".sliders").append(row);
  });
}

function buildClasses() {
  find("#classes").hidden = !classes.length;
  classes.forEach((name, n) => {
    const option = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "class" });
    radio.checked = n === label;
    radio.addEventListener("change", () => { label = n; draw(); fillShelf(); drawEnds(); });
    option.append(radio, document.createElement("canvas"), name);
    find(".classes").append(option);
  });
}

let shelved = [];
let shelf = [];

function buildShelf() {
  if (model.points) { find("#shelf").hidden = true; return; } // the cloud shows them all
  shelf = Array.from({ length: SHELF }, (_, n) =>
    thumbnail(find(".shelf"), `Sample ${n + 1}: look at it`, () => go(shelved[n])));
  shelved = shelf.map(sample);
}

function fillShelf() {
  if (!shelf.length) return;
  const made = make(shelved, shelved.map(() => label));
  shelf.forEach((canvas, n) => show(canvas, made, n));
}

function drawEnds() {
  const made = make([from, to], [label, label]);
  show(find("#from canvas"), made, 0);
  show(find("#to canvas"), made, 1);
}

/* There and back in eight seconds, until it is stopped. */
function play() {
  const button = find("#play");
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", on);
  button.textContent = on ? "Stop" : "Walk";
  const start = performance.now() - 4000 * Number(find("#along").value);
  const step = (now) => {
    if (button.getAttribute("aria-pressed") !== "true") return;
    const t = Math.max(0, (now - start) / 4000) % 2;
    find("#along").value = t < 1 ? t : 2 - t;
    walk();
    requestAnimationFrame(step);
  };
  if (on) requestAnimationFrame(step);
}

function walk() {
  go(between(from, to, Number(find("#along").value)));
}

function stop() {
  if (find("#play").getAttribute("aria-pressed") === "true") play();
}

function begin() {
  buildSliders();
  buildClasses();
  buildShelf();
  fillShelf();
  find("#new").addEventListener("click", () => { stop(); go(sample()); });
  find("#reset").addEventListener("click", reset);
  find("#more").addEventListener("click", () => { shelved = shelf.map(sample); fillShelf(); });
  find("#along").addEventListener("input", () => { stop(); walk(); });
  find("#play").addEventListener("click", play);
  find("#from").addEventListener("click", () => { stop(); from = current(); drawEnds(); });
  find("#to").addEventListener("click", () => { stop(); to = current(); drawEnds(); });
  drawEnds();
  draw();
}
