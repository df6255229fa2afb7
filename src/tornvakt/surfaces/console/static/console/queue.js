// The queue: rows by priority, untaken before taken, then age. No row moves under the focus or the
// pointer: one that is only taken stays where it stands until one has left it.
import { ageRow, duration, follow } from "./clocks.js";
import { isNarrow } from "./width.js";
import { say } from "./words.js";

const me = document.body.dataset.me;
const list = () => document.getElementById("queue");
const scroller = document.getElementById("queue-scroll");
const above = document.getElementById("above");
let filter = 0;
let isKnown = true;
const unseen = new Set(); // rows that came above what is shown, and have not been seen

export const rows = () => [...list().children].filter((row) => row.classList.contains("q"));
export const visible = () => rows().filter((row) => !row.hidden);
export const byNumber = (number) => list().querySelector(`.q[data-number="${CSS.escape(number)}"]`);
export const selected = () => list().querySelector(".q.sel");
export const isFree = (row) => row.dataset.owner === "";
export const isMine = (row) => row.dataset.owner === me;

const order = (row) => [Number(row.dataset.priority), isFree(row) ? 0 : 1, Number(row.dataset.opened), Number(row.dataset.id)];
const late = new Set(); // rows that have yet to go where they belong
function before(a, b) {
  const [x, y] = [order(a), order(b)];
  const at = x.findIndex((value, index) => value !== y[index]);
  return at >= 0 && x[at] < y[at];
}

function parse(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return box.content.firstElementChild;
}

/** Say "You" where the shared row says the call name. */
function personal(row) {
  const owner = row.querySelector(".owner");
  if (!owner) return;
  const mine = isMine(row);
  owner.classList.toggle("me", mine);
  owner.textContent = mine ? say("you") : row.dataset.ownerName;
}

function place(row) {
  let low = 0;
  const others = rows().filter((other) => other !== row);
  let high = others.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(others[middle], row)) low = middle + 1;
    else high = middle;
  }
  const next = others[low] ?? list().querySelector(".spacer");
  if (row.nextElementSibling !== next || !row.isConnected) list().insertBefore(row, next);
}

/** Carry what the server says into a row that stands, without touching its focus. */
function renew(row, fresh, stays) {
  const chosen = row.classList.contains("sel");
  const moved = String(order(row)) !== String(order(fresh)) || !isInPlace(row, fresh);
  const isOnlyOwner = row.dataset.priority === fresh.dataset.priority;
  for (const { name, value } of fresh.attributes) row.setAttribute(name, value);
  row.classList.toggle("sel", chosen);
  row.querySelector(".q-a").innerHTML = fresh.querySelector(".q-a").innerHTML;
  if (!moved || row !== stays || !isOnlyOwner) return moved;
  late.add(row);
  return false;
}

/** What this operator let wait goes on: told aloud unless they said so themselves. */
function tellWoken({ dataset: { number, priority } }) {
  if (resumed.delete(number)) return;
  document.dispatchEvent(new CustomEvent("tornvakt:woken", { detail: { number, priority: Number(priority) } }));
}
const resumed = new Set();

/** The operator goes on with it: no news to them. */
export const goOn = (number) => resumed.add(number);

/** Whether a row stands where `order` puts it; one that was claimed here has not been moved yet. */
function isInPlace(row, fresh) {
  const [above, below] = [row.previousElementSibling, row.nextElementSibling];
  return (!above?.matches(".q") || before(above, fresh)) && (!below?.matches(".q") || before(fresh, below));
}

/** The row that may not move: the one with focus, or any while the pointer rests on the queue. */
function anchor() {
  const focused = document.activeElement?.closest?.("#queue > .q");
  if (focused) return focused;
  return scroller.matches(":hover") ? selected() ?? visible()[0] : null;
}

function hold(work) {
  const held = anchor();
  const was = held?.getBoundingClientRect().top;
  work();
  if (!held?.isConnected || held.hidden) return;
  const drift = held.getBoundingClientRect().top - was;
  if (Math.abs(drift) < 1) return;
  const box = scroller;
  // A short list cannot scroll by itself: room under it lets the rows stand still.
  const missing = box.scrollTop + drift + box.clientHeight - (list().offsetHeight - spacerHeight());
  spacer(Math.max(0, missing));
  box.scrollTop += drift;
}

