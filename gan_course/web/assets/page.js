/* What all pages share: the network, the clock, pictures on canvases. */
"use strict";
const model = JSON.parse(document.getElementById("model").textContent);
const [HEIGHT, WIDTH, CHANNELS] = model.image;
const find = (selector) => document.querySelector(selector);
const times = []; // milliseconds of the last pictures
let network;

/* What the generator makes of `batch` inputs, one after the other. */
function generate(inputs, batch = 1, random = Math.random) {
  const start = performance.now();
  const made = network.run(inputs, batch, random);
  times.push((performance.now() - start) / batch);
  if (times.length > 15) times.shift();
  const median = [...times].sort((a, b) => a - b)[times.length >> 1];
  find("#time").textContent = `${median.toFixed(1)} ms`;
  return made;
}

/* Values of a range as red, green, blue, 0 to 255. */
function pixelsOf(values, first, count, channels, [low, high]) {
  const pixels = new Uint8ClampedArray(4 * count);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) {
      const value = values[first + i * channels + (channels === 1 ? 0 : c)];
      pixels[4 * i + c] = Math.round(((value - low) / (high - low)) * 255);
    }
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

/* Shows picture number `at` of those made. */
function paint(canvas, values, at = 0) {
  const size = HEIGHT * WIDTH;
  const pixels = pixelsOf(values, at * size * CHANNELS, size, CHANNELS, model.range);
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  canvas.getContext("2d").putImageData(new ImageData(pixels, WIDTH, HEIGHT), 0, 0);
}

/* A small picture to press, with a name for those who do not see it. */
function thumbnail(parent, name, press) {
  const button = document.createElement("button");
  button.setAttribute("aria-label", name);
  const canvas = button.appendChild(document.createElement("canvas"));
  button.addEventListener("click", press);
  parent.append(button);
  return canvas;
}

/* At most once a frame, however often it is asked for. */
function onceAFrame(work) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; work(); });
  };
}

/* Random numbers from a seed, so that the page opens with the same picture for everybody.
 * Source: Mulberry32 by Tommy Ettinger, in the public domain. */
function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

find("#save").addEventListener("click", () => {
  const large = document.createElement("canvas");
  const small = find("#picture");
  const times = Math.max(1, Math.floor(512 / Math.max(small.width, small.height)));
  large.width = small.width * times;
  large.height = small.height * times;
  const context = large.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, large.width, large.height);
  const link = document.createElement("a");
  link.download = `${model.name}.png`;
  link.href = large.toDataURL("image/png");
  link.click();
});

/* In a notebook's or a site's frame: as high as what it holds. */
function fitFrame() {
  try {
    const frame = window.frameElement;
    const fit = () => { frame.style.height = `${find("main").offsetHeight + 2}px`; };
    if (frame) new ResizeObserver(fit).observe(find("main"));
  } catch { /* a frame of another origin keeps its height */ }
}

const ready = Network.load(model.network).then((loaded) => {
  network = loaded;
  begin(); // of latent.js or drawing.js
  fitFrame();
}, (error) => {
  find("#problem").hidden = false;
  find("#problem").textContent = "This browser cannot unpack the weights; use one of 2023 or newer.";
  throw error;
});
