// The work and the timeline of an incident: side by side where there is room, else one at a time.
import * as queue from "./queue.js";

const centre = document.getElementById("centre");
const body = () => centre.querySelector(".inc-b");
const line = () => centre.querySelector('[data-scroll="timeline"]');
const isTabbed = () => body()?.querySelector(".inc-tabs").checkVisibility();

/** Show the newest of the timeline. */
export function toEnd() {
  const box = line();
  if (box) box.scrollTop = box.scrollHeight;
}

/** Show "work" or "line", where only one of them is shown. */
export function show(name) {
  body().dataset.tab = name;
  for (const button of body().querySelectorAll(".inc-tabs button")) button.setAttribute("aria-pressed", String(button.dataset.tab === name));
  if (name === "line") toEnd();
}

/** The other one, with the focus in the timeline or back where the keys are. */
export function turn() {
  if (!body()) return;
  const isAtLine = isTabbed() ? body().dataset.tab === "line" : line().contains(document.activeElement);
  show(isAtLine ? "work" : "line");
  const rest = queue.selected()?.querySelector(".q-a") ?? centre.querySelector("#incident h1");
  (isAtLine ? rest : line())?.focus({ preventScroll: true });
}

/** A key is about something in the work: show it. Returns whether it was not shown. */
export function toWork() {
  const wasHidden = Boolean(body()) && isTabbed() && body().dataset.tab === "line";
  if (wasHidden) show("work");
  return wasHidden;
}

centre.addEventListener("click", (event) => {
  const button = event.target.closest(".inc-tabs button");
  if (button) show(button.dataset.tab);
});
