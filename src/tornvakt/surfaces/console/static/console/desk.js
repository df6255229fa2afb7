// The desk: connects the parts. Each part has a file of its own; what happens when stands here.
import * as actions from "./actions.js";
import * as acts from "./acts.js";
import * as bands from "./bands.js";
import * as clocks from "./clocks.js";
import * as commands from "./commands.js";
import * as drafts from "./drafts.js";
import * as emergency from "./emergency.js";
import * as incident from "./incident.js";
import * as keys from "./keys.js";
import { announce } from "./live.js";
import { drawLoad } from "./load.js";
import * as lock from "./lock.js";
import * as middle from "./middle.js";
import * as presence from "./presence.js";
import * as palette from "./palette.js";
import * as queue from "./queue.js";
import * as shift from "./shift.js";
import "./handover.js";
import { settled, track } from "./settling.js";
import * as side from "./side.js";
import * as silence from "./silence.js";
import * as slims from "./slims.js";
import * as sound from "./sound.js";
import * as tabs from "./tabs.js";
import { Line } from "./stream.js";
import { changeTheme } from "./theme.js";
import * as toast from "./toast.js";
import { isFolded } from "./width.js";
import { say } from "./words.js";

const page = document.body.dataset;
const byId = (id) => document.getElementById(id);

/* --- choosing --- */
let wish = null;
function select(row, { focus = false, at = 60, open = false } = {}) {
  if (!row) return;
  const isShown = incident.number() === row.dataset.number && !byId("closing");
  queue.choose(row, { focus });
  clearTimeout(wish);
  const come = () => incident.open(row.dataset.number).then((came) => came && open && incident.bringUp());
  if (!isShown) wish = setTimeout(() => come().catch(() => {}), at);
  else if (open) incident.bringUp();
  banner();
}

/** What to go on with when an incident is done: the most urgent that is free or one's own. */
function chooseNext() {
  const shown = queue.visible();
  const calls = (row) => queue.isFree(row) || (queue.isMine(row) && !row.dataset.wakes);
  const next = shown.find(calls) ?? shown[0];
  if (next) select(next, { focus: true, at: 0 });
  else {
    queue.choose(null);
    incident.calm().then(() => byId("calm")?.querySelector("h1").focus());
  }
}

byId("queue").addEventListener("click", (event) => {
  const row = event.target.closest(".q");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const again = row.classList.contains("sel");
  select(row, { focus: true, at: 0, open: true });
  if (event.detail === 0 && again) byId("incident")?.querySelector("h1").focus(); // Enter
});

/* --- the banner of an urgent alarm that nobody has taken and that is not shown --- */
function urgent() {
  return queue.rows().find((row) => row.dataset.priority === "1" && queue.isFree(row) && row.dataset.number !== incident.number() && !row.classList.contains("sel"));
}
/** Where Home leads: the first that is urgent and free, the one that is shown too; else the first. */
const mostUrgent = () => queue.rows().find((row) => row.dataset.priority === "1" && queue.isFree(row)) ?? queue.visible()[0];
function banner(at = clocks.now()) {
  const row = urgent();
  const box = byId("p1-banner");
  box.hidden = !row;
  if (!row) return;
  box.querySelector("kbd").hidden = row !== mostUrgent();
  const words = `${row.querySelector(".q-t").textContent}, ${row.querySelector(".q-s").textContent}`;
  const [title, line] = [box.querySelector(".t"), box.querySelector("p")];
  if (title.textContent !== words) title.textContent = words;
  line.textContent = say("urgent_banner", { age: clocks.duration(at - Number(row.dataset.opened)) });
}
byId("p1-banner").querySelector("button").addEventListener("click", () => select(urgent(), { focus: true, at: 0, open: true }));

