// The map in the desk's right pane: it shows what the queue shows, and follows what is chosen there.
import * as queue from "../queue.js";
import * as side from "../side.js";
import { read } from "./rows.js";
import { Twin } from "./twin.js";
import { View } from "./view.js";

const address = (number) => queue.byNumber(number)?.querySelector(".q-a").getAttribute("href");
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const choose = (number) => tell("tornvakt:select", { number });
const open = (number) => address(number) && tell("tornvakt:go", { address: address(number) });

const view = new View({
  read: () => queue.rows().map(read),
  me: document.body.dataset.me,
  on: { chosen: choose, opened: open, lettered: mark },
});
const twin = new Twin({
  chosen(number) {
    twin.heard(number);
    if (queue.byNumber(number) && number !== queue.selected()?.dataset.number) choose(number);
  },
  open(number) {
    open(number);
    twin.say("shown", { number });
  },
  locked: () => tell("tornvakt:locked"),
});

/** The letter stands on the row of the queue too, so that the eye finds its way back. */
function mark(letterOf) {
  for (const row of queue.rows()) {
    const letter = letterOf(row.dataset.number);
    if (row.dataset.letter !== letter) row.dataset.letter = letter;
  }
}

let soon = null;
function follow() {
  clearTimeout(soon);
  soon = setTimeout(() => {
    const number = queue.selected()?.dataset.number ?? "";
    if (number) twin.chosen(number);
    if (number !== view.selected) view.select(number);
  }); // after the key has been answered
}

function goTo() {
  side.focus("map-h");
  view.seen(); // now, not with the next frame: the focus goes to a line
  view.list.focus();
}

document.getElementById("to-map").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  goTo();
});
document.addEventListener("tornvakt:map", goTo);
document.addEventListener("tornvakt:queue", ({ detail }) => view.changed(detail.changed));
document.addEventListener("tornvakt:chosen", follow);
document.addEventListener("tornvakt:shown", follow);
follow();
view.take();
