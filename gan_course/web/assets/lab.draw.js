"use strict";
// What the page shows: the plane and the losses. In: arrays of numbers. Out: pixels of a canvas.
// Nothing here trains. Colours and words are those of the course's figures (teaching/lab.py).

// Matplotlib's RdBu, turned round: blue for G's, white in the middle, red for real.
const RED_BLUE = [
  [5, 48, 97], [33, 102, 172], [67, 147, 195], [146, 197, 222], [209, 229, 240], [247, 247, 247],
  [253, 219, 199], [244, 165, 130], [214, 96, 77], [178, 24, 43], [103, 0, 31],
];
const LEVELS = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.47, 0.53, 0.6, 0.7, 0.8, 0.9, 0.95, 1];
const REACH = 2.4; // of the grid in the noise
const ZOOM = 8; // pixels of the field's picture between two of its places

const cssColour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// 1024 colours for answers from 0 to 1, in bands, laid over the page's own colour; each as the four
// bytes red, green, blue, alpha.
function palette(count = 1024, share = 0.75) {
  const page = cssColour("--plane").match(/\w\w/g).map((two) => parseInt(two, 16));
  const bytes = Array.from({ length: count }, (_, i) => {
    const band = LEVELS.findIndex((level) => i / (count - 1) < level) - 1;
    const at = ((band < 0 ? LEVELS.length - 2 : band) / (LEVELS.length - 2)) * (RED_BLUE.length - 1);
    const low = Math.floor(at), high = Math.min(low + 1, RED_BLUE.length - 1);
    const colour = page.map((base, c) => {
      const pure = RED_BLUE[low][c] + (at - low) * (RED_BLUE[high][c] - RED_BLUE[low][c]);
      return base + share * (pure - base);
    });
    return [...colour, 255];
  });
  return Uint8ClampedArray.from(bytes.flat());
}

// A canvas's context in CSS pixels, as fine as the screen; [context, width, height].
function sharp(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return [context, width, height];
}

class PlaneView {
  constructor(canvas) {
    this.canvas = canvas;
    this.picture = document.createElement("canvas");
    this.newColours();
  }

  newColours() {
    this.colours = palette();
    this.pixels = new Uint32Array(this.colours.buffer); // four bytes at once
  }

