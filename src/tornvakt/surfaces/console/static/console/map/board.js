// One map: Leaflet moves it, we draw it. Two canvases: the ground, which is drawn anew when the map
// has come to rest, and what happens on it, which is drawn whenever something happens.
import { drawGround } from "./ground.js";
import { library } from "./library.js";
import { drawMarks, groupAt } from "./marks.js";
import { onColours, palette } from "./palette.js";
import { shapesOf } from "./shapes.js";

const SWEDEN = [[55.2, 10.8], [69.1, 24.2]];
const CLOSE = 15;
const MARGIN = 0.3; // of the map's size, drawn beyond its edges so that it can be moved a bit
const QUIET = { animate: false };
const MOVES = { ArrowLeft: [-120, 0], ArrowRight: [120, 0], ArrowUp: [0, -120], ArrowDown: [0, 120] };

function surface(L, pane, draw) {
  return L.Layer.extend({
    onAdd(map) {
      this.node = L.DomUtil.create("canvas", "map-canvas", map.getPane(pane));
      this.node.setAttribute("aria-hidden", "true");
      map.on("moveend resize viewreset", this.place, this);
      this.place();
    },
    onRemove(map) {
      map.off("moveend resize viewreset", this.place, this);
      this.node.remove();
    },
    place() {
      const map = this._map;
      if (!map) return;
      const size = map.getSize();
      const [w, h] = [Math.ceil(size.x * (1 + 2 * MARGIN)), Math.ceil(size.y * (1 + 2 * MARGIN))];
      const corner = map.containerPointToLayerPoint([-size.x * MARGIN, -size.y * MARGIN]).round();
      L.DomUtil.setPosition(this.node, corner);
      this.fine = Math.min(devicePixelRatio || 1, 2);
      if (this.node.width !== w * this.fine || this.node.height !== h * this.fine) {
        Object.assign(this.node, { width: w * this.fine, height: h * this.fine });
        Object.assign(this.node.style, { width: `${w}px`, height: `${h}px` });
      }
      const origin = map.getPixelOrigin().add(corner);
      const edge = { left: size.x * MARGIN, top: size.y * MARGIN, right: size.x * (1 + MARGIN), bottom: size.y * (1 + MARGIN) };
      this.view = { w, h, ox: origin.x, oy: origin.y, ...scaleOf(map), corner, edge };
      this.redraw();
    },
    redraw() {
      if (!this.view) return;
      const ctx = this.node.getContext("2d");
      ctx.setTransform(this.fine, 0, 0, this.fine, 0, 0);
      ctx.clearRect(0, 0, this.view.w, this.view.h);
      draw(ctx, this.view);
    },
  });
}

function scaleOf(map) {
  const zoom = map.getZoom();
  const crs = map.options.crs;
  const middle = map.getCenter();
  const [a, b] = [map.latLngToContainerPoint(middle), map.latLngToContainerPoint(middle).add([100, 0])];
  const mpp = map.distance(map.containerPointToLatLng(a), map.containerPointToLatLng(b)) / 100;
  // A web map's 16 shows two and a half metres a pixel at our latitude, whatever its projection.
  return { k: crs.scale(zoom) / crs.scale(0), zoom: crs.code === "EPSG:3857" ? zoom : Math.log2(85_000 / mpp), mpp };
}

export class Board {
  /** Make a map in `box`. `addresses` are the library's; `picture` is the raster to lie under, or none. */
  static async in(box, { addresses, picture, layers, on }) {
    const L = await library(addresses, picture?.crs);
    return new Board(L, box, { picture, layers, on });
  }