/* --- what the server sends --- */
let held = null; // changes that arrive while everything is being fetched again
function take(change) {
  if (held) return void held.push(change);
  presence.rendered(change.seq);
  if (change.silence !== undefined) silence.show(change.silence);
  const had = queue.rows().filter(queue.isMine);
  const added = queue.apply(change);
  const lost = had.find((row) => row.isConnected && !queue.isMine(row) && !queue.isFree(row));
  if (lost) actions.lost(lost);
  follow();
  document.dispatchEvent(new CustomEvent("tornvakt:queue", { detail: { changed: change.changed ?? [] } }));
  announce(added);
  if (change.load) drawLoad(change.load);
  if (change.log) byId("log").innerHTML = change.log;
  if (change.rows?.length || change.gone?.length || change.all) {
    bands.happened();
    listen();
    slims.renew();
  }
  if (change.changed?.includes(incident.number())) incident.renew();
  if (!incident.number() && !incident.isElsewhere() && queue.rows().length) select(queue.rows()[0], { at: 0 });
  if (!queue.rows().length && (change.gone?.length || change.all)) incident.calm({ middle: !incident.number() });
  banner();
}

document.addEventListener("tornvakt:woken", ({ detail }) => {
  sound.wake(detail.priority);
  toast.refuse(say("woken", detail));
});

/** Let what nobody has taken be heard. */
function listen() {
  const free = queue.rows().filter(queue.isFree);
  const waits = free.map(({ dataset }) => ({ id: dataset.id, priority: Number(dataset.priority), opened: Number(dataset.opened) }));
  sound.follow([...waits, ...emergency.sounding()], clocks.now());
}

document.addEventListener("tornvakt:closed", ({ detail }) => {
  const row = queue.byNumber(detail.number);
  if (row) queue.apply({ gone: [row.dataset.id] });
  chooseNext();
});

let isFetching = false;
let isAskedAgain = false;
/** Fetch all rows. One fetch at a time: an older answer must never take away what a newer brought. */
async function fetchAll() {
  if (isFetching) {
    isAskedAgain = true;
    return;
  }
  isFetching = true;
  isAskedAgain = false;
  const came = await fetchOnce();
  isFetching = false;
  if (!came) setTimeout(fetchAll, 2000); // until it succeeds; the line says meanwhile what is true
  else if (isAskedAgain) await fetchAll();
}

/** Resolves to whether there is nothing left to try. */
async function fetchOnce() {
  held = [];
  let answer;
  try {
    answer = await fetch(page.queue, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(8000) });
    if (answer.status === 423) {
      lockUp();
      return true;
    }
    if (answer.status === 401 || answer.redirected) bands.signedOut();
    if (answer.status === 403 || answer.status === 404) {
      roleGone();
      return true;
    }
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const whole = await answer.json();
    const meanwhile = held;
    held = null;
    take({ ...whole, all: true });
    for (const change of meanwhile) if (isAfter(change.seq, whole.seq)) take(change);
    incident.renew();
    return true;
  } catch {
    held = null;
    return false;
  }
}

function roleGone() {
  line.close();
  bands.roleGone();
}

/** Whether one name of the stream stands after another; names of two processes always do. */
function isAfter(name, other) {
  const [[epoch, n], [otherEpoch, m]] = [name.split("-"), other.split("-")];
  return epoch !== otherEpoch || Number(n) > Number(m);
}

const line = new Line(page.stream, page.seq, {
  rows: take,
  resync: fetchAll,
  desk: presence.greet,
  emergency: emergency.take,
  silence: ({ html }) => silence.show(html),
  ping(ping) {
    presence.asked(ping.n);
    bands.judge(ping);
    const others = ping.on.filter((name) => name !== page.meName);
    byId("present").textContent = [say("you"), ...others].join(", ");
  },
  cut: bands.cut,
  retry(tries) {
    bands.retried(tries);
    if (tries % 3 === 0) probe();
  },
  back() {
    bands.mended();
    drafts.flush();
    fetchAll();
  },
}, presence.id);
emergency.follow(line, listen);
document.addEventListener("tornvakt:emergency", ({ detail }) => bands.emergency(detail));

