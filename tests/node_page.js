/* The generator of a page without a browser, for node; in: PAGE QUESTION
 * QUESTION: {inputs: lists of numbers, batch, random: what every draw of a dropout gives}
 * Prints the images as a list of numbers. The script and the weights are those in the page. */
const { readFileSync } = require("node:fs");
const [page, question] = process.argv.slice(2).map((file) => readFileSync(file, "utf8"));
const inside = (id) => page.match(new RegExp(`<script[^>]* id="${id}">([^]*?)</script>`))[1];
const Network = new Function(`${inside("network")}; return Network;`)();
const { inputs, batch, random } = JSON.parse(question);
Network.load(JSON.parse(inside("model")).network).then((network) => {
  console.log(JSON.stringify(Array.from(network.run(inputs, batch, () => random))));
});
