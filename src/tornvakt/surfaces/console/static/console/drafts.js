// Unsaved text lives in this browser, and a moment later on the server too, per person, incident and
// field, until it has been sent. Whichever was typed last counts. Never used in case rooms.
import { now } from "./clocks.js";

const me = document.body.dataset.me;
const address = document.body.dataset.drafts;
const KEEP_MS = 7 * 24 * 3600 * 1000;
const SEND_AFTER_MS = 1200;
const AGAIN_AFTER_MS = 5000;
const key = (place) => `tv:${me}:${place}`;
const placeOf = (number, field) => `${number}:${field}`;

let there = {}; // what the server keeps, by place: { v, at }
const unsent = new Map();
let sending = null;

function local(place) {
  try {
    return JSON.parse(localStorage.getItem(key(place)) ?? "null");
  } catch {
    return null;
  }
}

/** What was written and not sent, or "". */
export function read(number, field) {
  const place = placeOf(number, field);
  if (unsent.has(place)) return unsent.get(place);
  const [here, away] = [local(place), there[place]];
  if (!here || !away) return (here ?? away)?.v ?? "";
  return (away.at > here.at ? away : here).v;
}

/** Keep `value`, here and on the server; an empty one is forgotten. */
export function write(number, field, value) {
  const place = placeOf(number, field);
  if (!value && !there[place] && !unsent.has(place) && !local(place)) return;
  try {
    if (value) localStorage.setItem(key(place), JSON.stringify({ v: value, at: now() }));
    else localStorage.removeItem(key(place));
  } catch {
    // no storage: the server has it in a moment
  }
  unsent.set(place, value);
  if (!value) delete there[place];
  later(SEND_AFTER_MS);
}

function later(ms) {
  clearTimeout(sending);
  sending = setTimeout(send, ms);
}

let isOnItsWay = false; // one at a time: an older text must not overtake a newer
async function send({ isLeaving = false } = {}) {
  clearTimeout(sending);
  if (!unsent.size) return;
  if (isOnItsWay && !isLeaving) return void later(SEND_AFTER_MS);
  isOnItsWay = true;
  const texts = Object.fromEntries(unsent);
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "X-CSRFToken": token, Accept: "application/json" },
      body: new URLSearchParams({ texts: JSON.stringify(texts) }),
      keepalive: isLeaving,
    });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    for (const [place, value] of Object.entries(texts)) {
      if (unsent.get(place) !== value) continue; // it has been typed on, or sent, meanwhile
      unsent.delete(place);
      if (value) there[place] = { v: value, at: now() };
      else delete there[place];
    }
  } catch {
    if (!isLeaving) later(AGAIN_AFTER_MS); // the text stands in the field and in this browser
  } finally {
    isOnItsWay = false;
  }
}

let waiting = []; // what to fill in once more when the server's drafts have come

/** Fetch what the server keeps. It matters where this browser has kept nothing, or another has more. */
export async function fetchKept() {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    there = await answer.json();
    const fills = waiting;
    waiting = null;
    for (const fill of fills ?? []) fill();
  } catch {
    // the line to the server says so itself
  }
}

/** Do `fill` now, and again when the server's drafts are here. */
export function fillIn(fill) {
  fill();
  waiting?.push(fill);
}

/** Contact is back: what could not be sent goes now. */
export const flush = () => send();

/** Forget what nobody came back to in a week, so that a shared browser does not gather texts. */
export function sweep() {
  try {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith("tv:") || name.split(":").length !== 4) continue;
      const { at } = JSON.parse(localStorage.getItem(name));
      if (!at || now() - at > KEEP_MS) localStorage.removeItem(name);
    }
  } catch {
    // no storage: nothing to sweep
  }
}

/** Fill a field from its draft and keep what is typed from now on. */
export function follow(field, number, name, kept = null) {
  const show = () => kept && (kept.hidden = !field.value);
  fillIn(() => {
    const saved = read(number, name);
    if (saved && !field.value) field.value = saved;
    show();
  });
  field.addEventListener("input", () => {
    write(number, name, field.value);
    show();
  });
}

addEventListener("pagehide", () => send({ isLeaving: true }));
document.addEventListener("visibilitychange", () => document.hidden && send({ isLeaving: true }));
