// One toast at a time: what was done, Undo, seconds left. Never for errors that need reading twice.
import { say } from "./words.js";

const UNDO_S = 10;
const box = document.getElementById("toasts");
let running = null;

function clear() {
  clearInterval(running);
  box.replaceChildren();
}

/** What has the focus is never left under the toast. */
function uncover() {
  const focused = document.activeElement;
  if (focused && focused.offsetHeight < 200) focused.scrollIntoView({ block: "nearest" });
}

function build(text, css = "") {
  clear();
  const toast = document.createElement("div");
  toast.className = `toast ${css}`;
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(words);
  box.append(toast);
  requestAnimationFrame(uncover); // the page is laid out once then, not once more now
  return toast;
}

/** Say what was done and offer to undo it for ten seconds. */
export function offerUndo(text, undo) {
  const toast = build(text);
  const button = document.createElement("button");
  button.className = "btn";
  button.type = "button";
  const left = document.createElement("span");
  left.setAttribute("aria-hidden", "true");
  button.append(`${say("undo")} `, left);
  button.addEventListener("click", () => {
    clear();
    undo();
  });
  const svg = document.getElementById("fuse-template").content.firstElementChild.cloneNode(true);
  svg.children[2].remove();
  toast.append(button, svg);
  let seconds = UNDO_S;
  const draw = () => {
    left.textContent = String(seconds);
    svg.children[1].setAttribute("width", String((seconds / UNDO_S) * 100));
  };
  draw();
  running = setInterval(() => {
    seconds -= 1;
    if (seconds <= 0) clear();
    else draw();
  }, 1000);
  return () => toast.isConnected && clear();
}

/** Say what was done. */
export function tell(text) {
  build(text);
  running = setTimeout(clear, 6000);
}

/** Say what did not happen and why, and where to go then. Stays until it is closed, Esc or the next act. */
export function refuse(text, link = null) {
  const toast = build(text, "bad");
  if (link) toast.append(Object.assign(document.createElement("a"), { className: "btn", textContent: link.text, href: link.href }));
  const close = Object.assign(document.createElement("button"), { className: "btn plain", type: "button" });
  close.setAttribute("aria-label", say("close_message"));
  close.append(document.getElementById("close-template").content.cloneNode(true));
  close.addEventListener("click", clear);
  toast.append(close);
  toast.setAttribute("role", "alert");
}

export const dismiss = clear;
