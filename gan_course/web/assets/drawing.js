/* Pictures of pictures: what is drawn on the left is answered on the right, stroke by stroke. */
const { examples, palette, random: draws } = model.drawing;
const DEPTH = model.network.inputs[0][2];
const board = find("#question");
const pen = board.getContext("2d", { willReadFrequently: true });
const past = []; // the board before each stroke
let seed = 1; // of the dropout
let colour = palette[1] ?? palette[0];
let cursor = null; // where the keyboard's brush is
let last = null; // where the stroke has come to

/* The board as the network takes it: values in the recipe's range. */
function question() {
  const [low, high] = model.range;
  const { data } = pen.getImageData(0, 0, WIDTH, HEIGHT);
  const values = new Float64Array(HEIGHT * WIDTH * DEPTH);
  for (let i = 0; i < HEIGHT * WIDTH; i++) {
    const [red, green, blue] = data.subarray(4 * i, 4 * i + 3);
    const shades = DEPTH === 1 ? [0.299 * red + 0.587 * green + 0.114 * blue] : [red, green, blue];
    for (let c = 0; c < DEPTH; c++) values[i * DEPTH + c] = (shades[c] / 255) * (high - low) + low;
  }
  return values;
}

const answer = onceAFrame(() => paint(find("#picture"), generate([question()], 1, seeded(seed))));

function remember() {
  past.push(pen.getImageData(0, 0, WIDTH, HEIGHT));
  if (past.length > 40) past.shift();
}

function clear() {
  pen.fillStyle = palette[0];
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  answer();
}

/* A line from where the stroke was, or a dot. */
function stroke([x, y]) {
  pen.strokeStyle = colour;
  pen.lineWidth = Number(find("#width").value);
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(...(last ?? [x, y]));
  pen.lineTo(x, y);
  pen.stroke();
  last = [x, y];
  answer();
}

function place(event) {
  const frame = board.getBoundingClientRect();
  return [
    ((event.clientX - frame.left) / frame.width) * WIDTH,
    ((event.clientY - frame.top) / frame.height) * HEIGHT,
  ];
}

function listenToPointer() {
  board.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    board.setPointerCapture(event.pointerId);
    remember();
    last = null;
    stroke(place(event));
  });
  board.addEventListener("pointermove", (event) => {
    if (board.hasPointerCapture(event.pointerId)) stroke(place(event));
  });
}

/* The arrow keys move the brush by a pixel, with the space bar held down they draw. */
function listenToKeys() {
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let painting = false;
  board.addEventListener("keydown", (event) => {
    cursor ??= [WIDTH / 2, HEIGHT / 2];
    if (event.key === " ") {
      event.preventDefault();
      if (!painting) { painting = true; remember(); last = null; stroke(cursor); }
    } else if (moves[event.key]) {
      event.preventDefault();
      const [right, down] = moves[event.key];
      const inside = (value, end) => Math.max(0, Math.min(end, value));
      cursor = [inside(cursor[0] + right, WIDTH), inside(cursor[1] + down, HEIGHT)];
      if (painting) stroke(cursor);
      showCursor();
    }
  });
  board.addEventListener("keyup", (event) => { if (event.key === " ") painting = false; });
  board.addEventListener("blur", () => { painting = false; });
}

function showCursor() {
  const [x, y] = cursor;
  board.setAttribute("aria-label", `Drawing board, brush at column ${x}, row ${y}`);
}

function buildPalette() {
  const choose = (input) => input.addEventListener("input", () => { colour = input.value; });
  palette.forEach((value) => {
    const swatch = document.createElement("label");
    swatch.style.background = value;
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "colour", value });
    radio.checked = value === colour;
    radio.setAttribute("aria-label", `Colour ${value}`);
    choose(radio);
    swatch.append(radio);
    find("#palette").append(swatch);
  });
  if (DEPTH === 1) return;
  const own = document.createElement("label");
  own.className = "own";
  own.innerHTML = `<input type="color" value="#d04020">your own`;
  choose(own.querySelector("input"));
  own.querySelector("input").addEventListener("input", () => {
    for (const radio of document.querySelectorAll("#palette [type=radio]")) radio.checked = false;
  });
  find("#palette").append(own);
}

/* Test images as bytes in base64, to begin with. */
function buildExamples() {
  find("#shelf").hidden = !examples.length;
  examples.forEach((text, n) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const image = new ImageData(pixelsOf(bytes, 0, HEIGHT * WIDTH, DEPTH, [0, 255]), WIDTH, HEIGHT);
    const start = () => { remember(); pen.putImageData(image, 0, 0); answer(); };
    const canvas = thumbnail(find(".shelf"), `Question ${n + 1}: draw on it`, start);
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    canvas.getContext("2d").putImageData(image, 0, 0);
    if (n === 0) pen.putImageData(image, 0, 0);
  });
}

/* A picture from the disk, its middle scaled to the board. */
async function open(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.max(WIDTH / picture.width, HEIGHT / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  remember();
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, (WIDTH - width) / 2, (HEIGHT - height) / 2, width, height);
  answer();
}

function begin() {
  board.width = WIDTH;
  board.height = HEIGHT;
  const width = find("#width");
  const tell = () => { width.nextElementSibling.textContent = `${width.value} px`; };
  width.value = Math.max(2, Math.round(WIDTH / 14));
  width.addEventListener("input", tell);
  tell();
  clear();
  buildPalette();
  buildExamples();
  listenToPointer();
  listenToKeys();
  find("#clear").addEventListener("click", () => { remember(); clear(); });
  find("#undo").addEventListener("click", () => { if (past.length) { pen.putImageData(past.pop(), 0, 0); answer(); } });
  find("#file").addEventListener("change", (event) => { if (event.target.files[0]) open(event.target.files[0]); });
  find("#again").hidden = !draws;
  find("#again").addEventListener("click", () => { seed += 1; answer(); });
  answer();
}
