// The lock: one key hides everything, and the desk goes on sounding and counting. Nothing of what
// stood on the screen is left in the page; unlocking fetches it again.
import { clock, duration, learn, now, stop } from "./clocks.js";
import * as emergency from "./emergency.js";
import * as presence from "./presence.js";
import * as sound from "./sound.js";
import { say } from "./words.js";

const RETRY_MS = 2000;
const SILENCE_MS = 8000;
let source = null;
let heardAt = performance.now();
let waiting = [];
let isLocked = false;

/** Whether this page shows the locked face. */
export const locked = () => isLocked;

/** Put the locked face where the desk was. The template travels with the desk. */
export function face() {
  if (isLocked) return;
  stop();
  const from = document.getElementById("lock-template").content.cloneNode(true);
  const mode = document.querySelectorAll(".frame, .demo-strip"); // demo and training stay framed
  document.body.classList.remove("at-desk");
  document.body.replaceChildren(...mode, from);
  history.replaceState(null, "", document.body.dataset.desk ?? "/larm/");
  run();
}

/** Follow counts and sound cues, and let the person in again. */
export function run() {
  isLocked = true;
  document.title = say("locked_title");
  document.documentElement.dataset.locked = "true";
  const forms = document.querySelectorAll("form[data-unlock]");
  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      unlock(form);
    });
  }
  (document.querySelector(".locked .err input, .locked [autofocus]") ?? fieldOf(forms[0]))?.focus();
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "m" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches?.("input:not([inputmode=numeric])")) return; // a letter of the password
    event.preventDefault(); // a PIN has no letters
    sound.mute(now());
  });
  open();
  emergency.follow({ get silence() { return performance.now() - heardAt; } }, listen);
  setInterval(tick, 500);
  tick();
}

function open() {
  source?.close();
  source = new EventSource(`${document.body.dataset.stream}?bord=${presence.id}`);
  source.addEventListener("ping", (event) => {
    heardAt = performance.now();
    const ping = JSON.parse(event.data);
    learn(ping.t);
    presence.asked(ping.n);
  });
  source.addEventListener("desk", (event) => presence.greet(JSON.parse(event.data)));
  source.addEventListener("cue", (event) => {
    heardAt = performance.now();
    waiting = JSON.parse(event.data).waiting.map(([id, priority, opened]) => ({ id: String(id), priority, opened }));
    listen();
  });
  source.addEventListener("emergency", (event) => emergency.take(JSON.parse(event.data)));
  source.addEventListener("resync", () => setTimeout(look, 200));
  source.onerror = () => {
    source.close();
    setTimeout(open, RETRY_MS);
  };
}

/** The stream ended: signed out, or opened in another window of the same session. */
async function look() {
  try {
    const answer = await fetch(document.body.dataset.queue, { headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.redirected || answer.ok) return location.reload();
  } catch {
    // nobody there; the stream tries again
  }
  open();
}

/** What waits for somebody, in the queue and in the inbox that does not reach it. */
const calling = () => [...waiting, ...emergency.sounding()];

function listen() {
  sound.follow(calling(), now());
  count();
}

function count() {
  for (const priority of [1, 2, 3]) {
    const cell = document.querySelector(`[data-wait="${priority}"]`);
    const n = calling().filter((each) => each.priority === priority).length;
    cell.classList.toggle("zero", n === 0);
    cell.querySelector(".n").textContent = String(n);
  }
}

function tick() {
  const at = now();
  const put = (id, text) => {
    const node = document.getElementById(id);
    if (node && node.textContent !== text) node.textContent = text;
  };
  put("clock", clock(at));
  const oldest = Math.min(...calling().map((each) => each.opened));
  put("locked-longest", calling().length ? duration(at - oldest) : "–");
  const isCut = performance.now() - heardAt > SILENCE_MS;
  document.getElementById("locked-cut").hidden = !isCut;
  if (Math.floor(at / 1000) !== tick.second) sound.judge(at);
  tick.second = Math.floor(at / 1000);
  document.getElementById("locked-sound").className = sound.isOn() ? "muted" : "silent";
  put("locked-sound", say(sound.isOn() ? "locked_sounding" : sound.isHeld() ? "locked_held" : "locked_silent"));
}

const fieldOf = (form) => form?.querySelector("input:not([type=hidden])");

async function unlock(form) {
  const message = document.getElementById("unlock-e");
  let answer;
  try {
    answer = await fetch(form.action, {
      method: "POST",
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
      signal: AbortSignal.timeout(8000),
    });
  } catch {
    return complain(say("not_sent"));
  }
  if (answer.ok) return location.reload();
  const body = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
  complain(body.message ?? say("not_sent"));

  function complain(text) {
    message.querySelector("b").textContent = text;
    message.hidden = false;
    const field = fieldOf(form);
    for (const other of document.querySelectorAll(".locked .field")) other.classList.toggle("err", other.contains(field));
    field.value = "";
    field.focus();
  }
}
