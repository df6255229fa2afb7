// What happens, on top of the ground: incidents with their mark and letter, the circle of how far
// off a place may be, the places a gathered incident is about, and the objects as small dots.
const NEAR_PX = 22; // incidents closer than this share one mark; the list names each of them
const CROWD = 400; // more objects than this in view are counted instead of dotted
const CELL_PX = 64;

/** Gather rows that would lie on each other. `at` gives the pixel of a row. */
export function cluster(rows, at, selected) {
  const found = [];
  const cells = new Map();
  const cell = (x, y) => `${Math.floor(x / NEAR_PX)},${Math.floor(y / NEAR_PX)}`;
  const near = (x, y) => {
    for (const dx of [-1, 0, 1]) {
      for (const dy of [-1, 0, 1]) {
        const there = cells.get(cell(x + dx * NEAR_PX, y + dy * NEAR_PX));
        if (there && Math.hypot(there.x - x, there.y - y) < NEAR_PX) return there;
      }
    }
    return null;
  };
  for (const row of rows) {
    const { x, y } = at(row);
    const there = near(x, y);
    if (there) {
      there.rows.push(row);
      if (row.number === selected) there.isSelected = true;
      continue;
    }
    const mine = { x, y, rows: [row], isSelected: row.number === selected };
    found.push(mine);
    cells.set(cell(x, y), mine);
  }
  return found;
}

