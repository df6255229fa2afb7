// Which desks are silent and whether people are being called; and that nothing is heard here.
import { post, refused } from "./actions.js";
import { begin } from "./shift.js";
import * as sound from "./sound.js";

const SAY_AFTER_MS = 1500;
const box = document.getElementById("silence");
const own = document.getElementById("own-sound");
let heldSince = null;

/** Say plainly on the own screen that nothing can be heard; `at` is the clock of the desk. */
export function watchSound(at) {
  if (!sound.isHeld()) heldSince = null;
  else heldSince ??= at;
  const isHidden = heldSince === null || at - heldSince < SAY_AFTER_MS;
  if (own.hidden !== isHidden) own.hidden = isHidden;
}

/** Show what the server says of the others. What is said of oneself one sees by oneself. */
export function show(html) {
  box.innerHTML = html;
  leaveOutMine();
}

function leaveOutMine() {
  for (const each of box.querySelectorAll(`[data-user="${document.body.dataset.me}"]`)) each.remove();
}

document.getElementById("own-sound-b").addEventListener("click", begin);
document.addEventListener("submit", async (event) => {
  if (!event.target.matches("form[data-silence]")) return;
  event.preventDefault();
  const answer = await post(event.target.action);
  if (answer.body.html !== undefined) show(answer.body.html);
  if (answer.status !== 200) refused(answer);
});
leaveOutMine();
