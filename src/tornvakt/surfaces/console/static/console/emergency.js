// Nödläge on the desk: what does not reach the queue is shown and sounds all the same. It comes by
// the desk's own stream; when that cannot be opened, by one that needs no database.
import * as clocks from "./clocks.js";
import { keep } from "./emergency_list.js";
import { say } from "./words.js";

const FALL_BACK_MS = 2500; // so long without a word, and the other line is tried
const box = document.getElementById("emergency");
const show = box && keep(box, (isStored) => say(isStored ? "emergency_noted" : "emergency_not_noted"));
let waiting = [];
let source = null;
let heard = () => {};

/** What sounds: `[{ id, priority, opened }]`, beside what waits in the queue. */
export const sounding = () => waiting;

/** Take what a stream says; `changed` is called when what sounds has changed. */
export function take(told) {
  const before = waiting.length;
  waiting = (told.waiting ?? []).map(([id, priority, opened]) => ({ id: `inbox-${id}`, priority, opened }));
  const isLocked = Boolean(document.documentElement.dataset.locked); // then it only counts and sounds
  if (show && !isLocked && told.html !== undefined) show(told);
  document.documentElement.dataset.emergency = told.on ? "on" : "off";
  document.dispatchEvent(new CustomEvent("tornvakt:emergency", { detail: told.on }));
  if (waiting.length || before) heard();
}

/** Follow the desk's line: fall back when it is silent. `listen` is called when sounds change. */
export function follow(line, listen) {
  heard = listen;
  setInterval(() => {
    if (line.isOver || line.silence < FALL_BACK_MS) close();
    else if (!source) open();
  }, 500);
}

function open() {
  source = new EventSource("/nodlage/strom/");
  source.addEventListener("emergency", ({ data }) => take(JSON.parse(data)));
  source.addEventListener("ping", ({ data }) => clocks.learn(JSON.parse(data).t));
  source.onerror = () => {
    if (source?.readyState === EventSource.CLOSED) close(); // refused: no ticket
  };
}

function close() {
  source?.close();
  source = null;
}