/** The shape of a priority, the same as in the queue: square, triangle, disc. */
function shape(ctx, priority, x, y, r, colours, isSelected) {
  ctx.beginPath();
  if (priority === 1) ctx.roundRect(x - r, y - r, 2 * r, 2 * r, 2);
  else if (priority === 2) {
    ctx.moveTo(x, y - r * 1.1);
    ctx.lineTo(x + r * 1.15, y + r);
    ctx.lineTo(x - r * 1.15, y + r);
    ctx.closePath();
  } else ctx.arc(x, y, r * 0.72, 0, 2 * Math.PI);
  ctx.lineJoin = "round";
  ctx.strokeStyle = isSelected ? colours.focus : colours.land;
  ctx.lineWidth = isSelected ? 5 : 3;
  ctx.stroke();
  ctx.fillStyle = colours[`fill${priority}`] ?? colours.muted;
  ctx.fill();
  if (priority > 2) return;
  ctx.fillStyle = colours[`on${priority}`];
  ctx.font = `800 ${Math.round(r * 1.15)}px ${colours.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  ctx.fillText(priority === 1 ? "!!" : "!", x, y + r * (priority === 1 ? 0.42 : 0.8));
}

/** Draw one mark with its label, and remember where it can be pressed. */
function mark(ctx, group, { colours, letterOf, wordOf, me, hasWords }) {
  const [first] = group.rows;
  const lead = group.isSelected ? group.rows.find((row) => row.isSelected) ?? first : first;
  const r = group.isSelected ? 15 : 12;
  const letters = group.rows.map((row) => letterOf(row.number));
  const rest = letters.length - 3;
  const word = hasWords || group.isSelected || lead.priority === 1 ? ` ${wordOf(lead.priority)}` : "";
  const text = (letters.length === 1 ? `${letters[0]}${word}` : letters.slice(0, 3).join(" ")) + (rest > 0 ? ` +${rest}` : "");
  ctx.font = `600 13px ${colours.font}`;
  const width = ctx.measureText(text).width + 12;
  const [left, top] = [group.x + r + 5, group.y - 11];
  const isUrgent = group.rows.some((row) => row.priority === 1 && !row.owner);
  const isMine = !isUrgent && lead.owner === me;
  ctx.beginPath();
  ctx.roundRect(left, top, width, 22, 4);
  ctx.fillStyle = isUrgent ? colours.fill1 : isMine ? colours.text : colours.raised;
  ctx.fill();
  ctx.lineWidth = 1;
  ctx.strokeStyle = isUrgent ? colours.on1 : colours.control;
  ctx.stroke();
  ctx.fillStyle = isUrgent ? colours.on1 : isMine ? colours.canvas : colours.text;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(text, left + 6, group.y + 0.5);
  shape(ctx, lead.priority, group.x, group.y, r, colours, group.isSelected);
  Object.assign(group, { r, left, right: left + width });
}

/** Draw everything that happens; returns the groups, for whoever presses on one. */
export function drawMarks(ctx, view, state, look) {
  dots(ctx, view, state.objects, look.colours);
  spots(ctx, view, state.gathered, look);
  const chosen = state.rows.find((row) => row.isSelected);
  if (chosen?.off && chosen.world) circle(ctx, view, chosen, look.colours);
  const groups = cluster(state.rows.filter((row) => row.world), (row) => pixel(row.world, view), chosen?.number);
  const shown = groups.filter(({ x, y }) => x > -40 && y > -40 && x < view.w + 40 && y < view.h + 40);
  const full = { ...look, hasWords: shown.length <= 12 };
  for (const group of shown.toReversed()) if (!group.isSelected) mark(ctx, group, full);
  const top = shown.find((group) => group.isSelected);
  if (top) mark(ctx, top, full);
  return shown;
}

const pixel = ([x, y], { k, ox, oy }) => ({ x: x * k - ox, y: y * k - oy });

function circle(ctx, view, row, colours) {
  const { x, y } = pixel(row.world, view);
  ctx.beginPath();
  ctx.arc(x, y, row.off / view.mpp, 0, 2 * Math.PI);
  ctx.setLineDash([3, 4]);
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = colours[`text${row.priority}`] ?? colours.muted;
  ctx.stroke();
  ctx.setLineDash([]);
}

function spots(ctx, view, gathered, { colours }) {
  for (const { spots: points, priority } of gathered) {
    for (const isBack of [true, false]) {
      ctx.beginPath();
      for (const spot of points) {
        if (spot.isBack !== isBack) continue;
        const { x, y } = pixel(spot.world, view);
        ctx.moveTo(x + 4, y);
        ctx.arc(x, y, 4, 0, 2 * Math.PI);
      }
      ctx.lineWidth = 1.5;
      ctx.strokeStyle = isBack ? colours.muted : colours.land;
      ctx.stroke();
      ctx.fillStyle = isBack ? colours.land : colours[`fill${priority}`] ?? colours.text3;
      ctx.fill();
    }
  }
}

function dots(ctx, view, objects, colours) {
  if (view.zoom < 14 || !objects.length) return;
  const seen = [];
  for (const each of objects) {
    const { x, y } = pixel(each.world, view);
    if (x > -10 && y > -10 && x < view.w + 10 && y < view.h + 10) seen.push([x, y]);
  }
  ctx.fillStyle = colours.muted;
  if (seen.length <= CROWD) {
    ctx.beginPath();
    for (const [x, y] of seen) {
      ctx.moveTo(x + 2.5, y);
      ctx.arc(x, y, 2.5, 0, 2 * Math.PI);
    }
    ctx.fill();
    return;
  }
  const counts = new Map();
  for (const [x, y] of seen) {
    const key = Math.floor((x + view.ox) / CELL_PX) * 1e6 + Math.floor((y + view.oy) / CELL_PX);
    const cell = counts.get(key) ?? counts.set(key, { n: 0, x: 0, y: 0 }).get(key);
    cell.n += 1;
    cell.x += x;
    cell.y += y;
  }
  ctx.font = `400 11px ${colours.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (const { n, x, y } of counts.values()) {
    ctx.beginPath();
    ctx.arc(x / n, y / n, n === 1 ? 2.5 : 9, 0, 2 * Math.PI);
    ctx.fillStyle = n === 1 ? colours.muted : colours.raised;
    ctx.fill();
    if (n === 1) continue;
    ctx.strokeStyle = colours.control;
    ctx.lineWidth = 1;
    ctx.stroke();
    ctx.fillStyle = colours.text;
    ctx.fillText(n > 99 ? "99+" : n, x / n, y / n + 0.5);
  }
}

/** The group at a pixel of the canvas: its mark, or its label. */
export function groupAt(groups, x, y) {
  const hits = groups.filter((group) => Math.hypot(group.x - x, group.y - y) <= group.r + 6 || (x >= group.left && x <= group.right && Math.abs(group.y - y) <= 12));
  return hits.find((group) => group.isSelected) ?? hits[0] ?? null;
}
