// Signal and log: a pane of their own, or a drawer where there is less room.
import * as queue from "./queue.js";
import { isFolded } from "./width.js";

const side = document.getElementById("side");

/** Whether the drawer stands open. */
export const isOpen = () => side.classList.contains("open");

/** Go to the signal or the log; where they lie in a drawer, open it. */
export function focus(id) {
  if (isFolded()) side.classList.add("open");
  document.getElementById(id).focus();
  document.getElementById(id).scrollIntoView({ block: "nearest" });
}
/** Close the drawer and go back to the queue. */
export function close() {
  side.classList.remove("open");
  queue.selected()?.querySelector(".q-a").focus();
}

for (const button of side.querySelectorAll("#side-close, [data-close-side]")) button.addEventListener("click", close);
