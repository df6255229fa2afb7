// What the map knows of an incident: what its row in the queue says. One source, so that they can
// never tell different things.

/** Read one row as the server sent it. */
export function read(row) {
  const { dataset } = row;
  const [lat, lon] = dataset.point ? dataset.point.split(",").map(Number) : [null, null];
  return {
    number: dataset.number,
    priority: Number(dataset.priority),
    owner: dataset.owner,
    opened: Number(dataset.opened),
    id: Number(dataset.id),
    lat, lon,
    off: Number(dataset.off) || 0,
    isMany: "many" in dataset,
    why: dataset.why ?? "",
    title: row.querySelector(".q-t").textContent,
    place: row.querySelector(".q-s").textContent,
    url: row.querySelector(".q-a").getAttribute("href"),
    mark: row.querySelector(".mark"),
  };
}

/** The queue's order: the most serious first, free before taken, then the oldest. */
export function inOrder(a, b) {
  return a.priority - b.priority || (a.owner ? 1 : 0) - (b.owner ? 1 : 0) || a.opened - b.opened || a.id - b.id;
}
