// Ctrl+K: every command by its words, the incidents of the queue, and the search in all there are. The
// first hits act on the incident that is shown, and name it. Each shows its key, and so teaches it.
import * as commands from "./commands.js";
import * as incident from "./incident.js";
import * as queue from "./queue.js";
import { say } from "./words.js";

const dialog = document.getElementById("palette");
const field = document.getElementById("palette-q");
const list = document.getElementById("palette-hits");
const status = document.getElementById("palette-say");
const MOST = 8;
const SEARCH_AFTER_MS = 250;
let hits = [];
let found = { words: "", rows: [] };
let wish = null;
let goTo = () => {};

const fold = (text) => text.toLowerCase().normalize("NFC");
const parts = (text) => fold(text).split(/[\s·,.:;/()–-]+/).filter(Boolean);
/** Whether each word that was typed begins a word of `text`. */
const fits = (typed, text) => typed.every((word) => parts(text).some((part) => part.startsWith(word)) || fold(text).includes(word) && word.length > 3);

const shownTitle = () => document.querySelector("#incident h1")?.textContent.trim() ?? "";

function commandHits(typed) {
  const number = incident.number();
  return commands.all()
    .filter(({ isOnIncident }) => !isOnIncident || number)
    .map((command) => ({
      text: command.word,
      about: command.isOnIncident ? `${number} ${shownTitle()}` : "",
      key: command.key,
      run: command.act,
      first: command.isOnIncident ? 0 : 1,
    }))
    .filter(({ text }) => fits(typed, text))
    .sort((a, b) => a.first - b.first);
}

function pageHits(typed) {
  return [...document.querySelectorAll("#keys .ways a, #slims a")]
    .map((link) => ({ text: link.textContent.trim().replace(/\s+/g, " "), about: say("palette_page"), run: () => (link.dataset.go ? goTo(link.getAttribute("href")) : link.target ? link.click() : location.assign(link.href)) }))
    .filter(({ text }) => fits(typed, text));
}

function rowHits(typed) {
  if (!typed.length) return [];
  return queue.rows()
    .map((row) => ({ row, text: row.querySelector(".q-t").textContent, about: `${row.dataset.number} ${row.querySelector(".q-s").textContent}` }))
    .filter(({ text, about }) => fits(typed, `${text} ${about}`))
    .map(({ row, text, about }) => ({ text, about, number: row.dataset.number, run: () => goTo(incident.url(row.dataset.number)) }));
}

function searchHits(words, known) {
  if (!document.body.dataset.search || words.trim().length < 2) return [];
  const rows = found.words === words ? found.rows : [];
  const whole = { text: say("palette_search", { words: words.trim() }), about: say("palette_all"), run: () => location.assign(`${document.body.dataset.search}?q=${encodeURIComponent(words.trim())}`) };
  return [
    ...rows.filter(({ number }) => !known.has(number)).map(({ number, title, place, url }) => ({ text: title, about: `${number} ${place}`, run: () => goTo(url) })),
    whole,
  ];
}

function draw() {
  const words = field.value;
  const typed = parts(words);
  const rows = rowHits(typed);
  const away = searchHits(words, new Set(rows.map(({ number }) => number)));
  const near = [...commandHits(typed), ...pageHits(typed)];
  // Something of each: what one can do comes first, but never hides what one looks for.
  const own = /^[\d-]+$/.test(words.trim()) ? [...rows, ...away.slice(0, -1), ...near] : [...near.slice(0, typed.length ? 4 : MOST), ...rows, ...away.slice(0, -1), ...near.slice(4)];
  hits = own.slice(0, away.length ? MOST - 1 : MOST).concat(away.slice(-1));
  list.replaceChildren(...hits.map(item));
  choose(0);
  status.textContent = say("palette_hits", { n: hits.length });
}

function item({ text, about, key }, place) {
  const row = document.createElement("li");
  row.id = `palette-${place}`;
  row.setAttribute("role", "option");
  const what = Object.assign(document.createElement("b"), { textContent: text });
  row.append(what);
  if (about) row.append(Object.assign(document.createElement("span"), { textContent: about, className: "muted" }));
  if (key) row.append(Object.assign(document.createElement("kbd"), { textContent: key.toUpperCase() }));
  row.addEventListener("click", () => run(place));
  row.addEventListener("pointermove", () => choose(place));
  return row;
}

let at = 0;
function choose(place) {
  at = hits.length ? (place + hits.length) % hits.length : 0;
  for (const [n, row] of [...list.children].entries()) row.setAttribute("aria-selected", String(n === at));
  if (hits.length) field.setAttribute("aria-activedescendant", `palette-${at}`);
  else field.removeAttribute("aria-activedescendant");
  list.children[at]?.scrollIntoView({ block: "nearest" });
}

function run(place) {
  const hit = hits[place];
  if (!hit) return;
  dialog.close();
  field.value = "";
  setTimeout(() => hit.run()); // once the focus is back where it was
}

async function look() {
  const words = field.value;
  if (!document.body.dataset.search || words.trim().length < 2) return;
  try {
    const answer = await fetch(`${document.body.dataset.search}?q=${encodeURIComponent(words.trim())}`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(4000) });
    if (!answer.ok || answer.redirected || words !== field.value) return;
    found = { words, rows: (await answer.json()).rows.slice(0, 5) };
    const was = at;
    draw();
    choose(was);
  } catch {
    // the whole search is still there as a hit
  }
}

/** Open the palette; what was typed last stands in it, chosen. */
export function open() {
  if (dialog.open) return;
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  dialog.showModal();
  draw();
  field.select();
}

/** Say how the desk goes to an address. */
export function connect(go) {
  goTo = go;
  field.addEventListener("input", () => {
    draw();
    clearTimeout(wish);
    wish = setTimeout(look, SEARCH_AFTER_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(at);
    } else if (event.key === "Escape") {
      event.preventDefault();
      dialog.close(); // now: the next key is for the desk
    }
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.getElementById("show-palette").addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault(); // from wherever one stands, also while writing
    open();
  });
}
