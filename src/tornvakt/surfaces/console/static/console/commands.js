// What an operator can do, by name: the list in the page of keys. Each command comes with a key, and a
// person may give it another; the choice is kept on the server and follows them.
import { post } from "./actions.js";
import { say } from "./words.js";

const dialog = document.getElementById("keys");
const rows = [...dialog.querySelectorAll("[data-command]")];
const tell = document.getElementById("keys-say");
const own = JSON.parse(document.getElementById("own-keys").textContent);
const acts = new Map(); // what each command does
let isAsking = null; // the row that waits for its new key

const shipped = (row) => row.dataset.default;
const keyOf = (row) => own.keys[row.dataset.command] ?? shipped(row);
const rowOf = (name) => rows.find((row) => row.dataset.command === name);

/** Say what the commands do, by name. */
export function connect(by) {
  for (const [name, act] of Object.entries(by)) acts.set(name, act);
}

/** What a key does, or undefined. */
export const actOf = (key) => acts.get(rows.find((row) => keyOf(row) === key)?.dataset.command);

/** Whether single keys do anything. */
export const areOn = () => own.on;

/** Every command: its name, its key and what it does in words, and the act. */
export const all = () => rows.filter((row) => acts.has(row.dataset.command)).map((row) => ({
  name: row.dataset.command,
  key: own.on ? keyOf(row) : "",
  word: row.querySelector("dd span").textContent,
  isOnIncident: row.dataset.on === "incident",
  act: acts.get(row.dataset.command),
}));

function save() {
  post(dialog.dataset.save, { choice: JSON.stringify(own) });
  show();
  relabel();
}

/** The keys that stand on buttons and in the footer are those that work. */
function show() {
  document.body.classList.toggle("no-keys", !own.on);
  document.getElementById("keys-state").textContent = say(own.on ? "keys_on" : "keys_off");
  document.getElementById("keys-switch").textContent = say(own.on ? "keys_switch_off" : "keys_switch_on");
  document.getElementById("keys-reset").hidden = !Object.keys(own.keys).length;
  for (const row of rows) row.querySelector("dt kbd").textContent = keyOf(row).toUpperCase();
}

const came = new WeakMap(); // what each key on the page said when it came

/** Put the person's own keys where the page shows those it came with. */
function relabel() {
  for (const kbd of document.querySelectorAll("kbd.single, .hints kbd")) {
    if (!came.has(kbd)) came.set(kbd, kbd.textContent);
    const row = rows.find((each) => shipped(each).toUpperCase() === came.get(kbd));
    if (row) kbd.textContent = keyOf(row).toUpperCase();
  }
}

function ask(row) {
  isAsking = row;
  for (const each of rows) each.classList.toggle("is-asking", each === row);
  tell.textContent = row ? say("keys_press", { command: row.querySelector("dd span").textContent }) : "";
}

function answer(event) {
  if (!isAsking || event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1 && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  const row = isAsking;
  ask(null);
  if (event.key === "Escape") return;
  const key = event.key.toLowerCase();
  const other = rows.find((each) => each !== row && keyOf(each) === key);
  if (other) tell.textContent = say("keys_used", { key: key.toUpperCase(), command: other.querySelector("dd span").textContent });
  else if (!/^[a-zåäö0-9.,+<'-]$/.test(key)) tell.textContent = say("keys_not_this");
  else {
    if (key === shipped(row)) delete own.keys[row.dataset.command];
    else own.keys[row.dataset.command] = key;
    tell.textContent = say("keys_now", { key: key.toUpperCase(), command: row.querySelector("dd span").textContent });
    save();
  }
  row.querySelector("button").focus();
}

for (const row of rows) {
  const button = Object.assign(document.createElement("button"), { className: "btn plain push", type: "button", textContent: say("keys_change") });
  button.setAttribute("aria-label", say("keys_change_of", { command: row.querySelector("dd span").textContent }));
  button.addEventListener("click", () => ask(row));
  row.querySelector("dd").append(button);
}
dialog.addEventListener("keydown", answer, true);
dialog.addEventListener("close", () => ask(null));
document.getElementById("keys-switch").addEventListener("click", () => {
  own.on = !own.on;
  save();
});
document.getElementById("keys-reset").addEventListener("click", () => {
  own.keys = {};
  save();
});
document.getElementById("show-keys").addEventListener("click", () => dialog.showModal());
// After the pane has been remembered as it was sent: a renewal compares it with what comes next.
document.addEventListener("tornvakt:shown", () => Object.keys(own.keys).length && relabel());
show();

/** Show the list of keys. */
export const showKeys = () => dialog.showModal();
