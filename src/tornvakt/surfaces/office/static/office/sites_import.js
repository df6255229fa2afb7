// How far an import has come, twice a second; the page itself when it is over. Without script the
// link on the page does the same.
const box = document.getElementById("running");
const words = document.getElementById("progress-words");
const bar = document.getElementById("progress-bar");

async function look() {
  let told;
  try {
    const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    told = await answer.json();
  } catch {
    return; // the connection is away; the next look may find it
  }
  if (!told.is_running) {
    clearInterval(timer);
    location.reload();
    return;
  }
  if (words.textContent !== told.words) words.textContent = told.words;
  bar.setAttribute("width", told.percent);
}

const timer = setInterval(look, 500);
