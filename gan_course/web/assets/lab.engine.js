"use strict";
// The maths of the page: two small networks, their losses, Adam, and the two updates. In: settings
// with the names of the library's recipes, and real points. Out: numbers. Nothing here knows the
// page: it runs in node, too, where the tests hold it against Keras.
//
// A batch of points is one Float64Array, row after row.

// ---- Random numbers: one stream for each purpose, all from one seed -------------------------

class Random {
  constructor(seed, stream) {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) >>> 0;
    for (let i = 0; i < 8; i++) this.uniform(); // neighbouring seeds begin far apart
  }

  uniform() { // mulberry32, [0, 1)
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  normal() { // Box and Muller
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  normals(count) {
    return Float64Array.from({ length: count }, () => this.normal());
  }

  integer(below) {
    return Math.floor(this.uniform() * below);
  }
}

const STREAM = { generator: 0, discriminator: 1, batches: 2, noise: 3, shown: 4, points: 5 };

// ---- Networks -------------------------------------------------------------------------------

// The three loops below take nearly all the time. Each works on four rows of weights and two points
// (or on four points) at once, so that a number that was fetched is used more than once.

// output = input · weights + biases.
function affine({ inputs, outputs, weights, biases }, input, output, count) {
  for (let n = 0; n < count; n += 2) {
    const two = n + 1 < count ? 1 : 0; // an odd last point is computed twice
    const p = n * outputs, q = p + two * outputs, u = n * inputs, v = u + two * inputs;
    for (let k = 0; k < outputs; k++) output[p + k] = output[q + k] = biases[k];
    let j = 0;
    for (; j + 4 <= inputs; j += 4) {
      const a = input[u + j], b = input[u + j + 1], c = input[u + j + 2], d = input[u + j + 3];
      const e = input[v + j], f = input[v + j + 1], g = input[v + j + 2], h = input[v + j + 3];
      const w = j * outputs, x = w + outputs, y = x + outputs, z = y + outputs;
      for (let k = 0; k < outputs; k++) {
        const r = weights[w + k], s = weights[x + k], t = weights[y + k], o = weights[z + k];
        const first = output[p + k] + a * r + b * s + c * t + d * o;
        output[q + k] += e * r + f * s + g * t + h * o;
        output[p + k] = first;
      }
    }
    for (; j < inputs; j++) {
      for (let k = 0; k < outputs; k++) {
        const first = output[p + k] + input[u + j] * weights[j * outputs + k];
        output[q + k] += input[v + j] * weights[j * outputs + k];
        output[p + k] = first;
      }
    }
  }
}

// The gradients of the weights and biases, added to what the layer has.
function weightGradients({ inputs, outputs, weightSlopes, biasSlopes }, input, delta, count) {
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < outputs; k++) biasSlopes[k] += delta[n * outputs + k];
  }
  let n = 0;
  for (; n + 4 <= count; n += 4) {
    const p = n * outputs, q = p + outputs, r = q + outputs, s = r + outputs;
    let j = 0;
    for (; j + 2 <= inputs; j += 2) {
      const u = n * inputs + j, v = u + inputs, x = v + inputs, y = x + inputs;
      const a = input[u], b = input[v], c = input[x], d = input[y];
      const e = input[u + 1], f = input[v + 1], g = input[x + 1], h = input[y + 1];
      const w = j * outputs, z = w + outputs;
      for (let k = 0; k < outputs; k++) {
        const i = delta[p + k], l = delta[q + k], m = delta[r + k], o = delta[s + k];
        weightSlopes[w + k] += a * i + b * l + c * m + d * o;
        weightSlopes[z + k] += e * i + f * l + g * m + h * o;
      }
    }
    for (; j < inputs; j++) {
      const u = n * inputs + j, w = j * outputs;
      const a = input[u], b = input[u + inputs], c = input[u + 2 * inputs], d = input[u + 3 * inputs];
      for (let k = 0; k < outputs; k++) {
        weightSlopes[w + k] += a * delta[p + k] + b * delta[q + k] + c * delta[r + k] + d * delta[s + k];
      }
    }
  }
  for (; n < count; n++) {
    for (let j = 0; j < inputs; j++) {
      const a = input[n * inputs + j];
      for (let k = 0; k < outputs; k++) weightSlopes[j * outputs + k] += a * delta[n * outputs + k];
    }
  }
}

