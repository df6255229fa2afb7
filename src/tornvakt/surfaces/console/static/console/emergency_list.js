// What waits in the inbox and is not carried into the database: shown, and noted on. Imports
// nothing: the page of the emergency mode has it by itself.
const NOTE = "/nodlage/notera/";

/** Keep `box` (the section of the emergency mode) as the server says; `tell` is given a sentence. */
export function keep(box, tell) {
  const list = box.querySelector("#emergency-list");
  const said = box.querySelector("#emergency-said");
  let typed = new Map();

  box.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-emergency-note]");
    if (!form) return;
    event.preventDefault();
    const text = form.elements.text.value.trim();
    if (!text) return form.elements.text.focus();
    form.dataset.once ??= Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const isStored = await send({ entry: Number(form.dataset.emergencyNote), text, once: form.dataset.once });
    said.textContent = tell(isStored);
    if (isStored) {
      form.elements.text.value = "";
      delete form.dataset.once;
    }
  });

  /** Show what the server sent; what was typed and where one stood is kept. */
  return function show({ on, n, html = "" }) {
    for (const form of list.querySelectorAll("form[data-emergency-note]")) typed.set(form.dataset.emergencyNote, form.elements.text.value);
    const at = document.activeElement?.closest?.("form[data-emergency-note]")?.dataset.emergencyNote;
    box.hidden = !on;
    box.querySelector("#emergency-n").textContent = on ? `· ${n}` : "";
    list.innerHTML = html;
    for (const form of list.querySelectorAll("form[data-emergency-note]")) {
      form.elements.text.value = typed.get(form.dataset.emergencyNote) ?? "";
      if (form.dataset.emergencyNote === at) form.elements.text.focus();
    }
    if (!on) typed = new Map();
  };
}

async function send(note) {
  try {
    const answer = await fetch(NOTE, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Nodlage": "1" },
      body: JSON.stringify(note),
      signal: AbortSignal.timeout(8000),
    });
    return answer.ok;
  } catch {
    return false;
  }
}
