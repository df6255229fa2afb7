// A shift is handed over: one key signs an item and goes to the next that lacks one's signature. What
// the other signs, and what changes meanwhile, comes by itself; what is typed and focused stays.
import { post, refused } from "./actions.js";
import * as toast from "./toast.js";

const centre = document.getElementById("centre");
const EVERY_MS = 3000;
const page = () => centre.querySelector("[data-hand-over][data-open]");
let isAsking = false;
let sending = 0;

centre.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-sign]")) return;
  event.preventDefault();
  sign(event.target);
});

async function sign(form) {
  const row = form.closest("[data-item]");
  if (row.classList.contains("is-sent")) return;
  const fields = new FormData(form);
  row.classList.add("is-sent");
  sending += 1;
  const sent = post(form.action, fields);
  if (page()) next(row); // unless the other closed the hand-over in this moment
  const answer = await sent;
  sending -= 1;
  row.classList.remove("is-sent");
  if (answer.body.item) put(answer.body);
  if (answer.status === 200) return;
  if (answer.body.message) toast.refuse(answer.body.message);
  else refused(answer);
  centre.querySelector(`[data-item="${row.dataset.item}"] form[data-sign] button`)?.focus();
}

/** The focus to the next item that lacks one's signature, or to what is left when none does. */
function next(row) {
  const all = [...page().querySelectorAll("[data-item]")];
  const waits = (each) => each.querySelector("form[data-sign]") && !each.classList.contains("is-sent");
  const after = all.slice(all.indexOf(row) + 1).find(waits) ?? all.find(waits);
  const target = after?.querySelector("form[data-sign] button") ?? page().querySelector("#foot");
  target.focus({ preventScroll: true });
  (after ?? target).scrollIntoView({ block: "nearest" });
}

const parse = (html) => document.createRange().createContextualFragment(html).firstElementChild;

/** One item and what stands around the list, as the server has it now. */
function put({ item, head, foot }) {
  if (!page()) return;
  const fresh = parse(item);
  swap(centre.querySelector(`[data-item="${fresh.dataset.item}"]`), fresh);
  swap(centre.querySelector('[data-ho="head"]'), parse(head));
  swap(centre.querySelector('[data-ho="foot"]'), parse(foot));
  document.dispatchEvent(new CustomEvent("tornvakt:shown"));
}

/** Put `fresh` in the place of `old`, with the forms somebody has opened or writes in. */
function swap(old, fresh) {
  if (!old || bare(old) === bare(fresh)) return;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  keep(old, fresh, focused);
  old.replaceWith(fresh);
  if (focused?.isConnected) focused.focus({ preventScroll: true });
  else if (focused) (fresh.querySelector("button") ?? fresh).focus({ preventScroll: true });
}

function keep(old, fresh, focused) {
  for (const form of old.querySelectorAll("[data-keep]")) {
    const isUsed = form.open || form.contains(focused) || [...form.querySelectorAll("textarea")].some((each) => each.value !== each.defaultValue);
    if (isUsed) fresh.querySelector(`[data-keep="${CSS.escape(form.dataset.keep)}"]`)?.replaceWith(form);
  }
}

/** What stands in a part, but for its form tokens, which are new each time. */
const bare = (part) => `${part.dataset.digest ?? ""} ${part.className.replace(" is-sent", "")} ${part.innerHTML.replace(/value="[A-Za-z0-9]{64}"/g, "")}`;

async function ask() {
  const shown = page();
  if (!shown || isAsking || sending || document.hidden) return;
  isAsking = true;
  try {
    const answer = await fetch(`${shown.dataset.handOver}?del=1`, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(8000) });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-hand-over]");
    if (fresh && page() === shown && !sending) renew(shown, document.adoptNode(fresh));
  } catch {
    // the line to the server says so itself
  } finally {
    isAsking = false;
  }
}

function renew(shown, fresh) {
  shown.toggleAttribute("data-open", fresh.hasAttribute("data-open"));
  swap(shown.querySelector('[data-ho="head"]'), fresh.querySelector('[data-ho="head"]'));
  const lists = fresh.querySelectorAll(".ho-section");
  const same = [...lists].map((each) => each.dataset.section).join() === [...shown.querySelectorAll(".ho-section")].map((each) => each.dataset.section).join();
  if (same) for (const list of lists) renewList(shown.querySelector(`[data-section="${list.dataset.section}"] .ho`), list.querySelector(".ho"));
  else replaceLists(shown, lists);
  swap(shown.querySelector('[data-ho="foot"]'), fresh.querySelector('[data-ho="foot"]'));
  document.dispatchEvent(new CustomEvent("tornvakt:shown"));
}

function renewList(old, fresh) {
  const had = new Map([...old.children].map((each) => [each.dataset.item, each]));
  let before = null;
  for (const item of [...fresh.children]) {
    const known = had.get(item.dataset.item);
    had.delete(item.dataset.item);
    if (known) swap(known, item);
    else if (before) before.after(item);
    else old.prepend(item);
    before = old.querySelector(`[data-item="${item.dataset.item}"]`);
  }
  for (const gone of had.values()) gone.remove();
}

/** A section has come or gone: the lists anew, in their order. */
function replaceLists(shown, lists) {
  const focused = document.activeElement?.closest?.("[data-item]")?.dataset.item;
  for (const item of [...lists].flatMap((list) => [...list.querySelectorAll("[data-item]")])) {
    const old = shown.querySelector(`[data-item="${item.dataset.item}"]`);
    if (old) keep(old, item, document.activeElement);
  }
  for (const old of shown.querySelectorAll(".ho-section")) old.remove();
  shown.querySelector('[data-ho="foot"]').before(...lists);
  if (focused) shown.querySelector(`[data-item="${focused}"] :is(textarea, button)`)?.focus({ preventScroll: true });
}

setInterval(ask, EVERY_MS);
