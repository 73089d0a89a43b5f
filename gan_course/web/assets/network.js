/* A generator in plain JavaScript: the steps that gan_course.web.network writes, on arrays of
 * numbers (batch, height, width, channels).
 *
 *   const network = await Network.load(packed);
 *   network.run([latents], 1)      // Float64Array of the images, one after the other
 *
 * All numbers are doubles: JavaScript computes in them, and every other kind would be converted. */
const Network = (() => {
  "use strict";
  const BLOCK = 64; // pixels whose products are computed together: bounds the memory

  async function load(packed) {
    const [bytes, floats] = await Promise.all([unpack(packed.kernels), unpack(packed.vectors)]);
    const count = bytes.length / 2;
    const vectors = new DataView(floats.buffer);
    let kernel = 0;
    let vector = 0;
    const arrays = packed.arrays.map(({ length, scale }) => {
      const values = new Float64Array(length);
      for (let i = 0; i < length; i++) {
        if (scale === undefined) {
          values[i] = vectors.getFloat32(4 * vector++, true);
        } else {
          // two bytes, first all high ones, then all low ones; the shifts carry the sign
          values[i] = scale * (((bytes[kernel] << 24) | (bytes[count + kernel] << 16)) >> 16);
          kernel += 1;
        }
      }
      return values;
    });
    return { run: (inputs, batch, random = Math.random) => run(packed, arrays, inputs, batch, random) };
  }

  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  function run(packed, arrays, inputs, batch, random) {
    const values = inputs.map((data, at) => (
      { data: Float64Array.from(data), shape: packed.inputs[at] }
    ));
    for (const step of packed.steps) {
      const size = step.shape.reduce((a, b) => a * b, 1);
      const made = { shape: step.shape, data: new Float64Array(batch * size) };
      const weights = {};
      for (const name of ["kernel", "bias", "factor", "shift"]) weights[name] = arrays[step[name]];
      OPERATIONS[step.op](made, step.of.map((at) => values[at]), { ...step, ...weights, batch, random });
      values.push(made);
    }
    return values[packed.output].data;
  }

  /* out (rows, columns) = a (rows, inner) · b (inner, columns). Four times four sums at a time,
   * which stay in the processor's registers. */
  function multiply(out, a, b, rows, inner, columns) {
    const wholeRows = rows - (rows % 4);
    const wholeColumns = columns - (columns % 4);
    for (let r = 0; r < wholeRows; r += 4) {
      for (let c = 0; c < wholeColumns; c += 4) tile(out, a, b, r, c, inner, columns);
    }
    for (let r = 0; r < wholeRows; r++) {
      for (let c = wholeColumns; c < columns; c++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += a[r * inner + k] * b[k * columns + c];
        out[r * columns + c] = sum;
      }
    }
    for (let r = wholeRows; r < rows; r++) {
      const at = r * columns;
      out.fill(0, at, at + columns);
      for (let k = 0; k < inner; k++) {
        const x = a[r * inner + k];
        const row = k * columns;
        for (let c = 0; c < columns; c++) out[at + c] += x * b[row + c];
      }
    }
  }

  function tile(out, a, b, r, c, inner, columns) {
    let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0;
    let s20 = 0, s21 = 0, s22 = 0, s23 = 0, s30 = 0, s31 = 0, s32 = 0, s33 = 0;
    let i0 = r * inner, i1 = i0 + inner, i2 = i1 + inner, i3 = i2 + inner;
    for (let k = 0, j = c; k < inner; k++, j += columns) {
      const b0 = b[j], b1 = b[j + 1], b2 = b[j + 2], b3 = b[j + 3];
      const a0 = a[i0++], a1 = a[i1++], a2 = a[i2++], a3 = a[i3++];
      s00 += a0 * b0; s01 += a0 * b1; s02 += a0 * b2; s03 += a0 * b3;
      s10 += a1 * b0; s11 += a1 * b1; s12 += a1 * b2; s13 += a1 * b3;
      s20 += a2 * b0; s21 += a2 * b1; s22 += a2 * b2; s23 += a2 * b3;
      s30 += a3 * b0; s31 += a3 * b1; s32 += a3 * b2; s33 += a3 * b3;
    }
    let o = r * columns + c;
    out[o] = s00; out[o + 1] = s01; out[o + 2] = s02; out[o + 3] = s03; o += columns;
    out[o] = s10; out[o + 1] = s11; out[o + 2] = s12; out[o + 3] = s13; o += columns;
    out[o] = s20; out[o + 1] = s21; out[o + 2] = s22; out[o + 3] = s23; o += columns;
    out[o] = s30; out[o + 1] = s31; out[o + 2] = s32; out[o + 3] = s33;
  }

  function addBias(made, bias) {
    if (!bias) return;
    const { data } = made;
    for (let i = 0; i < data.length; i += bias.length) {
      for (let c = 0; c < bias.length; c++) data[i + c] += bias[c];
    }
  }

  function dense(made, [x], { kernel, bias }) {
    const columns = made.shape[made.shape.length - 1];
    const rows = made.data.length / columns;
    multiply(made.data, x.data, kernel, rows, x.data.length / rows, columns);
    addBias(made, bias);
  }

  /* Calls each(pixel in the block, image, y, x) for the pixels from `start`. */
  function pixels(start, count, [height, width], each) {
    for (let p = 0; p < count; p++) {
      const at = start + p;
      each(p, Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width);
    }
  }

  /* A convolution: the patches that the filters see, as the rows of a matrix. */
  function conv(made, [x], { kernel, bias, size, stride, before, batch }) {
    const [height, width, channels] = x.shape;
    const filters = made.shape[2];
    const inner = size[0] * size[1] * channels;
    const total = batch * made.shape[0] * made.shape[1];
    const patches = new Float64Array(BLOCK * inner);
    for (let start = 0; start < total; start += BLOCK) {
      const count = Math.min(BLOCK, total - start);
      patches.fill(0);
      pixels(start, count, made.shape, (p, image, row, column) => {
        for (let i = 0; i < size[0]; i++) {
          const y = row * stride[0] + i - before[0];
          if (y < 0 || y >= height) continue;
          for (let j = 0; j < size[1]; j++) {
            const across = column * stride[1] + j - before[1];
            if (across < 0 || across >= width) continue;
            const from = ((image * height + y) * width + across) * channels;
            const to = p * inner + (i * size[1] + j) * channels;
            for (let c = 0; c < channels; c++) patches[to + c] = x.data[from + c];
          }
        }
      });
      const out = made.data.subarray(start * filters, (start + count) * filters);
      multiply(out, patches, kernel, count, inner, filters);
    }
    addBias(made, bias);
  }

  /* A transposed convolution: every pixel times the kernel, added where it is spread to. */
  function spread(made, [x], { kernel, bias, size, stride, before, batch }) {
    const [height, width, filters] = made.shape;
    const channels = x.shape[2];
    const columns = size[0] * size[1] * filters;
    const total = batch * x.shape[0] * x.shape[1];
    const products = new Float64Array(BLOCK * columns);
    for (let start = 0; start < total; start += BLOCK) {
      const count = Math.min(BLOCK, total - start);
      const input = x.data.subarray(start * channels, (start + count) * channels);
      multiply(products, input, kernel, count, channels, columns);
      pixels(start, count, x.shape, (p, image, row, column) => {
        for (let i = 0; i < size[0]; i++) {
          const y = row * stride[0] + i - before[0];
          if (y < 0 || y >= height) continue;
          for (let j = 0; j < size[1]; j++) {
            const across = column * stride[1] + j - before[1];
            if (across < 0 || across >= width) continue;
            const to = ((image * height + y) * width + across) * filters;
            const from = p * columns + (i * size[1] + j) * filters;
            for (let f = 0; f < filters; f++) made.data[to + f] += products[from + f];
          }
        }
      });
    }
    addBias(made, bias);
  }

  /* A normalisation with known statistics: a factor and a shift for each channel. */
  function affine(made, [x], { factor, shift }) {
    const channels = shift.length;
    for (let i = 0; i < x.data.length; i += channels) {
      for (let c = 0; c < channels; c++) made.data[i + c] = x.data[i + c] * factor[c] + shift[c];
    }
  }

  /* Each group of channels of each image gets mean 0 and deviation 1. */
  function norm(made, [x], { groups, epsilon, factor, shift, batch }) {
    const channels = x.shape[x.shape.length - 1];
    const each = x.data.length / batch;
    const width = channels / groups;
    for (let image = 0; image < batch; image++) {
      for (let first = 0; first < channels; first += width) {
        let sum = 0;
        let squares = 0;
        const all = (use) => {
          for (let i = image * each; i < (image + 1) * each; i += channels) {
            for (let c = first; c < first + width; c++) use(i + c, c);
          }
        };
        const count = (each / channels) * width;
        all((i) => { sum += x.data[i]; });
        const mean = sum / count;
        all((i) => { squares += (x.data[i] - mean) ** 2; });
        const scale = 1 / Math.sqrt(squares / count + epsilon);
        all((i, c) => {
          const value = (x.data[i] - mean) * scale;
          made.data[i] = value * (factor ? factor[c] : 1) + (shift ? shift[c] : 0);
        });
      }
    }
  }

  const pointwise = (change) => (made, [x], step) => {
    for (let i = 0; i < x.data.length; i++) made.data[i] = change(x.data[i], step);
  };

  /* Calls each(where in the result, where in the image) for all pixels of the result. */
  function places(made, x, batch, source, each) {
    const [height, width, channels] = made.shape;
    for (let image = 0; image < batch; image++) {
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const [y, across] = source(row, column);
          if (y < 0 || y >= x.shape[0] || across < 0 || across >= x.shape[1]) continue;
          const to = ((image * height + row) * width + column) * channels;
          const from = ((image * x.shape[0] + y) * x.shape[1] + across) * channels;
          for (let c = 0; c < channels; c++) each(to + c, from + c);
        }
      }
    }
  }

  function up(made, [x], { size, batch }) {
    const source = (row, column) => [Math.floor(row / size[0]), Math.floor(column / size[1])];
    places(made, x, batch, source, (to, from) => { made.data[to] = x.data[from]; });
  }

  function pad(made, [x], { before, mirror, batch }) {
    const inside = (at, length) => {
      if (!mirror) return at;
      return at < 0 ? -at : at >= length ? 2 * (length - 1) - at : at;
    };
    const source = (row, column) => [
      inside(row - before[0], x.shape[0]), inside(column - before[1], x.shape[1]),
    ];
    places(made, x, batch, source, (to, from) => { made.data[to] = x.data[from]; });
  }

  function join(made, parts) {
    const channels = made.shape[made.shape.length - 1];
    let first = 0;
    for (const { data, shape } of parts) {
      const own = shape[shape.length - 1];
      for (let i = 0; i < data.length; i++) {
        made.data[Math.floor(i / own) * channels + first + (i % own)] = data[i];
      }
      first += own;
    }
  }

  function sum(made, parts) {
    for (const { data } of parts) for (let i = 0; i < data.length; i++) made.data[i] += data[i];
  }

  const OPERATIONS = {
    dense, conv, spread, affine, norm, up, pad, join, sum,
    reshape: (made, [x]) => made.data.set(x.data),
    leaky_relu: pointwise((x, { slope }) => (x > 0 ? x : slope * x)),
    elu: pointwise((x) => (x > 0 ? x : Math.expm1(x))),
    silu: pointwise((x) => x / (1 + Math.exp(-x))),
    tanh: pointwise(Math.tanh),
    sigmoid: pointwise((x) => 1 / (1 + Math.exp(-x))),
    dropout: pointwise((x, { rate, random }) => (random() < rate ? 0 : x / (1 - rate))),
  };

  return { load };
})();
