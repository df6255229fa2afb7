// The ground: land, water, borders, districts, streets and their names, drawn on a canvas.
import { holds, isSeen, middleOf, trace } from "./shapes.js";

const BLOCK_M = 70; // so wide is the land drawn around a street where no layer says what land is
const WIDTHS = { major: [3, 10], street: [1.5, 7], path: [0.75, 2.5] };

/** Pixels a street is wide: thin over a town, its own width in a block. */
function widthOf(sort, zoom) {
  const [least, most] = WIDTHS[sort] ?? WIDTHS.street;
  return least + (most - least) * Math.min(1, Math.max(0, (zoom - 12) / 5));
}

/** Draw everything; `view` says where, `look` how: colours, districts to hatch, and what lies under. */
export function drawGround(ctx, shapes, view, look) {
  const { colours, isOverPicture } = look;
  const seen = shapes.filter((shape) => isSeen(shape, view));
  const of = (role) => seen.filter((shape) => shape.role === role);
  if (!isOverPicture) {
    ctx.fillStyle = colours.bg;
    ctx.fillRect(0, 0, view.w, view.h);
    if (!shapes.length) return grid(ctx, view, colours);
    areas(ctx, of("land"), view, colours.land);
    areas(ctx, of("water"), view, colours.bg);
    streets(ctx, of("street"), view, colours, !shapes.some((shape) => shape.role === "land"));
  }
  hatch(ctx, of("district"), view, look);
  outlines(ctx, of("district"), view, colours.line, 1, []);
  outlines(ctx, of("border"), view, colours.control, 1.5, [7, 5]);
  const taken = [];
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  names(ctx, of("district"), view, colours, taken, view.zoom >= 11, `600 12px ${colours.font}`);
  names(ctx, of("border"), view, colours, taken, view.zoom < 11.5, `400 12px ${colours.font}`);
  places(ctx, of("place"), view, colours, taken);
  if (!isOverPicture && view.zoom >= 15) along(ctx, of("street"), view, colours, taken);
}

/** Where there is no map at all: a plain grid of round metres, so that distances can be judged. */
function grid(ctx, view, colours) {
  const wanted = view.mpp * 110;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= wanted) / view.mpp;
  ctx.strokeStyle = colours.line;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let x = step - (view.ox % step); x < view.w; x += step) {
    ctx.moveTo(Math.round(x) + 0.5, 0);
    ctx.lineTo(Math.round(x) + 0.5, view.h);
  }
  for (let y = step - (view.oy % step); y < view.h; y += step) {
    ctx.moveTo(0, Math.round(y) + 0.5);
    ctx.lineTo(view.w, Math.round(y) + 0.5);
  }
  ctx.stroke();
}

function areas(ctx, shapes, view, colour) {
  if (!shapes.length) return;
  ctx.fillStyle = colour;
  ctx.beginPath();
  for (const shape of shapes) if (shape.kind === "area") trace(ctx, shape, view);
  ctx.fill("evenodd");
}

function outlines(ctx, shapes, view, colour, width, dash) {
  if (!shapes.length) return;
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.beginPath();
  for (const shape of shapes) trace(ctx, shape, view);
  ctx.stroke();
  ctx.setLineDash([]);
}

function streets(ctx, shapes, view, colours, hasNoLand) {
  const lines = (sort) => shapes.filter((shape) => shape.sort === sort);
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  const stroke = (some, colour, width) => outlines(ctx, some, view, colour, width, []);
  if (hasNoLand && view.zoom >= 13) stroke(shapes, colours.land, Math.min(120, BLOCK_M / view.mpp));
  for (const sort of ["path", "street", "major"]) {
    if (sort === "path" && view.zoom < 14) continue;
    stroke(lines(sort), sort === "major" ? colours.major : colours.street, widthOf(sort, view.zoom));
  }
}

/** Districts where many places have lost something: hatched in the colour of the alarm. */
function hatch(ctx, shapes, view, { hatched }) {
  for (const shape of shapes) {
    const colour = hatched.get(shape.name.toLowerCase());
    if (!colour || shape.kind !== "area") continue;
    ctx.save();
    ctx.beginPath();
    trace(ctx, shape, view);
    ctx.clip("evenodd");
    ctx.strokeStyle = colour;
    ctx.globalAlpha = 0.42;
    ctx.lineWidth = 2;
    const [left, top, right, bottom] = inside(shape.box, view);
    const phase = (((view.ox + view.oy) % 9) + 9) % 9; // the lines stay on the ground when it is moved
    const from = Math.floor((left + top) / 9) * 9 - phase;
    ctx.beginPath();
    for (let sum = from; sum < right + bottom + 9; sum += 9) {
      ctx.moveTo(sum - top, top);
      ctx.lineTo(sum - bottom, bottom);
    }
    ctx.stroke();
    ctx.restore();
    outlines(ctx, [shape], view, colour, 1.5, []);
  }
}

