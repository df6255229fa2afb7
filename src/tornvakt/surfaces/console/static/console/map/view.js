// The map and its list, the same on the desk and in a window of its own: what is shown, what is
// followed, what is asked for, and what is said when something is missing.
import { Board } from "./board.js";
import { assign } from "./letters.js";
import { List } from "./list.js";
import { say } from "../words.js";

const byId = (id) => document.getElementById(id);
const OBJECTS_FROM_ZOOM = 14;
const AFFECTED_EVERY_MS = 1500;
const DRAW_EVERY_MS = 120;
const STORE = "tv:map-picture";
const small = matchMedia("(max-width: 640px), (max-height: 479px)"); // the same rule as map.css

async function ask(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(8000) });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer.json();
}

export class View {
  /** `read()` gives the rows in order; `on.chosen` and `on.opened` tell what the reader does here. */
  constructor({ read, me, on }) {
    this.box = byId("map-box");
    this.stage = byId("map");
    Object.assign(this, { read, me, on, rows: [], gathered: [], objects: [], selected: "", isFollowing: true, letterOf: () => "" });
    this.list = new List(byId("map-list"), { chosen: (number) => this.pick(number), opened: (number) => on.opened(number) });
    this.wire();
    // A map is made when there is room for one: in a drawer that is shut nothing is fetched.
    this.watch = new ResizeObserver(() => this.seen());
    this.watch.observe(this.stage);
    this.watch.observe(this.box);
    if (small.matches) this.unfold(false);
  }

  /** Somebody has opened, unfolded or widened what the map lies in; or shut it. */
  seen() {
    const was = this.isSeen;
    this.isSeen = this.box.clientHeight > 0;
    if (this.stage.clientWidth > 40 && this.stage.clientHeight > 40) this.make();
    if (this.isSeen && !was) this.take();
  }

  wire() {
    byId("map-follow").addEventListener("click", () => this.follow(!this.isFollowing));
    byId("map-in").addEventListener("click", () => this.board?.zoom(1));
    byId("map-out").addEventListener("click", () => this.board?.zoom(-1));
    byId("map-all").addEventListener("click", () => {
      this.follow(false);
      this.board?.fit(this.everything());
    });
    byId("map-show").addEventListener("click", () => this.unfold(!this.box.classList.contains("is-unfolded")));
    byId("map-picture").addEventListener("change", ({ target }) => this.choosePicture(target.value));
  }

  /** Where there is little room the list comes alone, and the map when it is asked for. */
  unfold(isOpen) {
    this.box.classList.toggle("is-unfolded", isOpen);
    byId("map-show").setAttribute("aria-expanded", String(isOpen));
    byId("map-show").textContent = say(isOpen ? "map_hide" : "map_show");
  }

  async make() {
    if (this.making) return;
    this.making = true;
    try {
      this.ground = await ask(this.box.dataset.ground);
      this.offerPictures();
      await this.lay();
    } catch {
      this.notice("fetch", say("map_not_fetched"));
      setTimeout(() => (this.making = false), 10_000);
      setTimeout(() => this.stage.clientWidth > 40 && this.make(), 10_500);
    }
  }

  /** Make the map anew, on the raster that is chosen: one at a time, the list stands meanwhile. */
  lay() {
    this.laying = (this.laying ?? Promise.resolve()).catch(() => {}).then(() => this.layNow());
    return this.laying;
  }

  async layNow() {
    this.board?.remove();
    this.board = null;
    this.notice("lost", "");
    this.notice("fetch", "");
    const { layers, pictures, refused } = this.ground;
    const picture = pictures.find((each) => each.id === this.picture) ?? null;
    this.stage.setAttribute("tabindex", "0");
    this.board = await Board.in(this.stage, {
      addresses: this.box.dataset,
      picture,
      layers,
      on: {
        moved: () => this.moved(),
        touched: () => this.isFollowing && this.follow(false),
        chosen: (number) => this.pick(number),
        missing: (layer) => this.notice("missing", say("map_layer_missing", { name: layer.name })),
        drawn: () => (document.documentElement.dataset.map = "drawn"),
        lost: ({ name }) => this.notice("lost", say("map_lost", { name })),
        found: () => this.notice("lost", ""),
      },
    });
    byId("map-empty").hidden = layers.length > 0 || Boolean(picture);
    if (refused.length) this.notice("refused", refused.map(({ file, why }) => `${file}: ${why}`).join(" "));
    this.say(layers, picture);
    this.take();
    this.board.fit(this.everything(), { wide: true });
    if (this.isFollowing) this.goTo();
    this.moved();
  }

