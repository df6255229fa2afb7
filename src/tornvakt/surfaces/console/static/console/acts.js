// The forms of an incident: opened by a key, sent without leaving the page, answered beside the
// field. Each is a <details data-keep> that works without script too; the words come from the server.
import { offer, post, refused, renewMark } from "./actions.js";
import * as drafts from "./drafts.js";
import * as incident from "./incident.js";
import * as queue from "./queue.js";
import { track } from "./settling.js";
import * as tabs from "./tabs.js";
import * as toast from "./toast.js";
import { isNarrow } from "./width.js";

const centre = document.getElementById("centre");
const FIELDS = "input:not([type=hidden], [type=file]), textarea, select, input[type=file]";
const find = (name) => centre.querySelector(`[data-keep="${CSS.escape(name)}"]`);
const textsOf = (form) => [...form.querySelectorAll("[data-draft]")];
const choicesOf = (form) => [...form.querySelectorAll("[data-draft-choice]")];
const draftName = (form, field) => `${form.dataset.act}.${field.matches("[type=radio]") ? field.name : field.id}`;
const wired = new WeakSet(); // forms that stand through a renewal are followed already

const WRONG = ".field.err input:not([type=hidden]), .field.err textarea, .field.err select";

/** Open the form called `name` and go to its first field. Returns whether there is one. */
export function open(name) {
  const box = find(name);
  return Boolean(box) && enter(box);
}

/** Go to the first thing to mend in a form, or else to its first field. */
function enter(box) {
  tabs.toWork();
  if (box.matches("details")) box.open = true;
  const first = box.querySelector(WRONG) ?? box.querySelector("[data-first]") ?? box.querySelector(`${FIELDS}, form button`);
  first?.focus();
  box.scrollIntoView({ block: "nearest" });
  return Boolean(first);
}

/** Whether a form is open in the pane: what is typed is for it. Leads into it from outside. */
export function toForm(from) {
  const box = centre.querySelector("#closing, #call-form, details.act[open]");
  if (!box) return false;
  if (!box.contains(from) || from.matches("summary, [tabindex='-1']")) enter(box);
  return true;
}

// A form that a pointer opens is entered like one that a key opens.
centre.addEventListener("click", (event) => {
  const box = event.target.closest("details.act > summary")?.parentElement;
  if (box) setTimeout(() => box.open && enter(box));
});

/** Leave the form one stands in; what was written stays in it. Returns whether there was one. */
export function leave() {
  const box = document.activeElement?.closest?.("details[data-keep][open]");
  if (!box) return false;
  box.open = false;
  back();
  return true;
}

/** The next key is a command again. */
function back() {
  if (isNarrow()) incident.article()?.querySelector("h1").focus({ preventScroll: true });
  else queue.selected()?.querySelector(".q-a").focus();
}

/** Keep what is typed in every form of the pane, and put back what was not sent. */
export function wire() {
  for (const form of centre.querySelectorAll("form[data-send]")) {
    if (wired.has(form)) continue;
    wired.add(form);
    const number = form.dataset.number ?? incident.number();
    for (const field of textsOf(form)) drafts.follow(field, number, draftName(form, field));
    for (const choice of choicesOf(form)) followChoice(form, choice, number);
  }
}

function followChoice(form, choice, number) {
  const name = draftName(form, choice);
  drafts.fillIn(() => {
    const isChosen = form.querySelector(`[name="${choice.name}"]:checked`);
    if (!isChosen && drafts.read(number, name) === choice.value) choice.checked = true;
  });
  choice.addEventListener("change", () => drafts.write(number, name, choice.value));
}

function forget(form) {
  for (const field of [...textsOf(form), ...choicesOf(form)]) {
    drafts.write(form.dataset.number ?? incident.number(), draftName(form, field), "");
  }
}

/** Show at once that the key was heard; the server's own picture follows. */
function show(form) {
  const step = form.closest(".step");
  if (step && form.dataset.act === "tick") step.classList.add("is-sent");
  else form.classList.add("is-sent");
  return () => (step ?? form).classList.remove("is-sent");
}

/** Send a form, with the button that was pressed. */
export const send = (form, submitter = null) => track(sendNow(form, submitter));

async function sendNow(form, submitter) {
  if (form.dataset.sending) return;
  const number = incident.number();
  form.dataset.sending = "1";
  const unshow = show(form);
  if (form.dataset.act === "resume") queue.goOn(number);
  const fields = new FormData(form, submitter);
  const answer = await post(form.action, form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields));
  delete form.dataset.sending;
  unshow();
  if (answer.status === 422) return complain(form, answer.body.html);
  if (answer.status !== 200) return refused(answer);
  forget(form);
  renewMark(form);
  const wasInside = form.contains(document.activeElement);
  const box = form.closest("details[data-keep]");
  if (box) box.open = false;
  form.reset();
  if (wasInside && !answer.body.to) back();
  answered(answer.body, number);
}

/** Tell what was done, offer to undo it, and go where the server says. */
export function answered({ said, undo, to, closed }, number = incident.number()) {
  if (undo) offer(said, () => takeBack(undo), number);
  else if (said) toast.tell(said);
  if (closed) document.dispatchEvent(new CustomEvent("tornvakt:closed", { detail: { number } }));
  if (to) document.dispatchEvent(new CustomEvent("tornvakt:go", { detail: { address: to } }));
  else incident.renew();
}

async function takeBack({ address, fields }) {
  if (address.endsWith("/fortsatt/")) queue.goOn(incident.number());
  const answer = await post(address, new URLSearchParams(fields));
  if (answer.status === 200) answered(answer.body);
  else refused(answer);
}

/** Put the form back as the server judged it, and the focus on the first thing to mend. */
function complain(form, html) {
  const box = form.closest("[data-keep]") ?? form;
  const fresh = document.createRange().createContextualFragment(html).firstElementChild;
  box.replaceWith(fresh);
  wire();
  (fresh.querySelector(WRONG) ?? fresh.querySelector("[data-sure]"))?.focus();
}

/** Press the button of the step that is next. Returns whether there is one. */
export function tick() {
  const form = centre.querySelector(".step.now:not(.is-sent) form[data-act=tick]");
  if (!form) return false;
  if (tabs.toWork() || incident.showStep()) return true; // nobody ticks what they have not seen: the next press does
  const choices = form.querySelectorAll("button[name=answer]");
  if (choices.length > 1) choices[0].focus(); // a question: the answer is a choice
  else form.requestSubmit();
  return true;
}

/** Number keys inside a group of choices press or mark the one with that number. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
  const group = event.target.closest?.("[data-digits]");
  if (!group || event.target.matches("textarea, select, input:not([type=radio])")) return;
  const choice = group.querySelectorAll("button, input[type=radio]")[Number(event.key) - 1];
  if (!choice) return;
  event.preventDefault();
  event.stopPropagation();
  choice.focus();
  choice.click();
}, { capture: true });