  // Of a pixel of the canvas, the place in [-1, 1]².
  place(x, y) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [(2 * (x - left)) / width - 1, 1 - (2 * (y - top)) / height];
  }

  // scene: answers {values, side} of D, from 0 to 1; grid {points, rows, columns, noise};
  // real, fake; arrows {from, to}; centres; cursor. Each is drawn if it is there.
  draw(scene) {
    const [context, size] = sharp(this.canvas);
    const at = (points, n) => [((points[2 * n] + 1) / 2) * size, ((1 - points[2 * n + 1]) / 2) * size];
    Object.assign(this, { context, size, at });
    if (scene.answers) this.drawAnswers(scene.answers);
    if (scene.grid) this.drawGrid(scene.grid);
    if (scene.real) this.drawDots(scene.real, 1.5, "#000", "rgba(255,255,255,.55)");
    if (scene.fake) this.drawDots(scene.fake, 2.4, "#32cd32", "#0a4d0a");
    if (scene.arrows) this.drawArrows(scene.arrows);
    if (scene.cursor) this.drawCursor(scene.cursor);
    if (scene.words) this.drawWords(scene.words);
  }

  // Between the places the answers are mixed, so that the edges of the bands are smooth.
  drawAnswers({ values, side }) {
    const wide = (side - 1) * ZOOM, last = this.pixels.length - 1;
    if (this.picture.width !== wide) this.picture.width = this.picture.height = wide;
    const context = this.picture.getContext("2d"), image = context.createImageData(wide, wide);
    const pixels = new Uint32Array(image.data.buffer);
    for (let row = 0, p = 0; row < wide; row++) {
      const y = side - 1 - (row + 0.5) / ZOOM, j = Math.floor(y), v = y - j;
      for (let column = 0; column < wide; column++, p++) {
        const x = (column + 0.5) / ZOOM, i = Math.floor(x), u = x - i, n = j * side + i;
        const below = values[n] + u * (values[n + 1] - values[n]);
        const above = values[n + side] + u * (values[n + side + 1] - values[n + side]);
        pixels[p] = this.pixels[Math.round(last * (below + v * (above - below)))];
      }
    }
    context.putImageData(image, 0, 0);
    this.context.drawImage(this.picture, 0, 0, this.size, this.size);
  }

  // Both families of lines; each piece as dark as its noise is likely.
  drawGrid({ points, noise, rows, columns }) {
    const { context, at } = this;
    const piece = (n, m) => {
      const squared = noise[n].map((z, i) => ((z + noise[m][i]) / 2) ** 2).reduce((a, b) => a + b, 0);
      context.strokeStyle = `rgba(0, 84, 10, ${0.12 + 0.75 * Math.exp(-0.25 * squared)})`;
      context.beginPath();
      context.moveTo(...at(points, n));
      context.lineTo(...at(points, m));
      context.stroke();
    };
    context.lineWidth = rows === 1 ? 2 : 0.9;
    for (let n = 0; n < rows * columns; n++) {
      if ((n + 1) % columns) piece(n, n + 1);
      if (n + columns < rows * columns) piece(n, n + columns);
    }
  }

  drawDots(points, radius, fill, edge) {
    const { context, at } = this;
    context.fillStyle = fill;
    context.strokeStyle = edge;
    context.lineWidth = 0.6;
    for (let n = 0; n < points.length / 2; n++) {
      context.beginPath();
      context.arc(...at(points, n), radius, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
  }

  // A slope of any size has room: its arrow is at most a sixth of the plane long.
  drawArrows({ from, slopes }) {
    const { context, at, size } = this;
    context.strokeStyle = context.fillStyle = "#000";
    context.lineWidth = 1.4;
    for (let n = 0; n < from.length / 2; n++) {
      const [dx, dy] = [slopes[2 * n], -slopes[2 * n + 1]], slope = Math.hypot(dx, dy);
      const length = (size / 6) * Math.tanh(slope / 3);
      if (!(length > 1)) continue;
      const [x, y] = at(from, n), [u, v] = [dx / slope, dy / slope];
      const [tx, ty] = [x + u * length, y + v * length], head = Math.min(6, length / 2);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(tx, ty);
      context.stroke();
      context.beginPath();
      context.moveTo(tx + u * 2, ty + v * 2);
      context.lineTo(tx - u * head - v * head * 0.5, ty - v * head + u * head * 0.5);
      context.lineTo(tx - u * head + v * head * 0.5, ty - v * head - u * head * 0.5);
      context.fill();
    }
  }

  drawCursor(place) {
    const { context, at } = this, [x, y] = at(place, 0);
    context.strokeStyle = cssColour("--accent");
    context.lineWidth = 2;
    context.strokeRect(x - 8, y - 8, 16, 16);
  }

  drawWords(words) {
    const { context, size } = this, lines = words.split("\n");
    context.font = "600 17px system-ui, sans-serif";
    context.textAlign = "center";
    lines.forEach((line, i) => {
      const y = size / 2 + 26 * (i - (lines.length - 1) / 2);
      context.lineWidth = 5;
      context.strokeStyle = cssColour("--page");
      context.fillStyle = cssColour("--text");
      context.strokeText(line, size / 2, y);
      context.fillText(line, size / 2, y);
    });
  }

  // The bar that says what the colours mean.
  drawScale(canvas) {
    const [context, width, height] = sharp(canvas);
    for (let x = 0; x < width; x++) {
      const at = 4 * Math.floor(((this.pixels.length - 1) * x) / width);
      context.fillStyle = `rgb(${this.colours.subarray(at, at + 3)})`;
      context.fillRect(x, 0, 1.5, height);
    }
  }
}

// The losses of a whole run in at most 800 places: when they are full, two become one.
class Curve {
  constructor() {
    Object.assign(this, { d: [], g: [], every: 1, waiting: [] });
  }

  add(dLoss, gLoss) {
    this.waiting.push([dLoss, gLoss]);
    if (this.waiting.length < this.every) return;
    [this.d, this.g].forEach((line, i) => {
      line.push(this.waiting.reduce((sum, both) => sum + both[i], 0) / this.every);
    });
    this.waiting = [];
    if (this.d.length < 800) return;
    const halved = (line) => line.filter((_, n) => n % 2).map((late, n) => (line[2 * n] + late) / 2);
    Object.assign(this, { d: halved(this.d), g: halved(this.g), every: 2 * this.every });
  }

  // A running mean over 25 steps, as in chapter 0.
  static smooth(line, window) {
    let sum = 0;
    return line.map((value, n) => {
      sum += value - (n >= window ? line[n - window] : 0);
      return sum / Math.min(n + 1, window);
    });
  }

  // dashed: the two losses of a D that says the same to everything.
  draw(canvas, dashed) {
    const [context, width, height] = sharp(canvas);
    const window = Math.max(1, Math.round(25 / this.every));
    const lines = [this.d, this.g].map((line) => Curve.smooth(line, window));
    const values = [...lines.flat(), ...dashed], colours = [cssColour("--d"), cssColour("--g")];
    let low = Math.min(...values), high = Math.max(...values);
    const margin = 0.08 * (high - low) || 0.5;
    [low, high] = [low - margin, high + margin];
    const left = 44, right = width - 52, bottom = height - 20;
    const y = (value) => 4 + ((high - value) / (high - low)) * (bottom - 4);
    const x = (n) => left + (n / Math.max(1, this.d.length - 1)) * (right - left);
    context.font = "12px system-ui, sans-serif";
    context.fillStyle = cssColour("--soft");
    context.strokeStyle = cssColour("--line");
    context.strokeRect(left, 4, right - left, bottom - 4);
    context.textAlign = "right";
    for (const value of [high - margin, low + margin]) context.fillText(value.toFixed(2), left - 5, y(value) + 4);
    context.textAlign = "left";
    context.fillText("step 0", left, height - 5);
    context.textAlign = "right";
    context.fillText((this.d.length * this.every).toLocaleString("en"), right, height - 5);
    context.textAlign = "left";
    const last = lines.map((line, i) => y(line.at(-1) ?? dashed[i]));
    const apart = Math.max(0, 14 - Math.abs(last[0] - last[1])) / 2; // names never lie on each other
    lines.forEach((line, i) => {
      context.strokeStyle = context.fillStyle = colours[i];
      context.lineWidth = 1;
      context.setLineDash([4, 4]);
      context.beginPath();
      context.moveTo(left, y(dashed[i]));
      context.lineTo(right, y(dashed[i]));
      context.stroke();
      context.setLineDash([]);
      context.lineWidth = 1.6;
      context.beginPath();
      line.forEach((value, n) => context.lineTo(x(n), y(value)));
      context.stroke();
      const upper = last[i] < last[1 - i] || (last[0] === last[1] && i === 0);
      context.fillText(["d_loss", "g_loss"][i], right + 5, last[i] + 4 + (upper ? -apart : apart));
    });
  }
}