const spacerHeight = () => list().querySelector(".spacer")?.offsetHeight ?? 0;
function spacer(height) {
  let node = list().querySelector(".spacer");
  if (!node && height <= 0) return;
  if (!node) {
    node = document.createElement("li");
    node.className = "spacer";
    node.setAttribute("aria-hidden", "true");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("width", "1");
    node.append(svg);
    list().append(node);
  }
  if (height <= 0) node.remove();
  else node.firstChild.setAttribute("height", Math.ceil(height)); // an attribute, no inline style
}

/** Tell whoever measures that a row has been painted (`tornvakt:row`). */
function announcePaint(fresh) {
  if (!fresh.length) return;
  requestAnimationFrame(() => {
    setTimeout(() => {
      const paintedAt = performance.timeOrigin + performance.now();
      for (const row of fresh) {
        row.dispatchEvent(new CustomEvent("tornvakt:row", {
          bubbles: true,
          detail: { id: row.dataset.id, entryId: Number(row.dataset.entryId), receivedAt: Number(row.dataset.receivedAt), paintedAt },
        }));
      }
    });
  });
}

/** Take in rows as the server sent them. Returns the rows that are new to this screen. */
export function apply({ rows: sent = [], gone = [], all = false }) {
  const added = [];
  const touched = [];
  const stays = anchor();
  hold(() => {
    const kept = new Set(sent.map((item) => String(item.id)));
    const leaving = all ? rows().filter((row) => !kept.has(row.dataset.id)) : gone.map((id) => document.getElementById(`h-${id}`));
    const focused = document.activeElement?.closest?.("#queue > .q");
    for (const row of leaving) if (row && row !== focused) row.remove();
    if (focused && leaving.includes(focused)) {
      const next = focused.nextElementSibling?.matches(".q") ? focused.nextElementSibling : focused.previousElementSibling;
      focused.remove();
      next?.querySelector(".q-a").focus({ preventScroll: true });
    }
    for (const { id, html } of sent) {
      const fresh = parse(html);
      let row = document.getElementById(`h-${id}`);
      let moved = true;
      if (row?.dataset.wakes && !fresh.dataset.wakes && fresh.dataset.owner === me) tellWoken(fresh);
      if (row) moved = renew(row, fresh, stays);
      else {
        added.push((row = fresh));
        row.querySelector(".q-a").tabIndex = -1;
        sight.observe(row);
        follow(row);
      }
      if (moved) place(row);
      personal(row);
      ageRow(row);
      touched.push(row);
    }
    for (const row of late) {
      if (row === stays) continue;
      late.delete(row);
      if (row.isConnected) place(row);
    }
    show();
  });
  count();
  hint();
  announcePaint(touched);
  return added;
}

/** Mark a row as owned before the server has answered; `undo()` puts it back. */
export function claim(row, ownerId, name) {
  const owner = String(ownerId);
  const was = { owner: row.dataset.owner, name: row.dataset.ownerName, html: row.querySelector(".q-a").innerHTML };
  Object.assign(row.dataset, { owner, ownerName: name });
  row.classList.replace(owner ? "free" : "taken", owner ? "taken" : "free");
  row.querySelector("svg.fuse")?.remove();
  const cell = row.querySelector(".q-o");
  cell.removeAttribute("data-free");
  cell.className = "q-o";
  cell.innerHTML = '<span class="owner"></span>';
  personal(row);
  count();
  return () => {
    Object.assign(row.dataset, { owner: was.owner, ownerName: was.name });
    row.classList.replace("taken", "free");
    row.querySelector(".q-a").innerHTML = was.html;
    ageRow(row);
    count();
  };
}

