// One key, one act. Never while somebody writes; can be changed and switched off (WCAG 2.1.4).
import * as commands from "./commands.js";

let opening = null; // a form is on its way: what is pressed meanwhile is for it, no command

async function open(work) {
  const mine = (opening = []);
  await work;
  opening = opening === mine ? null : opening;
  mine.forEach(press);
}

/** Do in the form that has come what a key would have done there. If none came it does nothing. */
function press(key) {
  const field = document.activeElement;
  if (!field.form) return;
  if (key === "Tab") return void nextOf(field)?.focus();
  if (key === "Enter") return void field.form.requestSubmit(field.type === "submit" ? field : null);
  if (!isText(field)) return void (/^[1-9]$/.test(key) && field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));
  field.setRangeText(key, field.value.length, field.value.length, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function nextOf(field) {
  const all = [...field.form.elements].filter((each) => each.type !== "hidden" && each.checkVisibility());
  return all[all.indexOf(field) + 1];
}

// A file, a choice and a button have no text to add to, though some of them are written in.
const isText = (node) => node?.matches?.("textarea") || (node?.matches?.("input") && /^(text|search|tel|url|password)$/.test(node.type));
const isWriting = (node) => node.matches?.("textarea, select, input:not([type=radio], [type=checkbox])");

/** Connect the commands to their keys. `escape` and `submit` work while writing. `toForm` tells whether a form is open, and leads into it. An act marked `opens` leads to a form; one marked `repeats` goes on while the key is held. */
export function connect({ escape, submit, moves, toForm }) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.isComposing) return;
    if (event.key === "Escape") return void (escape(event) && event.preventDefault());
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return void (submit(event) && event.preventDefault());
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    if (opening && (event.key.length === 1 || event.key === "Tab" || event.key === "Enter")) {
      event.preventDefault();
      return void opening.push(event.key);
    }
    const arrow = moves[event.key];
    const isFree = !event.target.matches?.("input") && !event.target.closest?.("summary, [role=region]");
    // What is typed while a form is open is meant for the form: it is never a command.
    if (event.key.length === 1 && event.key !== " " && commands.areOn() && toForm(event.target)) return void event.preventDefault();
    if (arrow && isFree) {
      event.preventDefault();
      return void arrow();
    }
    if (event.key === "?") return void commands.showKeys();
    const act = commands.areOn() ? commands.actOf(event.key.toLowerCase()) : null;
    if (!act || (event.repeat && !act.repeats)) return;
    event.preventDefault();
    const work = act();
    if (act.opens) open(work);
  });
}
