// The slim lines under the queue: what waits, what is in test, what was skipped. Fetched anew when
// something has changed, and once a minute, because times run out by themselves.
const box = document.getElementById("slims");
const EVERY_MS = 60_000;
let wish = null;

async function fetchLines() {
  try {
    const answer = await fetch(box.dataset.from, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(8000) });
    if (!answer.ok || answer.redirected) return;
    const html = await answer.text();
    if (box.innerHTML === html || box.contains(document.activeElement)) return;
    box.innerHTML = html;
  } catch {
    // the line to the server says so itself
  }
}

/** Something changed: ask soon, once for many changes. */
export function renew() {
  clearTimeout(wish);
  wish = setTimeout(fetchLines, 500);
}

setInterval(fetchLines, EVERY_MS);
