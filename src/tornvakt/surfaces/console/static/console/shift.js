// "Börja pass": the operator starts the sounds, hears all three and says so. Then M is silence.
import { post, refused } from "./actions.js";
import { clock, now } from "./clocks.js";
import * as presence from "./presence.js";
import * as sound from "./sound.js";
import * as toast from "./toast.js";
import { put as reword, say } from "./words.js";

const cell = { box: document.getElementById("sound"), small: document.getElementById("sound-s"), button: document.getElementById("sound-b") };
const dialog = document.getElementById("shift");
const answers = dialog.querySelectorAll("[data-heard]");

async function rehearse() {
  for (const button of answers) button.disabled = true;
  await sound.rehearse();
  for (const button of answers) button.disabled = false;
  answers[0].focus();
}

/** Ask for the sounds: what a shift begins with. */
export function begin() {
  dialog.querySelector("[data-help]").hidden = true;
  dialog.showModal();
  rehearse().catch(() => {});
}

cell.button.addEventListener("click", begin);
for (const button of answers) {
  button.addEventListener("click", () => {
    const heard = button.dataset.heard === "yes";
    log(heard ? "heard" : "not_heard");
    dialog.querySelector("[data-help]").hidden = heard;
    if (!heard) return void rehearse();
    sound.begin(now());
    dialog.close();
    beginShift();
  });
}
document.addEventListener("tornvakt:rehearsing", ({ detail }) => {
  for (const row of dialog.querySelectorAll("[data-sound]")) row.classList.toggle("is-playing", row.dataset.sound === String(detail.level));
});

/* --- who is on shift --- */
const who = document.getElementById("shift-cell");
const WHO_EVERY_MS = 30_000;
/** Where the page of the shift is. */
export const address = document.getElementById("to-shift")?.getAttribute("href") ?? "";

/** The shift begins on the server too, once however often it is said. Asked again until it answers. */
async function beginShift(wait = 2000) {
  const answer = await post(cell.box.dataset.begin);
  if (answer.status === 200) {
    document.dispatchEvent(new CustomEvent("tornvakt:shift-begun", { detail: answer.body }));
    if (document.querySelector("#listing[data-shift]")) document.dispatchEvent(new CustomEvent("tornvakt:go", { detail: { address } }));
    return renewWho();
  }
  if (answer.status === 0 || answer.status >= 500) setTimeout(beginShift, wait, Math.min(wait * 2, 30_000));
  else refused(answer);
}

async function renewWho() {
  if (!who) return; // a page without the bar
  try {
    const answer = await fetch(who.dataset.from, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(8000) });
    if (!answer.ok || answer.redirected || who.contains(document.activeElement)) return;
    const html = (await answer.text()).trim();
    if (who.innerHTML !== html) who.innerHTML = html;
    rememberPapers();
  } catch {
    // the line to the server says so itself
  }
}
/** What the reserve routine says of the papers is what was known before contact was lost. */
function rememberPapers() {
  const papers = document.getElementById("on-shift")?.dataset.papers;
  if (papers) reword("step2_more", papers);
}
rememberPapers();
setInterval(renewWho, WHO_EVERY_MS);
document.addEventListener("tornvakt:shown", () => document.querySelector("#listing[data-shift]") && renewWho());

function log(what, ids = []) {
  post(cell.box.dataset.log, { what, incidents: ids.join(","), bord: presence.id });
}

/** M: silence for 60 s, for what sounds now; it is logged. */
export function mute() {
  if (!sound.isOn()) return toast.refuse(say("sound_off"));
  const ids = sound.mute(now());
  if (!ids.length) return toast.tell(say("nothing_sounds"));
  log("muted", ids);
  toast.tell(say("muted"));
  draw();
}

/** What the bar says about the sound. */
export function draw(at = now()) {
  const silent = sound.silence(at);
  const isSilent = sound.isOn() && silent > 0;
  const big = sound.isHeld() ? "sound_held" : !sound.isOn() ? "begin_shift" : isSilent ? "sound_muted" : "sound_on";
  const small = sound.isHeld() ? "sound_touch" : sound.isOn() ? "sound_tested" : "sound_none";
  const words = { time: sound.tested() ? clock(sound.tested()).slice(0, 5) : "", s: Math.ceil(silent / 1000) };
  cell.box.hidden = false;
  cell.box.classList.toggle("is-off", !sound.isOn());
  put(cell.button, say(big, words));
  put(cell.small, say(small, words));
  document.documentElement.dataset.sound = sound.isOn() ? (isSilent ? "muted" : "on") : "off";
}

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

document.addEventListener("tornvakt:sound-state", () => draw());
sound.resume();
draw();