  constructor(L, box, { picture, layers, on }) {
    Object.assign(this, { L, on, layers, shapes: [], state: { rows: [], gathered: [], objects: [] }, look: {}, groups: [], hatched: new Map() });
    this.map = L.map(box, {
      crs: crsOf(L, picture), center: [56.66, 16.36], zoom: 5, minZoom: 3, maxZoom: picture?.crs ? picture.max_zoom : 19,
      zoomControl: false, attributionControl: false, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false, keyboard: false,
    });
    this.map.createPane("ground").classList.add("map-ground");
    this.map.createPane("marks").classList.add("map-marks");
    this.fit([], { wide: true });
    if (picture) this.lay(picture);
    this.ground = new (surface(L, "ground", (ctx, view) => this.drawGround(ctx, view)))();
    this.marks = new (surface(L, "marks", (ctx, view) => this.drawMarks(ctx, view)))();
    this.map.addLayer(this.ground).addLayer(this.marks);
    this.map.on("moveend", () => on.moved());
    this.map.on("dragstart", () => on.touched());
    box.addEventListener("keydown", (event) => this.key(event));
    this.map.on("click", ({ containerPoint }) => this.press(containerPoint));
    this.map.on("mousemove", ({ containerPoint }) => box.classList.toggle("is-over", Boolean(this.under(containerPoint))));
    box.addEventListener("wheel", () => on.touched(), { passive: true });
    onColours(() => this.redraw());
    this.watch = new ResizeObserver(() => this.map.invalidateSize({ animate: false, pan: false }));
    this.watch.observe(box);
    this.take(layers);
  }

  /** Read the layers, one after the other, and draw each as it comes. */
  async take(layers) {
    const project = (lat, lon) => this.map.options.crs.latLngToPoint(this.L.latLng(lat, lon), 0);
    for (const layer of layers) {
      try {
        const answer = await fetch(layer.url);
        if (!answer.ok) throw new Error(String(answer.status));
        this.shapes.push(...(await shapesOf(layer, await answer.json(), project)));
      } catch {
        this.on.missing(layer);
      }
      this.ground.redraw();
    }
    this.on.drawn();
  }

  /** Lay a raster map under the layers. When its tiles do not come the layers stand by themselves. */
  lay(picture) {
    const { L, map } = this;
    const shared = { minZoom: 0, maxZoom: 24, minNativeZoom: picture.min_zoom, maxNativeZoom: picture.max_zoom, bounds: picture.bounds && [picture.bounds.slice(0, 2), picture.bounds.slice(2)], updateWhenZooming: false };
    const tiles = picture.kind === "wms"
      ? L.tileLayer.wms(picture.url, { ...shared, layers: picture.layers, styles: picture.styles, format: picture.format, version: "1.1.1" })
      : L.tileLayer(picture.url, shared);
    let [lacking, came] = [0, 0];
    tiles.on("loading", () => ([lacking, came] = [0, 0]));
    tiles.on("tileerror", () => {
      lacking += 1;
      if (!came && lacking >= 2) this.lose(picture);
    });
    tiles.on("tileload", () => {
      came += 1;
      this.find(picture);
    });
    tiles.on("load", () => lacking && !came && this.lose(picture));
    this.tiles = tiles.addTo(map);
    this.hasPicture = true;
  }

  lose(picture) {
    if (!this.hasPicture) return;
    this.hasPicture = false;
    this.map.getPane("tilePane").classList.add("is-lost");
    this.ground.redraw();
    this.on.lost(picture);
    clearTimeout(this.again);
    this.again = setTimeout(() => this.tiles?.redraw(), 30_000);
  }

  find(picture) {
    if (this.hasPicture) return;
    this.hasPicture = true;
    this.map.getPane("tilePane").classList.remove("is-lost");
    this.ground.redraw();
    this.on.found(picture);
  }

  drawGround(ctx, view) {
    const colours = palette();
    drawGround(ctx, this.shapes, view, { colours, isOverPicture: this.hasPicture, hatched: this.hatched });
  }

  drawMarks(ctx, view) {
    this.groups = drawMarks(ctx, view, this.state, { ...this.look, colours: palette() });
    if (this.began) performance.measure("tornvakt:map-update", { start: this.began, end: performance.now() });
    this.began = 0;
  }