  /** Whose the map is stands under it, always. */
  say(layers, picture) {
    const all = [...(picture ? [picture] : []), ...layers];
    const owners = [...new Set(all.map(({ attribution, note }) => (note ? `${attribution} (${note})` : attribution)))];
    byId("map-owner").textContent = owners.join(" · ");
  }

  offerPictures() {
    const { pictures } = this.ground;
    const choice = byId("map-picture");
    choice.replaceChildren(...[{ id: "", name: say("map_own_layers") }, ...pictures].map(({ id, name }) => new Option(name, id)));
    choice.parentElement.hidden = pictures.length === 0;
    try {
      this.picture = localStorage.getItem(STORE);
    } catch {
      // no storage: what there is from the start
    }
    if (this.picture !== "" && !pictures.some(({ id }) => id === this.picture)) this.picture = pictures[0]?.id ?? "";
    choice.value = this.picture;
  }

  choosePicture(id) {
    this.picture = id;
    try {
      localStorage.setItem(STORE, id);
    } catch {
      // holds until the page is left
    }
    this.lay().catch(() => this.notice("fetch", say("map_not_fetched")));
  }

  /** Something changed in the queue; `changed` names the incidents. Draws soon, once for many. */
  changed(numbers = []) {
    if (numbers.some((number) => this.rows.find((row) => row.number === number)?.isMany)) this.isAffectedOld = true;
    if (this.soon) return;
    this.soon = setTimeout(() => {
      this.soon = null;
      this.take();
    }, DRAW_EVERY_MS);
  }

  /** Read the rows and show them, in the list and on the map. */
  take() {
    if (!this.box.isConnected) return this.stop();
    const began = performance.now();
    this.rows = this.read();
    const letterOf = assign(this.rows.map((row) => row.number));
    this.letterOf = (number) => letterOf.get(number) ?? "";
    for (const row of this.rows) row.isSelected = row.number === this.selected;
    this.on.lettered?.(this.letterOf);
    if (!this.isSeen) return; // in a drawer that is shut: the letters in the queue are enough
    this.place();
    this.list.show(this.rows, { letterOf: this.letterOf, selected: this.selected, me: this.me });
    const without = this.rows.filter((row) => row.lat === null).length;
    const count = say(this.rows.length ? "map_count" : "map_count_none", { n: this.rows.length });
    byId("map-count").textContent = without ? `${count} · ${say("map_count_without", { n: without })}` : count;
    this.askAffected();
    const look = { letterOf: this.letterOf, wordOf: (priority) => say(`map_level_${priority}`), me: this.me };
    this.board?.show({ rows: this.rows, gathered: this.shownGathered(), look, began });
    this.head();
  }

  /** A gathered incident stands at one of its places: the one nearest to the middle of them all. */
  place() {
    for (const row of this.rows) {
      const spots = row.isMany ? this.gathered.find((each) => each.number === row.number)?.spots ?? [] : [];
      if (!spots.length) continue;
      const lost = spots.filter((spot) => !spot.isBack);
      const among = lost.length ? lost : spots;
      const middle = (axis) => among.reduce((sum, spot) => sum + spot[axis], 0) / among.length;
      const [lat, lon] = [middle("lat"), middle("lon")];
      const away = (spot) => (spot.lat - lat) ** 2 + ((spot.lon - lon) * Math.cos((lat * Math.PI) / 180)) ** 2;
      const { lat: north, lon: east } = among.reduce((best, spot) => (away(spot) < away(best) ? spot : best));
      Object.assign(row, { lat: north, lon: east, spots: spots.length });
    }
  }

  /** The page is another now: locked, or left. */
  stop() {
    this.watch.disconnect();
    this.board?.remove();
    this.board = null;
  }

  /** What the head and the foot say of the chosen incident. */
  head() {
    const chosen = this.rows.find((row) => row.isSelected);
    const many = chosen?.isMany && this.gathered.find((each) => each.number === chosen.number);
    byId("map-where").textContent = many ? say("map_hatched", { n: many.places }) : chosen ? chosen.place.split(", ").at(-1) : "";
    byId("map-off").textContent = chosen?.off && chosen.lat !== null ? say("map_off", { m: chosen.off }) : "";
  }

  shownGathered() {
    const priorities = new Map(this.rows.map((row) => [row.number, row.priority]));
    const open = this.gathered.filter((each) => priorities.has(each.number));
    return open.map((each) => ({ ...each, priority: priorities.get(each.number) }));
  }

