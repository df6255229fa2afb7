// The list beside the map: the same incidents, letters, order and selection, and those too that
// nobody knows the place of. It is the way in for the keyboard and for a screen reader.
import { say } from "../words.js";

export class List {
  /** `on.chosen(number)` when somebody moves to a line, `on.opened(number)` at Enter or a press. */
  constructor(node, on) {
    Object.assign(this, { node, on, lines: new Map() });
    node.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const number = button.dataset.number;
      if (event.detail === 0 || button.getAttribute("aria-current") === "true") on.opened(number);
      else on.chosen(number);
    });
    node.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = [...this.node.querySelectorAll("button")];
    const at = buttons.indexOf(event.target);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // the queue moves by the same keys
    const button = buttons[Math.min(Math.max(next, 0), buttons.length - 1)];
    button.focus();
    button.scrollIntoView({ block: "nearest" });
    if (button !== event.target) this.on.chosen(button.dataset.number);
  }

  /** Show these rows, in this order. Lines that stand are kept, so that no focus is lost. */
  show(rows, { letterOf, selected, me }) {
    const held = this.node.contains(document.activeElement) ? document.activeElement : null;
    const left = new Map(this.lines);
    let before = null;
    for (const row of rows) {
      let line = this.lines.get(row.number);
      if (!line) this.lines.set(row.number, (line = this.make(row.number)));
      left.delete(row.number);
      this.fill(line, row, letterOf(row.number), me);
      const wanted = before ? before.nextElementSibling : this.node.firstElementChild;
      if (line.item !== wanted) this.node.insertBefore(line.item, wanted);
      before = line.item;
    }
    for (const [number, line] of left) {
      if (line.item.contains(held)) (line.item.nextElementSibling ?? line.item.previousElementSibling)?.querySelector("button").focus();
      line.item.remove();
      this.lines.delete(number);
    }
    if (held?.isConnected && document.activeElement !== held && !left.size) held.focus({ preventScroll: true });
    this.choose(selected);
  }

  /** Mark one line as the chosen one; nothing is written to the others, they may be 500. */
  choose(number) {
    if (this.current !== number) this.lines.get(this.current)?.button.removeAttribute("aria-current");
    this.current = number;
    const line = this.lines.get(number);
    line?.button.setAttribute("aria-current", "true");
    const reached = line?.button ?? this.node.querySelector("button");
    if (this.reached !== reached && this.reached) this.reached.tabIndex = -1;
    this.reached = reached;
    if (reached) reached.tabIndex = 0;
  }

  make(number) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.number = number;
    const part = (css) => Object.assign(document.createElement("span"), { className: css });
    const parts = { letter: part("ml-l"), mark: part("ml-m"), title: part("ml-t"), place: part("ml-p"), why: part("ml-w") };
    button.tabIndex = -1;
    button.append(...Object.values(parts));
    item.append(button);
    return { item, button, ...parts, priority: 0 };
  }

  fill(line, row, letter, me) {
    const put = (node, text) => node.textContent !== text && (node.textContent = text);
    put(line.letter, letter);
    put(line.title, row.title);
    put(line.place, row.place);
    put(line.why, row.spots ? say("map_many", { n: row.spots }) : row.lat === null ? say("map_without", { why: say(`map_why_${row.why || "unplaced"}`) }) : "");
    if (line.priority !== row.priority) {
      line.mark.replaceChildren(...row.mark.cloneNode(true).childNodes);
      line.mark.className = `ml-m mark inline p${row.priority}`;
      line.priority = row.priority;
    }
    line.button.classList.toggle("is-free", !row.owner);
    line.button.classList.toggle("is-mine", row.owner === me);
  }

  /** Bring the line of an incident into view, without taking the focus. */
  reveal(number) {
    const box = this.node.closest(".scroll");
    const line = this.lines.get(number)?.item;
    if (!box || !line) return;
    const [top, bottom] = [line.offsetTop, line.offsetTop + line.offsetHeight];
    if (top < box.scrollTop) box.scrollTop = top;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  }

  /** Put the focus on the chosen line, or the first. */
  focus() {
    this.node.querySelector('button[tabindex="0"]')?.focus();
  }
}
