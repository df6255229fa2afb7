// The three sounds of the desk. They start by the operator's own click, because no browser lets a
// page make a sound before that; what they say is said again in words and shapes on the screen.
//
// P1: two tones, again and again until somebody takes it, twice as loud (+6 dB) after 20 s.
// P2: three pulses every ten seconds. P3: one soft tone, once. M is silence for 60 s, per incident.

const LOUD_AFTER_MS = 20_000;
const P2_EVERY_MS = 10_000;
const MUTE_MS = 60_000;
const FLOOR = 0.1; // below this of the whole volume nobody hears anything
const GAIN = { 1: 0.3, 2: 0.25, 3: 0.1 };
const STORE = "tv:sound";
const SHAPES = {
  // [start s, length s, Hz]
  1: [[0, 0.32, 960], [0.36, 0.32, 720]],
  2: [[0, 0.14, 620], [0.24, 0.14, 620], [0.48, 0.14, 620]],
  3: [[0, 0.55, 440]],
};

let context = null;
let master = null; // all that sounds goes through it
let ticked = null; // how far the sound had come when it was last asked about
let watched = [];
let known = null; // ids heard of so far; the first list sounds for what waits, not for old P3
let pulsesAt = -Infinity;
const mutedUntil = new Map();
let testedAt = null;

function keep(value) {
  try {
    if (value) sessionStorage.setItem(STORE, value);
    else sessionStorage.removeItem(STORE);
  } catch {
    // holds until the page is left
  }
}

/** What was kept when the page was left: when the sounds were last heard, or nothing. */
function kept() {
  try {
    return sessionStorage.getItem(STORE);
  } catch {
    return null;
  }
}

export const isOn = () => context?.state === "running" && testedAt !== null;
/** The shift has begun but the browser holds the sound until somebody touches the page. */
export const isHeld = () => testedAt !== null && context?.state !== "running";
export const tested = () => testedAt;

/** For the server: none, on, silenced (60 s by key M), held (by the browser, or it stands), zero. */
export function state(at) {
  if (testedAt === null) return "none";
  const came = context?.currentTime ?? null;
  const stands = ticked !== null && came !== null && at - ticked.at > 2000 && came <= ticked.came;
  if (ticked === null || at - ticked.at > 2000) ticked = { at, came };
  if (isHeld() || stands) return "held";
  if (master.gain.value < FLOOR) return "zero";
  return silence(at) > 0 ? "silenced" : "on";
}

function tell(name, detail = {}) {
  document.dispatchEvent(new CustomEvent(`tornvakt:${name}`, { detail }));
}

function open() {
  if (!context) {
    context = new AudioContext();
    master = new GainNode(context);
    master.connect(context.destination);
    context.addEventListener("statechange", () => tell("sound-state"));
  }
  return context.resume();
}

function play(level, { loud = false } = {}) {
  const gain = GAIN[level] * (loud ? 2 : 1);
  for (const [start, length, pitch] of SHAPES[level]) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const from = context.currentTime + 0.02 + start;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(gain, from + (level === 3 ? 0.15 : 0.01));
    volume.gain.setValueAtTime(gain, from + length - 0.02);
    volume.gain.linearRampToValueAtTime(0, from + length);
    tone.connect(volume).connect(master);
    tone.start(from);
    tone.stop(from + length + 0.02);
  }
  tell("sounded", { level, gain, loud });
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Play all three, the most urgent first; call only from a click or a key. */
export async function rehearse() {
  await open();
  for (const level of [1, 2, 3]) {
    tell("rehearsing", { level });
    play(level);
    await pause(1100);
  }
  tell("rehearsing", { level: null });
}

/** The operator heard them: from now on alarms sound here. `at` is the wall clock of now. */
export function begin(at) {
  testedAt = at;
  keep(String(at));
  judge(at);
  tell("sound-state");
}

/** Go on after a reload, as soon as the browser lets us: at once, or at the next key or click. */
export function resume() {
  const at = Number(kept());
  if (!at) return;
  testedAt = at;
  const attempt = () => open().catch(() => {});
  attempt();
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, attempt, { capture: true });
  tell("sound-state");
}

/** What waits for somebody: `[{ id, priority, opened }]`, opened in server milliseconds. */
export function follow(list, at) {
  const fresh = known ? list.filter((each) => !known.has(each.id)) : [];
  known = new Set(list.map((each) => each.id));
  watched = list;
  for (const id of mutedUntil.keys()) if (!known.has(id)) mutedUntil.delete(id);
  if (fresh.some((each) => each.priority === 2)) pulsesAt = -Infinity; // a new one is heard at once
  if (isOn() && fresh.some((each) => each.priority === 3)) play(3);
  judge(at);
}

const audible = (level, at) => watched.filter((each) => each.priority === level && !(mutedUntil.get(each.id) > at));

/** Once a second: sound what should sound now. */
export function judge(at) {
  if (!isOn()) return;
  const urgent = audible(1, at);
  if (urgent.length) return play(1, { loud: urgent.some((each) => at - each.opened >= LOUD_AFTER_MS) });
  if (audible(2, at).length && at - pulsesAt >= P2_EVERY_MS) {
    pulsesAt = at;
    play(2);
  }
}

/** What one has oneself wakes: its sound once, for nobody else has to take it. */
export function wake(level) {
  if (isOn()) play(level);
}

/** Silence what sounds now for 60 s. Returns the ids, so that it can be logged. */
export function mute(at) {
  const sounding = [...audible(1, at), ...audible(2, at)].map((each) => each.id);
  for (const id of sounding) mutedUntil.set(id, at + MUTE_MS);
  if (sounding.length) tell("sound-state");
  return sounding;
}

/** How long the silence lasts, in milliseconds; 0 when something may sound. */
export function silence(at) {
  const left = watched.filter((each) => each.priority < 3).map((each) => (mutedUntil.get(each.id) ?? 0) - at);
  return left.length && left.every((ms) => ms > 0) ? Math.min(...left) : 0;
}
