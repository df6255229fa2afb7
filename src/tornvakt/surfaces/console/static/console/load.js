// The load of the last hour: twelve bars and one judgement in words.
import { say } from "./words.js";

/** Draw twelve counts, the oldest first, and say what they amount to. */
export function drawLoad(counts) {
  const top = Math.max(4, ...counts);
  [...document.getElementById("spark").children].forEach((bar, index) => {
    const height = counts[index] ? Math.round((33 * counts[index]) / top) : 1;
    bar.setAttribute("height", height);
    bar.setAttribute("y", 34 - height);
  });
  const n = counts.reduce((sum, count) => sum + count, 0);
  const key = n > 12 ? "load_limit" : n > 6 ? "load_high" : "load";
  document.getElementById("load").textContent = say(key, { n });
}
