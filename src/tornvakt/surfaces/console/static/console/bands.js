// Bands under the bar: one fact, what it means, the reserve routine. They push, they hide nothing.
import { clock, duration, everySecond, now } from "./clocks.js";
import { say } from "./words.js";

const place = document.getElementById("bands");
const desk = document.getElementById("desk");
const cell = { small: document.getElementById("contact-s"), big: document.getElementById("contact-b") };
const health = JSON.parse(document.getElementById("health").textContent);

const MANY = 20; // signals on their way in; a burst of fewer is gone before anyone has read it

let trouble = health.trouble;
let backlog = health.backlog;
let cutAt = null;
let tries = 0;
let isOut = false;
let isEmergency = false; // alarms wait in the inbox, so the queue is not all there is
let eventAt = Number(document.body.dataset.latest) || null;
let contactAge = null;
let trust = () => {};

/** Whoever counts is told whether the counts can be trusted. */
export const tellTrust = (work) => (trust = work);

function make(tag, text, css = "") {
  const node = document.createElement(tag);
  node.textContent = text;
  if (css) node.className = css;
  return node;
}

function band(kind, title, lines, since) {
  const box = document.createElement("div");
  box.className = "band";
  box.dataset.band = kind;
  box.setAttribute("role", "alert");
  const left = document.createElement("div");
  left.append(make("h2", title), ...lines);
  const steps = document.createElement("ol");
  for (const n of [1, 2, 3, 4]) {
    const step = document.createElement("li");
    step.append(make("b", say(`step${n}`)), say(`step${n}_more`, { time: clock(since).slice(0, 5) }));
    steps.append(step);
  }
  box.append(left, steps);
  place.replaceChildren(box);
}

function draw() {
  trust(!trouble && cutAt === null && !isOut && !isEmergency);
  desk.classList.toggle("is-cut", cutAt !== null || isOut);
  if (isOut) {
    const isRole = isOut === "role";
    const link = make("a", say(isRole ? "to_start" : "sign_in"));
    link.href = isRole ? document.body.dataset.start : `${document.body.dataset.signIn}?next=${encodeURIComponent(location.pathname)}`;
    const line = document.createElement("p");
    line.append(link);
    band("out", say(isRole ? "role_changed" : "signed_out"), [line], now());
  } else if (cutAt !== null) {
    const age = make("p", "");
    age.id = "cut-age";
    age.setAttribute("aria-live", "off");
    const retry = make("p", say("cut_retry", { n: tries }), "sub");
    retry.id = "cut-retry";
    retry.setAttribute("aria-live", "off");
    band("cut", say("cut_title"), [age, retry], cutAt);
    cell.big.textContent = say("no_contact");
    cell.small.textContent = say("last_at", { time: clock(cutAt) });
    ageOfPicture();
  } else if (trouble) {
    band(trouble, say(`${trouble}_title`), [make("p", say(`${trouble}_means`, { n: backlog }))], now());
  } else place.replaceChildren();
}

function ageOfPicture() {
  const node = document.getElementById("cut-age");
  if (!node || cutAt === null) return;
  const text = say("cut_age", { time: clock(cutAt), age: duration(now() - cutAt) });
  node.replaceChildren(`${text} `, make("b", say("cut_means")));
}

/** No bytes for eight seconds: the picture on the screen is `at` old. */
export function cut(at) {
  cutAt = at;
  draw();
}

/** Whether alarms are shown straight from the inbox. */
export function emergency(isOn) {
  if (isOn === isEmergency) return;
  isEmergency = isOn;
  draw();
}

/** Another attempt was made. */
export function retried(n) {
  tries = n;
  const node = document.getElementById("cut-retry");
  if (node) node.textContent = say("cut_retry", { n });
}

/** Contact is back. */
export function mended() {
  cutAt = null;
  tries = 0;
  draw();
}

/** The session has ended; the text stays in the browser. */
export function signedOut() {
  if (isOut) return;
  isOut = "session";
  draw();
}

/** The role that opened this desk has been taken away: nothing here is sent or kept up any more. */
export function roleGone() {
  if (isOut) return;
  isOut = "role";
  draw();
}

/** What the server says about receiver, worker and database. */
export function judge(ping) {
  contactAge = ping.contact_age;
  const changed = ping.trouble !== trouble || (trouble === "worker" && ping.backlog !== backlog);
  trouble = ping.trouble;
  backlog = ping.backlog;
  if (changed && cutAt === null && !isOut) draw();
  contact();
}

/** Something changed in the queue just now. */
export function happened() {
  eventAt = now();
  contact();
}

function contact() {
  if (cutAt !== null) return;
  if (contactAge === null) cell.big.textContent = say("contact_open");
  const seconds = contactAge === null ? "" : contactAge.toFixed(1).replace(".", document.documentElement.lang === "sv" ? "," : ".");
  if (seconds) cell.big.textContent = say("contact", { s: seconds });
  if (backlog > MANY) cell.small.textContent = say("backlog", { n: backlog });
  else cell.small.textContent = eventAt ? say("latest_event", { time: clock(eventAt) }) : say("no_event");
}

everySecond(ageOfPicture);
