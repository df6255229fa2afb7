// Unsaved text lives in this browser, per person and incident, until it has been sent.
// Never used in case rooms: there the draft stays on the server.
const me = document.body.dataset.me;
const KEEP_MS = 7 * 24 * 3600 * 1000;
const key = (number, field) => `tv:${me}:${number}:${field}`;

/** What was written and not sent, or "". A browser without storage keeps nothing. */
export function read(number, field) {
  try {
    return JSON.parse(localStorage.getItem(key(number, field)) ?? '{"v":""}').v;
  } catch {
    return "";
  }
}

/** Keep `value`; an empty one is forgotten. Returns whether it could be kept. */
export function write(number, field, value) {
  try {
    if (value) localStorage.setItem(key(number, field), JSON.stringify({ v: value, at: Date.now() }));
    else localStorage.removeItem(key(number, field));
    return true;
  } catch {
    return false;
  }
}

/** Forget what nobody came back to in a week, so that a shared browser does not gather texts. */
export function sweep() {
  try {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith("tv:") || name.split(":").length !== 4) continue;
      const { at } = JSON.parse(localStorage.getItem(name));
      if (!at || Date.now() - at > KEEP_MS) localStorage.removeItem(name);
    }
  } catch {
    // no storage: nothing to sweep
  }
}

/** Fill a field from its draft and keep what is typed from now on. */
export function follow(field, number, name, kept = null) {
  const saved = read(number, name);
  if (saved && !field.value) field.value = saved;
  const show = () => kept && (kept.hidden = !field.value);
  show();
  field.addEventListener("input", () => {
    write(number, name, field.value);
    show();
  });
}