  world(lat, lon) {
    const { x, y } = this.map.options.crs.latLngToPoint(this.L.latLng(lat, lon), 0);
    return [x, y];
  }

  /** Show these incidents, places and objects. Draws in the next frame, once for many changes. */
  show({ rows, gathered, objects, look, began }) {
    if (began) this.began ||= began; // for whoever measures: from the change to the last pixel
    const put = (each) => (each.world ??= each.lat === null ? null : this.world(each.lat, each.lon));
    rows?.forEach(put);
    objects?.forEach(put);
    for (const each of gathered ?? []) each.spots.forEach(put);
    if (rows) this.state.rows = rows;
    if (objects) this.state.objects = objects;
    if (look) this.look = look;
    if (gathered) {
      this.state.gathered = gathered;
      const colours = palette();
      const before = [...this.hatched.keys()].join();
      this.hatched = new Map(gathered.toReversed().flatMap((each) => each.districts.map((name) => [name.toLowerCase(), colours[`fill${each.priority}`] ?? colours.text])));
      if (before !== [...this.hatched.keys()].join()) this.ground.redraw();
    }
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      this.marks.redraw();
    });
  }

  redraw() {
    this.ground.redraw();
    this.marks.redraw();
  }

  /** Put a place in the middle: as near as the reader has gone, but near enough to see the block. */
  centre(lat, lon, { close = true } = {}) {
    const least = this.map.options.crs.code === "EPSG:3857" ? CLOSE : this.map.getBoundsZoom(this.L.latLng(lat, lon).toBounds(900));
    this.map.setView([lat, lon], close ? Math.max(this.map.getZoom(), least) : this.map.getZoom(), QUIET);
  }

  /** Show all of these places; without any, all layers, or else the country. */
  fit(places, { wide = false } = {}) {
    const boxes = this.layers.filter((layer) => layer.max_zoom >= 15).map(({ bounds: [s, w, n, e] }) => [[s, w], [n, e]]);
    const all = (this.layers.length ? this.layers : []).map(({ bounds: [s, w, n, e] }) => [[s, w], [n, e]]);
    const around = places.length ? places : boxes.length ? boxes.flat() : all.length ? all.flat() : SWEDEN;
    this.map.fitBounds(this.L.latLngBounds(around).pad(places.length ? 0.12 : 0), { ...QUIET, maxZoom: wide ? 15 : 16 });
  }

  /** Arrows move the map, plus and minus zoom. What is handled here is no command of the desk. */
  key(event) {
    const by = MOVES[event.key];
    const step = { "+": 1, "-": -1 }[event.key];
    if ((!by && !step) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.on.touched();
    if (by) this.map.panBy(by, QUIET);
    else this.zoom(step);
  }

  zoom(step) {
    this.map.setZoom(this.map.getZoom() + step, QUIET);
  }

  under(point) {
    const { corner } = this.marks.view ?? {};
    if (!corner) return null;
    const { x, y } = this.map.containerPointToLayerPoint(point).subtract(corner);
    return groupAt(this.groups, x, y);
  }

  /** A press chooses what lies there; the next press on the same mark the next of those that share it. */
  press(point) {
    const group = this.under(point);
    if (!group) return;
    const at = group.rows.findIndex((row) => row.isSelected);
    this.on.chosen(group.rows[(at + 1) % group.rows.length].number);
  }

  /** What is seen just now: box in degrees, zoom, and metres a pixel. */
  seen() {
    const box = this.map.getBounds();
    return { south: box.getSouth(), west: box.getWest(), north: box.getNorth(), east: box.getEast(), ...scaleOf(this.map) };
  }

  remove() {
    clearTimeout(this.again);
    this.watch.disconnect();
    this.map.remove();
  }
}

function crsOf(L, picture) {
  if (!picture?.crs) return L.CRS.EPSG3857;
  const { code, definition, origin, resolutions } = picture.crs;
  return new L.Proj.CRS(code, definition, { origin, resolutions });
}
