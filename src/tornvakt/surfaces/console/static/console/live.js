// What is said aloud to a screen reader: P1 at once, P2 when there is time, the rest not at all.
import { say } from "./words.js";

const speak = { 1: document.getElementById("say-now"), 2: document.getElementById("say-soon") };

/** Say one sentence about each new row that nobody has taken. */
export function announce(rows) {
  for (const row of rows) {
    const where = speak[row.dataset.priority];
    if (!where || row.dataset.owner) continue;
    where.textContent = say(row.dataset.priority === "1" ? "urgent_new" : "alarm_new", {
      title: row.querySelector(".q-t").textContent,
      place: row.querySelector(".q-s").textContent,
    });
  }
}
