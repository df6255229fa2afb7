// The selected incident: loading, renewing part by part, and the text that must never be lost.
import * as drafts from "./drafts.js";
import * as queue from "./queue.js";
import { track } from "./settling.js";
import * as tabs from "./tabs.js";
import { isNarrow } from "./width.js";

const centre = document.getElementById("centre");
const signal = document.getElementById("signal");
let loading = null;
let renewing = null;
let seenStep = ""; // the step that has been brought into view already
const asSent = new WeakMap(); // each part as the server wrote it, before anything was typed in it

export const article = () => document.getElementById("incident");
export const number = () => article()?.dataset.number ?? "";
export const url = (n = number()) => `${document.body.dataset.desk}handelser/${n}/`;
const closingForm = () => document.getElementById("closing");

async function fetchParts(address, abort) {
  const answer = await fetch(`${address}${address.includes("?") ? "&" : "?"}del=1`, { signal: abort?.signal });
  if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
  return parse(await answer.text());
}

function parse(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const slots = [...page.querySelectorAll("[data-slot]")];
  return Object.fromEntries(slots.map((slot) => [slot.dataset.slot, document.adoptNode(slot)]));
}

function put(parts) {
  const isWriting = document.activeElement?.id === "note" && parts.centre.querySelector("#incident")?.dataset.number === number();
  centre.replaceChildren(...parts.centre.childNodes);
  if (parts.signal) signal.replaceChildren(...parts.signal.childNodes);
  signal.scrollTop = 0;
  wire();
  if (isWriting) document.getElementById("note")?.focus();
}

/** Follow what is typed, and keep the end of the timeline in view. */
export function wire() {
  followNote();
  seenStep = stepThere();
  wireClosing();
  remember();
  document.dispatchEvent(new CustomEvent("tornvakt:shown"));
  tabs.toEnd();
}

function followNote() {
  const note = document.getElementById("note");
  if (note) drafts.follow(note, number(), "note", centre.querySelector("[data-kept]"));
}

/** The part as text, but for its form tokens, which are new each time. */
const bare = (part) => part.innerHTML.replace(/value="([A-Za-z0-9]{64}|[0-9a-f-]{36})"/g, "");

function remember() {
  for (const part of article()?.querySelectorAll("[data-part]") ?? []) asSent.set(part, bare(part));
}

/** Offer the causes that go with the chosen result; all of them until there is one. */
function offerCauses(form) {
  const result = form.querySelector("[name=result]:checked")?.value;
  for (const label of form.querySelectorAll("[data-goes-with]")) {
    label.hidden = Boolean(result) && !label.dataset.goesWith.split(" ").includes(result);
    if (label.hidden) label.querySelector("input").checked = false;
  }
}

function wireClosing() {
  const form = closingForm();
  if (!form) return;
  form.addEventListener("change", () => offerCauses(form));
  drafts.follow(form.elements.text, number(), "closing");
  if (form.elements.skip_reason) drafts.follow(form.elements.skip_reason, number(), "skip_reason");
  for (const name of ["result", "cause"]) {
    drafts.fillIn(() => {
      const saved = drafts.read(number(), name);
      const choices = [...form.querySelectorAll(`[name="${name}"]`)];
      if (saved && !choices.some((input) => input.checked)) for (const input of choices) input.checked = input.value === saved;
    });
    form.addEventListener("change", (event) => {
      if (event.target.name === name) drafts.write(number(), name, event.target.value);
    });
  }
  offerCauses(form);
}

/** Forget the drafts of a closed incident. */
export function forget(n) {
  for (const field of ["note", "closing", "skip_reason", "result", "cause"]) drafts.write(n, field, "");
}

/** Put what lies at an address in the middle. Resolves to false when a later load overtook it. */
async function load(address) {
  loading?.abort();
  const mine = (loading = new AbortController());
  try {
    const parts = await fetchParts(address, mine);
    if (mine.signal.aborted) return false;
    put(parts);
  } catch (error) {
    if (error.name === "AbortError") return false;
    throw error;
  }
  return true;
}

/** Show an incident. Resolves to whether it came up (an overtaken load does not). */
export async function open(n, address = url(n)) {
  if (!(await load(address))) return false;
  if (location.pathname !== url(n)) history.replaceState(null, "", url(n));
  return true;
}

/** Whether the call form or a list stands in the middle, which no alarm may push aside. */
export const isElsewhere = () => Boolean(centre.querySelector("#phone, #listing"));

/** Show a page of the desk that is no incident. Resolves to whether it came up. */
export async function openPage(address) {
  if (!(await load(address))) return false;
  signal.replaceChildren();
  history.replaceState(null, "", address);
  return true;
}

/** Nothing waits: facts in the queue, and in the middle too unless something else is read there. */
export async function calm({ middle = true, force = false } = {}) {
  if (middle) loading?.abort();
  let parts;
  try {
    parts = await fetchParts(document.body.dataset.calm);
  } catch {
    return; // the line to the server says so itself
  }
  document.getElementById("queue-calm").replaceChildren(...parts.queue.childNodes);
  if (!force && (!middle || queue.rows().length || isElsewhere())) return;
  centre.replaceChildren(...parts.centre.childNodes);
  signal.replaceChildren();
  history.replaceState(null, "", document.body.dataset.desk);
}

