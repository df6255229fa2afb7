// What is on its way to or from the server about the incident that is shown. A key that depends on
// it waits: "take" and then "send" in one breath must not find the page as it was before.
const works = new Set();
const PATIENCE_MS = 3000;

/** Remember that `work` is not done yet; returns it. */
export function track(work) {
  works.add(work);
  const forget = () => works.delete(work);
  work.then(forget, forget);
  return work;
}

/** Resolves when nothing is on its way any more, or when that has taken too long. */
export async function settled() {
  const end = performance.now() + PATIENCE_MS;
  while (works.size && performance.now() < end) {
    await Promise.race([Promise.allSettled([...works]), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
  }
}