/** Make `row` the selected one. Focus follows when the keyboard did it. */
export function choose(row, { focus = false } = {}) {
  const was = selected();
  for (const other of rows()) {
    const chosen = other === row;
    other.classList.toggle("sel", chosen);
    const link = other.querySelector(".q-a");
    link.tabIndex = chosen ? 0 : -1;
    if (chosen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (row !== was) document.dispatchEvent(new CustomEvent("tornvakt:chosen"));
  if (!row) {
    const first = visible()[0]?.querySelector(".q-a");
    if (first) first.tabIndex = 0; // the queue can still be reached
    return;
  }
  forget(row);
  if (focus) {
    spacer(0);
    row.querySelector(".q-a").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  hint();
}

/** Back to the queue: focus on the selected row, and the pane in view where the page scrolls. */
export function bringUp() {
  if (isNarrow()) document.getElementById("queue-pane").scrollIntoView({ block: "start" });
  (selected() ?? visible()[0])?.querySelector(".q-a").focus();
}

/** The row `step` places from the selected one among those shown. */
export function neighbour(step) {
  const shown = visible();
  const at = shown.indexOf(selected());
  return shown[at < 0 ? 0 : Math.min(Math.max(at + step, 0), shown.length - 1)];
}

function show() {
  for (const row of rows()) {
    const urgent = row.dataset.priority === "1" && isFree(row); // never filtered away
    row.hidden = filter !== 0 && Number(row.dataset.priority) !== filter && !urgent;
  }
}

/** Show one priority only; the same key again shows all. */
export function filterBy(priority) {
  filter = filter === priority ? 0 : priority;
  for (const chip of document.querySelectorAll("[data-filter]")) {
    chip.setAttribute("aria-pressed", String(Number(chip.dataset.filter) === filter));
  }
  show();
  hint();
}

/** When receiver, worker or contact fails the numbers may be too low: say so. */
export function trust(known) {
  isKnown = known;
  document.getElementById("desk").classList.toggle("is-unsure", !known);
  count();
}

function count() {
  const all = rows();
  const free = all.filter(isFree);
  for (const priority of [1, 2, 3]) {
    const waiting = free.filter((row) => Number(row.dataset.priority) === priority).length;
    const cell = document.querySelector(`[data-wait="${priority}"]`);
    cell.classList.toggle("zero", waiting === 0);
    cell.querySelector(".n").textContent = isKnown || waiting ? waiting + (isKnown ? "" : "+") : "?";
    const total = all.filter((row) => Number(row.dataset.priority) === priority).length;
    document.querySelector(`[data-filter="${priority}"] .n`).textContent = total;
  }
  const words = !isKnown ? "queue_unsure" : all.length ? "queue_count" : "queue_empty";
  document.getElementById("queue-count").textContent = say(words, { all: all.length, waiting: free.length });
  const calm = document.getElementById("queue-calm");
  calm.hidden = all.length > 0 || !isKnown;
  document.title = free.length ? `(${free.length}) ${say("title")}` : say("title");
}

/** The longest wait, in words. */
export function longest(at) {
  const free = rows().filter(isFree);
  if (!free.length) return isKnown ? "–" : "?";
  const oldest = free.reduce((a, b) => (Number(b.dataset.opened) < Number(a.dataset.opened) ? b : a));
  return `${duration(at - Number(oldest.dataset.opened))} · ${oldest.querySelector(".q-t").textContent.split(/\s· /, 1)[0]}`;
}

// The browser tells what is in sight. Asking each row where it is would lay the whole queue out.
const sight = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting, boundingClientRect, rootBounds } of seen) {
    const isAbove = !isIntersecting && !target.hidden && boundingClientRect.top < (rootBounds?.top ?? 0);
    if (isAbove) unseen.add(target);
    else forget(target);
  }
  hint();
}, { root: scroller });

function forget(row) {
  unseen.delete(row);
  sight.unobserve(row);
}

function hint() {
  for (const row of unseen) if (!row.isConnected || row.hidden) forget(row);
  above.hidden = unseen.size === 0;
  above.querySelector(".n").textContent = say("above", { n: unseen.size });
}

scroller.addEventListener("scroll", () => {
  if (scroller.scrollTop === 0) spacer(0);
});
above.querySelector("button").addEventListener("click", () => {
  scroller.scrollTop = 0;
});
for (const row of rows()) row.querySelector(".q-a").tabIndex = row.classList.contains("sel") ? 0 : -1;
count();