  /** The places of gathered incidents: asked for when there are any, and when they have changed. */
  async askAffected() {
    const many = this.rows.filter((row) => row.isMany).map((row) => row.number);
    const isUnknown = many.some((number) => !this.gathered.some((each) => each.number === number));
    if (!many.length || this.isAsking || !(isUnknown || this.isAffectedOld)) return;
    this.isAsking = true;
    this.isAffectedOld = false;
    try {
      const { gathered } = await ask(this.box.dataset.affected);
      this.gathered = gathered.map(({ spots, ...rest }) => ({ ...rest, spots: spots.map(([lat, lon, back]) => ({ lat, lon, isBack: Boolean(back) })) }));
      this.take();
      if (this.isFollowing && many.includes(this.selected)) this.goTo();
    } catch {
      this.isAffectedOld = true; // asked again with the next change
    }
    setTimeout(() => {
      this.isAsking = false;
      if (this.isAffectedOld) this.askAffected();
    }, AFFECTED_EVERY_MS);
  }

  /** The reader chose an incident on the map or in the list. */
  pick(number) {
    this.select(number);
    this.on.chosen(number);
  }

  /** Show that an incident is the chosen one, and go there if the map follows. */
  select(number) {
    const isNew = number !== this.selected;
    this.selected = number;
    for (const row of this.rows) row.isSelected = row.number === number;
    // A key that only moves the choice must not wait for five hundred rows to be read again.
    if (!this.rows.some((row) => row.isSelected)) this.take();
    this.list.choose(number);
    this.board?.show({});
    this.head();
    this.list.reveal(number);
    if (isNew && this.isFollowing) this.goTo();
  }

  goTo() {
    const chosen = this.rows.find((row) => row.isSelected);
    if (!chosen || !this.board) return;
    const spots = chosen.isMany ? this.gathered.find((each) => each.number === chosen.number)?.spots ?? [] : [];
    if (spots.length) this.board.fit(spots.map(({ lat, lon }) => [lat, lon]));
    else if (chosen.lat !== null) this.board.centre(chosen.lat, chosen.lon);
  }

  /** Follow the chosen incident, or hold the map still. */
  follow(isFollowing) {
    this.isFollowing = isFollowing;
    const button = byId("map-follow");
    button.toggleAttribute("data-follows", isFollowing);
    button.firstElementChild.textContent = say(isFollowing ? "map_follows" : "map_holds");
    button.lastElementChild.textContent = `, ${say(isFollowing ? "map_hold" : "map_go_along")}`;
    if (isFollowing) this.goTo();
  }

  everything() {
    const placed = this.rows.filter((row) => row.lat !== null).map(({ lat, lon }) => [lat, lon]);
    return [...placed, ...this.gathered.flatMap(({ spots }) => spots.map(({ lat, lon }) => [lat, lon]))];
  }

  moved() {
    if (!this.board || !this.box.isConnected) return;
    const seen = this.board.seen();
    this.scale(seen);
    clearTimeout(this.askingObjects);
    if (seen.zoom >= OBJECTS_FROM_ZOOM) this.askingObjects = setTimeout(() => this.askObjects(seen), 200);
  }

  /** The objects of what is seen and as much around it; nothing is asked twice while one stays within. */
  async askObjects({ south, west, north, east }) {
    const had = this.asked;
    if (had && south >= had.south && west >= had.west && north <= had.north && east <= had.east) return;
    const [up, across] = [(north - south) / 2, (east - west) / 2];
    const box = { south: south - up, west: west - across, north: north + up, east: east + across };
    try {
      const values = [box.south, box.west, box.north, box.east].map((edge) => edge.toFixed(5));
      const { objects } = await ask(`${this.box.dataset.objects}?ruta=${values.join(",")}`);
      this.objects = objects.map(([lat, lon, name]) => ({ lat, lon, name }));
      this.asked = box;
      this.board?.show({ objects: this.objects });
    } catch {
      // dots only; asked again when the map is moved
    }
  }

  /** The bar that says how far it is: a round number of metres. */
  scale({ mpp }) {
    const most = mpp * 120;
    const power = 10 ** Math.floor(Math.log10(most));
    const metres = [5, 2, 1].map((n) => n * power).find((n) => n <= most);
    byId("map-bar").style.width = `${Math.round(metres / mpp)}px`;
    byId("map-metres").textContent = metres >= 1000 ? `${metres / 1000}\u00a0km` : `${metres}\u00a0m`;
  }

  /** One line for each thing that is missing; an empty text takes it away. */
  notice(what, text) {
    const box = byId("map-notices");
    let line = box.querySelector(`[data-what="${what}"]`);
    if (!text) return void line?.remove();
    if (!line) {
      line = document.createElement("p");
      line.dataset.what = what;
      box.append(line);
    }
    if (line.textContent !== text) line.textContent = text;
  }
}