// The gradient of the layer's input: delta · weights transposed.
function inputGradients({ inputs, outputs, weights }, delta, result, count) {
  for (let n = 0; n < count; n += 2) {
    const two = n + 1 < count ? 1 : 0;
    const p = n * outputs, q = p + two * outputs, u = n * inputs, v = u + two * inputs;
    let j = 0;
    for (; j + 4 <= inputs; j += 4) {
      const w = j * outputs, x = w + outputs, y = x + outputs, z = y + outputs;
      let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
      for (let k = 0; k < outputs; k++) {
        const first = delta[p + k], second = delta[q + k];
        const r = weights[w + k], s = weights[x + k], t = weights[y + k], o = weights[z + k];
        a += first * r;
        b += first * s;
        c += first * t;
        d += first * o;
        e += second * r;
        f += second * s;
        g += second * t;
        h += second * o;
      }
      result[u + j] = a;
      result[u + j + 1] = b;
      result[u + j + 2] = c;
      result[u + j + 3] = d;
      result[v + j] = e;
      result[v + j + 1] = f;
      result[v + j + 2] = g;
      result[v + j + 3] = h;
    }
    for (; j < inputs; j++) {
      let a = 0, b = 0;
      for (let k = 0; k < outputs; k++) {
        a += delta[p + k] * weights[j * outputs + k];
        b += delta[q + k] * weights[j * outputs + k];
      }
      result[u + j] = a;
      result[v + j] = b;
    }
  }
}

// Dense layers: (leaky) ReLU in between, tanh or nothing at the end.
class Network {
  // sizes: of the input, the hidden layers, the output. leak: slope of the hidden layers below 0.
  constructor(sizes, leak, tanh, random) {
    const pairs = sizes.slice(1).map((outputs, i) => [sizes[i], outputs]);
    const total = pairs.reduce((sum, [inputs, outputs]) => sum + (inputs + 1) * outputs, 0);
    Object.assign(this, { sizes, leak, tanh, places: new Map() });
    this.weights = new Float64Array(total); // layer by layer: kernel (inputs, outputs), bias
    this.slopes = new Float64Array(total); // their gradient, in the same order
    let at = 0;
    this.layers = pairs.map(([inputs, outputs]) => {
      const cut = [at, at + inputs * outputs, (at += (inputs + 1) * outputs)];
      return {
        inputs, outputs,
        weights: this.weights.subarray(cut[0], cut[1]), biases: this.weights.subarray(cut[1], cut[2]),
        weightSlopes: this.slopes.subarray(cut[0], cut[1]), biasSlopes: this.slopes.subarray(cut[1], cut[2]),
      };
    });
    for (const { inputs, outputs, weights } of this.layers) {
      const limit = Math.sqrt(6 / (inputs + outputs)); // Glorot uniform; biases 0: Keras's defaults
      weights.forEach((_, i) => (weights[i] = limit * (2 * random.uniform() - 1)));
    }
  }

  // Room for the outputs and gradients of all layers, for batches of that many.
  placesFor(count) {
    if (!this.places.has(count)) {
      const room = () => this.sizes.map((size) => new Float64Array(size * count));
      this.places.set(count, { outputs: room(), slopes: room() });
    }
    return this.places.get(count);
  }

  // input (count, sizes[0]) -> output (count, last size), overwritten by the next call of that count.
  forward(input, count) {
    const { outputs } = this.placesFor(count);
    outputs[0].set(input);
    this.layers.forEach((layer, i) => {
      const output = outputs[i + 1];
      affine(layer, outputs[i], output, count);
      if (i + 1 < this.layers.length) {
        for (let k = 0; k < output.length; k++) if (output[k] < 0) output[k] *= this.leak;
      } else if (this.tanh) {
        for (let k = 0; k < output.length; k++) output[k] = Math.tanh(output[k]);
      }
    });
    return outputs.at(-1);
  }

  // After `forward` of that count: the loss's slope at the output -> its slope at the input. Those
  // of the weights are in this.slopes, unless they are not asked for.
  backward(slope, count, ofWeights = true) {
    const { outputs, slopes } = this.placesFor(count);
    slopes.at(-1).set(slope);
    if (ofWeights) this.slopes.fill(0);
    for (let i = this.layers.length - 1; i >= 0; i--) {
      const delta = slopes[i + 1], output = outputs[i + 1];
      if (i + 1 < this.layers.length) {
        for (let k = 0; k < delta.length; k++) if (output[k] <= 0) delta[k] *= this.leak;
      } else if (this.tanh) {
        for (let k = 0; k < delta.length; k++) delta[k] *= 1 - output[k] * output[k];
      }
      if (ofWeights) weightGradients(this.layers[i], outputs[i], delta, count);
      inputGradients(this.layers[i], delta, slopes[i], count);
    }
    return slopes[0];
  }
}

