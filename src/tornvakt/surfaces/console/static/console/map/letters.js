// Letters: what a mark on the map and a line in the list have in common. An incident keeps its
// letter as long as it is open, also when the page is loaded anew, and the two windows of a desk
// use the same: both read and write the same list in this browser. It holds ids and nothing else.
const STORE = "tv:map-letters";
let memory = { last: -1, of: {} };

/** A, B … Z, AA, AB …: the letters of a place in the alphabet. */
export function letters(place) {
  const end = String.fromCharCode(65 + (place % 26));
  return place < 26 ? end : letters(Math.floor(place / 26) - 1) + end;
}

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE));
    if (kept && Number.isInteger(kept.last) && typeof kept.of === "object") return kept;
  } catch {
    // no storage, or not ours: what this page remembers
  }
  return memory;
}

/** The place after `last` that nobody has: a letter just given back is not used again at once. */
function free(last, used) {
  for (let size = 26; ; size += 26) {
    for (let step = 1; step <= 26; step += 1) {
      const place = size === 26 ? (last + step + 26) % 26 : size - 26 + step - 1;
      if (!used.has(place)) return place;
    }
  }
}

/** Give every one of `numbers` (all that are open, in any order) a letter. Returns a Map. */
export function assign(numbers) {
  const kept = read();
  const of = {};
  for (const number of numbers) if (Number.isInteger(kept.of[number])) of[number] = kept.of[number];
  const used = new Set(Object.values(of));
  let last = kept.last;
  let isNew = Object.keys(of).length !== Object.keys(kept.of).length;
  for (const number of [...numbers].sort()) {
    if (number in of) continue;
    const place = free(last, used);
    of[number] = place;
    used.add(place);
    if (place < 26) last = place;
    isNew = true;
  }
  memory = { last, of };
  try {
    if (isNew) localStorage.setItem(STORE, JSON.stringify(memory));
  } catch {
    // holds until the page is left
  }
  return new Map(numbers.map((number) => [number, letters(of[number])]));
}
