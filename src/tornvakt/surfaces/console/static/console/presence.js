// That somebody is here: each number the server sends is answered with what this window has drawn,
// whether it can be seen and whether it can be heard. On the message, never by a timer: the timers
// of a hidden page stand nearly still.
import * as clocks from "./clocks.js";
import * as sound from "./sound.js";

const PAINT_MS = 1500; // a page that can be seen draws within that
const ADDRESS = "/larm/narvaro/";

let token = "";
let number = "";
let drawn = document.body.dataset.seq ?? "";

/** A random name of this page; a reload is another window. */
export const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** What the stream gave to show with the answers. */
export function greet({ k }) {
  token = k;
}

/** The queue stands on the screen up to the event `seq`, as soon as it is painted. */
export function rendered(seq) {
  if (!seq) return;
  afterPaint().then((isPainted) => {
    if (isPainted || document.visibilityState === "hidden") drawn = seq;
  });
}

/** The server asks: answer once what it sent before has been painted. */
export async function asked(n) {
  if (!n) return;
  number = n;
  const isPainted = document.visibilityState === "hidden" || (await afterPaint());
  answer(isPainted);
}

/** Whether a frame was drawn; false when none came though the page can be seen. */
function afterPaint() {
  return new Promise((done) => {
    const late = setTimeout(() => done(false), PAINT_MS);
    requestAnimationFrame(() => {
      clearTimeout(late);
      setTimeout(() => done(true)); // the frame itself is drawn after this callback
    });
  });
}

function said(isPainted) {
  return {
    k: token,
    n: number,
    r: document.documentElement.dataset.locked ? "locked" : drawn,
    v: document.visibilityState === "visible" ? 1 : 0,
    p: isPainted ? 1 : 0,
    s: sound.state(clocks.now()),
  };
}

let isLeaving = false; // the browser says that the page is hidden after it has said good-bye
function answer(isPainted = true) {
  if (!token || !number || isLeaving) return;
  fetch(ADDRESS, { method: "POST", keepalive: true, body: JSON.stringify(said(isPainted)), signal: AbortSignal.timeout(8000) }).catch(() => {});
}

document.addEventListener("visibilitychange", () => answer());
document.addEventListener("tornvakt:sound-state", () => answer());
addEventListener("pageshow", () => {
  isLeaving = false;
});
addEventListener("pagehide", () => {
  isLeaving = true;
  if (token) navigator.sendBeacon(ADDRESS, JSON.stringify({ k: token, bye: 1 }));
});
