// Everything that runs: the clock, ages, fuses. All by the server's time, not this computer's.
import { say } from "./words.js";

const NBSP = "\u00a0";
const TICK = 89.8; // where a fuse's tick stands while the time has not run out (see fuse.py)
let offset = Number(document.body.dataset.now) - Date.now();
let samples = [];

/** Milliseconds since 1970 by the server's clock. */
export const now = () => Date.now() + offset;

/** A ping told us the server's time. The sample that travelled fastest is the truest. */
export function learn(serverMs) {
  const sample = serverMs - Date.now();
  const wasSet = Math.abs(sample - offset) > 5000; // one of the clocks was
  samples = [...(wasSet ? [] : samples.slice(-9)), sample];
  offset = Math.max(...samples);
  if (wasSet && isRunning) tick();
}

/** 41 s, 2 min, 1 h 12 min: cut down, never rounded up. The same rule as formats.py. */
export function duration(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s}${NBSP}s`;
  if (s < 3600) return `${Math.floor(s / 60)}${NBSP}min`;
  if (s < 86400) return `${Math.floor(s / 3600)}${NBSP}h${NBSP}${Math.floor((s % 3600) / 60)}${NBSP}min`;
  return `${Math.floor(s / 86400)}${NBSP}d${NBSP}${Math.floor((s % 86400) / 3600)}${NBSP}h`;
}

/** 2 min 35 s while it is under an hour: for clocks with a target. */
export function exact(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  return s >= 60 && s < 3600 ? `${Math.floor(s / 60)}${NBSP}min${NBSP}${s % 60}${NBSP}s` : duration(ms);
}

const wall = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Europe/Stockholm", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
});
/** 03:41:27, wall clock in Sweden wherever this computer thinks it is. */
export const clock = (ms) => wall.format(ms);

function put(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

function draw(svg, elapsed, target) {
  const ratio = Math.max(0, elapsed) / target; // two clocks may disagree by a moment
  const over = ratio * TICK > 100;
  const width = (over ? 100 : ratio * TICK).toFixed(1);
  const [, line, tick] = svg.children;
  if (line.getAttribute("width") !== width) line.setAttribute("width", width);
  const x = (over ? 100 / ratio : TICK).toFixed(1);
  if (tick.getAttribute("x") !== x) tick.setAttribute("x", x);
}

/** Bring one queue row up to this second. */
export function ageRow(row, at = now()) {
  const age = at - Number(row.dataset.opened);
  put(row.querySelector("[data-age]"), duration(age));
  const free = row.querySelector("[data-free]");
  if (!free) return;
  const target = Number(row.dataset.target) * 1000;
  const late = age - target;
  free.classList.toggle("q-over", late >= 1000);
  put(free, late >= 1000 ? say("over_target", { time: duration(late) }) : say("nobody"));
  const svg = row.querySelector("svg.fuse");
  if (svg) draw(svg, age, target);
}

function ageIncident(at) {
  const inc = document.getElementById("incident");
  if (!inc) return;
  const age = at - Number(inc.dataset.opened);
  for (const cell of inc.querySelectorAll("[data-run]")) {
    put(cell.querySelector("b"), exact(age));
    if (cell.dataset.run !== "take") continue;
    let svg = cell.querySelector("svg.fuse");
    if (!svg) {
      const from = document.getElementById("fuse-template").content.firstElementChild;
      cell.append((svg = from.cloneNode(true)));
      svg.classList.add(`p${inc.dataset.priority}`);
    }
    draw(svg, age, Number(inc.dataset.target) * 1000);
  }
  put(inc.querySelector("[data-clock]"), clock(at));
}

const each = new Set();
/** Call `work(serverMs)` once a second, after the clocks have moved. */
export const everySecond = (work) => each.add(work);

// Rows in sight every second; of the others a few each second, so that none is ever long behind.
const OUT_OF_SIGHT_AT_ONCE = 40;
const inSight = new Set();
const sight = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    if (isIntersecting) {
      inSight.add(target);
      ageRow(target);
    } else inSight.delete(target);
  }
});
let turn = 0;
function ageRows(at) {
  const rows = document.getElementById("queue").children;
  for (const row of inSight) {
    if (row.isConnected) ageRow(row, at);
    else inSight.delete(row);
  }
  for (let n = Math.min(OUT_OF_SIGHT_AT_ONCE, rows.length); n > 0; n -= 1) {
    const row = rows[(turn = (turn + 1) % rows.length)];
    if (row.matches(".q") && !inSight.has(row)) ageRow(row, at);
  }
}

/** Let the clocks of a new row run. */
export const follow = (row) => sight.observe(row);

function tick() {
  const at = now();
  put(document.getElementById("clock"), clock(at));
  ageRows(at);
  ageIncident(at);
  for (const work of each) work(at);
}

// What is urgent and free pulses once a second. An animation would draw its rows sixty times.
const HALF_A_PULSE_MS = 500;
const beat = setInterval(() => {
  const root = document.documentElement.dataset;
  root.beat = root.beat === "on" ? "off" : "on";
}, HALF_A_PULSE_MS);

let isOver = false;
let isRunning = false;
/** Stop them: what they draw is no longer in the page. */
export function stop() {
  isOver = true;
  isRunning = false;
  clearInterval(beat);
}

/** Start the clocks; the first tick comes at once, the next at the full second. */
export function start() {
  isRunning = true;
  for (const row of document.querySelectorAll("#queue > .q")) follow(row);
  const next = () => {
    if (isOver) return;
    tick();
    setTimeout(next, 1000 - (now() % 1000));
  };
  next();
}