// Kingma & Ba 2015, arXiv:1412.6980, with Keras's place and size of epsilon.
class Adam {
  constructor(size) {
    this.mean = new Float64Array(size);
    this.square = new Float64Array(size);
    this.steps = 0;
  }

  apply(weights, slopes, rate, beta1, beta2 = 0.999, epsilon = 1e-7) {
    const { mean, square } = this;
    this.steps += 1;
    const alpha = (rate * Math.sqrt(1 - beta2 ** this.steps)) / (1 - beta1 ** this.steps);
    for (let i = 0; i < weights.length; i++) {
      mean[i] += (slopes[i] - mean[i]) * (1 - beta1);
      square[i] += (slopes[i] * slopes[i] - square[i]) * (1 - beta2);
      weights[i] -= (alpha * mean[i]) / (Math.sqrt(square[i]) + epsilon);
    }
  }
}

// ---- The games: what each player minimises, and the slope of it, of one logit ---------------

const sigmoid = (l) => 0.5 * (1 + Math.tanh(0.5 * l));
const softplus = (l) => Math.max(l, 0) + Math.log1p(Math.exp(-Math.abs(l)));

const sayReal = [(l) => softplus(-l), (l) => -sigmoid(-l)]; // -log D
const sayFake = [softplus, sigmoid]; // -log (1 - D)
const higher = [(l) => -l, () => -1];

const OBJECTIVES = {
  non_saturating: { dReal: sayReal, dFake: sayFake, gFake: sayReal },
  minimax: { dReal: sayReal, dFake: sayFake, gFake: [(l) => -softplus(l), (l) => -sigmoid(l)] },
  least_squares: {
    dReal: [(l) => (l - 1) ** 2 / 2, (l) => l - 1],
    dFake: [(l) => l ** 2 / 2, (l) => l],
    gFake: [(l) => (l - 1) ** 2 / 2, (l) => l - 1],
  },
  hinge: {
    dReal: [(l) => Math.max(0, 1 - l), (l) => (l < 1 ? -1 : 0)],
    dFake: [(l) => Math.max(0, 1 + l), (l) => (l > -1 ? 1 : 0)],
    gFake: higher,
  },
  wasserstein: { dReal: higher, dFake: [(l) => l, () => 1], gFake: higher },
};

// What D(x) is for a logit, from 0 (made by G) to 1 (real); for Wasserstein a score has no scale.
const ANSWERS = {
  non_saturating: sigmoid,
  minimax: sigmoid,
  least_squares: (l) => Math.min(1, Math.max(0, l)),
  hinge: (l) => Math.min(1, Math.max(0, (l + 1) / 2)),
};
const UNDECIDED = { least_squares: 0.5 }; // the logit of a D that cannot tell; 0 elsewhere

// d_loss and g_loss of a D that says the same to everything: the dashed lines.
function undecidedLosses(objective) {
  const { dReal, dFake, gFake } = OBJECTIVES[objective], logit = UNDECIDED[objective] ?? 0;
  return [dReal[0](logit) + dFake[0](logit), gFake[0](logit)];
}

// ---- The data -------------------------------------------------------------------------------

// count points around the centres [[x, y], ...], equally many around each: (count, 2).
function cloudPoints(centres, deviation, count, seed) {
  const random = new Random(seed, STREAM.points);
  const points = new Float64Array(2 * count);
  for (let n = 0; n < points.length; n++) {
    points[n] = centres[(n >> 1) % centres.length][n % 2] + deviation * random.normal();
  }
  return points;
}

// Modes covered, and the share of good points: as the library counts (metrics/modes.py).
function countModes(points, centres, deviation) {
  const each = centres.map(() => 0);
  let good = 0;
  for (let n = 0; n < points.length; n += 2) {
    const distances = centres.map(([x, y]) => Math.hypot(points[n] - x, points[n + 1] - y));
    const nearest = Math.min(...distances);
    if (nearest > 3 * deviation) continue;
    good += 1;
    each[distances.indexOf(nearest)] += 1;
  }
  const fair = good / centres.length;
  return { covered: each.filter((n) => n > 0 && n >= 0.1 * fair).length, good: (2 * good) / points.length };
}

// ---- The game -------------------------------------------------------------------------------

