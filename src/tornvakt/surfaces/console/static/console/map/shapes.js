// Our own layers as shapes: projected once, so that drawing is a multiplication and an addition.
const IN_ONE_GO = 1500; // features; between two goes the desk may answer a key

/** Shapes of one layer's GeoJSON. `project` turns longitude and latitude into pixels of zoom 0. */
export async function shapesOf(layer, body, project) {
  const shapes = [];
  let count = 0;
  for (const feature of body.features) {
    add(shapes, layer, feature, project);
    count += 1;
    if (count % IN_ONE_GO === 0) await new Promise((done) => setTimeout(done));
  }
  return shapes;
}

function add(shapes, layer, { geometry: { type, coordinates }, properties }, project) {
  const put = (kind, rings) => shapes.push(shape(kind, rings, layer, properties, project));
  if (type === "Point") put("point", [[coordinates]]);
  else if (type === "MultiPoint") for (const each of coordinates) put("point", [[each]]);
  else if (type === "LineString") put("line", [coordinates]);
  else if (type === "MultiLineString") for (const each of coordinates) put("line", [each]);
  else if (type === "Polygon") put("area", coordinates);
  else if (type === "MultiPolygon") for (const each of coordinates) put("area", each);
}

function shape(kind, rings, { id, role, min_zoom: least, max_zoom: most }, { name = "", class: sort = "street" }, project) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const lines = rings.map((ring) => {
    const line = new Float64Array(ring.length * 2);
    ring.forEach(([lon, lat], at) => {
      const { x, y } = project(lat, lon);
      line[2 * at] = x;
      line[2 * at + 1] = y;
      if (x < box[0]) box[0] = x;
      if (y < box[1]) box[1] = y;
      if (x > box[2]) box[2] = x;
      if (y > box[3]) box[3] = y;
    });
    return line;
  });
  return { kind, lines, box, name, sort, role, layer: id, least, most };
}

/** Draw a shape's outline into the current path. */
export function trace(ctx, { lines, kind }, { k, ox, oy }) {
  for (const line of lines) {
    ctx.moveTo(line[0] * k - ox, line[1] * k - oy);
    for (let at = 2; at < line.length; at += 2) ctx.lineTo(line[at] * k - ox, line[at + 1] * k - oy);
    if (kind === "area") ctx.closePath();
  }
}

/** Whether any of a shape can be seen. */
export function isSeen({ box, least, most }, { k, ox, oy, w, h, zoom }, margin = 50) {
  if (zoom < least || zoom > most) return false;
  return box[2] * k - ox > -margin && box[0] * k - ox < w + margin && box[3] * k - oy > -margin && box[1] * k - oy < h + margin;
}

/** The middle of an area's outer line, by its surface. */
export function middleOf({ lines: [line] }) {
  let [sum, x, y] = [0, 0, 0];
  for (let at = 0; at < line.length; at += 2) {
    const next = (at + 2) % line.length;
    const cross = line[at] * line[next + 1] - line[next] * line[at + 1];
    sum += cross;
    x += (line[at] + line[next]) * cross;
    y += (line[at + 1] + line[next + 1]) * cross;
  }
  return Math.abs(sum) < 1e-18 ? [line[0], line[1]] : [x / (3 * sum), y / (3 * sum)];
}

/** Whether a point of zoom 0 lies within an area. */
export function holds({ lines }, x, y) {
  let isIn = false;
  for (const line of lines) {
    for (let at = 0, from = line.length - 2; at < line.length; from = at, at += 2) {
      if (line[at + 1] > y !== line[from + 1] > y && x < ((line[from] - line[at]) * (y - line[at + 1])) / (line[from + 1] - line[at + 1]) + line[at]) isIn = !isIn;
    }
  }
  return isIn;
}
