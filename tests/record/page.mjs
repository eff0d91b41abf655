// Runs the script of a saved page on as much of a document as it needs: node page.mjs PAGE TITLE WORD...
// Prints how many rows each word finds, then the column of that title after one click on it, and after another.
import { readFileSync } from "node:fs";

const [file, wanted, ...words] = process.argv.slice(2);
const page = readFileSync(file, "utf8");
const heard = () => {
  const on = {};
  return { on, addEventListener: (event, call) => { on[event] = call; } };
};
const cell = ([, attributes, text]) =>
  ({ textContent: text, title: (/title="([^"]*)"/.exec(attributes) ?? ["", ""])[1], ...heard() });
const lines = [...page.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, line]) =>
  [...line.matchAll(/<t[dh]([^>]*)>(.*?)<\/t[dh]>/gs)].map(cell));
const titles = lines.shift();
const body = { rows: lines.map(cells => ({ cells, hidden: false })), append(...rows) { this.rows = rows; } };
const search = { value: "", ...heard() };
const output = {};
globalThis.document = {
  querySelector: name => ({ tbody: body, input: search, output })[name],
  querySelectorAll: () => titles,
};
new Function(/<script>(.*)<\/script>/s.exec(page)[1])();

const found = words.map(word => {
  search.value = word;
  search.on.input();
  return [output.value, body.rows.filter(row => !row.hidden).length];
});
const place = titles.findIndex(title => title.textContent === wanted);
const sorted = [1, 2].map(() => {
  titles[place].on.click();
  return body.rows.map(row => row.cells[place].textContent);
});
console.log(JSON.stringify({ found, sorted }));
