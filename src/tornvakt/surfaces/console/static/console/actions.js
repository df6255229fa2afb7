// Take, give back, note, close: shown at once, sent, and taken back when the server says no.
import * as bands from "./bands.js";
import * as drafts from "./drafts.js";
import * as incident from "./incident.js";
import * as queue from "./queue.js";
import { track } from "./settling.js";
import * as toast from "./toast.js";
import { isNarrow } from "./width.js";
import { say } from "./words.js";

const me = document.body.dataset.me;
const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
const TIMEOUT_MS = 8000;
let undoLast = null;

/** Send a form. Resolves to { status, body }; status 0 means nobody answered. */
export async function post(address, fields = {}) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "X-CSRFToken": token(), Accept: "application/json" },
      body: fields instanceof FormData && hasFile(fields) ? fields : new URLSearchParams(fields),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.status === 423) document.dispatchEvent(new CustomEvent("tornvakt:locked"));
    if (answer.status === 401 || answer.redirected) {
      bands.signedOut();
      return { status: 401, body: {} };
    }
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    return { status: answer.status, body: isJson ? await answer.json() : {} };
  } catch {
    return { status: 0, body: {} };
  }
}

const hasFile = (fields) => [...fields.values()].some((value) => value instanceof File);

/** Say why the server would not. */
export function refused({ status, body }) {
  if (status === 401 || status === 423) return;
  if (!body.message && (status === 403 || status === 404)) return toast.refuse(say("role_changed"), { text: say("to_start"), href: document.body.dataset.start });
  toast.refuse(body.message ?? say("not_sent"));
}

/** Take the incident of `row`: the answer stands on the screen before the server has been asked. */
export const take = (row) => track(takeNow(row));

async function takeNow(row) {
  if (!row) return toast.refuse(say("nothing_chosen"));
  if (!queue.isFree(row)) {
    if (!queue.isMine(row)) toast.refuse(say("taken_by", { who: row.dataset.ownerName }));
    return;
  }
  const number = row.dataset.number;
  const unclaim = [queue.claim(row, me, document.body.dataset.meName)];
  if (incident.number() === number) unclaim.push(incident.claim(say("you"), me));
  document.dispatchEvent(new CustomEvent("tornvakt:answer", { detail: { act: "take", number } }));
  const answer = await post(`${incident.url(number)}ta/`);
  if (answer.status !== 200) {
    for (const undo of unclaim) undo();
    if (answer.body.by && row.isConnected && queue.isFree(row)) queue.claim(row, answer.body.by_id, answer.body.by);
    refused(answer);
  } else offer(say("took", { number }), () => giveBack(number), number);
  if (incident.number() === number) incident.renew();
}

/** Say what was done and let Z take it back for ten seconds. */
export function offer(text, undo, number = incident.number()) {
  undoLast = () => {
    undoLast = null;
    toast.dismiss();
    undo();
  };
  const mine = undoLast;
  mine.number = number;
  toast.offerUndo(text, mine);
  setTimeout(() => undoLast === mine && (undoLast = null), 10_000);
}

/** A colleague has it now: say so, and offer no longer to undo what was done to it. */
export function lost(row) {
  if (undoLast?.number === row.dataset.number) undoLast = null;
  toast.refuse(say("taken_over", { who: row.dataset.ownerName, number: row.dataset.number }));
}

/** The key for Undo. */
export const undo = () => undoLast?.();

/** Let it wait for somebody again. */
export async function giveBack(number = incident.number()) {
  const answer = await post(`${incident.url(number)}atergang/`);
  if (answer.status === 200) toast.tell(say("gave_back", { number }));
  else refused(answer);
  if (incident.number() === number) incident.renew();
}

/** The text is on its way: the next key is a command again, not a letter. */
function leaveNote() {
  const timeline = document.querySelector('[data-scroll="timeline"]');
  if (isNarrow() && timeline) timeline.focus({ preventScroll: true });
  else queue.selected()?.querySelector(".q-a").focus();
}

/** The server has it: what is sent from this form now is something else, even in the same words. */
export function renewMark(form) {
  const mark = form.elements.once;
  if (!mark) return;
  const digits = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  mark.value = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Save the note; the text leaves the field when the server has it. */
export async function note(form) {
  const number = incident.number();
  const field = form.elements.text;
  const text = field.value.trim();
  if (!text || form.dataset.sending) return;
  form.dataset.sending = "1";
  const wasWriting = document.activeElement === field;
  if (wasWriting) leaveNote();
  const answer = await post(form.action, { text, once: form.elements.once.value });
  delete form.dataset.sending;
  if (answer.status !== 200) {
    if (wasWriting && field.isConnected) field.focus();
    return refused(answer);
  }
  renewMark(form);
  if (field.value.trim() === text) {
    field.value = "";
    drafts.write(number, "note", "");
    field.dispatchEvent(new Event("input"));
  }
  toast.tell(say("noted", { number }));
  incident.renew();
}

/** Open the closing form in the pane. */
export async function openClosing() {
  const row = queue.byNumber(incident.number());
  if (!row) return;
  if (!queue.isMine(row)) return toast.refuse(queue.isFree(row) ? say("take_first") : say("taken_by", { who: row.dataset.ownerName }));
  const number = incident.number();
  if (incident.article().dataset.hold) return toast.refuse(incident.article().dataset.hold);
  if (!(await incident.open(number, `${incident.url(number)}avsluta/`))) return;
  document.querySelector("#closing input:checked, #closing input[type=radio]")?.focus();
}

/** Leave the closing form; what was written stays. */
export async function leaveClosing() {
  await incident.open(incident.number());
  if (isNarrow()) incident.bringUp();
  else queue.bringUp();
}

/** Close the incident, or show what is missing. */
export async function close(form) {
  if (form.dataset.sending) return;
  const number = incident.number();
  form.dataset.sending = "1";
  const answer = await post(form.action, new FormData(form));
  delete form.dataset.sending;
  if (answer.status === 422) return incident.showClosing(answer.body.html);
  if (answer.status !== 200) return refused(answer);
  incident.forget(number);
  toast.tell(say("closed", { number }));
  document.dispatchEvent(new CustomEvent("tornvakt:closed", { detail: { number } }));
}
