// The colours of the map, from the same tokens as the rest of the desk.
const forced = matchMedia("(forced-colors: active)");
const NAMES = {
  bg: "--map-bg", land: "--map-land", street: "--map-street", major: "--map-street-major", label: "--map-label",
  text: "--text", canvas: "--bg", muted: "--muted", control: "--control", line: "--line", raised: "--raised", focus: "--focus",
  fill1: "--p1-fill", on1: "--p1-on", text1: "--p1-text", fill2: "--p2-fill", on2: "--p2-on", text2: "--p2-text",
  fill3: "--p3-fill", on3: "--p3-on", text3: "--p3-text", font: "--font",
};
const DARK = new Set(["text", "label", "muted", "control", "fill1", "fill2", "fill3", "text1", "text2", "text3", "street", "major", "line"]);
let kept = null;

/** The colours that hold now. Where the reader has chosen their own, those: shape and word remain. */
export function palette() {
  if (kept) return kept;
  const tokens = getComputedStyle(document.documentElement);
  kept = Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, tokens.getPropertyValue(name).trim()]));
  if (forced.matches) {
    for (const key of Object.keys(NAMES)) if (key !== "font") kept[key] = DARK.has(key) ? "CanvasText" : "Canvas";
    Object.assign(kept, { street: "GrayText", line: "GrayText", control: "GrayText", focus: "Highlight" });
  }
  return kept;
}

/** Call `work` when the colours are others. */
export function onColours(work) {
  const renew = () => {
    kept = null;
    work();
  };
  new MutationObserver(renew).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  forced.addEventListener("change", renew);
}