function inside(box, { k, ox, oy, w, h }) {
  return [Math.max(0, box[0] * k - ox), Math.max(0, box[1] * k - oy), Math.min(w, box[2] * k - ox), Math.min(h, box[3] * k - oy)];
}

function write(ctx, text, x, y, colours, taken, { angle = 0, width = ctx.measureText(text).width } = {}) {
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const [half, up] = [(width * cos + 14 * sin) / 2 + 3, (width * sin + 14 * cos) / 2 + 2];
  if (taken.some((box) => Math.abs(box.x - x) < box.half + half && Math.abs(box.y - y) < box.up + up)) return false;
  taken.push({ x, y, half, up });
  ctx.save();
  ctx.translate(x, y);
  ctx.rotate(angle);
  ctx.strokeStyle = colours.land;
  ctx.lineWidth = 3.5;
  ctx.strokeText(text, 0, 0);
  ctx.fillStyle = colours.label;
  ctx.fillText(text, 0, 0);
  ctx.restore();
  return true;
}

function names(ctx, shapes, view, colours, taken, isWanted, font) {
  if (!isWanted) return;
  ctx.font = font;
  const done = new Set();
  for (const shape of shapes) {
    if (!shape.name || shape.kind !== "area" || done.has(shape.name)) continue;
    const at = nameAt(shape, view);
    if (at && write(ctx, shape.name, ...at, colours, taken)) done.add(shape.name);
  }
}

/** Where an area's name goes: its middle, or where it is nearest to it of what can be seen. */
function nameAt(shape, { k, ox, oy, edge }) {
  shape.middle ??= middleOf(shape);
  const [x, y] = [shape.middle[0] * k - ox, shape.middle[1] * k - oy];
  const [px, py] = [Math.min(Math.max(x, edge.left + 60), edge.right - 60), Math.min(Math.max(y, edge.top + 16), edge.bottom - 40)];
  if (px === x && py === y) return [x, y];
  return edge.right > edge.left + 160 && holds(shape, (px + ox) / k, (py + oy) / k) ? [px, py] : null;
}

function places(ctx, shapes, view, colours, taken) {
  ctx.font = `600 12px ${colours.font}`;
  for (const { lines: [line], name } of shapes) {
    if (name) write(ctx, name, line[0] * view.k - view.ox, line[1] * view.k - view.oy, colours, taken);
  }
}

/** Names along the streets: on the straightest stretch that is long enough, the greater streets first. */
function along(ctx, shapes, view, colours, taken) {
  ctx.font = `400 12px ${colours.font}`;
  const drawn = new Map();
  const order = { major: 0, street: 1, path: 2 };
  for (const shape of [...shapes].sort((a, b) => order[a.sort] - order[b.sort])) {
    if (!shape.name) continue;
    const width = ctx.measureText(shape.name).width;
    for (const line of shape.lines) {
      const found = stretch(line, view, width + 12);
      if (!found) continue;
      const near = drawn.get(shape.name) ?? [];
      if (near.some(([x, y]) => Math.hypot(x - found.x, y - found.y) < 320)) continue;
      if (!write(ctx, shape.name, found.x, found.y, colours, taken, { angle: found.angle, width })) continue;
      drawn.set(shape.name, [...near, [found.x, found.y]]);
    }
  }
}

/** The longest stretch of a line that hardly turns and can be seen, if it is `least` pixels long. */
function stretch(line, { k, ox, oy, w, h }, least) {
  let best = null;
  const count = line.length / 2;
  for (let first = 0; first < count - 1; first += 1) {
    const [x, y] = [line[2 * first] * k - ox, line[2 * first + 1] * k - oy];
    let length = 0;
    let heading = null;
    for (let next = first + 1; next < count; next += 1) {
      const [px, py] = [line[2 * next - 2] * k - ox, line[2 * next - 1] * k - oy];
      const [qx, qy] = [line[2 * next] * k - ox, line[2 * next + 1] * k - oy];
      const turn = Math.atan2(qy - py, qx - px);
      heading ??= turn;
      if (Math.abs(Math.atan2(Math.sin(turn - heading), Math.cos(turn - heading))) > 0.22) break;
      length += Math.hypot(qx - px, qy - py);
      const [mx, my] = [(x + qx) / 2, (y + qy) / 2];
      if (length < least || length <= (best?.length ?? 0) || mx < 0 || my < 0 || mx > w || my > h) continue;
      let angle = Math.atan2(qy - y, qx - x);
      if (angle > Math.PI / 2 || angle < -Math.PI / 2) angle += Math.PI; // never upside down
      best = { x: mx, y: my, angle, length };
    }
  }
  return best;
}