class Game {
  // settings: objective, latent_dim, generator and discriminator (sizes of the hidden layers),
  // batch_size, d_steps, beta_1, d_learning_rate, g_learning_rate, clip (0: none), seed.
  // points: the real ones, (N, 2); more can be given later.
  constructor(settings, points) {
    const { seed, latent_dim, generator, discriminator } = settings;
    const random = (name) => new Random(seed, STREAM[name]);
    Object.assign(this, { settings: { ...settings }, points, steps: { D: 0, G: 0 } });
    this.generator = new Network([latent_dim, ...generator, 2], 0, true, random("generator"));
    this.discriminator = new Network([2, ...discriminator, 1], 0.2, false, random("discriminator"));
    this.optimizers = {
      D: new Adam(this.discriminator.weights.length), G: new Adam(this.generator.weights.length),
    };
    this.batches = random("batches");
    this.noise = random("noise");
  }

  realBatch() {
    const batch = new Float64Array(2 * this.settings.batch_size);
    for (let n = 0; n < batch.length; n += 2) {
      const chosen = 2 * this.batches.integer(this.points.length / 2);
      batch[n] = this.points[chosen];
      batch[n + 1] = this.points[chosen + 1];
    }
    return batch;
  }

  noiseBatch() {
    return this.noise.normals(this.settings.batch_size * this.settings.latent_dim);
  }

  // D learns from a batch of each kind, G stands still. Returns d_loss before the update.
  discriminatorUpdate(real = this.realBatch(), noise = this.noiseBatch()) {
    const { objective, latent_dim, d_learning_rate, beta_1, clip } = this.settings;
    const { dReal, dFake } = OBJECTIVES[objective];
    const count = noise.length / latent_dim, both = real.length / 2 + count;
    const seen = new Float64Array(2 * both);
    seen.set(real);
    seen.set(this.generator.forward(noise, count), real.length);
    const logits = this.discriminator.forward(seen, both);
    let loss = 0;
    const slopes = logits.map((logit, n) => {
      const isReal = n < both - count, share = isReal ? both - count : count;
      const [value, slope] = isReal ? dReal : dFake;
      loss += value(logit) / share;
      return slope(logit) / share;
    });
    this.discriminator.backward(slopes, both);
    const { weights, slopes: gradient } = this.discriminator;
    this.optimizers.D.apply(weights, gradient, d_learning_rate, beta_1);
    if (clip) weights.forEach((w, i) => (weights[i] = Math.min(clip, Math.max(-clip, w))));
    this.steps.D += 1;
    return loss;
  }

  // G learns through D, which stands still. Returns g_loss before the update.
  generatorUpdate(noise = this.noiseBatch()) {
    const { latent_dim, g_learning_rate, beta_1 } = this.settings;
    const count = noise.length / latent_dim;
    const { loss, slopes } = this.generatorLoss(this.generator.forward(noise, count), count);
    this.generator.backward(slopes, count);
    const { weights, slopes: gradient } = this.generator;
    this.optimizers.G.apply(weights, gradient, g_learning_rate, beta_1);
    this.steps.G += 1;
    return loss;
  }

  // The mean g_loss of points, and its slope at each of them.
  generatorLoss(points, count) {
    const [value, slope] = OBJECTIVES[this.settings.objective].gFake;
    const logits = this.discriminator.forward(points, count);
    const loss = logits.reduce((sum, logit) => sum + value(logit), 0) / count;
    const slopes = this.discriminator.backward(logits.map((l) => slope(l) / count), count, false);
    return { loss, slopes };
  }

  // One step of training: D's updates, then G's. Returns [d_loss, g_loss].
  step() {
    let dLoss = 0;
    for (let i = 0; i < this.settings.d_steps; i++) dLoss = this.discriminatorUpdate();
    return [dLoss, this.generatorUpdate()];
  }

  // ---- To look at: none of these changes the game -----

  // What G makes of noise (count, latent_dim): a copy (count, 2).
  make(noise) {
    return this.generator.forward(noise, noise.length / this.settings.latent_dim).slice();
  }

  // D's logits on side × side places of [-1, 1]², first row at y = -1.
  field(side) {
    const places = new Float64Array(2 * side * side);
    for (let n = 0; n < side * side; n++) {
      places[2 * n] = (2 * (n % side)) / (side - 1) - 1;
      places[2 * n + 1] = (2 * Math.floor(n / side)) / (side - 1) - 1;
    }
    return this.discriminator.forward(places, side * side).slice();
  }

  // Where each point would go if it could follow its own g_loss: minus the slope, (count, 2).
  pull(points) {
    const count = points.length / 2;
    return this.generatorLoss(points, count).slopes.map((slope) => -slope * count);
  }
}