/** Where the panes lie under each other: scroll to the incident and put the focus on its heading. */
export function bringUp() {
  if (!isNarrow()) return;
  const above = ["p1-banner", "bands"].map((id) => document.getElementById(id));
  const covered = above.filter((bar) => getComputedStyle(bar).position === "sticky").map((bar) => bar.offsetHeight);
  const top = document.getElementById("centre-pane").getBoundingClientRect().top;
  scrollBy({ top: top - Math.max(0, ...covered), behavior: "instant" });
  article()?.querySelector("h1").focus({ preventScroll: true });
}

/** Something changed on the incident that is shown: renew its parts, never the text being typed. */
export function renew() {
  if (!number() || renewing) return;
  renewing = track(new Promise((done) => setTimeout(done, 40)).then(() => {
    renewing = null;
    return renewNow();
  }));
}

async function renewNow() {
  const shown = number();
  let parts;
  try {
    parts = await fetchParts(url());
  } catch {
    return; // the line to the server says so itself
  }
  if (number() !== shown) return;
  replaceParts(parts.centre);
  if (signal.innerHTML !== parts.signal.innerHTML && !signal.contains(document.activeElement)) {
    signal.replaceChildren(...parts.signal.childNodes);
  }
}

function replaceParts(fresh) {
  const now = article();
  const next = fresh.querySelector("#incident");
  if (!now || !next) return;
  for (const { name, value } of next.attributes) now.setAttribute(name, value);
  const there = (part) => now.querySelector(`[data-part="${part.dataset.part}"]`);
  const parts = [...next.querySelectorAll("[data-part]")];
  const named = new Set(parts.map((part) => part.dataset.part));
  for (const old of now.querySelectorAll("[data-part]")) {
    if (!named.has(old.dataset.part) && !old.querySelector("details[open]") && !old.contains(document.activeElement)) old.remove();
  }
  for (const [place, part] of parts.entries()) {
    const old = there(part);
    const html = bare(part);
    if (!old && !closingForm()) insert(part, there(parts[place - 1]), html);
    if (!old || asSent.get(old) === html) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const grew = part.dataset.part === "timeline";
    keepForms(old, part, focused);
    old.replaceChildren(...part.childNodes);
    asSent.set(old, html);
    if (grew) tabs.toEnd();
    if (focused) refocus(old, focused);
  }
  document.dispatchEvent(new CustomEvent("tornvakt:shown"));
  if (stepThere() !== seenStep) showStep(); // taken just now, or one step further
  seenStep = stepThere();
}

/** A part that was not there before, such as the alarms of a call: after the one it follows. */
function insert(part, before, html) {
  const isNote = part.dataset.part === "compose";
  (isNote ? centre.querySelector('[data-scroll="timeline"]') : before).after(part);
  asSent.set(part, html);
  if (isNote) followNote();
}

/** Which step is next for the one who has the incident; "" for everybody else. */
const stepThere = () => (article()?.dataset.owner === document.body.dataset.me ? centre.querySelector(".step.now [name=step]")?.value ?? "" : "");

/** Bring the step that is next into view, unless it is there. Returns whether anything moved. */
export function showStep() {
  const step = centre.querySelector(".step.now");
  if (!step || centre.querySelector("details.act[open]")) return false;
  const box = step.closest(".scroll").getBoundingClientRect();
  const { top, bottom } = step.getBoundingClientRect();
  if (top >= Math.max(box.top, 0) - 1 && bottom <= Math.min(box.bottom, innerHeight) + 1) return false;
  step.scrollIntoView({ block: bottom - top > box.height ? "start" : "nearest", behavior: "instant" });
  return Math.abs(step.getBoundingClientRect().top - top) > 1;
}

/** A form somebody writes in, or has opened, stands through the renewal as it is. */
function keepForms(old, part, focused) {
  for (const form of old.querySelectorAll("[data-keep]")) {
    if (!form.open && !form.contains(focused)) continue;
    part.querySelector(`[data-keep="${CSS.escape(form.dataset.keep)}"]`)?.replaceWith(form);
  }
}

function refocus(part, focused) {
  if (part.contains(focused)) return void focused.focus({ preventScroll: true });
  const act = focused.closest("[data-act]")?.dataset.act;
  const same = act && part.querySelector(`[data-act="${act}"] button, a[data-act="${act}"]`);
  (same ?? part.querySelector("button, a, h1") ?? queue.selected()?.querySelector(".q-a"))?.focus({ preventScroll: true });
}

/** Show the owner before the server has answered. */
export function claim(name, html) {
  const head = article()?.querySelector('[data-part="head"] .num');
  if (!head) return () => {};
  const was = head.innerHTML;
  const owner = document.createElement("span");
  owner.className = "owner me";
  owner.textContent = name;
  head.replaceChildren(head.querySelector("b"), document.createElement("br"), owner);
  article().dataset.owner = html;
  return () => {
    head.innerHTML = was;
    article().dataset.owner = "";
  };
}

/** Put the closing form (as the server sent it, with what is missing) in the pane. */
export function showClosing(html) {
  const parts = parse(html);
  put(parts);
  const wrong = centre.querySelector("#closing .field.err label:not([hidden]) input, #closing .field.err > input, #closing .field.err textarea");
  (wrong ?? closingForm()?.querySelector("input:not([type=hidden])"))?.focus();
}
