// What waits in the inbox and is not carried into the database: shown, and noted on. Imports
// nothing: the page of the emergency mode has it by itself.
const NOTE = "/nodlage/notera/";
const DRAFT = "tv:nodlage:"; // what was typed and not sent, by entry, in this browser: there is no database

function draft(entry, text) {
  try {
    if (text === undefined) return localStorage.getItem(DRAFT + entry) ?? "";
    if (text) localStorage.setItem(DRAFT + entry, text);
    else localStorage.removeItem(DRAFT + entry);
  } catch {
    // no storage: the field itself holds it
  }
  return "";
}

/** Keep `box` (the section of the emergency mode) as the server says; `tell` is given a sentence. */
export function keep(box, tell) {
  const list = box.querySelector("#emergency-list");
  const said = box.querySelector("#emergency-said");

  box.addEventListener("input", ({ target }) => {
    const entry = target.form?.dataset.emergencyNote;
    if (entry) draft(entry, target.value);
  });
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
      draft(form.dataset.emergencyNote, "");
      delete form.dataset.once;
      const row = form.closest("[data-left]");
      row?.remove();
      if (row && !list.querySelector(".em-row")) box.hidden = true;
    }
  });

  /** Show what the server sent; what was typed and where one stood is kept. */
  return function show({ on, n, html = "" }) {
    // What is carried leaves the list, but never with words in it that were not sent.
    const left = [...list.querySelectorAll(".em-row")].filter((row) => row.querySelector("input").value.trim());
    const typed = new Map(left.map((row) => [row.dataset.entry, row.querySelector("input").value]));
    const at = document.activeElement?.closest?.("form[data-emergency-note]")?.dataset.emergencyNote;
    box.querySelector("#emergency-n").textContent = on ? `· ${n}` : "";
    list.innerHTML = html;
    const gone = left.filter((row) => !list.querySelector(`.em-row[data-entry="${row.dataset.entry}"]`));
    if (gone.length) {
      if (!list.querySelector("ol")) list.append(Object.assign(document.createElement("ol"), { className: "em-list" }));
      for (const row of gone) row.dataset.left = "";
      list.querySelector("ol").prepend(...gone);
    }
    for (const form of list.querySelectorAll("form[data-emergency-note]")) {
      const entry = form.dataset.emergencyNote;
      form.elements.text.value = typed.get(entry) ?? draft(entry);
      if (entry === at) form.elements.text.focus();
    }
    box.hidden = !on && !gone.length;
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