/** A stream cannot say why it was refused; an ordinary question can. */
async function probe() {
  try {
    const answer = await fetch(page.queue, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(1500) });
    if (answer.status === 423) return lockUp();
    if (answer.status === 401 || answer.redirected) bands.signedOut();
    if (answer.status === 403 || answer.status === 404) roleGone();
  } catch {
    // still nobody there
  }
}

/* --- the lock --- */
function lockUp() {
  line.close();
  lock.face();
}
async function askToLock() {
  const answer = await actions.post(byId("lock").action);
  if (answer.status === 200 || answer.status === 423) lockUp();
  else actions.refused(answer);
}
document.addEventListener("tornvakt:locked", lockUp);
document.addEventListener("tornvakt:go", ({ detail }) => goTo(detail.address));
document.addEventListener("tornvakt:select", ({ detail }) => select(queue.byNumber(detail.number)));

/** Show what an address of the desk leads to, without leaving the desk. */
function goTo(address) {
  const number = address.match(/\/handelser\/([^/]+)\/$/)?.[1];
  const row = number && queue.byNumber(number);
  if (row) select(row, { focus: true, at: 0, open: true });
  else if (number) track(goBeyond(number, address));
  else if (address === page.desk) middle.leave();
  else middle.go(address);
}

/** Show an incident that has no row: closed, or so new that its row is not here yet. */
async function goBeyond(number, address) {
  clearTimeout(wish);
  queue.choose(null); // no key may act on the row that was chosen before
  if (!(await incident.open(number, address).catch(() => false))) return;
  incident.article()?.querySelector("h1").focus({ preventScroll: true });
  if (!incident.article()?.dataset.closed && !queue.byNumber(number)) await fetchAll();
  follow();
}

/** The row of the incident that is shown is the chosen one, as soon as it is there. */
function follow() {
  const row = incident.number() && !queue.selected() && queue.byNumber(incident.number());
  if (row) queue.choose(row, { focus: !document.activeElement || document.activeElement.matches("body, h1, .q-a") });
}

/* --- forms and buttons --- */
const work = { take: () => actions.take(queue.byNumber(incident.number())), "give-back": () => actions.giveBack(), note: actions.note, close: actions.close, lock: askToLock };
document.addEventListener("submit", (event) => {
  const act = work[event.target.dataset.act];
  if (event.target.matches("[data-send]")) {
    event.preventDefault();
    acts.send(event.target, event.submitter);
  } else if (act) {
    event.preventDefault();
    act(event.target);
  } else if (event.target.dataset.choice === "theme") {
    event.preventDefault();
    changeTheme(event.target);
  }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-go]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    return goTo(link.getAttribute("href"));
  }
  const act = event.target.closest("a[data-act]")?.dataset.act;
  if (!act) return;
  event.preventDefault();
  if (act === "closing") actions.openClosing();
  if (act === "leave-closing") actions.leaveClosing();
  if (act === "leave-centre") middle.leave();
  if (act === "to-queue") queue.bringUp();
});
for (const chip of document.querySelectorAll("[data-filter]")) {
  chip.addEventListener("click", () => queue.filterBy(Number(chip.dataset.filter)));
}

