// The page of the emergency mode: its own line to the server, which needs no database.
import { keep } from "./list.js";

const SILENCE_MS = 8000;
const byId = (id) => document.getElementById(id);
const words = document.body.dataset;
const show = keep(byId("emergency"), (isStored) => (isStored ? words.sent : words.notSent));
let heardAt = performance.now();
let source = null;
let isLocked = false; // then it is told how much waits, and no place

function open() {
  source?.close();
  source = new EventSource("/nodlage/strom/");
  source.addEventListener("ping", heard);
  source.addEventListener("emergency", ({ data }) => {
    const told = JSON.parse(data);
    isLocked = told.html === undefined;
    heard();
    byId("em-calm").hidden = told.on;
    show(told);
  });
}

function heard() {
  heardAt = performance.now();
  byId("em-cut").hidden = true;
  byId("em-state").textContent = isLocked ? words.locked : "";
}

setInterval(() => {
  if (performance.now() - heardAt <= SILENCE_MS) return;
  byId("em-cut").hidden = false;
  if (source.readyState === EventSource.CLOSED) open();
}, 1000);
open();
document.documentElement.dataset.ready = "true";
