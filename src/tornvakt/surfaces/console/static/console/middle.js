// What else than an incident stands in the middle: the call form and the lists; and the ways there.
import * as incident from "./incident.js";
import * as queue from "./queue.js";
import * as toast from "./toast.js";
import { say } from "./words.js";

const SUGGEST_MS = 120;
let wish = null;

/** Show another page of the desk in the middle. */
export async function go(address) {
  let came;
  try {
    came = await incident.openPage(address);
  } catch {
    return toast.refuse(say("not_shown"));
  }
  if (!came) return;
  const first = document.querySelector("#centre [data-first]") ?? document.querySelector("#centre h1");
  first?.focus({ preventScroll: incident.isElsewhere() && first.matches("h1") });
}

/** Back to the incident that is chosen, or to the calm page. What was written stays in this browser. */
export async function leave() {
  const row = queue.selected() ?? queue.visible()[0];
  if (row) {
    queue.choose(row, { focus: true });
    await incident.open(row.dataset.number).catch(() => {});
  } else {
    await incident.calm({ force: true });
    document.querySelector("#calm h1")?.focus();
  }
}

/** Objects of the register whose names look like what is typed. */
document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-places]");
  if (!field) return;
  clearTimeout(wish);
  wish = setTimeout(async () => {
    try {
      const answer = await fetch(`${field.dataset.places}?q=${encodeURIComponent(field.value)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      const { places } = await answer.json();
      const options = places.map(({ value, label }) => Object.assign(document.createElement("option"), { value, label }));
      document.getElementById(field.getAttribute("list"))?.replaceChildren(...options);
    } catch {
      // suggestions only; the place can be written by hand
    }
  }, SUGGEST_MS);
});