/* --- keys --- */
/** Wait until the incident of the selected row is the one shown: no key may act on the one before. */
async function isShown() {
  if (!queue.selected()) await settled();
  const row = queue.selected();
  if (row && incident.number() !== row.dataset.number) {
    clearTimeout(wish);
    return incident.open(row.dataset.number).catch(() => false);
  }
  return true;
}
const chosen = () => queue.selected()?.dataset.number;
/** Wait for what is under way. Resolves to whether the row that was chosen still is: no key may act on the next one. */
async function stays(wait) {
  const meant = chosen();
  const came = await wait();
  return came !== false && (!meant || chosen() === meant);
}
/** Do `work` if the page has what it needs, or else as soon as what is under way has come. */
async function whenThere(work, missing) {
  if (!(await stays(isShown)) || work()) return;
  if (!(await stays(settled))) return;
  if (!work()) toast.refuse(incident.number() ? say(missing, { number: incident.number() }) : say("nothing_chosen"));
}
/** A key that opens a form of the incident; the first that is there. */
const opens = (act) => Object.assign(act, { opens: true });
const form = (name) => opens(() => whenThere(() => acts.open(name), "not_now"));
const takeIt = opens(async () => {
  if (!queue.selected()) await settled();
  const row = queue.selected();
  if (incident.isElsewhere()) return toast.refuse(say("nothing_chosen")); // a list is read, no incident
  const isAnothers = row && !queue.isFree(row) && !queue.isMine(row);
  if (isAnothers && (await isShown()) && acts.open("take_over")) return;
  actions.take(row); // not waited for: the answer stands on the screen already
});
/** A key that presses a button of the incident, or opens the form if the button is not there. Which of them it is depends on what is under way. */
const press = (act, name, missing = "not_now") => opens(async () => {
  if (!(await stays(settled))) return;
  await whenThere(() => {
    const found = byId("centre").querySelector(`form[data-act="${act}"]`);
    found?.requestSubmit();
    return Boolean(found) || acts.open(name);
  }, missing);
});
const step = (by) => Object.assign(() => select(queue.neighbour(by), { focus: true }), { repeats: true });
commands.connect({
  next: step(1),
  previous: step(-1),
  take: takeIt,
  tick: () => whenThere(acts.tick, "no_step"),
  skip: form("skip"),
  attempt: form("attempt"),
  hand_over: form("hand_over"),
  send: press("on_scene", "dispatch"),
  wait: press("resume", "wait"),
  merge: press("merge", "", "no_twin"),
  attach: form("attach"),
  edit: form("edit"),
  call: () => middle.go(byId("new-call").getAttribute("href")),
  mute: shift.mute,
  shift: () => middle.go(shift.address),
  lock: askToLock,
  note: opens(async () => (await isShown()) && byId("note")?.focus()),
  close: opens(async () => {
    // The take may still be on its way, and only an owner closes.
    if ((await stays(settled)) && (await stays(isShown))) await actions.openClosing();
  }),
  raw: () => (isFolded() && side.isOpen() ? side.close() : side.focus("sig-h")),
  timeline: async () => (await isShown()) && tabs.turn(),
  undo: () => actions.undo(),
  level1: () => queue.filterBy(1),
  level2: () => queue.filterBy(2),
  level3: () => queue.filterBy(3),
  map: () => {
    side.focus("map-h");
    document.dispatchEvent(new CustomEvent("tornvakt:map"));
  },
  log: () => side.focus("log-h"),
});
palette.connect(goTo);
keys.connect({
    moves: {
      ArrowDown: step(1), ArrowUp: step(-1),
      Home: () => select(mostUrgent(), { focus: true }),
      End: () => select(queue.visible().at(-1), { focus: true }),
    },
    submit() {
      const one = document.activeElement?.closest("form[data-act]") ?? byId("closing") ?? byId("call-form");
      one?.requestSubmit();
      return Boolean(one);
    },
    toForm: acts.toForm,
    escape() {
      if (document.querySelector(".toast.bad")) toast.dismiss();
      if (acts.leave()) return true;
      if (side.isOpen()) side.close();
      else if (byId("closing")) actions.leaveClosing();
      else if (incident.isElsewhere()) middle.leave();
      else queue.bringUp();
      return true;
    },
});
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("#note, textarea[data-enter]") || event.key !== "Enter" || event.shiftKey || event.isComposing || event.ctrlKey) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

/* --- start --- */
bands.tellTrust(queue.trust);
drafts.sweep();
drafts.fetchKept();
document.addEventListener("tornvakt:shown", acts.wire);
incident.wire();
acts.wire();
listen();
clocks.everySecond((at) => {
  byId("longest").textContent = queue.longest(at);
  banner(at);
  sound.judge(at);
  shift.draw(at);
  silence.watchSound(at);
});
clocks.start();
addEventListener("beforeunload", () => line.close());
document.documentElement.dataset.ready = "true";
setTimeout(() => import("./map/at-desk.js").catch(() => {}), 200); // the map comes last: nobody waits for it
