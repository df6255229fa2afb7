// The map in a window of its own. It works alone: it has its own line to the server, its own rows
// and its own bands, and shares what is chosen with the desk when one is open beside it.
import * as bands from "../bands.js";
import * as clocks from "../clocks.js";
import * as lock from "../lock.js";
import { Line } from "../stream.js";
import { changeTheme } from "../theme.js";
import { say } from "../words.js";
import { inOrder, read } from "./rows.js";
import { Twin } from "./twin.js";
import { View } from "./view.js";

const page = document.body.dataset;
const byId = (id) => document.getElementById(id);
const rows = byId("queue");
const ANSWERS_WITHIN_MS = 400;
let waiting = null;
let held = null; // changes that arrive while everything is being fetched again

const view = new View({
  read: () => [...rows.children].map(read).sort(inOrder),
  me: page.me,
  on: {
    chosen: (number) => twin.chosen(number),
    opened: open,
  },
});
const twin = new Twin({
  chosen(number) {
    twin.heard(number);
    if (view.selected !== number) view.select(number);
  },
  open: () => {},
  shown(number) {
    clearTimeout(waiting);
    byId("say-soon").textContent = say("map_at_desk", { number });
  },
  locked: lockUp,
});

/** Show an incident on the desk; when no desk answers, in this window. */
function open(number) {
  const row = rows.querySelector(`[data-number="${CSS.escape(number)}"] .q-a`);
  twin.say("open", { number });
  clearTimeout(waiting);
  waiting = setTimeout(() => row && location.assign(row.href), ANSWERS_WITHIN_MS);
}

function apply({ rows: sent = [], gone = [], all = false }) {
  const kept = new Set(sent.map(({ id }) => String(id)));
  if (all) for (const row of [...rows.children]) if (!kept.has(row.dataset.id)) row.remove();
  for (const id of gone) byId(`h-${id}`)?.remove();
  for (const { id, html } of sent) {
    const box = document.createElement("template");
    box.innerHTML = html;
    const fresh = box.content.firstElementChild;
    const old = byId(`h-${id}`);
    if (old) old.replaceWith(fresh);
    else rows.append(fresh);
  }
}

function take(change) {
  if (held) return void held.push(change);
  apply(change);
  if (change.rows?.length || change.gone?.length || change.all) bands.happened();
  view.changed(change.changed ?? []);
}

function lockUp() {
  line.close();
  lock.face();
}

/** What the answer says of the session; returns whether there is a page to go on with. */
function isWelcome({ status, redirected }) {
  if (status === 423) lockUp();
  else if (status === 401 || redirected) location.reload(); // signed out: nothing is left on this screen
  else if (status === 403 || status === 404) {
    line.close();
    bands.roleGone();
  } else return true;
  return false;
}

async function fetchAll() {
  held = [];
  try {
    const answer = await fetch(page.queue, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(8000) });
    if (!isWelcome(answer)) return;
    if (!answer.ok) throw new Error(String(answer.status));
    const whole = await answer.json();
    const meanwhile = held;
    held = null;
    take({ ...whole, all: true });
    meanwhile.forEach(take); // told twice is shown once
  } catch {
    held = null;
    setTimeout(fetchAll, 2000); // until it succeeds; the line says meanwhile what is true
  }
}

async function probe() {
  try {
    isWelcome(await fetch(page.queue, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(1500) }));
  } catch {
    // still nobody there
  }
}

const line = new Line(page.stream, page.seq, {
  rows: take,
  resync: fetchAll,
  ping: bands.judge,
  cut: bands.cut,
  retry(tries) {
    bands.retried(tries);
    if (tries % 3 === 0) probe();
  },
  back() {
    bands.mended();
    fetchAll();
  },
}, "karta"); // no desk: nobody is there because of a map

document.addEventListener("submit", async (event) => {
  const { target } = event;
  if (target.dataset.choice === "theme") {
    event.preventDefault();
    changeTheme(target);
  } else if (target.dataset.act === "lock") {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(target));
    const answer = await fetch(target.action, { method: "POST", body, headers: { "X-CSRFToken": target.elements.csrfmiddlewaretoken.value, Accept: "application/json" } }).catch(() => null);
    if (answer?.ok || answer?.status === 423) lockUp();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, select, textarea")) return;
  if (event.key === "Escape") view.list.focus();
  else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target === document.body) view.list.focus();
});

clocks.start();
const wanted = new URLSearchParams(location.search).get("vald");
view.select(wanted ?? view.read()[0]?.number ?? "");
addEventListener("beforeunload", () => line.close());
document.documentElement.dataset.ready = "true";
